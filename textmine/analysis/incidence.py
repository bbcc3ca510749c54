"""Frames → counts of themes in each report: what prevalence, trends, comparisons and profiles are computed from.

One row a report, so that memory grows with reports times themes and every interval can be clustered by report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import numpy.typing as npt

from textmine.analysis.errors import GroupError, ThemeError, name_choices
from textmine.errors import FrameError
from textmine.frames import check_frame
from textmine.themes.codebook import Codebook, load_codebook

if TYPE_CHECKING:
    import pandas as pd

Frames = Mapping[str, "pd.DataFrame"]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Unit = Literal["reports", "statements"]
#: ``with_part``: reports in which statements were found; ``all``: also those without a problems part
Base = Literal["with_part", "all"]

#: a group of fewer reports is marked: below it the National Center for Health Statistics presents no proportion
#: (Parker et al. 2017, "National Center for Health Statistics Data Presentation Standards for Proportions")
SMALL: Final = 30
#: role that a caller may ask for -> the roles of statements that count for it
ROLES: Final[dict[str, tuple[str, ...]]] = {
    "problem": ("problem",),
    "measure": ("measure",),
    "any": ("problem", "measure"),
}


@dataclass(frozen=True, slots=True)
class ThemeCounts:
    """For each report how many statements carry each theme.

    Attributes:
        reports: the rows of the reports frame that are counted, in its order.
        themes: the codes, in the order of the codebook.
        roles: the roles asked for.
        hits: role -> reports × themes: statements of the role that carry the theme.
        statements: role -> reports: statements of the role.
        told: statement_id and report_id of all statements of any role, as the frames have them.
    """

    reports: pd.DataFrame
    themes: tuple[str, ...]
    roles: tuple[str, ...]
    hits: dict[str, Floats]
    statements: dict[str, Floats]
    told: pd.DataFrame

    def outcome(self, role: str, unit: Unit) -> tuple[Floats, Floats]:
        """Return the numerator (reports × themes) and the denominator (reports) of shares of ``unit``."""
        if unit == "reports":
            return (self.hits[role] > 0).astype(float), np.ones(len(self.reports))
        return self.hits[role], self.statements[role]


def count_by_report(
    frames: Frames,
    *,
    role: str | Sequence[str] = ("problem", "measure"),
    themes: Sequence[str] | Codebook | None = None,
    base: Base = "with_part",
) -> ThemeCounts:
    """Return the counts of themes in each report.

    Args:
        frames: ``reports``, ``statements`` and ``tags``.
        role: ``problem``, ``measure``, ``any`` (both, counted once), or several of them.
        themes: codes or a codebook; without them those of the packaged codebook, or, where the tags hold themes that it
            does not know, those of the tags.
        base: which reports are counted.

    Raises:
        FrameError: a frame or column is missing, or ``role`` or ``base`` is unknown.
        ThemeError: a theme is neither in the tags nor in the codebook.
        GroupError: there is no report.
    """
    check_frames(frames)
    roles = as_roles(role)
    codes = choose_themes(frames, themes)
    statements, tags = frames["statements"], frames["tags"]
    index = _report_index(frames["reports"])
    at = index.get_indexer(statements["report_id"])
    n_all, kept = len(index), at >= 0
    role_of = statements["role"].to_numpy(dtype=object)
    found = _tag_places(statements, tags, codes)
    hits, totals = {}, {}
    for name in roles:
        fits = kept & np.isin(role_of.astype(str), ROLES[name])
        totals[name] = np.bincount(at[fits], minlength=n_all).astype(float)
        rows, columns = found[0][fits[found[0]]], found[1][fits[found[0]]]
        flat = np.bincount(at[rows] * len(codes) + columns, minlength=n_all * len(codes))
        hits[name] = flat.reshape(n_all, len(codes)).astype(float)
    has_part = np.bincount(at[kept], minlength=n_all) > 0
    chosen = np.ones(n_all, dtype=bool) if _checked_base(base) == "all" else has_part
    reports = frames["reports"][chosen].reset_index(drop=True)
    if not len(reports):
        raise GroupError("there is no report to count" + (" that has statements" if base == "with_part" else ""))
    return ThemeCounts(
        reports,
        codes,
        roles,
        {key: value[chosen] for key, value in hits.items()},
        {key: value[chosen] for key, value in totals.items()},
        statements[["statement_id", "report_id"]],
    )


def _report_index(reports: pd.DataFrame) -> Any:
    import pandas as pd

    index = pd.Index(reports["report_id"])
    if not index.is_unique:
        twice = index[index.duplicated()][0]
        raise FrameError(f"the frame 'reports' holds the report {twice} more than once")
    return index


def _tag_places(statements: pd.DataFrame, tags: pd.DataFrame, codes: Sequence[str]) -> tuple[Ints, Ints]:
    """Rows of statements and numbers of themes, each pair once however many sources gave it."""
    import pandas as pd

    index = pd.Index(statements["statement_id"])
    if not index.is_unique:
        raise FrameError(f"the frame 'statements' holds {index[index.duplicated()][0]} more than once")
    rows = np.asarray(index.get_indexer(tags["statement_id"]), dtype=np.int64)
    columns = np.asarray(pd.Index(list(codes), dtype="string").get_indexer(tags["theme"]), dtype=np.int64)
    known = (rows >= 0) & (columns >= 0)
    pairs = np.unique(rows[known] * len(codes) + columns[known])
    return pairs // len(codes), pairs % len(codes)


def _checked_base(base: str) -> str:
    if base not in ("with_part", "all"):
        raise FrameError(f"unknown base {base!r}; there are with_part, all")
    return base


def check_frames(frames: Frames, names: Sequence[str] = ("reports", "statements", "tags")) -> None:
    """Refuse frames that lack what an analysis of themes needs.

    Raises:
        FrameError: says which frame or columns are missing.
    """
    needed = {
        "reports": ("report_id",),
        "statements": ("statement_id", "report_id", "role", "text"),
        "tags": ("statement_id", "theme"),
    }
    for name in names:
        if name not in frames:
            raise FrameError(f"the frame {name!r} is missing; there are {', '.join(map(str, frames)) or 'none'}")
        check_frame(name, frames[name], needed[name])


def as_roles(role: str | Sequence[str]) -> tuple[str, ...]:
    """Return the roles asked for.

    Raises:
        FrameError: an unknown role.

    >>> as_roles("any")
    ('any',)
    """
    roles = (role,) if isinstance(role, str) else tuple(role)
    for name in roles:
        if name not in ROLES:
            raise FrameError(f"unknown role {name!r}; there are {', '.join(ROLES)}")
    if not roles:
        raise FrameError(f"no role is given; there are {', '.join(ROLES)}")
    return tuple(dict.fromkeys(roles))


def check_unit(unit: str) -> None:
    """Refuse a unit that is neither reports nor statements.

    Raises:
        FrameError: says which there are.
    """
    if unit not in ("reports", "statements"):
        raise FrameError(f"unknown unit {unit!r}; there are reports, statements")


def choose_themes(frames: Frames, themes: Sequence[str] | Codebook | None = None) -> tuple[str, ...]:
    """Return the codes to report on: those asked for, those of the packaged codebook, or those of the tags.

    Raises:
        ThemeError: one of ``themes`` is neither in the tags nor in the codebook.
    """
    if isinstance(themes, Codebook):
        return tuple(theme.code for theme in themes.themes)
    tagged = [str(code) for code in sorted(frames["tags"]["theme"].dropna().unique())]
    packaged = [theme.code for theme in load_codebook().themes]
    if themes is None:
        own = [code for code in tagged if code not in packaged]
        return tuple([code for code in packaged if code in tagged] + own if own else packaged)
    asked = (themes,) if isinstance(themes, str) else tuple(themes)
    for code in asked:
        if code not in packaged and code not in tagged:
            known = list(dict.fromkeys([*packaged, *tagged]))
            raise ThemeError(f"unknown theme {code!r}; {name_choices(code, known, most=30)}")
    if not asked:
        raise ThemeError("no theme is given")
    return tuple(dict.fromkeys(asked))


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups of reports: ``codes`` has for each report its group or −1, ``keys`` has a row a group, in order."""

    by: tuple[str, ...]
    codes: Ints
    keys: pd.DataFrame

    def __len__(self) -> int:
        return len(self.keys)

    def rows(self) -> list[Ints]:
        """Return, for each group, the numbers of its reports."""
        ends = np.cumsum(np.bincount(self.codes + 1, minlength=len(self) + 1))[:-1]
        return [np.asarray(part) for part in np.split(np.argsort(self.codes, kind="stable"), ends)[1:]]


def group_reports(reports: pd.DataFrame, by: str | Sequence[str] = (), chosen: Bools | None = None) -> Groups:
    """Return the groups of reports by columns of the reports frame; a missing value is a group of its own.

    Reports that are not ``chosen`` have the code −1.

    Raises:
        FrameError: no such column.

    >>> import pandas as pd
    >>> group_reports(pd.DataFrame({"report_id": ["a", "b", "c"], "year": [2022, 2021, 2022]}), "year").codes.tolist()
    [1, 0, 1]
    """
    import pandas as pd

    columns = as_columns(reports, by)
    if chosen is not None and not chosen.all():
        part = group_reports(reports[chosen].reset_index(drop=True), by)
        codes = np.full(len(reports), -1, dtype=np.int64)
        codes[chosen] = part.codes
        return Groups(part.by, codes, part.keys)
    if not columns:
        return Groups((), np.zeros(len(reports), dtype=np.int64), pd.DataFrame(index=range(1)))
    grouped = reports.groupby(list(columns), dropna=False, sort=True)
    codes = grouped.ngroup().to_numpy(dtype=np.int64)
    first = pd.Series(np.arange(len(reports))).groupby(codes).first().to_numpy()
    return Groups(columns, codes, reports[list(columns)].iloc[first].reset_index(drop=True))


def as_columns(reports: pd.DataFrame, by: str | Sequence[str]) -> tuple[str, ...]:
    """Return the grouping columns, or say which there are.

    Raises:
        FrameError: no such column.
    """
    columns = (by,) if isinstance(by, str) else tuple(by)
    for column in columns:
        if column not in reports.columns:
            raise FrameError(f"the reports have no column {column!r}; {name_choices(column, reports.columns, most=30)}")
    return tuple(dict.fromkeys(columns))


def filter_reports(frames: Frames, where: Mapping[str, Any] | None) -> dict[str, pd.DataFrame]:
    """Return the frames of the reports whose columns have the values of ``where`` (a value or a list of values).

    Raises:
        FrameError: no such column.
        GroupError: no report fits.
    """
    if not where:
        return dict(frames)
    chosen = frames["reports"][choose_reports(frames["reports"], where)].reset_index(drop=True)
    ids = set(chosen["report_id"])
    narrowed = dict(frames) | {"reports": chosen}
    for name in ("statements", "tags", "sections", "cells", "checks"):
        if name in frames and "report_id" in frames[name].columns:
            narrowed[name] = frames[name][frames[name]["report_id"].isin(ids)].reset_index(drop=True)
    return narrowed


def choose_reports(reports: pd.DataFrame, where: Mapping[str, Any] | None) -> Bools:
    """Return which reports have the values of ``where`` (a value or a list of values); all without it.

    Raises:
        FrameError: no such column.
        GroupError: no report fits.
    """
    fits = np.ones(len(reports), dtype=bool)
    as_columns(reports, tuple(where or ()))
    for column, wanted in (where or {}).items():
        fits &= match_values(reports[column], wanted)
    if where and not fits.any():
        raise GroupError(f"no report has {tell_where(where)}")
    return fits


def tell_where(where: Mapping[str, Any]) -> str:
    """Return conditions in words.

    >>> tell_where({"level": ["county", "township"], "year": 2021})
    'level = county or township and year = 2021'
    """
    listed = {name: list(v) if isinstance(v, list | tuple | set | frozenset) else [v] for name, v in where.items()}
    return " and ".join(
        f"{n} = {' or '.join('(missing)' if v is None else str(v) for v in values)}" for n, values in listed.items()
    )


def match_values(column: pd.Series[Any], wanted: Any) -> npt.NDArray[np.bool_]:
    """Return where a column has a value, or one of several; ``None`` and ``<NA>`` stand for missing.

    Values are compared as text where their types differ, so that "2021" of a command line finds the year 2021.
    """
    import pandas as pd

    listed = list(wanted) if isinstance(wanted, list | tuple | set | frozenset) else [wanted]
    fits = np.zeros(len(column), dtype=bool)
    if any(pd.isna(value) for value in listed):
        fits |= column.isna().to_numpy(dtype=bool)
    texts = {str(value) for value in listed if not pd.isna(value)}
    fits |= column.astype("string").isin(texts).to_numpy(dtype=bool)
    return fits


def find_group(reports: pd.DataFrame, column: str, value: Any) -> npt.NDArray[np.bool_]:
    """Return which reports have ``value`` in ``column``.

    Raises:
        FrameError: no such column.
        GroupError: no report has it; says which values there are.
    """
    as_columns(reports, column)
    fits = match_values(reports[column], value)
    if not fits.any():
        there = reports[column].dropna().unique()
        raise GroupError(f"no report has {column} = {value}; {name_choices(value, sorted(map(str, there)))}")
    return fits


def cluster_codes(reports: pd.DataFrame, cluster: str) -> Ints:
    """Return numbers of the clusters, from 0; a report without a value is a cluster of its own.

    Raises:
        FrameError: no such column.
    """
    import pandas as pd

    as_columns(reports, cluster)
    codes = np.asarray(pd.factorize(reports[cluster])[0], dtype=np.int64)
    alone = codes < 0
    codes[alone] = codes.max(initial=-1) + 1 + np.arange(alone.sum())
    return codes


def tidy(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return a result frame with nullable types; not-a-number becomes missing."""
    import pandas as pd

    types = {"i": "Int64", "u": "Int64", "f": "Float64", "b": "boolean", "O": "string", "U": "string", "T": "string"}
    frame = pd.DataFrame({name: list(v) if isinstance(v, tuple) else v for name, v in columns.items()})
    for name in frame.columns:
        column = frame[name]
        if not isinstance(column.dtype, np.dtype):
            frame[name] = column.astype("string") if str(column.dtype) == "str" else column
            continue
        kind = types.get(column.dtype.kind)
        if kind == "Float64":
            frame[name] = pd.array(column.where(column.notna(), None), dtype="Float64")
        elif kind is not None:
            frame[name] = column.astype(kind)
    return frame
