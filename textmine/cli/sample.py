"""``textmine sample``."""

from __future__ import annotations

import click

from textmine.cli.results import options


@click.command()
@click.argument("folder")
@click.option("-n", "--number", type=click.IntRange(1), default=100, show_default=True, help="reports to draw")
@click.option("--sheet", help="a CSV file to write their statements to, with empty columns for the codes")
@click.option("--no-merge", is_flag=True, help="refuse a number too small for the strata; do not take strata together")
@options("output", "by", "base", "seed")
def sample(
    folder: str,
    number: int,
    sheet: str | None,
    no_merge: bool,
    output: str,
    by: tuple[str, ...],
    base: str,
    seed: int,
) -> None:
    """Draw a stratified random sample of reports to code by hand, with the probability of each.

    Two reports at the least are drawn from each stratum; where the number does not suffice, neighbouring strata are
    taken together. Each report's probability stays exact.

    Keep the sample: the codes correct the machine's figures only together with it.

    Example: textmine sample mined -n 100 --by year,level -o sample.csv --sheet codes.csv
    """
    from textmine.analysis.handcodes import make_sheet
    from textmine.analysis.sampling import draw_sample
    from textmine.cli.results import load_analysis, split_names, write_frame

    frames = load_analysis(folder)
    merge = not no_merge
    drawn = draw_sample(frames, number, split_names(by), base=base, seed=seed, merge=merge)  # type: ignore[arg-type]
    if (joined := drawn["stratum_name"].str.contains("; ", regex=False)).any():
        strata = drawn.loc[joined, "stratum_name"].nunique()
        told = f"{number} reports are fewer than two a stratum: neighbouring strata were taken together as {strata}"
        click.echo(f"{told} (column stratum_name)", err=True)
    write_frame(drawn, output)
    if sheet:
        write_frame(make_sheet(frames, drawn), sheet, for_excel=True)
