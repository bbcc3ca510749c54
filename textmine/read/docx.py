"""Word (.docx) → Source, paragraphs and tables in document order."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from textmine.errors import ReadError
from textmine.records import Block, Grid, GridCell, Piece, Source

if TYPE_CHECKING:
    from docx.table import Table
    from docx.text.paragraph import Paragraph


def read_docx(data: bytes, name: str, sha256: str) -> Source:
    """Return the paragraphs and tables of a Word file.

    Raises:
        ReadError: ``damaged`` where the package cannot be opened, ``no_text_layer`` where it holds no text.
    """
    import docx
    from docx.opc.exceptions import OpcError
    from docx.table import Table
    from lxml.etree import XMLSyntaxError

    try:
        document = docx.Document(io.BytesIO(data))
    except (OpcError, KeyError, ValueError, zipfile.BadZipFile, XMLSyntaxError) as error:
        raise ReadError(name, "damaged", str(error)) from error
    blocks: list[Block] = []
    for number, item in enumerate(document.iter_inner_content(), 1):
        if isinstance(item, Table):
            blocks.append(Block(grid=_grid(item, number)))
        elif item.text.strip():
            blocks.append(Block((Piece(item.text, None, number),), heading_level=_heading_level(item)))
    if not any(block.text.strip() for block in blocks):
        raise ReadError(name, "no_text_layer", "the Word file holds no paragraph with text")
    return Source(name, "docx", sha256, tuple(blocks))


def _heading_level(paragraph: Paragraph) -> int:
    style = (paragraph.style.name if paragraph.style is not None else None) or ""
    digits = style.removeprefix("Heading ")
    return int(digits) if style != digits and digits.isdigit() else 0


def _grid(table: Table, number: int) -> Grid:
    """Resolve gridSpan and vMerge: python-docx gives the same ``tc`` for every slot that a merged cell covers."""
    owner: dict[int, tuple[object, list[tuple[int, int]], str]] = {}
    n_columns = 0
    for r, row in enumerate(table.rows):
        column = row.grid_cols_before
        for cell in row.cells:
            entry = owner.setdefault(id(cell._tc), (cell._tc, [], cell.text))
            entry[1].append((r, column))
            column += 1
        n_columns = max(n_columns, column)
    cells = []
    for _, slots, text in owner.values():
        top, left = slots[0]
        rows = max(r for r, _ in slots) - top + 1
        columns = max(c for _, c in slots) - left + 1
        cells.append(GridCell(top, left, text, rows, columns))
    return Grid(len(table.rows), n_columns, tuple(cells), line=number)
