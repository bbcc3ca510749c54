"""Character clean-up, done once, with a way back to the source text. Normalizing twice changes nothing."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from textmine.records import Grid, Piece, Source, Table

#: CJK Radicals Supplement → the character that a reader sees (Unicode chart U+2E80; NFKC maps two of them only).
_SUPPLEMENT: Final = dict(
    zip(
        "⺁⺇⺌⺍⺎⺏⺑⺒⺓⺔⺛⺝⺞⺟⺠⺩⺫⺬⺮⺰⺶⺷⺸⺺⺻⺼⺾⻁⻂⻃⻄⻅⻆⻇⻈⻉⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
        "厂几小小尢尢尢巳幺彑旡月歺母民王目示竹纟羊羊羊聿聿肉艹虎衤西西见角角讠贝车辶辶辶阝钅长长长门阜阝雨青韦页风飞食食食饣首马骨鬼鱼鸟卤麦黄黾齐齐齿齿龙龙龟龟龟",
        strict=True,
    )
)
_INVISIBLE: Final = (
    "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u00ad\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_CONTROL: Final = "\x00-\x08\x0e-\x1f\x7f"
_BLANK: Final = "\u00a0\u3000\u2002\u2003\u2009\u202f"
_CJK: Final = "\u3400-\u9fff\uf900-\ufaff\u3001-\u303f\uff01-\uff5e“”‘’…—"
_SPACE: Final = re.compile(rf"(?<=[{_CJK}])[ ]+(?=[{_CJK}0-9])|(?<=[0-9%])[ ]+(?=[{_CJK}])")
_BLANKS: Final = re.compile(r"^ +| +$|(?<= ) +", re.MULTILINE)
_PAGE_MARK: Final = re.compile(
    r"^(?:[-—–－]{1,2} *\d{1,4} *[-—–－]{1,2}|第 *\d{1,4} *页(?:[ ,，/]*共 *\d{1,4} *页)?)$\n?", re.MULTILINE
)
_GONE: Final = re.compile(rf"[{_INVISIBLE}{_CONTROL}]|\r(?=\n)")
#: a reading behind its character, as mirrors in traditional characters print it: 報(bào)告
_PINYIN: Final = re.compile(
    r"(?<=[\u4e00-\u9fff])[（(](?=[a-zü]{0,5}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ])[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,7}[）)]"
)
#: what any of the steps may change; a text without it is clean and is returned as it stands
_DIRTY: Final = re.compile(
    rf"[ {_INVISIBLE}{_CONTROL}{_BLANK}\r\x0b\x0c\u2028\u2029\u2e80-\u2fd5０-９Ａ-Ｚａ-ｚ]"
    r"|^[-—–－第]|[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]",
    re.MULTILINE,
)
#: Frequent characters that stand in traditional text only; the share of them tells such a text.
_TRADITIONAL: Final = re.compile(
    "[開內實為國與這個對請報環會關務機學來後時將當沒數據縣鎮鄉區門業無於見長經濟計劃標準項條訴訟議應發動進還過們產資網頁點強"
    "現體構負責處類別單號總結題導組織辦訊達衛專傳統調設規範職權歸檔層級華東認識創續責編審費減處復複執]"
)
#: 1 in 25 characters; running traditional text has about 1 in 6, simplified text hardly any.
_SHARE: Final = 25
_HEADING_START: Final = re.compile(
    r"[一二三四五六七八九十]{1,3}[、.．是要]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[、.．]|第[一二三四五六七八九十]|附|[①-⑳]|首先|其次|下一步|今后|[\d.%]+$"
)
_HEADING: Final = re.compile(r"(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[）)])[^。，；]*$")
#: shorter lines are titles and cells; the narrowest wrapped text seen has 20 characters a line
_WRAPPED: Final = 20
#: a line of a table that was saved one cell a line: a long label before it does not go on in its number
_ONLY_VALUE: Final = re.compile(r"[+-]?\d[\d,，.]*|[-—－/]+|无")
#: the end of a row of numbers: no sentence ends so, and its last number does not go on in the next line
_TABLE_LINE: Final = re.compile(r"(?:[ |]+(?:[+-]?\d[\d,，.]*|[-—－/]|无)){2}$")
_TERMINAL: Final = "。！？!?；;：:…”）)》|"


@cache
def _table() -> dict[int, str]:
    """One character for one: radicals, widths, blanks, line ends."""
    table = {ord(key): value for key, value in _SUPPLEMENT.items()}
    table |= {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
    table |= {code: chr(code - 0xFEE0) for code in [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B)]}
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF41, 0xFF5B)}
    table |= {ord(char): " " for char in _BLANK}
    table |= {ord("\r"): "\n", ord("\x0b"): "\n", ord("\x0c"): "\n", 0x2028: "\n", 0x2029: "\n"}
    return table


@cache
def _simplified() -> dict[int, str]:
    """Traditional character → simplified, by the character table of OpenCC (t2s), without its phrases."""
    from opencc import OpenCC

    chars = [chr(code) for code in range(0x4E00, 0xA000)]
    simple = OpenCC("t2s").convert("\n".join(chars)).split("\n")
    return {ord(char): new for char, new in zip(chars, simple, strict=True) if char != new and len(new) == 1}


@dataclass(frozen=True, slots=True)
class Normalized:
    """A clean text and the way back: ``runs`` holds (offset in it, offset in the input) where the shift changes."""

    text: str
    runs: tuple[tuple[int, int], ...] = ((0, 0),)

    def origin(self, offset: int) -> int:
        """Return where in the input the character at ``offset`` stood."""
        start, source = self.runs[bisect_right(self.runs, offset, key=lambda run: run[0]) - 1]
        return source + offset - start

    def offset(self, origin: int) -> int:
        """Return the offset of the first character that stood at ``origin`` in the input, or behind it."""
        index = bisect_right(self.runs, origin, key=lambda run: run[1]) - 1
        if index < 0:
            return 0
        start, source = self.runs[index]
        end = self.runs[index + 1][0] if index + 1 < len(self.runs) else len(self.text)
        return min(start + origin - source, end)

    @property
    def origins(self) -> tuple[int, ...]:
        """For each character of the text its offset in the input."""
        ends = [start for start, _ in self.runs[1:]] + [len(self.text)]
        return tuple(
            source + index for (start, source), end in zip(self.runs, ends, strict=True) for index in range(end - start)
        )


@dataclass(frozen=True, slots=True)
class NormalizedSource:
    """The text of a report, where its characters stand in the source, and the tables between its paragraphs.

    ``marked`` holds the offsets of the lines that the format marks as headings.
    """

    text: str
    places: tuple[tuple[int, int | None, int | None], ...]
    tables: tuple[Table, ...]
    marked: tuple[int, ...] = ()


def normalize_text(text: str) -> Normalized:
    """Return ``text`` with radicals, widths of digits, invisible characters, page marks and stray spaces put right.

    Traditional text becomes simplified, character by character; pinyin in brackets behind its character goes.
    Tabs and line breaks stay. Circled and bracketed numerals （一） ① and full-width punctuation stay.

    >>> normalize_text("政 府 信息公开⼯作２０２２年").text
    '政府信息公开工作2022年'
    >>> normalize_text("縣政府信息公開工作年度報(bào)告").text
    '县政府信息公开工作年度报告'
    """
    clean = _clean(text)
    return Normalized(simplify(clean.text), clean.runs)


def simplify(text: str) -> str:
    """Return traditional text in simplified characters, one for one; any other text as it stands."""
    return text.translate(_simplified()) if is_traditional(text) else text


def is_traditional(text: str) -> bool:
    """Whether a text is written in traditional characters, by the share of those that stand in no simplified text.

    >>> is_traditional("本鎮政府信息公開工作"), is_traditional("本镇政府信息公开工作")
    (True, False)
    """
    return len(_TRADITIONAL.findall(text)) * _SHARE > len(text.strip())


def _clean(text: str) -> Normalized:
    if not _DIRTY.search(text):
        return Normalized(text)
    clean = Normalized(text)
    steps = (_GONE, _PINYIN, _SPACE, _BLANKS, _PAGE_MARK)
    clean = _without(clean, _GONE)
    clean = Normalized(clean.text.translate(_table()), clean.runs)
    while True:
        before = clean.text
        for step in steps:
            clean = _without(clean, step)
        if len(clean.text) == len(before):
            return clean


def _without(clean: Normalized, pattern: re.Pattern[str]) -> Normalized:
    """Drop what the pattern matches and keep the way back."""
    text = clean.text
    cuts = [match.span() for match in pattern.finditer(text)]
    if not cuts:
        return clean
    parts: list[str] = []
    runs: list[tuple[int, int]] = []
    length = 0
    for start, end in zip([0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)], strict=True):
        if start >= end:
            continue
        parts.append(text[start:end])
        for run in _runs_between(clean.runs, start, end):
            shifted = (length + run[0] - start, run[1])
            if not runs or shifted[1] - shifted[0] != runs[-1][1] - runs[-1][0]:
                runs.append(shifted)
        length += end - start
    return Normalized("".join(parts), tuple(runs) or ((0, 0),))


def _runs_between(runs: tuple[tuple[int, int], ...], start: int, end: int) -> list[tuple[int, int]]:
    first = bisect_right(runs, start, key=lambda run: run[0]) - 1
    last = bisect_right(runs, end - 1, key=lambda run: run[0])
    opening = (start, runs[first][1] + start - runs[first][0])
    return [opening, *runs[first + 1 : last]]


def normalize_source(source: Source) -> NormalizedSource:
    """Return the text of all paragraphs, one a line, lines that were wrapped by hand joined.

    Tables leave no text; each keeps the offset at which it stands.
    """
    wrapped = source.source_format in {"text", "markdown"}
    parts: list[str] = []
    places: list[tuple[int, int | None, int | None]] = []
    tables: list[tuple[int, Grid]] = []
    marked: list[int] = []
    length = 0
    last = ""
    for block in source.blocks:
        if block.grid is not None:
            tables.append((length, block.grid))
            last = ""
            continue
        clean = _clean(block.text)
        if not clean.text.strip():
            continue
        joins = wrapped and _goes_on(last, clean.text)
        if parts and not joins:
            parts.append("\n")
            length += 1
        places += _places(block.pieces, clean, length)
        if block.heading_level:
            marked.append(length)
        parts.append(clean.text)
        length += len(clean.text)
        last = last + clean.text if joins else clean.text
    text = "".join(parts)
    placed = [Table(min(offset, len(text)), grid) for offset, grid in tables]
    if is_traditional(text):
        text = simplify(text)
        placed = [Table(table.offset, _simplified_grid(table.grid)) for table in placed]
    return NormalizedSource(text, tuple(places), tuple(placed), tuple(marked))


def _simplified_grid(grid: Grid) -> Grid:
    cells = tuple(replace(cell, text=cell.text.translate(_simplified())) for cell in grid.cells)
    return replace(grid, cells=cells, text=grid.text.translate(_simplified()))


def _places(pieces: tuple[Piece, ...], clean: Normalized, start: int) -> list[tuple[int, int | None, int | None]]:
    """Where in the report the text of each piece begins; a piece of which nothing is left has no place."""
    if len(pieces) == 1:
        return [(start, pieces[0].page, pieces[0].line)]
    found: list[tuple[int, int | None, int | None]] = []
    origin = 0
    for index, piece in enumerate(pieces):
        offset = clean.offset(origin)
        origin += len(piece.text)
        end = clean.offset(origin) if index + 1 < len(pieces) else len(clean.text)
        if offset < end:
            found.append((start + offset, piece.page, piece.line))
    return found


def _goes_on(before: str, after: str) -> bool:
    """A long line that ends in the middle of a sentence goes on in the next, which begins nothing new."""
    return (
        len(before) >= _WRAPPED
        and not _HEADING.match(before)
        and before[-1] not in _TERMINAL
        and "\t" not in before
        and "\t" not in after
        and not before.isdigit()
        and any(mark in before for mark in "，、。；")
        and not _HEADING_START.match(after)
        and not _ONLY_VALUE.fullmatch(after)
        and not _TABLE_LINE.search(before)
        and not re.match(r"\d{4}年\d{1,2}月\d{1,2}日$", after)
    )
