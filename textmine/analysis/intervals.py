"""Intervals for shares and their differences, and the control of false discoveries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: coverage of all intervals, unless a caller says otherwise
LEVEL: Final = 0.95


def normal_quantile(level: float = LEVEL) -> float:
    """Return how many standard errors a two-sided interval of ``level`` reaches.

    Raises:
        ValueError: ``level`` is not between 0 and 1.

    >>> round(normal_quantile(0.95), 4)
    1.96
    """
    from statistics import NormalDist

    if not 0 < level < 1:
        raise ValueError(f"the level must lie between 0 and 1, not {level}")
    return NormalDist().inv_cdf(0.5 + level / 2)


def student_quantile(level: float, df: npt.ArrayLike) -> Floats:
    """Return the two-sided quantiles of Student's t; not a number where ``df`` is not above 0.

    >>> student_quantile(0.95, [10, np.inf]).round(3).tolist()
    [2.228, 1.96]
    """
    from scipy.special import stdtrit  # type: ignore[import-untyped, unused-ignore]

    normal, degrees = normal_quantile(level), np.asarray(df, dtype=float)
    with np.errstate(invalid="ignore"):
        found = np.where(np.isinf(degrees), normal, stdtrit(np.where(degrees > 0, degrees, np.nan), 0.5 + level / 2))
    return np.asarray(found, dtype=float)


def two_sided_p(z: npt.ArrayLike, df: npt.ArrayLike = np.inf) -> Floats:
    """Return the two-sided p-value of normal deviates, or of Student's t with ``df`` degrees of freedom.

    >>> two_sided_p([1.959964]).round(4).tolist(), two_sided_p(2.228, 10).round(3).tolist()
    ([0.05], 0.05)
    """
    from scipy.special import ndtr, stdtr

    below, degrees = -np.abs(np.asarray(z, dtype=float)), np.asarray(df, dtype=float)
    return np.asarray(2 * np.where(np.isinf(degrees), ndtr(below), stdtr(degrees, below)), dtype=float)


def wilson_interval(share: npt.ArrayLike, n: npt.ArrayLike, *, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Return the bounds of Wilson's score interval; not a number where ``n`` is 0.

    Args:
        share: observed shares, 0–1.
        n: observations, or effective observations (:func:`effective_size`); need not be whole.
        level: coverage.

    Source: Wilson 1927; examples in Newcombe 1998, "Two-sided confidence intervals for the single
    proportion: comparison of seven methods", method 3.

    >>> low, high = wilson_interval(81 / 263, 263)
    >>> round(float(low), 4), round(float(high), 4)
    (0.2553, 0.3662)
    """
    p, n = np.asarray(share, dtype=float), np.asarray(n, dtype=float)
    square = normal_quantile(level) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = p + square / (2 * n)
        half = np.sqrt(square * (p * (1 - p) / n + square / (4 * n**2)))
        low, high = (centre - half) / (1 + square / n), (centre + half) / (1 + square / n)
    # What rounding leaves of an exact 0 or 1 is put right: an interval must hold its estimate.
    return np.minimum(np.clip(low, 0, 1), p), np.maximum(np.clip(high, 0, 1), p)


def effective_size(share: npt.ArrayLike, variance: npt.ArrayLike, clusters: npt.ArrayLike, n: npt.ArrayLike) -> Floats:
    """Return how many independent observations would give the variance that was found.

    Args:
        share: estimated shares.
        variance: their variances, clustered.
        clusters: number of clusters (reports).
        n: number of observations (statements).

    Returns:
        p (1 − p) ÷ variance, at most ``n``; the number of clusters where the variance cannot be told (all or none).

    Source: Korn & Graubard 1998, "Confidence intervals for proportions with small expected number of positive counts";
    with Wilson's interval: Dean & Pagano 2015, "Evaluating confidence interval methods for binomial proportions in
    clustered surveys".

    >>> effective_size([0.5], [0.01], [40], [100]).tolist()
    [25.0]
    """
    p, v = np.asarray(share, dtype=float), np.asarray(variance, dtype=float)
    g, n = np.asarray(clusters, dtype=float), np.asarray(n, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = p * (1 - p) / v
    unknown = ~np.isfinite(size) | (size <= 0) | (g < 2)
    return np.asarray(np.where(unknown, np.minimum(g, n), np.minimum(np.where(unknown, 1.0, size), n)), dtype=float)


def difference_interval(
    a: npt.ArrayLike,
    a_low: npt.ArrayLike,
    a_high: npt.ArrayLike,
    b: npt.ArrayLike,
    b_low: npt.ArrayLike,
    b_high: npt.ArrayLike,
) -> tuple[Floats, Floats]:
    """Return the bounds of ``a`` − ``b`` of independent groups from the bounds of each.

    With Wilson's bounds it is method 10 of Newcombe 1998, "Interval estimation for the difference between independent
    proportions"; in general the MOVER of Zou & Donner 2008.

    >>> bounds = [float(x) for p, n in ((56 / 70, 70), (48 / 80, 80)) for x in (p, *wilson_interval(p, n))]
    >>> [round(float(x), 4) for x in difference_interval(*bounds)]
    [0.0524, 0.3339]
    """
    p, pl, ph = (np.asarray(x, dtype=float) for x in (a, a_low, a_high))
    q, ql, qh = (np.asarray(x, dtype=float) for x in (b, b_low, b_high))
    low = p - q - np.sqrt((p - pl) ** 2 + (qh - q) ** 2)
    high = p - q + np.sqrt((ph - p) ** 2 + (q - ql) ** 2)
    return low, high


def adjust_p(p: npt.ArrayLike) -> Floats:
    """Return p-values adjusted for the false discovery rate; missing ones stay missing and are not counted.

    Source: Benjamini & Hochberg 1995, "Controlling the false discovery rate".

    >>> adjust_p([0.01, 0.04, 0.03, float("nan")]).round(3).tolist()
    [0.03, 0.04, 0.04, nan]
    """
    values = np.asarray(p, dtype=float)
    adjusted = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    if len(order):
        raised = values[order] * len(order) / np.arange(1, len(order) + 1)
        adjusted[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return adjusted


@dataclass(frozen=True, slots=True)
class ClusteredShares:
    """Shares of several columns with their variances.

    Attributes:
        share: estimates, 0–1; not a number where there is nothing to divide by.
        variance: clustered.
        clusters: how many there are.
        df: degrees of freedom of the variance: clusters − 1 where all are of one size, fewer where some dominate.
        n: the denominator.
    """

    share: Floats
    variance: Floats
    clusters: int
    df: float
    n: float

    def interval(
        self, *, level: float = LEVEL, simple: bool = False, df: npt.ArrayLike | None = None
    ) -> tuple[Floats, Floats]:
        """Return Wilson's interval on the effective size (on ``n`` with ``simple``: all observations independent).

        ``df`` takes the place of the shares' own, where they are part of a difference.
        """
        if simple:
            return wilson_interval(self.share, np.full(len(self.share), self.n), level=level)
        return wilson_interval(self.share, self.effective(level, df), level=level)

    def effective(self, level: float = LEVEL, df: npt.ArrayLike | None = None) -> Floats:
        """Return the effective sizes, made smaller for the few clusters that the variance is known from.

        Source: Korn & Graubard 1998: times the squared ratio of the normal and the t quantile.
        """
        size = effective_size(self.share, self.variance, self.clusters, self.n)
        if self.clusters < 2:
            return size
        known = (self.share * (1 - self.share) > 0) & (self.variance > 0)
        ratio = (normal_quantile(level) / student_quantile(level, self.df if df is None else df)) ** 2
        return np.asarray(np.where(known, size * ratio, size), dtype=float)


def share_of_sums(y: Floats, m: Floats, clusters: Ints) -> ClusteredShares:
    """Return the share Σy ÷ Σm for each column of ``y`` with its clustered variance.

    Args:
        y: rows × columns: numerators.
        m: rows: denominators.
        clusters: number of the cluster of each row.

    Source: linearized ratio estimator; Binder 1983, "On the variances of asymptotically normal estimators from complex
    surveys". Large clusters pull the share towards themselves, which is allowed for by the leverage of each (CR2), and
    the degrees of freedom are Satterthwaite's for that variance: Bell & McCaffrey 2002, "Bias reduction in standard
    errors for linear regression with multi-stage samples". With clusters of one size they are G ÷ (G − 1) and G − 1.

    >>> found = share_of_sums(np.array([[1.0], [0.0]]), np.array([2.0, 2.0]), np.array([0, 1]))
    >>> found.share.tolist(), found.variance.tolist(), found.clusters, found.df
    ([0.25], [0.0625], 2, 1.0)
    """
    total = float(m.sum())
    if total == 0:
        missing = np.full(y.shape[1], np.nan)
        return ClusteredShares(missing, missing, 0, np.nan, 0.0)
    share = y.sum(axis=0) / total
    residual = y - m[:, None] * share
    inside = m > 0
    names, codes = np.unique(clusters[inside], return_inverse=True)
    g = len(names)
    if g < 2:
        return ClusteredShares(share, np.full(len(share), np.nan), g, np.nan, total)
    summed = sum_by(residual[inside], codes, g)
    weight = np.bincount(codes, weights=m[inside], minlength=g) / total
    variance = (summed**2 / (1 - weight)[:, None]).sum(axis=0) / total**2
    return ClusteredShares(share, variance, g, _satterthwaite(weight), total)


def _satterthwaite(weight: Floats) -> float:
    """(tr Q)² ÷ tr Q² of the CR2 variance of a mean, from the share of the observations that each cluster holds."""
    # Q has the diagonal w and, between two clusters g and h, −w_g w_h ÷ √((1 − w_g)(1 − w_h)).
    spread = weight**2 / (1 - weight)
    return float(1 / ((weight**2).sum() + spread.sum() ** 2 - (spread**2).sum()))


def sum_by(values: Floats, codes: npt.NDArray[np.int64], n: int) -> Floats:
    """Return the sums of the rows of ``values`` for each code from 0 to ``n`` − 1.

    >>> sum_by(np.array([[1.0], [2.0], [4.0]]), np.array([0, 1, 0]), 2).tolist()
    [[5.0], [2.0]]
    """
    if n == len(values) and np.array_equal(codes, np.arange(n)):
        return values
    return np.column_stack([np.bincount(codes, weights=column, minlength=n) for column in values.T])
