"""Intervals for shares and their differences, and the control of false discoveries."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

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


def two_sided_p(z: npt.ArrayLike) -> Floats:
    """Return the two-sided p-value of normal deviates.

    >>> two_sided_p([1.959964]).round(4).tolist()
    [0.05]
    """
    from math import erfc, sqrt

    deviates = np.asarray(z, dtype=float)
    flat = [erfc(abs(value) / sqrt(2)) if value == value else np.nan for value in deviates.ravel().tolist()]
    return np.array(flat, dtype=float).reshape(deviates.shape)


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


def share_of_sums(y: Floats, m: Floats, clusters: npt.NDArray[np.int64]) -> tuple[Floats, Floats, int]:
    """Return the share Σy ÷ Σm for each column of ``y``, its variance clustered, and the number of clusters.

    Args:
        y: rows × columns: numerators.
        m: rows: denominators.
        clusters: number of the cluster of each row.

    Source: linearized ratio estimator; Binder 1983, "On the variances of asymptotically normal estimators from complex
    surveys". With one row a report and unit "statements" it is the sandwich clustered by report.

    >>> share, variance, g = share_of_sums(np.array([[1.0], [0.0]]), np.array([2.0, 2.0]), np.array([0, 1]))
    >>> share.tolist(), variance.tolist(), g
    ([0.25], [0.0625], 2)
    """
    total = m.sum()
    if total == 0:
        missing = np.full(y.shape[1], np.nan)
        return missing, missing, 0
    share = y.sum(axis=0) / total
    residual = y - m[:, None] * share
    inside = m > 0
    names, codes = np.unique(clusters[inside], return_inverse=True)
    summed = sum_by(residual[inside], codes, len(names))
    g = len(names)
    variance = (summed**2).sum(axis=0) / total**2 * (g / (g - 1) if g > 1 else np.nan)
    return share, variance, g


def sum_by(values: Floats, codes: npt.NDArray[np.int64], n: int) -> Floats:
    """Return the sums of the rows of ``values`` for each code from 0 to ``n`` − 1.

    >>> sum_by(np.array([[1.0], [2.0], [4.0]]), np.array([0, 1, 0]), 2).tolist()
    [[5.0], [2.0]]
    """
    if n == len(values) and np.array_equal(codes, np.arange(n)):
        return values
    return np.column_stack([np.bincount(codes, weights=column, minlength=n) for column in values.T])
