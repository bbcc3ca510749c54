"""Prevalence, comparison, profiles, pairs and evidence: against counting by hand and other implementations."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.proportion import proportions_ztest

from textmine.analysis import compare, cooccurrence, find_evidence, prevalence, profile
from textmine.analysis.demo import shuffle_frames
from textmine.analysis.errors import GroupError, ThemeError
from textmine.errors import FrameError
from textmine.frames import to_frame
from textmine.themes import load_codebook

Frames = dict[str, pd.DataFrame]


def stating(frames: Frames, theme: str, role: str) -> set[str]:
    joined = frames["tags"].merge(frames["statements"][["statement_id", "role"]], on="statement_id")
    return set(joined.loc[(joined["theme"] == theme) & (joined["role"] == role), "report_id"])


def test_shares_are_those_counted_by_hand(frames: Frames) -> None:
    found = prevalence(frames, "level")
    for row in found.to_dict("records"):
        reports = set(frames["reports"].loc[frames["reports"]["level"] == row["level"], "report_id"])
        count = len(stating(frames, row["theme"], row["role"]) & reports)
        assert (row["count"], row["n"], row["n_reports"]) == (count, len(reports), len(reports))
        assert row["estimate"] == pytest.approx(count / len(reports)) and row["low"] <= row["estimate"] <= row["high"]
    assert list(found["theme"].unique()) == [theme.code for theme in load_codebook().themes]


def test_shares_of_statements_sum_over_groups(frames: Frames) -> None:
    whole = prevalence(frames, unit="statements").set_index(["theme", "role"])
    parts = prevalence(frames, ["year", "kind"], unit="statements").groupby(["theme", "role"])[["count", "n"]].sum()
    assert (whole[["count", "n"]] == parts.loc[whole.index]).all(axis=None)
    tagged = frames["tags"].merge(frames["statements"], on="statement_id")
    assert (
        whole.loc[("training", "measure"), "count"]
        == ((tagged["theme"] == "training") & (tagged["role"] == "measure")).sum()
    )


def test_every_share_leads_to_its_statements(frames: Frames) -> None:
    for unit in ("reports", "statements"):
        found = prevalence(frames, ["year", "level"], unit=unit, role="problem")  # type: ignore[arg-type]
        for _, row in found[found["count"] > 0].head(40).iterrows():
            behind = find_evidence(frames, row)
            assert row["count"] == (len(behind) if unit == "statements" else behind["report_id"].nunique())


def test_results_do_not_depend_on_the_order_of_rows(frames: Frames) -> None:
    other = shuffle_frames(frames)
    for run in (
        lambda f: prevalence(f, "year", unit="statements", cluster="agency"),
        lambda f: compare(f, "level", "county", "township"),
        lambda f: profile(f, "第1号局", "level"),
        lambda f: cooccurrence(f, unit="reports", role="problem"),
    ):
        pd.testing.assert_frame_equal(run(frames), run(other))


def test_a_theme_that_two_sources_give_counts_once(frames: Frames) -> None:
    twice = frames | {"tags": pd.concat([frames["tags"], frames["tags"].assign(source="model")], ignore_index=True)}
    pd.testing.assert_frame_equal(prevalence(frames, unit="statements"), prevalence(twice, unit="statements"))


def test_any_role_counts_a_report_once(frames: Frames) -> None:
    row = prevalence(frames, role="any", themes=["training"]).iloc[0]
    assert row["count"] == len(stating(frames, "training", "problem") | stating(frames, "training", "measure"))


def test_reports_without_a_part_are_counted_only_when_asked(frames: Frames) -> None:
    bare = to_frame("reports", [{"report_id": "bare", "level": "county"}])
    more = frames | {"reports": pd.concat([frames["reports"], bare], ignore_index=True)}
    assert prevalence(more)["n"].unique().tolist() == [240]
    assert prevalence(more, base="all")["n"].unique().tolist() == [241]
    missing = prevalence(more, ["level", "year"], base="all")
    assert missing["year"].isna().any(), "a missing value is a group of its own"


def test_bodies_over_years_are_wider_than_reports(frames: Frames) -> None:
    alone = prevalence(frames, themes=["oversight"], role="measure").iloc[0]
    body = prevalence(frames, themes=["oversight"], role="measure", cluster="agency").iloc[0]
    assert body["estimate"] == alone["estimate"] and body["high"] - body["low"] > alone["high"] - alone["low"]


def test_groups_that_are_small_or_without_statements() -> None:
    reports = to_frame("reports", [{"report_id": "a", "year": 2020}, {"report_id": "b", "year": 2021}])
    rows = [
        {"statement_id": "a-1", "report_id": "a", "role": "problem", "text": "人手不足。"},
        {"statement_id": "b-1", "report_id": "b", "role": "context", "text": "平稳。"},
    ]
    tags = to_frame("tags", [{"statement_id": "a-1", "report_id": "a", "theme": "staffing"}])
    tiny = {"reports": reports, "statements": to_frame("statements", rows), "tags": tags}
    found = prevalence(tiny, "year", unit="statements", role="problem", themes=["staffing"])
    assert found["small"].all()
    assert found["estimate"].isna().tolist() == [False, True] and found["n"].tolist() == [1, 0]
    one = found.iloc[0]
    assert one["low"] < 0.25 and one["high"] == 1, "one report says little, however sure it looks"


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda f: prevalence(f, "yaer"), FrameError, "did you mean year"),
        (lambda f: prevalence(f, role="proposal"), FrameError, "there are problem, measure, any"),
        (lambda f: prevalence(f, unit="words"), FrameError, "there are reports, statements"),
        (lambda f: prevalence(f, base="some"), FrameError, "with_part, all"),
        (lambda f: prevalence(f, themes=["trainig"]), ThemeError, "did you mean training"),
        (lambda f: prevalence({"reports": f["reports"]}), FrameError, "'statements' is missing"),
        (lambda f: prevalence(f | {"tags": f["tags"][["theme"]]}), FrameError, "lacks statement_id"),
        (lambda f: prevalence(f, cluster="agnecy"), FrameError, "did you mean agency"),
        (lambda f: prevalence(f | {"reports": f["reports"].head(0)}), GroupError, "no report"),
        (lambda f: prevalence(f | {"reports": pd.concat([f["reports"]] * 2)}), FrameError, "more than once"),
        (lambda f: compare(f, "level", "national"), GroupError, "no report has level = national"),
        (lambda f: compare(f, "report_id", f["reports"]["report_id"][0]), GroupError, "has one report"),
        (lambda f: compare(f, "level", "county", ["county", "township"]), GroupError, "in both groups"),
        (lambda f: profile(f, "第1号厅"), GroupError, "no report has agency"),
        (lambda f: profile(f, "第1号局", "agency"), GroupError, "name fewer columns"),
        (lambda f: cooccurrence(f, role="problem", other_role="measure"), GroupError, "unit='reports'"),
        (lambda f: cooccurrence(f, themes=["training"]), GroupError, "two themes"),
        (lambda f: find_evidence(f, theme="x"), ThemeError, "unknown theme"),
        (lambda f: find_evidence(f, where={"year": 1900}), GroupError, "no report has year = 1900"),
    ],
)
def test_what_is_wrong_is_said(frames: Frames, call: object, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        call(frames)  # type: ignore[operator]


def test_comparison_is_that_of_other_implementations(frames: Frames) -> None:
    found = compare(frames, "level", "county", "township").set_index(["theme", "role"])
    row = found.loc[("oversight", "problem")]
    p = proportions_ztest([row["count_a"], row["count_b"]], [row["n_a"], row["n_b"]])[1]
    assert row["p"] == pytest.approx(p, rel=1e-9) and row["q"] < 0.05 and row["low"] > 0
    assert row["estimate"] == pytest.approx(row["share_a"] - row["share_b"])
    assert (found["q"] >= found["p"]).all()


def test_comparisons_of_equal_groups_find_something_by_chance_only() -> None:
    """Under no difference the chance of naming any theme is held at 5 % (all nulls are true)."""
    from textmine.analysis.demo import make_frames

    base = make_frames(400, seed=5)
    generator = np.random.default_rng(0)
    named = []
    for _ in range(60):
        sides = pd.array(generator.permutation(np.arange(400) % 2), dtype="Int64")
        random = base | {"reports": base["reports"].assign(side=sides)}
        named.append((compare(random, "side", 0, 1)["q"] < 0.05).any())
    assert np.mean(named) < 0.15


def test_difference_of_years_of_the_same_bodies_uses_that_they_are_the_same(frames: Frames) -> None:
    halves = frames["reports"].assign(half=pd.array(np.arange(240) % 2, dtype="Int64"))
    paired = frames | {"reports": halves}
    plain = compare(paired, "half", 0, 1, themes=["oversight"], role="measure").iloc[0]
    body = compare(paired, "half", 0, 1, themes=["oversight"], role="measure", cluster="agency").iloc[0]
    assert body["estimate"] == pytest.approx(plain["estimate"])
    assert body["high"] - body["low"] < plain["high"] - plain["low"]


def test_pairs_are_two_by_two_tables(frames: Frames) -> None:
    found = cooccurrence(frames, unit="reports", role="problem", other_role="measure")
    row = found[(found["theme_a"] == "oversight") & (found["theme_b"] == "oversight")].iloc[0]
    a, b = stating(frames, "oversight", "problem"), stating(frames, "oversight", "measure")
    both, n = len(a & b), 240
    assert (row["count"], row["count_a"], row["count_b"], row["n"]) == (both, len(a), len(b), n)
    table = np.array([[both, len(a) - both], [len(b) - both, n - len(a) - len(b) + both]]) + 0.5
    assert row["estimate"] == pytest.approx(Table2x2(table).log_oddsratio)
    # clustered by single reports the error is Woolf's, up to n ÷ (n − 1) and the half added
    width = (row["high"] - row["low"]) / 2 / 1.959964
    assert width == pytest.approx(Table2x2(table).log_oddsratio_se, rel=0.02)


def test_pairs_within_a_statement() -> None:
    reports = to_frame("reports", [{"report_id": str(i)} for i in range(40)])
    rows = [{"statement_id": f"{i}-1", "report_id": str(i), "role": "problem", "text": "x"} for i in range(40)]
    tags = [{"statement_id": f"{i}-1", "theme": t} for i in range(20) for t in ("staffing", "training")]
    tags += [{"statement_id": f"{i}-1", "theme": "platform"} for i in range(20, 40)]
    small = {"reports": reports, "statements": to_frame("statements", rows), "tags": to_frame("tags", tags)}
    found = cooccurrence(small, themes=["staffing", "training", "platform"])
    assert found.iloc[0][["theme_a", "theme_b", "count", "n_reports"]].tolist() == ["staffing", "training", 20, 20]
    assert found.iloc[0]["lift"] == 2 and found.iloc[0]["low"] > 0
    assert (found.iloc[1:]["high"] < 0).all()


def test_profile_compares_with_other_bodies_of_the_same_years(frames: Frames) -> None:
    found = profile(frames, "第4号局", "level", themes=["oversight"], role="measure").iloc[0]
    reports = frames["reports"]
    own = reports[reports["agency"] == "第4号局"]
    peers = reports[(reports["level"] == own["level"].iloc[0]) & reports["year"].isin(set(own["year"]))]
    peers = peers[peers["agency"] != "第4号局"]
    assert found["n"] == len(own) and found["peer_n"] == len(peers)
    assert found["peer_bodies"] == peers["agency"].nunique()
    stated = own[own["report_id"].isin(stating(frames, "oversight", "measure"))]
    assert found["years"] == " ".join(map(str, sorted(stated["year"].unique())))


def test_bodies_of_one_name_in_two_places_are_told_apart(frames: Frames) -> None:
    reports = frames["reports"].assign(agency="县司法局")
    with pytest.raises(GroupError, match="say which with province"):
        profile(frames | {"reports": reports}, "县司法局")
    alone = profile(frames | {"reports": reports}, "县司法局", (), where={"province": "江苏省"}, themes=["training"])
    assert alone["n_reports"].unique().tolist() == [(reports["province"] == "江苏省").sum()]


def test_bodies_of_one_name_without_a_place_are_not_one_body(frames: Frames) -> None:
    bare = frames["reports"].assign(province=pd.array([None] * 240, dtype="string"))
    bare.loc[:5, "agency"] = "司法局"
    bare.loc[:1, "year"] = 2020
    odd = frames | {"reports": bare}
    with pytest.raises(GroupError, match="may be of several bodies: demo/000000"):
        profile(odd, "司法局", "level")
    own = {"report_id": bare["report_id"][0]}
    one = profile(odd, "司法局", (), where=own, themes=["training"])
    assert one["n_reports"].eq(1).all() and one["unplaced"].eq(1).all()
    assert profile(frames, "第4号局", "level")["unplaced"].eq(0).all()
    placed = frames | {"reports": frames["reports"].assign(year=2020)}
    assert len(profile(placed, "第4号局", "level", themes=["training"])) == 2, "a body with a place may report twice"
