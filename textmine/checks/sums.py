"""Sums within the tables of one report: balances, outcomes, applicants, disputes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from textmine.checks.values import APPLICANTS, COURSES, OUTCOMES, RESULTS, CellValues, Key, show
from textmine.records import Check, CheckStatus

_STATED: Final = re.compile(r"(?:含|包括|其中)[^\d]*(\d+)")


def check_sums(report_id: str, cells: CellValues) -> Iterator[Check]:
    """Yield every sum that the form prescribes, for a full form of 2021 forty-two; ``left`` is the sum of the parts."""
    for column in (*APPLICANTS, "total"):
        yield _balance(report_id, cells, column)
    for column in (*APPLICANTS, "total"):
        parts = [("requests", row, column) for row in cells.outcome_rows()]
        yield _sum(report_id, cells, f"requests.outcomes.{column}", parts, ("requests", "total", column))
    for row in ("new", "carried_in", *OUTCOMES[:-3], *OUTCOMES[-3:], "closed", "total", "carried_out"):
        if cells.has_row("requests", row):
            parts = [("requests", row, column) for column in APPLICANTS]
            yield _sum(report_id, cells, f"requests.applicants.{row}", parts, ("requests", row, "total"))
    for row in COURSES:
        yield _dispute(report_id, cells, row)


def _balance(report_id: str, cells: CellValues, column: str) -> Check:
    keys = [("requests", row, column) for row in ("new", "carried_in", "total", "carried_out")]
    new, carried_in, total, carried_out = (cells.values.get(key) for key in keys)
    left, right = cells.add(keys[:2]), cells.add(keys[2:])
    check = f"requests.balance.{column}"
    if left is None or right is None:
        return _missing(report_id, cells, check, keys, left, right)
    zh = f"新收 {show(new)} + 上年结转 {show(carried_in)} = {show(left)}；"
    zh += f"总计 {show(total)} + 结转下年 {show(carried_out)} = {show(right)}"
    en = f"new {show(new)} + carried in {show(carried_in)} = {show(left)}; "
    en += f"total {show(total)} + carried out {show(carried_out)} = {show(right)}"
    return Check(report_id, check, _status(left, right), left, right, zh, en)


def _sum(report_id: str, cells: CellValues, check: str, parts: Sequence[Key], whole: Key) -> Check:
    left, right = cells.add(parts), cells.values.get(whole)
    if left is None or right is None:
        return _missing(report_id, cells, check, [*parts, whole], left, right)
    numbers = [value for key in parts if (value := cells.values[key])]
    terms = " + ".join(show(number) for number in numbers) or "0"
    zh, en = (
        f"各项之和 {terms} = {show(left)}；总计 {show(right)}",
        f"parts {terms} = {show(left)}; total {show(right)}",
    )
    if left != right and (stated := _stated(cells.notes.get(whole, ""))) is not None and left + stated == right:
        zh += f"；注明另含 {show(stated)}：{show(left)} + {show(stated)} = {show(right)}"
        en += f"; the note adds {show(stated)}: {show(left)} + {show(stated)} = {show(right)}"
        return Check(report_id, check, "explained", left, right, zh, en)
    return Check(report_id, check, _status(left, right), left, right, zh, en)


def _dispute(report_id: str, cells: CellValues, row: str) -> Check:
    parts: list[Key] = [("disputes", row, column) for column in RESULTS]
    whole = ("disputes", row, "total")
    check = _sum(report_id, cells, f"disputes.sum.{row}", parts, whole)
    pending = cells.values.get(parts[-1])
    if check.status == "fail" and pending and check.left is not None and check.left - pending == check.right:
        sum_zh = f"{show(check.left)} − 尚未审结 {show(pending)} = {show(check.right)}"
        sum_en = f"{show(check.left)} − pending {show(pending)} = {show(check.right)}"
        zh, en = (
            f"{check.explanation}；总计未含尚未审结：{sum_zh}",
            f"{check.explanation_en}; pending left out: {sum_en}",
        )
        return Check(report_id, check.check, "explained", check.left, check.right, zh, en)
    return check


def _status(left: float, right: float) -> CheckStatus:
    # amounts are printed with few decimals; a sum of binary fractions may miss by less than a millionth
    return "pass" if abs(left - right) < 1e-6 else "fail"


def _stated(note: str) -> float | None:
    match = _STATED.search(note)
    return float(match[1]) if match else None


def _missing(
    report_id: str, cells: CellValues, check: str, keys: Sequence[Key], left: float | None, right: float | None
) -> Check:
    gone = [key for key in keys if cells.values.get(key) is None]
    lost = sum(key not in cells.values for key in gone)
    zh = f"{len(gone)} 个单元格无数：{lost} 个缺失，{len(gone) - lost} 个空白"
    en = f"{len(gone)} cells hold no number: {lost} lost, {len(gone) - lost} blank"
    return Check(report_id, check, "not_assessable", left, right, zh, en)
