"""Flattened text → words and values in order: what a table leaves when its lines are gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from textmine.parse.tables.labels import split_numerals
from textmine.parse.tables.values import is_value

TokenKind = Literal["words", "value", "blank", "stop"]

_NUMBER: Final = r"[+-]?\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|[+-]?\d+(?:\.\d+)?"
_CHINESE: Final = "[一二三四五六七八九十]{1,3}"
#: a number that stands for itself: not the numeral of a list, a year, an article, a part of a sentence, an estimate or
#: a range; a mark of a footnote behind it (12①) belongs to it
_VALUE: Final = re.compile(
    rf"\+\d+/-\d+|(?<![\d.（(〔\[第+约近逾超])(?<!\d[-—–~～至])(?:{_NUMBER})(?:万元|亿元|[件条元个项宗次])?"
    rf"(?:（(?!{_CHINESE}）)[^（）]*）)?(?:[①-⑳*†‡⁰¹²³⁴-⁹]+(?=\s|$))?"
    r"(?![\d、.．)）〕\]年月日号%％，,。；;：:]|[-—–~～至]\d|[余多]?[万亿])|(?<![^\s])(?:-|—+|－|/|无)(?![^\s])"
)
_BRACKETS: Final = re.compile(r"[（(][^（）()]*[）)]")
_STOP: Final = re.compile(r"[。；！？]")
#: two values side by side, as no sentence has them
_TABLE_LINE: Final = re.compile(r"[\d\-—/无][ \t|｜]+[\d\-—+/无]|[\t|｜]")
_FIELDS: Final = re.compile(r"[\t|｜]")


@dataclass(frozen=True, slots=True)
class Token:
    """Words, a value, a blank field or the end of a sentence; ``field`` counts the fields of a line with separators."""

    kind: TokenKind
    text: str
    start: int
    end: int
    line: int
    field: int = -1
    n_fields: int = 0


def read_tokens(text: str) -> list[Token]:
    """Return the tokens of a text; white space only separates.

    >>> [(t.kind, t.text) for t in read_tokens("1.属于国家秘密\\t0\\t\\t2")]
    [('words', '1.属于国家秘密'), ('value', '0'), ('blank', ''), ('value', '2')]
    """
    tokens: list[Token] = []
    start = 0
    for number, line in enumerate(text.split("\n")):
        if "。" in line and not _TABLE_LINE.search(line):  # running text, passed over whole
            tokens.append(Token("stop", "", start, start, number))
            start += len(line) + 1
            continue
        cuts = [match.start() for match in _FIELDS.finditer(line)]
        if cuts:
            bounds = [-1, *cuts, len(line)]
            for index, (a, b) in enumerate(pairwise(bounds)):
                tokens += _field(line[a + 1 : b], start + a + 1, number, index, len(bounds) - 1)
        else:
            tokens += _inline(line, start, number, -1, 0)
        start += len(line) + 1
    return tokens


def _field(text: str, start: int, line: int, index: int, count: int) -> Iterator[Token]:
    """One field of a line with separators: a value, a blank, or words that may hold values too."""
    inner = text.strip()
    begin = start + len(text) - len(text.lstrip())
    if not inner:
        yield Token("blank", "", begin, begin, line, index, count)
    elif is_value(inner):
        yield Token("value", inner, begin, begin + len(inner), line, index, count)
    else:
        yield from _inline(text, start, line, index, count)


def _inline(text: str, start: int, line: int, index: int, count: int) -> Iterator[Token]:
    end = 0
    brackets = [match.span() for match in _BRACKETS.finditer(text)]
    for match in _VALUE.finditer(text):
        if any(a < match.start() < b for a, b in brackets):
            continue  # a number in the words of a label: （相同信息计1条）
        yield from _words(text[end : match.start()], start + end, line, index, count)
        yield Token("value", match[0], start + match.start(), start + match.end(), line, index, count)
        end = match.end()
    yield from _words(text[end:], start + end, line, index, count)


def _words(text: str, start: int, line: int, index: int, count: int) -> Iterator[Token]:
    for sentence in re.split(r"(?<=[。；！？])", text):
        for part in split_numerals(sentence):
            inner = part.strip()
            if inner:
                begin = start + len(part) - len(part.lstrip())
                yield Token("words", inner, begin, begin + len(inner), line, index, count)
            start += len(part)
        if _STOP.search(sentence[-1:]):
            yield Token("stop", "", start, start, line, index, count)
