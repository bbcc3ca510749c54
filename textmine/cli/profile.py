"""``textmine profile``."""

from __future__ import annotations

import click

from textmine.cli.results import options


@click.command()
@click.argument("folder")
@click.argument("agency")
@click.option("--peers", multiple=True, default=("level,kind",), show_default=True, help="columns that peers share")
@options("output", "where", "unit", "roles", "themes", "base", "level")
def profile(
    folder: str,
    agency: str,
    peers: tuple[str, ...],
    output: str,
    where: tuple[str, ...],
    unit: str,
    roles: tuple[str, ...],
    themes: tuple[str, ...],
    base: str,
    level: float,
) -> None:
    """What does one body state, beside its peers in the same years?

    Example: textmine profile mined 临樟县水利局 --peers level,kind
    """
    from textmine.analysis.profiles import profile as run
    from textmine.cli.results import load_analysis, parse_where, split_names, write_frame

    found = run(
        load_analysis(folder),
        agency,
        split_names(peers),
        where=parse_where(where),
        unit=unit,  # type: ignore[arg-type]
        role=roles or ("problem", "measure"),
        themes=split_names(themes) or None,
        base=base,  # type: ignore[arg-type]
        level=level,
    )
    write_frame(found, output)
