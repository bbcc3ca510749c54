"""``textmine mine``."""

from __future__ import annotations

import sys
from typing import Any

import click

from textmine.cli.taggers import choose_tagger, tagger_options


@click.command()
@click.argument("inputs", nargs=-1, required=True)
@click.option("-o", "--output", required=True, help="folder for the Parquet frames and manifest.json")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="processes; without it, the number of cores")
@click.option("--timeout", type=click.FloatRange(min=0.1), help="seconds that one file may take; longer is skipped")
@click.option(
    "--memory", type=click.FloatRange(min=100), help="megabytes a process may take; more skips the file (Linux)"
)
@click.option(
    "--dask", metavar="ADDRESS", help="mine on the Dask cluster of this scheduler, tcp://host:8786 (extra dask)"
)
@click.option("--profile", is_flag=True, help="say where the time went, by stage")
@tagger_options
@click.option("--ocr", is_flag=True, help="recognize pictures and PDF pages without text (slow; extra ocr)")
@click.option("--force", is_flag=True, help="mine files again that the folder holds already")
@click.option("--strict", is_flag=True, help="exit with 3 where anything was skipped")
@click.option("-q", "--quiet", is_flag=True, help="no progress bar and no closing line")
def mine(
    inputs: tuple[str, ...],
    output: str,
    jobs: int | None,
    timeout: float | None,
    memory: float | None,
    dask: str | None,
    profile: bool,
    codebook_folder: str | None,
    model_folder: str | None,
    rules: bool,
    ocr: bool,
    force: bool,
    strict: bool,
    quiet: bool,
) -> None:
    """Mine files, folders or globs into frames.

    What the output folder holds of unchanged files is used again, so a run that was interrupted goes on where it
    stopped. A codebook without a model is tagged by its rules.

    \b
    Examples:
      textmine mine reports/ -o mined
      textmine mine reports/ -o mined --jobs 8 --timeout 60
      textmine mine /shared/reports -o /shared/mined --dask tcp://scheduler:8786
    """
    from textmine.pipeline import mine_to_folder

    if dask and jobs:
        raise click.UsageError("--jobs is for this machine, --dask for a cluster: give one of them")
    tagger = choose_tagger(codebook_folder, model_folder, rules=rules)
    client = None
    if dask:
        from textmine.cluster import connect

        client = connect(dask)
    progress = not quiet and sys.stderr.isatty()
    try:
        manifest = mine_to_folder(
            inputs,
            output,
            tagger=tagger,
            jobs=jobs,
            timeout=timeout,
            memory=memory,
            force=force,
            progress=progress,
            ocr=ocr,
            client=client,
        )
    finally:
        if client is not None:
            client.close()
    rows = manifest["counts"]
    skipped = rows["skipped"]
    if not quiet:
        counts = f"{rows['reports']} reports, {rows['statements']} statements, {skipped} skipped"
        where = f" (reasons in {output}/skipped.parquet)" if skipped else ""
        click.echo(f"{counts}{where}; frames are in {output}", err=True)
    if profile:
        click.echo(_stages(manifest), err=True)
    if strict and skipped:
        sys.exit(3)


def _stages(manifest: dict[str, Any]) -> str:
    """Return a table of the seconds of all processes by stage."""
    stages: dict[str, float] = manifest["stages"]
    total, reports = sum(stages.values()) or 1.0, manifest["counts"]["reports"] or 1
    lines = [f"{'stage':8}{'seconds':>10}{'share':>8}{'ms/report':>11}"]
    for name, seconds in sorted(stages.items(), key=lambda item: -item[1]):
        lines.append(f"{name:8}{seconds:10.2f}{seconds / total:8.0%}{1000 * seconds / reports:11.2f}")
    lines.append(
        f"{'all':8}{total:10.2f}{'':8}{1000 * total / reports:11.2f}   {manifest['seconds']:.2f} s by the clock"
    )
    return "\n".join(lines)
