"""``textmine trend``."""

from __future__ import annotations

import sys

import click

from textmine.cli.results import options


@click.command()
@click.argument("folder")
@options(
    "output", "by", "where", "unit", "roles", "themes", "base", "cluster", "codes", "sample", "level", "seed", "quiet"
)
def trend(
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
    seed: int,
    quiet: bool,
) -> None:
    """Which themes rise or fall over the years, and in which year do they jump?

    Example: textmine trend mined --by level -o trends.csv
    """
    from textmine.analysis.trend import trends
    from textmine.cli.results import load_analysis, load_hand, parse_where, split_names, write_frame

    found = trends(
        load_analysis(folder),
        split_names(by),
        where=parse_where(where),
        unit=unit,  # type: ignore[arg-type]
        role=roles or ("problem", "measure"),
        themes=split_names(themes) or None,
        base=base,  # type: ignore[arg-type]
        cluster=cluster,
        level=level,
        seed=seed,
        **load_hand(codes, sample),
        progress=not quiet and sys.stderr.isatty(),
    )
    write_frame(found, output)
