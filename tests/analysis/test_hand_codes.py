"""From a mined folder to corrected figures: sample, sheet, codes, estimates."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.analysis import compare, draw_sample, make_sheet, prevalence, read_codes, regress, trends
from textmine.analysis.demo import make_frames, shuffle_frames
from textmine.analysis.errors import GroupError, SampleError, ThemeError
from textmine.analysis.handcodes import read_sample
from textmine.analysis.sampling import allocate

Frames = dict[str, pd.DataFrame]


def code_by_hand(truth: Frames, sample: pd.DataFrame) -> pd.DataFrame:
    """The sheet, filled in with the tags of ``truth``."""
    sheet = make_sheet(truth, sample)
    themes = truth["tags"].groupby("statement_id")["theme"].agg(";".join)
    sheet["themes"] = sheet["statement_id"].map(themes).astype("string")
    sheet["role"] = sheet["statement_id"].map(truth["statements"].set_index("statement_id")["role"])
    return read_codes(sheet)


def err(truth: Frames, seed: int = 0) -> Frames:
    """A machine that misses a fifth of the tags and calls a tenth of them staffing."""
    generator = np.random.default_rng(seed)
    tags = truth["tags"][generator.random(len(truth["tags"])) > 0.2].copy()
    tags.loc[generator.random(len(tags)) < 0.1, "theme"] = "staffing"
    return truth | {"tags": tags.reset_index(drop=True)}


@pytest.fixture(scope="module")
def truth() -> Frames:
    return make_frames(800, seed=11)


@pytest.fixture(scope="module")
def machine(truth: Frames) -> Frames:
    return err(truth)


@pytest.fixture(scope="module")
def hand(truth: Frames, machine: Frames) -> dict[str, pd.DataFrame]:
    sample = draw_sample(machine, 160, "level", seed=4)
    return {"codes": code_by_hand(truth, sample), "sample": sample}


def test_corrected_shares_find_the_truth_that_raw_ones_miss(
    truth: Frames, machine: Frames, hand: dict[str, pd.DataFrame]
) -> None:
    true = prevalence(truth).set_index(["theme", "role"])
    found = prevalence(machine, **hand).set_index(["theme", "role"])
    said = found[true["count"] > 0].index
    inside = (found["low"] <= true["estimate"]) & (true["estimate"] <= found["high"])
    raw = (found["raw_low"] <= true["estimate"]) & (true["estimate"] <= found["raw_high"])
    assert inside[said].mean() > 0.8 and raw[said].mean() < 0.4
    assert found["method"].eq("corrected").all() and found["n_coded"].eq(160).all()
    machine_alone = prevalence(machine).set_index(["theme", "role"])
    assert np.allclose(found["raw"].astype(float), machine_alone["estimate"].astype(float))


def test_all_coded_is_the_truth(truth: Frames, machine: Frames) -> None:
    sample = draw_sample(machine, 800, "level")
    codes = code_by_hand(truth, sample)
    for unit in ("reports", "statements"):
        true, found = (
            prevalence(f, "year", unit=unit, **more)  # type: ignore[arg-type]
            for f, more in ((truth, {}), (machine, {"codes": codes, "sample": sample}))
        )
        assert np.allclose(found["estimate"].astype(float), true["estimate"].astype(float), atol=1e-9)


def test_groups_trends_differences_and_regressions_are_corrected_too(
    truth: Frames, machine: Frames, hand: dict[str, pd.DataFrame]
) -> None:
    groups = prevalence(machine, "level", role="problem", themes=["oversight"], **hand)
    true = prevalence(truth, "level", role="problem", themes=["oversight"])
    assert ((groups["low"] <= true["estimate"]) & (true["estimate"] <= groups["high"])).all()
    slope = trends(machine, role="problem", themes=["interpretation"], **hand).iloc[0]
    true_slope = trends(truth, role="problem", themes=["interpretation"]).iloc[0]["estimate"]
    assert slope["low"] <= true_slope <= slope["high"] and slope["raw"] > true_slope and slope["direction"] == "falling"
    gap = compare(machine, "level", "county", role="problem", themes=["oversight"], **hand).iloc[0]
    true_gap = compare(truth, "level", "county", role="problem", themes=["oversight"]).iloc[0]["estimate"]
    assert gap["low"] <= true_gap <= gap["high"] and gap["method"] == "corrected"
    odds = regress(machine, "oversight", "level", **hand).set_index("term").loc["level=township"]
    true_odds = regress(truth, "oversight", "level").set_index("term").loc["level=township", "estimate"]
    assert odds["low"] <= true_odds <= odds["high"] and odds["method"] == "corrected"


def test_a_group_with_too_few_coded_reports_has_no_estimate(machine: Frames, hand: dict[str, pd.DataFrame]) -> None:
    found = prevalence(machine, "agency", role="problem", themes=["training"], **hand)
    few = found[found["n_coded"] < 2]
    assert len(few) and few["estimate"].isna().all() and few["raw"].notna().all()


def test_a_sample_without_any_error_is_not_taken_for_certainty(truth: Frames) -> None:
    sample = draw_sample(truth, 30, seed=1)
    row = prevalence(truth, role="problem", themes=["training"], codes=code_by_hand(truth, sample), sample=sample).iloc[
        0
    ]
    assert row["high"] - row["low"] > 0.1


def test_drawing_is_stratified_stored_and_repeatable(machine: Frames) -> None:
    drawn = draw_sample(machine, 100, ["year", "level"], seed=5)
    assert len(drawn) == 100 and drawn["report_id"].is_unique
    assert (drawn["probability"] - drawn["stratum_drawn"] / drawn["stratum_size"]).abs().max() < 1e-12
    assert drawn.groupby("stratum").size().min() >= 2
    assert (1 / drawn["probability"]).sum() == pytest.approx(800)
    pd.testing.assert_frame_equal(drawn, draw_sample(shuffle_frames(machine), 100, ["year", "level"], seed=5))
    assert set(drawn["report_id"]) != set(draw_sample(machine, 100, ["year", "level"], seed=6)["report_id"])


def test_each_report_of_a_stratum_is_as_likely_as_its_probability_says(machine: Frames) -> None:
    counts = dict.fromkeys(machine["reports"]["report_id"], 0)
    for seed in range(60):
        for name in draw_sample(machine, 80, "level", seed=seed)["report_id"]:
            counts[name] += 1
    share = np.array(list(counts.values())) / 60
    assert abs(share.mean() - 0.1) < 1e-9 and share.std() < 0.05


def test_allocation_keeps_to_sizes() -> None:
    assert allocate(np.array([5, 5]), 10).tolist() == [5, 5]
    assert allocate(np.array([1, 1000]), 50).tolist() == [1, 49]
    with pytest.raises(SampleError, match="only 3"):
        allocate(np.array([3]), 4)
    with pytest.raises(SampleError, match="at least 4"):
        allocate(np.array([3, 3]), 3)


def test_a_sheet_goes_through_a_file(tmp_path: Path, truth: Frames, hand: dict[str, pd.DataFrame]) -> None:
    sheet = make_sheet(truth, hand["sample"]).assign(role="context", themes=None)
    sheet.loc[0, ["role", "themes"]] = ["problem", "staffing； training"]
    sheet.to_csv(tmp_path / "sheet.csv", index=False, encoding="utf-8-sig")
    hand["sample"].to_csv(tmp_path / "sample.csv", index=False)
    codes, sample = read_codes(tmp_path / "sheet.csv"), read_sample(tmp_path / "sample.csv")
    assert codes["theme"].dropna().tolist() == ["staffing", "training"]
    found = prevalence(truth, role="problem", themes=["staffing"], codes=codes, sample=sample)
    assert found["n_coded"].tolist() == [160]


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        (lambda h: {"codes": h["codes"]}, SampleError, "give it as 'sample'"),
        (
            lambda h: h | {"codes": h["codes"][h["codes"]["report_id"] != h["sample"]["report_id"][0]]},
            SampleError,
            "not coded",
        ),
        (lambda h: h | {"sample": h["sample"].iloc[1:]}, SampleError, "not in the sample"),
        (lambda h: h | {"sample": h["sample"].assign(stratum_size=9)}, SampleError, "was drawn from 27 reports"),
        (lambda h: h | {"sample": h["sample"].assign(probability=0.0)}, SampleError, "between 0 and 1"),
        (lambda h: h | {"sample": h["sample"].assign(report_id="x")}, SampleError, "not among the reports"),
        (lambda h: h | {"codes": h["codes"].assign(theme="trainig")}, ThemeError, "did you mean training"),
    ],
)
def test_codes_that_do_not_fit_are_refused(
    machine: Frames, hand: dict[str, pd.DataFrame], change: object, error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        prevalence(machine, **change(hand))  # type: ignore[operator]


def test_an_unfinished_sheet_is_refused(truth: Frames, hand: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    sheet = make_sheet(truth, hand["sample"])
    with pytest.raises(SampleError, match="has no role"):
        read_codes(sheet)
    with pytest.raises(SampleError, match="the role 'Problem'"):
        read_codes(sheet.assign(role="Problem"))
    with pytest.raises(SampleError, match="coded twice"):
        read_codes(pd.concat([sheet.head(1).assign(role="problem")] * 2))
    with pytest.raises(SampleError, match="cannot read"):
        read_codes(tmp_path / "none.csv")


def test_regression_says_what_it_cannot_tell(truth: Frames) -> None:
    with pytest.raises(GroupError, match="cannot be told"):
        regress(truth, "training", ["kind", "agency", "level"], link="identity")
    always = truth["reports"].assign(never=np.where(truth["reports"]["level"] == "county", "a", "b"))
    rare = truth | {
        "reports": always,
        "tags": truth["tags"][truth["tags"]["report_id"].isin(set(always.loc[always["never"] == "a", "report_id"]))],
    }
    with pytest.raises(GroupError, match=r"none of the .* reports with never = b have the theme"):
        regress(rare, "training", "never")
    with pytest.raises(GroupError, match=r"all of the .* reports with never = a"):
        regress(rare | {"tags": rare["statements"].assign(theme="training")}, "training", "never")


def test_values_of_few_reports_are_one_and_a_sure_value_is_not_certain(truth: Frames) -> None:
    levels = truth["reports"]["level"].astype("string").copy()
    levels.iloc[:3] = ["village", "national", "national"]
    odd = truth | {"reports": truth["reports"].assign(level=levels)}
    assert "level=national|village" in regress(odd, "training", "level", link="identity")["term"].tolist()
    own = set(truth["reports"]["report_id"][:3])
    none = odd | {"tags": truth["tags"][~truth["tags"]["report_id"].isin(own)]}
    found = regress(none, "training", "level", link="identity", rare=1).set_index("term")
    assert (found["high"] - found["low"])["level=village"] > 0.5, "one report says little, however sure it looks"
    with pytest.raises(
        GroupError, match=r"of the 1 reports with level = village|of the 2 reports with level = national"
    ):
        regress(none, "training", "level", rare=1)


def test_a_sheet_that_excel_saved_is_read(tmp_path: Path) -> None:
    row = {"statement_id": "1269438000000e12-001", "report_id": "1.27E+18", "role": "problem", "themes": "staffing"}
    sheet = pd.DataFrame([row | {"text": "人手不足。"}])
    sheet.to_csv(tmp_path / "sheet.csv", index=False, encoding="gb18030")
    assert read_codes(tmp_path / "sheet.csv")["report_id"].tolist() == ["1269438000000e12"]


def test_rows_lost_from_a_sheet_are_named(machine: Frames, hand: dict[str, pd.DataFrame]) -> None:
    lost = sorted(hand["codes"]["statement_id"].unique())[5:7]
    codes = hand["codes"][~hand["codes"]["statement_id"].isin(lost)]
    with pytest.raises(SampleError, match=rf"2 of .* lack a row in the codes: {lost[0]}, {lost[1]}; put the rows back"):
        prevalence(machine, codes=codes, sample=hand["sample"])


def test_no_corrected_estimate_is_certain_because_no_error_was_seen(truth: Frames) -> None:
    sample = draw_sample(truth, 40, "level", seed=1)
    hand = {"codes": code_by_hand(truth, sample), "sample": sample}
    more = {"role": "problem", "themes": ["oversight"]}

    def widths(frame: pd.DataFrame, prefix: str = "") -> float:
        row = frame.iloc[-1]
        return float(row[f"{prefix}high"] - row[f"{prefix}low"])

    assert widths(compare(truth, "level", "county", **more, **hand)) > 1.2 * widths(
        compare(truth, "level", "county", **more)
    )
    assert widths(trends(truth, **more, **hand)) > 1.2 * widths(trends(truth, **more))
    found = regress(truth, "oversight", "level", link="identity", **hand)
    assert widths(found) > 1.2 * widths(found, "raw_")


def test_where_takes_a_part_and_the_whole_sample(machine: Frames, hand: dict[str, pd.DataFrame]) -> None:
    more = {"role": "problem", "themes": ["oversight"]}
    groups = prevalence(machine, "level", **more, **hand).set_index("level").loc["county"]
    part = prevalence(machine, where={"level": "county"}, **more, **hand).iloc[0]
    assert part[["estimate", "low", "high", "n"]].tolist() == groups[["estimate", "low", "high", "n"]].tolist()
    slopes = trends(machine, "level", **more, **hand).set_index("level").loc["county"]
    assert trends(machine, where={"level": "county"}, **more, **hand).iloc[0]["low"] == slopes["low"]
    gap = compare(machine, "province", "江苏省", where={"level": "county", "year": [2020, 2021]}, **more).iloc[0]
    fits = machine["reports"]["level"].eq("county") & machine["reports"]["year"].isin([2020, 2021])
    assert gap["n_a"] + gap["n_b"] == fits.sum()
    assert regress(machine, "oversight", "year", where={"level": "county"})["n_reports"].iloc[0] == groups["n"]
    for run in (prevalence, trends):
        with pytest.raises(GroupError, match="no report has level = village"):
            run(machine, where={"level": "village"})


def test_more_strata_than_half_the_sample_are_taken_together(machine: Frames) -> None:
    by = ["year", "level", "kind"]
    drawn = draw_sample(machine, 60, by)
    assert len(drawn) == 60 and drawn["stratum_drawn"].min() >= 2
    assert (1 / drawn["probability"]).sum() == pytest.approx(800)
    assert (drawn["probability"] == drawn["stratum_drawn"] / drawn["stratum_size"]).all()
    joined = drawn["stratum_name"].str.contains("; ", regex=False)
    assert joined.any() and drawn.groupby("stratum")["stratum_name"].nunique().eq(1).all()
    pd.testing.assert_frame_equal(drawn, draw_sample(shuffle_frames(machine), 60, by))
    with pytest.raises(SampleError, match="strata need two reports each"):
        draw_sample(machine, 60, by, merge=False)
    counts = dict.fromkeys(machine["reports"]["report_id"], 0)
    for seed in range(150):
        for name in draw_sample(machine, 60, by, seed=seed)["report_id"]:
            counts[name] += 1
    assert min(counts.values()) > 0, "no report is out of reach"


def test_a_group_with_two_coded_reports_is_all_but_unknown(machine: Frames, hand: dict[str, pd.DataFrame]) -> None:
    found = prevalence(machine, "agency", role="problem", themes=["training"], **hand)
    two = found[found["n_coded"] == 2]
    assert len(two) and (two["high"] - two["low"] > 0.7).all(), "two coded reports have one degree of freedom"
