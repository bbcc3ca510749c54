"""The records that flow through textmine: one report's content, frozen and typed.

``file → Source → Report → Statement → Tag``; across reports they become frames (:mod:`textmine.frames`).

Law for every record with ``start`` and ``end``: they are half-open character offsets into
``Report.text``, and ``report.text[record.start:record.end] == record.text`` wherever it has a text.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final, Literal

SourceFormat = Literal["text", "markdown", "html", "pdf", "docx", "picture"]
Layout = Literal["2021", "2019", "pre2019", "unknown"]
Role = Literal["problem", "measure", "context"]
TagSource = Literal["rule", "model", "human"]
CheckStatus = Literal["pass", "fail", "explained", "not_assessable"]

#: Section codes in the order of the statutory form.
SECTIONS: Final = (
    "preamble",
    "overview",
    "proactive",
    "requests",
    "disputes",
    "problems",
    "other_matters",
)
ROLES: Final = ("problem", "measure", "context")


# --- what the readers give ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters of one line of the source, as printed.

    ``page`` counts from 1 (PDF only); ``line`` counts from 1: the line of a text file, the line on a
    PDF page, the paragraph of a Word file, the source line of an HTML element.
    """

    text: str
    page: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell of a table: its place (from 0), its spans and its text as printed."""

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as a grid with spans resolved; no two cells cover the same slot.

    ``text`` is a second, independent reading of the same area where the format has one (the text layer
    under a ruled PDF table), else empty.
    """

    n_rows: int
    n_columns: int
    cells: tuple[GridCell, ...]
    page: int | None = None
    line: int | None = None
    text: str = ""

    def slots(self) -> list[list[GridCell | None]]:
        """Return ``n_rows`` × ``n_columns`` slots; a spanning cell stands in every slot it covers."""
        table: list[list[GridCell | None]] = [[None] * self.n_columns for _ in range(self.n_rows)]
        for cell in self.cells:
            for row in range(cell.row, min(cell.row + cell.row_span, self.n_rows)):
                for column in range(cell.column, min(cell.column + cell.column_span, self.n_columns)):
                    table[row][column] = cell
        return table


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (``pieces``) or a table (``grid``), in document order.

    ``heading_level`` is 1–6 where the format marks a heading (HTML h1–h6, Word styles), else 0.
    """

    pieces: tuple[Piece, ...] = ()
    grid: Grid | None = None
    heading_level: int = 0

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was left out, and why (``reason`` is a key of ``errors.SKIP_REASONS``)."""

    path: str
    stage: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read: blocks in reading order, and what the file says of itself.

    ``title`` is the document title outside the running text (HTML ``<title>`` or portal metadata);
    ``metadata`` the label–value pairs that a portal prints around the article (索引号, 发布机构, 发布日期 …).
    ``encoding`` is set for text, Markdown and HTML. ``skipped`` lists pages without text.
    ``ocr_pages`` counts pages whose text was recognized, ``ocr_score`` is the recognizer's mean confidence (0 to 1).
    """

    path: str
    source_format: SourceFormat
    sha256: str
    blocks: tuple[Block, ...]
    encoding: str | None = None
    title: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()
    skipped: tuple[Skipped, ...] = ()
    ocr_pages: int = 0
    ocr_score: float | None = None


# --- what the parser gives ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the source a character of ``Report.text`` stands."""

    page: int | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Field:
    """A metadata value with the text that it was read from.

    ``origin`` is ``text`` (then ``start``/``end`` are offsets into ``Report.text``), ``title``, ``metadata``
    (printed around the article), ``path`` (the file name) or ``table`` (looked up from another field).
    """

    value: str
    raw: str
    origin: Literal["text", "title", "metadata", "path", "table"]
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a report tells of itself; a field is ``None`` where it does not tell.

    ``year`` is four digits; dates are ISO ``YYYY-MM-DD``; ``region_code`` is the six-digit code of GB/T 2260.
    """

    title: Field | None = None
    agency: Field | None = None
    year: Field | None = None
    period_start: Field | None = None
    period_end: Field | None = None
    published: Field | None = None
    province: Field | None = None
    prefecture: Field | None = None
    county: Field | None = None
    region_code: Field | None = None
    level: Field | None = None
    kind: Field | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: ``start``–``end`` is its body without the heading.

    ``heading`` is as printed, ``None`` where it is lost; ``heading_start``/``heading_end`` its offsets.
    The body of a section that is only a table may be empty (``start == end``).
    """

    section: str
    heading: str | None
    start: int
    end: int
    text: str
    heading_start: int | None = None
    heading_end: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A grid and the offset into ``Report.text`` at which it stands between two paragraphs."""

    offset: int
    grid: Grid


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a statutory table, found by its labels.

    ``value`` is ``None`` where the cell is blank or holds no number; ``raw`` is as printed; ``note`` holds units,
    remarks and disagreements between two readings. ``start``/``end`` are set where the cell was read from
    flattened text; ``page`` where the format has pages.
    """

    table: str
    row: str
    column: str
    value: float | None
    raw: str
    note: str = ""
    page: int | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One report, parsed. ``text`` is normalized once; all offsets point into it."""

    report_id: str
    path: str
    sha256: str
    source_format: SourceFormat
    encoding: str | None
    text: str
    layout: Layout
    metadata: Metadata
    sections: tuple[Section, ...]
    tables: tuple[Table, ...] = ()
    cells: tuple[Cell, ...] = ()
    #: ``(offset, page, line)`` where the place in the source changes, ascending by offset
    places: tuple[tuple[int, int | None, int | None], ...] = field(default=(), repr=False)
    skipped: tuple[Skipped, ...] = ()
    ocr_pages: int = 0
    ocr_score: float | None = None

    def place(self, offset: int) -> Place:
        """Return the page and line of the source on which the character at ``offset`` stands."""
        if not 0 <= offset < max(len(self.text), 1):
            raise IndexError(f"offset {offset} is outside the text of {len(self.text)} characters")
        index = bisect_right(self.places, offset, key=lambda entry: entry[0]) - 1
        if index < 0:
            return Place(None, None)
        return Place(*self.places[index][1:])

    def section(self, code: str) -> tuple[Section, ...]:
        """Return the sections with this code, in order; empty where the report has none."""
        return tuple(section for section in self.sections if section.section == code)


# --- what splitting, tagging and checking give -------------------------------------------------


@dataclass(frozen=True, slots=True)
class Statement:
    """One unit of coding (codebook, "Unit: the statement").

    ``n`` counts from 1 within the report; ``label`` is the printed enumerator (``一是``, ``（二）``, ``1.``) or empty.
    """

    statement_id: str
    report_id: str
    n: int
    role: Role
    label: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A theme on a statement: who said so, how surely, and on which words.

    ``start``/``end`` are offsets into ``Report.text`` of the words that spoke for it, or ``None``.
    """

    statement_id: str
    report_id: str
    theme: str
    score: float
    source: TagSource
    rule_id: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A check with both sides of its sum.

    ``left`` and ``right`` are missing where a cell is lost or blank. ``start``/``end`` are the sentence that a
    narrative check was read from.
    """

    report_id: str
    check: str
    status: CheckStatus
    left: float | None
    right: float | None
    explanation: str
    explanation_en: str
    start: int | None = None
    end: int | None = None
