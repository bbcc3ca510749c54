"""Which themes are stated together, in one statement or one report; which problems meet which measures?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from textmine.analysis.errors import GroupError
from textmine.analysis.incidence import (
    ROLES,
    SMALL,
    Base,
    Floats,
    Frames,
    Ints,
    Unit,
    as_roles,
    check_unit,
    cluster_codes,
    count_by_report,
    tidy,
)
from textmine.analysis.intervals import LEVEL, adjust_p, student_quantile, sum_by, two_sided_p
from textmine.themes.codebook import Codebook

if TYPE_CHECKING:
    import pandas as pd


def cooccurrence(
    frames: Frames,
    *,
    unit: Unit = "statements",
    role: str = "any",
    other_role: str | None = None,
    themes: Sequence[str] | Codebook | None = None,
    base: Base = "with_part",
    cluster: str = "report_id",
    level: float = LEVEL,
    small: int = SMALL,
    progress: bool = False,
) -> pd.DataFrame:
    """Return how much oftener than by chance two themes are stated together.

    Args:
        unit: together in one statement, or in one report.
        role: of the statements that carry theme a.
        other_role: of those that carry theme b, with ``unit="reports"``: ``role="problem", other_role="measure"`` asks
            whether reports that state a problem also state a measure on it; without it both have ``role``.
        progress: show a progress bar.
        frames, themes, base, cluster, level, small: as for :func:`~textmine.analysis.shares.prevalence`.

    Returns:
        A row for each pair (each ordered pair with ``other_role``): theme_a, theme_b, role, other_role, unit, count
        (units with both), count_a, count_b, n, n_reports (with both), expected (by chance), lift (count ÷ expected),
        estimate, low, high (log odds ratio; 0 is chance), p, q, small (few units expected: under 5), in the order of
        the estimate.

    Raises:
        FrameError, ThemeError, GroupError: what is missing, unknown or empty.

    Source: log odds ratio with a half added to each cell (Haldane 1956, Anscombe 1956; Agresti 2013, "Categorical data
    analysis", 3.1); its error linearized and clustered by report, Student's t with clusters less one;
    Benjamini & Hochberg 1995.

    >>> from textmine.analysis.demo import make_frames
    >>> found = cooccurrence(make_frames(60), unit="reports", role="problem", themes=["staffing", "training"])
    >>> found[["theme_a", "theme_b", "n"]].values.tolist()
    [['staffing', 'training', 60]]
    """
    check_unit(unit)
    (role,), (other,) = as_roles(role), as_roles(other_role or role)
    if unit == "statements" and other != role:
        raise GroupError("a statement has one role; pairs of a problem and a measure need unit='reports'")
    counts = count_by_report(frames, role=[role, other], themes=themes, base=base)
    if unit == "reports":
        a, b = counts.outcome(role, unit)[0], counts.outcome(other, unit)[0]
        owner = np.arange(len(a))
    else:
        a, owner = _statement_table(frames, counts.themes, role, counts.reports)
        b = a
    if not len(a):
        raise GroupError(f"there are no statements with the role {role}")
    clusters = cluster_codes(counts.reports, cluster)
    return _pairs(a, b, owner, clusters, counts.themes, role, other, unit, level, small, progress)


def _statement_table(frames: Frames, themes: Sequence[str], role: str, reports: pd.DataFrame) -> tuple[Any, Ints]:
    """Distinct would not do: clustering needs each statement's report. Booleans keep 2 million statements small."""
    import pandas as pd

    statements = frames["statements"]
    rows = statements[statements["role"].isin(ROLES[role]).to_numpy(dtype=bool)]
    owner = np.asarray(pd.Index(reports["report_id"]).get_indexer(rows["report_id"]), dtype=np.int64)
    rows, owner = rows[owner >= 0], owner[owner >= 0]
    tags = frames["tags"]
    at = np.asarray(pd.Index(rows["statement_id"]).get_indexer(tags["statement_id"]), dtype=np.int64)
    theme = np.asarray(pd.Index(list(themes), dtype="string").get_indexer(tags["theme"]), dtype=np.int64)
    known = (at >= 0) & (theme >= 0)
    table = np.zeros((len(rows), len(themes)), dtype=np.float32)
    table[at[known], theme[known]] = 1
    return table, owner


def _pairs(
    a: Floats,
    b: Floats,
    owner: Ints,
    clusters: Ints,
    themes: Sequence[str],
    role: str,
    other: str,
    unit: str,
    level: float,
    small: int,
    progress: bool,
) -> pd.DataFrame:
    from tqdm import tqdm

    n = len(a)
    ordered = role != other
    groups = np.unique(clusters[owner], return_inverse=True)[1]
    g = int(groups.max()) + 1
    reach, df = (float(student_quantile(level, g - 1)), g - 1) if g > 1 else (np.nan, np.nan)
    by_cluster = _ByCluster(groups, np.bincount(groups).astype(float), sum_by(b.astype(float), groups, g))
    n_a, n_b = a.sum(axis=0, dtype=float), b.sum(axis=0, dtype=float)
    both = (a.T @ b).astype(float)
    rows: list[dict[str, Any]] = []
    for i in tqdm(range(len(themes)), disable=not progress, unit="theme", desc="pairs"):
        first = 0 if ordered else i + 1
        if first == len(themes):
            continue
        odds, error = _log_odds(a[:, i], b[:, first:], n_a[i], n_b[first:], both[i, first:], by_cluster.after(first))
        has = a[:, i] > 0
        in_reports = (sum_by(b[has, first:].astype(float), owner[has], int(owner.max()) + 1) > 0).sum(axis=0)
        for k, j in enumerate(range(first, len(themes))):
            expected = n_a[i] * n_b[j] / n
            rows.append(
                {
                    "theme_a": themes[i],
                    "theme_b": themes[j],
                    "role": role,
                    "other_role": other,
                    "unit": unit,
                    "count": int(both[i, j]),
                    "count_a": int(n_a[i]),
                    "count_b": int(n_b[j]),
                    "n": n,
                    "n_reports": int(in_reports[k]),
                    "expected": expected,
                    "lift": both[i, j] / expected if expected else np.nan,
                    "estimate": odds[k],
                    "low": odds[k] - reach * error[k],
                    "high": odds[k] + reach * error[k],
                    "p": float(two_sided_p([odds[k] / error[k]], df)[0]),
                    "small": expected < 5 or len(np.unique(clusters)) < small,
                }
            )
    if not rows:
        raise GroupError("pairs need at least two themes")
    return _ordered(rows)


def _ordered(rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    seen = (columns["count_a"] > 0) & (columns["count_b"] > 0)
    columns["p"] = np.where(seen, columns["p"], np.nan)
    for name in ("estimate", "low", "high"):
        columns[name] = np.where(seen, columns[name], np.nan)
    columns["q"] = adjust_p(columns["p"])
    order = dict.fromkeys([*list(columns)[: list(columns).index("p") + 1], "q", *columns])
    frame = tidy({key: columns[key] for key in order})
    return frame.sort_values("estimate", ascending=False, kind="stable", na_position="last", ignore_index=True)


def _log_odds(
    a: Floats, b: Floats, n_a: float, n_b: Floats, both: Floats, by_cluster: _ByCluster
) -> tuple[Floats, Floats]:
    """Log odds ratios of a with each column of b, and errors clustered: the influence of a cluster is a weighted sum of
    how many of its units fall into each cell."""
    n = len(a)
    cells = [both, n_a - both, n_b - both, n - n_a - n_b + both]
    steady = [cell + 0.5 for cell in cells]
    odds = np.log(steady[0] * steady[3] / (steady[1] * steady[2]))
    has = a > 0
    groups, g = by_cluster.groups, len(by_cluster.n)
    own_a = np.bincount(groups[has], minlength=g)[:, None].astype(float)
    own = sum_by(b[has].astype(float), groups[has], g)
    summed = own / steady[0] - (own_a - own) / steady[1] - (by_cluster.b - own) / steady[2]
    summed += (by_cluster.n[:, None] - own_a - by_cluster.b + own) / steady[3]
    summed -= by_cluster.n[:, None] * (summed.sum(axis=0) / n)
    clustered = (summed**2).sum(axis=0) * g / max(g - 1, 1)
    plain = sum(1 / cell for cell in steady)  # Woolf's; a cell that is empty lends the other nothing
    sparse = np.minimum.reduce(cells) < 5
    return odds, np.sqrt(np.where(sparse, np.maximum(clustered, plain), clustered))


@dataclass(frozen=True, slots=True)
class _ByCluster:
    """For each unit its cluster; for each cluster its units, and how many of them have each theme b."""

    groups: Ints
    n: Floats
    b: Floats

    def after(self, first: int) -> _ByCluster:
        return _ByCluster(self.groups, self.n, self.b[:, first:])
