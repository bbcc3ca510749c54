"""``textmine keywords``."""

from __future__ import annotations

import sys

import click

from textmine.cli.results import options


@click.command()
@click.argument("folder")
@click.option("--by", default="theme", show_default=True, help="theme, role, or a column of the reports frame")
@click.option("--against", default="rest", show_default=True, help="rest, or the group to compare with")
@click.option("--group", "groups", multiple=True, help="only these groups")
@click.option(
    "--method",
    type=click.Choice(["log_odds", "log_likelihood", "tfidf", "textrank", "textrank_jieba"]),
    default="log_odds",
    show_default=True,
)
@click.option("--terms", type=click.Choice(["words", "phrases", "both"]), default="words", show_default=True)
@options("output", "theme", "role", "where", "pos", "words", "stopwords", "dictionary", "top", "min_count")
@options("rounds", "seed", "level", "quiet")
def keywords(
    folder: str,
    by: str,
    against: str,
    groups: tuple[str, ...],
    method: str,
    terms: str,
    output: str,
    theme: str | None,
    role: str,
    where: tuple[str, ...],
    pos: str | None,
    words: str | None,
    stopwords: str | None,
    dictionary: str | None,
    top: int,
    min_count: int,
    rounds: int,
    seed: int,
    level: float,
    quiet: bool,
) -> None:
    """What are the keywords of each theme, year, kind of body …?

    Example: textmine keywords mined --by theme --against rest -o keywords.csv
    """
    from textmine.cli.results import load_analysis, load_candidates, parse_where, split_names, write_frame
    from textmine.keywords import keywords as run
    from textmine.segment import Segmenter

    found = run(
        load_analysis(folder),
        by,
        against=against,
        method=method,  # type: ignore[arg-type]
        groups=split_names(groups) or None,
        theme=theme,
        role=role,
        where=parse_where(where),
        terms=terms,  # type: ignore[arg-type]
        top=top,
        min_count=min_count,
        segmenter=Segmenter(dictionary),
        level=level,
        rounds=rounds,
        seed=seed,
        progress=not quiet and sys.stderr.isatty(),
        **load_candidates(pos, words, stopwords),
    )
    write_frame(found, output)
