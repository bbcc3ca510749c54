"""Which statements stand behind a figure?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from textmine.analysis.incidence import ROLES, Frames, as_roles, check_frames, choose_themes, filter_reports

if TYPE_CHECKING:
    import pandas as pd

_TOLD: Final = ("report_id", "agency", "year", "path")


def find_evidence(
    frames: Frames,
    row: Mapping[str, Any] | None = None,
    *,
    theme: str | None = None,
    role: str = "any",
    where: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Return the statements that are counted in a row of a result, or that carry a theme in some reports.

    Args:
        frames: those that the result was computed from.
        row: a row of a result frame (``result.iloc[0]``): its theme, role and columns of the reports frame are taken.
        theme, role, where: the same in words, instead of a row; ``where`` maps columns of the reports frame to values.

    Returns:
        statement_id, report_id, agency, year, path (where the reports frame has them), role, start, end, text.

    Raises:
        FrameError, ThemeError, GroupError: what is missing, unknown or empty.

    >>> from textmine.analysis.demo import make_frames
    >>> from textmine.analysis.shares import prevalence
    >>> frames = make_frames(30)
    >>> row = prevalence(frames, "year", unit="statements", role="measure").iloc[0]
    >>> len(find_evidence(frames, row)) - row["count"]
    np.int64(0)
    """
    check_frames(frames)
    if row is not None:
        theme, role = row.get("theme", theme), row.get("role", role)
        own = [name for name in list(row.keys()) if name in frames["reports"].columns and name not in ("theme", "role")]
        where = dict(where or {}) | {name: row[name] for name in own}
    (role,) = as_roles(role)
    chosen = filter_reports(frames, where)
    statements = chosen["statements"]
    has_role = statements["role"].isin(ROLES[role]).to_numpy(dtype=bool)
    fits = has_role & statements["report_id"].isin(set(chosen["reports"]["report_id"])).to_numpy(dtype=bool)
    if theme is not None:
        choose_themes(frames, [theme])
        tagged = chosen["tags"].loc[chosen["tags"]["theme"] == theme, "statement_id"]
        fits = fits & statements["statement_id"].isin(set(tagged)).to_numpy(dtype=bool)
    return tell_place(frames, statements[fits])


def tell_place(frames: Frames, statements: pd.DataFrame) -> pd.DataFrame:
    """Return statements with the body, year and file of their report."""
    columns = [name for name in _TOLD if name in frames["reports"].columns]
    own = ["statement_id", "report_id", "role", "start", "end", "text"]
    kept = statements[[name for name in own if name in statements.columns]]
    joined = kept.merge(frames["reports"][columns], on="report_id", how="left")
    order = ["statement_id", *columns, *[name for name in own if name not in ("statement_id", "report_id")]]
    return joined[[name for name in order if name in joined.columns]]


def count_distinct(values: Any) -> int:
    """Return how many different values there are."""
    return len(np.unique(np.asarray(values, dtype=str)))
