"""Statutory tables → cells: found by row label and column header, in grids and in flattened text."""

from __future__ import annotations

from textmine.parse.tables.cells import TableCells
from textmine.parse.tables.grids import GridReader
from textmine.records import Cell, Layout, Table

__all__ = ["parse_cells"]


def parse_cells(tables: tuple[Table, ...], text: str = "", *, layout: Layout = "unknown") -> tuple[Cell, ...]:
    """Return the cells of all statutory tables of a report, each once."""
    found = TableCells(layout)
    reader = GridReader(found)
    for table in tables:
        reader.read(table.grid)
    return tuple(found.cells.values())
