"""PDF with a text layer → Source, through pypdfium2: lines joined to paragraphs, ruled tables as grids."""

from __future__ import annotations

import ctypes
import itertools
import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from textmine.errors import ReadError
from textmine.records import Block, Grid, GridCell, Piece, Skipped, Source

_PAGE_MARK: Final = re.compile(r"[-—–－\s]*\d{1,3}[-—–－\s]*|第\s*\d+\s*页(\s*[,，/共]+\s*\d+\s*页)?")
#: points; lines nearer than this are one ruling line (pdfplumber's snap and join tolerance is 3)
_SNAP: Final = 3.0
#: points; vertical lines that go on farther than this past the last rule enclose a row (a line of small print is 7)
_OPEN_ROW: Final = 7.0
#: position, from, to
_Rule = tuple[float, float, float]
#: horizontal and vertical ruling lines of each table on a page
Areas = list[tuple[list[_Rule], list[_Rule]]]


@dataclass(slots=True)
class _Line:
    text: str
    left: float
    right: float
    top: float
    size: float
    page: int
    number: int


@dataclass(frozen=True, slots=True)
class Char:
    text: str
    x: float
    y: float
    left: float
    right: float
    size: float


@dataclass(frozen=True, slots=True)
class _Ruled:
    """A ruled table on one page: ``xs`` are its column lines in points, ``page`` the page on which it ends."""

    grid: Grid
    xs: tuple[float, ...]
    page: int


def read_pdf(data: bytes, name: str, sha256: str, *, ocr: bool = False) -> Source:
    """Return paragraphs and ruled tables of a PDF in reading order; with ``ocr`` pages without text are recognized.

    Raises:
        ReadError: ``encrypted``, ``damaged``, or ``no_text_layer`` where no page has text.
    """
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        reason = "encrypted" if "password" in str(error).lower() else "damaged"
        raise ReadError(name, reason, str(error)) from error
    items: list[_Line | _Ruled] = []
    skipped = []
    told: Any = None
    try:
        for number in range(len(document)):
            page = document[number]
            found = _read_page(page, number + 1)
            if not found and ocr:
                from textmine.read.ocr import DPI, Recognized, read_scanned_page

                told = told or Recognized()
                image = page.render(scale=DPI / 72, rev_byteorder=True).to_numpy()
                found = read_scanned_page(image[:, :, :3], number + 1, told)
            if not found:
                skipped.append(Skipped(name, "read", "no_text_layer", f"page {number + 1}"))
            items += found
    except pdfium.PdfiumError as error:
        raise ReadError(name, "damaged", str(error)) from error
    finally:
        document.close()
    if not any(isinstance(item, _Line) for item in items):
        raise ReadError(name, "no_text_layer", f"{len(skipped)} pages, none with text")
    blocks = page_items_to_blocks(items)
    pages, score = (told.pages, told.score) if told else (0, None)
    return Source(name, "pdf", sha256, blocks, skipped=tuple(skipped), ocr_pages=pages, ocr_score=score)


def page_items_to_blocks(items: list[_Line | _Ruled]) -> tuple[Block, ...]:
    """Return what stands on all pages as blocks: running lines dropped, tables and paragraphs joined over pages."""
    return tuple(_to_blocks(_join_grids(_drop_running_lines(items))))


def read_page_grids(data: bytes) -> list[Grid]:
    """Return the ruled tables of a PDF page by page, not joined over page breaks: for comparing and measuring."""
    import pypdfium2 as pdfium

    grids: list[Grid] = []
    with pdfium.PdfDocument(data) as document:
        for number in range(len(document)):
            found = _read_page(document[number], number + 1)
            grids += [item.grid for item in found if isinstance(item, _Ruled)]
    return grids


def _read_page(page: Any, number: int) -> list[_Line | _Ruled]:
    textpage = page.get_textpage()
    return compose_page(_chars(textpage), _ruled_areas(page), number)


def compose_page(chars: list[Char], areas: Areas, number: int) -> list[_Line | _Ruled]:
    """Return the lines and ruled tables of a page from its characters and the ruling lines of its tables."""
    grids = [_fill(lines, chars, number) for lines in areas]
    boxes = [(ruled, box) for ruled, box in grids if any(cell.text for cell in ruled.grid.cells)]
    free = [c for c in chars if not any(b[0] <= c.x <= b[2] and b[1] <= c.y <= b[3] for _, b in boxes)]
    placed: list[tuple[float, _Line | _Ruled]] = [(line.top, line) for line in _lines(free, number)]
    placed += [(box[3], ruled) for ruled, box in boxes]
    placed.sort(key=lambda entry: -entry[0])
    return [item for _, item in placed]


def _chars(textpage: Any) -> list[Char]:
    import pypdfium2.raw as raw

    box = raw.FS_RECTF()
    found = []
    for index in range(textpage.count_chars()):
        code = raw.FPDFText_GetUnicode(textpage, index)
        text = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
        if not text.strip() or code < 32:
            continue
        # The loose box is the cell of the character: a comma then stands on the height of its line.
        raw.FPDFText_GetLooseCharBox(textpage, index, box)
        x0, x1, y0, y1 = box.left, box.right, box.bottom, box.top
        # The font size that pdfium reports ignores the text matrix; a Chinese character is one em wide.
        size = (x1 - x0) if "\u4e00" <= text <= "\u9fff" else 0.0
        found.append(Char(text, (x0 + x1) / 2, (y0 + y1) / 2, x0, x1, size))
    sizes = sorted(c.size for c in found if c.size) or [12.0]
    usual = sizes[len(sizes) // 2]
    return [c if c.size > 0.5 * usual else Char(c.text, c.x, c.y, c.left, c.right, usual) for c in found]


def _lines(chars: list[Char], page: int) -> list[_Line]:
    """Characters to lines by their height on the page; punctuation sits low, so half a character is the bound."""
    rows: list[list[Char]] = []
    for char in sorted(chars, key=lambda c: -c.y):
        near = next((row for row in reversed(rows[-3:]) if abs(_height(row) - char.y) < 0.6 * max(char.size, 6)), None)
        if near is None:
            rows.append([char])
        else:
            near.append(char)
    lines = []
    for number, row in enumerate(rows, 1):
        row.sort(key=lambda c: c.left)
        text = row[0].text
        for before, char in itertools.pairwise(row):
            gap = (char.left - before.right) / char.size
            text += (" " if gap > _space_width(before.text, char.text) else "") + char.text
        size = max(c.size for c in row)
        lines.append(_Line(text, row[0].left, row[-1].right, _height(row), size, page, number))
    return lines


def _space_width(before: str, after: str) -> float:
    """The gap, in ems, from which two characters are apart; the narrow box of a 1 makes digits seem so."""
    if (before + after).isdigit():
        return 0.7
    return 0.25 if (before + after).isascii() else 1.5


def _height(row: list[Char]) -> float:
    return sorted(c.y for c in row)[len(row) // 2]


def _ruled_areas(page: Any) -> Areas:
    """Return (horizontal, vertical) ruling lines as (position, from, to), one pair for each separate table."""
    import pypdfium2.raw as raw

    horizontal: list[_Rule] = []
    vertical: list[_Rule] = []
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=6):
        x0, y0, x1, y1 = item.get_bounds() if hasattr(item, "get_bounds") else item.get_pos()
        width, height = x1 - x0, y1 - y0
        if height <= _SNAP and width > 2 * _SNAP:
            horizontal.append(((y0 + y1) / 2, x0, x1))
        elif width <= _SNAP and height > 2 * _SNAP:
            vertical.append(((x0 + x1) / 2, y0, y1))
        elif width > 2 * _SNAP and height > 2 * _SNAP and _is_stroked(item):
            horizontal += [(y0, x0, x1), (y1, x0, x1)]
            vertical += [(x0, y0, y1), (x1, y0, y1)]
    return rule_areas(horizontal, vertical)


def rule_areas(horizontal: list[_Rule], vertical: list[_Rule]) -> Areas:
    """Return the ruling lines (position, from, to; points from the lower left) of each separate table."""
    return _group(_merge(horizontal), _merge(vertical))


def _is_stroked(path: Any) -> bool:
    """A box that is only filled is the shade behind a paragraph, not the frame of a cell."""
    import pypdfium2.raw as raw

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(raw.FPDFPath_GetDrawMode(path.raw, fill, stroke)) and bool(stroke.value)


def _merge(lines: list[_Rule]) -> list[_Rule]:
    """Snap parallel lines to one position and join those that touch."""
    snapped: list[list[_Rule]] = []
    for line in sorted(lines):
        if snapped and line[0] - snapped[-1][-1][0] <= _SNAP:
            snapped[-1].append(line)
        else:
            snapped.append([line])
    merged = []
    for group in snapped:
        position = sum(line[0] for line in group) / len(group)
        spans: list[list[float]] = []
        for _, low, high in sorted(group, key=lambda entry: entry[1]):
            if spans and low <= spans[-1][1] + _SNAP:
                spans[-1][1] = max(spans[-1][1], high)
            else:
                spans.append([low, high])
        merged += [(position, low, high) for low, high in spans]
    return merged


def _group(horizontal: list[_Rule], vertical: list[_Rule]) -> Areas:
    """Put lines that cross or touch into one table."""
    lines = [("h", *line) for line in horizontal] + [("v", *line) for line in vertical]
    parent = list(range(len(lines)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, (_, y, x0, x1) in enumerate(lines[: len(horizontal)]):
        for j, (_, x, y0, y1) in enumerate(lines[len(horizontal) :], len(horizontal)):
            if x0 - _SNAP <= x <= x1 + _SNAP and y0 - _SNAP <= y <= y1 + _SNAP:
                parent[root(i)] = root(j)
    areas: dict[int, tuple[list[_Rule], list[_Rule]]] = {}
    for i, (kind, *line) in enumerate(lines):
        areas.setdefault(root(i), ([], []))[kind == "v"].append((line[0], line[1], line[2]))
    # Two vertical lines alone are the edges of a shaded paragraph, not a table.
    return [area for area in areas.values() if len(area[0]) > 1 and len(_positions(area[1])) > 2]


def _fill(
    area: tuple[list[_Rule], list[_Rule]], chars: list[Char], page: int
) -> tuple[_Ruled, tuple[float, float, float, float]]:
    """Make the grid of one table: slots between ruling lines, joined where no line parts them, then the characters."""
    horizontal, vertical = _close_edges(*area)
    ys = _positions(horizontal, descending=True)
    xs = _positions(vertical)
    n_rows, n_columns = len(ys) - 1, len(xs) - 1

    def wall_above(r: int, c: int) -> bool:
        middle = (xs[c] + xs[c + 1]) / 2
        return any(abs(y - ys[r]) <= _SNAP and low <= middle <= high for y, low, high in horizontal)

    def wall_left(r: int, c: int) -> bool:
        middle = (ys[r] + ys[r + 1]) / 2
        return any(abs(x - xs[c]) <= _SNAP and low <= middle <= high for x, low, high in vertical)

    owner: dict[tuple[int, int], tuple[int, int]] = {}
    shapes: list[tuple[int, int, int, int]] = []
    for r in range(n_rows):
        for c in range(n_columns):
            if (r, c) in owner:
                continue
            width = 1
            while c + width < n_columns and not wall_left(r, c + width) and (r, c + width) not in owner:
                width += 1
            height = 1
            while r + height < n_rows and not any(wall_above(r + height, c + k) for k in range(width)):
                height += 1
            for y in range(r, r + height):
                for x in range(c, c + width):
                    owner[y, x] = (r, c)
            shapes.append((r, c, height, width))
    texts: dict[tuple[int, int], list[Char]] = {}
    box = (xs[0] - _SNAP, ys[-1] - _SNAP, xs[-1] + _SNAP, ys[0] + _SNAP)
    rising = ys[::-1]
    inside = [char for char in chars if box[0] <= char.x <= box[2] and box[1] <= char.y <= box[3]]
    for char in inside:
        r = min(max(n_rows - bisect_right(rising, char.y), 0), n_rows - 1)
        c = min(max(bisect_right(xs, char.x) - 1, 0), n_columns - 1)
        texts.setdefault(owner[r, c], []).append(char)
    cells = tuple(
        GridCell(r, c, "\n".join(line.text for line in _lines(texts.get((r, c), []), page)), height, width, page)
        for r, c, height, width in shapes
    )
    reading = "\n".join(line.text for line in _lines(inside, page))
    return _Ruled(Grid(n_rows, n_columns, cells, page=page, text=reading), tuple(xs), page), box


def _close_edges(horizontal: list[_Rule], vertical: list[_Rule]) -> tuple[list[_Rule], list[_Rule]]:
    """Add the rule that a page break took from a table: where its vertical lines go on past the outermost rule.

    Word leaves the last row above a break open (Hongze 2023, page 3); its text would else fall out of the table.
    """
    left, right = min(line[0] for line in vertical), max(line[0] for line in vertical)
    bottom, top = min(line[0] for line in horizontal), max(line[0] for line in horizontal)
    closed = list(horizontal)
    for edge, ends in ((bottom, [low for _, low, _ in vertical]), (top, [high for _, _, high in vertical])):
        beyond = [end for end in ends if (edge - end if edge == bottom else end - edge) > _OPEN_ROW]
        if len(beyond) > 2 and max(beyond) - min(beyond) <= 2 * _SNAP:
            closed.append((sorted(beyond)[len(beyond) // 2], left, right))
    return closed, vertical


def _positions(lines: list[_Rule], *, descending: bool = False) -> list[float]:
    found: list[float] = []
    for position in sorted(line[0] for line in lines):
        if not found or position - found[-1] > _SNAP:
            found.append(position)
    return found[::-1] if descending else found


def _drop_running_lines(items: list[_Line | _Ruled]) -> list[_Line | _Ruled]:
    """Drop page marks, and lines that stand as first or last on at least three pages (running headers and footers)."""
    pages: dict[int, list[_Line]] = {}
    for item in items:
        if isinstance(item, _Line):
            pages.setdefault(item.page, []).append(item)
    edges = Counter(text for lines in pages.values() for text in {lines[0].text, lines[-1].text})
    dropped = set()
    for lines in pages.values():
        for line in (lines[0], lines[-1]):
            if _PAGE_MARK.fullmatch(line.text.strip()) or (edges[line.text] >= 3 and len(pages) >= 3):
                dropped.add(id(line))
    return [item for item in items if id(item) not in dropped]


def _join_grids(items: list[_Line | _Ruled]) -> list[_Line | _Ruled]:
    """Join a table that goes on after a page break: nothing stands between, and the outer edges agree.

    The halves may have other columns (part two has four above a break and two below it): the joined grid has the
    column lines of both, and cells that no line divides span them.
    """
    joined: list[_Line | _Ruled] = []
    for item in items:
        before = joined[-1] if joined else None
        if isinstance(item, _Ruled) and isinstance(before, _Ruled) and _goes_on(before, item):
            joined[-1] = _stack(before, item)
        else:
            joined.append(item)
    return joined


def _goes_on(upper: _Ruled, lower: _Ruled) -> bool:
    edges = zip((upper.xs[0], upper.xs[-1]), (lower.xs[0], lower.xs[-1]), strict=True)
    return lower.page == upper.page + 1 and all(abs(a - b) <= 2 * _SNAP for a, b in edges)


def _stack(upper: _Ruled, lower: _Ruled) -> _Ruled:
    xs = _positions([(x, 0.0, 0.0) for x in (*upper.xs, *lower.xs)])
    cells = [_widened(cell, upper.xs, xs, 0) for cell in upper.grid.cells]
    cells += [_widened(cell, lower.xs, xs, upper.grid.n_rows) for cell in lower.grid.cells]
    text = f"{upper.grid.text}\n{lower.grid.text}"
    rows = upper.grid.n_rows + lower.grid.n_rows
    grid = Grid(rows, len(xs) - 1, tuple(cells), upper.grid.page, upper.grid.line, text)
    return _Ruled(grid, tuple(xs), lower.page)


def _widened(cell: GridCell, own: tuple[float, ...], xs: list[float], down: int) -> GridCell:
    left, right = own[cell.column], own[cell.column + cell.column_span]
    first = min(range(len(xs)), key=lambda i: abs(xs[i] - left))
    last = min(range(len(xs)), key=lambda i: abs(xs[i] - right))
    return GridCell(cell.row + down, first, cell.text, cell.row_span, max(last - first, 1), cell.page)


def _to_blocks(items: list[_Line | _Ruled]) -> list[Block]:
    """Join lines to paragraphs: a line that reaches the right edge goes on in the next one unless that is indented."""
    lines = [item for item in items if isinstance(item, _Line)]
    edge = sorted(line.right for line in lines)[int(0.9 * (len(lines) - 1))]
    margin = sorted(line.left for line in lines)[int(0.25 * (len(lines) - 1))]
    blocks: list[Block] = []
    before: _Line | None = None
    for item in items:
        if isinstance(item, _Ruled):
            blocks.append(Block(grid=item.grid))
            before = None
            continue
        piece = Piece(item.text, item.page, item.number)
        size = item.size or 12.0
        full = before is not None and before.right > edge - 2.5 * size
        indented = item.left > margin + 1.2 * size
        if full and not indented and blocks and blocks[-1].grid is None:
            blocks[-1] = Block((*blocks[-1].pieces, piece))
        else:
            blocks.append(Block((piece,)))
        before = item
    return blocks
