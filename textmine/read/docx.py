"""Word (.docx) → Source, paragraphs and tables in document order, as they stand with all tracked changes accepted."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any, Final

from textmine.errors import ReadError
from textmine.read.text import raise_marks
from textmine.records import Block, Grid, GridCell, Piece, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document

Element = Any  # lxml.etree._Element of WordprocessingML; lxml ships no types

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: wrappers whose content stands in the document as if they were not there: content controls, insertions, tags, links
_WRAPPERS: Final = frozenset(
    f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "hyperlink", "fldSimple")
)
_GONE: Final = ("vanish", "strike", "dstrike")
_BREAKS: Final = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def read_docx(data: bytes, name: str, sha256: str) -> Source:
    """Return the paragraphs and tables of a Word file.

    Raises:
        ReadError: ``damaged`` where the package cannot be opened, ``no_text_layer`` where it holds no text.
    """
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import XMLSyntaxError

    try:
        document = docx.Document(io.BytesIO(data))
    except (OpcError, KeyError, ValueError, zipfile.BadZipFile, XMLSyntaxError) as error:
        raise ReadError(name, "damaged", str(error)) from error
    blocks = _blocks(document)
    if not any(block.text.strip() for block in blocks):
        raise ReadError(name, "no_text_layer", "the Word file holds no paragraph with text")
    return Source(name, "docx", sha256, tuple(blocks))


def _blocks(document: Document) -> list[Block]:
    levels = {style.style_id: _level_of(style.name or "") for style in document.styles}
    blocks = []
    for number, item in enumerate(_content(document.element.body), 1):
        if item.tag == f"{_W}tbl":
            blocks += [Block(grid=_grid(item, number))]
        elif (text := _text(item)).strip():
            style = item.find(f"{_W}pPr/{_W}pStyle")
            level = levels.get(style.get(f"{_W}val"), 0) if style is not None else 0
            blocks.append(Block((Piece(text, None, number),), heading_level=level))
    return blocks


def _level_of(style: str) -> int:
    digits = style.lower().removeprefix("heading ")
    return int(digits) if digits != style.lower() and digits.isdigit() else 0


def _content(element: Element) -> Iterator[Element]:
    """Paragraphs and tables in order; a table that holds others lays out the page and is entered."""
    for item in _children(element):
        if item.tag == f"{_W}p" or (item.tag == f"{_W}tbl" and item.find(f".//{_W}tbl") is None):
            yield item
        elif item.tag == f"{_W}tbl":
            for row in _rows(item):
                for cell in _cells(row):
                    yield from _content(cell)


def _children(element: Element) -> Iterator[Element]:
    for child in element:
        if child.tag in _WRAPPERS:
            yield from _children(child)
        else:
            yield child


def _text(paragraph: Element) -> str:
    """The text of a paragraph: insertions are in it, deleted, struck and hidden runs are not; raised digits stay so."""
    parts = []
    for run in _children(paragraph):
        if run.tag != f"{_W}r" or any(_is_set(run.find(f"{_W}rPr/{_W}{name}")) for name in _GONE):
            continue
        text = "".join(
            (child.text or "") if child.tag == f"{_W}t" else _BREAKS.get(child.tag, "") for child in _children(run)
        )
        raised = run.find(f"{_W}rPr/{_W}vertAlign")
        parts.append(raise_marks(text) if raised is not None and raised.get(f"{_W}val") == "superscript" else text)
    return "".join(parts)


def _is_set(switch: Element | None) -> bool:
    return switch is not None and switch.get(f"{_W}val") not in {"0", "false", "off"}


def _rows(table: Element) -> list[Element]:
    """The rows that are not deleted."""
    rows = (row for row in _children(table) if row.tag == f"{_W}tr")
    return [row for row in rows if row.find(f"{_W}trPr/{_W}del") is None]


def _cells(row: Element) -> Iterator[Element]:
    return (cell for cell in _children(row) if cell.tag == f"{_W}tc")


def _number(element: Element, path: str, default: int) -> int:
    found = element.find("/".join(f"{_W}{name}" for name in path.split("/")))
    value = found.get(f"{_W}val") if found is not None else None
    return int(value) if value and value.isdigit() else default


def _grid(table: Element, number: int) -> Grid:
    """The grid with gridSpan and vMerge resolved: a cell that goes on from above lengthens that one."""
    open_cells: dict[int, list[Any]] = {}
    made: list[list[Any]] = []
    rows = _rows(table)
    n_columns = 0
    for r, row in enumerate(rows):
        column = _number(row, "trPr/gridBefore", 0)
        for cell in _cells(row):
            width = max(_number(cell, "tcPr/gridSpan", 1), 1)
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            above = open_cells.get(column)
            text = "\n".join(_text(item) for item in _children(cell) if item.tag == f"{_W}p")
            goes_on = merge is not None and merge.get(f"{_W}val", "continue") == "continue"
            if goes_on and above is not None and above[0] + above[3] == r and above[4] == width:
                above[3] += 1
                above[2] = "\n".join(filter(str.strip, (above[2], text)))
            else:
                made.append([r, column, text, 1, width])
                open_cells[column] = made[-1]
            column += width
        n_columns = max(n_columns, column)
    return Grid(len(rows), n_columns, tuple(GridCell(*cell) for cell in made), line=number)
