"""Statutory tables (layout 2021) in grids → cells, by row label and column header; never by position."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from textmine.records import Cell, Grid, Table

_COLUMNS: Final = {
    "自然人": "natural_person",
    "商业企业": "business",
    "科研机构": "research",
    "社会公益组织": "nonprofit",
    "法律服务机构": "legal_service",
    "其他": "other_org",
    "总计": "total",
    "本年制发件数": "made",
    "本年废止件数": "repealed",
    "现行有效件数": "in_force",
    "本年处理决定数量": "decisions",
    "本年收费金额单位万元": "amount_10k_yuan",
}
_PROACTIVE: Final = {
    "规章": "regulations",
    "行政规范性文件": "normative_documents",
    "行政许可": "licensing",
    "行政处罚": "punishment",
    "行政强制": "coercion",
    "行政事业性收费": "fees",
}
#: the words that tell a row of part three from all others
_REQUESTS: Final = {
    "本年新收": "new",
    "上年结转": "carried_in",
    "予以公开": "granted",
    "部分公开": "partial",
    "属于国家秘密": "denied_state_secret",
    "其他法律行政": "denied_by_law",
    "三安全一稳定": "denied_stability",
    "第三方合法权益": "denied_third_party",
    "三类内部事务": "denied_internal",
    "四类过程性": "denied_process",
    "行政执法案卷": "denied_enforcement_file",
    "行政查询事项": "denied_administrative_query",
    "不掌握相关": "unable_not_held",
    "另行制作": "unable_must_create",
    "内容仍不明确": "unable_unclear",
    "信访举报": "declined_petition",
    "重复申请": "declined_repeat",
    "公开出版物": "declined_publication",
    "大量反复申请": "declined_excessive",
    "重新出具": "declined_confirmation",
    "逾期不补正": "closed_no_correction",
    "缴纳费用": "closed_no_payment",
    "总计": "total",
    "结转下年度": "carried_out",
}
_RESULTS: Final = {
    "结果维持": "upheld",
    "结果纠正": "corrected",
    "其他结果": "other",
    "尚未审结": "pending",
    "总计": "total",
}
_COURSES: Final = {
    "未经复议直接起诉": "litigation_direct",
    "复议后起诉": "litigation_after_review",
    "行政复议": "review",
}
_NUMBER: Final = re.compile(r"[+-]?\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|[+-]?\d+(?:\.\d+)?")


def parse_cells(tables: tuple[Table, ...]) -> tuple[Cell, ...]:
    """Return the cells of all statutory tables that survive as grids.

    A row or column whose label is not recognized gives no cell; a blank cell has ``value`` missing.
    """
    found: dict[tuple[str, str, str], Cell] = {}
    for table in tables:
        words = "".join(_tight(cell.text) for cell in table.grid.cells)
        if "结果维持" in words:
            cells = _disputes(table.grid)
        elif "申请人情况" in words or "自然人" in words:
            cells = _by_labels(table.grid, "requests")
        else:
            cells = _by_labels(table.grid, "proactive")
        for cell in cells:
            found.setdefault((cell.table, cell.row, cell.column), cell)
    return tuple(found.values())


def _tight(text: str) -> str:
    return re.sub(r"[\W\d_]+", "", text)


def _texts(grid: Grid) -> list[list[str]]:
    return [[cell.text if cell else "" for cell in row] for row in grid.slots()]


def _by_labels(grid: Grid, table: str) -> Iterator[Cell]:
    headers: dict[int, str] = {}
    for texts in _texts(grid):
        named = {c: _COLUMNS[_tight(text)] for c, text in enumerate(texts) if _tight(text) in _COLUMNS}
        row = _row(texts, table, set(headers))
        if named and (row is None or len(named) > 1):
            headers = named if table == "proactive" else headers | named
        elif row is not None:
            yield from (_cell(table, row, column, texts[c]) for c, column in headers.items())


def _row(texts: list[str], table: str, columns: set[int]) -> str | None:
    labels = [_tight(text) for c, text in enumerate(texts) if c not in columns and _tight(text)]
    if not labels:
        return None
    if table == "proactive":
        return _PROACTIVE.get(labels[0])
    last = labels[-1]
    if last.endswith("其他处理"):
        return "closed"
    if last == "其他":
        return "closed_other"
    return next((row for words, row in _REQUESTS.items() if words in last), None)


def _disputes(grid: Grid) -> Iterator[Cell]:
    course: dict[int, str] = {}
    result: dict[int, str] = {}
    for texts in _texts(grid):
        tight = [_tight(text) for text in texts]
        course |= {c: _COURSES[word] for c, word in enumerate(tight) if word in _COURSES}
        result |= {c: _RESULTS[word] for c, word in enumerate(tight) if word in _RESULTS}
        if not any(tight):
            yield from (_cell("disputes", course[c], result[c], texts[c]) for c in result if c in course)


def _cell(table: str, row: str, column: str, raw: str) -> Cell:
    number = re.sub(r"\s", "", raw)
    value = float(re.sub("[,，]", "", number)) if _NUMBER.fullmatch(number) else None
    return Cell(table, row, column, value, raw)
