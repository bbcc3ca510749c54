"""The command line: the verbs of the Python interface, no logic of its own."""

from __future__ import annotations

import json
import sys
from typing import Any, TextIO

import click

from textmine import __version__
from textmine.errors import TextmineError

__all__ = ["main"]


@click.group()
@click.version_option(__version__)
def cli() -> None:
    """Text mining for 政府信息公开工作年度报告."""


@cli.command()
@click.argument("inputs", nargs=-1, required=True)
@click.option("-o", "--output", required=True, help="folder for the Parquet frames and manifest.json")
@click.option("--strict", is_flag=True, help="exit with 3 where anything was skipped")
@click.option("-q", "--quiet", is_flag=True)
def mine(inputs: tuple[str, ...], output: str, strict: bool, quiet: bool) -> None:
    """Mine files, folders or globs into frames, for example: textmine mine reports/ -o mined"""
    from textmine.pipeline import mine as run

    frames = run(inputs, output, progress=not quiet and sys.stderr.isatty())
    skipped = len(frames["skipped"])
    if not quiet:
        click.echo(f"{len(frames['reports'])} reports, {skipped} skipped: see skipped.parquet in {output}", err=True)
    if strict and skipped:
        sys.exit(3)


@cli.command()
@click.argument("folder")
@click.option("-o", "--output", required=True, help="a .md or .csv file")
@click.option("--by", multiple=True, help="a column of the reports frame: year, level, kind …")
def summarize(folder: str, output: str, by: tuple[str, ...]) -> None:
    """Summarize a mined folder, for example: textmine summarize mined -o themes.md --by year"""
    from textmine.summarize import summarize as run

    run(folder, output, by=by)


@cli.command()
@click.argument("file")
@click.option("-o", "--output", type=click.File("w", encoding="utf-8"), default="-")
def parse(file: str, output: TextIO) -> None:
    """Print one report as JSON, for example: textmine parse report.pdf -o report.json"""
    from dataclasses import asdict

    from textmine.parse import parse_report
    from textmine.read import read_file

    json.dump(asdict(parse_report(read_file(file))), output, ensure_ascii=False, indent=1)


@cli.command()
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@click.option("-o", "--output", type=click.File("w", encoding="utf-8"), default="-")
def split(file: TextIO, output: TextIO) -> None:
    """Split problems parts (JSON lines with id and text) into statements."""
    from dataclasses import asdict

    from textmine.statements import split_text

    for item in _json_lines(file):
        _put(output, {"id": item["id"], "statements": [asdict(unit) for unit in split_text(item["text"])]})


@cli.command()
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@click.option("-o", "--output", type=click.File("w", encoding="utf-8"), default="-")
def tag(file: TextIO, output: TextIO) -> None:
    """Tag statements (JSON lines with id, text and optionally role) with themes."""
    from dataclasses import asdict

    from textmine.themes import RuleTagger

    items = _json_lines(file)
    predictions = RuleTagger().predict([item["text"] for item in items], [item.get("role") for item in items])
    for item, prediction in zip(items, predictions, strict=True):
        _put(output, {"id": item["id"], "role": prediction.role, "themes": [asdict(hit) for hit in prediction.hits]})


def _json_lines(file: TextIO) -> list[dict[str, Any]]:
    items = []
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except json.JSONDecodeError as error:
            raise TextmineError(f"line {number} is no JSON: {error}") from error
        if not isinstance(item, dict) or not isinstance(item.get("text"), str) or "id" not in item:
            raise TextmineError(f"line {number} must be an object with 'id' and 'text'")
        if item.get("role") not in {None, "problem", "measure", "context"}:
            raise TextmineError(f"line {number}: unknown role {item['role']!r}")
        items.append(item)
    return items


def _put(output: TextIO, item: dict[str, Any]) -> None:
    output.write(json.dumps(item, ensure_ascii=False) + "\n")


def main() -> None:
    """Run the command line; a stated error becomes one line and exit code 1."""
    try:
        cli()
    except TextmineError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
