"""What the text restates, held against the cells; shares, growth and enumerations recomputed."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from textmine.checks.narrative import Reading, read_narrative
from textmine.checks.patterns import Partition, load_patterns
from textmine.checks.values import APPLICANTS, OUTCOMES, CellValues, Key, show
from textmine.records import Check, Report

_PROSE: Final = ("overview", "proactive", "requests", "disputes", "problems", "other_matters")
_SHARE: Final = re.compile(r"占(?P<base>[^，。；\d]{0,20}?)(?:的)?(?:比)?(?:为|达|约)?(?P<share>\d+(?:\.\d+)?)[%％]")
_AGAINST: Final = r"(?:同比|[比较]上一?年(?:度)?|[比较]去年|与(?:上一?年|去年)(?:度)?(?:同期)?相比)(?:同期)?[，,]?"
_UP: Final = "增长|增加|上升|提高|多"
_GROWTH: Final = re.compile(
    rf"{_AGAINST}(?P<way>{_UP}|下降|减少|降低|少)(?:了)?(?:(?P<delta>\d+)[件宗起份个项条][，、（,]?"
    rf"(?:同比)?(?:{_UP}|增幅|下降|减少|降低|降幅|幅度)?(?:了)?(?:为|达|约)?)?(?P<rate>\d+(?:\.\d+)?)[%％]"
)
_BEFORE: Final = re.compile(r"(?:上一?年(?:度)?|去年)(?:同期)?(?:为|是|收到|受理)?(\d+)[件宗起份个项条]")


def check_narrative(report: Report, cells: CellValues, starts: Iterable[int | None]) -> Iterator[Check]:
    """Yield a check for every number of the running text that restates a cell or can be recomputed.

    Args:
        report: the report.
        cells: the values of its cells.
        starts: where its cells stand in the text; a sentence with a cell in it is no running text.
    """
    meta = report.metadata
    year = int(meta.year.value) if meta.year and meta.year.value.isdigit() else None
    agency = meta.agency.value if meta.agency else ""
    places = sorted(start for start in starts if start is not None)
    for section in report.sections:
        if section.section in _PROSE:
            readings = [
                reading
                for reading in read_narrative(section.text, year=year, agency=agency, start=section.start)
                if bisect_left(places, reading.start) == bisect_left(places, reading.end)
            ]
            yield from (compare_reading(report.report_id, reading, cells) for reading in readings)
            yield from _enumerations(report.report_id, readings)
            yield from _rates(report, readings, cells)


def compare_reading(report_id: str, reading: Reading, cells: CellValues) -> Check:
    """Return the check of one reading: ``left`` is what the text says, ``right`` what the cells say."""
    name = f"narrative.{reading.what}"
    left, right = _sides(reading, cells)
    if left is None or right is None:
        zh, en = "表中没有可比的数", "the tables hold no number to compare"
        return Check(report_id, name, "not_assessable", left, right, zh, en, reading.start, reading.end)
    zh, en = f"文字 {show(left)}，表格 {show(right)}", f"text {show(left)}, table {show(right)}"
    if left == right:
        return Check(report_id, name, "pass", left, right, zh, en, reading.start, reading.end)
    if reason := _explain(reading, left, right, cells):
        zh, en = f"{zh}；{reason[0]}", f"{en}; {reason[1]}"
        return Check(report_id, name, "explained", left, right, zh, en, reading.start, reading.end)
    return Check(report_id, name, "fail", left, right, zh, en, reading.start, reading.end)


def _sides(reading: Reading, cells: CellValues) -> tuple[float | None, float | None]:
    patterns = load_patterns()
    if reading.claim:
        claim = next(
            claim for claim in patterns.claims if claim.code == reading.what and _is_claim(claim.equals, reading)
        )
        stated = cells.add(_keys(claim.equals, cells)) if claim.equals else 0.0
        return stated, cells.add(_keys(claim.cells, cells))
    if reading.what in OUTCOMES:
        return reading.value, cells.get("requests", reading.what, "total")
    return reading.value, cells.add(_keys(patterns.cells_of(reading.what), cells))


def _is_claim(equals: Sequence[str], reading: Reading) -> bool:
    return bool(equals) == reading.what.endswith("all_upheld")


def _keys(references: Sequence[str], cells: CellValues) -> list[Key]:
    keys: list[Key] = []
    for reference in references:
        table, row, column = reference.split(".")
        keys += [(table, name, column) for name in cells.rows_like(row)]
    return keys


def _explain(reading: Reading, left: float, right: float, cells: CellValues) -> tuple[str, str] | None:
    """Exact arithmetic, or another scope that the text states; else nothing."""
    if reading.what == "received" and (found := _explain_received(left, cells)):
        return found
    pending = [("disputes", row, "pending") for row in _courses(reading.what)]
    unsettled = cells.add(pending) if pending else None
    if reading.what in {"review_total", "litigation_total"} and unsettled and left == right - unsettled:
        sum_zh = f"{show(right)} − 尚未审结 {show(unsettled)} = {show(left)}"
        return f"未计尚未审结：{sum_zh}", f"pending left out: {show(right)} − {show(unsettled)} = {show(left)}"
    if reading.what.endswith("all_upheld") and unsettled and left - unsettled == right:
        sum_zh = f"{show(left)} − 尚未审结 {show(unsettled)} = {show(right)}"
        return f"已审结的均维持：{sum_zh}", f"of those settled: {show(left)} − {show(unsettled)} = {show(right)}"
    if reading.what == "answered":
        carried = cells.get("requests", "carried_in", "total")
        if carried and left == right - carried:
            sum_zh = f"{show(right)} − 上年结转 {show(carried)} = {show(left)}"
            return (
                f"未计上年结转的：{sum_zh}",
                f"without those carried in: {show(right)} − {show(carried)} = {show(left)}",
            )
    if reading.scope:
        return (
            f"文字说的是“{reading.scope}”，范围与表格不同",
            f"the text counts {reading.scope}, another scope than the table",
        )
    return None


def _explain_received(left: float, cells: CellValues) -> tuple[str, str] | None:
    new, carried = cells.get("requests", "new", "total"), cells.get("requests", "carried_in", "total")
    if new is not None and carried and left == new + carried:
        sum_ = f"{show(new)} + {show(carried)} = {show(left)}"
        return f"新收加上年结转：{sum_}", f"new plus carried in: {sum_}"
    person = cells.get("requests", "new", "natural_person")
    others = cells.add([("requests", "new", column) for column in APPLICANTS[1:]])
    if new is not None and others and person == left and left + others == new:
        zh = f"只计自然人一列：{show(new)} − 法人或其他组织 {show(others)} = {show(left)}"
        return zh, f"natural persons only: {show(new)} − organisations {show(others)} = {show(left)}"
    return None


def _courses(what: str) -> tuple[str, ...]:
    if what.startswith("review"):
        return ("review",)
    return ("litigation_direct", "litigation_after_review") if what.startswith("litigation") else ()


# --- enumerations --------------------------------------------------------------------------------


def _enumerations(report_id: str, readings: list[Reading]) -> Iterator[Check]:
    for partition in load_patterns().partitions:
        for index, whole in enumerate(readings):
            if whole.what == partition.whole and not whole.claim:
                parts = _parts(partition, readings[index + 1 :], whole)
                if check := _add_up(report_id, partition, whole, parts):
                    yield check


def _parts(partition: Partition, following: list[Reading], whole: Reading) -> dict[str, Reading]:
    """The parts that follow a whole, up to the next whole; they may go on in the next sentence."""
    parts: dict[str, Reading] = {}
    for reading in following:
        if reading.what == whole.what or reading.start > whole.end + 1:
            break
        if reading.what in partition.parts and not reading.claim:
            parts.setdefault(reading.what, reading)
    return parts


def _add_up(report_id: str, partition: Partition, whole: Reading, parts: dict[str, Reading]) -> Check | None:
    total = sum(part.value for part in parts.values())
    complete = len(parts) == len(partition.parts)
    if len(parts) < 2 or (total < whole.value and not complete):
        return None
    terms = " + ".join(show(part.value) for part in parts.values())
    status, end = ("pass" if total == whole.value else "fail"), max(part.end for part in parts.values())
    zh = f"所列各项 {terms} = {show(total)}；总数 {show(whole.value)}"
    en = f"listed parts {terms} = {show(total)}; whole {show(whole.value)}"
    name = f"narrative.enumeration.{whole.what}"
    if status == "pass":
        return Check(report_id, name, "pass", total, whole.value, zh, en, whole.start, end)
    return Check(report_id, name, "fail", total, whole.value, zh, en, whole.start, end)


# --- shares and growth ---------------------------------------------------------------------------


def _rates(report: Report, readings: list[Reading], cells: CellValues) -> Iterator[Check]:
    numbers = [reading for reading in readings if not reading.claim]
    for reading, after in pairwise([*numbers, None]):
        assert reading is not None
        stop = reading.end if after is None or after.at > reading.end else after.at
        behind = report.text[reading.at : stop]
        share = _SHARE.search(behind)
        if share and behind[: share.start()].count("，") <= 1:
            yield from _share(report.report_id, reading, share, numbers, cells)
        if growth := _GROWTH.search(behind):
            yield _growth(report.report_id, reading, growth, _BEFORE.search(behind))


def _share(
    report_id: str, part: Reading, match: re.Match[str], numbers: list[Reading], cells: CellValues
) -> Iterator[Check]:
    """A share of the requests: of those stated in the text, of those received, or of those answered."""
    answered = re.search("答复|办结|办理", match["base"])
    wanted = "answered" if answered else "received"
    stated = [reading.value for reading in numbers if reading.what == wanted and reading.at < part.at]
    bases: list[float | None] = [*stated[-1:]]
    bases += [] if answered else [cells.get("requests", "new", "total")]
    bases += [cells.get("requests", "total", "total")]
    known = [base for base in bases if base]
    if part.what in {"received", "answered"} or _courses(part.what) or not known:
        return
    yield _rate(report_id, "narrative.share", part, match["share"], [(base, part.value) for base in known])


def _growth(report_id: str, reading: Reading, match: re.Match[str], earlier: re.Match[str] | None) -> Check:
    sign = 1 if re.fullmatch(_UP, match["way"]) else -1
    name = "narrative.growth"
    if match["delta"]:
        before = reading.value - sign * float(match["delta"])
    elif earlier:
        before = float(earlier[1])
    else:
        zh, en = "文字没有给出上年的数", "the text gives no number for the year before"
        rate = sign * float(match["rate"])
        return Check(report_id, name, "not_assessable", rate, None, zh, en, reading.start, reading.end)
    if before <= 0:
        zh, en = "上年的数不大于零", "the number of the year before is not above zero"
        return Check(report_id, name, "not_assessable", None, None, zh, en, reading.start, reading.end)
    return _rate(report_id, name, reading, match["rate"], [(before, abs(reading.value - before))])


def _rate(report_id: str, name: str, reading: Reading, printed: str, pairs: list[tuple[float, float]]) -> Check:
    """Compare a printed percentage with part ÷ base: rounded it passes, cut off instead of rounded it is explained."""
    decimals = len(printed.partition(".")[2])
    stated, unit = float(printed), 10.0**-decimals
    exact = [(100 * part / base, part, base) for base, part in pairs]
    rate, part, base = min(exact, key=lambda entry: abs(entry[0] - stated))
    right = round(rate, decimals + 2)
    zh = f"{show(part)} ÷ {show(base)} = {right:g}%，文字 {printed}%"
    en = f"{show(part)} ÷ {show(base)} = {right:g}%, text {printed}%"
    off = abs(rate - stated)
    if off <= unit / 2 + 1e-9:
        return Check(report_id, name, "pass", stated, right, zh, en, reading.start, reading.end)
    if off < unit:
        zh, en = f"{zh}；未四舍五入", f"{en}; cut off or rounded up, not rounded"
        return Check(report_id, name, "explained", stated, right, zh, en, reading.start, reading.end)
    return Check(report_id, name, "fail", stated, right, zh, en, reading.start, reading.end)
