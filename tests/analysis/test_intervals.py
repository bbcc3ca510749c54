"""Intervals against published examples, statsmodels and scipy."""

import numpy as np
import numpy.typing as npt
import pytest
import scipy.stats
import statsmodels.api as sm
from statsmodels.stats.proportion import proportion_confint

from textmine.analysis.intervals import (
    adjust_p,
    difference_interval,
    effective_size,
    normal_quantile,
    share_of_sums,
    two_sided_p,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_is_that_of_newcombe_1998(count: int, n: int, low: float, high: float) -> None:
    found = wilson_interval(count / n, n)
    assert np.round(found, 4).tolist() == [low, high]
    assert np.allclose(found, proportion_confint(count, n, method="wilson"))


@pytest.mark.parametrize(
    ("a", "m", "b", "n", "low", "high"),
    [(56, 70, 48, 80, 0.0524, 0.3339), (9, 10, 3, 10, 0.1705, 0.8090), (10, 10, 0, 20, 0.6791, 1.0)],
)
def test_difference_is_method_10_of_newcombe_1998(a: int, m: int, b: int, n: int, low: float, high: float) -> None:
    left, right = wilson_interval(a / m, m), wilson_interval(b / n, n)
    assert np.round(difference_interval(a / m, *left, b / n, *right), 4).tolist() == [low, high]


def test_false_discovery_example_of_benjamini_and_hochberg_1995() -> None:
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528]
    p += [0.7590, 1.0000]
    assert (adjust_p(p) <= 0.05).sum() == 4
    assert np.allclose(adjust_p(p), scipy.stats.false_discovery_control(p))


def test_missing_p_values_are_not_counted() -> None:
    assert adjust_p([np.nan, 0.02]).tolist()[1] == 0.02
    assert np.isnan(adjust_p([np.nan])).all() and len(adjust_p([])) == 0


def test_p_values_and_quantiles_are_those_of_scipy() -> None:
    z = np.array([0.0, -1.3, 2.5, 8.0])
    assert np.allclose(two_sided_p(z), 2 * scipy.stats.norm.sf(np.abs(z)))
    assert np.isclose(normal_quantile(0.9), scipy.stats.norm.ppf(0.95))
    with pytest.raises(ValueError, match="between 0 and 1"):
        normal_quantile(95)


def test_share_of_sums_has_the_clustered_error_of_statsmodels() -> None:
    generator = np.random.default_rng(0)
    cluster = np.repeat(np.arange(40), generator.integers(1, 9, 40))
    y = (generator.random(len(cluster)) < np.repeat(generator.random(40), np.bincount(cluster))).astype(float)
    found = share_of_sums(y[:, None], np.ones(len(y)), cluster)
    fit = sm.OLS(y, np.ones(len(y))).fit(cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False})
    assert np.isclose(found.share[0], fit.params[0]) and found.clusters == 40
    assert 1 < found.variance[0] / fit.cov_params()[0, 0] < 1.1
    assert np.allclose((found.variance[0], found.df), bell_mccaffrey(y, cluster))


def bell_mccaffrey(y: npt.NDArray[np.float64], cluster: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Variance and degrees of freedom of a mean from the matrices of Bell & McCaffrey 2002."""
    n, x = len(y), np.ones((len(y), 1))
    rest = np.eye(n) - x @ x.T / n
    variance, columns = 0.0, []
    for name in np.unique(cluster):
        own = cluster == name
        values, vectors = np.linalg.eigh(rest[np.ix_(own, own)])
        adjust = vectors @ np.diag(values**-0.5) @ vectors.T
        variance += float(np.sum(adjust @ (rest @ y)[own]) / n) ** 2
        columns.append(rest[:, own] @ adjust @ np.ones(own.sum()) / n)
    inner = np.array(columns) @ np.array(columns).T
    return variance, float(np.trace(inner) ** 2 / np.trace(inner @ inner))


def test_effective_size_is_smaller_where_reports_repeat_themselves() -> None:
    assert effective_size(0.5, 0.25 / 10, 10, 100) == pytest.approx(10)
    assert effective_size(0.0, 0.0, 7, 100) == 7
    assert effective_size(0.5, 0.0001, 10, 100) == 100
