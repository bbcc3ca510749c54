"""Chinese numerals as they count points and parts: 一 to 九十九."""

from __future__ import annotations

from typing import Final

_DIGITS: Final = "一二三四五六七八九"
#: One numeral, as a regular expression without a group.
NUMERAL: Final = f"(?:[{_DIGITS}]?十[{_DIGITS}]?|[{_DIGITS}])"


def read_numeral(text: str) -> int:
    """Return the value of a numeral, Chinese or Arabic.

    Raises:
        ValueError: ``text`` is no such numeral.

    >>> read_numeral("三"), read_numeral("十一"), read_numeral("二十"), read_numeral("7")
    (3, 11, 20, 7)
    """
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (10 * (_DIGITS.index(tens) + 1 if tens else 1) if ten else 0) + (_DIGITS.index(ones) + 1 if ones else 0)
