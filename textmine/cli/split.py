"""``textmine split``."""

from __future__ import annotations

import click


@click.command()
@click.argument("file", default="-")
@click.option("-o", "--output", default="-", show_default=True, help="a JSON lines file; - is the standard output")
def split(file: str, output: str) -> None:
    """Split problems parts into statements with roles, one line of JSON each.

    FILE is a report (then offsets point into its text), or JSON lines or CSV with id and text, where text is a
    problems part.

    Example: textmine split parts.jsonl -o statements.jsonl
    """
    from collections.abc import Sequence
    from dataclasses import asdict
    from pathlib import Path
    from typing import Any

    from textmine.cli.streams import is_json_lines, open_output, put_line, read_input, read_items
    from textmine.parse import parse_report
    from textmine.read import read_bytes, read_file
    from textmine.records import Statement
    from textmine.statements import Unit, split_statements, split_text

    data = read_input(file)
    if is_json_lines(data) or file.lower().endswith(".csv"):
        items: list[tuple[Any, Sequence[Unit | Statement]]] = [
            (item["id"], split_text(item["text"])) for item in read_items(data, file)
        ]
    else:
        report = parse_report(read_bytes(data, "<stdin>") if file == "-" else read_file(Path(file)))
        items = [(report.report_id, split_statements(report))]
    keys = ("n", "role", "label", "text", "start", "end")
    with open_output(output) as stream:
        for name, units in items:
            rows = [asdict(unit) for unit in units]
            put_line(stream, {"id": name, "statements": [{key: row[key] for key in keys} for row in rows]})
