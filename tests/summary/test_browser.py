"""The page in a real browser: nothing is fetched, nothing fails, filters, search and links show what they should."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from textmine.summary.content import Evidence, SummaryContent, find_statements
from textmine.summary.write import render

CHROMIUM = Path("/usr/bin/chromium")
RECTS = "[data-figure=years_problem].chart svg path[aria-roledescription='rect mark']"
COUNT = f"""n => document.querySelectorAll("{RECTS}").length === n"""
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not on this machine")
playwright = pytest.importorskip("playwright.sync_api")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        found = driver.chromium.launch(executable_path=str(CHROMIUM), args=options)
        yield found
        found.close()


@pytest.fixture(scope="module")
def path(zh: SummaryContent, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "summary.html"
    file.write_bytes(render(zh, ".html", folder=file.parent))
    return file


@pytest.fixture
def page(browser: Any, path: Path) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    found = context.new_page()
    found.seen = []
    found.on("console", lambda message: found.seen.append(message.text) if message.type != "info" else None)
    found.on("pageerror", lambda error: found.seen.append(str(error)))
    found.on("request", lambda request: found.seen.append(request.url) if request.url != path.as_uri() else None)
    found.goto(path.as_uri())
    found.evaluate("window.textmineReady")
    yield found
    assert found.seen == []
    context.close()


def found_counts(page: Any) -> tuple[int, int]:
    numbers = re.findall(r"[\d,]+", page.locator("#found").inner_text())
    return int(numbers[0].replace(",", "")), int(numbers[1].replace(",", ""))


def wait_for(page: Any, statements: int, reports: int) -> None:
    text = f"{statements:,} 条陈述，来自 {reports:,} 份报告"
    page.wait_for_function("text => document.getElementById('found').textContent === text", arg=text, timeout=5000)


def test_loads_without_error_or_request_and_draws_all_charts(page: Any, zh: SummaryContent) -> None:
    figures = [figure for section in zh.sections for figure in section.figures]
    assert page.locator(".chart svg").count() == len(figures)
    assert found_counts(page) == (len(zh.statements), zh.statements["report_id"].nunique())
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_every_number_with_a_link_shows_the_statements_behind_it(page: Any, zh: SummaryContent) -> None:
    table = zh.section("themes").tables[0]
    for row in (table.rows[0], table.rows[3]):
        for cell in row:
            if cell.evidence is not None:
                page.evaluate("query => { location.hash = '#q?' + query; }", cell.evidence.query)
                behind = find_statements(zh, cell.evidence)
                wait_for(page, len(behind), behind["report_id"].nunique())
    links = page.locator("#table-themes tbody tr").first.locator("a")
    links.nth(1).click()
    cell = table.rows[0][2]
    wait_for(page, len(find_statements(zh, cell.evidence)), cell.value)  # type: ignore[arg-type]
    assert page.evaluate("document.activeElement.id") == "statements-h"


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(theme="training", role="problem", where=(("year", "2020"),)),
        Evidence(theme="oversight", role="any", where=(("level", ""),)),
        Evidence(theme="training", role="any", with_theme="staffing"),
        Evidence(theme="-", role="any"),
        Evidence(role="context"),
        Evidence(where=(("year", ""),)),
    ],
)
def test_evidence_is_the_same_in_the_page(page: Any, zh: SummaryContent, evidence: Evidence) -> None:
    page.evaluate("query => { location.hash = '#q?' + query; }", evidence.query)
    behind = find_statements(zh, evidence)
    assert len(behind)
    wait_for(page, len(behind), behind["report_id"].nunique())
    shown = page.locator("#lines tbody tr").evaluate_all("rows => rows.map((row) => row.dataset.id)")
    assert shown == behind["statement_id"].tolist()[:50]


def test_search_finds_words_and_marks_them(page: Any, zh: SummaryContent) -> None:
    page.fill("#lookup input[name=words]", "业务不熟 教育")
    texts = zh.statements["text"].astype(str)
    hits = zh.statements[texts.str.contains("业务不熟", regex=False) & texts.str.contains("教育", regex=False)]
    wait_for(page, len(hits), hits["report_id"].nunique())
    assert page.locator("#lines mark").first.inner_text() in ("业务不熟", "教育")
    page.fill("#lookup input[name=words]", "没有这样的词")
    page.wait_for_function("() => document.getElementById('lines').hidden")
    page.click("#lookup button[type=reset]")
    wait_for(page, len(zh.statements), zh.statements["report_id"].nunique())


def test_pages_turn_and_context_shows_the_report(page: Any, zh: SummaryContent) -> None:
    first = page.locator("#lines tbody tr").first.get_attribute("data-id")
    page.click("#next")
    assert (
        page.locator("#lines tbody tr").first.get_attribute("data-id")
        == zh.statements["statement_id"].iloc[50]
        != first
    )
    own = zh.statements.iloc[52]
    page.locator("#lines tbody tr").nth(2).locator("button").click()
    report = zh.statements[zh.statements["report_id"] == own["report_id"]]
    wait_for(page, len(report), 1)
    assert page.locator("#lines tr.current").get_attribute("data-id") == own["statement_id"]
    place = page.locator("#lines tr.current .where").inner_text()
    assert f"字符 {own['start']}–{own['end']}" in place


def test_the_filter_chooses_rows_of_charts_and_tables(page: Any, zh: SummaryContent) -> None:
    marks = page.locator(RECTS)
    before = marks.count()
    page.select_option("#filter select[name=theme]", "training")
    page.wait_for_function(
        "() => document.querySelectorAll('#table-themes tbody tr:not([hidden])').length === 1", timeout=5000
    )
    figure = next(f for f in zh.section("years").figures if f.key == "years_problem")
    wanted = len([row for row in figure.rows if row["theme"] == "training"])
    page.wait_for_function(
        COUNT,
        arg=wanted,
        timeout=5000,
    )
    assert wanted < before == len(figure.rows)
    page.select_option("#filter select[name=from]", "2021")
    recent = len([row for row in figure.rows if row["theme"] == "training" and row["year"] >= 2021])
    page.wait_for_function(
        COUNT,
        arg=recent,
        timeout=5000,
    )
    page.click("#filter button[type=reset]")
    page.wait_for_function("() => !document.querySelector('#table-themes tbody tr[hidden]')")


def test_a_chart_tells_its_values_on_hover_and_leads_to_its_statements(page: Any, zh: SummaryContent) -> None:
    mark = page.locator("[data-figure=themes].chart svg .mark-symbol.role-mark path").first
    mark.scroll_into_view_if_needed()
    mark.hover()
    row = zh.section("themes").figures[0].rows[0]
    text = page.locator("#tip").inner_text()
    assert f"{row['count']}/{row['n']}" in text and f"{100 * row['estimate']:.1f}%" in text
    mark.click()
    evidence = Evidence(theme=row["theme"], role=row["role"])
    wait_for(page, len(find_statements(zh, evidence)), row["count"])


def test_the_numbers_of_a_chart_open_as_a_table(page: Any, zh: SummaryContent) -> None:
    page.locator("details.figures[data-figure=themes] summary").click()
    rows = page.locator("details.figures[data-figure=themes] tbody tr")
    assert rows.count() == len(zh.section("themes").figures[0].rows)
    assert rows.first.locator("a").count() == 1


def test_hostile_text_is_shown_as_it_is(page: Any, zh: SummaryContent) -> None:
    page.fill("#lookup input[name=words]", "window.hacked")
    hits = zh.statements[zh.statements["text"].astype(str).str.contains("window.hacked", regex=False)]
    wait_for(page, len(hits), hits["report_id"].nunique())
    assert "</script><script>window.hacked = 1</script>" in page.locator("#lines tbody").inner_text()
    assert page.evaluate("window.hacked") is None
    assert page.locator("#lines tbody img, #lines tbody script, main b").count() == 0
    page.fill("#lookup input[name=words]", "右到左覆盖")
    page.wait_for_function("() => document.querySelectorAll('#lines tbody tr').length === 1")
    assert page.locator("#lines td bdi").first.evaluate("node => getComputedStyle(node).unicodeBidi") == "isolate"
    hrefs = page.locator("a.file, #lines .where a").evaluate_all("links => links.map((link) => link.protocol)")
    assert set(hrefs) <= {"file:"}


def test_print_dark_and_phone(browser: Any, path: Path) -> None:
    for options in (
        {"viewport": {"width": 390, "height": 844}},
        {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    ):
        context = browser.new_context(**options)
        page = context.new_page()
        page.goto(path.as_uri())
        page.evaluate("window.textmineReady")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), options
        context.close()
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(path.as_uri())
    page.evaluate("window.textmineReady")
    assert _lightness(page, "getComputedStyle(document.body).backgroundColor") < 60
    page.click("#scheme")
    assert _lightness(page, "getComputedStyle(document.body).backgroundColor") > 240
    page.emulate_media(media="print", color_scheme="dark")
    assert _lightness(page, "getComputedStyle(document.body).backgroundColor") > 240
    label = "getComputedStyle(document.querySelector('.chart svg text')).fill"
    assert _lightness(page, label) < 90
    for hidden in (".toc", "#filter", ".pager", "#scheme"):
        assert not page.locator(hidden).is_visible(), hidden
    assert len(page.pdf()) > 50_000
    context.close()


def _lightness(page: Any, expression: str) -> float:
    red, green, blue = map(int, re.findall(r"\d+", page.evaluate(expression))[:3])
    return (red + green + blue) / 3


def test_keyboard_and_screen_readers_find_their_way(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    problems = page.evaluate(
        """() => {
          const found = [];
          const all = (what) => [...document.querySelectorAll(what)];
          for (const field of all("select, input")) if (!field.labels.length) found.push(field.name);
          for (const table of all("table")) if (!table.caption) found.push(table.id);
          for (const chart of all(".chart")) if (!chart.getAttribute("aria-label")) found.push("chart");
          const ids = all("[id]").map((node) => node.id);
          for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push("twice " + id);
          for (const link of document.querySelectorAll("a[href^='#']")) {
            const id = link.getAttribute("href").slice(1);
            if (id && !id.startsWith("q?") && !document.getElementById(id)) found.push("nowhere " + id);
          }
          if (all("main").length !== 1 || all("h1").length !== 1) found.push("main");
          return found;
        }"""
    )
    assert problems == []


def test_years_above_a_heatmap_keep_apart_on_a_phone(browser: Any, path: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(path.as_uri())
    page.evaluate("window.textmineReady")
    chart = page.locator("[data-figure=years_problem].chart svg")
    labels = chart.locator(".role-axis-label text").evaluate_all(
        "nodes => nodes.filter((n) => /^20\\d\\d$/.test(n.textContent)).map((n) => n.getAttribute('transform'))"
    )
    assert len(labels) == 7 and all("rotate(300)" in label for label in labels)
    right = chart.locator(".role-legend").evaluate("node => node.getBoundingClientRect().right")
    assert right <= 390
    context.close()
