"""The label matcher: a printed label → what it means; the same for grids and for flattened text.

Matching ignores spaces, line breaks, punctuation and numerals. A misprint is forgiven where it leads to one label
only and does not lean towards any other; else the label is refused, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from textmine.parse.tables.templates import Template, load_templates

Kind = Literal["row", "column", "sign"]

_CHINESE: Final = "[一二三四五六七八九十]{1,3}"
#: numerals of a list: （一） (1) 一、 1. ① wherever they stand
_ENUMERATOR: Final = re.compile(
    rf"[（(〔\[]\s*(?:{_CHINESE}|\d{{1,2}})\s*[）)〕\]]|{_CHINESE}\s*[、.．]|(?<![\d.])\d{{1,2}}\s*[、.．](?!\d)|[①-⑳]"
)
_BRACKETS: Final = re.compile(r"[（(][^（）()]*[）)]")
_UNIT: Final = re.compile(r"[（(](?:单位)?[:：]?(万元|亿元|元)[）)]|单位[:：](万元|亿元|元)")
#: one wrong character in four is forgiven: 其他法律行政止公开 lacks three of the twelve of its label
_TOLERANCE: Final = 4
#: a character of the vertical label that fell into a row label costs little, so that it never outweighs a misprint
_STRAY: Final = 0.01


class Meaning(NamedTuple):
    """What a label stands for: a row or column of a table, or (``sign``) other words of it."""

    table: str
    kind: Kind
    code: str


@dataclass(frozen=True, slots=True)
class _Label:
    text: str
    meanings: frozenset[Meaning]


Meanings = frozenset[Meaning]
NOTHING: Final[Meanings] = frozenset()


@lru_cache(maxsize=8192)
def squeeze_label(text: str) -> str:
    """Return a label without numerals of lists, spaces, punctuation and digits.

    >>> squeeze_label("（二） 部分 公开（区分处理的, 只计这一情形）")
    '部分公开区分处理的只计这一情形'
    """
    return re.sub(r"[\W\d_]+", "", _ENUMERATOR.sub(" ", unicodedata.normalize("NFKC", text)))


def split_numerals(text: str) -> list[str]:
    """Return the parts of a text that each begin with a numeral of a list, the part before the first one included.

    >>> split_numerals("（三）不予公开1.属于国家秘密")
    ['', '（三）不予公开', '1.属于国家秘密']
    """
    cuts = [0, *(match.start() for match in _ENUMERATOR.finditer(text)), len(text)]
    return [text[a:b] for a, b in pairwise(cuts)]


def has_numeral(text: str) -> bool:
    """Whether a label begins with a numeral of a list, as rows do and column headers do not."""
    return bool(_ENUMERATOR.match(text.strip()))


def find_unit(label: str) -> str:
    """Return the unit of money printed in a header, or nothing.

    >>> find_unit("采购总金额（万元）")
    '万元'
    """
    match = _UNIT.search(re.sub(r"\s", "", label))
    return match[1] or match[2] if match else ""


@lru_cache(maxsize=4096)
def match_label(text: str) -> Meanings:
    """Return all that a printed label can mean; nothing where no label is near or several are.

    >>> [(m.table, m.code) for m in match_label("2. 其他法律行政止公开")]
    [('requests', 'denied_by_law')]
    >>> match_label("上年新收政府信息公开申请数量")
    frozenset()
    """
    for candidate in (text, _BRACKETS.sub("", text), split_numerals(text)[-1]):
        if found := match_exactly(candidate):
            return found
    for candidate in (text, split_numerals(text)[-1]):
        if found := _match_nearly(squeeze_label(candidate)):
            return found
    return NOTHING


def match_exactly(text: str) -> Meanings:
    """Return the meanings of a label that differs from its template by spaces, punctuation and numerals only."""
    return _index().get(squeeze_label(text), NOTHING)


def segment_labels(text: str) -> list[tuple[str, Meanings]]:
    """Return the labels that stand in a text without anything between them, and what is left over.

    A label of three characters or fewer counts only beside another label or as the whole.

    >>> [text for text, meanings in segment_labels("法律服务机构其他总计") if meanings]
    ['法律服务机构', '其他', '总计']
    """
    tight, index = squeeze_label(text), _index()
    parts: list[tuple[str, Meanings]] = []
    rest, i = "", 0
    while i < len(tight):
        size = next((n for n in _lengths() if tight[i : i + n] in index and i + n <= len(tight)), 0)
        if size > 3 or (size and not rest):
            parts += [(rest, NOTHING)] if rest else []
            parts.append((tight[i : i + size], index[tight[i : i + size]]))
            rest, i = "", i + size
        else:
            rest, i = rest + tight[i], i + 1
    return [*parts, (rest, NOTHING)] if rest else parts


@cache
def _index() -> dict[str, Meanings]:
    found: dict[str, set[Meaning]] = defaultdict(set)
    for layout in load_templates():
        for table in layout.tables:
            for text, meaning in _named(table):
                found[squeeze_label(text)].add(meaning)
                short = squeeze_label(_BRACKETS.sub("", text))
                if short:
                    found[short].add(meaning)
    return {text: frozenset(meanings) for text, meanings in found.items()}


def _named(table: Template) -> list[tuple[str, Meaning]]:
    named = [(sign, Meaning(table.code, "sign", "")) for sign in table.signs]
    named += [(label, Meaning(table.code, "row", row.code)) for row in table.rows for label in row.labels]
    named += [(label, Meaning(table.code, "column", item.code)) for item in table.columns for label in item.labels]
    return named


@cache
def _lengths() -> tuple[int, ...]:
    return tuple(sorted({len(text) for text in _index()}, reverse=True))


@cache
def _labels() -> tuple[_Label, ...]:
    return tuple(_Label(text, meanings) for text, meanings in _index().items())


@cache
def _strays() -> frozenset[str]:
    return frozenset(
        char for layout in load_templates() for table in layout.tables for char in squeeze_label(table.vertical) + "三"
    )


@cache
def _by_pair() -> dict[str, tuple[int, ...]]:
    """Two neighbouring characters → the labels that have them, so that few labels need to be measured."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, label in enumerate(_labels()):
        for a, b in pairwise(label.text):
            found[a + b].append(number)
    return {pair: tuple(numbers) for pair, numbers in found.items()}


def _match_nearly(text: str) -> Meanings:
    """The nearest label, where the misprint is small and does not lead towards another one."""
    if not 3 <= len(text) <= 60:
        return NOTHING
    near: set[int] = set()
    for a, b in pairwise(text):
        near.update(_by_pair().get(a + b, ()))
    if not any(_may_be_near(text, _labels()[number].text) for number in near):
        return NOTHING
    measured = sorted((_distance(text, _labels()[number].text), number) for number in near)
    best, number = measured[0]
    label = _labels()[number]
    if best > len(label.text) // _TOLERANCE + 0.5 or len(label.text) < _TOLERANCE:
        return NOTHING
    for distance, other in measured[1:]:
        rival = _labels()[other]
        if rival.meanings & label.meanings or distance > len(rival.text) / 2:
            continue  # says the same, or shares too little with what is printed to be meant
        if distance <= best or distance + 0.5 < _distance(rival.text, label.text):
            return NOTHING
    return label.meanings


def _may_be_near(printed: str, label: str) -> bool:
    """Whether the distance can be small enough: what one of the two lacks of the other costs at least 1 a character.

    Running text fails here, without the distance to any label being computed.
    """
    bound = len(label) // _TOLERANCE + 0.5
    if len(label) - len(printed) > bound or len(label) < _TOLERANCE:
        return False
    theirs, ours = frozenset(printed), _characters(label)
    return len(ours - theirs) <= bound and len(theirs - ours - _strays()) <= bound


@cache
def _characters(label: str) -> frozenset[str]:
    return frozenset(label)


def _distance(printed: str, label: str) -> float:
    """Levenshtein distance, in which a stray character of the vertical label costs next to nothing."""
    strays = _strays()
    before = [float(i) for i in range(len(label) + 1)]
    for char in printed:
        extra = _STRAY if char in strays else 1.0
        row = [before[0] + extra]
        for j, wanted in enumerate(label, 1):
            row.append(min(before[j] + extra, row[j - 1] + 1.0, before[j - 1] + (char != wanted)))
        before = row
    return before[-1]
