"""``textmine stopwords``."""

from __future__ import annotations

import sys

import click


@click.group()
def stopwords() -> None:
    """Show and check stop words and word lists."""


@stopwords.command()
def show() -> None:
    """Print the stop words of the package, to copy and change.

    Example: textmine stopwords show > my-stopwords.txt
    """
    from textmine.analysis.wordlists import load_words_text

    click.echo(load_words_text(), nl=False)


@stopwords.command()
@click.argument("file", required=False)
@click.option("--dictionary", help="segmenter dictionary; without it the package's")
def check(file: str | None, dictionary: str | None) -> None:
    """Say which words of a list are there twice or are never emitted by the segmenter; exit code 1 where any is.

    Without FILE the stop words of the package are checked.

    Example: textmine stopwords check my-stopwords.txt
    """
    from textmine.analysis.wordlists import check_words, load_words_text
    from textmine.segment import Segmenter

    findings = check_words(load_words_text(file), Segmenter(dictionary))
    for finding in findings:
        click.echo(f"{finding.line}\t{finding.word}\t{finding.problem}\t{finding.detail}")
    click.echo(f"{len(findings)} findings", err=True)
    if findings:
        sys.exit(1)
