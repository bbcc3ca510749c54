"""textmine codebook: output, exit code, help, and each bad input."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from textmine.cli.codebook import codebook
from textmine.errors import CodebookError
from textmine.themes import load_codebook

RUN = CliRunner()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(load_codebook().path, tmp_path / "copy"))


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_show_lists_the_themes_and_one_of_them() -> None:
    result = RUN.invoke(codebook, ["show"])
    assert result.exit_code == 0 and "staffing\t队伍人员" in result.stdout
    result = RUN.invoke(codebook, ["show", "staffing"])
    assert result.exit_code == 0 and "[staffing.few] pair" in result.stdout
    result = RUN.invoke(codebook, ["show", "nothing"])
    assert isinstance(result.exception, CodebookError) and "staffing" in str(result.exception)


def test_check_exits_with_1_where_an_example_fails(copy: Path) -> None:
    assert RUN.invoke(codebook, ["check"]).exit_code == 0
    assert RUN.invoke(codebook, ["check", str(copy)]).exit_code == 0
    replaced(copy / "staffing.toml", "[examples.hit]\nproblem = [", '[examples.hit]\nproblem = [\n  "风和日丽。",')
    result = RUN.invoke(codebook, ["check", str(copy)])
    assert result.exit_code == 1
    assert "error\tstaffing\texample_missed\tproblem: 风和日丽。" in result.stdout
    assert "1 errors" in result.stderr


def test_diff_prints_what_changes(copy: Path, tmp_path: Path) -> None:
    path = copy / "staffing.toml"
    path.write_text(path.read_text("utf-8").split("[[rules]]")[0], "utf-8")
    lines = [{"id": 1, "text": "专职人员不足。", "role": "problem"}, {"id": 2, "text": "形式单一。", "role": "problem"}]
    (tmp_path / "s.jsonl").write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    result = RUN.invoke(codebook, ["diff", "-", str(copy), str(tmp_path / "s.jsonl")])
    assert result.exit_code == 0, result.exception
    assert json.loads(result.stdout) == {"id": 1, "lost": ["staffing"], "gained": [], "text": "专职人员不足。"}
    assert "1 of 2" in result.stderr

    frame = pd.DataFrame({"statement_id": ["a", "b"], "text": ["专职人员不足。", None], "role": ["problem", None]})
    frame.to_parquet(tmp_path / "statements.parquet")
    output = tmp_path / "changed.jsonl"
    result = RUN.invoke(codebook, ["diff", str(copy), "-", str(tmp_path), "-o", str(output)])
    assert result.exit_code == 0, result.exception
    assert json.loads(output.read_text("utf-8"))["gained"] == ["staffing"]


def test_help_shows_examples() -> None:
    for name in ("show", "check", "diff"):
        assert "Example: textmine codebook" in RUN.invoke(codebook, [name, "--help"]).stdout
