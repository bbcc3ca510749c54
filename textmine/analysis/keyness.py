"""Which terms are distinctive of one group of statements against another?"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from textmine.analysis.incidence import Floats


def log_likelihood(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike) -> Floats:
    """Return Dunning's log-likelihood ratio G² of two-by-two tables, 0 or more, in chi-squared units (1 df).

    Args:
        a, b, c, d: the cells: both, only the first, only the second, neither.

    Source: Dunning 1993, "Accurate methods for the statistics of surprise and coincidence"; his table of bigrams gives
    270.72 for "the swiss".

    >>> log_likelihood([110], [2442], [111], [29114]).round(2).tolist()
    [270.72]
    """
    a, b, c, d = (np.asarray(x, dtype=float) for x in (a, b, c, d))
    n = a + b + c + d

    def part(observed: Floats, expected: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(observed > 0, observed * np.log(observed / expected), 0.0)

    left, right, top, bottom = a + b, c + d, a + c, b + d
    with np.errstate(divide="ignore", invalid="ignore"):
        total = part(a, left * top / n) + part(b, left * bottom / n)
        total = total + part(c, right * top / n) + part(d, right * bottom / n)
    return np.asarray(np.maximum(2 * total, 0), dtype=float)


def log_odds(
    y_a: npt.ArrayLike,
    y_b: npt.ArrayLike,
    n_a: npt.ArrayLike,
    n_b: npt.ArrayLike,
    prior: npt.ArrayLike,
    prior_total: float,
) -> tuple[Floats, Floats]:
    """Return the log odds ratio of each term with an informative Dirichlet prior, and its standard error.

    Args:
        y_a, y_b: how often the term stands in each group.
        n_a, n_b: words in each group.
        prior: pseudo-counts of the term, in proportion to its share in a background corpus.
        prior_total: their sum over all terms.

    Source: Monroe, Colaresi & Quinn 2008, "Fightin' words: lexical feature selection and evaluation for identifying the
    content of political conflict", equations 16 and 19.

    >>> delta, error = log_odds([20.0], [5.0], 100, 100, [1.0], 10)
    >>> round(float(delta[0]), 3), round(float(error[0]), 3)
    (1.409, 0.463)
    """
    y_a, y_b = np.asarray(y_a, dtype=float), np.asarray(y_b, dtype=float)
    n_a, n_b, prior = (np.asarray(x, dtype=float) for x in (n_a, n_b, prior))
    up, down = y_a + prior, y_b + prior
    delta = np.log(up / (n_a + prior_total - up)) - np.log(down / (n_b + prior_total - down))
    return np.asarray(delta, dtype=float), np.asarray(np.sqrt(1 / up + 1 / down), dtype=float)


def bootstrap_log_odds(
    reports_a: Any,
    reports_b: Any,
    totals_a: Floats,
    totals_b: Floats,
    prior: Floats,
    prior_total: float,
    *,
    level: float,
    rounds: int,
    seed: int,
) -> tuple[Floats, Floats]:
    """Return the bounds of log odds ratios from resampling whole reports.

    Args:
        reports_a, reports_b: reports × terms: counts of the terms of interest in each group (sparse).
        totals_a, totals_b: reports: words in each group.
        prior, prior_total: as for :func:`log_odds`; held fixed.
        level, rounds, seed: coverage, resamples, seed.

    Source: Efron & Tibshirani 1993, "An introduction to the bootstrap"; percentile interval, clusters resampled. The
    estimate stays inside its bounds.
    """
    found = []
    for weights in draw_weights(len(totals_a), rounds, seed):
        delta, _ = log_odds(
            weights @ reports_a,
            weights @ reports_b,
            (weights @ totals_a)[:, None],
            (weights @ totals_b)[:, None],
            prior,
            prior_total,
        )
        found.append(delta)
    tail = (1 - level) / 2
    low, high = np.quantile(np.concatenate(found), [tail, 1 - tail], axis=0)
    return low, high


def draw_weights(n: int, rounds: int, seed: int, *, cells: int = 4_000_000) -> Any:
    """Yield blocks (resamples × clusters) of how often each of ``n`` clusters is drawn, small enough for memory."""
    generator = np.random.default_rng(seed)
    size = max(1, min(rounds, cells // max(n, 1)))
    done = 0
    while done < rounds:
        block = np.empty((min(size, rounds - done), n))
        for row in block:  # one resample at a time, so that the blocks' size does not change the draws
            row[:] = np.bincount(generator.integers(0, n, n), minlength=n)
        done += len(block)
        yield block
