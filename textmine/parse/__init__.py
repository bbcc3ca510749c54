"""Step 2: Source → :class:`~textmine.records.Report`: layout, sections, metadata."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from textmine.errors import ReadError
from textmine.normalize import normalize_source
from textmine.parse.metadata import find_metadata
from textmine.parse.sections import find_sections
from textmine.parse.tables import CellColumns, parse_cell_columns
from textmine.records import Layout, Report, Source

__all__ = ["parse_columns", "parse_report"]

#: characters in which title and preamble stand; mirrors print navigation before them
_HEAD: Final = 3000
#: characters within which a notice on reports names itself
_OPENING: Final = 300
#: parts that make a report of a text whose head does not say so
_ENOUGH: Final = 3
_DISCLOSES: Final = re.compile(r"(?:信息|政务|校务|院务|村务)\s*公开")
#: a title stands on a line of its own, or in a sentence that presents the report
_TITLE: Final = re.compile(
    r"公开[^\n。；，]{0,12}(?:年度报告|年报|工作报告|工作总结|情况报告|情况的报告)[^\n。；，、的]{0,10}(?:[-_—|][^\n]*)?$"
    r"|(?:现将|现公布|编制了?|本)[^\n。；]{0,40}公开[^\n。；]{0,12}报告",
    re.MULTILINE,
)
_NO_REPORT: Final = re.compile(r"报告[^\n。]{0,20}(?:通知|办法|方案|函|公告|要求|条例)[^\n。]{0,10}$", re.MULTILINE)


def parse_report(source: Source) -> Report:
    """Return the report that a file holds, with sections, metadata and cells.

    Raises:
        ReadError: ``not_a_report`` (stage ``parse``) where the text is no annual report on disclosure.

    >>> from textmine.read import read_bytes
    >>> text = "棠梨镇人民政府2022年政府信息公开工作年度报告\\n一、总体情况\\n平稳。\\n五、存在的主要问题\\n更新慢。"
    >>> report = parse_report(read_bytes(text.encode(), "a.txt"))
    >>> report.metadata.year.value, [section.section for section in report.sections]
    ('2022', ['overview', 'problems'])
    """
    report, cells = parse_columns(source)
    return replace(report, cells=cells.cells())


def parse_columns(source: Source) -> tuple[Report, CellColumns]:
    """Return the report without its cells, and these as columns, as frames need them.

    Raises:
        ReadError: as in :func:`parse_report`.
    """
    normal = normalize_source(source)
    text = normal.text
    sections = find_sections(text, tables=normal.tables, marked=normal.marked)
    codes = {section.section for section in sections} - {"preamble"}
    if not is_report(f"{source.title or ''}\n{text[:_HEAD]}", len(codes)):
        raise ReadError(source.path, "not_a_report", "neither title nor sections of such a report", stage="parse")
    tables = "".join(cell.text for table in normal.tables for cell in table.grid.cells)
    layout = find_layout(text + tables, len(codes))
    report = Report(
        report_id=source.sha256[:16],
        path=source.path,
        sha256=source.sha256,
        source_format=source.source_format,
        encoding=source.encoding,
        text=text,
        layout=layout,
        metadata=find_metadata(text, source),
        sections=sections,
        tables=normal.tables,
        places=normal.places,
        skipped=source.skipped,
        ocr_pages=source.ocr_pages,
        ocr_score=source.ocr_score,
    )
    return report, parse_cell_columns(normal.tables, text, layout=layout)


def is_report(head: str, n_sections: int) -> bool:
    """Whether a text is an annual report on disclosure, by its title or by its parts.

    >>> is_report("某县水务局2013年政府信息公开工作总结\\n公开信息300条。", 0)
    True
    >>> is_report("关于做好2022年政府信息公开工作年度报告编制的通知\\n各科室：", 0)
    False
    """
    if n_sections >= _ENOUGH:
        return True
    titled = _TITLE.search(head) is not None and not _NO_REPORT.search(head[:_OPENING])
    return _DISCLOSES.search(head) is not None and (n_sections >= 2 or titled)


def find_layout(text: str, n_sections: int) -> Layout:
    """Return the layout by the headers of part two, then by headings; never by the year.

    >>> find_layout("信息内容 本年制发件数 本年废止件数", 6)
    '2021'
    """
    tight = "".join(text.split())
    if "本年制发件数" in tight or "现行有效件数" in tight:
        return "2021"
    if "本年新制作数量" in tight or "本年新公开数量" in tight:
        return "2019"
    if "收到和处理政府信息公开申请" in tight:
        return "2021"
    return "pre2019" if n_sections >= 2 else "unknown"
