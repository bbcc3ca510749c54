from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from textmine.analysis.demo import make_frames
from textmine.frames import to_frame
from textmine.summary.build import build_content
from textmine.summary.content import SummaryContent

if TYPE_CHECKING:
    from collections.abc import Mapping

#: what report text must never become: markup, a formula, a link, a turned direction, a broken script or table
HOSTILE = (
    "</script><script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 2'>",
    '=HYPERLINK("http://evil.example","点击")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "-2+3",
    "|竖线|与\n换行\t制表",
    "[链接](javascript:alert(1)) **粗** `码` _斜_ $x$ #1",
    "\u202e右到左覆盖\u202c 与 \u2067隔离",
    "{{ 7*7 }} {% raw %} ${7*7}",
    "\x0b\x00控制字符\ufffe",
    "]]> &amp; &#60; \u2028行分隔\u2029段分隔",
)

MANIFEST: Mapping[str, Any] = {
    "package": "0.1.0",
    "fingerprint": "abc",
    "tagger": {
        "kind": "model",
        "scores": {
            "training": {"precision": 0.91, "recall": 0.88, "f1": 0.895, "support": 120},
            "oversight": {"precision": 0.61, "recall": 0.55, "f1": 0.578, "support": 40},
        },
    },
    "inputs": ["reports"],
    "started": "2026-01-02T03:04:05Z",
}


def made_frames(n: int = 240) -> dict[str, pd.DataFrame]:
    """Frames of invented reports with hostile texts, names and paths, checks and skipped files."""
    frames = dict(make_frames(n))
    statements, reports = frames["statements"].copy(), frames["reports"].copy()
    for at, text in enumerate(HOSTILE):
        statements.loc[statements.index[3 + 5 * at], "text"] = text
    reports.loc[0, "agency"] = "<b>局</b>"
    reports.loc[1, "agency"] = "=1+1局"
    reports.loc[2, "path"] = 'demo/<a> & "b" \'%20#?.txt'
    reports.loc[3, "path"] = "javascript:alert(1)"
    reports.loc[4:6, "agency"] = pd.NA
    reports.loc[7:9, "year"] = pd.NA
    reports.loc[10:13, "level"] = pd.NA
    reports["layout"], reports["source_format"] = "2021", "text"
    frames |= {"statements": statements, "reports": reports}
    frames["tags"] = frames["tags"].assign(source="model", score=0.55)
    ids = reports["report_id"].tolist()
    frames["checks"] = to_frame(
        "checks",
        [
            {"report_id": ids[0], "check": "requests.balance.total", "status": "pass", "left": 3.0, "right": 3.0},
            {"report_id": ids[1], "check": "requests.balance.total", "status": "fail", "left": 12345.0, "right": 4.5}
            | {"explanation": "=3+4 <b>不等</b>", "explanation_en": "differs"},
            {"report_id": ids[2], "check": "narrative.received", "status": "explained", "left": 134.0, "right": 170.0}
            | {"explanation": "134 = 170 − 36", "explanation_en": "134 = 170 − 36"},
            {"report_id": ids[3], "check": "carry_over", "status": "not_assessable"},
        ],
    )
    frames["skipped"] = to_frame(
        "skipped",
        [
            {"path": "a<b>.pdf", "stage": "read", "reason": "no_text_layer", "detail": "page 1"},
            {"path": "=c.txt", "stage": "parse", "reason": "not_a_report", "detail": "</script>"},
        ],
    )
    return frames


@pytest.fixture(scope="session")
def frames() -> dict[str, pd.DataFrame]:
    return made_frames()


@pytest.fixture(scope="session", params=["zh", "en"])
def content(request: pytest.FixtureRequest, frames: dict[str, pd.DataFrame]) -> SummaryContent:
    return build_content(frames, by=["level", "kind"], lang=request.param, manifest=MANIFEST)


@pytest.fixture(scope="session")
def zh(frames: dict[str, pd.DataFrame]) -> SummaryContent:
    return build_content(frames, by=["level"], lang="zh", manifest=MANIFEST)
