"""``textmine cooccurrence``."""

from __future__ import annotations

import sys

import click

from textmine.cli.results import options


@click.command()
@click.argument("folder")
@click.option("--unit", type=click.Choice(["statements", "reports"]), default="statements", show_default=True)
@click.option("--other-role", type=click.Choice(["problem", "measure", "any"]), help="role of the second theme")
@options("output", "role", "themes", "base", "cluster", "level", "quiet")
def cooccurrence(
    folder: str,
    unit: str,
    other_role: str | None,
    output: str,
    role: str,
    themes: tuple[str, ...],
    base: str,
    cluster: str,
    level: float,
    quiet: bool,
) -> None:
    """Which themes are stated together, oftener than by chance?

    Example: textmine cooccurrence mined --unit reports --role problem --other-role measure
    """
    from textmine.analysis.pairs import cooccurrence as run
    from textmine.cli.results import load_analysis, split_names, write_frame

    found = run(
        load_analysis(folder),
        unit=unit,  # type: ignore[arg-type]
        role=role,
        other_role=other_role,
        themes=split_names(themes) or None,
        base=base,  # type: ignore[arg-type]
        cluster=cluster,
        level=level,
        progress=not quiet and sys.stderr.isatty(),
    )
    write_frame(found, output)
