"""``textmine prevalence``."""

from __future__ import annotations

import sys

import click

from textmine.cli.results import options


@click.command()
@click.argument("folder")
@options("output", "by", "where", "unit", "roles", "themes", "base", "cluster", "codes", "sample", "level", "quiet")
def prevalence(
    folder: str,
    output: str,
    by: tuple[str, ...],
    where: tuple[str, ...],
    unit: str,
    roles: tuple[str, ...],
    themes: tuple[str, ...],
    base: str,
    cluster: str,
    codes: str | None,
    sample: str | None,
    level: float,
    quiet: bool,
) -> None:
    """How common is each theme, by group? With hand codes of a sample the machine's errors are corrected.

    Example: textmine prevalence mined --by year,level -o prevalence.csv
    """
    from textmine.analysis.shares import prevalence as run
    from textmine.cli.results import load_analysis, load_hand, parse_where, split_names, write_frame

    found = run(
        load_analysis(folder),
        split_names(by),
        where=parse_where(where),
        unit=unit,  # type: ignore[arg-type]
        role=roles or ("problem", "measure"),
        themes=split_names(themes) or None,
        base=base,  # type: ignore[arg-type]
        cluster=cluster,
        level=level,
        **load_hand(codes, sample),
        progress=not quiet and sys.stderr.isatty(),
    )
    write_frame(found, output)
