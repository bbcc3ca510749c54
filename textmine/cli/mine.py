"""``textmine mine``."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("inputs", nargs=-1, required=True)
@click.option("-o", "--output", required=True, help="folder for the Parquet frames and manifest.json")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="processes; without it, the number of cores")
@click.option("--strict", is_flag=True, help="exit with 3 where anything was skipped")
@click.option("-q", "--quiet", is_flag=True, help="no progress bar and no closing line")
def mine(inputs: tuple[str, ...], output: str, jobs: int | None, strict: bool, quiet: bool) -> None:
    """Mine files, folders or globs into frames.

    Example: textmine mine reports/ -o mined
    """
    from textmine.pipeline import mine as run

    frames = run(inputs, output, jobs=jobs, progress=not quiet and sys.stderr.isatty())
    skipped = len(frames["skipped"])
    if not quiet:
        counts = f"{len(frames['reports'])} reports, {len(frames['statements'])} statements, {skipped} skipped"
        where = f" (reasons in {output}/skipped.parquet)" if skipped else ""
        click.echo(f"{counts}{where}; frames are in {output}", err=True)
    if strict and skipped:
        sys.exit(3)
