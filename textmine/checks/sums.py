"""Sums within the tables of one report: balances, outcomes, applicants, disputes."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

from textmine.checks.values import APPLICANTS, COURSES, OUTCOMES, RESULTS, CellValues, Key, show
from textmine.records import CheckStatus

#: sums that are kept: most columns of most reports hold nothing but zeros
_KNOWN: Final = 65_536

_STATED: Final = re.compile(r"(?:含|包括|其中)[^\d]*(\d+)")


class SumRow(NamedTuple):
    """A check of a sum, without the report: the same numbers give the same row."""

    check: str
    status: CheckStatus
    left: float | None
    right: float | None
    explanation: str
    explanation_en: str


class _Lost:
    """Stands for the number of a cell that was not found."""


_LOST: Final = _Lost()
_Number = float | None | _Lost


def sum_rows(cells: CellValues) -> list[SumRow]:
    """Return every sum that the form prescribes, for a full form of 2021 forty-two; ``left`` adds up the parts."""
    values, rows = cells.values, []
    for name, keys in _balances():
        rows.append(_balance(name, *[values.get(key, _LOST) for key in keys]))
    for name, parts, whole in _outcomes(cells.outcome_rows()):
        note = cells.notes.get(whole, "")
        rows.append(_sum(name, tuple([values.get(key, _LOST) for key in parts]), values.get(whole, _LOST), note))
    for row, name, parts, whole in _applicants():
        if cells.has_row("requests", row):
            note = cells.notes.get(whole, "")
            rows.append(_sum(name, tuple([values.get(key, _LOST) for key in parts]), values.get(whole, _LOST), note))
    for name, parts, whole in _disputes():
        note = cells.notes.get(whole, "")
        rows.append(_dispute(name, tuple([values.get(key, _LOST) for key in parts]), values.get(whole, _LOST), note))
    return rows


# --- which cells --------------------------------------------------------------------------------

_Sum = tuple[str, tuple[Key, ...], Key]


@cache
def _balances() -> tuple[tuple[str, tuple[Key, ...]], ...]:
    rows = ("new", "carried_in", "total", "carried_out")
    return tuple(
        (f"requests.balance.{column}", tuple(("requests", row, column) for row in rows))
        for column in (*APPLICANTS, "total")
    )


@lru_cache(maxsize=8)
def _outcomes(rows: tuple[str, ...]) -> tuple[_Sum, ...]:
    return tuple(
        (
            f"requests.outcomes.{column}",
            tuple(("requests", row, column) for row in rows),
            ("requests", "total", column),
        )
        for column in (*APPLICANTS, "total")
    )


@cache
def _applicants() -> tuple[tuple[str, str, tuple[Key, ...], Key], ...]:
    rows = ("new", "carried_in", *OUTCOMES, "closed", "total", "carried_out")
    return tuple(
        (
            row,
            f"requests.applicants.{row}",
            tuple(("requests", row, column) for column in APPLICANTS),
            ("requests", row, "total"),
        )
        for row in rows
    )


@cache
def _disputes() -> tuple[_Sum, ...]:
    return tuple(
        (f"disputes.sum.{row}", tuple(("disputes", row, column) for column in RESULTS), ("disputes", row, "total"))
        for row in COURSES
    )


# --- the sums -----------------------------------------------------------------------------------


@lru_cache(maxsize=_KNOWN)
def _balance(check: str, *numbers: _Number) -> SumRow:
    new, carried_in, total, carried_out = (None if isinstance(number, _Lost) else number for number in numbers)
    left, right = _add((new, carried_in)), _add((total, carried_out))
    if left is None or right is None:
        return _missing(check, numbers, left, right)
    zh = f"新收 {show(new)} + 上年结转 {show(carried_in)} = {show(left)}；"
    zh += f"总计 {show(total)} + 结转下年 {show(carried_out)} = {show(right)}"
    en = f"new {show(new)} + carried in {show(carried_in)} = {show(left)}; "
    en += f"total {show(total)} + carried out {show(carried_out)} = {show(right)}"
    return SumRow(check, _status(left, right), left, right, zh, en)


@lru_cache(maxsize=_KNOWN)
def _sum(check: str, parts: tuple[_Number, ...], whole: _Number, note: str) -> SumRow:
    left, right = _add(parts), None if isinstance(whole, _Lost) else whole
    if left is None or right is None:
        return _missing(check, (*parts, whole), left, right)
    terms = " + ".join(show(number) for number in parts if number and not isinstance(number, _Lost)) or "0"
    zh, en = (
        f"各项之和 {terms} = {show(left)}；总计 {show(right)}",
        f"parts {terms} = {show(left)}; total {show(right)}",
    )
    if left != right and (stated := _stated(note)) is not None and left + stated == right:
        zh += f"；注明另含 {show(stated)}：{show(left)} + {show(stated)} = {show(right)}"
        en += f"; the note adds {show(stated)}: {show(left)} + {show(stated)} = {show(right)}"
        return SumRow(check, "explained", left, right, zh, en)
    return SumRow(check, _status(left, right), left, right, zh, en)


@lru_cache(maxsize=_KNOWN)
def _dispute(check: str, parts: tuple[_Number, ...], whole: _Number, note: str) -> SumRow:
    found = _sum(check, parts, whole, note)
    pending = None if isinstance(parts[-1], _Lost) else parts[-1]
    if found.status == "fail" and pending and found.left is not None and found.left - pending == found.right:
        sum_zh = f"{show(found.left)} − 尚未审结 {show(pending)} = {show(found.right)}"
        sum_en = f"{show(found.left)} − pending {show(pending)} = {show(found.right)}"
        zh, en = (
            f"{found.explanation}；总计未含尚未审结：{sum_zh}",
            f"{found.explanation_en}; pending left out: {sum_en}",
        )
        return SumRow(check, "explained", found.left, found.right, zh, en)
    return found


def _add(numbers: tuple[_Number, ...]) -> float | None:
    known = [number for number in numbers if isinstance(number, int | float)]
    return sum(known) if len(known) == len(numbers) else None


def _status(left: float, right: float) -> CheckStatus:
    # amounts are printed with few decimals; a sum of binary fractions may miss by less than a millionth
    return "pass" if abs(left - right) < 1e-6 else "fail"


def _stated(note: str) -> float | None:
    match = _STATED.search(note)
    return float(match[1]) if match else None


def _missing(check: str, numbers: tuple[_Number, ...], left: float | None, right: float | None) -> SumRow:
    lost = sum(isinstance(number, _Lost) for number in numbers)
    blank = sum(number is None for number in numbers)
    zh = f"{lost + blank} 个单元格无数：{lost} 个缺失，{blank} 个空白"
    en = f"{lost + blank} cells hold no number: {lost} lost, {blank} blank"
    return SumRow(check, "not_assessable", left, right, zh, en)
