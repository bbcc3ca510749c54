"""Everything in a report that can be computed is computed: sums, restated numbers, and one year against the next.

A check has a status: ``pass``, ``fail``, ``explained`` (does not add up, and exact arithmetic or a stated scope says
why) or ``not_assessable`` (a cell is lost or blank). Printed numbers are never repaired.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from textmine.checks.narrative import Reading, read_narrative
from textmine.checks.render import render_checks
from textmine.checks.restated import check_narrative
from textmine.checks.sums import SumRow, sum_rows
from textmine.checks.values import CellValues
from textmine.checks.years import YearRows, check_pairs, of_frames, of_reports, read_names
from textmine.parse.tables.cells import CellColumns
from textmine.records import Check, Report

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Reading",
    "YearRows",
    "check_columns",
    "check_report",
    "check_years",
    "read_names",
    "read_narrative",
    "render_checks",
]


def check_report(report: Report) -> tuple[Check, ...]:
    """Return every check within one report: sums of its tables, then the running text against the cells.

    Sums are given where the report has any cell of parts three and four, or a form that should have them.

    >>> from textmine.parse import parse_report
    >>> from textmine.read import read_bytes
    >>> text = "某县2022年政府信息公开工作年度报告\\n一、总体情况\\n我县未收到政府信息公开申请。\\n五、主要问题\\n无。"
    >>> [(c.check, c.status) for c in check_report(parse_report(read_bytes(text.encode(), "a.txt")))]
    [('narrative.received', 'not_assessable')]
    """
    sums, narrative = check_columns(report, CellColumns.of(report.cells))
    return (*(Check(report.report_id, *row) for row in sums), *narrative)


def check_columns(report: Report, cells: CellColumns) -> tuple[list[SumRow], list[Check]]:
    """Return the sums and the checks of the running text of a report whose cells are given as columns."""
    values = CellValues.of_columns(cells)
    formal = report.layout in {"2021", "2019"} or any(table in {"requests", "disputes"} for table, _, _ in cells.keys)
    return sum_rows(values) if formal else [], list(check_narrative(report, values, cells.starts))


def check_years(
    reports: Iterable[Report] | Mapping[str, pd.DataFrame], *, names: Mapping[str, str] | None = None
) -> tuple[Check, ...]:
    """Return the checks between consecutive years of each body; each stands with the later report.

    Args:
        reports: parsed reports, or the frames of :func:`textmine.mine` (``reports``, ``cells``, ``sections``).
        names: variant → name of a body, beyond the variants that are recognized (see :func:`read_names`).

    >>> check_years([])
    ()
    """
    found = of_frames(reports) if isinstance(reports, Mapping) else of_reports(reports)
    return tuple(check_pairs(found, names or {}))
