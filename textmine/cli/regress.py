"""``textmine regress``."""

from __future__ import annotations

import click

from textmine.cli.results import options


@click.command()
@click.argument("folder")
@click.argument("theme")
@click.option("--on", multiple=True, required=True, help="columns of the reports frame: year,level …")
@click.option("--link", type=click.Choice(["logit", "identity"]), default="logit", show_default=True)
@click.option("--role", type=click.Choice(["problem", "measure", "any"]), default="problem", show_default=True)
@click.option("--rare", type=click.IntRange(1), default=10, show_default=True, help="values of fewer reports are one")
@options("output", "where", "unit", "base", "cluster", "codes", "sample", "level")
def regress(
    folder: str,
    theme: str,
    on: tuple[str, ...],
    link: str,
    role: str,
    rare: int,
    output: str,
    where: tuple[str, ...],
    unit: str,
    base: str,
    cluster: str,
    codes: str | None,
    sample: str | None,
    level: float,
) -> None:
    """What goes with stating a theme? Logistic or linear regression, errors clustered by report.

    Example: textmine regress mined staffing --on year,level
    """
    from textmine.analysis.regression import regress as run
    from textmine.cli.results import load_analysis, load_hand, parse_where, split_names, write_frame

    found = run(
        load_analysis(folder),
        theme,
        split_names(on),
        role=role,
        rare=rare,
        link=link,  # type: ignore[arg-type]
        where=parse_where(where),
        unit=unit,  # type: ignore[arg-type]
        base=base,  # type: ignore[arg-type]
        cluster=cluster,
        level=level,
        **load_hand(codes, sample),
    )
    write_frame(found, output)
