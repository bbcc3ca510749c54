"""Tables that survive as grids (HTML, Word, PDF, Markdown) → cells, by row label and column header."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from textmine.parse.tables.cells import TableCells, allowed_columns, find_rows, narrow_rows
from textmine.parse.tables.labels import Meaning, find_unit, has_numeral, match_label, squeeze_label
from textmine.parse.tables.values import is_value
from textmine.records import Grid, GridCell

Slots = Sequence["GridCell | None"]
Key = TypeVar("Key", bound=Hashable)

#: a grid with fewer known labels of one table is some other table
_FEWEST_LABELS: Final = 2
#: so many labels of columns below each other are no accident
_TURNED: Final = 3


@dataclass(slots=True)
class Headers:
    """The columns that a header has named so far: slot → code, and the unit printed beside it."""

    columns: dict[int, str] = field(default_factory=dict)
    courses: dict[int, str] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class GridReader:
    """Reads the grids of one report in order; a header goes on over a page break to a grid of the same shape."""

    found: TableCells
    table: str = ""
    n_columns: int = 0
    headers: Headers = field(default_factory=Headers)

    def read(self, grid: Grid) -> None:
        """Add the cells of one grid."""
        known, self.found = self.found, TableCells(self.found.layout)
        self._read(grid, known)
        known.merge(self.found)
        self.found = known

    def _read(self, grid: Grid, known: TableCells) -> None:
        rows = join_cut_rows(grid)
        before = self.table if grid.n_columns == self.n_columns else ""
        table = name_table(rows, before=before)
        header_only = bool(self.headers.columns) and self.table == "disputes" and not known.has_table("disputes")
        if not table and header_only and grid.n_columns == self.n_columns:
            table = self.table
        if not table:
            return
        if _is_turned(rows, table):
            rows = list(zip(*rows, strict=True))
            self.headers = Headers()
        if table != self.table or grid.n_columns != self.n_columns:
            self.headers = Headers()
        self.table, self.n_columns = table, grid.n_columns
        if table == "disputes":
            self._read_header_table(rows)
        else:
            self._read_rows(table, rows)

    def _read_rows(self, table: str, rows: list[Slots]) -> None:
        head = ""
        read: list[tuple[str, str, str, list[GridCell]]] = []
        for slots in rows:
            if named := self._header(slots, table):
                if table != "requests":
                    self.headers = Headers()
                for slot, (code, unit) in named.items():
                    self.headers.columns[slot] = code
                    self.headers.units[slot] = unit
                continue
            row = self._row(slots, table, head)
            if row is None:
                continue
            facts = find_rows(table, row)[0]
            head = row if facts.group else (head if facts.under else "")
            for column, cells in self._values(slots, table, row).items():
                unit = next((u for s, u in self.headers.units.items() if self.headers.columns[s] == column), "")
                read.append((row, column, unit, cells))
        owners: dict[int, set[str]] = {}
        for row, _, _, cells in read:
            for cell in cells:
                owners.setdefault(id(cell), set()).add(row)
        for row, column, unit, cells in read:
            shared = any(len(owners[id(cell)]) > 1 and cell.text.strip() for cell in cells)
            if cells and not shared:  # a number beside two rows is not said to be of either
                self.found.add(table, row, column, [c.text for c in cells], unit=unit, page=cells[0].page)

    def _header(self, slots: Slots, table: str) -> dict[int, tuple[str, str]]:
        """The columns that a header row names. A row that is called like a column (（七）总计, 3.其他) names none."""
        named: dict[int, tuple[str, str]] = {}
        for slot, cell in enumerate(slots):
            if cell is None or not cell.text.strip():
                continue
            meanings = _meanings(cell, table, "column")
            if is_value(cell.text) or (_meanings(cell, table, "row") and (not meanings or has_numeral(cell.text))):
                return {}
            if meanings:
                named[slot] = (meanings[0].code, find_unit(cell.text))
        alone = len({code for code, _ in named.values()}) == 1
        doubtful = alone and all(_meanings(slots[slot], table, "row") for slot in named)
        return {} if doubtful and self.headers.columns else named

    def _row(self, slots: Slots, table: str, head: str) -> str | None:
        """The row that the label cells name, one and no more; a group label counts only where it stands alone."""
        columns = self.headers.columns
        own = [c for i, c in _distinct(slots) if i not in columns and c.text.strip() and not is_value(c.text)]
        named: dict[str, GridCell] = {}
        for cell in own:
            for meaning in _meanings(cell, table, "row"):
                named.setdefault(meaning.code, cell)
        if not named and len(own) > 1:
            joined = match_label("".join(cell.text for cell in own))
            named = {meaning.code: own[0] for meaning in joined if meaning.table == table and meaning.kind == "row"}
        codes = narrow_rows(table, named, head)
        if len(codes) != 1:
            return None
        cell = named[codes[0]]
        if table == "requests" and find_rows(table, codes[0])[0].group:
            others = [c for c in own if c is not cell and not _is_sign(c, table) and not self._is_vertical(c)]
            return None if others or cell.row_span > 1 else codes[0]
        return codes[0]

    def _is_vertical(self, cell: GridCell) -> bool:
        """A long cell beside many rows holds the vertical label, or what a page break left of it."""
        return cell.row_span > 1 or len(squeeze_label(cell.text)) < 3

    def _values(self, slots: Slots, table: str, row: str) -> dict[str, list[GridCell]]:
        """The cells under each header; without a header, only where their count is that of the full row."""
        named: dict[str, list[GridCell]] = {}
        allowed = allowed_columns(table, row)
        for column, cells in _under(slots, self.headers.columns).items():
            if column in allowed:
                named[column] = cells
        fits = []
        for facts in find_rows(table, row, self.found.layout):
            if set(facts.columns) <= set(named):
                return self._in_line(slots, named)
            counted = _count_values(slots, len(facts.columns))
            pairs = list(zip(facts.columns, counted, strict=False))
            if counted and all(named.get(column, [cell]) == [cell] for column, cell in pairs):
                fits.append({column: [cell] for column, cell in pairs})
        return fits[0] if len(fits) == 1 else self._in_line(slots, named)

    def _in_line(self, slots: Slots, named: dict[str, list[GridCell]]) -> dict[str, list[GridCell]]:
        """The cells under the headers; none where all are blank and numbers stand beside them, under no header."""
        under = [cell for cells in named.values() for cell in cells]
        blank = not any(cell.text.strip() for cell in under)
        return {} if blank and any(is_value(c.text) for _, c in _distinct(slots) if c not in under) else named

    def _read_header_table(self, rows: list[Slots]) -> None:
        headers = self.headers
        filled: list[Slots] = []
        blank: Slots | None = None
        for slots in rows:
            named = self._name_slots(slots)
            if not named and self._course_line(slots):
                continue
            for slot, meaning in named.items():
                (headers.courses if meaning.kind == "row" else headers.columns)[slot] = meaning.code
            under = [slots[slot] for slot in headers.columns]
            if named or not under or not all(cell is not None and is_value(cell.text, blank=True) for cell in under):
                continue
            if any(cell is not None and cell.text.strip() for cell in under):
                filled.append(slots)
            blank = blank or slots
        lines = filled or ([blank] if blank is not None else [])
        if len({tuple(cell.text.strip() if cell else "" for cell in line) for line in lines}) == 1:
            self._spread_courses()
            self._add_line(lines[0])

    def _name_slots(self, slots: Slots) -> dict[int, Meaning]:
        """The courses and results that a header row names; nothing where a course stands before its own numbers."""
        named = {}
        for slot, cell in enumerate(slots):
            for meaning in match_label(cell.text) if cell is not None and cell.text.strip() else ():
                if meaning.table == "disputes" and meaning.kind != "sign":
                    named[slot] = meaning
        courses = {meaning.code for meaning in named.values() if meaning.kind == "row"}
        under = [slots[slot] for slot in self.headers.columns if slot not in named]
        own_line = len(courses) == 1 and all(meaning.kind == "row" for meaning in named.values())
        return {} if own_line and any(cell is not None and is_value(cell.text) for cell in under) else named

    def _course_line(self, slots: Slots) -> bool:
        """Add the numbers of a line that begins with its course, where each result is a column once."""
        columns = self.headers.columns
        codes = {m.code for _, cell in _distinct(slots) for m in _meanings(cell, "disputes", "row")}
        if len(codes) != 1 or not any(is_value(cell.text) for _, cell in _distinct(slots)):
            return False
        if len(set(columns.values())) == len(columns):
            course = codes.pop()
            for column, cells in _under(slots, columns).items():
                if cells:
                    self.found.add("disputes", course, column, [cell.text for cell in cells], page=cells[0].page)
        return True

    def _spread_courses(self) -> None:
        """Let a course stand over its whole group of results where its span was left blank, as Markdown does.

        Results that repeat begin a new group. A group gets the one course printed over any of its columns, and only
        where all groups are alike: else a column, and with it the border of a group, may be lost.
        """
        headers = self.headers
        groups: list[list[int]] = []
        for slot in sorted(headers.columns):
            codes = {headers.columns[other] for other in groups[-1]} if groups else set()
            if not groups or headers.columns[slot] in codes:
                groups.append([])
            groups[-1].append(slot)
        if len({tuple(headers.columns[slot] for slot in group) for group in groups}) > 1:
            return
        for group in groups:
            courses = {headers.courses[slot] for slot in group if slot in headers.courses}
            if len(courses) == 1 and group[-1] - group[0] == len(group) - 1:
                headers.courses |= dict.fromkeys(group, courses.pop())

    def _add_line(self, slots: Slots) -> None:
        courses, columns = self.headers.courses, self.headers.columns
        keys = {slot: (courses[slot], column) for slot, column in columns.items() if slot in courses}
        for (course, column), cells in _under(slots, keys).items():
            if cells:
                self.found.add("disputes", course, column, [cell.text for cell in cells], page=cells[0].page)


def _is_turned(rows: list[Slots], table: str) -> bool:
    """Whether the labels of columns stand below each other: rows and columns of the form are exchanged."""

    def most(lines: Iterable[Slots]) -> int:
        counts = [0]
        for slots in lines:
            found = [{(m.kind, m.code) for m in _every_meaning(cell, table)} for _, cell in _distinct(slots)]
            counts.append(
                len({next(iter(meanings))[1] for meanings in found if {k for k, _ in meanings} == {"column"}})
            )
        return max(counts)

    return most(zip(*rows, strict=True)) >= _TURNED > most(rows)


def _every_meaning(cell: GridCell, table: str) -> list[Meaning]:
    return [m for m in (match_label(cell.text) if cell.text.strip() else ()) if m.table == table]


def name_table(rows: list[Slots], *, before: str = "") -> str:
    """Return the table to which most labels of a grid belong, or nothing where fewer than two are known.

    One label is enough where the grid before it, of the same shape, was that table (``before``): it goes on.
    """
    votes: Counter[str] = Counter()
    weak: Counter[str] = Counter()
    seen: set[Meaning] = set()
    for slots in rows:
        for _, cell in _distinct(slots):
            meanings = match_label(cell.text) if cell.text.strip() else frozenset()
            tables = {meaning.table for meaning in meanings}
            if len(tables) == 1 and not meanings <= seen:
                votes.update(tables)
            weak.update(tables)
            seen |= meanings
    if not votes:
        return ""
    table, count = votes.most_common(1)[0]
    return table if table == before or count >= _FEWEST_LABELS or weak[table] >= _FEWEST_LABELS else ""


def join_cut_rows(grid: Grid) -> list[Slots]:
    """Return the rows of a grid; a row cut by a page break in the middle of its label is joined again."""
    rows: list[Slots] = []
    for slots in grid.slots():
        before = rows[-1] if rows else None
        if before is not None and _is_cut(before, slots):
            rows[-1] = [_join(a, b) for a, b in zip(before, slots, strict=True)]
        else:
            rows.append(slots)
    return rows


def _is_cut(upper: Slots, lower: Slots) -> bool:
    """Two rows on two pages, of which one has no values, and whose labels make one label together only."""
    above, below = _lead(upper), _lead(lower)
    if above is None or below is None or above.page == below.page:
        return False
    if all(any(is_value(cell.text) for _, cell in _distinct(slots)) for slots in (upper, lower)):
        return False
    if match_label(above.text) or match_label(below.text):
        return False
    return bool(match_label(above.text + below.text))


def _lead(slots: Slots) -> GridCell | None:
    return next((c for _, c in reversed(list(_distinct(slots))) if c.text.strip() and not is_value(c.text)), None)


def _join(upper: GridCell | None, lower: GridCell | None) -> GridCell | None:
    if upper is None or lower is None or upper is lower:
        return upper or lower
    text = "\n".join(text for text in (upper.text, lower.text) if text.strip())
    return GridCell(upper.row, upper.column, text, upper.row_span, upper.column_span, upper.page)


def _is_sign(cell: GridCell, table: str) -> bool:
    return any(meaning.kind == "sign" and meaning.table == table for meaning in match_label(cell.text))


def _meanings(cell: GridCell | None, table: str, kind: str) -> list[Meaning]:
    if cell is None or not cell.text.strip():
        return []
    return [meaning for meaning in match_label(cell.text) if meaning.table == table and meaning.kind == kind]


def _distinct(slots: Slots) -> Iterator[tuple[int, GridCell]]:
    """Each cell of a row once, with its first slot."""
    before: GridCell | None = None
    for slot, cell in enumerate(slots):
        if cell is not None and cell is not before:
            yield slot, cell
        before = cell


def _under(slots: Slots, headers: Mapping[int, Key]) -> dict[Key, list[GridCell]]:
    """The cells under each header. A cell with text that stands under several headers is not said to be of any."""
    over: dict[int, set[Key]] = {}
    for slot, key in headers.items():
        over.setdefault(id(slots[slot]), set()).add(key)
    found: dict[Key, list[GridCell]] = {}
    for slot, key in headers.items():
        cell, cells = slots[slot], found.setdefault(key, [])
        if cell is not None and cell not in cells and (len(over[id(cell)]) == 1 or not cell.text.strip()):
            cells.append(cell)
    return found


def _count_values(slots: Slots, count: int) -> list[GridCell]:
    """The cells behind the last label, where just as many as a full row has are there; else nothing."""
    cells = [cell for _, cell in _distinct(slots)]
    last = max((i for i, cell in enumerate(cells) if cell.text.strip() and not is_value(cell.text)), default=-1)
    behind = cells[last + 1 :]
    if last < 0:
        return []
    if len(behind) == count:
        return behind
    filled = [cell for cell in behind if cell.text.strip()]
    return filled if len(filled) == count else []
