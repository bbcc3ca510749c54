"""The estimates that hand codes correct: against statsmodels and ppi-python; their coverage is in test_coverage.py."""

import numpy as np
import numpy.typing as npt
import pytest
import statsmodels.api as sm

from textmine.analysis.errors import GroupError
from textmine.analysis.estimating import Fit, Sample, fit_clustered, fit_independent, fit_sampled, solve

Floats = npt.NDArray[np.float64]


def make_labels(x: Floats, seed: int) -> tuple[Floats, Floats]:
    generator = np.random.default_rng(seed)
    y = (generator.random(len(x)) < 1 / (1 + np.exp(-x @ [-0.5, 0.8, 0.3]))).astype(float)
    return y, np.where(generator.random(len(x)) < 0.85, y, 1 - y)


def make_design(n: int, seed: int) -> Floats:
    generator = np.random.default_rng(seed)
    return np.column_stack([np.ones(n), generator.normal(size=n), generator.integers(0, 2, n)])


@pytest.mark.parametrize("link", ["identity", "logit"])
def test_clustered_fit_is_that_of_statsmodels(link: str) -> None:
    x = make_design(300, 0)
    y, _ = make_labels(x, 1)
    cluster = np.arange(300) // 5
    model = sm.OLS(y, x) if link == "identity" else sm.Logit(y, x)
    options = {"groups": cluster, "use_correction": False}
    theirs = model.fit(cov_type="cluster", cov_kwds=options, **({} if link == "identity" else {"disp": 0}))
    ours = fit_clustered(x, y, np.ones(300), cluster, link)  # type: ignore[arg-type]
    assert np.allclose(ours.theta, theirs.params, atol=1e-7)
    assert np.allclose(ours.covariance * 59 / 60, theirs.cov_params(), atol=1e-8)


def test_counts_of_statements_are_as_if_each_statement_stood_alone() -> None:
    x = np.array([[1.0, 0], [1, 1], [1, 2], [1, 4]])
    y, m = np.array([1.0, 0, 2, 3]), np.array([3.0, 1, 3, 4])
    each = [(row, hit) for row, a, b in zip(x, y, m, strict=True) for hit in [1.0] * int(a) + [0.0] * int(b - a)]
    theirs = sm.Logit([hit for _, hit in each], np.array([row for row, _ in each])).fit(disp=0)
    assert np.allclose(solve(x, y, m, "logit")[0], theirs.params)


@pytest.mark.filterwarnings("ignore::FutureWarning:sklearn")
@pytest.mark.parametrize("lam", [None, 1.0, 0.4, 0.0])
def test_independent_case_equals_ppi_python(lam: float | None) -> None:
    ppi = pytest.importorskip("ppi_py")
    x, rest = make_design(150, 2), make_design(2000, 3)
    (y, guess), (_, guess_rest) = make_labels(x, 4), make_labels(rest, 5)

    def bounds(fit: Fit) -> tuple[Floats, Floats]:
        reach = fit.reach(0.95) * fit.errors()
        return fit.theta - reach, fit.theta + reach

    ones = (np.ones((150, 1)), y, guess, np.ones((2000, 1)), guess_rest)
    mean = bounds(fit_independent(*ones, lam=lam, mean=True))
    assert np.allclose(mean, ppi.ppi_mean_ci(y, guess, guess_rest, alpha=0.05, lam=lam), atol=1e-6)
    linear = bounds(fit_independent(x, y, guess, rest, guess_rest, lam=lam))
    assert np.allclose(linear, ppi.ppi_ols_ci(x, y, guess, rest, guess_rest, alpha=0.05, lam=lam), atol=1e-6)
    exact = {"ftol": 1e-15, "gtol": 1e-12, "maxiter": 5000}
    logistic = bounds(fit_independent(x, y, guess, rest, guess_rest, lam=lam, link="logit"))
    theirs = ppi.ppi_logistic_ci(x, y, guess, rest, guess_rest, alpha=0.05, lam=lam, optimizer_options=exact)
    assert np.allclose(logistic, theirs, atol=1e-6)


def test_difference_estimator_by_hand() -> None:
    """Two strata of 4 and 6 rows, 2 and 3 of them coded: Σ machine + Σ weight × (hand − machine)."""
    machine = np.array([1.0, 0, 1, 1, 0, 0, 1, 0, 0, 1])
    rows = np.array([0, 1, 4, 5, 6])
    hand = np.array([0.0, 1, 0, 1, 1])
    sample = Sample(rows, np.full(5, 2.0), np.array([0, 0, 1, 1, 1]))
    x, ones = np.ones((10, 1)), np.ones(10)
    fit = fit_sampled(x, (machine, ones), (hand, np.ones(5)), sample, lam=1, finite=True)
    error = hand - machine[rows]
    assert fit.theta[0] == pytest.approx((machine.sum() + 2 * error.sum()) / 10)
    variance = 4**2 * (1 - 0.5) * error[:2].var(ddof=1) / 2 + 6**2 * (1 - 0.5) * error[2:].var(ddof=1) / 3
    assert fit.covariance[0, 0] == pytest.approx(variance / 100)
    assert fit.df is not None and fit.df.tolist() == [3]


def test_a_useless_machine_is_not_trusted_and_a_perfect_one_is() -> None:
    generator = np.random.default_rng(0)
    y = (generator.random(400) < 0.4).astype(float)
    rows = np.arange(0, 400, 4)
    sample = Sample(rows, np.full(100, 4.0), np.zeros(100, dtype=np.int64))
    hand, ones = (y[rows], np.ones(100)), np.ones(400)
    noise = (generator.random(400) < 0.5).astype(float)
    assert fit_sampled(np.ones((400, 1)), (noise, ones), hand, sample).lam < 0.3
    perfect = fit_sampled(np.ones((400, 1)), (y, ones), hand, sample)
    assert perfect.lam == pytest.approx(1) and perfect.theta[0] == pytest.approx(y.mean())


def test_what_cannot_be_told_is_said() -> None:
    with pytest.raises(GroupError, match="repeats another"):
        solve(np.ones((5, 2)), np.ones(5), np.ones(5), "identity")
    with pytest.raises(GroupError, match="no finite solution"):
        solve(np.ones((5, 1)), np.ones(5), np.ones(5), "logit")
    with pytest.raises(GroupError, match="one report alone"):
        fit_clustered(np.ones((1, 1)), np.ones(1), np.ones(1), np.zeros(1, dtype=np.int64))
