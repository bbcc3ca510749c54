"""The statutory tables: official labels around the numbers of a source, as grids with spans."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from demo_files.source import TABLES, ReportSource

APPLICANTS: Final = ("natural_person", "business", "research", "nonprofit", "legal_service", "other_org")
COLUMNS: Final = (*APPLICANTS, "total")
RESULTS: Final = ("upheld", "corrected", "other", "pending", "total")
COURSES: Final = ("review", "litigation_direct", "litigation_after_review")
OUTCOMES: Final = {
    "granted": "（一）予以公开",
    "partial": "（二）部分公开（区分处理的，只计这一情形，不计其他情形）",
    "denied_state_secret": "1.属于国家秘密",
    "denied_by_law": "2.其他法律行政法规禁止公开",
    "denied_stability": "3.危及“三安全一稳定”",
    "denied_third_party": "4.保护第三方合法权益",
    "denied_internal": "5.属于三类内部事务信息",
    "denied_process": "6.属于四类过程性信息",
    "denied_enforcement_file": "7.属于行政执法案卷",
    "denied_administrative_query": "8.属于行政查询事项",
    "unable_not_held": "1.本机关不掌握相关政府信息",
    "unable_must_create": "2.没有现成信息需要另行制作",
    "unable_unclear": "3.补正后申请内容仍不明确",
    "declined_petition": "1.信访举报投诉类申请",
    "declined_repeat": "2.重复申请",
    "declined_publication": "3.要求提供公开出版物",
    "declined_excessive": "4.无正当理由大量反复申请",
    "declined_confirmation": "5.要求行政机关确认或重新出具已获取信息",
    "closed_no_correction": "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
    "closed_no_payment": "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
    "closed_other": "3.其他",
}
GROUPS: Final = {
    "denied": "（三）不予公开",
    "unable": "（四）无法提供",
    "declined": "（五）不予处理",
    "closed": "（六）其他处理",
}
#: layout -> row -> (label, columns, article of the Regulations under which it stands)
PROACTIVE: Final[dict[str, dict[str, tuple[str, tuple[str, ...], str]]]] = {
    "2021": {
        "regulations": ("规章", ("made", "repealed", "in_force"), "第二十条第（一）项"),
        "normative_documents": ("行政规范性文件", ("made", "repealed", "in_force"), "第二十条第（一）项"),
        "licensing": ("行政许可", ("decisions",), "第二十条第（五）项"),
        "punishment": ("行政处罚", ("decisions",), "第二十条第（六）项"),
        "coercion": ("行政强制", ("decisions",), "第二十条第（六）项"),
        "fees": ("行政事业性收费", ("amount_10k_yuan",), "第二十条第（八）项"),
    },
    "2019": {
        "regulations": ("规章", ("newly_made", "newly_disclosed", "total_disclosed"), "第二十条第（一）项"),
        "normative_documents": (
            "规范性文件",
            ("newly_made", "newly_disclosed", "total_disclosed"),
            "第二十条第（一）项",
        ),
        "licensing": ("行政许可", ("items_last_year", "change", "decisions"), "第二十条第（五）项"),
        "other_services": ("其他对外管理服务事项", ("items_last_year", "change", "decisions"), "第二十条第（五）项"),
        "punishment": ("行政处罚", ("items_last_year", "change", "decisions"), "第二十条第（六）项"),
        "coercion": ("行政强制", ("items_last_year", "change", "decisions"), "第二十条第（六）项"),
        "fees": ("行政事业性收费", ("items_last_year", "change"), "第二十条第（八）项"),
        "procurement": ("政府集中采购", ("projects", "amount_yuan"), "第二十条第（九）项"),
    },
}
HEADERS: Final = {
    "made": "本年制发件数",
    "repealed": "本年废止件数",
    "in_force": "现行有效件数",
    "amount_10k_yuan": "本年收费金额（单位：万元）",
    "newly_made": "本年新制作数量",
    "newly_disclosed": "本年新公开数量",
    "total_disclosed": "对外公开总数量",
    "items_last_year": "上一年项目数量",
    "change": "本年增/减",
    "projects": "采购项目数量",
    "amount_yuan": "采购总金额",
    "natural_person": "自然人",
    "business": "商业企业",
    "research": "科研机构",
    "nonprofit": "社会公益组织",
    "legal_service": "法律服务机构",
    "other_org": "其他",
    "total": "总计",
    "upheld": "结果维持",
    "corrected": "结果纠正",
    "other": "其他结果",
    "pending": "尚未审结",
}
_LEAD: Final = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Slot:
    """A cell of a table as laid out: its place, its spans, its text, and whether it is a number."""

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    number: bool = False


@dataclass(frozen=True)
class Form:
    """A table as laid out; ``widths`` are shares of the page."""

    code: str
    n_rows: int
    n_columns: int
    slots: tuple[Slot, ...]
    widths: tuple[float, ...]

    def rows(self, *, spread: bool = False) -> list[list[str]]:
        """The texts row by row: a spanning cell once, or with ``spread`` an empty text in each slot it covers."""
        rows: list[list[str]] = []
        for r in range(self.n_rows):
            own = {slot.column: slot for slot in self.slots if slot.row == r}
            if not spread:
                rows.append([own[c].text for c in sorted(own)])
            else:
                rows.append([own[c].text if c in own else "" for c in range(self.n_columns)])
        return rows


# --- the numbers ----------------------------------------------------------------------------------


def printed_cells(source: ReportSource) -> dict[Key, str]:
    """The cells that the file shows, as printed: what is lost is absent, what is blank is empty."""
    found: dict[Key, str] = {}
    for part in source.parts:
        if part.section in TABLES and part.table == "yes":
            found |= _read(source, part.section)
    return found


def _read(source: ReportSource, code: str) -> dict[Key, str]:
    read = {"proactive": _proactive, "requests": _requests, "disputes": _disputes, "annex": _annex}
    return read[code](source, source.option(code, {}))


def _settle(table: str, cells: dict[Key, str], data: dict[str, Any]) -> dict[Key, str]:
    """Put in what is printed otherwise, drop rows that are lost; refuse names that the form does not have."""
    for name, text in data.get("print", {}).items():
        row, column = name.split(".")
        if (table, row, column) not in cells:
            raise ValueError(f"no cell {table}.{name}")
        cells[table, row, column] = text
    lost = set(data.get("lost", ()))
    if unknown := lost - {row for _, row, _ in cells}:
        raise ValueError(f"no rows {sorted(unknown)} in {table}")
    return {key: text for key, text in cells.items() if key[1] not in lost}


def _proactive(source: ReportSource, data: dict[str, Any]) -> dict[Key, str]:
    cells = {}
    for row, (_, columns, _) in PROACTIVE[source.layout].items():
        given = data.get(row, [0] * len(columns))
        values = given if isinstance(given, list) else [given]
        cells |= {("proactive", row, column): str(value) for column, value in zip(columns, values, strict=True)}
    return _settle("proactive", cells, data)


def request_rows(data: dict[str, Any]) -> list[str]:
    """The rows of part three in order; a single row 其他处理 where the source has one."""
    outcomes = [row for row in OUTCOMES if not row.startswith("closed")]
    closed = ["closed"] if "closed" in data else [row for row in OUTCOMES if row.startswith("closed")]
    return ["new", "carried_in", *outcomes, *closed, "total", "carried_out"]


def _requests(source: ReportSource, data: dict[str, Any]) -> dict[Key, str]:
    rows: dict[str, list[int]] = {}
    for row in request_rows(data):
        given = [*data.get(row, []), *[0] * 6][:6]
        rows[row] = given
    outcomes = [row for row in rows if row not in {"new", "carried_in", "total", "carried_out"}]
    rows["total"] = [sum(rows[row][i] for row in outcomes) for i in range(6)]
    cells = {
        ("requests", row, column): str(value)
        for row, values in rows.items()
        for column, value in zip(COLUMNS, [*values, sum(values)], strict=True)
    }
    cells = _settle("requests", cells, data)
    gone = set(data.get("lost_columns", ()))
    return {key: text for key, text in cells.items() if key[2] not in gone}


def _disputes(source: ReportSource, data: dict[str, Any]) -> dict[Key, str]:
    cells = {}
    for row in COURSES:
        values = data.get(row, [0, 0, 0, 0])
        cells |= {("disputes", row, c): str(v) for c, v in zip(RESULTS, [*values, sum(values)], strict=True)}
    return _settle("disputes", cells, data)


def _annex(source: ReportSource, data: dict[str, Any]) -> dict[Key, str]:
    return {("annex", entry[2], "value"): str(entry[1]) for entry in data["lines"] if len(entry) == 3}


# --- the grids ------------------------------------------------------------------------------------


def lay_out(source: ReportSource, code: str) -> Form:
    """The grid of a table with its official labels."""
    data = source.option(code, {})
    make = {"proactive": _proactive_form, "requests": _requests_form, "disputes": _disputes_form, "annex": _annex_form}
    return make[code](source, data, _read(source, code))


def _header(data: dict[str, Any], column: str) -> str:
    return str(data.get("headers", {}).get(column, HEADERS[column]))


def _proactive_form(source: ReportSource, data: dict[str, Any], cells: dict[Key, str]) -> Form:
    slots: list[Slot] = []
    r, article, header = 0, "", ()
    for row, (label, columns, under) in PROACTIVE[source.layout].items():
        if ("proactive", row, columns[0]) not in cells:
            continue
        if under != article:
            slots.append(Slot(r, 0, under, 1, 4))
            r += 1
        if under != article or columns != header:
            slots += [Slot(r, 0, "信息内容"), *_over([_decisions(source, data, c) for c in columns], r, number=False)]
            r += 1
        article, header = under, columns
        slots.append(Slot(r, 0, data.get("labels", {}).get(row, label)))
        slots += _over([cells["proactive", row, c] for c in columns], r, number=True)
        r += 1
    return Form("proactive", r, 4, tuple(slots), (0.34, 0.22, 0.22, 0.22))


def _decisions(source: ReportSource, data: dict[str, Any], column: str) -> str:
    if column == "decisions":
        return "本年处理决定数量" if source.layout == "2021" else "处理决定数量"
    return _header(data, column)


def _over(texts: list[str], r: int, *, number: bool) -> list[Slot]:
    """Texts over the three columns of part two; the last one spans what is left."""
    n = len(texts)
    return [Slot(r, 1 + c, text, 1, 1 if c < n - 1 else 4 - n, number) for c, text in enumerate(texts)]


def _requests_form(source: ReportSource, data: dict[str, Any], cells: dict[Key, str]) -> Form:
    columns = [c for c in COLUMNS if c not in data.get("lost_columns", ())]
    width = 3 + len(columns)
    slots = [Slot(0, 0, _LEAD, 3, 3), Slot(0, 3, "申请人情况", 1, len(columns))]
    slots += [Slot(1, 3, _header(data, "natural_person"), 2), Slot(1, 4, "法人或其他组织", 1, 5)]
    slots += [Slot(2, 4 + c, _header(data, column)) for c, column in enumerate(APPLICANTS[1:])]
    if "total" in columns:
        slots.append(Slot(1, 9, _header(data, "total"), 2))
    labels = {"new": "一、本年新收政府信息公开申请数量", "carried_in": "二、上年结转政府信息公开申请数量"}
    labels |= {"closed": "（六）其他处理", "total": "（七）总计", "carried_out": "四、结转下年度继续办理"}
    labels |= OUTCOMES | data.get("labels", {})
    present = [row for row in request_rows(data) if any(("requests", row, c) in cells for c in columns)]
    inner = [row for row in present if row not in {"new", "carried_in", "carried_out"}]
    for r, row in enumerate(present, 3):
        if row in {"new", "carried_in", "carried_out"}:
            slots.append(Slot(r, 0, labels[row], 1, 3))
        else:
            if row == inner[0]:
                slots.append(Slot(r, 0, "三、本年度办理结果", len(inner)))
            group = row.split("_")[0]
            if group in GROUPS and row != "closed":
                same = [other for other in present if other.startswith(f"{group}_")]
                if row == same[0]:
                    slots.append(Slot(r, 1, GROUPS[group], len(same)))
                slots.append(Slot(r, 2, labels[row]))
            else:
                slots.append(Slot(r, 1, labels[row], 1, 2))
        slots += [Slot(r, 3 + c, cells["requests", row, column], number=True) for c, column in enumerate(columns)]
    shares = (0.05, 0.1, 0.32, *[0.53 / len(columns)] * len(columns))
    return Form("requests", 3 + len(present), width, tuple(slots), shares)


def _disputes_form(source: ReportSource, data: dict[str, Any], cells: dict[Key, str]) -> Form:
    slots = [Slot(0, 0, "行政复议", 2, 5), Slot(0, 5, "行政诉讼", 1, 10)]
    slots += [Slot(1, 5, "未经复议直接起诉", 1, 5), Slot(1, 10, "复议后起诉", 1, 5)]
    for c, (row, column) in enumerate((row, column) for row in COURSES for column in RESULTS):
        slots += [Slot(2, c, HEADERS[column]), Slot(3, c, cells["disputes", row, column], number=True)]
    return Form("disputes", 4, 15, tuple(slots), (1 / 15,) * 15)


def _annex_form(source: ReportSource, data: dict[str, Any], cells: dict[Key, str]) -> Form:
    slots = [Slot(0, 0, "统计指标"), Slot(0, 1, "单位"), Slot(0, 2, "统计数")]
    for r, entry in enumerate(data["lines"], 1):
        unit = next((u for u in ("条", "次", "件", "万元", "个", "人") if str(entry[0]).endswith(f"|{u}")), "")
        slots += [Slot(r, 0, str(entry[0]).split("|")[0]), Slot(r, 1, unit), Slot(r, 2, str(entry[1]), number=True)]
    return Form("annex", 1 + len(data["lines"]), 3, tuple(slots), (0.7, 0.12, 0.18))


# --- what adds up ---------------------------------------------------------------------------------

_NUMBER: Final = re.compile(r"([+-]?\d+(?:,\d{3})*(?:\.\d+)?)(.*)", re.DOTALL)


def read_value(text: str) -> tuple[float | None, str]:
    """The number of a printed cell and the words behind it."""
    match = _NUMBER.fullmatch(text)
    return (float(match[1].replace(",", "")), match[2]) if match else (None, "")


def values_of(source: ReportSource) -> dict[Key, float | None]:
    values = {key: read_value(text)[0] for key, text in printed_cells(source).items()}
    for key, text in printed_cells(source).items():
        note = read_value(text)[1]
        money, value = key[2] in {"amount_yuan", "amount_10k_yuan"}, values[key]
        if money and value is not None and note.startswith(("元", "万元")) and key[1] != "annex":
            factor = (10_000 if note.startswith("万元") else 1) / (10_000 if key[2] == "amount_10k_yuan" else 1)
            values[key] = round(value * factor, 4)
    return values


def sums_within(values: dict[Key, float | None], *, formal: bool) -> dict[str, str]:
    """The sum checks of one report that do not pass: check -> ``fail`` or ``not_assessable``.

    ``formal``: the report has the form of 2019 or 2021, so that a table that is lost makes its sums not assessable.
    """
    pairs: dict[str, tuple[list[Key], list[Key]]] = {}
    tables = {"requests", "disputes"} if formal else {table for table, _, _ in values}
    rows = list(dict.fromkeys(row for table, row, _ in values if table == "requests"))
    closed = ["closed"] if "closed" in rows else [row for row in OUTCOMES if row.startswith("closed")]
    outcomes = [row for row in OUTCOMES if not row.startswith("closed")] + closed
    if "requests" in tables:
        for c in COLUMNS:
            left = [("requests", row, c) for row in ("new", "carried_in")]
            right = [("requests", row, c) for row in ("total", "carried_out")]
            pairs[f"requests.balance.{c}"] = (left, right)
            pairs[f"requests.outcomes.{c}"] = ([("requests", row, c) for row in outcomes], [("requests", "total", c)])
        for row in rows:
            applicants: list[Key] = [("requests", row, c) for c in APPLICANTS]
            pairs[f"requests.applicants.{row}"] = (applicants, [("requests", row, "total")])
    if "disputes" in tables:
        for row in COURSES:
            pairs[f"disputes.sum.{row}"] = (
                [("disputes", row, c) for c in RESULTS[:-1]],
                [("disputes", row, "total")],
            )
    return {name: status for name, sides in pairs.items() if (status := _compare(values, *sides))}


def sums_between(earlier: dict[Key, float | None], later: dict[Key, float | None]) -> dict[str, str]:
    """The checks between two years that do not pass; they stand with the later year."""
    pairs = {"carry_over": ([("requests", "carried_out", "total")], [("requests", "carried_in", "total")])}
    for c in APPLICANTS:
        pairs[f"carry_over.{c}"] = ([("requests", "carried_out", c)], [("requests", "carried_in", c)])
    found = {}
    for name, (before, after) in pairs.items():
        left, right = earlier.get(before[0]), later.get(after[0])
        if left is None or right is None:
            found[name] = "not_assessable"
        elif left != right:
            found[name] = "fail"
    for row in ("regulations", "normative_documents"):
        keys: list[Key] = [("proactive", row, c) for c in ("made", "repealed", "in_force")]
        before_, (made, repealed, after_) = earlier.get(keys[2]), (later.get(key) for key in keys)
        if before_ is None or made is None or repealed is None or after_ is None:
            found[f"stock.{row}"] = "not_assessable"
        elif before_ + made - repealed != after_:
            found[f"stock.{row}"] = "fail"
    return found


def _compare(values: dict[Key, float | None], left: list[Key], right: list[Key]) -> str:
    sides = [[values.get(key) for key in side] for side in (left, right)]
    if None in sides[0] or None in sides[1]:
        return "not_assessable"
    a, b = (sum(value for value in side if value is not None) for side in sides)
    return "" if a == b else "fail"
