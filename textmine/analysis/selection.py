"""Which statements an analysis of words looks at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textmine.analysis.errors import GroupError
from textmine.analysis.incidence import ROLES, Frames, as_roles, check_frames, choose_themes, filter_reports, tell_where

if TYPE_CHECKING:
    import pandas as pd


def select_statements(
    frames: Frames, *, theme: str | None = None, role: str = "any", where: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """Return the statements of a role, theme and reports: the columns of the statements frame.

    Raises:
        FrameError, ThemeError: what is missing or unknown.
        GroupError: there are none.

    >>> from textmine.analysis.demo import make_frames
    >>> select_statements(make_frames(5), theme="training", role="problem")["role"].unique().tolist()
    ['problem']
    """
    check_frames(frames)
    chosen = filter_reports(frames, where)
    rows = chosen["statements"]
    (role,) = as_roles(role)
    rows = rows[rows["role"].isin(ROLES[role]) & rows["report_id"].isin(set(chosen["reports"]["report_id"]))]
    if theme is not None:
        choose_themes(frames, [theme])
        tags = chosen["tags"]
        rows = rows[rows["statement_id"].isin(set(tags.loc[tags["theme"] == theme, "statement_id"]))]
    if not len(rows):
        told = [f"the role {role}"] + ([f"the theme {theme}"] if theme else [])
        told += [tell_where(where)] if where else []
        raise GroupError(f"there are no statements with {' and '.join(told)}")
    return rows.reset_index(drop=True)
