"""What a summary says is what the frames say."""

from __future__ import annotations

import re
import string
import tomllib
from importlib import resources

import pandas as pd
import pytest

from textmine.analysis import prevalence
from textmine.analysis.demo import make_frames
from textmine.analysis.errors import GroupError, ThemeError
from textmine.errors import FrameError, TextmineError
from textmine.frames import to_frame
from textmine.summary.build import build_content
from textmine.summary.content import Section, Sentence, SummaryContent, Table, find_statements, format_value
from textmine.summary.write import render


def all_tables(content: SummaryContent) -> list[Table]:
    return [table for section in content.sections for table in (*section.tables, *section.data)]


def test_every_count_is_the_number_of_reports_behind_it(content: SummaryContent) -> None:
    seen = 0
    for table in all_tables(content):
        if table.key in ("corpus", "presence"):
            continue
        for row in table.rows:
            for cell, column in zip(row, table.columns, strict=True):
                if column.kind == "count" and cell.evidence is not None:
                    behind = find_statements(content, cell.evidence)
                    assert behind["report_id"].nunique() == cell.value, (table.key, cell)
                    seen += 1
    assert seen > 200


def test_every_share_is_its_count_over_its_reports(frames: dict[str, pd.DataFrame], content: SummaryContent) -> None:
    for by in ("year", "level", "kind"):
        shares = prevalence(frames, by)
        shares = shares[shares["year"].notna()] if by == "year" else shares  # change over time needs a year
        known = {(row[by], row["theme"], row["role"]): row for row in shares.to_dict("records")}
        table = next(t for t in all_tables(content) if t.key == f"by_{by}")
        keys = [column.key for column in table.columns]
        values = [dict(zip(keys, row, strict=True)) for row in table.rows]
        counted = [row for row in values if row["count"].evidence is not None]
        assert len(counted) == len(shares)
        for row in counted:
            link = row["count"].evidence
            assert link is not None
            value = dict(link.where)[by]
            found = next(
                r for k, r in known.items() if (k[1], k[2]) == (link.theme, link.role) and _text(k[0]) == value
            )
            assert row["count"].value == found["count"] and row["n"].value == found["n"]
            assert row["share"].value == pytest.approx(found["count"] / found["n"])
            assert row["interval"].value == (pytest.approx(found["low"]), pytest.approx(found["high"]))
            assert (row["share"].mark == "small") == (found["n_reports"] < 30)


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]


def test_figures_hold_the_numbers_of_the_tables(content: SummaryContent) -> None:
    table = next(t for t in all_tables(content) if t.key == "themes")
    shown = {
        (cell.evidence.theme, cell.evidence.role): cell.value for row in table.rows for cell in row if cell.evidence
    }
    figure = content.section("themes").figures[0]
    for row in figure.rows:
        assert shown[row["theme"], row["role"]] == row["estimate"]
        assert row["low"] <= row["estimate"] <= row["high"]


def test_the_same_frames_in_another_order_give_the_same_summary(frames: dict[str, pd.DataFrame]) -> None:
    def said(some: dict[str, pd.DataFrame]) -> list[object]:
        content = build_content(some, by=["level"])
        return [
            (s.title, s.sentences, s.tables, s.data, s.quotes, [f.rows for f in s.figures]) for s in content.sections
        ]

    turned = {
        name: frame if name in ("checks", "skipped") else frame.iloc[::-1].reset_index(drop=True)
        for name, frame in frames.items()
    }
    first, again = said(dict(frames)), said(dict(frames))
    assert first == again
    assert [part[:2] for part in said(turned)] == [part[:2] for part in first]  # type: ignore[index]


def test_a_leader_is_named_only_where_its_interval_lies_above_all_others() -> None:
    clear = build_content(_frames_of({"training": 90, "staffing": 40}), lang="en").section("findings").sentences[0].text
    assert "above the intervals of all others" in clear and "Training" in clear and "90/100" in clear
    close = build_content(_frames_of({"training": 50, "staffing": 45}), lang="en").section("findings").sentences[0].text
    assert "order is not settled" in close and "above" not in close


def _frames_of(counts: dict[str, int], n: int = 100) -> dict[str, pd.DataFrame]:
    reports = [{"report_id": f"{k:016x}", "path": f"{k}.txt", "agency": f"{k}局", "year": 2022} for k in range(n)]
    statements, tags = [], []
    for k, report in enumerate(reports):
        for at, (theme, count) in enumerate(counts.items(), 1):
            own = {"statement_id": f"{k:016x}-{at:03d}", "report_id": report["report_id"]}
            text = f"{theme}问题，第{k}号，情况各不相同。"
            statements.append(
                own | {"n": at, "role": "problem", "label": "", "start": 0, "end": len(text), "text": text}
            )
            if k < count:
                tags.append(own | {"theme": theme, "score": 1.0, "source": "rule"})
    rows = {"reports": reports, "statements": statements, "tags": tags}
    return {name: to_frame(name, listed) for name, listed in rows.items()}  # type: ignore[arg-type]


def test_rising_and_falling_are_said_only_of_clear_slopes() -> None:
    content = build_content(make_frames(600), lang="en")
    text = " ".join(sentence.text for sentence in content.section("years").sentences)
    falling = next(s.text for s in content.section("years").sentences if "falling as a problem" in s.text)
    assert "Policy interpretation" in falling
    assert (
        "rising as a problem" not in text
        or "Policy interpretation" not in text.split("rising as a problem")[1].split(".")[0]
    )


def test_years_of_few_reports_are_named_beside_the_trends() -> None:
    frames = make_frames(600)
    reports = frames["reports"]
    ids = reports["report_id"][reports["year"] == 2018].tolist()
    gone = set(ids[2:])
    fewer = {name: frame[~frame["report_id"].isin(gone)].reset_index(drop=True) for name, frame in frames.items()}
    section = build_content(fewer, lang="en").section("years")
    (said,) = [one.text for one in section.sentences if "Few reports stand behind" in one.text]
    assert "2018 (2)" in said and "2019" not in said
    assert not any("Few reports" in one.text for one in build_content(frames, lang="en").section("years").sentences)


def test_one_report_is_summarized_without_intervals_of_pairs() -> None:
    frames = _frames_of({"training": 1, "staffing": 1}, n=1)
    own = {"statement_id": f"{0:016x}-001", "report_id": f"{0:016x}", "theme": "staffing", "score": 1.0}
    frames["tags"] = to_frame("tags", [*frames["tags"].to_dict("records"), own | {"source": "rule"}])
    together = build_content(frames, lang="en").section("together")
    assert not any("odds" in one.text for one in together.sentences)
    assert together.tables and all(row[-1].value == (None, None) for table in together.tables for row in table.rows)


def test_one_year_and_no_year_say_so() -> None:
    frames = _frames_of({"training": 50})
    assert "2022" in build_content(frames).section("years").sentences[0].text
    frames["reports"]["year"] = pd.array([pd.NA] * 100, dtype="Int64")
    assert all(section.key != "years" for section in build_content(frames).sections)


def test_quotes_are_different_sentences_of_their_theme_with_their_place(content: SummaryContent) -> None:
    frame = content.statements.set_index("statement_id")
    for group in content.section("typical").quotes:
        texts = [quote.text for quote in group.quotes]
        assert len(set(texts)) == len(texts)
        for quote in group.quotes:
            row = frame.loc[quote.statement_id]
            assert (row["text"], row["path"], row["start"], row["end"]) == (
                quote.text,
                quote.path,
                quote.start,
                quote.end,
            )
            assert not quote.theme or quote.theme in row["themes"]


def test_cautions_name_weak_themes_uncertain_tags_skipped_files_and_checks(zh: SummaryContent) -> None:
    text = "\n".join(sentence.text for sentence in zh.section("cautions").sentences)
    assert "监督考核" in text and "F1 低于 0.7" in text and "把握低于 0.6" in text and "不是年度报告 1" in text
    checks = zh.section("checks")
    assert "可核对的 3 项中，1 项相符，1 项不符，1 项不符但可解释；另有 1 项" in checks.sentences[0].text
    rows = next(table for table in checks.tables if table.key == "check_rows")
    assert rows.values("left") == [12345.0, 134.0]


def test_scores_are_read_from_the_card_of_a_trained_tagger() -> None:
    held_out = {"micro_f1": 0.84, "themes": {"staffing": {"n": 528, "f1": 0.6}}}
    manifest = {"tagger": {"kind": "model", "trained_on": {"statements": 9, "held_out": held_out}}}
    frames = make_frames(40)
    frames["statements"]["uncertain"] = [True, True, *[False] * (len(frames["statements"]) - 2)]
    content = build_content(frames, manifest=manifest)
    assert any(f"（2/{len(frames['statements'])} 条）" in s.text for s in content.section("cautions").sentences)
    (table,) = content.section("cautions").tables
    assert [column.key for column in table.columns] == ["theme", "f1", "support"]
    assert [cell.value for cell in table.rows[0]] == ["队伍人员", 0.6, 528]
    method = {row[0].value: row[1].value for row in content.section("method").tables[0].rows}
    assert "micro_f1 0.84" in str(method["标注器"]) and "staffing" not in str(method["标注器"])


def test_one_theme_one_body_one_region(frames: dict[str, pd.DataFrame]) -> None:
    theme = build_content(frames, theme="业务培训")
    assert theme.title == "主题“业务培训”" and all("training" in listed for listed in theme.statements["themes"])
    facts = {label: cell.value for label, cell, _ in theme.facts}
    assert facts["陈述"] == len(theme.statements) < len(frames["statements"])
    assert any("作为问题的升降不能与随机波动分开" in s.text for s in theme.section("years").sentences)
    body = build_content(make_frames(400), body="第12号局")
    assert not any(label == "跳过的文件" for label, _, _ in body.facts)
    assert {"presence", "peers"} <= {section.key for section in body.sections}
    table = next(t for t in body.section("presence").tables)
    for row in table.rows:
        for cell in row[2:]:
            assert cell.evidence is not None and len(find_statements(body, cell.evidence)) == cell.value
    region = build_content(frames, region="四川省")
    assert len(region.statements) < len(build_content(frames).statements)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"theme": "trainig"}, ThemeError, "did you mean training"),
        ({"body": "无此局"}, GroupError, "no report of the body"),
        ({"body": "号局"}, GroupError, "several bodies"),
        ({"region": "火星"}, GroupError, "no report of the region"),
        ({"by": ["levle"]}, FrameError, "did you mean level"),
        ({"lang": "fr"}, TextmineError, "there are zh, en"),
    ],
)
def test_what_cannot_be_summarized_is_said(
    frames: dict[str, pd.DataFrame], options: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        build_content(frames, **options)  # type: ignore[arg-type]


def test_further_sections_are_data(frames: dict[str, pd.DataFrame]) -> None:
    extra = Section("copied", "照抄的文字", sentences=(Sentence("有 3 份报告大段相同。"),))
    content = build_content(frames, sections=[extra])
    assert content.section("copied").sentences[0].text == "有 3 份报告大段相同。"


def test_both_languages_fill_the_same_names() -> None:
    path = resources.files("textmine") / "data/summary/words.toml"
    for group, entries in tomllib.loads(path.read_text("utf-8")).items():
        for key, both in entries.items():
            assert set(both) == {"zh", "en"}, (group, key)
            names = [{name for _, name, _, _ in string.Formatter().parse(both[lang]) if name} for lang in ("zh", "en")]
            assert names[0] == names[1], (group, key)
            assert not re.search(r"[\u4e00-\u9fff]", both["en"]), (group, key)


def test_numbers_are_shown_with_thousands_and_a_dash_for_missing() -> None:
    assert format_value(12345.5, "number") == "12,345.5" and format_value(12345, "count") == "12,345"
    assert format_value((None, None), "interval") == "–" and format_value(0.0, "share") == "0.0%"


def test_a_year_reported_in_two_files_is_a_caution() -> None:
    frames = _frames_of({"training": 50})
    text = "\n".join(s.text for s in build_content(frames, lang="en").section("cautions").sentences)
    assert "one body and year" not in text
    frames["reports"].loc[:3, "agency"] = ["甲局", "甲局", "乙局", "乙局"]
    text = "\n".join(s.text for s in build_content(frames, lang="en").section("cautions").sentences)
    assert "In 2 cases, one body and year is reported in two or more files" in text and "2.txt" in text


def test_negative_intervals_and_tiny_q_values_can_be_read() -> None:
    assert format_value((-26.46, -9.44), "range") == "[−26.46, −9.44]" and format_value(-3.5, "number") == "−3.5"
    assert [format_value(q, "p") for q in (0.0, 0.00004, 0.03, 0.7)] == ["<0.001", "<0.001", "0.030", "0.700"]


def test_one_report_is_summarized_without_comparisons() -> None:
    frames = make_frames(40)
    first = frames["reports"]["report_id"].iloc[0]
    one = {name: frame[frame["report_id"] == first].reset_index(drop=True) for name, frame in frames.items()}
    content = build_content(one, by=["level"], lang="en")
    assert content.subtitle.endswith("1 report · 1 body")
    findings = [sentence.text for sentence in content.section("findings").sentences]
    assert "highest figures" in findings[0]
    assert "(0.0%" not in findings[0] and ", 0.0%" not in findings[0]  # no theme is named that none states


@pytest.mark.parametrize("change", ["no tags", "no year and body", "context only"])
def test_frames_with_little_in_them_are_summarized(change: str) -> None:
    frames = dict(make_frames(40))
    if change == "no tags":
        frames["tags"] = frames["tags"].iloc[:0]
    elif change == "context only":
        frames["statements"] = frames["statements"].assign(role="context")
    else:
        gone = {"year": pd.array([pd.NA] * 40, dtype="Int64"), "agency": pd.NA, "level": pd.NA}
        frames["reports"] = frames["reports"].assign(**gone)
    content = build_content(frames, by=["level"])
    for form in (".html", ".docx", ".xlsx", ".md"):
        assert render(content, form)
