"""``textmine dictionary``."""

from __future__ import annotations

import sys

import click


@click.group()
def dictionary() -> None:
    """Check the words of a segmenter dictionary."""


@dictionary.command()
@click.argument("file", required=False)
def check(file: str | None) -> None:
    """Say which entries never fire, break other words, or are malformed; exit code 1 where any is.

    Without FILE the dictionary of the package is checked.

    Example: textmine dictionary check words.txt
    """
    from textmine.segment import check_dictionary, load_dictionary_text

    findings = check_dictionary(load_dictionary_text(file))
    for finding in findings:
        click.echo(f"{finding.line}\t{finding.word}\t{finding.problem}\t{finding.detail}")
    click.echo(f"{len(findings)} findings", err=True)
    if any(finding.problem != "breaks_words" for finding in findings):
        sys.exit(1)
