"""Content → an Excel workbook: a sheet a table, typed columns, filters, links from figures to their statements."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from textmine.errors import MissingExtraError
from textmine.summary.content import ROLES, Cell, Column, Evidence, SummaryContent, Table, find_statements
from textmine.summary.figures import plain
from textmine.summary.words import Words, load_words

if TYPE_CHECKING:
    import pandas as pd

#: rows of a sheet, less its head (Excel's own limit is 1,048,576)
_MOST_ROWS: Final = 1_048_000
#: links of a sheet (Excel's own limit is 65,530)
_MOST_LINKS: Final = 65_000
#: statements on a pair of themes that are written out; of more the number stands without its link, since the same
#: statements are in the blocks of both themes and a large corpus would be written many times over
_MOST_PAIR: Final = 2_000
_FORMATS: Final = {
    "count": "#,##0",
    "share": "0.0%",
    "number": "#,##0.00",
    "interval": "0.0%",
    "range": "#,##0.00",
    "p": "0.0000",
    "year": "0",
}
#: characters that XML cannot hold
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff￾￿]")
_NAME: Final = re.compile(r"[\[\]:*?/\\']")


def render_excel(content: SummaryContent) -> bytes:
    """Return the summary as an Excel workbook (.xlsx). The same content gives the same bytes.

    Raises:
        MissingExtraError: XlsxWriter is not installed.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise MissingExtraError("XlsxWriter", "excel", "an Excel workbook") from error
    buffer = io.BytesIO()
    options = {"in_memory": True, "constant_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"title": content.title, "created": datetime(2000, 1, 1, tzinfo=UTC)})
    writer = _Writer(book, content, load_words(content.lang))
    writer.write()
    book.close()
    return buffer.getvalue()


@dataclass(slots=True)
class _Writer:
    book: Any
    content: SummaryContent
    words: Words
    names: set[str] = field(default_factory=set)
    formats: dict[tuple[str, bool, bool], Any] = field(default_factory=dict)

    def write(self) -> None:
        overview = self._sheet(self.words("ui", "overview"))
        tables = [table for section in self.content.sections for table in (*section.tables, *section.data)]
        sheets = [(table, self._sheet(self._name_of(table))) for table in tables]
        quotes = self._sheet(self.words("ui", "quotes"))
        statements = self._sheet(self.words("ui", "statements"))
        behind = _Behind(self.content, tables)
        places = self._write_evidence(behind)
        self._write_overview(overview, [(table.title, sheet.get_name()) for table, sheet in sheets])
        for table, sheet in sheets:
            self._write_table(sheet, table, places)
        self._write_quotes(quotes)
        self._write_frame(statements, self.content.statements)

    def _name_of(self, table: Table) -> str:
        """A short name for the sheet of a table: what it counts, by what, in which role."""
        named, groupings = self.words.texts["sheets"], self.content.groupings
        for column, label in groupings.items():
            for before, after in (("", "_problem"), ("", "_measure"), ("by_", ""), ("differences_", "")):
                if table.key == f"{before}{column}{after}":
                    return f"{label} {named[(before + after).strip('_')]}"
        return named.get(table.key, table.title)

    def _sheet(self, title: str) -> Any:
        """A sheet under a name that Excel allows and that no other bears."""
        base = _NAME.sub(" ", title).strip()[:28] or "sheet"
        name, n = base, 2
        while name.lower() in self.names:
            name, n = f"{base[:26]} {n}", n + 1
        self.names.add(name.lower())
        return self.book.add_worksheet(name)

    def _format(self, kind: str, *, link: bool = False, small: bool = False) -> Any:
        key = (kind, link, small)
        if key not in self.formats:
            look: dict[str, Any] = {"valign": "top", "font_name": "Microsoft YaHei", "font_size": 10}
            if kind in _FORMATS:
                look |= {"num_format": _FORMATS[kind], "align": "right"}
            if kind == "head":
                look |= {"bold": True, "bottom": 1, "text_wrap": True, "bg_color": "#F5F2EA"}
            if kind == "title":
                look |= {"bold": True, "font_size": 16}
            if kind == "subtitle":
                look |= {"bold": True, "font_size": 12}
            if kind in ("wrap", "text"):
                look |= {"text_wrap": kind == "wrap"}
            if link:
                look |= {"font_color": "#17527A", "underline": 1}
            if small:
                look |= {"italic": True} | ({} if link else {"font_color": "#777777"})
            self.formats[key] = self.book.add_format(look)
        return self.formats[key]

    def _write_overview(self, sheet: Any, listed: list[tuple[str, str]]) -> None:
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, 100)
        sheet.hide_gridlines(2)
        self._text(sheet, 0, 0, self.content.title, "title")
        self._text(sheet, 1, 0, self.content.subtitle, "text")
        row = 3
        for label, cell, kind in self.content.facts:
            self._text(sheet, row, 0, label, "text")
            self._value(sheet, row, 1, cell.value, kind)
            row += 1
        for section in self.content.sections:
            if section.sentences:
                row += 1
                self._text(sheet, row, 0, section.title, "subtitle")
                row += 1
            if section.intro:
                self._text(sheet, row, 1, section.intro, "wrap")
                row += 1
            for sentence in section.sentences:
                self._text(sheet, row, 1, sentence.text, "wrap")
                row += 1
        row += 1
        self._text(sheet, row, 0, self.words("ui", "contents"), "subtitle")
        for title, name in listed:
            row += 1
            sheet.write_url(row, 1, f"internal:'{name}'!A1", self._format("text", link=True), _clean(title))

    def _write_table(self, sheet: Any, table: Table, places: Mapping[str, str]) -> None:
        columns = list(_spread(table.columns, self.words))
        for at, (column, label) in enumerate(columns):
            self._text(sheet, 0, at, label, "head")
            sheet.set_column(at, at, _width(column, label))
        links = 0
        for r, row in enumerate(table.rows, 1):
            at = 0
            for cell, column in zip(row, table.columns, strict=True):
                place = places.get(cell.evidence.query) if cell.evidence is not None else None
                place = place if links < _MOST_LINKS else None
                links += place is not None
                at = self._write_cell(sheet, r, at, cell, column, place)
        self._finish(sheet, len(table.rows), len(columns))
        if table.note:
            self._text(sheet, len(table.rows) + 2, 0, table.note, "text")

    def _write_cell(self, sheet: Any, row: int, at: int, cell: Cell, column: Column, place: str | None) -> int:
        if column.kind in ("interval", "range"):
            bounds = cell.value if isinstance(cell.value, tuple) else (None, None)
            for k, value in enumerate(bounds):
                self._value(sheet, row, at + k, value, column.kind, small=bool(cell.mark))
            return at + 2
        self._value(sheet, row, at, cell.value, column.kind, small=bool(cell.mark), place=place)
        return at + 1

    def _value(
        self, sheet: Any, row: int, at: int, value: Any, kind: str, *, small: bool = False, place: str | None = None
    ) -> None:
        look = self._format(kind, link=place is not None, small=small)
        if place is not None:
            sheet.write_url(row, at, place, look, "x")  # the value is written over it; the link stays
        if value is None:
            sheet.write_blank(row, at, None, look)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            sheet.write_number(row, at, value, look)
        else:
            sheet.write_string(row, at, _clean(str(value)), look)

    def _text(self, sheet: Any, row: int, at: int, text: str, kind: str) -> None:
        sheet.write_string(row, at, _clean(text), self._format(kind))

    def _finish(self, sheet: Any, n_rows: int, n_columns: int) -> None:
        sheet.freeze_panes(1, 0)
        if n_rows:
            sheet.autofilter(0, 0, n_rows, n_columns - 1)

    def _write_quotes(self, sheet: Any) -> None:
        head = [
            ("title", 26),
            ("text", 70),
            ("source", 30),
            ("file", 30),
            ("start", 9),
            ("end", 9),
            ("statement_id", 24),
        ]
        self._head(sheet, [(self.words.label(key), width) for key, width in head])
        row = 0
        for section in self.content.sections:
            for group in section.quotes:
                for quote in group.quotes:
                    row += 1
                    values = [
                        group.title,
                        quote.text,
                        quote.source,
                        quote.path,
                        quote.start,
                        quote.end,
                        quote.statement_id,
                    ]
                    for at, value in enumerate(values):
                        self._value(sheet, row, at, value, "wrap" if at == 1 else "text")
        self._finish(sheet, row, len(head))

    def _head(self, sheet: Any, columns: list[tuple[str, int]]) -> None:
        for at, (label, width) in enumerate(columns):
            self._text(sheet, 0, at, label, "head")
            sheet.set_column(at, at, width)

    def _columns(self, frame: pd.DataFrame) -> list[str]:
        return [name for name in frame.columns if name not in ("report_id",)]

    def _write_frame(self, sheet: Any, frame: pd.DataFrame, *, first: int = 0) -> int:
        """Statements with their themes by name; returns the last row."""
        wide = {"text": 70, "themes": 26, "agency": 26, "path": 30, "statement_id": 24}
        columns = self._columns(frame)
        if first == 0:
            self._head(sheet, [(self.words.label(name), wide.get(name, 10)) for name in columns])
        rows = frame[columns].head(_MOST_ROWS - first)
        self._write_rows(sheet, first + 1, rows)
        if first == 0:
            self._finish(sheet, len(rows), len(columns))
        return first + len(rows)

    def _write_rows(self, sheet: Any, first: int, rows: pd.DataFrame, *, at: int = 0) -> None:
        """Statements, a row each, column by column prepared: a large corpus has a million cells."""
        text, number = self._format("text"), self._format("year")
        wrap = self._format("wrap")
        prepared = []
        for name in rows.columns:
            known: dict[Any, Any] = {}
            values = rows[name].tolist()
            for value in dict.fromkeys(values):
                shown = self._shown(name, value)
                known[value] = _clean(shown) if isinstance(shown, str) else shown
            prepared.append((wrap if name == "text" else text, [known[value] for value in values]))
        write_string, write_number = sheet.write_string, sheet.write_number
        for row in range(len(rows)):
            for column, (look, values) in enumerate(prepared, at):
                value = values[row]
                if isinstance(value, str):
                    write_string(first + row, column, value, look)
                elif value is not None:
                    write_number(first + row, column, value, number)

    def _shown(self, name: str, value: Any) -> Any:
        if name == "themes":
            return self.words.join([self.content.themes.get(code, code) for code in value])
        value = plain(value)
        if name == "role":
            return self.words.label(value)
        if value is not None and name in self.content.groupings and name != "year":
            return self.words.value(name, value)
        return value

    def _write_evidence(self, behind: _Behind) -> dict[str, str]:
        """One sheet of statements, block by block; returns query → link to the block."""
        places: dict[str, str] = {}
        sheet, row = self._sheet(self.words("ui", "evidence_sheet")), 0
        name = sheet.get_name()
        frame = self.content.statements
        columns = [column for column in self._columns(frame) if column not in ("themes", "role")]
        wide = {"text": 70, "agency": 26, "path": 30, "statement_id": 24}
        head = [(self.words.label("theme"), 14), (self.words.label("role"), 8)]
        self._head(sheet, [*head, *((self.words.label(column), wide.get(column, 10)) for column in columns)])
        last = len(columns) + 1
        for evidence, spans, rows in behind.blocks():
            if row + len(rows) > _MOST_ROWS:
                break
            label = self.content.themes.get(evidence.theme or "", evidence.theme or "")
            if evidence.with_theme:
                label += f" + {self.content.themes.get(evidence.with_theme, evidence.with_theme)}"
            for query, (start, end) in spans.items():
                places[query] = f"internal:'{name}'!A{row + start + 2}:{_letter(last)}{row + end + 1}"
            named = rows[["role", *columns]]
            named.insert(0, "label", label)
            self._write_rows(sheet, row + 1, named)
            row += len(named)
        self._finish(sheet, row, last + 1)
        return places


class _Behind:
    """The statements behind all figures, in blocks: those of a theme by role and year share one."""

    def __init__(self, content: SummaryContent, tables: list[Table]) -> None:
        self.content = content
        self.groups: dict[tuple[str, str], dict[Any, pd.DataFrame]] = {}
        found = (cell.evidence for table in tables for row in table.rows for cell in row)
        self.asked = {evidence.query: evidence for evidence in found if evidence is not None and evidence.theme}

    def blocks(self) -> Iterator[tuple[Evidence, dict[str, tuple[int, int]], pd.DataFrame]]:
        """Give evidence, query → (first row, row after the last) within the block, and the rows of the block."""
        done: set[str] = set()
        for theme in self.content.themes:
            whole = find_statements(self.content, Evidence(theme=theme, role="any"))
            if whole.empty:
                continue
            rank = (whole["role"] != "problem").astype(int)
            rows = whole.assign(rank=rank).sort_values(["rank", "year"], kind="stable", na_position="last")
            spans = self._spans(theme, rows)
            done |= spans.keys()
            yield Evidence(theme=theme, role="any"), {q: s for q, s in spans.items() if q in self.asked}, rows
        for query, evidence in self.asked.items():
            if query not in done and len(rows := self._find(evidence)):
                if evidence.with_theme and len(rows) > _MOST_PAIR:
                    continue
                yield evidence, {query: (0, len(rows))}, rows

    def _find(self, evidence: Evidence) -> pd.DataFrame:
        """The statements behind a figure; those of one column looked up in groups that are made once."""
        if evidence.with_theme or evidence.role not in ROLES or len(evidence.where) != 1:
            return find_statements(self.content, evidence)
        ((column, value),) = evidence.where
        key = (str(evidence.theme), column)
        if key not in self.groups:
            whole = find_statements(self.content, Evidence(theme=evidence.theme))
            named = [whole["role"].astype(str), whole[column].astype("string").fillna("").astype(str)]
            self.groups[key] = {found: rows for found, rows in whole.groupby(named)}
        return self.groups[key].get((evidence.role, value), self.content.statements.head(0))

    def _spans(self, theme: str, rows: pd.DataFrame) -> dict[str, tuple[int, int]]:
        spans = {Evidence(theme=theme, role="any").query: (0, len(rows))}
        at = 0
        for (rank, year), block in rows.groupby(["rank", "year"], dropna=False, sort=True):
            role = "measure" if rank else "problem"
            value = plain(year)
            where = (("year", "" if value is None else str(int(value))),)
            spans[Evidence(theme=theme, role=role, where=where).query] = (at, at + len(block))
            whole = Evidence(theme=theme, role=role).query
            spans[whole] = (spans.get(whole, (at, 0))[0], at + len(block))
            at += len(block)
        return spans


def _spread(columns: tuple[Column, ...], words: Words) -> Iterator[tuple[Column, str]]:
    """Intervals take two columns."""
    for column in columns:
        if column.kind in ("interval", "range"):
            yield column, f"{column.label} {words.label('low')}"
            yield column, f"{column.label} {words.label('high')}"
        else:
            yield column, column.label


def _width(column: Column, label: str) -> float:
    if column.key in ("explanation", "detail"):
        return 60
    if column.key in ("path", "value"):
        return 36
    return max(9, min(24, 2.1 * len(label)))


def _letter(column: int) -> str:
    return chr(ord("A") + column) if column < 26 else f"A{chr(ord('A') + column - 26)}"


def _clean(text: str) -> str:
    """Text that a cell can hold: no control characters, 32,767 characters at the most."""
    return _CONTROL.sub("�", text)[:32767]
