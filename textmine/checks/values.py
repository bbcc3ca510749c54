"""The cells of a report, looked up and added up for the checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from textmine.parse.tables.cells import CellColumns
from textmine.records import Cell

Key = tuple[str, str, str]

#: outcome rows of part three in the order of the form; ``closed`` stands for the last three where it is one row
OUTCOMES: Final = (
    "granted",
    "partial",
    "denied_state_secret",
    "denied_by_law",
    "denied_stability",
    "denied_third_party",
    "denied_internal",
    "denied_process",
    "denied_enforcement_file",
    "denied_administrative_query",
    "unable_not_held",
    "unable_must_create",
    "unable_unclear",
    "declined_petition",
    "declined_repeat",
    "declined_publication",
    "declined_excessive",
    "declined_confirmation",
    "closed_no_correction",
    "closed_no_payment",
    "closed_other",
)
APPLICANTS: Final = ("natural_person", "business", "research", "nonprofit", "legal_service", "other_org")
RESULTS: Final = ("upheld", "corrected", "other", "pending")
COURSES: Final = ("review", "litigation_direct", "litigation_after_review")


@dataclass(frozen=True)
class CellValues:
    """Values by (table, row, column); a lost cell is absent, a blank one ``None``."""

    values: Mapping[Key, float | None]
    notes: Mapping[Key, str]

    @classmethod
    def of(cls, cells: Iterable[Cell]) -> CellValues:
        """Return the values of these cells."""
        return cls.of_columns(CellColumns.of(cells))

    @classmethod
    def of_columns(cls, cells: CellColumns) -> CellValues:
        """Return the values of these cells."""
        return cls(dict(zip(cells.keys, cells.values, strict=True)), dict(zip(cells.keys, cells.notes, strict=True)))

    def get(self, table: str, row: str, column: str) -> float | None:
        """Return a value; ``None`` where the cell is lost or blank."""
        return self.values.get((table, row, column))

    def add(self, keys: Iterable[Key]) -> float | None:
        """Return the sum of these cells; ``None`` where one is lost or blank."""
        found = [self.values.get(key) for key in keys]
        known = [value for value in found if value is not None]
        return sum(known) if found and len(known) == len(found) else None

    def has_row(self, table: str, row: str) -> bool:
        """Whether any cell of a row was found."""
        return (table, row) in self._rows

    @cached_property
    def _rows(self) -> set[tuple[str, str]]:
        return {(table, row) for table, row, _ in self.values}

    def outcome_rows(self) -> tuple[str, ...]:
        """The outcome rows of this form: the last three as one where only 其他处理 is printed."""
        return self._outcome_rows

    @cached_property
    def _outcome_rows(self) -> tuple[str, ...]:
        single = self.has_row("requests", "closed") and not any(self.has_row("requests", row) for row in OUTCOMES[-3:])
        return (*OUTCOMES[:-3], "closed") if single else OUTCOMES

    def rows_like(self, pattern: str) -> tuple[str, ...]:
        """The outcome rows that a pattern names: ``denied_`` all that begin so, another name that row."""
        if not pattern.endswith("_"):
            return (pattern,)
        return tuple(row for row in self.outcome_rows() if row.startswith(pattern) or row == pattern.rstrip("_"))


def show(value: float | None) -> str:
    """Return a number as it is written in an explanation.

    >>> show(11.0), show(7730.28), show(None)
    ('11', '7730.28', '缺')
    """
    if value is None:
        return "缺"
    return str(int(value)) if value == int(value) else f"{value:g}" if abs(value) < 1e6 else str(value)
