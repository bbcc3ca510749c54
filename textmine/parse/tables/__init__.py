"""Statutory tables → cells: found by row label and column header, in grids and in flattened text."""

from __future__ import annotations

from textmine.parse.tables.cells import CellColumns, TableCells
from textmine.parse.tables.forms import read_form
from textmine.parse.tables.grids import GridReader
from textmine.records import Cell, Layout, Table

__all__ = ["CellColumns", "parse_cell_columns", "parse_cells"]


def parse_cells(tables: tuple[Table, ...], text: str = "", *, layout: Layout = "unknown") -> tuple[Cell, ...]:
    """Return the cells of all statutory tables of a report, each once.

    A row or column whose label is not recognized gives no cell; a blank cell has ``value`` missing. Where a table
    has a second reading (the text layer under its grid) that gives another number, the cell says so in its ``note``.

    Args:
        tables: the grids of the report.
        text: ``Report.text``; cells of flattened tables have offsets into it.
        layout: decides the columns of a row whose header is lost.

    >>> cells = parse_cells((), "信息内容 本年处理决定数量\\n行政处罚 4119", layout="2021")
    >>> cells[0].row, cells[0].value, cells[0].start
    ('punishment', 4119.0, 19)
    """
    return parse_cell_columns(tables, text, layout=layout).cells()


def parse_cell_columns(tables: tuple[Table, ...], text: str = "", *, layout: Layout = "unknown") -> CellColumns:
    """Return the cells of :func:`parse_cells` as columns."""
    form = read_form(text, layout)
    if not tables and form.is_plain:
        return form.columns()
    found = TableCells(layout)
    reader = GridReader(found)
    for table in tables:
        reader.read(table.grid)
    for table in tables:
        second = TableCells(layout)
        read_form(table.grid.text, layout).add_to(second)
        found.compare(second.cells.values(), name="文字层")
    form.add_to(found)
    return CellColumns.of(found.cells.values())
