"""Plain text and Markdown → Source."""

from __future__ import annotations

import re
from typing import Final

from textmine.errors import ReadError
from textmine.records import Block, Grid, GridCell, Piece, Source

_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f]")
_RULE_ROW: Final = re.compile(r"\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*")


_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def raise_marks(text: str) -> str:
    """Return text that is printed raised, its digits as the raised ones they are: 12 with a raised 1 is not 121.

    >>> "12" + raise_marks("1")
    '12¹'
    """
    return text.translate(_RAISED)


def decode_text(data: bytes, name: str) -> tuple[str, str]:
    """Return the text and its encoding: by its mark, else UTF-8, else UTF-16 by its zeros, else GB18030 strictly.

    Raises:
        ReadError: ``undecodable`` where none fits, ``unknown_format`` where the characters are no text.

    >>> decode_text("公开".encode("gb18030"), "a.txt")
    ('公开', 'gb18030')
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _checked(_decode(data, encoding, name), encoding, name)
    candidates = ["utf-8", "gb18030"]
    if len(data) % 2 == 0 and data[:512].count(0) > 8:
        candidates = ["utf-16-le" if data[1:512:2].count(0) >= data[0:512:2].count(0) else "utf-16-be"]
    for encoding in candidates:
        try:
            return _checked(data.decode(encoding), encoding, name)
        except UnicodeDecodeError:
            continue
    raise ReadError(name, "undecodable", f"tried {', '.join(candidates)}")


def _decode(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ReadError(name, "undecodable", f"marked as {encoding}, but {error.reason} at {error.start}") from error


def _checked(text: str, encoding: str, name: str) -> tuple[str, str]:
    if len(_CONTROL.findall(text[:20_000])) > 0.01 * len(text[:20_000]):
        raise ReadError(name, "unknown_format", "binary content")
    return text, encoding


def read_text(data: bytes, name: str, sha256: str, *, markdown: bool = False) -> Source:
    """Return one block a line; pipe tables of Markdown become grids."""
    text, encoding = decode_text(data, name)
    lines = text.splitlines()
    blocks: list[Block] = []
    number = 0
    while number < len(lines):
        rows = _pipe_table(lines, number) if markdown else 0
        if rows:
            blocks.append(Block(grid=_grid(lines[number : number + rows], number + 1)))
            number += rows
            continue
        line = lines[number]
        number += 1
        if line.strip("\ufeff \t\u3000\u200b"):
            blocks.append(_paragraph(line, number, markdown=markdown))
    if not blocks:
        raise ReadError(name, "empty", "only white space")
    return Source(name, "markdown" if markdown else "text", sha256, tuple(blocks), encoding=encoding)


def _paragraph(line: str, number: int, *, markdown: bool) -> Block:
    level = 0
    if markdown:
        mark = re.match(r"(#{1,6})\s+", line)
        if mark:
            level, line = len(mark[1]), line[mark.end() :]
        line = re.sub(r"(\*\*|__)(.+?)\1", r"\2", line)
    return Block((Piece(line, None, number),), heading_level=level)


def _pipe_table(lines: list[str], first: int) -> int:
    """Return how many lines from ``first`` form a Markdown table, 0 for none."""
    if "|" not in lines[first] or first + 1 >= len(lines) or not _RULE_ROW.fullmatch(lines[first + 1]):
        return 0
    end = first + 2
    while end < len(lines) and "|" in lines[end]:
        end += 1
    return end - first


def _grid(lines: list[str], number: int) -> Grid:
    rows = [line.strip().strip("|").split("|") for line in lines if not _RULE_ROW.fullmatch(line)]
    cells = tuple(GridCell(r, c, text.strip()) for r, row in enumerate(rows) for c, text in enumerate(row))
    return Grid(len(rows), max(len(row) for row in rows), cells, line=number)
