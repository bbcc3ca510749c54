"""What does one body state, year by year, and how does it compare with its peers?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from textmine.analysis.errors import GroupError
from textmine.analysis.incidence import (
    SMALL,
    Base,
    Bools,
    Frames,
    Ints,
    ThemeCounts,
    Unit,
    as_columns,
    check_unit,
    count_by_report,
    find_group,
    group_reports,
    match_values,
    tell_where,
    tidy,
)
from textmine.analysis.intervals import (
    LEVEL,
    difference_interval,
    share_of_sums,
)
from textmine.themes.codebook import Codebook

if TYPE_CHECKING:
    import pandas as pd


def profile(
    frames: Frames,
    agency: str,
    peers: str | Sequence[str] = ("level", "kind"),
    *,
    where: Mapping[str, Any] | None = None,
    unit: Unit = "reports",
    role: str | Sequence[str] = ("problem", "measure"),
    themes: Sequence[str] | Codebook | None = None,
    base: Base = "with_part",
    level: float = LEVEL,
    small: int = SMALL,
) -> pd.DataFrame:
    """Return how often a body states each theme, beside its peers in the same years.

    Args:
        agency: the body, as in the reports frame.
        peers: columns in which peers agree with it (level, kind, province …); a value that the body lacks is ignored.
        where: further columns and values that single the body out, where several bear its name; ``report_id`` or
            ``path`` where their places are unknown.
        frames, unit, role, themes, base, level, small: as for :func:`~textmine.analysis.shares.prevalence`.

    Returns:
        A row a theme and role: theme, role, unit, agency, years (those in which it states the theme, with blanks),
        count, n, n_reports (the body's), estimate, low, high (its share), peer_count, peer_n, peer_reports,
        peer_bodies, peer_estimate, peer_low, peer_high (clustered by body), difference, difference_low,
        difference_high, unplaced (reports of the body without a province, prefecture or county: those of other bodies
        of its name may be among them), small (few reports of peers; a body's own are always few).

    Raises:
        FrameError, ThemeError: what is missing or unknown.
        GroupError: no such body, bodies of that name in several places, several reports of one year that name no
            place, or no peer.

    Source: as for ``prevalence`` and :func:`~textmine.analysis.comparison.compare`.

    >>> from textmine.analysis.demo import make_frames
    >>> found = profile(make_frames(200), "第1号局", peers="level", role="problem", themes=["oversight"])
    >>> found[["n_reports", "peer_bodies"]].values.tolist()
    [[4, 16]]
    """
    check_unit(unit)
    counts = count_by_report(frames, role=role, themes=themes, base=base)
    reports = counts.reports
    own = _own_reports(reports, agency, where)
    others = _peer_reports(reports, own, as_columns(reports, peers))
    bodies = _bodies(reports)
    sides = {name: _sides(counts, unit, name, own, others, bodies, level) for name in counts.roles}
    rows = [
        _row(counts, unit, name, t, own, sides[name]) | {"theme": theme, "agency": agency}
        for t, theme in enumerate(counts.themes)
        for name in counts.roles
    ]
    order = dict.fromkeys(["theme", "role", "unit", "agency", *rows[0]])
    columns = {key: np.array([row[key] for row in rows]) for key in order}
    columns["unplaced"] = np.full(len(rows), int((own & _unplaced(reports)).sum()))
    return tidy(columns | {"small": columns["peer_reports"] < small})


def _own_reports(reports: pd.DataFrame, agency: str, where: Mapping[str, Any] | None) -> Bools:
    own = find_group(reports, "agency", agency)
    for column, value in (where or {}).items():
        as_columns(reports, column)
        own = own & match_values(reports[column], value)
    if not own.any():
        raise GroupError(f"no report of {agency} has {tell_where(where or {})}")
    places = [name for name in ("province", "prefecture", "county") if name in reports.columns]
    for name in places:
        several = reports.loc[own, name].dropna().unique()
        if len(several) > 1:
            raise GroupError(f"several bodies are called {agency}; say which with {name}: {', '.join(several)}")
    if not {"report_id", "path"} & set(where or {}):
        rivals = own & _rivals(reports)
        if rivals.any():
            told = reports.loc[rivals, "path" if "path" in reports.columns else "report_id"].astype("string")
            raise GroupError(
                f"{rivals.sum()} reports of {agency} name no place and share a year, so they may be of several bodies: "
                f"{', '.join(told.fillna('(no path)').head(4))}; say which are meant with 'where' (path or report_id)"
            )
    return own


def _unplaced(reports: pd.DataFrame) -> Bools:
    places = [name for name in ("province", "prefecture", "county") if name in reports.columns]
    return np.asarray(reports[places].isna().to_numpy(dtype=bool).all(axis=1), dtype=bool)


def _rivals(reports: pd.DataFrame) -> Bools:
    """Reports without a place whose name and year another such report has too: one body may not have written them."""
    found: Bools = _unplaced(reports)
    if "year" not in reports.columns:
        return np.zeros(len(reports), dtype=bool)
    found = found & reports["agency"].notna().to_numpy(dtype=bool) & reports["year"].notna().to_numpy(dtype=bool)
    twice = reports.loc[found, ["agency", "year"]].duplicated(keep=False).to_numpy(dtype=bool)
    rivals = np.zeros(len(reports), dtype=bool)
    rivals[np.flatnonzero(found)[twice]] = True
    return rivals


def _peer_reports(reports: pd.DataFrame, own: Bools, peers: tuple[str, ...]) -> Bools:
    fits = ~own
    told = []
    for column in [*peers, "year"]:
        values = reports.loc[own, column].dropna().unique() if column in reports.columns else []
        if len(values):
            fits = fits & match_values(reports[column], list(values))
            told.append(f"{column} {', '.join(map(str, values))}")
    if fits.sum() < 2:
        raise GroupError(f"fewer than two reports of other bodies have {'; '.join(told)}; name fewer columns as peers")
    return fits


def _bodies(reports: pd.DataFrame) -> Ints:
    places = [name for name in ("province", "prefecture", "county", "agency") if name in reports.columns]
    codes = group_reports(reports, places).codes.copy()
    # Nameless reports stand alone, and so do all of a name that stands for several bodies without a place.
    shared = set(reports.loc[_rivals(reports), "agency"])
    alone = reports["agency"].isna().to_numpy(dtype=bool)
    alone = alone | _unplaced(reports) & reports["agency"].isin(shared).to_numpy(dtype=bool)
    codes[alone] = codes.max(initial=-1) + 1 + np.arange(alone.sum())
    return codes


def _sides(
    counts: ThemeCounts, unit: Unit, role: str, own: Bools, others: Bools, bodies: Ints, level: float
) -> dict[str, dict[str, Any]]:
    """The body's and the peers' counts and shares of all themes in a role, under the prefix of their columns."""
    y, m = counts.outcome(role, unit)
    found = {}
    for prefix, inside, clusters in (("", own, np.arange(len(own))), ("peer_", others, bodies)):
        shares = share_of_sums(y[inside], m[inside], clusters[inside])
        low, high = shares.interval(level=level, simple=not prefix and unit == "reports")
        found[prefix] = {"count": y[inside].sum(axis=0), "n": shares.n, "estimate": shares.share}
        found[prefix] |= {"low": low, "high": high}
        found[prefix] |= {"reports": int(inside.sum()), "bodies": len(np.unique(clusters[inside]))}
    return found


def _row(
    counts: ThemeCounts, unit: Unit, role: str, t: int, own: Bools, sides: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    stated = own & (counts.hits[role][:, t] > 0)
    years = sorted(counts.reports.loc[stated, "year"].dropna().unique()) if "year" in counts.reports.columns else []
    found: dict[str, Any] = {"role": role, "unit": unit, "years": " ".join(map(str, years))}
    bounds = []
    for prefix, side in sides.items():
        found |= {f"{prefix}count": int(side["count"][t]), f"{prefix}n": int(side["n"])}
        found[f"{prefix or 'n_'}reports"] = side["reports"]
        if prefix:
            found["peer_bodies"] = side["bodies"]
        for name in ("estimate", "low", "high"):
            found[prefix + name] = float(side[name][t])
            bounds.append(float(side[name][t]))
    low, high = difference_interval(*bounds)
    return found | {"difference": bounds[0] - bounds[3], "difference_low": float(low), "difference_high": float(high)}
