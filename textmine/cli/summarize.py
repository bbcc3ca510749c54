"""``textmine summarize``."""

from __future__ import annotations

import click


@click.command()
@click.argument("folder")
@click.option("-o", "--output", required=True, help="a .html, .md or .csv file")
@click.option("--by", multiple=True, help="a column of the reports frame: year, level, kind …")
def summarize(folder: str, output: str, by: tuple[str, ...]) -> None:
    """Summarize a mined folder.

    Example: textmine summarize mined -o themes.html --by year --by level
    """
    from textmine.summarize import summarize as run

    run(folder, output, by=by)
