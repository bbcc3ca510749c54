"""The number in a cell: its value, and what stands beside it."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Final

_NUMBER: Final = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_PLAIN: Final = re.compile(rf"({_NUMBER})(.*)", re.DOTALL)
#: 本年增/减 printed as two signed numbers: +2/-1
_SIGNED: Final = re.compile(r"\+(\d+)[/,、;]?-(\d+)")
_DASHES: Final = str.maketrans("—–−﹣", "----")
#: what may stand behind a number: a unit, a remark in brackets, or both
_BESIDE: Final = re.compile(
    r"(?:万元|亿元|元|件次|人次|[件条个项宗次人份期场篇])?(?:\([^()]*\)|（[^（）]*）|\[.*\]|注:?.*)?"
)
#: printed for no number, and kept as printed
_NO_NUMBER: Final = re.compile(r"[-/\\*\u00d7]+|无")
_FACTORS: Final = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}


@lru_cache(maxsize=4096)
def read_number(raw: str) -> tuple[float | None, str]:
    """Return the value of a cell and its note: the unit or remark behind the number.

    The value is ``None`` where the cell is blank or holds no single number.

    >>> read_number("22（其中修订16件）"), read_number("4，119"), read_number("－"), read_number("+2/-1")
    ((22.0, '（其中修订16件）'), (4119.0, ''), (None, ''), (1.0, '+2/-1'))
    """
    text = re.sub(r"\s", "", _narrow(raw))
    if signed := _SIGNED.fullmatch(text):
        return float(int(signed[1]) - int(signed[2])), raw.strip()
    match = _PLAIN.fullmatch(text)
    if not match or not _BESIDE.fullmatch(match[2]):
        return None, ""
    tail = re.sub(r"\s", "", raw)
    note = tail[len(tail) - len(match[2]) :] if match[2] else ""
    return float(match[1].replace(",", "")), note


def _narrow(text: str) -> str:
    """Widths of digits and signs put right, character by character, so that lengths stay."""
    if text.isascii():
        return text
    narrow = (char if char in "（）" else unicodedata.normalize("NFKC", char)[:1] for char in text)
    return "".join(narrow).translate(_DASHES)


def convert_money(value: float, printed: str, wanted: str) -> float:
    """Return an amount of the unit ``printed`` in the unit ``wanted``.

    >>> convert_money(251000.0, "元", "万元"), convert_money(7.73, "万元", "元")
    (25.1, 77300.0)
    """
    return float(Decimal(str(value)) * _FACTORS[printed] / _FACTORS[wanted])


def unit_of_money(note: str) -> str:
    """Return the unit of money with which a note begins, or nothing."""
    return next((unit for unit in ("万元", "亿元", "元") if note.startswith(unit)), "")


@lru_cache(maxsize=4096)
def is_value(text: str, *, blank: bool = False) -> bool:
    """Whether a cell holds a number or a sign for none; with ``blank`` also an empty cell.

    >>> [is_value(text) for text in ("0", "——", "无", "1.属于国家秘密", "")]
    [True, True, True, False, False]
    """
    tight = re.sub(r"\s", "", _narrow(text))
    if not tight:
        return blank
    return read_number(text)[0] is not None or bool(_NO_NUMBER.fullmatch(tight))
