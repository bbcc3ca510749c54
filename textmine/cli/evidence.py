"""``textmine evidence``."""

from __future__ import annotations

import click

from textmine.cli.results import options


@click.command()
@click.argument("folder")
@options("output", "theme", "role", "where")
def evidence(folder: str, output: str, theme: str | None, role: str, where: tuple[str, ...]) -> None:
    """Print the statements behind a figure, with body, year, file and offsets.

    Example: textmine evidence mined --theme training --role problem --where year=2022
    """
    from textmine.analysis.evidence import find_evidence
    from textmine.cli.results import load_analysis, parse_where, write_frame

    write_frame(find_evidence(load_analysis(folder), theme=theme, role=role, where=parse_where(where)), output)
