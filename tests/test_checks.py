"""Checks: sums, restated numbers, shares, one year against the next; what is planted is seen and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from made import COLUMNS, FORM, ROWS, TITLE, Made, make, to_text

from textmine.checks import check_report, check_years, read_names, read_narrative, render_checks
from textmine.checks.patterns import read_patterns
from textmine.cli.check import check as command
from textmine.errors import TemplateError, TextmineError
from textmine.parse import parse_report
from textmine.pipeline import mine
from textmine.read import read_bytes, read_file
from textmine.records import Cell, Check, Report

REAL = Path(__file__).parents[2] / "shared/real"
CASES = [json.loads(line) for line in (Path(__file__).parent / "cases/narrative.jsonl").read_text("utf-8").splitlines()]
needs_real = pytest.mark.skipif(not REAL.exists(), reason="the real reports are not on this machine")


def report_of(made: Made, prose: str = "全年工作平稳。", *, title: str = TITLE, **change: str | None) -> Report:
    tables = to_text(made, "\t", without=change.get("without"))
    text = f"{title}\n一、总体情况\n{prose}\n二、主动公开政府信息情况\n{tables}\n五、存在的主要问题及改进情况\n无。\n"
    return parse_report(read_bytes(text.encode(), "a.txt"))


def statuses(checks: tuple[Check, ...]) -> dict[str, str]:
    return {check.check: check.status for check in checks}


def one(made: Made, prose: str) -> list[tuple[str, str]]:
    return [(c.check, c.status) for c in check_report(report_of(made, prose)) if c.check.startswith("narrative.")]


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:24] for case in CASES])
def test_narrative_cases(case: dict[str, object]) -> None:
    readings = read_narrative(str(case["text"]), year=int(str(case["year"])), agency=str(case["agency"]))
    assert [[reading.what, reading.value] for reading in readings] == case["expected"], case["note"]


def test_half_of_the_cases_are_traps() -> None:
    assert len(CASES) >= 60 and sum(bool(case["trap"]) for case in CASES) * 2 >= len(CASES)


def test_a_full_form_has_forty_two_sums_and_all_pass() -> None:
    checks = check_report(report_of(make(3)))
    assert len(checks) == 42 and {check.status for check in checks} == {"pass"}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 5000), st.sampled_from([row.code for row in ROWS]), st.sampled_from(range(7)), st.integers(1, 9))
def test_a_planted_error_fails_just_the_checks_that_see_it(seed: int, row: str, column: int, more: int) -> None:
    made = make(seed)
    made.requests[row][column] = str(int(made.requests[row][column]) + more)
    found = {name for name, status in statuses(check_report(report_of(made))).items() if status != "pass"}
    name = COLUMNS[column]
    wanted = {f"requests.applicants.{row}"}
    if row in {"new", "carried_in", "total", "carried_out"}:
        wanted.add(f"requests.balance.{name}")
    if row not in {"new", "carried_in", "carried_out"}:
        wanted.add(f"requests.outcomes.{name}")
    assert found == wanted


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 5000), st.integers(0, 14), st.integers(1, 9))
def test_a_planted_error_in_part_four(seed: int, place: int, more: int) -> None:
    made = make(seed)
    made.disputes[place] = str(int(made.disputes[place]) + more)
    found = {name for name, status in statuses(check_report(report_of(made))).items() if status != "pass"}
    assert found == {f"disputes.sum.{FORM['disputes'].rows[place // 5].code}"}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 5000), st.sampled_from([row.code for row in ROWS]))
def test_a_lost_row_makes_its_checks_not_assessable(seed: int, row: str) -> None:
    found = statuses(check_report(report_of(make(seed), without=row)))
    lost = {name for name, status in found.items() if status == "not_assessable"}
    assert "fail" not in found.values() and f"requests.applicants.{row}" not in found
    assert lost <= {f"requests.{kind}.{column}" for kind in ("balance", "outcomes") for column in COLUMNS} and lost


def with_total(made: Made, row: str, total: int) -> Made:
    made.requests[row] = [str(total), *"00000", str(total)]
    return made


def small() -> Made:
    """Received 100, carried in 5, answered 98, carried out 7; review 6 with 2 pending."""
    made = make(0)
    for row in made.requests:
        with_total(made, row, 0)
    for row, total in {"new": 100, "carried_in": 5, "granted": 98, "total": 98, "carried_out": 7}.items():
        with_total(made, row, total)
    made.disputes[:] = ["3", "1", "0", "2", "6", *"1000130003"]
    return made


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("全年收到政府信息公开申请100件。", [("received", "pass")]),
        ("全年受理政府信息公开申请105件。", [("received", "explained")]),
        ("全年受理政府信息公开申请104件。", [("received", "fail")]),
        ("答复申请93件。", [("answered", "explained")]),
        ("收到申请100件，均已办结。", [("received", "pass"), ("all_answered", "fail")]),
        ("我市未收到政府信息公开申请。", [("received", "fail")]),
        ("行政复议4件。", [("review_total", "explained")]),
        ("行政复议6件，结果均维持。", [("review_total", "pass"), ("review_all_upheld", "fail")]),
        ("市政府办公室受理政府信息公开申请30件。", [("received", "explained")]),
        ("全市共受理政府信息公开申请30件。", [("received", "fail")]),
        (
            "收到申请100件，其中自然人申请70件，法人或其他组织申请20件。",
            [
                ("received", "pass"),
                ("natural_person", "fail"),
                ("organisations", "fail"),
                ("enumeration.received", "fail"),
            ],
        ),
        (
            "收到申请100件，其中自然人申请100件，占100%。",
            [("received", "pass"), ("natural_person", "pass"), ("share", "pass")],
        ),
        ("收到申请100件，比上年增加20件，增长25%。", [("received", "pass"), ("growth", "pass")]),
        ("收到申请100件，比上年增加20件，增长20%。", [("received", "pass"), ("growth", "fail")]),
        ("收到申请100件，同比增长20%。", [("received", "pass"), ("growth", "not_assessable")]),
        ("收到申请100件，较上年减少10件，下降9.0%。", [("received", "pass"), ("growth", "explained")]),
    ],
)
def test_restated_numbers(prose: str, expected: list[tuple[str, str]]) -> None:
    found = [(name.removeprefix("narrative."), status) for name, status in one(small(), prose)]
    assert sorted(found) == sorted(expected)


def test_a_narrative_check_has_its_sentence() -> None:
    report = report_of(small(), "工作平稳。全年受理政府信息公开申请105件。")
    (check,) = [check for check in check_report(report) if check.check == "narrative.received"]
    assert report.text[check.start : check.end] == "全年受理政府信息公开申请105件。"
    assert "100 + 5 = 105" in check.explanation and "100 + 5 = 105" in check.explanation_en


def test_a_dispute_total_without_the_pending_is_explained() -> None:
    made = small()
    made.disputes[4] = "4"
    (check,) = [check for check in check_report(report_of(made)) if check.check == "disputes.sum.review"]
    assert (check.status, check.left, check.right) == ("explained", 6, 4) and "6 − 尚未审结 2 = 4" in check.explanation


def year_of(made: Made, year: int, agency: str, prose: str = "工作平稳。") -> Report:
    return report_of(made, prose, title=f"{agency}{year}年政府信息公开工作年度报告")


def stock(made: Made, numbers: list[str]) -> Made:
    made.proactive["normative_documents"] = numbers
    made.proactive["regulations"] = ["0", "0", "0"]
    return made


def test_two_years_of_one_body() -> None:
    before, after = stock(small(), ["3", "0", "20"]), stock(with_total(small(), "carried_in", 7), ["4", "1", "23"])
    reports = [year_of(before, 2021, "云溯市枕河区人民政府"), year_of(after, 2022, "枕河区人民政府")]
    found = statuses(check_years(reports))
    assert found["carry_over"] == found["carry_over.natural_person"] == "pass"
    assert found["stock.normative_documents"] == found["stock.regulations"] == "pass" and len(found) == 9


@pytest.mark.parametrize(
    ("prose", "status"),
    [("清理规范性文件后自然失效3件。", "explained"), ("工作平稳。", "fail"), ("清理规范性文件2件。", "fail")],
)
def test_a_changed_stock_is_explained_by_the_number_that_the_text_gives(prose: str, status: str) -> None:
    before, after = stock(small(), ["3", "0", "20"]), stock(small(), ["4", "1", "20"])
    reports = [year_of(before, 2021, "枕河区人民政府"), year_of(after, 2022, "枕河区人民政府", prose)]
    assert statuses(check_years(reports))["stock.normative_documents"] == status


def test_other_bodies_and_gaps_are_not_compared() -> None:
    made = small()
    assert check_years([year_of(made, 2021, "枕河区水务局"), year_of(made, 2022, "枕河区人民政府")]) == ()
    assert check_years([year_of(made, 2020, "枕河区水务局"), year_of(made, 2022, "枕河区水务局")]) == ()


def test_names_that_a_user_states(tmp_path: Path) -> None:
    table = tmp_path / "names.tsv"
    table.write_text("枕河县水利局\t枕河区水务局\n", "utf-8")
    reports = [year_of(small(), 2021, "枕河县水利局"), year_of(small(), 2022, "枕河区水务局")]
    assert check_years(reports) == () and len(check_years(reports, names=read_names(table))) == 9
    table.write_text("枕河县水利局\n", "utf-8")
    with pytest.raises(TextmineError, match="line 1"):
        read_names(table)


def test_frames_give_the_checks_that_reports_give(tmp_path: Path) -> None:
    reports = []
    for year, made in ((2021, small()), (2022, with_total(small(), "carried_in", 7))):
        report = year_of(made, year, "枕河区人民政府")
        (tmp_path / f"{year}.txt").write_text(report.text, "utf-8")
        reports.append(parse_report(read_file(tmp_path / f"{year}.txt")))
    assert sorted(map(repr, check_years(mine([tmp_path])))) == sorted(map(repr, check_years(reports)))


def test_the_command(tmp_path: Path) -> None:
    made = small()
    made.disputes[4] = "9"
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(report_of(made).text, "utf-8")
    for output in ("c.csv", "c.jsonl", "c.parquet", "c.md"):
        result = CliRunner().invoke(command, [str(tmp_path / "in"), "-o", str(tmp_path / output)])
        assert result.exit_code == 0 and "| disputes.sum.review | fail | 6 | 9 |" in result.output
        assert (tmp_path / output).stat().st_size > 100
    mine([tmp_path / "in"], tmp_path / "mined")
    mined = CliRunner().invoke(command, [str(tmp_path / "mined"), "--strict"])
    assert mined.exit_code == 3 and "1 fail" in mined.output
    missing = CliRunner().invoke(command, [str(tmp_path / "none")])
    assert isinstance(missing.exception, TextmineError)


def test_patterns_with_unknown_keys_are_refused() -> None:
    with pytest.raises(TemplateError, match="befor"):
        read_patterns(
            'measure = [{code="a", topic="b", cells=[], befor="x"}]\nclaim=[]\npartition=[]\n[words]\ntopics=[]'
        )


# --- the real reports ----------------------------------------------------------------------------


def real(name: str) -> Report:
    return parse_report(read_file(REAL / name))


@needs_real
@pytest.mark.parametrize("name", ["000_d7369706dbedddca.txt", "hongze-2023.pdf", "hongze-2024.pdf", "huaian-2024.pdf"])
def test_failing_checks_of_the_real_reports(name: str) -> None:
    expected = json.loads((REAL / "expected" / f"{Path(name).stem}.json").read_text("utf-8"))
    checks = check_report(real(name))
    failing = [(c.check, c.left, c.right) for c in checks if c.status == "fail"]
    assert failing == [(c["id"], c["left"], c["right"]) for c in expected["failed_checks"]]
    found = {(c.check.removeprefix("narrative."), c.left): c.status for c in checks if c.check.startswith("narrative.")}
    for item in expected["narrative"]:
        status = {"explainable": "explained"}.get(item["status"], item["status"].split(";")[0])
        assert found[item["what"], item["text"]] == status


@needs_real
def test_the_two_years_of_hongze() -> None:
    checks = check_years([real("hongze-2023.pdf"), real("hongze-2024.pdf")])
    by_name = {check.check: check for check in checks}
    assert {check.status for check in checks} == {"pass"}
    assert by_name["carry_over"].left == by_name["carry_over"].right == 0
    assert by_name["stock.normative_documents"].left == by_name["stock.normative_documents"].right == 8


@needs_real
def test_a_number_planted_in_a_real_report_is_seen() -> None:
    report = real("huaian-2024.pdf")
    cells = tuple(_plus_one(cell) if (cell.row, cell.column) == ("new", "total") else cell for cell in report.cells)
    failing = {check.check for check in check_report(replace(report, cells=cells)) if check.status != "pass"}
    assert failing == {"requests.balance.total", "requests.applicants.new", "narrative.received"}
    assert "fail" in render_checks(check_report(replace(report, cells=cells)))


def _plus_one(cell: Cell) -> Cell:
    return replace(cell, value=(cell.value or 0) + 1)
