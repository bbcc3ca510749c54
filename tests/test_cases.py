"""Hand-made awkward texts, one a line in tests/cases; one marked ``doubtful`` may be read otherwise and only warns."""

import json
import re
import unicodedata
import warnings
from pathlib import Path
from typing import Any

import pytest

from textmine.errors import ReadError
from textmine.normalize import normalize_text
from textmine.parse import parse_report
from textmine.read import read_bytes
from textmine.statements import split_text

CASES = Path(__file__).parent / "cases"


def load(name: str) -> list[Any]:
    lines = (CASES / name).read_text("utf-8").splitlines()
    return [pytest.param(row, id=row["id"]) for row in map(json.loads, lines)]


def differ(case: dict[str, Any], found: object, wanted: object) -> None:
    if found == wanted:
        return
    if "doubtful" in case:
        warnings.warn(f"{case['id']}: {case['doubtful']}: {found}", stacklevel=2)
    else:
        assert found == wanted, case["note"]


def squeezed(text: str | None) -> str | None:
    """As the notes of the cases say: headings are compared repaired and without white space."""
    return text and unicodedata.normalize("NFKC", re.sub(r"\s", "", normalize_text(text).text))


@pytest.mark.parametrize("case", load("passages.jsonl"))
def test_passages_are_cut_and_told_apart(case: dict[str, Any]) -> None:
    found = [(unit.role, unit.label, unit.text) for unit in split_text(case["text"])]
    differ(case, found, [(s["role"], s["label"], s["text"]) for s in case["statements"]])


@pytest.mark.parametrize("case", load("headings.jsonl"))
def test_sections_are_found(case: dict[str, Any]) -> None:
    report = parse_report(read_bytes(case["text"].encode(), "a.txt"))
    found = [(section.section, squeezed(section.heading)) for section in report.sections]
    differ(case, found, [(s["section"], squeezed(s["heading"])) for s in case["sections"]])
    assert all(report.text[s.start : s.end] == s.text for s in report.sections)


@pytest.mark.parametrize("case", load("headings.jsonl"))
def test_metadata_are_read(case: dict[str, Any]) -> None:
    try:
        meta = parse_report(read_bytes(case["text"].encode(), "a.txt")).metadata
    except ReadError as error:
        pytest.fail(str(error))
    names = ("title", "agency", "year", "level", "kind")
    found = {name: field.value if (field := getattr(meta, name)) else None for name in names}
    wanted = {name: case[name] for name in names} | {"year": str(case["year"])}
    for name in ("title", "agency"):
        found[name], wanted[name] = squeezed(found[name]), squeezed(wanted[name])
    differ(case, found, wanted)
