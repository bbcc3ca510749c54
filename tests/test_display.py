from __future__ import annotations

import re
from pathlib import Path

import lxml.html

from textmine.analysis import prevalence
from textmine.analysis.demo import make_frames
from textmine.display import show_report, show_themes
from textmine.pipeline import mine_file

REPORT = """<b>临樟县</b>农业农村局2022年政府信息公开工作年度报告
一、总体情况
全年主动公开信息86条，<script>alert(1)</script>工作总体平稳。
五、存在的主要问题及改进情况
（一）存在问题
一是业务培训偏少；二是<img src=x onerror=alert(1)>政策解读形式单一。
（二）改进措施
一是每季度组织一次培训；二是推出图解、短视频解读。
六、其他需要报告的事项
无收费情况。
"""


def test_a_report_shows_its_sections_statements_and_themes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(REPORT, "utf-8")
    mined = mine_file(path)
    shown = show_report(mined.report, mined.statements, mined.tags)
    page = lxml.html.document_fromstring(shown._repr_html_())
    found = [node.text_content() for node in page.xpath("//bdi[contains(@class,'s ')]")]
    assert found == [statement.text for statement in mined.statements]
    assert [node.get("class").split()[1] for node in page.xpath("//bdi[contains(@class,'s ')]")] == [
        statement.role for statement in mined.statements
    ]
    assert not page.xpath("//script|//img|//b")
    text = re.sub(r"\s", "", page.text_content())
    for section in mined.report.sections:
        if not mined.statements or section.section == "overview":
            assert re.sub(r"\s", "", section.text) in text
    marks = {node.text_content() for node in page.xpath("//mark")}
    assert marks and all(mark in mined.report.text for mark in marks)
    assert "业务培训" in page.text_content() and repr(shown).startswith("Report(")


def test_a_report_without_statements_is_shown_too(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(REPORT, "utf-8")
    assert "其他需要报告的事项" in show_report(mine_file(path).report, lang="en")._repr_html_()


def test_a_table_of_themes_shows_every_number() -> None:
    shares = prevalence(make_frames(50), "level")
    page = lxml.html.document_fromstring(show_themes(shares, lang="en")._repr_html_())
    rows = page.xpath("//tr")[1:]
    assert len(rows) == len(shares)
    for row, wanted in zip(rows, shares.to_dict("records"), strict=True):
        cells = [cell.text_content() for cell in row]
        assert cells[3:5] == [str(wanted["count"]), str(wanted["n"])]
        assert cells[5] == f"{100 * wanted['estimate']:.1f}%"
        assert (row.get("class") == "few") == bool(wanted["small"])
