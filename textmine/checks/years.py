"""Checks between two years of one body: what was carried over, and the stock of documents in force."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textmine.checks.values import APPLICANTS, CellValues, show
from textmine.errors import TextmineError
from textmine.records import Cell, Check, Report

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

#: what changes a stock beside 制发 and 废止, with its number
_CHANGE: Final = re.compile(
    r"(修订|修改|自然失效|到期失效|失效|清理|机构改革|划转|划入|划出|调整)[^\d，。；、（）]{0,14}?(\d+)件"
)
_SENTENCES: Final = re.compile(r"[。；\n]")
_ROWS: Final = ("carried_in", "carried_out", "regulations", "normative_documents")
_NO_CELLS: Final = CellValues({}, {})
_OFFICE: Final = re.compile(r"(?<=政府)办公(?:室|厅)$")
_REGION: Final = re.compile(r"[省市区县旗州盟镇乡]|街道")


@dataclass(frozen=True, slots=True)
class BodyYear:
    """One report as these checks see it: who reports, for which year, which cells, and its running text."""

    report_id: str
    agency: str
    region_code: str
    year: int
    cells: CellValues
    text: str


def of_reports(reports: Iterable[Report]) -> list[BodyYear]:
    """Return the reports that name their body and year."""
    found = []
    for report in reports:
        meta = report.metadata
        if meta.agency and meta.year and meta.year.value.isdigit():
            code = meta.region_code.value if meta.region_code else ""
            cells = CellValues.of(report.cells)
            found.append(BodyYear(report.report_id, meta.agency.value, code, int(meta.year.value), cells, report.text))
    return found


def of_frames(frames: Mapping[str, pd.DataFrame]) -> list[BodyYear]:
    """Return the same from the frames ``reports``, ``cells`` and, where there is one, ``sections``."""
    cells: dict[str, list[Cell]] = {}
    for row in frames["cells"].astype(object).where(frames["cells"].notna(), None).to_dict("records"):
        cell = Cell(row["table"], row["row"], row["column"], row["value"], row["raw"] or "", row["note"] or "")
        cells.setdefault(row["report_id"], []).append(cell)
    texts: dict[str, str] = {}
    if "sections" in frames:
        for report_id, text in zip(frames["sections"]["report_id"], frames["sections"]["text"], strict=True):
            texts[report_id] = f"{texts.get(report_id, '')}{text}\n"
    reports = frames["reports"].astype(object).where(frames["reports"].notna(), None).to_dict("records")
    return [
        BodyYear(
            row["report_id"],
            row["agency"],
            row.get("region_code") or "",
            int(row["year"]),
            CellValues.of(cells.get(row["report_id"], [])),
            texts.get(row["report_id"], ""),
        )
        for row in reports
        if row["agency"] and row["year"]
    ]


class YearRows:
    """Gathers from Arrow tables, part by part, the few cells and sentences that these checks need."""

    def __init__(self) -> None:
        self._bodies: list[BodyYear] = []
        self._cells: list[pa.Table] = []
        self._ranges: dict[str, tuple[int, int]] = {}
        self._n = 0

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """Take what is needed from the tables ``reports``, ``cells`` and ``sections`` of some reports."""
        import pyarrow as pa
        import pyarrow.compute as pc

        texts: dict[str, list[str]] = {}
        for report_id, text in zip(*(tables["sections"][n].to_pylist() for n in ("report_id", "text")), strict=True):
            kept = [sentence for sentence in _SENTENCES.split(text or "") if _CHANGE.search(sentence)]
            texts.setdefault(report_id, []).extend(kept)
        columns = ("report_id", "agency", "region_code", "year")
        for report_id, agency, code, year in zip(*(tables["reports"][n].to_pylist() for n in columns), strict=True):
            if agency and year:
                text = "。".join(texts.get(report_id, ()))
                self._bodies.append(BodyYear(report_id, agency, code or "", year, _NO_CELLS, text))
        cells = tables["cells"].select(["report_id", "table", "row", "column", "value", "note"])
        cells = cells.filter(pc.is_in(cells["row"], value_set=pa.array(_ROWS)))
        for at, name in enumerate(cells["report_id"].to_pylist(), self._n):
            self._ranges[name] = (self._ranges.get(name, (at, at))[0], at + 1)  # cells of a report stand together
        self._n += cells.num_rows
        self._cells.append(_compact(cells.drop_columns("report_id")))

    def checks(self, names: Mapping[str, str] | None = None) -> Iterator[Check]:
        """Yield the checks between consecutive years of all bodies that were added."""
        import pyarrow as pa

        if not self._bodies:
            return
        table = pa.concat_tables(self._cells).unify_dictionaries().combine_chunks()
        for body in group_bodies(self._bodies, names or {}):
            if len(body) < 2:
                continue
            with_cells = []
            for report in body:
                start, end = self._ranges.get(report.report_id, (0, 0))
                rows = table.slice(start, end - start).to_pylist()
                cells = [Cell(r["table"], r["row"], r["column"], r["value"], "", r["note"] or "") for r in rows]
                with_cells.append(replace(report, cells=CellValues.of(cells)))
            yield from pairs_of_body(with_cells)


def _compact(cells: pa.Table) -> pa.Table:
    for at, name in enumerate(cells.column_names):
        if name != "value":
            cells = cells.set_column(at, name, cells[name].dictionary_encode())
    return cells


def check_pairs(found: list[BodyYear], names: Mapping[str, str]) -> Iterator[Check]:
    """Yield the checks of every two years that follow each other; they stand with the later report."""
    for body in group_bodies(found, names):
        yield from pairs_of_body(body)


def pairs_of_body(body: Iterable[BodyYear]) -> Iterator[Check]:
    """Yield the checks of every two years of one body that follow each other."""
    years: dict[int, list[BodyYear]] = {}
    for report in sorted(body, key=lambda item: (item.year, item.report_id)):
        years.setdefault(report.year, []).append(report)
    for earlier, later in pairwise(years.values()):
        if later[0].year == earlier[0].year + 1:
            yield from _pair(earlier, later)


def _pair(earlier: list[BodyYear], later: list[BodyYear]) -> Iterator[Check]:
    if len(earlier) > 1 or len(later) > 1:
        year = earlier[0].year if len(earlier) > 1 else later[0].year
        zh, en = f"{year} 年有几份报告，无法确定哪一份", f"several reports for {year}, none can be chosen"
        for report in later:
            yield Check(report.report_id, "carry_over", "not_assessable", None, None, zh, en)
        return
    for column in ("total", *APPLICANTS):
        yield _carry_over(earlier[0], later[0], column)
    for row in ("regulations", "normative_documents"):
        yield _stock(earlier[0], later[0], row)


def _carry_over(earlier: BodyYear, later: BodyYear, column: str) -> Check:
    left = earlier.cells.get("requests", "carried_out", column)
    right = later.cells.get("requests", "carried_in", column)
    name = "carry_over" if column == "total" else f"carry_over.{column}"
    zh = f"{earlier.year} 年结转下年 {show(left)}，{later.year} 年上年结转 {show(right)}"
    en = f"carried out of {earlier.year}: {show(left)}; carried in to {later.year}: {show(right)}"
    if left is None or right is None:
        return Check(later.report_id, name, "not_assessable", left, right, zh, en)
    return Check(later.report_id, name, "pass" if left == right else "fail", left, right, zh, en)


def _stock(earlier: BodyYear, later: BodyYear, row: str) -> Check:
    before, after = (item.cells.get("proactive", row, "in_force") for item in (earlier, later))
    made, repealed = (later.cells.get("proactive", row, column) for column in ("made", "repealed"))
    name = f"stock.{row}"
    if before is None or after is None or made is None or repealed is None:
        zh, en = "缺上年或本年的数", "a number of one of the years is missing"
        return Check(later.report_id, name, "not_assessable", None, after, zh, en)
    left = before + made - repealed
    zh = f"{earlier.year} 年有效 {show(before)} + 制发 {show(made)} − 废止 {show(repealed)} = {show(left)}；"
    zh += f"{later.year} 年有效 {show(after)}"
    en = f"in force {earlier.year} {show(before)} + made {show(made)} − repealed {show(repealed)} = {show(left)}; "
    en += f"in force {later.year} {show(after)}"
    if left == after:
        return Check(later.report_id, name, "pass", left, after, zh, en)
    for word, number in _changes(later, row):
        if left - number == after:
            sum_ = f"{show(left)} − {show(number)} = {show(after)}"
            zh, en = f"{zh}；{word} {show(number)} 件：{sum_}", f"{en}; {word} {show(number)}: {sum_}"
            return Check(later.report_id, name, "explained", left, after, zh, en)
    return Check(later.report_id, name, "fail", left, after, zh, en)


def _changes(report: BodyYear, row: str) -> list[tuple[str, float]]:
    """The numbers by which notes in the cells, or sentences on these documents, say that the stock changed."""
    word = "规章" if row == "regulations" else "规范性文件"
    texts = [report.cells.notes.get(("proactive", row, column), "") for column in ("made", "repealed", "in_force")]
    texts += [sentence for sentence in _SENTENCES.split(report.text) if word in sentence]
    return [(match[1], float(match[2])) for text in texts for match in _CHANGE.finditer(text)]


# --- which reports are of one body ---------------------------------------------------------------


def group_bodies(found: list[BodyYear], names: Mapping[str, str]) -> list[list[BodyYear]]:
    """Return the reports of each body together.

    One body: the same name; a name that is the end of the other and begins with a region (洪泽区人民政府 of
    淮安市洪泽区人民政府); a government and its office; or what ``names`` says. Region codes that differ part bodies. A
    short name that fits several bodies stays alone.
    """
    plain = {report.agency: plain_name(report.agency, names) for report in found}
    distinct = sorted(set(plain.values()), key=len, reverse=True)
    longer: dict[str, list[str]] = {name: [] for name in distinct}
    for name in distinct:
        for end in (name[at:] for at in range(1, len(name) - 1)):
            if end in longer and _begins_with_region(end):
                longer[end].append(name)
    home: dict[str, str] = {}
    for name in distinct:
        tops = {home[other] for other in longer[name]}
        home[name] = tops.pop() if len(tops) == 1 else name
    groups: dict[tuple[str, str], list[BodyYear]] = {}
    codes: dict[str, set[str]] = {}
    for report in found:
        codes.setdefault(home[plain[report.agency]], set()).add(report.region_code)
    for report in found:
        body = home[plain[report.agency]]
        code = report.region_code if len(codes[body] - {""}) > 1 else ""
        groups.setdefault((body, code), []).append(report)
    return list(groups.values())


def plain_name(agency: str, names: Mapping[str, str]) -> str:
    """Return the name by which a body is matched.

    >>> plain_name("淮安市 洪泽区人民政府办公室", {})
    '淮安市洪泽区人民政府'
    """
    name = re.sub(r"[（(][^（）()]*[）)]|\s", "", agency)
    name = names.get(agency, names.get(name, name))
    return _OFFICE.sub("", name)


def _begins_with_region(name: str) -> bool:
    return bool(_REGION.search(name[1:8]))


def read_names(path: str | Path) -> dict[str, str]:
    """Return a table of name variants: a line holds the variant, a tab and the name under which it counts.

    Raises:
        TextmineError: the file cannot be read, or a line has not two fields.
    """
    try:
        lines = Path(path).read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TextmineError(f"{path}: {error}") from error
    names = {}
    for number, line in enumerate(lines, 1):
        fields = line.split("\t")
        if not line.strip() or line.startswith("#"):
            continue
        if len(fields) != 2 or not all(field.strip() for field in fields):
            raise TextmineError(f"{path}: line {number} must hold a variant, a tab and a name")
        names[fields[0].strip()] = fields[1].strip()
    return names
