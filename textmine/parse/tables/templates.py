"""The statutory tables as data: rows and columns with their printed labels, one file a layout, unknown keys refused."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

from textmine.errors import TemplateError

Axis = Literal["rows", "header", "list"]

_FILES: Final = ("2021", "2019", "pre2019")
_KEYS: Final = {
    "layout": {"layout", "first_year", "last_year", "source", "inherits", "table"},
    "table": {"code", "axis", "vertical", "signs", "columns", "rows"},
    "column": {"code", "labels", "unit"},
    "row": {"code", "labels", "columns", "group", "under", "unit"},
}
_OPTIONAL: Final = {
    "layout": {"inherits"},
    "table": {"vertical"},
    "column": {"unit"},
    "row": {"columns", "group", "under", "unit"},
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``unit`` is the unit of its values where they are money."""

    code: str
    labels: tuple[str, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with the columns that it has; ``group`` where its label also heads other rows, ``under`` their head.

    ``unit`` is the unit of its values where they are money.
    """

    code: str
    labels: tuple[str, ...]
    columns: tuple[str, ...]
    group: bool = False
    under: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """One table of one layout.

    ``axis``: ``rows`` (labels at the left, columns above), ``header`` (rows and columns above one line of numbers) or
    ``list`` (one number a line). ``signs`` are other words of the table; ``vertical`` a label beside the rows.
    """

    layout: str
    code: str
    axis: Axis
    signs: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    vertical: str = ""

    def row(self, code: str) -> Row:
        """Return the row of this code."""
        return next(row for row in self.rows if row.code == code)

    def column(self, code: str) -> Column:
        """Return the column of this code."""
        return next(column for column in self.columns if column.code == code)


@dataclass(frozen=True, slots=True)
class LayoutTables:
    """The tables of one layout and the years in which it was in force."""

    layout: str
    first_year: int
    last_year: int
    source: str
    tables: tuple[Template, ...]

    def table(self, code: str) -> Template | None:
        """Return the table of this code, or ``None`` where the layout has none."""
        return next((table for table in self.tables if table.code == code), None)


@cache
def load_templates() -> tuple[LayoutTables, ...]:
    """Return the packaged layouts, newest first.

    Raises:
        TemplateError: a file is malformed; says which and where.

    >>> [(layout.layout, layout.first_year) for layout in load_templates()]
    [('2021', 2021), ('2019', 2019), ('pre2019', 2008)]
    """
    folder = Path(str(resources.files("textmine"))) / "data/tables"
    return read_templates(tuple(folder / f"{name}.toml" for name in _FILES))


def read_templates(paths: tuple[Path, ...]) -> tuple[LayoutTables, ...]:
    """Return the layouts in these files; a file may inherit the tables of one that comes before it."""
    layouts: list[LayoutTables] = []
    for path in paths:
        layouts.append(_layout(_load(path), path, layouts))
    return tuple(layouts)


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path}: {error}") from error


def _layout(data: dict[str, Any], path: Path, before: list[LayoutTables]) -> LayoutTables:
    _check(data, "layout", path)
    tables = [_table(entry, str(data["layout"]), path) for entry in data["table"]]
    if "inherits" in data:
        parent = next((layout for layout in before if layout.layout == data["inherits"]), None)
        if parent is None:
            raise TemplateError(f"{path}: inherits unknown layout {data['inherits']!r}")
        own = {table.code for table in tables}
        tables += [table for table in parent.tables if table.code not in own]
    if data["first_year"] > data["last_year"]:
        raise TemplateError(f"{path}: first_year is after last_year")
    return LayoutTables(data["layout"], data["first_year"], data["last_year"], data["source"], tuple(tables))


def _table(data: dict[str, Any], layout: str, path: Path) -> Template:
    _check(data, "table", path)
    columns = []
    for entry in data["columns"]:
        _check(entry, "column", path)
        columns.append(Column(entry["code"], tuple(entry["labels"]), entry.get("unit", "")))
    codes = tuple(column.code for column in columns)
    rows = []
    for entry in data["rows"]:
        _check(entry, "row", path)
        own = tuple(entry.get("columns", codes))
        if unknown := set(own) - set(codes):
            raise TemplateError(f"{path}: row {entry['code']!r} has unknown columns {sorted(unknown)}")
        more = {key: entry[key] for key in ("group", "under", "unit") if key in entry}
        rows.append(Row(entry["code"], tuple(entry["labels"]), own, **more))
    if data["axis"] not in {"rows", "header", "list"}:
        raise TemplateError(f"{path}: table {data['code']!r} has unknown axis {data['axis']!r}")
    signs, vertical = tuple(data["signs"]), data.get("vertical", "")
    return Template(layout, data["code"], data["axis"], signs, tuple(columns), tuple(rows), vertical)


def _check(data: dict[str, Any], kind: str, path: Path) -> None:
    unknown = set(data) - _KEYS[kind]
    missing = _KEYS[kind] - _OPTIONAL[kind] - set(data)
    if unknown or missing:
        name = data.get("code", data.get("layout", "?"))
        raise TemplateError(f"{path}: {kind} {name!r}: unknown keys {sorted(unknown)}, missing keys {sorted(missing)}")
