"""Trends and change points: the Nile, statsmodels, and series without a change."""

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import statsmodels.api as sm
from statsmodels.datasets import nile

from textmine.analysis import trends
from textmine.analysis.changepoint import find_change
from textmine.analysis.demo import make_frames, shuffle_frames
from textmine.analysis.errors import GroupError
from textmine.errors import FrameError
from textmine.frames import to_frame

Frames = dict[str, pd.DataFrame]


def make_series(shares: dict[int, float], n: int = 150, seed: int = 0) -> Frames:
    """Reports of some years, of which the given share states one problem."""
    generator = np.random.default_rng(seed)
    reports, statements, tags = [], [], []
    for year, share in shares.items():
        for i in range(n):
            name = f"{year}-{i}"
            reports.append({"report_id": name, "year": year})
            statements.append({"statement_id": name, "report_id": name, "role": "problem", "text": "x"})
            if generator.random() < share:
                tags.append({"statement_id": name, "report_id": name, "theme": "training"})
    rows = {"reports": reports, "statements": statements, "tags": tags}
    return {name: to_frame(name, listed) for name, listed in rows.items()}


def test_the_nile_falls_in_1899() -> None:
    """Cobb 1978, "The problem of the Nile": the level falls with the first Aswan dam, between 1898 and 1899."""
    flow = nile.load_pandas().data["volume"].to_numpy()[:60]
    years = np.arange(1871, 1931)
    found = find_change(years, flow, np.eye(60) * 128.0**2, trend=False)
    assert found is not None and found.at == 1899 and found.is_clear
    assert found.first >= 1895 and found.last <= 1903 and found.high < -150
    means = flow[years >= 1899].mean() - flow[years < 1899].mean()
    assert found.height == pytest.approx(means)


def test_a_series_without_a_jump_has_one_in_one_of_twenty() -> None:
    generator = np.random.default_rng(1)
    years, covariance = np.arange(2010, 2022), np.diag(np.linspace(0.5, 2, 12))
    clear = 0
    for _ in range(300):
        values = 0.3 * (years - 2015) + generator.multivariate_normal(np.zeros(12), covariance)
        found = find_change(years, values, covariance, draws=500, seed=3)
        clear += found is not None and found.is_clear
    assert 0.02 <= clear / 300 <= 0.085


def test_too_short_a_series_has_no_change_point() -> None:
    assert find_change(np.arange(4), np.arange(4.0), np.eye(4)) is None


def test_slope_is_that_of_statsmodels(frames: Frames) -> None:
    row = trends(frames, role="problem", themes=["interpretation"], cluster="agency").iloc[0]
    tagged = frames["tags"].merge(frames["statements"], on="statement_id", suffixes=("", "_of"))
    stating = tagged.loc[(tagged["theme"] == "interpretation") & (tagged["role"] == "problem"), "report_id"]
    y = frames["reports"]["report_id"].isin(set(stating)).astype(float)
    groups = pd.factorize(frames["reports"]["agency"])[0]
    x = sm.add_constant(frames["reports"]["year"].astype(float))
    fit = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})
    g = len(set(groups))
    assert row["estimate"] == pytest.approx(fit.params["year"])
    # what each body lends to the variance of the slope, by hand: the effective number of bodies, less one
    lent = np.bincount(groups, weights=(x["year"] - x["year"].mean()) ** 2)
    effective = lent.sum() ** 2 / (lent**2).sum()
    assert 30 < effective < g
    assert (row["high"] - row["low"]) / 2 / scipy.stats.t.ppf(0.975, effective - 1) == pytest.approx(
        fit.bse["year"] * np.sqrt(g / (g - 1))
    )
    assert row["direction"] == "falling" and row["q"] < 0.05


def test_a_jump_is_named_and_a_steady_rise_is_not() -> None:
    jump = dict.fromkeys(range(2012, 2019), 0.2) | dict.fromkeys(range(2019, 2025), 0.6)
    row = trends(make_series(jump), role="problem", themes=["training"]).iloc[0]
    assert row["change_year"] == 2019 and row["change_from"] >= 2018 and row["change_to"] <= 2020
    assert row["change_low"] > 0.1 and row["direction"] == "rising"
    rise = {year: 0.1 + 0.06 * (year - 2012) for year in range(2012, 2025)}
    row = trends(make_series(rise), role="problem", themes=["training"]).iloc[0]
    assert pd.isna(row["change_year"]) and row["direction"] == "rising"


def test_shares_of_nought_and_one_do_not_feign_certainty() -> None:
    flat = dict.fromkeys(range(2016, 2024), 0.0)
    row = trends(make_series(flat, n=20), role="problem", themes=["training"]).iloc[0]
    assert row["direction"] == "unclear" and pd.isna(row["low"]) and pd.isna(row["change_year"])
    late = flat | {2023: 1.0}
    assert trends(make_series(late, n=20), role="problem", themes=["training"]).iloc[0]["direction"] == "rising"


def test_groups_with_one_year_or_one_report_have_no_slope() -> None:
    found = trends(make_series({2020: 0.5}), role="problem", themes=["training"]).iloc[0]
    assert pd.isna(found["estimate"]) and found["direction"] == "unclear" and found["n_years"] == 1


def test_rows_and_seed_decide_nothing_else(frames: Frames) -> None:
    pd.testing.assert_frame_equal(trends(frames, "level"), trends(shuffle_frames(frames), "level"))


def test_what_is_wrong_is_said(frames: Frames) -> None:
    with pytest.raises(FrameError, match="whole numbers"):
        trends(frames, time="agency")
    with pytest.raises(FrameError, match="no column 'when'"):
        trends(frames, time="when")
    none = make_frames(5)
    with pytest.raises(GroupError, match="no report has a year"):
        trends(none | {"reports": none["reports"].assign(year=pd.array([None] * 5, dtype="Int64"))})


def test_a_direction_is_named_by_q_and_not_by_each_interval_alone() -> None:
    """Without any trend 40 slopes leave out 0 twice by chance; a direction is named in few corpora."""
    outside = named = 0
    for seed in range(12):
        found = trends(
            make_frames(150, seed=seed), ["level", "province"], role="measure", themes=["training", "staffing"]
        )
        alone = (found["low"] > 0) | (found["high"] < 0)
        outside += int(alone.sum())
        clear = found["direction"] != "unclear"
        named += int(clear.sum())
        assert (clear == (found["q"] < 0.05).fillna(False)).all() and alone[clear].all()
    assert outside > named
