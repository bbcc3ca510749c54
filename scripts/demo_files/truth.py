"""What was planted, told from the sources alone: the manifest of the files and the truth of each report."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Final

from demo_files.forms import Key, printed_cells, read_value, sums_between, sums_within, values_of
from demo_files.source import ReportSource
from demo_files.text import halfwidth

Files = dict[str, tuple[bytes, ReportSource | None, str]]
_ENCODED: Final = {"text", "markdown", "html"}


def write_manifest(files: Files) -> str:
    """The manifest in TOML: every file with its digest."""
    lines = ["# Made by scripts/make_demo.py; do not edit.", ""]
    for path, (data, source, reason) in sorted(files.items()):
        entry: dict[str, Any] = {"path": path}
        if source is None:
            entry |= {"kind": "not_a_report", "skipped": reason}
        else:
            entry |= {"body": source.body.name, "year": source.year, "kind": source.body.kind}
            entry |= {"level": source.body.level} if source.body.level else {}
            entry |= {"layout": source.layout, "format": source.format}
            entry |= {"encoding": source.encoding} if source.format in _ENCODED else {}
            entry |= {"mess": list(source.mess)} if source.mess else {}
        entry["sha256"] = hashlib.sha256(data).hexdigest()
        lines += ["[[file]]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items()), ""]
    return "\n".join(lines)


def write_truth(files: Files) -> str:
    """The truth in JSON lines, one report a line.

    Raises:
        ValueError: the numbers of a source do not add up, and it does not say so, or the other way round.
    """
    values = {source.name: values_of(source) for _, source, _ in files.values() if source is not None}
    lines = []
    faults: list[str] = []
    for path, (_, source, _) in sorted(files.items()):
        if source is None:
            continue
        before = values.get(f"{source.body.slug}/{source.year - 1}")
        checks, wrong = _checks(source, values[source.name], before)
        faults += wrong
        lines.append(json.dumps(_truth(path, source, checks), ensure_ascii=False))
    if faults:
        raise ValueError("\n".join(faults))
    return "\n".join(lines) + "\n"


def _truth(path: str, source: ReportSource, checks: list[dict[str, str]]) -> dict[str, Any]:
    def read(text: str) -> str:
        return halfwidth(text) if "halfwidth" in source.mess else text

    parts = [
        {"section": part.section, "heading": read(part.heading) or None, "start": squeeze(read(part.text))[:16]}
        for part in source.parts
        if part.section != "annex"
    ]
    statements = [
        {"role": marked.role, "themes": list(marked.themes), "text": read(marked.text)}
        for part in source.parts
        for marked in part.statements
    ]
    period = source.option("period", [f"{source.year}-01-01", f"{source.year}-12-31"])
    return {
        "path": path,
        "title": "".join(source.title),
        "agency": source.body.name,
        "year": source.year,
        "level": source.body.level,
        "kind": source.body.kind,
        "layout": source.layout,
        "period": period if period else None,
        "published": source.option("published") or _signed(source),
        "sections": parts,
        "cells": _cells(source),
        "cell_notes": _notes(source),
        "checks": checks,
        "statements": statements,
        "note": source.option("note", ""),
    }


def _signed(source: ReportSource) -> str | None:
    """The date under the signature."""
    for line in source.option("signature", ()):
        if match := re.fullmatch(r"([\d〇一二三四五六七八九]{4})年([\d一]+)月([\d一二三四五六七八九十]+)日", line):
            return f"{_number(match[1])}-{_number(match[2]):0>2}-{_number(match[3]):0>2}"
    return None


def _number(text: str) -> str:
    text = re.sub("^十", "一", text) if len(text) == 2 else text
    return text.translate(str.maketrans("〇一二三四五六七八九", "0123456789"))


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def _cells(source: ReportSource) -> dict[str, dict[str, dict[str, float | None]]]:
    tables: dict[str, dict[str, dict[str, float | None]]] = {}
    for (table, row, column), value in values_of(source).items():
        plain = int(value) if value is not None and value == int(value) else value
        tables.setdefault(table, {}).setdefault(row, {})[column] = plain
    return tables


def _notes(source: ReportSource) -> dict[str, str]:
    found = {".".join(key): text for key, text in printed_cells(source).items()}
    return {name: text for name, text in found.items() if read_value(text)[0] is None or read_value(text)[1]}


def _checks(
    source: ReportSource, values: dict[Key, float | None], before: dict[Key, float | None] | None
) -> tuple[list[dict[str, str]], list[str]]:
    """The checks that do not pass: those that arithmetic gives, with what the source says of them."""
    planted = {entry["check"]: entry for entry in source.option("planted", ())}
    computed = sums_within(values, formal=source.layout in {"2021", "2019"})
    if before is not None:
        computed |= sums_between(before, values)
    faults = []
    for name, status in computed.items():
        said = planted.get(name, {}).get("status")
        if status == "fail" and said not in {"fail", "explained"}:
            faults.append(f"{source.name}: {name} does not add up and is not planted")
    for name, entry in planted.items():
        if not name.startswith("narrative.") and computed.get(name) != "fail":
            faults.append(f"{source.name}: {name} is planted as {entry['status']} but adds up")
    checks = [
        {"check": name, "status": planted.get(name, {}).get("status", status)} for name, status in computed.items()
    ]
    checks += [{"check": name, "status": e["status"]} for name, e in planted.items() if name.startswith("narrative.")]
    return [item | {"why": planted.get(item["check"], {}).get("why", "")} for item in checks], faults
