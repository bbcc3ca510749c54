"""The commands of analysis: output, forms, exit codes, messages."""

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from textmine.analysis.demo import make_frames
from textmine.cli import COMMANDS, cli
from textmine.errors import TextmineError

VERBS = [
    "prevalence", "trend", "compare", "profile", "cooccurrence", "regress", "sample", "exemplars", "evidence",
    "keywords", "collocations", "kwic", "newwords", "topics", "stopwords",
]  # fmt: skip


@pytest.fixture(scope="module")
def mined(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("mined")
    for name, frame in make_frames(120, seed=2).items():
        frame.to_parquet(folder / f"{name}.parquet")
    return str(folder)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


@pytest.mark.parametrize("verb", VERBS)
def test_help_has_an_example(verb: str) -> None:
    assert verb in COMMANDS
    told = run(verb, "--help")
    assert told.exit_code == 0 and (f"Example: textmine {verb}" in told.output or verb == "stopwords")


@pytest.mark.parametrize(
    ("arguments", "columns"),
    [
        (["prevalence", "@", "--by", "year,level", "--unit", "statements"], {"year", "level", "theme", "low", "small"}),
        (["trend", "@", "--theme", "interpretation,training"], {"estimate", "direction", "change_year"}),
        (["compare", "@", "level", "county", "township|prefecture"], {"share_a", "share_b", "q"}),
        (["profile", "@", "第1号局", "--peers", "level"], {"peer_estimate", "difference"}),
        (["cooccurrence", "@", "--unit", "reports", "--role", "problem", "--other-role", "measure"], {"lift", "q"}),
        (["regress", "@", "oversight", "--on", "level,year"], {"term", "estimate", "p"}),
        (["sample", "@", "-n", "20", "--by", "level"], {"report_id", "probability"}),
        (["exemplars", "@", "training", "-k", "2", "--where", "level=county"], {"text", "typicality"}),
        (["exemplars", "@", "--unusual", "-k", "2"], {"text", "distance"}),
        (["evidence", "@", "--theme", "training", "--role", "measure"], {"statement_id", "text"}),
        (["keywords", "@", "--by", "theme", "--against", "rest", "--rounds", "5"], {"term", "low", "high"}),
        (["keywords", "@", "--method", "textrank_jieba", "--group", "training", "--pos", "n,v"], {"term", "estimate"}),
        (["collocations", "@", "--rounds", "5", "--adjacent"], {"word_a", "log_dice"}),
        (["newwords", "@", "--longest", "4"], {"word", "entry"}),
        (
            ["topics", "@", "-k", "2", "--all", "--runs", "1", "--seed-words", "训=培训"],
            {"topic", "terms", "exemplars"},
        ),
    ],
)
def test_each_command_writes_its_frame(mined: str, tmp_path: Path, arguments: list[str], columns: set[str]) -> None:
    out = tmp_path / "out.csv"
    done = run(*[mined if a == "@" else a for a in arguments], "-o", str(out))
    assert done.exit_code == 0, done.output
    written = pd.read_csv(out)
    assert columns <= set(written.columns)
    shown = run(*[mined if a == "@" else a for a in arguments])
    assert shown.stdout == out.read_text("utf-8")


def test_the_suffix_chooses_the_form(mined: str, tmp_path: Path) -> None:
    for suffix in ("csv", "jsonl", "md", "parquet"):
        assert run("prevalence", mined, "-o", str(tmp_path / f"out.{suffix}")).exit_code == 0
    lines = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    assert json.loads(lines[0])["theme"] == "staffing" and len(lines) == len(pd.read_csv(tmp_path / "out.csv"))
    assert len(pd.read_parquet(tmp_path / "out.parquet")) == len(lines)
    assert (tmp_path / "out.md").read_text("utf-8").startswith("| theme |")


def test_a_sample_is_coded_and_corrects(mined: str, tmp_path: Path) -> None:
    sample, sheet = str(tmp_path / "sample.csv"), tmp_path / "sheet.csv"
    assert run("sample", mined, "-n", "30", "--by", "level", "-o", sample, "--sheet", str(sheet)).exit_code == 0
    assert sheet.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel reads Chinese by the mark only"
    unfinished = run("prevalence", mined, "--codes", str(sheet), "--sample", sample)
    assert isinstance(unfinished.exception, TextmineError) and "not coded" in str(unfinished.exception)
    pd.read_csv(sheet).assign(role="problem", themes="training").to_csv(sheet, index=False)
    done = run(
        "prevalence",
        mined,
        "--codes",
        str(sheet),
        "--sample",
        sample,
        "--role",
        "problem",
        "-o",
        str(tmp_path / "p.csv"),
    )
    assert done.exit_code == 0, done.exception
    found = pd.read_csv(tmp_path / "p.csv").set_index("theme")
    assert found.loc["training", "estimate"] == 1 and found.loc["training", "raw"] < 0.7
    assert found["method"].eq("corrected").all()


def test_a_concordance_is_aligned_text_or_a_table(mined: str, tmp_path: Path) -> None:
    done = run("kwic", "培训", mined, "--top", "3", "--width", "12")
    assert done.stdout.count("【培训】") == 3 and "places in" in done.stderr
    assert run("kwic", "培训", mined, "-o", str(tmp_path / "k.csv")).exit_code == 0
    assert "keyword" in pd.read_csv(tmp_path / "k.csv").columns
    assert run("kwic", "没有的", mined).stdout == ""


def test_stop_words_are_shown_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "stop.txt"
    path.write_text(run("stopwords", "show").stdout, "utf-8")
    assert run("stopwords", "check", str(path)).exit_code == 0
    path.write_text("信息更新工作\n", "utf-8")
    bad = run("stopwords", "check", str(path))
    assert bad.exit_code == 1 and "never_emitted" in bad.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["prevalence", "/nowhere"], "is no mined folder"),
        (["prevalence", "@", "--by", "yaer"], "did you mean year"),
        (["prevalence", "@", "--theme", "trainig"], "did you mean training"),
        (["prevalence", "@", "-o", "x.doc"], "the suffix must be one of"),
        (["prevalence", "@", "--codes", "x.csv"], "belong together"),
        (["evidence", "@", "--where", "level"], "expected column=value"),
        (["evidence", "@", "--where", "year=1900|1901"], "no report has year = 1900 or 1901"),
        (["evidence", "@", "--where", "yaer=2020"], "did you mean year"),
        (["keywords", "@", "--min-count", "9999"], "lower min_count"),
        (["keywords", "@", "--stopwords", "/nowhere.txt"], "No such file"),
        (["sample", "@", "-n", "1000"], "only 120"),
        (["profile", "@", "没有的局"], "no report has agency"),
    ],
)
def test_stated_errors(mined: str, arguments: list[str], told: str) -> None:
    done = run(*[mined if a == "@" else a for a in arguments])
    assert isinstance(done.exception, TextmineError) and told in str(done.exception)


def test_wrong_usage_is_exit_code_2(mined: str) -> None:
    assert run("prevalence", mined, "--unit", "words").exit_code == 2
    assert run("compare", mined).exit_code == 2


def test_where_and_merged_strata_on_the_command_line(mined: str, tmp_path: Path) -> None:
    for verb in (["prevalence"], ["trend"], ["compare"], ["regress"]):
        more = {"compare": ["year", "2020|2021"], "regress": ["oversight", "--on", "year"]}.get(verb[0], [])
        done = run(*verb, mined, *more, "--where", "level=county", "-o", str(tmp_path / "w.csv"))
        assert done.exit_code == 0, done.exception
        assert pd.read_csv(tmp_path / "w.csv")["n_reports"].max() <= 40
    none = run("prevalence", mined, "--where", "level=")
    assert str(none.exception) == "no report has level = (missing)"
    done = run("sample", mined, "-n", "30", "--by", "year,level", "-o", str(tmp_path / "s.csv"))
    assert "taken together as" in done.stderr and len(pd.read_csv(tmp_path / "s.csv")) == 30
    refused = run("sample", mined, "-n", "30", "--by", "year,level", "--no-merge")
    assert "strata need two reports each" in str(refused.exception)


def test_long_work_shows_a_bar_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    from textmine.analysis import cooccurrence, kwic, unusual

    frames = make_frames(30)
    for word, show in (
        ("pairs", lambda bar: cooccurrence(frames, progress=bar)),
        ("kwic", lambda bar: kwic(frames, "培训", progress=bar)),
        ("unusual", lambda bar: unusual(frames, progress=bar)),
    ):
        quiet = show(False)
        assert capsys.readouterr().err == ""
        pd.testing.assert_frame_equal(quiet, show(True))
        assert word in capsys.readouterr().err
