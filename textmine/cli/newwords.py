"""``textmine newwords``."""

from __future__ import annotations

import sys

import click

from textmine.cli.results import options


@click.command()
@click.argument("folder")
@click.option("--longest", type=click.IntRange(2, 12), default=6, show_default=True, help="characters of a word")
@options("output", "theme", "role", "where", "stopwords", "dictionary", "top", "min_count", "quiet")
def newwords(
    folder: str,
    longest: int,
    output: str,
    theme: str | None,
    role: str,
    where: tuple[str, ...],
    stopwords: str | None,
    dictionary: str | None,
    top: int,
    min_count: int,
    quiet: bool,
) -> None:
    """Which words are missing from the dictionary? Proposals with their evidence, for you to approve.

    Example: textmine newwords mined --min-count 5 -o proposals.csv
    """
    from textmine.analysis.newwords import propose_words
    from textmine.cli.results import load_analysis, parse_where, write_frame
    from textmine.segment import Segmenter

    found = propose_words(
        load_analysis(folder),
        theme=theme,
        role=role,
        where=parse_where(where),
        longest=longest,
        min_count=min_count,
        top=top,
        stopwords=stopwords,
        segmenter=Segmenter(dictionary),
        progress=not quiet and sys.stderr.isatty(),
    )
    write_frame(found, output)
