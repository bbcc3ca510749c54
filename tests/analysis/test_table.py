"""Results on a terminal: aligned whatever the script, rounded, no wider than the window, nothing left out unsaid."""

import pandas as pd
import pytest

from textmine.analysis import compare, cooccurrence, exemplars, prevalence, trends
from textmine.analysis.concordance import text_width
from textmine.cli import results
from textmine.cli.table import format_table

Frames = dict[str, pd.DataFrame]


@pytest.mark.parametrize("width", [40, 80, 132])
def test_tables_fit_the_window(frames: Frames, width: int) -> None:
    for found in (
        prevalence(frames, "year"),
        compare(frames, "level", "county"),
        trends(frames, themes=["training"]),
        cooccurrence(frames),
        exemplars(frames, "training"),
    ):
        text, left_out = format_table(found, width=width)
        lines = text.splitlines()
        assert max(map(text_width, lines)) <= max(width, 60)
        shown = set(" ".join(lines).replace(":", " ").split())
        gone = set(left_out.partition(": ")[2].split(", "))
        told = [name for name in found.columns if not name.startswith("raw") and found[name].notna().any()]
        assert all(name in shown or name in gone for name in told)


def test_numbers_are_rounded_and_stand_in_one_column() -> None:
    rows = pd.DataFrame(
        {
            "agency": ["县教育局", "x", None],
            "estimate": [1 / 3, 12.0, None],
            "p": [1e-9, 0.04, None],
            "small": [True, False, False],
            "text": ["业务培训" * 30, "a\u202eb\nc", ""],
        }
    )
    lines = format_table(rows, width=80)[0].split("\n")
    assert "0.3333" in lines[1] and "<0.0001" in lines[1] and "…" in lines[1] and "12.0000" in lines[2]
    assert len(lines) == 4 and "\u202e" not in "".join(lines)
    assert text_width(lines[1][: lines[1].index("0.3333") + 6]) == text_width(lines[2][: lines[2].index("12.0000") + 7])


def test_a_table_of_no_rows_has_its_header() -> None:
    assert format_table(pd.DataFrame({"a": [], "b": []}), width=80)[0].split() == ["a", "b"]


def test_only_a_terminal_gets_the_table(
    frames: Frames, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = prevalence(frames, "year", themes=["training"])
    results.write_frame(found, "-")
    assert capsys.readouterr().out.startswith("year,theme,role")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    results.write_frame(found, "-")
    told = capsys.readouterr()
    assert told.out.startswith("theme: training; unit: reports") and "do not fit" in told.err
