"""``textmine exemplars``."""

from __future__ import annotations

import sys

import click

from textmine.cli.results import options


@click.command()
@click.argument("folder")
@click.argument("theme", required=False)
@click.option("-k", "--number", type=click.IntRange(1), default=5, show_default=True, help="of statements")
@click.option("--unusual", is_flag=True, help="the statements that are least like any other, instead")
@options("output", "role", "where", "quiet")
def exemplars(
    folder: str,
    theme: str | None,
    number: int,
    unusual: bool,
    output: str,
    role: str,
    where: tuple[str, ...],
    quiet: bool,
) -> None:
    """Which statements show a theme best? Typical ones, no two alike, with body, year and place.

    Example: textmine exemplars mined training --role problem -k 3
    """
    from textmine.analysis import examples
    from textmine.cli.results import load_analysis, parse_where, write_frame

    frames, chosen = load_analysis(folder), parse_where(where)
    if unusual:
        bar = not quiet and sys.stderr.isatty()
        found = examples.unusual(frames, theme, role, number, where=chosen, progress=bar)
    else:
        found = examples.exemplars(frames, theme, role, number, where=chosen)
    write_frame(found, output)
