"""``textmine collocations``."""

from __future__ import annotations

import sys

import click

from textmine.cli.results import options


@click.command()
@click.argument("folder")
@click.argument("word", required=False)
@click.option(
    "--measure", type=click.Choice(["log_dice", "log_likelihood", "pmi"]), default="log_dice", show_default=True
)
@click.option("--adjacent", is_flag=True, help="only pairs side by side")
@options("output", "theme", "role", "where", "pos", "words", "stopwords", "dictionary", "top", "min_count")
@options("rounds", "seed", "level", "quiet")
def collocations(
    folder: str,
    word: str | None,
    measure: str,
    adjacent: bool,
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
    """Which words go together in a clause? With WORD: which go with it.

    Example: textmine collocations mined 培训 --measure log_likelihood
    """
    from textmine.analysis.association import collocations as run
    from textmine.cli.results import load_analysis, load_candidates, parse_where, write_frame
    from textmine.segment import Segmenter

    found = run(
        load_analysis(folder),
        word,
        measure=measure,
        theme=theme,
        role=role,
        where=parse_where(where),
        adjacent=adjacent,
        min_count=min_count,
        top=top,
        segmenter=Segmenter(dictionary),
        level=level,
        rounds=rounds,
        seed=seed,
        progress=not quiet and sys.stderr.isatty(),
        **load_candidates(pos, words, stopwords),
    )
    write_frame(found, output)
