"""PDF with a text layer → Source, through pypdfium2: lines joined to paragraphs, ruled tables as grids."""

from __future__ import annotations

import ctypes
import itertools
import re
import threading
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from textmine.errors import ReadError
from textmine.read.text import raise_marks
from textmine.records import Block, Grid, GridCell, Piece, Skipped, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

#: pdfium is not made for threads: one of a process reads at a time
_ONE_AT_A_TIME: Final = threading.RLock()
_PAGE_MARK: Final = re.compile(r"[-—–－\s]*\d{1,3}[-—–－\s]*|第\s*\d+\s*页(\s*[,，/共]+\s*\d+\s*页)?")
#: points; lines nearer than this are one ruling line (pdfplumber's snap and join tolerance is 3)
_SNAP: Final = 3.0
#: points; vertical lines that go on farther than this past the last rule enclose a row (a line of small print is 7)
_OPEN_ROW: Final = 7.0
#: points; a column in which a character of the smallest print has room
_CHARACTER: Final = 9.0
#: a digit whose box is lower than this share of the one before, and stands higher, is a mark: 12 with a raised 1
_RAISED: Final = 0.8
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


class Char(NamedTuple):
    """A character, the middle and the edges of its box in points, its em, and the height of its box (0: not known)."""

    text: str
    x: float
    y: float
    left: float
    right: float
    size: float
    height: float = 0.0


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
    with _ONE_AT_A_TIME:
        return _read_pdf(data, name, sha256, ocr=ocr)


def _read_pdf(data: bytes, name: str, sha256: str, *, ocr: bool) -> Source:
    import pypdfium2 as pdfium

    document = _opened(data, name)
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


def _opened(data: bytes, name: str) -> Any:
    import pypdfium2 as pdfium

    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        reason = "encrypted" if "password" in str(error).lower() else "damaged"
        raise ReadError(name, reason, str(error)) from error


def page_items_to_blocks(items: list[_Line | _Ruled]) -> tuple[Block, ...]:
    """Return what stands on all pages as blocks: running lines dropped, tables and paragraphs joined over pages."""
    return tuple(_to_blocks(_join_grids(_drop_running_lines(items))))


def read_page_texts(data: bytes) -> list[str]:
    """Return the text of each page of a PDF as the file orders it, a line a line: for searching, where tables, running
    lines and paragraphs do not matter. :func:`read_pdf` takes two to three times as long.

    Raises:
        ReadError: the file is damaged or encrypted (reasons as for :func:`read_pdf`).
    """
    with _ONE_AT_A_TIME, _opened(data, "") as document:
        return [_page_text(document[number]) for number in range(len(document))]


def _page_text(page: Any) -> str:
    textpage = page.get_textpage()
    text: str = textpage.get_text_range()
    return text.replace("\r\n", "\n")


def read_page_grids(data: bytes) -> list[Grid]:
    """Return the ruled tables of a PDF page by page, not joined over page breaks: for comparing and measuring."""
    import pypdfium2 as pdfium

    grids: list[Grid] = []
    with _ONE_AT_A_TIME, pdfium.PdfDocument(data) as document:
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
    box_of, place = raw.FPDFText_GetLooseCharBox, ctypes.byref(box)
    found = []
    for index, text in enumerate(_texts(textpage)):
        if text <= " " or text.isspace():
            continue
        # The loose box is the cell of the character: a comma then stands on the height of its line.
        box_of(textpage, index, place)
        x0, x1, y0, y1 = box.left, box.right, box.bottom, box.top
        # The font size that pdfium reports ignores the text matrix; a Chinese character is one em wide.
        size = x1 - x0 if "\u4e00" <= text <= "\u9fff" else 0.0
        found.append(Char(text, (x0 + x1) / 2, (y0 + y1) / 2, x0, x1, size, y1 - y0))
    sizes = sorted(c.size for c in found if c.size) or [12.0]
    usual = sizes[len(sizes) // 2]
    return [c if c.size > 0.5 * usual else c._replace(size=usual) for c in found]


def _texts(textpage: Any) -> list[str]:
    """The characters of a page by their index; empty where one is none, or one half of a pair."""
    import pypdfium2.raw as raw

    count = textpage.count_chars()
    codes = (ctypes.c_ushort * (count + 1))()
    if raw.FPDFText_GetText(textpage, 0, count, codes) == count + 1 and not any(0xD800 <= c < 0xE000 for c in codes):
        return [chr(code) for code in codes[:count]]
    each = [raw.FPDFText_GetUnicode(textpage, index) for index in range(count)]
    return [chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "" for code in each]


def _lines(chars: list[Char], page: int) -> list[_Line]:
    """Characters to lines by their height on the page; punctuation sits low, so half a character is the bound."""
    rows: list[list[Char]] = []
    for char in sorted(chars, key=_downwards):
        bound = 0.6 * max(char.size, 6)
        for row in reversed(rows[-3:]):
            if abs(_height(row) - char.y) < bound:
                row.append(char)
                break
        else:
            rows.append([char])
    lines = []
    for number, row in enumerate(rows, 1):
        top = _height(row)
        row.sort(key=_from_left)
        parts = [row[0].text]
        base = row[0]
        for before, char in itertools.pairwise(row):
            if char.height < _RAISED * base.height and _is_raised(char, base):
                parts.append(raise_marks(char.text))
                continue
            base = char
            if (char.left - before.right) / char.size > _space_width(before.text, char.text):
                parts.append(" ")
            parts.append(char.text)
        lines.append(_Line("".join(parts), row[0].left, row[-1].right, top, max(c.size for c in row), page, number))
    return lines


def _downwards(char: Char) -> float:
    return -char.y


def _from_left(char: Char) -> float:
    return char.left


def _is_raised(char: Char, base: Char) -> bool:
    digits = (char.text + base.text).isdigit()
    return digits and _foot(char) - _foot(base) > (1 - _RAISED) * base.height


def _foot(char: Char) -> float:
    return char.y - char.height / 2


def _space_width(before: str, after: str) -> float:
    """The gap, in ems, from which two characters are apart; the narrow box of a 1 makes digits seem so."""
    if (before + after).isdigit():
        return 0.7
    return 0.25 if (before + after).isascii() else 1.5


def _height(row: list[Char]) -> float:
    """The median height of the characters, which came from top to bottom."""
    return row[(len(row) - 1) // 2].y


def _ruled_areas(page: Any) -> Areas:
    """Return (horizontal, vertical) ruling lines as (position, from, to), one pair for each separate table."""
    import pypdfium2.raw as raw

    horizontal: list[_Rule] = []
    vertical: list[_Rule] = []
    for path, (x0, y0, x1, y1) in _paths(page, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject):
        width, height = x1 - x0, y1 - y0
        if height <= _SNAP and width > 2 * _SNAP:
            horizontal.append(((y0 + y1) / 2, x0, x1))
        elif width <= _SNAP and height > 2 * _SNAP:
            vertical.append(((x0 + x1) / 2, y0, y1))
        elif width > 2 * _SNAP and height > 2 * _SNAP and _is_stroked(path):
            horizontal += [(y0, x0, x1), (y1, x0, x1)]
            vertical += [(x0, y0, y1), (x1, y0, y1)]
    return rule_areas(horizontal, vertical)


def _paths(parent: Any, count: Any, get: Any, *, depth: int = 6) -> Iterator[tuple[Any, tuple[float, ...]]]:
    """The paths of a page or form with their bounds in points of the page; the helper objects of pypdfium2 are slow."""
    import pypdfium2.raw as raw

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    places = tuple(ctypes.byref(value) for value in (left, bottom, right, top))
    for index in range(count(parent)):
        item = get(parent, index)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            if raw.FPDFPageObj_GetBounds(item, *places):
                yield item, (left.value, bottom.value, right.value, top.value)
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth > 1:
            matrix = raw.FS_MATRIX()
            raw.FPDFPageObj_GetMatrix(item, matrix)
            inner = _paths(item, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject, depth=depth - 1)
            for path, bounds in inner:
                yield path, _moved(bounds, matrix)


def _moved(bounds: tuple[float, ...], m: Any) -> tuple[float, ...]:
    """Bounds in a form as bounds on the page that holds it."""
    corners = [(x, y) for x in bounds[::2] for y in bounds[1::2]]
    xs = [m.a * x + m.c * y + m.e for x, y in corners]
    ys = [m.b * x + m.d * y + m.f for x, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def rule_areas(horizontal: list[_Rule], vertical: list[_Rule]) -> Areas:
    """Return the ruling lines (position, from, to; points from the lower left) of each separate table."""
    return _group(_merge(horizontal), _merge(vertical))


def _is_stroked(path: Any) -> bool:
    """A box that is only filled is the shade behind a paragraph, not the frame of a cell."""
    import pypdfium2.raw as raw

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(raw.FPDFPath_GetDrawMode(path, fill, stroke)) and bool(stroke.value)


def _merge(lines: list[_Rule]) -> list[_Rule]:
    """Join the pieces of one ruling line: nearly the same position, and touching end to end or overlapping.

    Lines at nearly the same position that do not touch stay as they are: they belong to two tables of the page, or
    to two rows of one, and a mean of their positions would shift both (columns of 28.5 and 32.4 points crossed so).
    """
    merged: list[list[float]] = []
    for position, low, high in sorted(lines):
        near = itertools.takewhile(lambda other: position - other[3] <= _SNAP, reversed(merged))  # noqa: B023
        line = next((other for other in near if low <= other[2] + _SNAP and high >= other[1] - _SNAP), None)
        if line is None:
            merged.append([position, low, high, position])
        else:
            line[1:] = [min(line[1], low), max(line[2], high), position]
    return [((first + last) / 2, low, high) for first, low, high, last in merged]


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
    groups: list[list[float]] = []
    for position in sorted(line[0] for line in lines):
        if groups and position - groups[-1][0] <= _SNAP:
            groups[-1].append(position)
        else:
            groups.append([position])
    found = [sum(group) / len(group) for group in groups]
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
    """Join a table that goes on after a page break: nothing stands between, and the column lines can be matched.

    The halves may have other columns (part two has four above a break and two below it): the joined grid has the
    column lines of both, and cells that no line divides span them.
    """
    joined: list[_Line | _Ruled] = []
    for item in items:
        before = joined[-1] if joined else None
        xs = _common_lines(before, item) if isinstance(item, _Ruled) and isinstance(before, _Ruled) else []
        if xs and isinstance(item, _Ruled) and isinstance(before, _Ruled):
            joined[-1] = _stack(before, item, xs)
        else:
            joined.append(item)
    return joined


def _common_lines(upper: _Ruled, lower: _Ruled) -> list[tuple[float | None, float | None]]:
    """Return the column lines of both halves, each with its position in the upper and in the lower one.

    Nothing where the halves are not on pages that follow each other, their outer edges differ, or a line of one lies
    neither on a line of the other nor at least a character away from all: which column it bounds is then unknown,
    and a number in a wrong column is worse than two tables.
    """
    a, b = upper.xs, lower.xs
    if lower.page != upper.page + 1 or abs(a[0] - b[0]) > 2 * _SNAP or abs(a[-1] - b[-1]) > 2 * _SNAP:
        return []
    narrowest = min(right - left for xs in (a, b) for left, right in itertools.pairwise(xs))
    if len(a) == len(b) and all(abs(x - y) < min(narrowest / 2, _CHARACTER) for x, y in zip(a, b, strict=True)):
        return list(zip(a, b, strict=True))
    found: list[tuple[float | None, float | None]] = [(a[0], b[0])]
    i, j = 1, 1
    while i < len(a) - 1 or j < len(b) - 1:
        x, y = a[i], b[j]
        if i < len(a) - 1 and j < len(b) - 1 and abs(x - y) <= _SNAP:
            found.append((x, y))
            i, j = i + 1, j + 1
        elif i < len(a) - 1 and (x < y or j == len(b) - 1):
            found.append((x, None))
            i += 1
        else:
            found.append((None, y))
            j += 1
    found.append((a[-1], b[-1]))
    doubtful = any(
        (None in before or None in after) and _near(after) - _near(before) < _CHARACTER
        for before, after in itertools.pairwise(found)
    )
    return [] if doubtful else found


def _near(line: tuple[float | None, float | None]) -> float:
    known = [x for x in line if x is not None]
    return sum(known) / len(known)


def _stack(upper: _Ruled, lower: _Ruled, lines: list[tuple[float | None, float | None]]) -> _Ruled:
    cells = [_widened(cell, [x for x, _ in lines], upper.xs, 0) for cell in upper.grid.cells]
    cells += [_widened(cell, [x for _, x in lines], lower.xs, upper.grid.n_rows) for cell in lower.grid.cells]
    text = f"{upper.grid.text}\n{lower.grid.text}"
    rows = upper.grid.n_rows + lower.grid.n_rows
    grid = Grid(rows, len(lines) - 1, tuple(cells), upper.grid.page, upper.grid.line, text)
    return _Ruled(grid, tuple(map(_near, lines)), lower.page)


def _widened(cell: GridCell, lines: list[float | None], own: tuple[float, ...], down: int) -> GridCell:
    first = lines.index(own[cell.column])
    last = lines.index(own[cell.column + cell.column_span])
    return GridCell(cell.row + down, first, cell.text, cell.row_span, last - first, cell.page)


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
