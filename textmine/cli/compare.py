"""``textmine compare``."""

from __future__ import annotations

import click

from textmine.cli.results import options


@click.command()
@click.argument("folder")
@click.argument("group")
@click.argument("a")
@click.argument("b", default="rest")
@options("output", "where", "unit", "roles", "themes", "base", "cluster", "codes", "sample", "level")
def compare(
    folder: str,
    group: str,
    a: str,
    b: str,
    output: str,
    where: tuple[str, ...],
    unit: str,
    roles: tuple[str, ...],
    themes: tuple[str, ...],
    base: str,
    cluster: str,
    codes: str | None,
    sample: str | None,
    level: float,
) -> None:
    """In which themes do two groups of reports differ? GROUP is a column, A and B its values (several with |).

    Example: textmine compare mined level county township -o differences.csv
    """
    from textmine.analysis.comparison import compare as run
    from textmine.cli.results import load_analysis, load_hand, parse_where, split_names, write_frame

    found = run(
        load_analysis(folder),
        group,
        a.split("|") if "|" in a else a,
        b.split("|") if "|" in b else b,
        where=parse_where(where),
        unit=unit,  # type: ignore[arg-type]
        role=roles or ("problem", "measure"),
        themes=split_names(themes) or None,
        base=base,  # type: ignore[arg-type]
        cluster=cluster,
        level=level,
        **load_hand(codes, sample),
    )
    write_frame(found, output)
