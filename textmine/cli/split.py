"""``textmine split``."""

from __future__ import annotations

import click


@click.command()
@click.argument("file", default="-")
@click.option("-o", "--output", default="-", show_default=True, help="a JSON lines file; - is the standard output")
@click.option("--rules", is_flag=True, help="decide roles by cues alone, without the trained model")
def split(file: str, output: str, rules: bool) -> None:
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
    from textmine.model_store import default_tagger
    from textmine.parse import parse_report
    from textmine.read import read_bytes, read_file
    from textmine.records import Statement
    from textmine.roles import decide_roles
    from textmine.statements import RoleDecider, Unit, split_statements, split_text

    decide: RoleDecider = decide_roles if rules else default_tagger().decide_pieces
    data = read_input(file)
    if is_json_lines(data) or file.lower().endswith(".csv"):
        items: list[tuple[Any, Sequence[Unit | Statement]]] = [
            (item["id"], split_text(item["text"], decide=decide)) for item in read_items(data, file)
        ]
    else:
        report = parse_report(read_bytes(data, "<stdin>") if file == "-" else read_file(Path(file)))
        items = [(report.report_id, split_statements(report, decide=decide))]
    keys = ("n", "role", "label", "text", "start", "end")
    with open_output(output) as stream:
        for name, units in items:
            rows = [asdict(unit) for unit in units]
            put_line(stream, {"id": name, "statements": [{key: row[key] for key in keys} for row in rows]})
