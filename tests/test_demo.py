"""The demo corpus: its files are what the sources say, and textmine finds in them what was planted.

What textmine cannot yet read is listed in ``KNOWN`` with its reason; those tests may fail and may begin to pass.
"""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from textmine.parse import parse_report
from textmine.pipeline import mine
from textmine.read import read_file
from textmine.themes import load_codebook

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "corpora/demo"
MANIFEST = tomllib.loads((DEMO / "manifest.toml").read_text("utf-8"))["file"]
TRUTH = [json.loads(line) for line in (DEMO / "truth.jsonl").read_text("utf-8").splitlines()]
#: part of the truth -> report -> why textmine does not find it yet
KNOWN: dict[str, dict[str, str]] = {
    "metadata": {},
    "sections": {},
    "statements": {
        "yunsu-government/2023.docx": "the trained roles take a lack that opens with year and body for a lead-in",
    },
    "furniture": {},
    "cells": {},
    "checks": {},
}


def reports(part: str) -> list[Any]:
    """All reports as parameters; those known to be misread in this part may fail."""
    known = {f"reports/{name}": reason for name, reason in KNOWN[part].items()}
    assert set(known) <= {truth["path"] for truth in TRUTH}
    return [
        pytest.param(
            truth,
            id=truth["path"].removeprefix("reports/"),
            marks=[pytest.mark.xfail(reason=known[truth["path"]], strict=False)] if truth["path"] in known else [],
        )
        for truth in TRUTH
    ]


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    found = mine(DEMO / "reports")
    for name in ("reports", "skipped"):
        found[name] = found[name].assign(path=[Path(p).relative_to(DEMO).as_posix() for p in found[name]["path"]])
    return found


def rows(frames: dict[str, pd.DataFrame], name: str, path: str) -> list[dict[str, Any]]:
    """The rows of a frame that belong to a report, missing values as ``None``."""
    ids = frames["reports"].loc[frames["reports"]["path"] == path, "report_id"].tolist()
    frame = frames[name]
    own = frame[frame["report_id"].isin(ids)].astype(object)
    return own.where(own.notna(), None).to_dict("records")


def squeeze(text: str | None) -> str | None:
    return None if text is None else re.sub(r"\s", "", text)


# --- the files ------------------------------------------------------------------------------------


def test_manifest_lists_every_file_with_its_digest() -> None:
    there = {path.relative_to(DEMO).as_posix() for path in (DEMO / "reports").rglob("*") if path.is_file()}
    assert there == {entry["path"] for entry in MANIFEST}
    for entry in MANIFEST:
        assert hashlib.sha256((DEMO / entry["path"]).read_bytes()).hexdigest() == entry["sha256"], entry["path"]
    assert sum((DEMO / path).stat().st_size for path in there) < 3_000_000


def test_script_makes_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "scripts/make_demo.py", "-o", tmp_path], check=True, capture_output=True)
    for path in sorted(p for p in tmp_path.rglob("*") if p.is_file()):
        name = path.relative_to(tmp_path)
        assert path.read_bytes() == (DEMO / name).read_bytes(), name
    assert {p.relative_to(tmp_path) for p in (tmp_path / "reports").rglob("*")} == {
        p.relative_to(DEMO) for p in (DEMO / "reports").rglob("*")
    }


def test_the_corpus_is_as_wide_as_it_says() -> None:
    made = [entry for entry in MANIFEST if entry["kind"] != "not_a_report"]
    assert len(made) == len(TRUTH) == 36
    assert {entry["format"] for entry in made} == {"text", "markdown", "html", "pdf", "docx"}
    assert {entry["layout"] for entry in made} == {"2021", "2019", "pre2019"}
    assert {entry.get("encoding") for entry in made} >= {"utf-8", "gb18030", "gb2312", "utf-16-le"}
    bodies: dict[str, list[int]] = {}
    for entry in made:
        bodies.setdefault(entry["body"], []).append(entry["year"])
    assert len(bodies) == 12
    assert all(sorted(years) == list(range(min(years), min(years) + 3)) for years in bodies.values())
    statuses = {check["status"] for truth in TRUTH for check in truth["checks"]}
    assert statuses == {"fail", "explained", "not_assessable"}


def test_themes_are_those_of_the_codebook() -> None:
    codes = {theme.code for theme in load_codebook().themes}
    used = {theme for truth in TRUTH for statement in truth["statements"] for theme in statement["themes"]}
    assert used == codes
    for truth in TRUTH:
        assert all(not s["themes"] for s in truth["statements"] if s["role"] == "context"), truth["path"]


# --- what textmine finds ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "entry",
    [pytest.param(entry, id=entry["path"]) for entry in MANIFEST if entry["kind"] == "not_a_report"],
)
def test_what_is_no_report_is_skipped(frames: dict[str, pd.DataFrame], entry: dict[str, str]) -> None:
    skipped = dict(zip(frames["skipped"]["path"], frames["skipped"]["reason"], strict=True))
    assert skipped.get(entry["path"]) == entry["skipped"]


@pytest.mark.parametrize("truth", reports("metadata"))
def test_metadata(frames: dict[str, pd.DataFrame], truth: dict[str, Any]) -> None:
    (row,) = rows(frames, "reports", truth["path"])
    names = ("agency", "level", "kind", "layout", "published")
    assert {name: row[name] for name in names} == {name: truth[name] for name in names}
    assert (squeeze(row["title"]), int(row["year"])) == (truth["title"], truth["year"])
    meta = parse_report(read_file(DEMO / truth["path"])).metadata
    period = [field.value for field in (meta.period_start, meta.period_end) if field]
    assert period == (truth["period"] or [])


@pytest.mark.parametrize("truth", reports("sections"))
def test_sections(frames: dict[str, pd.DataFrame], truth: dict[str, Any]) -> None:
    found = [row for row in rows(frames, "sections", truth["path"]) if row["section"] != "preamble"]
    wanted = truth["sections"]
    assert [(r["section"], squeeze(r["heading"])) for r in found] == [
        (w["section"], squeeze(w["heading"])) for w in wanted
    ]
    for row, part in zip(found, wanted, strict=True):
        assert squeeze(row["text"]).startswith(part["start"]), part


@pytest.mark.parametrize("truth", reports("furniture"))
def test_no_page_furniture_in_sections(frames: dict[str, pd.DataFrame], truth: dict[str, Any]) -> None:
    furniture = re.compile("打印本页|关闭窗口|版权所有|分享到|扫一扫|上一篇|主办：|浏览次数|当前位置|字体|返回列表")
    for row in rows(frames, "sections", truth["path"]):
        if row["section"] != "preamble":
            assert not furniture.search(row["text"]), row["section"]


@pytest.mark.parametrize("truth", reports("statements"))
def test_statements(frames: dict[str, pd.DataFrame], truth: dict[str, Any]) -> None:
    found = [(row["role"], squeeze(row["text"])) for row in rows(frames, "statements", truth["path"])]
    assert found == [(s["role"], squeeze(s["text"])) for s in truth["statements"]]


@pytest.mark.parametrize("truth", reports("cells"))
def test_cells(frames: dict[str, pd.DataFrame], truth: dict[str, Any]) -> None:
    assert rows(frames, "reports", truth["path"])
    found = {(r["table"], r["row"], r["column"]): r["value"] for r in rows(frames, "cells", truth["path"])}
    wanted = {
        (table, row, column): value
        for table, by_row in truth["cells"].items()
        for row, by_column in by_row.items()
        for column, value in by_column.items()
    }
    assert found == wanted


@pytest.mark.parametrize("truth", reports("checks"))
def test_checks(frames: dict[str, pd.DataFrame], truth: dict[str, Any]) -> None:
    """Every check that does not pass is planted, and every planted one is found; text without a cell is left out."""
    assert rows(frames, "reports", truth["path"])
    found = {(row["check"], row["status"]) for row in rows(frames, "checks", truth["path"])}
    wanted = {(check["check"], check["status"]) for check in truth["checks"]}
    open_text = {pair for pair in found if pair[0].startswith("narrative.") and pair[1] == "not_assessable"}
    assert {pair for pair in found if pair[1] != "pass"} - open_text == wanted
