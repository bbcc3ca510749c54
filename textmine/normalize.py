"""Character clean-up, done once, with a way back to the source text. Normalizing twice changes nothing."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
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
_CJK: Final = "\u3400-\u9fff\uf900-\ufaff\u3001-\u303f\uff01-\uff5e“”‘’…—"
_SPACE: Final = re.compile(rf"(?<=[{_CJK}])[ ]+(?=[{_CJK}0-9])|(?<=[0-9%])[ ]+(?=[{_CJK}])")
_BLANKS: Final = re.compile(r"^ +| +$|(?<= ) +", re.MULTILINE)
_PAGE_MARK: Final = re.compile(
    r"^(?:[-—–－]{1,2} *\d{1,4} *[-—–－]{1,2}|第 *\d{1,4} *页(?:[ ,，/]*共 *\d{1,4} *页)?)$\n?", re.MULTILINE
)
_HEADING_START: Final = re.compile(
    r"[一二三四五六七八九十]{1,3}[、.．是要]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[、.．]|第[一二三四五六七八九十]|附|[①-⑳]|首先|其次|下一步|今后"
)
_TERMINAL: Final = "。！？!?；;：:…”）)》|"


@cache
def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {ord(key): value for key, value in _SUPPLEMENT.items()}
    table |= {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
    table |= {code: chr(code - 0xFEE0) for code in [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B)]}
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF41, 0xFF5B)}
    table |= {ord(char): None for char in _INVISIBLE}
    table |= {code: None for code in [*range(9), *range(14, 32), 127]}
    table |= {ord(char): " " for char in "\u00a0\u3000\u2002\u2003\u2009\u202f"}
    table |= {ord("\r"): "\n", ord("\x0b"): "\n", ord("\x0c"): "\n", 0x2028: "\n", 0x2029: "\n"}
    return table


@dataclass(frozen=True, slots=True)
class Normalized:
    """A clean text and, for each of its characters, the index of that character in the input."""

    text: str
    origins: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NormalizedSource:
    """The text of a report, where its characters stand in the source, and the tables between its paragraphs."""

    text: str
    places: tuple[tuple[int, int | None, int | None], ...]
    tables: tuple[Table, ...]


def normalize_text(text: str) -> Normalized:
    """Return ``text`` with radicals, widths of digits, invisible characters, page marks and stray spaces put right.

    Tabs and line breaks stay. Circled and bracketed numerals （一） ① and full-width punctuation stay.

    >>> normalize_text("政 府 信息公开⼯作２０２２年").text
    '政府信息公开工作2022年'
    """
    table = _table()
    chars: list[str] = []
    origins: list[int] = []
    for index, char in enumerate(text):
        new = table.get(ord(char), char)
        if new is None or (char == "\r" and text[index + 1 : index + 2] == "\n"):
            continue
        chars.append(new)
        origins.append(index)
    clean = "".join(chars)
    while True:
        cuts = sorted(
            {i for match in _SPACE.finditer(clean) for i in range(*match.span())}
            | {i for match in _BLANKS.finditer(clean) for i in range(*match.span())}
            | {i for match in _PAGE_MARK.finditer(clean) for i in range(*match.span())}
        )
        if not cuts:
            return Normalized(clean, tuple(origins))
        dropped = set(cuts)
        keep = [i for i in range(len(clean)) if i not in dropped]
        clean = "".join(clean[i] for i in keep)
        origins = [origins[i] for i in keep]


def normalize_source(source: Source) -> NormalizedSource:
    """Return the text of all paragraphs, one a line, lines that were wrapped by hand joined.

    Tables leave no text; each keeps the offset at which it stands.
    """
    parts: list[str] = []
    places: list[tuple[int, int | None, int | None]] = []
    tables: list[tuple[int, Grid]] = []
    length = 0
    last = ""
    for block in source.blocks:
        if block.grid is not None:
            tables.append((length, block.grid))
            last = ""
            continue
        raw = block.text
        clean = normalize_text(raw)
        if not clean.text.strip():
            continue
        joins = source.source_format in {"text", "markdown"} and _goes_on(last, clean.text)
        if parts and not joins:
            parts.append("\n")
            length += 1
        places += _places(block.pieces, clean, length)
        parts.append(clean.text)
        length += len(clean.text)
        last = last + clean.text if joins else clean.text
    text = "".join(parts)
    return NormalizedSource(text, tuple(places), tuple(Table(min(offset, len(text)), grid) for offset, grid in tables))


def _places(pieces: tuple[Piece, ...], clean: Normalized, start: int) -> list[tuple[int, int | None, int | None]]:
    found: list[tuple[int, int | None, int | None]] = []
    bounds = []
    end = 0
    for piece in pieces:
        end += len(piece.text)
        bounds.append((end, piece.page, piece.line))
    current = -1
    for index, origin in enumerate(clean.origins):
        while current < 0 or origin >= bounds[current][0]:
            current += 1
            if origin < bounds[current][0]:
                found.append((start + index, bounds[current][1], bounds[current][2]))
    return found


def _goes_on(before: str, after: str) -> bool:
    """A long line that ends in the middle of a sentence goes on in the next, which begins nothing new."""
    return (
        len(before) >= 25
        and before[-1] not in _TERMINAL
        and "\t" not in before
        and "\t" not in after
        and not before.isdigit()
        and any(mark in before for mark in "，、。；")
        and not _HEADING_START.match(after)
        and not re.match(r"\d{4}年\d{1,2}月\d{1,2}日$", after)
    )
