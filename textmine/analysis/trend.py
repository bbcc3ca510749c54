"""Which themes rise or fall over the years, and is there a year in which they jump?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from textmine.analysis.changepoint import ChangePoint, find_change
from textmine.analysis.errors import GroupError
from textmine.analysis.incidence import (
    SMALL,
    Base,
    Floats,
    Frames,
    Ints,
    Unit,
    as_columns,
    check_unit,
    choose_reports,
    count_by_report,
    group_reports,
    tidy,
)
from textmine.analysis.intervals import LEVEL, adjust_p
from textmine.analysis.outcomes import Outcomes, measure_outcomes
from textmine.errors import FrameError
from textmine.themes.codebook import Codebook

if TYPE_CHECKING:
    import pandas as pd

#: years with fewer reports are left out of the search for a change
_FEW: Final = 5


def trends(
    frames: Frames,
    by: str | Sequence[str] = (),
    *,
    time: str = "year",
    where: Mapping[str, Any] | None = None,
    unit: Unit = "reports",
    role: str | Sequence[str] = ("problem", "measure"),
    themes: Sequence[str] | Codebook | None = None,
    base: Base = "with_part",
    cluster: str = "report_id",
    codes: pd.DataFrame | None = None,
    sample: pd.DataFrame | None = None,
    level: float = LEVEL,
    small: int = SMALL,
    seed: int = 0,
    progress: bool = False,
) -> pd.DataFrame:
    """Return, for each theme, how its share changes with the years.

    The change is the slope of a linear regression of the share on the year over all reports. A change point is a jump
    against that straight trend, named only where its interval, widened for having looked at every year, leaves out 0.
    For the shares of each year ask :func:`~textmine.analysis.shares.prevalence` with ``by="year"``.

    Args:
        time: a whole-number column of the reports frame.
        seed: of the simulation that widens the interval of the change point.
        progress: show a progress bar.
        frames, by, where, unit, role, themes, base, cluster, codes, sample, level, small: as for ``prevalence``.

    Returns:
        A row for each group, theme and role: the ``by`` columns, theme, role, unit, first, last (year), n_years, count,
        n, n_reports, estimate, low, high (change of the share in a year; 0.01 is one percentage point), p, q (false
        discoveries controlled over all rows), raw (the slope of the machine's shares), direction (``rising`` or
        ``falling`` where q is below 1 − ``level``, else ``unclear``), change_year (first year after a jump),
        change_from, change_to (interval of that year), change, change_low, change_high (its height; missing where none
        is named), change_p, change_q (of the largest jump, named or not; false discoveries controlled over all rows),
        method, small. A group with one year only has no estimate.

    Raises:
        FrameError, ThemeError, GroupError, SampleError: what is missing, unknown, empty or does not fit.

    Source: sandwich errors clustered by report, Liang & Zeger 1986; false discoveries, Benjamini & Hochberg 1995;
    change points, :mod:`textmine.analysis.changepoint`.

    >>> from textmine.analysis.demo import make_frames
    >>> found = trends(make_frames(400), role="problem", themes=["interpretation", "training"])
    >>> found[["theme", "direction"]].values.tolist()
    [['interpretation', 'falling'], ['training', 'unclear']]
    """
    import pandas as pd
    from tqdm import tqdm

    check_unit(unit)
    counts = count_by_report(frames, role=role, themes=themes, base=base)
    outcomes = measure_outcomes(counts, unit, cluster=cluster, codes=codes, sample=sample)
    years = _years(counts.reports, time)
    groups = group_reports(counts.reports, by, choose_reports(counts.reports, where))
    rows: list[dict[str, Any]] = []
    for g in tqdm(range(len(groups)), disable=not progress, unit="group", desc="trends"):
        inside = (groups.codes == g) & (years >= 0)
        for t, theme in enumerate(counts.themes):
            for name in counts.roles:
                own = {"group": g, "theme": theme, "role": name, "unit": unit}
                rows.append(own | _one_trend(outcomes, inside, years, t, name, level=level, seed=seed))
    columns = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    keys = groups.keys.loc[columns.pop("group")].reset_index(drop=True)
    columns["q"], columns["change_q"] = adjust_p(columns["p"]), adjust_p(columns["change_p"])
    # Of many themes some slopes leave out 0 by chance: a direction is named by q, not by the interval alone.
    named = np.where(columns["estimate"] > 0, "rising", "falling")
    columns["direction"] = np.where(columns["q"] < 1 - level, named, "unclear")
    columns["small"] = columns["n_reports"] < small
    order = list(columns)
    for p, q in (("p", "q"), ("change_p", "change_q")):
        order.remove(q)
        order.insert(order.index(p) + 1, q)
    columns = {key: columns[key] for key in order}
    return pd.concat([keys, _whole_years(tidy(columns))], axis=1)


def _whole_years(frame: pd.DataFrame) -> pd.DataFrame:
    for name in ("first", "last", "change_year", "change_from", "change_to"):
        frame[name] = frame[name].astype("Int64")
    return frame


def _years(reports: pd.DataFrame, time: str) -> Ints:
    as_columns(reports, time)
    try:
        years = reports[time].astype("Int64")
    except (TypeError, ValueError) as error:
        raise FrameError(f"the column {time!r} does not hold whole numbers: {error}") from error
    if years.isna().all():
        raise GroupError(f"no report has a {time}")
    found: Ints = years.fillna(-1).to_numpy(dtype=np.int64)
    return found


def _one_trend(
    outcomes: Outcomes, inside: Any, years: Ints, theme: int, role: str, *, level: float, seed: int
) -> dict[str, Any]:
    y, m = outcomes.counts.outcome(role, outcomes.unit)
    there = np.unique(years[inside & (m > 0)])
    row: dict[str, Any] = {
        "first": int(there[0]) if len(there) else np.nan,
        "last": int(there[-1]) if len(there) else np.nan,
        "n_years": len(there),
        "count": int(y[inside, theme].sum()),
        "n": int(m[inside].sum()),
        "n_reports": int(inside.sum()),
    }
    slope = dict.fromkeys(("estimate", "low", "high", "p", "raw"), np.nan)
    found = None
    if len(there) > 1:
        slope, found = _slope(outcomes, inside, years, theme, role, level), None
        found = _change(outcomes, inside, years, theme, role, level=level, seed=seed)
    return row | slope | {"direction": ""} | _told(found) | {"method": outcomes.method}


def _slope(outcomes: Outcomes, inside: Any, years: Ints, theme: int, role: str, level: float) -> dict[str, float]:
    centre = years[inside].mean()
    x = np.column_stack([inside, np.where(inside, years - centre, 0.0)]).astype(float)
    try:
        raw = outcomes.fit(x, theme, role, raw=True)
        fit = raw if outcomes.coded is None else outcomes.fit(x, theme, role)
    except GroupError:  # one report, or none of the years has statements of the role
        return dict.fromkeys(("estimate", "low", "high", "p", "raw"), np.nan)
    slope, error = fit.contrast([0, 1])
    if error == 0:  # the theme is in all reports or in none: no change was seen, and how sure that is cannot be told
        return {"estimate": slope, "low": np.nan, "high": np.nan, "p": np.nan, "raw": raw.contrast([0, 1])[0]}
    reach = float(fit.reach(level)[1])
    return {
        "estimate": slope,
        "low": slope - reach * error,
        "high": slope + reach * error,
        "p": float(fit.p_values()[1]),
        "raw": raw.contrast([0, 1])[0],
    }


def _change(
    outcomes: Outcomes, inside: Any, years: Ints, theme: int, role: str, *, level: float, seed: int
) -> ChangePoint | None:
    m = outcomes.counts.outcome(role, outcomes.unit)[1]
    names, sizes = np.unique(years[inside & (m > 0)], return_counts=True)
    names = names[sizes >= _FEW]
    if len(names) < 5:
        return None
    x: Floats = ((years[:, None] == names[None, :]) & inside[:, None]).astype(float)
    try:
        fit = outcomes.fit(x, theme, role)
    except GroupError:
        return None
    n = np.array([(m[inside & (years == name)] > 0).sum() for name in names], dtype=float)
    return find_change(names, fit.theta, _steadied(fit.theta, fit.covariance, n), level=level, seed=seed)


def _steadied(shares: Floats, covariance: Floats, n: Floats) -> Floats:
    """All or none state the theme in a year: its variance is not 0; two and two are added (Agresti & Coull 1998)."""
    pulled = (np.clip(shares, 0, 1) * n + 2) / (n + 4)
    least = pulled * (1 - pulled) / (n + 4)
    steady = covariance.copy()
    low = np.diag(covariance) < least / 4
    steady[low, low] = least[low]
    return steady


def _told(found: ChangePoint | None) -> dict[str, float]:
    names = ("change_year", "change_from", "change_to", "change", "change_low", "change_high")
    p = {"change_p": np.nan if found is None else found.p}
    if found is None or not found.is_clear:
        return dict.fromkeys(names, np.nan) | p
    values = (found.at, found.first, found.last, found.height, found.low, found.high)
    return dict(zip(names, map(float, values), strict=True)) | p
