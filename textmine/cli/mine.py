"""``textmine mine``."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("inputs", nargs=-1, required=True)
@click.option("-o", "--output", required=True, help="folder for the Parquet frames and manifest.json")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="processes; without it, the number of cores")
@click.option("--timeout", type=click.FloatRange(min=0.1), help="seconds that one file may take; longer is skipped")
@click.option("--ocr", is_flag=True, help="recognize pictures and PDF pages without text (slow; extra ocr)")
@click.option("--force", is_flag=True, help="mine files again that the folder holds already")
@click.option("--strict", is_flag=True, help="exit with 3 where anything was skipped")
@click.option("-q", "--quiet", is_flag=True, help="no progress bar and no closing line")
def mine(
    inputs: tuple[str, ...],
    output: str,
    jobs: int | None,
    timeout: float | None,
    ocr: bool,
    force: bool,
    strict: bool,
    quiet: bool,
) -> None:
    """Mine files, folders or globs into frames.

    What the output folder holds of unchanged files is used again, so a run that was interrupted goes on where it
    stopped.

    Example: textmine mine reports/ -o mined
    """
    from textmine.pipeline import mine_to_folder

    progress = not quiet and sys.stderr.isatty()
    manifest = mine_to_folder(inputs, output, jobs=jobs, timeout=timeout, force=force, progress=progress, ocr=ocr)
    rows = manifest["counts"]
    skipped = rows["skipped"]
    if not quiet:
        counts = f"{rows['reports']} reports, {rows['statements']} statements, {skipped} skipped"
        where = f" (reasons in {output}/skipped.parquet)" if skipped else ""
        click.echo(f"{counts}{where}; frames are in {output}", err=True)
    if strict and skipped:
        sys.exit(3)
