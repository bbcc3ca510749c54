"""``textmine topics``."""

from __future__ import annotations

import sys

import click

from textmine.cli.results import options


@click.command()
@click.argument("folder")
@click.option("-k", "--number", type=click.IntRange(2), default=8, show_default=True, help="of topics")
@click.option("--all", "every", is_flag=True, help="all statements, not only those that no theme covers")
@click.option("--seed-words", multiple=True, help="start a topic from words: 经费=经费,资金")
@click.option("--statements", help="a file to write the statements of each topic to")
@click.option("--runs", type=click.IntRange(1), default=10, show_default=True, help="other starts and resamples")
@options("output", "role", "where", "pos", "stopwords", "dictionary", "seed", "quiet")
def topics(
    folder: str,
    number: int,
    every: bool,
    seed_words: tuple[str, ...],
    statements: str | None,
    runs: int,
    output: str,
    role: str,
    where: tuple[str, ...],
    pos: str | None,
    stopwords: str | None,
    dictionary: str | None,
    seed: int,
    quiet: bool,
) -> None:
    """What does the codebook miss? Topics of the statements without a theme, or with `other` only.

    Example: textmine topics mined -k 8 -o topics.md --statements members.csv
    """
    from textmine.analysis.topics import find_topics
    from textmine.cli.results import load_analysis, parse_where, split_names, write_frame
    from textmine.segment import Segmenter

    started = {name: split_names(words[0] or "") for name, words in parse_where(seed_words).items()}
    found = find_topics(
        load_analysis(folder),
        number,
        covered_by=[] if every else None,
        role=role,
        where=parse_where(where),
        seeds=started or None,
        rounds=runs,
        pos=split_names(pos) or None,
        stopwords=stopwords,
        segmenter=Segmenter(dictionary),
        seed=seed,
        progress=not quiet and sys.stderr.isatty(),
    )
    quotes = found.exemplars.groupby("topic")["text"].agg(" / ".join)
    write_frame(found.topics.assign(exemplars=found.topics["topic"].map(quotes)), output)
    if statements:
        write_frame(found.statements, statements)
