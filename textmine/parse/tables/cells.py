"""The cells found so far in one report: each key once, a second reading that differs becomes a note."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from textmine.parse.tables.templates import Row, load_templates
from textmine.parse.tables.values import convert_money, read_number, unit_of_money
from textmine.records import Cell, Layout

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class CellColumns:
    """The cells of a report as columns of equal length, as frames need them; :meth:`cells` gives the records."""

    keys: Sequence[Key] = ()
    values: Sequence[float | None] = ()
    raws: Sequence[str] = ()
    notes: Sequence[str] = ()
    pages: Sequence[int | None] = ()
    starts: Sequence[int | None] = ()
    ends: Sequence[int | None] = ()

    @classmethod
    def of(cls, cells: Iterable[Cell]) -> CellColumns:
        """Return the columns of these cells."""
        rows = [((c.table, c.row, c.column), c.value, c.raw, c.note, c.page, c.start, c.end) for c in cells]
        return cls(*zip(*rows, strict=True)) if rows else cls()

    def cells(self) -> tuple[Cell, ...]:
        """Return the cells as records."""
        rest = (self.values, self.raws, self.notes, self.pages, self.starts, self.ends)
        return tuple(Cell(*key, *row) for key, *row in zip(self.keys, *rest, strict=True))


@dataclass(slots=True)
class TableCells:
    """Collects cells; ``layout`` decides where equal labels have other columns in another layout."""

    layout: Layout = "unknown"
    cells: dict[Key, Cell] = field(default_factory=dict)

    def fresh(self) -> TableCells:
        """Return an empty collection of the same kind, for another grid or passage (see :meth:`merge`)."""
        return type(self)(self.layout)

    def has_table(self, table: str) -> bool:
        """Whether any cell of the table was found."""
        return any(key[0] == table for key in self.cells)

    def add(
        self,
        table: str,
        row: str,
        column: str,
        texts: Sequence[str],
        *,
        unit: str = "",
        page: int | None = None,
        span: tuple[int, int] | None = None,
    ) -> None:
        """Add a cell from the texts under its header; texts that differ are refused.

        >>> found = TableCells()
        >>> found.add("proactive", "fees", "amount_10k_yuan", ["251000元"])
        >>> found.cells["proactive", "fees", "amount_10k_yuan"].value
        25.1
        """
        filled = [text for text in dict.fromkeys(texts) if text.strip()]
        if len(filled) > 1:
            return
        raw = filled[0] if filled else (texts[0] if texts else "")
        value, note = read_number(raw)
        wanted, printed = unit_of_cell(table, row, column), unit_of_money(note) or unit
        if value is not None and wanted and printed and printed != wanted:
            value = convert_money(value, printed, wanted)
            note = note or printed
        start, end = span if span else (None, None)
        self._put(Cell(table, row, column, value, raw, note, page, start, end))

    def _put(self, cell: Cell) -> None:
        key = (cell.table, cell.row, cell.column)
        first = self.cells.get(key)
        if first is None:
            self.cells[key] = cell
        else:
            self.compare([cell], name="另一处")

    def merge(self, part: TableCells) -> None:
        """Add the cells of another grid or passage.

        Where it gives another number for a cell that is known, it is another table of the same form (the district's
        beside the office's own): then it is only compared, for a row lost in one must not be filled from the other.
        """
        for table in dict.fromkeys(key[0] for key in part.cells):
            cells = [cell for key, cell in part.cells.items() if key[0] == table]
            if any(self._contradicts(cell) for cell in cells):
                self.compare(cells, name="另一处")
            else:
                for cell in cells:
                    self._put(cell)

    def _contradicts(self, cell: Cell) -> bool:
        first = self.cells.get((cell.table, cell.row, cell.column))
        return first is not None and None not in (first.value, cell.value) and first.value != cell.value

    def compare(self, others: Iterable[Cell], *, name: str) -> None:
        """Note on each cell where a second reading of the same place gives another value."""
        for other in others:
            key = (other.table, other.row, other.column)
            first = self.cells.get(key)
            if first is not None and first.value != other.value and name not in first.note:
                remark = f"{name}读作 {other.raw.strip() or '空白'}"
                self.cells[key] = replace(first, note="；".join(filter(None, (first.note, remark))))


@cache
def find_rows(table: str, code: str, layout: Layout = "unknown") -> tuple[Row, ...]:
    """Return what the layouts say of a row: one entry where the layout is known or all agree."""
    found: dict[tuple[str, ...], Row] = {}
    for tables in load_templates():
        template = tables.table(table)
        for row in template.rows if template else ():
            if row.code == code and (tables.layout == layout or layout not in {"2021", "2019"}):
                found.setdefault(row.columns, row)
    return tuple(found.values()) or (find_rows(table, code) if layout != "unknown" else ())


@cache
def allowed_columns(table: str, code: str) -> frozenset[str]:
    """Return the columns that a row has in any layout."""
    return frozenset(column for row in find_rows(table, code) for column in row.columns)


def narrow_rows(table: str, codes: Iterable[str], head: str) -> list[str]:
    """Return the rows that a line can be: a leaf before the head of its group, and only under its own head.

    >>> narrow_rows("requests", ["closed", "closed_other"], "")
    ['closed_other']
    """
    rows = [(code, find_rows(table, code)) for code in codes]
    fitting = [(code, found[0]) for code, found in rows if found and found[0].under in {"", head}]
    leaves = [code for code, row in fitting if not row.group]
    return leaves or [code for code, _ in fitting]


@cache
def unit_of_cell(table: str, row: str, column: str) -> str:
    """The unit of money that a cell's value is in, or nothing."""
    for layout in load_templates():
        template = layout.table(table)
        if template is not None:
            units = [item.unit for item in template.columns if item.code == column]
            units += [item.unit for item in template.rows if item.code == row]
            if any(units):
                return next(filter(None, units))
    return ""
