"""summarize, plot and export from the command line: output, exit code, and each bad input."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from textmine.analysis.demo import make_frames
from textmine.cli import cli
from textmine.errors import TextmineError
from textmine.summary.write import count_themes, summarize


@pytest.fixture(scope="module")
def mined(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("mined")
    for name, frame in make_frames(120).items():
        frame.to_parquet(folder / f"{name}.parquet")
    (folder / "manifest.json").write_text('{"package": "0.1.0", "tagger": {"kind": "rules"}}', "utf-8")
    return str(folder)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


@pytest.mark.parametrize("form", ["html", "docx", "xlsx", "md", "csv"])
def test_summarize_writes_each_form(mined: str, tmp_path: Path, form: str) -> None:
    out = tmp_path / "new" / f"s.{form}"
    result = run("summarize", mined, "-o", str(out), "--by", "level", "--lang", "en")
    assert result.exit_code == 0, result.output
    assert out.stat().st_size > 100 and [path.name for path in out.parent.iterdir()] == [f"s.{form}"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-o", "s.pdf"], "suffix must be one of"),
        (["-o", "s.md", "--by", "levl"], "did you mean level"),
        (["-o", "s.md", "--theme", "x"], "unknown theme 'x'"),
        (["-o", "s.md", "--body", "没有"], "no report of the body"),
        (["-o", "s.md", "--region", "没有"], "no report of the region"),
        (["-o", "s.csv", "--theme", "training"], "counts as .csv"),
    ],
)
def test_summarize_says_what_is_wrong(mined: str, tmp_path: Path, arguments: list[str], says: str) -> None:
    arguments[1] = str(tmp_path / arguments[1])
    result = run("summarize", mined, *arguments)
    assert isinstance(result.exception, TextmineError) and says in str(result.exception)
    assert not list(tmp_path.iterdir())


def test_no_mined_folder_and_a_damaged_manifest(mined: str, tmp_path: Path) -> None:
    result = run("summarize", str(tmp_path), "-o", str(tmp_path / "s.md"))
    assert "is no mined folder" in str(result.exception)
    for path in Path(mined).iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "manifest.json").write_text("{", "utf-8")
    assert "manifest.json is damaged" in str(run("summarize", str(tmp_path), "-o", str(tmp_path / "s.md")).exception)


def test_plot_lists_and_draws(mined: str, tmp_path: Path) -> None:
    listed = run("plot", mined, "--by", "level").output
    assert "themes\t" in listed and "level_problem\t" in listed
    assert run("plot", mined, "themes", "-o", str(tmp_path / "t.svg")).exit_code == 0
    assert "各主题出现在多大比例的报告里" in (tmp_path / "t.svg").read_text("utf-8")
    assert "no figure 'x'" in str(run("plot", mined, "x", "-o", str(tmp_path / "x.png")).exception)


def test_export_writes_statements_tokens_and_frames(mined: str, tmp_path: Path) -> None:
    out = tmp_path / "e.csv"
    chosen = ["--theme", "training", "--role", "problem", "--where", "level=county"]
    assert run("export", mined, "-o", str(out), "--bom", *chosen).exit_code == 0
    rows = pd.read_csv(out, encoding="utf-8-sig")
    assert set(rows["level"]) == {"county"} and set(rows["role"]) == {"problem"} and (rows["t_training"] == 1).all()
    assert run("export", mined, "tokens", "-o", str(tmp_path / "t.csv")).exit_code == 0
    assert run("export", mined, "reports", "-o", str(tmp_path / "r.dta")).exit_code == 0
    assert run("export", mined, "reports", "-o", str(tmp_path / "r.csv"), *chosen).exit_code == 2
    assert "column=value" in str(run("export", mined, "-o", str(out), "--where", "year").exception)
    assert "skipped.parquet is missing" in str(run("export", mined, "skipped", "-o", str(out)).exception)


def test_help_has_examples() -> None:
    for command in ("summarize", "plot", "export"):
        assert f"textmine {command} mined" in run(command, "--help").output


def test_counts_are_those_of_the_summary(tmp_path: Path) -> None:
    frames = make_frames(60)
    counted = count_themes(frames).set_index(["theme", "role"])["reports"]
    from textmine.analysis import prevalence

    for row in prevalence(frames).to_dict("records"):
        assert counted.get((row["theme"], row["role"]), 0) == row["count"]
    summarize(frames, tmp_path / "s.md")
    assert (tmp_path / "s.md").read_text("utf-8").startswith("# 政府信息公开工作年度报告主题摘要")
