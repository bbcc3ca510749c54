"""Checks → a table to read: what fails, and what is explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from textmine.checks.values import show
from textmine.records import Check, CheckStatus

_SHOWN: Final[tuple[CheckStatus, ...]] = ("fail", "explained")


def render_checks(
    checks: Iterable[Check], *, titles: Mapping[str, str] | None = None, show_status: Sequence[CheckStatus] = _SHOWN
) -> str:
    """Return a Markdown table of the checks with these statuses, failing ones first, and a line of counts.

    Args:
        checks: from :func:`check_report` and :func:`check_years`.
        titles: report_id → what to call the report; the id itself where it is not given.
        show_status: which statuses to list.

    >>> check = Check("r1", "disputes.sum.review", "fail", 11.0, 0.0, "10 + 1 = 11；总计 0", "total 0")
    >>> print(render_checks([check], titles={"r1": "某区 2023"}))
    | report | check | status | left | right | explanation |
    |---|---|---|---:|---:|---|
    | 某区 2023 | disputes.sum.review | fail | 11 | 0 | 10 + 1 = 11；总计 0 |
    <BLANKLINE>
    1 fail
    <BLANKLINE>
    """
    listed = list(checks)
    rows = sorted((check for check in listed if check.status in show_status), key=lambda c: show_status.index(c.status))
    lines = ["| report | check | status | left | right | explanation |", "|---|---|---|---:|---:|---|"] if rows else []
    for check in rows:
        title = (titles or {}).get(check.report_id, check.report_id).replace("|", "\\|")
        cells = [title, check.check, check.status, show(check.left), show(check.right), check.explanation]
        lines.append(f"| {' | '.join(cells)} |")
    counts = Counter(check.status for check in listed)
    order: tuple[CheckStatus, ...] = ("fail", "explained", "pass", "not_assessable")
    total = ", ".join(f"{counts[status]} {status}" for status in order if counts[status])
    return "\n".join([*lines, *([""] if lines else []), total or "no checks", ""])
