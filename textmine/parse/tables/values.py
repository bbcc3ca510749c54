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
_UNIT: Final = "万元|亿元|元|件次|人次|[件条个项宗次人份期场篇]"
#: marks of footnotes: 12① 12* 12¹; they look like digits and are none
_MARKS: Final = "①-⑳❶-❿*†‡⁰¹²³⁴-⁹"
#: what may stand behind a number: a unit, a remark in brackets, a mark, or several of these
_BESIDE: Final = re.compile(rf"(?:{_UNIT})?(?:\([^()]*\)|（[^（）]*）|\[.*\]|注:?.*|[{_MARKS}]+)?[,，;；。]?")
#: printed for no number, and kept as printed
_NO_NUMBER: Final = re.compile(r"[-/\\*\u00d7]+|无|暂无|N/A", re.IGNORECASE)
#: printed for a number that is not exact or not one: 约12件, 3-5, 12%
_DOUBTFUL: Final = re.compile(
    rf"(?:约|近|逾|超过?|不足|共)?\d(?:[\d,.]*\d)?(?:[-~至]\d(?:[\d,.]*\d)?)?(?:%|余|多|万|亿)?(?:{_UNIT})?(?:以[上下内])?"
)
#: digits one by one, or groups of thousands: 1 3, 12 345
_SPACED: Final = re.compile(r"[+-]?\d(?: \d)*|[+-]?\d{1,3}(?: \d{3})+")
_DIGITS: Final = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS: Final = {"十": 10, "百": 100, "千": 1000}
_WORDS: Final = re.compile(rf"([零〇一二两三四五六七八九十百千]+)({_UNIT})?")
_FACTORS: Final = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}


@lru_cache(maxsize=4096)
def read_number(raw: str) -> tuple[float | None, str]:
    """Return the value of a cell and its note: the unit, remark or mark behind the number.

    The value is ``None`` where the cell is blank or holds no single exact number.

    >>> read_number("22（其中修订16件）"), read_number("4，119"), read_number("－"), read_number("+2/-1")
    ((22.0, '（其中修订16件）'), (4119.0, ''), (None, ''), (1.0, '+2/-1'))
    >>> read_number("12①"), read_number("约12件"), read_number("12\\n13"), read_number("十二件")
    ((12.0, '①'), (None, ''), (None, ''), (12.0, '件'))
    """
    narrow = _narrow(raw).strip()
    text = re.sub(r"\s", "", narrow)
    if signed := _SIGNED.fullmatch(text):
        return float(int(signed[1]) - int(signed[2])), raw.strip()
    if words := _WORDS.fullmatch(text):
        spelled = _spelled(words[1])
        return (spelled, words[2] or "") if spelled is not None else (None, "")
    match = _PLAIN.fullmatch(text)
    if not match or not _BESIDE.fullmatch(match[2]) or not _is_one(narrow, match[1]):
        return None, ""
    tail = re.sub(r"\s", "", raw)
    note = tail[len(tail) - len(match[2]) :].rstrip(",，;；。") if match[2] else ""
    return float(match[1].replace(",", "")) + 0.0, note


def _is_one(text: str, number: str) -> bool:
    """Whether digits as spaced in a cell are one number: 12 over 13 are two, 39857 over 58 is one cut by its cell.

    Spaces part single digits or thousands; a line is cut only where it is full, so none after it is longer.
    """
    end, seen = 0, 0
    while seen < len(number):
        seen += not text[end].isspace()
        end += 1
    lines = [re.sub(r"[^\S\n]+", " ", line).strip() for line in text[:end].split("\n")]
    if any(" " in line and not _SPACED.fullmatch(line) for line in lines):
        return False
    sizes = [len(line.replace(" ", "").lstrip("+-")) for line in lines if line]
    return len(sizes) < 2 or (sizes[0] > 2 and max(sizes[1:-1], default=sizes[0]) == sizes[0] >= sizes[-1])


def _spelled(text: str) -> float | None:
    """The value of a number in Chinese characters, or nothing where it is not well formed.

    >>> _spelled("十二"), _spelled("一百零三"), _spelled("二〇二二"), _spelled("百"), _spelled("三二")
    (12.0, 103.0, None, None, None)
    """
    total, digit, unit = 0, -1, 10_000
    for at, char in enumerate(text):
        if char in _TENS:
            if _TENS[char] >= unit or (digit < 1 and not (char == "十" and at == 0)):
                return None
            unit = _TENS[char]
            total, digit = total + max(digit, 1) * unit, -1
        elif digit > 0 or (digit == 0 and _DIGITS[char] == 0):
            return None
        else:
            digit = _DIGITS[char]
    if digit == 0 and len(text) > 1:
        return None
    return float(total + max(digit, 0))


def _narrow(text: str) -> str:
    """Widths of digits and signs put right, character by character, so that lengths stay; ① and ² are no digits."""
    if text.isascii():
        return text
    return "".join(map(_narrow_char, text)).translate(_DASHES)


def _narrow_char(char: str) -> str:
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    return chr(ord(char) - 0xFEE0) if "！" <= char <= "～" and char not in "（）" else char


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
    """Whether a cell holds a number, exact or not, or a sign for none; with ``blank`` also an empty cell.

    A single Chinese numeral is no value: it may be the serial number of a row, or a piece of a vertical label.

    >>> [is_value(text) for text in ("0", "——", "无", "约12件", "十二", "三", "1.属于国家秘密", "")]
    [True, True, True, True, True, False, False, False]
    """
    tight = re.sub(r"\s", "", _narrow(text))
    if not tight:
        return blank
    if len(tight) == 1 and not tight.isdigit() and not _NO_NUMBER.fullmatch(tight):
        return False
    known = read_number(text)[0] is not None or _NO_NUMBER.fullmatch(tight) or _DOUBTFUL.fullmatch(tight)
    return bool(known) or not re.search(r"[^\d\s,+-]", _narrow(text))
