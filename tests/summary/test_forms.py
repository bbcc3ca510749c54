"""Each form says what the content says: every number, every text, and text that stays text."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import lxml.html
import pandas as pd
import pytest

from textmine.summary.content import Column, SummaryContent, Table, find_statements, format_value
from textmine.summary.html import render_html, to_script_json
from textmine.summary.markdown import escape_markdown, render_markdown
from textmine.summary.word import render_word
from textmine.summary.write import render

from .conftest import HOSTILE


def shown(table: Table) -> list[list[str]]:
    return [
        [format_value(cell.value, c.kind) for cell, c in zip(row, table.columns, strict=True)] for row in table.rows
    ]


def squeeze(text: str) -> str:
    return re.sub(r"[\s\x00-\x08\x0b\x0c\x0e-\x1f\ufffd\ufffe]+", "", text)


# --- page -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(zh: SummaryContent) -> Any:
    return lxml.html.document_fromstring(render_html(zh))


def test_the_page_holds_every_number_of_every_table(zh: SummaryContent, page: Any) -> None:
    for section in zh.sections:
        for table in section.tables:
            (element,) = page.xpath(f"//table[@id='table-{table.key}']")
            for row, wanted in zip(element.xpath("./tbody/tr"), shown(table), strict=True):
                cells = ["".join(c.xpath(".//text()[not(parent::span)]")) for c in row.xpath("./th|./td")]
                assert [squeeze(c) for c in cells] == [squeeze(w) for w in wanted]


def test_every_link_of_a_number_leads_to_as_many_reports(zh: SummaryContent, page: Any) -> None:
    data = json.loads(page.get_element_by_id("data").text)
    s = data["statements"]
    assert [s["texts"][k] for k in s["text"]] == zh.statements["text"].astype(str).tolist()
    assert [s["reports"][k]["id"] for k in s["report"]] == zh.statements["report_id"].tolist()
    for figure in [figure for section in zh.sections for figure in section.figures]:
        rows = data["figures"][figure.key]["rows"]
        assert [row.get("estimate", row["count"]) for row in rows] == [
            r.get("estimate", r["count"]) for r in figure.rows
        ]


def test_the_page_asks_for_nothing_and_allows_only_its_own_scripts(page: Any) -> None:
    assert not page.xpath("//link|//img|//iframe|//script[@src]|//*[@onclick]")
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert "default-src 'none'" in policy and "unsafe-eval" not in policy and policy.count("sha256-") == 2
    assert len(page.xpath("//script[not(@type)]")) == 2
    assert not [link for link in page.xpath("//a/@href") if link.lower().startswith(("javascript:", "http"))]


def test_text_in_the_page_is_never_markup(zh: SummaryContent) -> None:
    source = render_html(zh)
    for bad in ("<script>window.hacked", "<img src=x", "<b>局</b>", "<b>不等</b>"):
        assert bad not in source
    assert json.loads(to_script_json({"a": list(HOSTILE)})) == {"a": list(HOSTILE)}


# --- Markdown ---------------------------------------------------------------------------------------


def test_markdown_holds_every_number_and_tables_keep_their_columns(content: SummaryContent) -> None:
    lines = render_markdown(content).split("\n")
    for section in content.sections:
        for table in section.tables:
            at = lines.index(f"**{escape_markdown(table.title)}**")
            body = lines[at + 4 : at + 4 + len(table.rows)]
            for line, wanted in zip(body, shown(table), strict=True):
                cells = re.split(r"(?<!\\)\|", line)[1:-1]
                plain = [re.sub(r"^\[(.*)\]\(#\w+\)$", r"\1", cell.strip()) for cell in cells]
                assert [c.removesuffix("\\*") for c in plain] == [escape_markdown(w) for w in wanted]
    text = "\n".join(lines)
    assert not re.search(r"<(?!a id=|/a>|sub>|/sub>)", text)
    ids = set(re.findall(r'<a id="([^"]+)">', text))
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= ids


# --- Word -------------------------------------------------------------------------------------------


def test_word_holds_every_number_with_headings_tables_and_figures(zh: SummaryContent) -> None:
    from docx import Document

    data = render_word(zh)
    assert data == render_word(zh)
    document = Document(io.BytesIO(data))
    headings = [p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert headings == [section.title for section in zh.sections]
    found = [[[cell.text for cell in row.cells] for row in table.rows[1:]] for table in document.tables[1:]]
    narrow_first = [sorted(section.tables, key=lambda t: len(t.columns) > 9) for section in zh.sections]
    wanted = [shown(table) for tables in narrow_first for table in tables]
    for ours, theirs in zip(wanted, found, strict=True):
        for row, cells in zip(ours, theirs, strict=True):
            assert [squeeze(c) for c in row] == [squeeze(c).removesuffix("*") for c in cells]
    figures = [figure for section in zh.sections for figure in section.figures if figure.rows]
    assert len(document.inline_shapes) == len(figures)
    names = set(document.element.xpath("//w:bookmarkStart/@w:name"))
    assert set(document.element.xpath("//w:hyperlink/@w:anchor")) <= names
    text = "\n".join(p.text for p in document.paragraphs)
    for sentence in zh.section("findings").sentences:
        assert sentence.text in text


# --- Excel ------------------------------------------------------------------------------------------


def test_excel_holds_typed_numbers_and_text_that_stays_text(zh: SummaryContent) -> None:
    import openpyxl

    data = render(zh, ".xlsx")
    assert data == render(zh, ".xlsx")
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert not [cell.coordinate for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    sheets = iter(book.worksheets[1:])
    for section in zh.sections:
        for table in (*section.tables, *section.data):
            _check_sheet(next(sheets), table, zh)
    by_name = {sheet.title: sheet for sheet in book}
    texts = [row[0] for row in by_name["全部陈述"].iter_rows(min_row=2, min_col=4, max_col=4, values_only=True)]
    assert [squeeze(str(text)) for text in texts] == [squeeze(text) for text in zh.statements["text"]]
    assert any(str(text).startswith("=HYPERLINK") for text in texts)


def _check_sheet(sheet: Any, table: Table, content: SummaryContent) -> None:
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref is not None
    for row, cells in zip(table.rows, sheet.iter_rows(min_row=2), strict=False):
        at = 0
        for cell, column in zip(row, table.columns, strict=True):
            values = cell.value if column.kind in ("interval", "range") else (cell.value,)
            for value in values:  # type: ignore[union-attr]
                _check_value(cells[at].value, value, column)
                at += 1
            if cell.evidence is not None and cells[at - 1].hyperlink is not None:
                _check_link(sheet.parent, cells[at - 1].hyperlink.location, cell, content)


def _check_value(found: Any, wanted: Any, column: Column) -> None:
    if isinstance(wanted, int | float):
        assert isinstance(found, int | float) and found == pytest.approx(wanted), column
    else:
        assert squeeze(str(found or "")) == squeeze(str(wanted or ""))


def _check_link(book: Any, location: str, cell: Any, content: SummaryContent) -> None:
    name, area = re.fullmatch(r"'(.+)'!(.+)", location).groups()  # type: ignore[union-attr]
    behind = find_statements(content, cell.evidence)
    ids = {row[-1].value for row in book[name][area]} | {c.value for row in book[name][area] for c in row}
    assert len(book[name][area]) == len(behind) and set(behind["statement_id"]) <= ids


def test_an_unknown_form_is_refused(zh: SummaryContent) -> None:
    from textmine.errors import TextmineError

    with pytest.raises(TextmineError, match="no summary as"):
        render(zh, ".pdf")


def test_bytes_are_the_same_for_the_same_frames(frames: dict[str, pd.DataFrame]) -> None:
    from textmine.summary.build import build_content

    first, second = build_content(frames), build_content(frames)
    for form in (".md", ".html"):
        assert render(first, form) == render(second, form)
