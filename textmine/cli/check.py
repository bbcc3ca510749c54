"""``textmine check``: what does not add up in reports."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("source", metavar="INPUT")
@click.option("-o", "--output", help="write all checks to a .csv, .jsonl or .parquet file, or the table to a .md file")
@click.option("--names", type=click.Path(dir_okay=False), help="lines of: variant of a body's name, tab, its name")
@click.option("--strict", is_flag=True, help="exit with 3 where a check fails or a file was skipped")
@click.option("-q", "--quiet", is_flag=True, help="print no table")
def check(source: str, output: str | None, names: str | None, strict: bool, quiet: bool) -> None:
    """Check the sums of a file, a folder of reports or a mined folder.

    Prints what fails and what is explained, for example: textmine check reports/ -o checks.csv
    """
    from textmine.checks.run import run_checks, write_checks

    result = run_checks(source, names=names)
    if output:
        write_checks(result, output)
    if not quiet:
        click.echo(result.table, nl=False)
    for skipped in result.skipped:
        click.echo(f"skipped {skipped}", err=True)
    if strict and (result.skipped or any(item.status == "fail" for item in result.checks)):
        sys.exit(3)
