"""Tables that survive as text only (tabs, bars, one cell a line, all on one line) → cells, by label.

Words between the values are joined to labels; a group of values belongs to the label beside it, and only where its
count is that of the full row. What could belong to two labels is left out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from textmine.parse.tables.cells import TableCells, allowed_columns, find_rows, narrow_rows
from textmine.parse.tables.labels import (
    Meanings,
    find_unit,
    has_numeral,
    match_exactly,
    match_label,
    segment_labels,
    squeeze_label,
)
from textmine.parse.tables.templates import load_templates
from textmine.parse.tables.tokens import Token, read_tokens

#: the longest label, broken by narrow columns, was seen on five lines
_MOST_PARTS: Final = 5
#: shorter words are what a vertical label, a cut group label or a unit leaves
_DEBRIS: Final = 3
#: lines between two certain rows, and lines of a run so long that one lost label does not hide its direction
_SHORT_RUN: Final = 4
_LONG_RUN: Final = 10
#: over the five kinds of organisations in the header of part three
_GROUP: Final = "法人或其他组织"
#: words longer than this that are no label are running text: no table goes on across them
_PROSE: Final = 25


@dataclass(slots=True)
class Unit:
    """A label found in the text, or (``values``) the values between two labels."""

    text: str
    line: int
    last_line: int
    meanings: Meanings = frozenset()
    values: list[Token] = field(default_factory=list)
    inside: list[Token] = field(default_factory=list)
    row: tuple[str, str] | None = None
    is_column: bool = False
    leads: bool = False
    bound: list[Token] | None = None

    def means(self, kind: str) -> list[tuple[str, str]]:
        """The (table, code) pairs of one kind that the label can mean."""
        return [(m.table, m.code) for m in self.meanings if m.kind == kind]


def read_flat(text: str, found: TableCells) -> None:
    """Add the cells of the flattened tables in a text; offsets of the cells point into it.

    >>> found = TableCells("2021")
    >>> read_flat("信息内容\\t本年处理决定数量\\n行政许可\\t550", found)
    >>> [(cell.row, cell.column, cell.value, cell.start) for cell in found.cells.values()]
    [('licensing', 'decisions', 550.0, 19)]
    """
    tokens = read_tokens(text)
    if not any(token.kind == "value" for token in tokens):
        return
    units = read_units(tokens)
    _name_rows(units)
    _bind_same_line(units)
    _bind_runs(units)
    _Assigner(found, tokens).assign(units)


# --- words to labels -----------------------------------------------------------------------------


def read_units(tokens: list[Token]) -> list[Unit]:
    """Return the labels and groups of values that the tokens form."""
    return _split_groups(_to_units(tokens))


def _to_units(tokens: list[Token]) -> list[Unit]:
    units: list[Unit] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token.kind == "words":
            made, i = _label_at(tokens, i)
            units += made
        else:
            if token.kind == "stop":
                units.append(Unit("。", token.line, token.line))
            elif units and units[-1].values and units[-1].text == "":
                units[-1].values.append(token)
            elif token.kind == "value":
                units.append(Unit("", token.line, token.line, values=[token]))
            i += 1
    for unit in units:
        while unit.values and unit.values[-1].kind == "blank":
            unit.values.pop()
    return units


def _label_at(tokens: list[Token], first: int) -> tuple[list[Unit], int]:
    """The label that begins at a token: the longest that fits exactly, else the shortest that fits nearly."""
    parts, text, best = 0, "", None
    for end in range(first, len(tokens)):
        token = tokens[end]
        if token.kind == "stop" or parts == _MOST_PARTS:
            break
        if token.kind != "words":
            continue
        if parts and has_numeral(token.text) and squeeze_label(text):
            break
        text, parts = text + token.text, parts + 1
        if match_exactly(text):
            best = end
    near = None if best is not None else _near_end(tokens, first)
    if best is None and near is None:
        return _glued(tokens[first]), first + 1
    stop = best if best is not None else near
    assert stop is not None
    used = tokens[first : stop + 1]
    label = "".join(token.text for token in used if token.kind == "words")
    inside = [token for token in used if token.kind == "value"]
    return [Unit(label, used[0].line, used[-1].line, match_label(label), inside=inside)], stop + 1


def _near_end(tokens: list[Token], first: int) -> int | None:
    text = ""
    for end in range(first, min(first + 2, len(tokens))):
        if tokens[end].kind != "words" or (text and has_numeral(tokens[end].text)):
            return None
        text += tokens[end].text
        if match_label(text):
            return end
    return None


def _glued(token: Token) -> list[Unit]:
    """Labels that stand in one another's way without a space: a header whose spaces are gone."""
    made = []
    for text, meanings in segment_labels(token.text):
        if meanings or len(squeeze_label(text)) > _DEBRIS:
            made.append(Unit(text, token.line, token.line, meanings))
    return made


def _split_groups(units: list[Unit]) -> list[Unit]:
    """Part values into groups: those of one line, or of many lines with one value each."""
    parted: list[Unit] = []
    for unit in units:
        lines: dict[int, list[Token]] = {}
        for token in unit.values:
            lines.setdefault(token.line, []).append(token)
        if len(lines) < 2 or all(len(line) == 1 for line in lines.values()):
            parted.append(unit)
        else:
            parted += [Unit("", number, number, values=line) for number, line in lines.items()]
    return parted


# --- labels to rows ------------------------------------------------------------------------------


def _name_rows(units: list[Unit]) -> None:
    """Say of each label which row it is; 其他 and 总计 are columns where they stand in a header."""
    head: dict[str, str] = {}
    in_header = False
    for unit, following in pairwise(units):
        unit.leads = bool(following.values)
    labels = [unit for unit in units if unit.meanings]
    for index, unit in enumerate(labels):
        rows, columns = unit.means("row"), unit.means("column")
        after = labels[index + 1] if index + 1 < len(labels) else None
        if columns and (not rows or (not has_numeral(unit.text) and (in_header or _heads(after)))):
            in_header = unit.is_column = True
            continue
        if rows and all(table == "disputes" for table, _ in rows) and not unit.leads:
            unit.is_column = True  # part four has its rows in the header
            continue
        in_header = any(table != "disputes" for table, _ in unit.means("sign")) and not rows
        for table in {table for table, _ in rows}:
            codes = narrow_rows(table, [code for name, code in rows if name == table], head.get(table, ""))
            if len(codes) == 1:
                facts = find_rows(table, codes[0])[0]
                head[table] = codes[0] if facts.group else (head.get(table, "") if facts.under else "")
                if not (facts.group and table == "requests" and after and _is_leaf_of_closed(after)):
                    unit.row = (table, codes[0])


def _heads(unit: Unit | None) -> bool:
    return unit is not None and bool(unit.means("column")) and not unit.means("row")


def _is_leaf_of_closed(unit: Unit) -> bool:
    return any(code.startswith("closed_") for _, code in unit.means("row"))


# --- values to rows ------------------------------------------------------------------------------


def _bind_same_line(units: list[Unit]) -> None:
    """Values inside a broken label, or behind it on its own line, are its values."""
    for unit, after in zip(units, [*units[1:], None], strict=True):
        if unit.row is None:
            if unit.means("sign") and after is not None and after.values and not _has_number(after):
                after.row = ("", "")  # 一、主动公开情况 — —: dashes that belong to no row
            continue
        if unit.inside:
            unit.bound = unit.inside
        elif after is not None and after.values and after.line == unit.last_line:
            unit.bound, after.row = after.values, ("", "")


def _has_number(group: Unit) -> bool:
    return any(char.isdigit() for token in group.values for char in token.text)


def _bind_runs(units: list[Unit]) -> None:
    """Bind labels and groups that stand on lines of their own, run by run; group labels do not end a run."""
    run: list[Unit] = []
    before: Unit | None = None
    for unit in [*units, Unit("。", -1, -1)]:
        free_label = unit.row is not None and unit.bound is None and not unit.values
        if free_label or (unit.values and unit.row is None):
            run.append(unit)
        elif unit.bound is not None or unit.is_column or not (unit.meanings or unit.values):
            known = before is not None and before.bound is not None and unit.bound is not None
            _bind_run(run, known=known)
            run, before = [], unit


def _bind_run(run: list[Unit], *, known: bool) -> None:
    """Bind each label to the group after it; to the one before it only where nothing else is possible.

    A run from a label to a group is one of labels above their values. Values above their labels would look so only
    if both its ends were lost. The other way round a single loss shifts all that follows, so it is taken only for
    a few lines between rows that are certain (``known``), or where no row of the table is lost.
    """
    text = "".join("V" if unit.values else "L" for unit in run)
    if text[:1] == "L" and text[-1:] == "V" and ("VV" not in text or len(run) >= _LONG_RUN):
        for unit, following in pairwise(run):
            if not unit.values and following.values:
                unit.bound, following.row = following.values, ("", "")
        return
    pairs = len(run) % 2 == 0 and all(text[i : i + 2] in {"LV", "VL"} for i in range(0, len(text), 2))
    if pairs and ((known and len(run) <= _SHORT_RUN) or (_is_whole(run) and set(text[::2]) == {"V"})):
        for first, second in zip(run[::2], run[1::2], strict=True):
            label, group = (second, first) if first.values else (first, second)
            label.bound, group.row = group.values, ("", "")


def _is_whole(run: list[Unit]) -> bool:
    """Whether every row of a table is there, in order: then no line between them can have been lost."""
    rows = [unit.row for unit in run if unit.row is not None and not unit.values]
    for layout in load_templates():
        template = layout.table(rows[0][0]) if rows else None
        codes = [row.code for row in template.rows] if template is not None else []
        forms = (codes, [c for c in codes if c != "closed"], [c for c in codes if not c.startswith("closed_")])
        if [code for _, code in rows] in forms:
            return True
    return False


# --- values to columns ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Assigner:
    """Walks over the labels in order and keeps what the headers have named."""

    found: TableCells
    tokens: list[Token]
    columns: dict[str, list[str]] = field(default_factory=dict)
    units_of_money: dict[str, str] = field(default_factory=dict)
    rows_named: list[str] = field(default_factory=list)
    signs: set[str] = field(default_factory=set)
    frames: dict[int, tuple[int, ...]] = field(default_factory=dict)
    blanks: list[tuple[Unit, list[str]]] = field(default_factory=list)
    fresh: bool = False
    grouped: bool = False
    parts: list[TableCells] = field(default_factory=list)

    def assign(self, units: list[Unit]) -> None:
        """Add the cells of all rows that have their values, then those of rows with blanks."""
        for index, unit in enumerate(units):
            if unit.values:
                if unit.row is None:
                    self._line_of_disputes(units, index)
            elif unit.meanings:
                self._label(unit)
            elif unit.text == "。" or len(unit.text) > _PROSE:
                self._close()
        self._fill_blanks()
        for part in self.parts:
            self.found.merge(part)

    def _close(self) -> None:
        self.columns.clear()
        self.signs.clear()
        self.rows_named.clear()
        self.fresh = self.grouped = False

    def _label(self, unit: Unit) -> None:
        self.signs |= {table for table, _ in unit.means("sign")}
        if unit.means("sign") and squeeze_label(unit.text) == _GROUP:
            self.grouped = True
        if unit.row is not None and (unit.row[0] != "disputes" or unit.bound is not None):
            self.fresh = False
            self._row(unit)
            return
        if not unit.means("column") and not any(table == "disputes" for table, _ in unit.means("row")):
            return  # （三）不予公开 stands between rows, under the same header
        if not self.fresh:
            self.columns.clear()
            self.rows_named.clear()
            self.grouped = False
            self.parts.append(self.found.fresh())
        self.fresh = True
        self.rows_named += [code for table, code in unit.means("row") if table == "disputes"]
        for table, code in unit.means("column"):
            self.columns.setdefault(table, []).append(code)
            self.units_of_money[code] = find_unit(unit.text)

    def _row(self, unit: Unit) -> None:
        assert unit.row is not None
        table, row = unit.row
        values = unit.bound or []
        choices = [columns for columns in self._choices(table, row) if len(columns) == len(values)]
        if len(choices) == 1 and self._is_open(table, row, len(values)):
            self._add(table, row, choices[0], values)
            if all(token.n_fields for token in values):
                self.frames[values[0].n_fields] = tuple(token.field for token in values)
        elif len(values) < len(next(iter(self._choices(table, row)), [])):
            self.blanks.append((unit, list(next(iter(self._choices(table, row))))))

    def _choices(self, table: str, row: str) -> list[tuple[str, ...]]:
        """The column orders that a row can have: as the header prints them, else as the layout has them."""
        allowed = allowed_columns(table, row)
        printed = [code for code in self.columns.get(table, []) if code in allowed]
        layouts = [facts.columns for facts in find_rows(table, row, self.found.layout)]
        for columns in layouts:
            if len(printed) == len(set(printed)) and set(printed) == set(columns):
                return self._order(printed, columns)
            if table == "requests" and printed and set(columns) - set(printed) == {"total"}:
                return [tuple(code for code in printed)] if len(printed) == len(columns) - 1 else []
        return layouts if not printed or table != "proactive" else [c for c in layouts if set(printed) <= set(c)]

    def _order(self, printed: list[str], columns: tuple[str, ...]) -> list[tuple[str, ...]]:
        """The order of the values. A header on two levels prints 总计 before the columns under 法人或其他组织.

        Where that group is not printed, such a header may be on one level, in an order of its own: it is not guessed.
        """
        if printed != [columns[0], columns[-1], *columns[1:-1]] or len(columns) < 3:
            return [tuple(printed)]
        return [columns] if self.grouped else []

    def _is_open(self, table: str, row: str, count: int) -> bool:
        """A row of one value needs the header of its table before it: 行政许可12件 may stand in any sentence."""
        return count > 2 or table in self.signs or bool(self.columns.get(table))

    def _line_of_disputes(self, units: list[Unit], index: int) -> None:
        template = next(t for layout in load_templates() for t in layout.tables if t.code == "disputes")
        values = list(units[index].values)
        for following in units[index + 1 :]:
            if not following.values or following.row is not None:
                break
            values += following.values
        if "disputes" not in self.signs and not self.rows_named:
            return
        columns = [column.code for column in template.columns]
        rows = [row.code for row in template.rows]
        printed = self.columns.get("disputes", [])
        regular = all(printed[i : i + len(columns)] == columns for i in range(0, len(printed), len(columns)))
        if (
            len(values) == len(rows) * len(columns)
            and regular
            and list(dict.fromkeys(self.rows_named)) in (rows, rows[:1], [])
            and self._is_in_order(values, len(columns))
        ):
            for number, row in enumerate(rows):
                self._add("disputes", row, tuple(columns), values[number * len(columns) :][: len(columns)])

    def _is_in_order(self, values: list[Token], width: int) -> bool:
        """Whether no word parts the values and their lines are alike: a cell of several lines comes before its row."""
        first, last = values[0].start, values[-1].end
        if any(token.kind in {"words", "stop"} and first < token.start < last for token in self.tokens):
            return False
        lines = Counter(token.line for token in values)
        return len(lines) == 1 or set(lines.values()) in ({1}, {width})

    def _fill_blanks(self) -> None:
        """Blank fields count only where a full row with as many fields shows which fields hold the values."""
        for unit, columns in self.blanks:
            line = [token for token in self.tokens if token.line == unit.last_line and token.n_fields]
            frame = self.frames.get(line[0].n_fields) if line else None
            if frame is None or len(frame) != len(columns) or unit.row is None:
                continue
            by_field = {token.field: token for token in line if token.kind in {"value", "blank"}}
            values = [by_field[number] for number in frame if number in by_field]
            filled = [token for token in by_field.values() if token.kind == "value"]
            if len(values) == len(columns) and all(token in values for token in filled):
                self._add(*unit.row, tuple(columns), values)

    def _add(self, table: str, row: str, columns: tuple[str, ...], values: list[Token]) -> None:
        if not self.parts or any(key[:2] == (table, row) for key in self.parts[-1].cells):
            self.parts.append(self.found.fresh())  # it stands twice: another table of the same form
        for column, token in zip(columns, values, strict=True):
            money = self.units_of_money.get(column, "")
            self.parts[-1].add(table, row, column, [token.text], unit=money, span=(token.start, token.end))
