"""In which themes do two groups of reports differ?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from textmine.analysis.errors import GroupError
from textmine.analysis.incidence import (
    SMALL,
    Base,
    Bools,
    Floats,
    Frames,
    Unit,
    check_unit,
    choose_reports,
    count_by_report,
    find_group,
    tidy,
)
from textmine.analysis.intervals import (
    LEVEL,
    adjust_p,
    difference_interval,
    share_of_sums,
    two_sided_p,
)
from textmine.analysis.outcomes import Outcomes, measure_outcomes
from textmine.themes.codebook import Codebook

if TYPE_CHECKING:
    import pandas as pd

#: the word for all reports that are not in group a
REST: Final = "rest"


def compare(
    frames: Frames,
    group: str,
    a: Any,
    b: Any = REST,
    *,
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
) -> pd.DataFrame:
    """Return, theme by theme, how two groups of reports differ.

    Args:
        group: a column of the reports frame.
        a, b: its values, or lists of values; ``b="rest"`` is every other report (also those without a value).
        frames, where, unit, role, themes, base, cluster, codes, sample, level, small: as for
            :func:`~textmine.analysis.shares.prevalence`.

    Returns:
        A row a theme and role: theme, role, unit, group, a, b, count_a, n_a, share_a, count_b, n_b, share_b (the
        machine's), n_reports (of the smaller group), estimate, low, high (share of a less share of b; 0.01 is one
        percentage point), p, q (false discoveries controlled over all rows), raw (the machine's difference), method,
        small. ``q`` below 0.05 keeps the expected part of false ones among the differences named below 5 %.

    Raises:
        FrameError, ThemeError, SampleError: what is missing, unknown or does not fit.
        GroupError: a group is empty, has one report only, or shares reports with the other.

    Source: Newcombe 1998 method 10, with effective sizes MOVER (Zou & Donner 2008); p by the score test (shares of
    reports) or the linearized difference clustered by report with Student's t (degrees of freedom of Welch 1947 from
    those of each group, Bell & McCaffrey 2002); Benjamini & Hochberg 1995. With hand codes, or clusters
    that stand in both groups: the difference with its clustered or design-based error.

    >>> from textmine.analysis.demo import make_frames
    >>> found = compare(make_frames(300), "level", "county", role="problem", themes=["oversight", "training"])
    >>> (found["q"] < 0.05).tolist()
    [True, False]
    """
    check_unit(unit)
    counts = count_by_report(frames, role=role, themes=themes, base=base)
    outcomes = measure_outcomes(counts, unit, cluster=cluster, codes=codes, sample=sample)
    in_a = find_group(counts.reports, group, a)
    in_b = ~in_a if isinstance(b, str) and b == REST else find_group(counts.reports, group, b)
    chosen = choose_reports(counts.reports, where)
    in_a, in_b = in_a & chosen, in_b & chosen
    _check_groups(group, a, b, in_a, in_b)
    n_t, roles = len(counts.themes), counts.roles
    columns: dict[str, Any] = {
        "theme": np.repeat(np.array(counts.themes, dtype=object), len(roles)),
        "role": np.tile(np.array(roles, dtype=object), n_t),
        "unit": [unit] * (n_t * len(roles)),
        "group": [group] * (n_t * len(roles)),
        "a": [_name(a)] * (n_t * len(roles)),
        "b": [_name(b)] * (n_t * len(roles)),
    }
    parts = [_differences(outcomes, name, in_a, in_b, level) for name in roles]
    for key in parts[0]:
        columns[key] = np.stack([part[key] for part in parts], axis=1).ravel()
    for key in ("count_a", "n_a", "count_b", "n_b", "n_reports"):
        columns[key] = columns[key].astype(int)
    columns["q"] = adjust_p(columns["p"])
    columns["method"] = [outcomes.method] * len(columns["unit"])
    columns["small"] = columns["n_reports"] < small
    order = dict.fromkeys([*list(columns)[: list(columns).index("p") + 1], "q", *columns])
    return tidy({key: columns[key] for key in order})


def _name(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple | set) else str(value)


def _check_groups(group: str, a: Any, b: Any, in_a: Bools, in_b: Bools) -> None:
    for name, inside in ((a, in_a), (b, in_b)):
        if inside.sum() < 2:
            many = "one report" if inside.sum() else "no reports"
            raise GroupError(f"the group {group} = {_name(name)} has {many}; a comparison needs at least two")
    if (in_a & in_b).any():
        raise GroupError(f"{int((in_a & in_b).sum())} reports are in both groups, {_name(a)} and {_name(b)}")


def _differences(outcomes: Outcomes, role: str, in_a: Bools, in_b: Bools, level: float) -> dict[str, Floats]:
    y, m = outcomes.counts.outcome(role, outcomes.unit)
    sides = [_side(outcomes, y, m, inside, level) for inside in (in_a, in_b)]
    a, b = sides
    n_t = y.shape[1]
    both = {"count_a": a["count"], "n_a": np.full(n_t, a["n"]), "share_a": a["share"]}
    both |= {"count_b": b["count"], "n_b": np.full(n_t, b["n"]), "share_b": b["share"]}
    both["n_reports"] = np.full(n_t, min(in_a.sum(), in_b.sum()))
    raw = a["share"] - b["share"]
    shared = np.intersect1d(outcomes.clusters[in_a], outcomes.clusters[in_b]).size > 0
    if outcomes.coded is None and not shared:
        simple = outcomes.unit == "reports" and not outcomes.wide
        estimate, (df, p) = raw, (np.inf, two_sided_p(_score_z(a, b))) if simple else _welch(raw, a, b)
        bounds = [(side["share"], *side["found"].interval(level=level, simple=simple, df=df)) for side in sides]
        low, high = difference_interval(*bounds[0], *bounds[1])
    else:
        estimate, low, high, p = _fitted(outcomes, role, in_a, in_b, level)
    return both | {"estimate": estimate, "low": low, "high": high, "p": p, "raw": raw}


def _side(outcomes: Outcomes, y: Floats, m: Floats, inside: Bools, level: float) -> dict[str, Any]:
    found = share_of_sums(y[inside], m[inside], outcomes.clusters[inside])
    simple = outcomes.unit == "reports" and found.clusters == inside.sum()
    size = np.full(y.shape[1], found.n) if simple else found.effective(level)
    steady = np.clip((found.share * size + 2) / (size + 4), 0, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        floor = np.where(found.variance > 0, found.variance, steady * (1 - steady) / (size + 4))
    told = {"count": y[inside].sum(axis=0), "n": found.n, "share": found.share}
    return told | {"variance": floor, "found": found}


def _welch(gap: Floats, a: dict[str, Any], b: dict[str, Any]) -> tuple[Floats, Floats]:
    """Degrees of freedom of the difference of two groups (Welch, Satterthwaite) and p by Student's t."""
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = a["variance"] + b["variance"]
        df = variance**2 / (a["variance"] ** 2 / a["found"].df + b["variance"] ** 2 / b["found"].df)
        return df, two_sided_p(gap / np.sqrt(variance), df)


def _score_z(a: dict[str, Any], b: dict[str, Any]) -> Floats:
    pooled = (a["count"] + b["count"]) / (a["n"] + b["n"])
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (a["share"] - b["share"]) / np.sqrt(pooled * (1 - pooled) * (1 / a["n"] + 1 / b["n"]))
    return np.where((pooled == 0) | (pooled == 1), 0.0, z)


def _fitted(
    outcomes: Outcomes, role: str, in_a: Bools, in_b: Bools, level: float
) -> tuple[Floats, Floats, Floats, Floats]:
    x = np.column_stack([in_a, in_a | in_b]).astype(float)
    found = np.full((4, len(outcomes.counts.themes)), np.nan)
    for t in range(found.shape[1]):
        try:
            fit = outcomes.fit(x, t, role, parts=(in_a, in_b))
        except GroupError:  # no statement of the role in a group
            continue
        gap, error = float(fit.theta[0]), fit.errors()[0]
        reach = fit.reach(level)[0]
        found[:, t] = gap, gap - reach * error, gap + reach * error, fit.p_values()[0]
        if not error:
            found[1:3, t] = np.nan
    return found[0], found[1], found[2], found[3]
