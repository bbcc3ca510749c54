"""Do nominal 95 % intervals hold the truth in 93 to 97 of 100 corpora? Asked of the functions that users call."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.analysis import compare, draw_sample, prevalence, regress, trends

Floats = npt.NDArray[np.float64]
Frames = dict[str, pd.DataFrame]
BETA = np.array([-0.7, 0.5, 0.15])
REPORTS, CODED, ROUNDS = 800, 160, 800


class Coverage:
    """Counts how often intervals hold the truth."""

    def __init__(self) -> None:
        self.hits: dict[str, list[bool]] = {}

    def add(self, name: str, row: "pd.Series[float]", truth: float, prefix: str = "") -> None:
        self.hits.setdefault(name, []).append(bool(row[f"{prefix}low"] <= truth <= row[f"{prefix}high"]))

    def share(self, name: str) -> float:
        return float(np.mean(self.hits[name]))


def true_values() -> dict[str, float]:
    """By summing over all years and sides, which are equally likely."""
    side, year = (axis.ravel() for axis in np.meshgrid([0, 1], np.arange(-3, 4)))
    chance = 1 / (1 + np.exp(-np.column_stack([np.ones(14), side, year]) @ BETA))
    return {
        "share": float(chance.mean()),
        "difference": float(chance[side == 1].mean() - chance[side == 0].mean()),
        "trend": float(np.polyfit(year, chance, 1)[0]),
    }


def make_corpus(generator: np.random.Generator) -> tuple[Frames, pd.DataFrame, float]:
    """A corpus as the machine tagged it, the codes of all of it, and the share of labels that are right.

    ``training`` is stated once a report, ``staffing`` in several statements of it whose errors go together.
    """
    n = REPORTS
    year, side = generator.integers(-3, 4, n), generator.integers(0, 2, n)
    chance = 1 / (1 + np.exp(-np.column_stack([np.ones(n), side, year]) @ BETA))
    y = generator.random(n) < chance
    miss, invent = np.where(side == 1, 0.10, 0.12), np.where(side == 1, 0.22, 0.16)
    guess = np.where(y, generator.random(n) > miss, generator.random(n) < invent)
    m = generator.integers(2, 9, n)
    owner = np.repeat(np.arange(n), m)
    own = np.clip(chance + generator.normal(0, 0.15, n) * np.minimum(chance, 1 - chance), 0, 1)
    each = generator.random(len(owner)) < own[owner]
    careless = generator.normal(0, 0.8, n)[owner]
    wrong = generator.random(len(owner)) < 1 / (1 + np.exp(np.where(each, 2.2, 1.6) - careless))
    names = np.array([f"{number:016x}" for number in range(n)], dtype=object)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    ids = names[owner] + np.array([f"-{number:05d}" for number in range(len(owner))], dtype=object)
    reports = pd.DataFrame({"report_id": names, "year": year + 2020, "side": np.array(["a", "b"])[side]})
    statements = pd.DataFrame({"statement_id": ids, "report_id": names[owner], "role": "problem", "text": "x"})

    def tags(once: npt.NDArray[np.bool_], many: npt.NDArray[np.bool_]) -> pd.DataFrame:
        at = [ids[first[once]], ids[many]]
        themes = ["training"] * len(at[0]) + ["staffing"] * len(at[1])
        return pd.DataFrame({"statement_id": np.concatenate(at), "theme": themes})

    codes = statements.merge(tags(y, each), on="statement_id", how="left").drop(columns="text")
    frames = {"reports": reports, "statements": statements, "tags": tags(guess, each ^ wrong)}
    return frames, codes, float((y == guess).mean())


def test_coverage_of_corrected_and_raw_estimates() -> None:
    """Labels about 85 % right; 160 of 800 reports coded. The simulation's own error is 0.8 percentage points."""
    generator = np.random.default_rng(20240501)
    truth, covered, right = true_values(), Coverage(), []
    for number in range(ROUNDS):
        frames, codes, share_right = make_corpus(generator)
        right.append(share_right)
        sample = draw_sample(frames, CODED, ["year", "side"], seed=number)
        hand = {"codes": codes[codes["report_id"].isin(set(sample["report_id"]))], "sample": sample}
        once = {"role": "problem", "themes": ["training"]} | hand
        row = prevalence(frames, **once).iloc[0]
        covered.add("share", row, truth["share"])
        covered.add("raw share", row, truth["share"], "raw_")
        row = prevalence(frames, unit="statements", role="problem", themes=["staffing"], **hand).iloc[0]
        covered.add("share of statements", row, truth["share"])
        covered.add("raw share of statements", row, truth["share"], "raw_")
        covered.add("difference", compare(frames, "side", "b", "a", **once).iloc[0], truth["difference"])
        covered.add("trend", trends(frames, **once).iloc[0], truth["trend"])
        odds = regress(frames, "training", ["side", "year"], **hand).set_index("term")
        covered.add("logistic", odds.loc["year"], BETA[2])
    assert 0.83 < np.mean(right) < 0.87
    shares = {name: covered.share(name) for name in covered.hits}
    for name in ("share", "difference", "trend", "logistic", "share of statements"):
        assert 0.93 <= shares[name] <= 0.97, shares
    assert shares["raw share"] < 0.05 and shares["raw share of statements"] < 0.05, shares
