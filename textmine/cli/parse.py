"""``textmine parse``."""

from __future__ import annotations

import json

import click


@click.command()
@click.argument("file")
@click.option("-o", "--output", default="-", show_default=True, help="a JSON file; - is the standard output")
def parse(file: str, output: str) -> None:
    """Print one report as JSON.

    Example: textmine parse report.pdf -o report.json
    """
    from dataclasses import asdict

    from textmine.cli.streams import open_output, read_input
    from textmine.parse import parse_report
    from textmine.read import read_bytes, read_file

    source = read_bytes(read_input(file), "<stdin>") if file == "-" else read_file(file)
    report = parse_report(source)
    with open_output(output) as stream:
        json.dump(asdict(report), stream, ensure_ascii=False, indent=1)
        stream.write("\n")
