"""Shares, differences and regressions as solutions of estimating equations, with what a hand-coded sample corrects.

Everything is said about rows (reports) with a numerator y (statements with the theme, or 0/1), a denominator m
(statements, or 1) and covariates x: the coefficients θ solve Σ x (y − m μ(xθ)) = 0, where μ is the identity or the
logistic function. With a dummy for each group and the identity, θ are the groups' shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from textmine.analysis.errors import GroupError
from textmine.analysis.intervals import student_quantile, sum_by, two_sided_p

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Link = Literal["identity", "logit"]
#: with fewer rows that machine and hand code differently, the spread of the errors seen is not trusted
FEW_ERRORS: Final = 5


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients with their covariance; ``df`` degrees of freedom of each, ``None`` for the normal distribution.

    ``lam`` is how much the machine's labels were trusted (:func:`fit_sampled`), 1 without a sample.
    """

    theta: Floats
    covariance: Floats
    df: Floats | None = None
    lam: float = 1.0

    def errors(self) -> Floats:
        """Return the standard error of each coefficient."""
        return np.asarray(np.sqrt(np.maximum(np.diag(self.covariance), 0)), dtype=float)

    def contrast(self, weights: npt.ArrayLike) -> tuple[float, float]:
        """Return the weighted sum of the coefficients and its standard error."""
        w = np.asarray(weights, dtype=float)
        return float(w @ self.theta), float(np.sqrt(max(w @ self.covariance @ w, 0)))

    def p_values(self) -> Floats:
        """Return the two-sided p-value of each coefficient being 0; not a number where it has no error."""
        errors = self.errors()
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(errors > 0, self.theta / errors, np.nan)
        return two_sided_p(t, np.inf if self.df is None else self.df)

    def reach(self, level: float) -> Floats:
        """Return how many standard errors the interval of each coefficient reaches."""
        return student_quantile(level, np.full(len(self.theta), np.inf) if self.df is None else self.df)


@dataclass(frozen=True, slots=True)
class Sample:
    """Which rows were hand-coded, and with what chance they were drawn.

    Attributes:
        rows: numbers of the rows.
        weight: 1 ÷ the probability with which each was drawn.
        strata: number of the stratum of each.
    """

    rows: Ints
    weight: Floats
    strata: Ints

    @property
    def df(self) -> int:
        """Rows less strata."""
        return max(len(self.rows) - len(np.unique(self.strata)), 1)


def solve(x: Floats, y: Floats, m: Floats, link: Link) -> tuple[Floats, Floats, Floats]:
    """Return θ with Σ x (y − m μ(xθ)) = 0, the inverse of Σ m μ' x xᵀ, and the fitted means μ(xθ).

    Raises:
        GroupError: the covariates leave a coefficient open, or the logistic fit runs off (an outcome that a group
            always or never has).

    >>> solve(np.ones((4, 1)), np.array([0.0, 1, 1, 1]), np.ones(4), "logit")[0].round(3).tolist()
    [1.099]
    """
    if link == "identity":
        bread = _inverse((x * m[:, None]).T @ x)
        theta = bread @ (x.T @ y)
        return theta, bread, x @ theta
    theta = np.zeros(x.shape[1])
    for _ in range(50):
        mean = _logistic(x @ theta)
        bread = _inverse((x * (m * mean * (1 - mean))[:, None]).T @ x)
        step = bread @ (x.T @ (y - m * mean))
        theta = theta + np.clip(step, -4, 4)
        if np.abs(theta).max() > 30:
            break
        if np.abs(step).max() < 1e-10:
            mean = _logistic(x @ theta)
            return theta, _inverse((x * (m * mean * (1 - mean))[:, None]).T @ x), mean
    raise GroupError("the logistic regression has no finite solution: some group always or never has the outcome")


def _logistic(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -500, 500))), dtype=float)


def _inverse(matrix: Floats) -> Floats:
    if not np.isfinite(matrix).all() or np.linalg.cond(matrix) > 1e13:
        raise GroupError("a coefficient cannot be told: a covariate is constant, repeats another, or a group is empty")
    return np.asarray(np.linalg.inv(matrix), dtype=float)


def fit_clustered(x: Floats, y: Floats, m: Floats, clusters: Ints, link: Link = "identity") -> Fit:
    """Return the coefficients with a sandwich covariance clustered by ``clusters``.

    Source: Liang & Zeger 1986, "Longitudinal data analysis using generalized linear models", with G ÷ (G − 1):
    Cameron & Miller 2015, "A practitioner's guide to cluster-robust inference" (with few clusters the normal interval
    is too short). Student's t for each coefficient has the effective number of clusters less one, which is below G
    where few clusters tell of the coefficient: Carter, Schnepel & Steigerwald 2017, "Asymptotic behavior of a t-test
    robust to cluster heterogeneity".

    Raises:
        GroupError: fewer than two clusters, or no solution.
    """
    theta, bread, mean = solve(x, y, m, link)
    names, codes = np.unique(clusters, return_inverse=True)
    if len(names) < 2:
        raise GroupError("one report alone has no interval; at least two are needed")
    scores = sum_by(x * (y - m * mean)[:, None], codes, len(names))
    meat = scores.T @ scores * len(names) / (len(names) - 1)
    weight = m if link == "identity" else m * mean * (1 - mean)
    return Fit(theta, bread @ meat @ bread, _effective_clusters(x, weight, bread, codes, len(names)) - 1)


def _effective_clusters(x: Floats, weight: Floats, bread: Floats, codes: Ints, n: int) -> Floats:
    """(Σγ)² ÷ Σγ² for each coefficient, where γ is what a cluster lends to its variance; n where all lend the same."""
    lent = sum_by((x @ bread) ** 2 * weight[:, None], codes, n)
    found = lent.sum(axis=0) ** 2 / np.maximum((lent**2).sum(axis=0), np.finfo(float).tiny)
    return np.asarray(np.clip(found, 1 + 1e-6, n), dtype=float)


def fit_sampled(
    x: Floats,
    machine: tuple[Floats, Floats],
    hand: tuple[Floats, Floats],
    sample: Sample,
    *,
    link: Link = "identity",
    lam: float | None = None,
    clusters: Ints | None = None,
    finite: bool = False,
    parts: Sequence[Bools] | None = None,
) -> Fit:
    """Return the coefficients corrected by a hand-coded probability sample of the rows.

    The machine's y and m of all rows are used, plus the weighted difference to the hand codes in the sample (λ = 1: the
    difference estimator, DSL); λ below 1 trusts the machine less, and the best λ is found from the sample (PPI++).

    Args:
        x: rows × covariates.
        machine: y and m of all rows by the machine.
        hand: y and m of the rows of ``sample`` by hand.
        sample: which rows, with what chance.
        link: identity (shares, linear regression) or logit.
        lam: λ, 0–1; without it the one with the least variance.
        clusters: clusters wider than a row, or ``None``. With them strata lend no precision.
        finite: the interval is for these rows only, not for the process that made them.
        parts: groups of rows in each of which enough disagreements must be seen to trust their spread (:func:`_floor`).

    Returns:
        Coefficients with the covariance of the design (strata, finite population correction) and, unless ``finite``,
        of the rows themselves; Student's t with rows less strata, fewer where few of the sampled rows tell of a
        coefficient (:func:`fit_clustered`).

    Raises:
        GroupError: no solution.

    Source: Särndal, Swensson & Wretman 1992, "Model assisted survey sampling", ch. 6; Angelopoulos et al. 2023,
    "Prediction-powered inference", Science 382; Angelopoulos, Duchi & Zrnic 2023, "PPI++"; Egami et al. 2023, "Using
    imperfect surrogates for downstream inference: design-based supervised learning".

    >>> sample = Sample(np.array([0, 1]), np.array([2.0, 2.0]), np.array([0, 0]))
    >>> machine = np.array([1.0, 0, 1, 0]), np.ones(4)
    >>> fit_sampled(np.ones((4, 1)), machine, (np.array([1.0, 1.0]), np.ones(2)), sample, lam=1).theta.tolist()
    [1.0]
    """
    if lam is None:
        lam = 1.0
        for _ in range(2):
            lam = _best_lam(*_pseudo_fit(x, machine, hand, sample, link, lam)[1:], sample)
    theta, bread, scores, rows = _pseudo_fit(x, machine, hand, sample, link, lam)
    if clusters is not None:
        pseudo = lam * scores
        pseudo[sample.rows] += sample.weight[:, None] * (rows - lam * scores[sample.rows])
        names, codes = np.unique(clusters, return_inverse=True)
        summed = sum_by(pseudo, codes, len(names))
        meat = summed.T @ summed * len(names) / max(len(names) - 1, 1)
    else:
        error = rows - lam * scores[sample.rows]
        meat = _stratified(error, error, sample)
        if not finite:
            n = len(rows)
            meat = meat + (rows * sample.weight[:, None]).T @ rows * n / max(n - 1, 1)
    meat = meat + _floor(x, machine, hand, rows - lam * scores[sample.rows], bread, sample, parts or ())
    # Of a small group few coded rows tell, however large the sample is.
    drawn = np.arange(len(sample.rows))
    telling = _effective_clusters(x[sample.rows], sample.weight**2, bread, drawn, len(drawn)) - 1
    df = np.minimum(float(sample.df), telling)
    if clusters is not None:
        df = np.minimum(df, _effective_clusters(x, machine[1], bread, codes, len(names)) - 1)
    return Fit(theta, bread @ meat @ bread, df, lam)


def _floor(
    x: Floats,
    machine: tuple[Floats, Floats],
    hand: tuple[Floats, Floats],
    error: Floats,
    bread: Floats,
    sample: Sample,
    parts: Sequence[Bools],
) -> Floats:
    """What the covariance of the scores lacks where machine and hand differ in fewer than five sampled rows of a part.

    There the errors have at least the spread of two further disagreements among four further rows (the adjustment of
    Agresti & Coull 1998), so that a sample that happens to show no error does not feign certainty.
    """
    differ = machine[0][sample.rows] != hand[0]
    rate = np.zeros(len(sample.rows))
    for part in parts:
        inside = part[sample.rows]
        seen = int((differ & inside).sum())
        if seen < FEW_ERRORS:
            rate[inside] = np.maximum(rate[inside], (seen + 2) / (inside.sum() + 4))
    sparse = rate > 0
    if not sparse.any():
        return np.zeros_like(bread)
    used = (x != 0).any(axis=1)
    size = float(machine[1][used].mean())
    drawn = x[sample.rows]
    least: Floats = (drawn * (rate * sample.weight * (sample.weight - 1) * size**2)[:, None]).T @ drawn
    own = error * sparse[:, None]
    found = float(np.trace(bread @ _stratified(own, own, sample) @ bread))
    wanted = float(np.trace(bread @ least @ bread))
    return least * max(0.0, 1 - found / wanted) if wanted > 0 else np.zeros_like(bread)


def _pseudo_fit(
    x: Floats, machine: tuple[Floats, Floats], hand: tuple[Floats, Floats], sample: Sample, link: Link, lam: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """θ, bread, scores of all rows by the machine, scores of the sampled rows by hand."""
    y, m = lam * machine[0], lam * machine[1]
    at = sample.rows
    y[at] += sample.weight * (hand[0] - lam * machine[0][at])
    m[at] += sample.weight * (hand[1] - lam * machine[1][at])
    theta, bread, mean = solve(x, y, m, link)
    by_machine = x * (machine[0] - machine[1] * mean)[:, None]
    by_hand = x[at] * (hand[0] - hand[1] * mean[at])[:, None]
    return theta, bread, by_machine, by_hand


def _best_lam(bread: Floats, by_machine: Floats, by_hand: Floats, sample: Sample) -> float:
    guess = by_machine[sample.rows]
    spread = np.trace(bread @ _stratified(guess, guess, sample) @ bread)
    shared = np.trace(bread @ _stratified(by_hand, guess, sample) @ bread)
    return float(np.clip(shared / spread, 0, 1)) if spread > 0 else 1.0


def _stratified(left: Floats, right: Floats, sample: Sample) -> Floats:
    """Covariance of the weighted totals of two sets of scores under stratified sampling without replacement.

    A stratum of which one row was drawn is compared with the mean of the sample (Lumley 2010, "Complex Surveys", 3.2).
    """
    names, codes = np.unique(sample.strata, return_inverse=True)
    n = np.bincount(codes)
    a, b = left * sample.weight[:, None], right * sample.weight[:, None]
    a_mean, b_mean = (sum_by(v, codes, len(names)) / n[:, None] for v in (a, b))
    alone = n == 1
    a_mean[alone], b_mean[alone] = a.mean(axis=0), b.mean(axis=0)
    factor = np.where(alone, 1.0, n / np.maximum(n - 1, 1))[codes] * (1 - 1 / sample.weight)
    product: Floats = ((a - a_mean[codes]) * factor[:, None]).T @ (b - b_mean[codes])
    return product


def fit_independent(
    x: Floats,
    y: Floats,
    guess: Floats,
    x_rest: Floats,
    guess_rest: Floats,
    *,
    link: Link = "identity",
    lam: float | None = None,
    mean: bool = False,
) -> Fit:
    """Return prediction-powered coefficients where the hand-coded rows and the others are two independent samples.

    Args:
        x, y, guess: covariates, hand codes and machine labels of the hand-coded rows.
        x_rest, guess_rest: covariates and machine labels of the others.
        link: identity or logit.
        lam: λ, 0–1; without it the one with the least variance.
        mean: a mean is estimated (``x`` is one column of ones); variances are divided by n and λ is chosen once, as
            Angelopoulos et al. do it for means.

    Source: Angelopoulos, Duchi & Zrnic 2023, "PPI++: Efficient prediction-powered inference"; equal to ppi-python.

    >>> ones, y = np.ones((2, 1)), np.array([0.0, 1.0])
    >>> fit_independent(ones, y, y, np.ones((4, 1)), np.array([1.0, 1, 1, 0]), lam=1, mean=True).theta.tolist()
    [0.75]
    """
    if lam is None:
        lam = 1.0
        for _ in range(1 if mean else 2):
            parts = _independent(x, y, guess, x_rest, guess_rest, link, lam)
            lam = _independent_lam(*parts[1:])
    theta, bread, s, s_guess, s_rest = _independent(x, y, guess, x_rest, guess_rest, link, lam)
    ddof = 0 if mean else 1
    own, rest = _covariance(s - lam * s_guess, ddof), _covariance(lam * s_rest, ddof)
    return Fit(theta, bread @ (own / len(y) + rest / len(guess_rest)) @ bread, None, lam)


def _independent(
    x: Floats, y: Floats, guess: Floats, x_rest: Floats, guess_rest: Floats, link: Link, lam: float
) -> tuple[Floats, ...]:
    n, n_rest = len(y), len(guess_rest)
    stacked = np.vstack([x, x_rest])
    if link == "identity":
        rectifier = solve(x, y - lam * guess, np.ones(n), link)[0]
        theta = rectifier + solve(x_rest, lam * guess_rest, np.ones(n_rest), link)[0]
        fitted = stacked @ theta
    else:
        outcome = np.concatenate([(y - lam * guess) / n, lam * guess_rest / n_rest])
        weight = np.concatenate([np.full(n, (1 - lam) / n), np.full(n_rest, lam / n_rest)])
        theta, _, fitted = solve(stacked, outcome, weight, link)
    slope = fitted * (1 - fitted) if link == "logit" else np.ones(n + n_rest)
    used = slice(None) if lam else slice(0, n)
    bread = _inverse((stacked[used] * slope[used][:, None]).T @ stacked[used] / len(slope[used]))
    residuals = (y - fitted[:n], guess - fitted[:n], guess_rest - fitted[n:])
    covariates = (x, x, x_rest)
    return theta, bread, *(c * r[:, None] for c, r in zip(covariates, residuals, strict=True))


def _independent_lam(bread: Floats, s: Floats, s_guess: Floats, s_rest: Floats) -> float:
    ratio = len(s) / len(s_rest)
    shared = (s - s.mean(axis=0)).T @ (s_guess - s_guess.mean(axis=0)) / len(s)
    spread = _covariance(np.vstack([s_guess, s_rest]), 1)
    lam = np.trace(bread @ (shared + shared.T) / 2 @ bread) / ((1 + ratio) * np.trace(bread @ spread @ bread))
    return float(np.clip(lam, 0, 1))


def _covariance(scores: Floats, ddof: int) -> Floats:
    return np.cov(scores.T, ddof=ddof).reshape(scores.shape[1], scores.shape[1])
