"""Intervals of shares and differences where few bodies wrote all reports."""

import numpy as np
import pandas as pd
import pytest

from textmine.analysis import compare, prevalence

Frames = dict[str, pd.DataFrame]


def make_bodies(generator: np.random.Generator, bodies: int) -> Frames:
    """Bodies of 2 to 11 reports; each states the theme in a share of its own, 40 % in the mean."""
    sizes = generator.integers(2, 12, bodies)
    body = np.repeat(np.arange(bodies), sizes)
    stated = generator.random(len(body)) < generator.beta(2, 3, bodies)[body]
    names = np.array([f"{number:016x}" for number in range(len(body))], dtype=object)
    side = np.where(body % 2, "a", "b")
    rows = pd.DataFrame({"statement_id": names + "-001", "report_id": names, "role": "problem", "text": "x"})
    return {
        "reports": pd.DataFrame({"report_id": names, "agency": [f"第{number}号局" for number in body], "side": side}),
        "statements": rows,
        "tags": rows.loc[stated, ["statement_id"]].assign(theme="training"),
    }


@pytest.mark.parametrize("bodies", [6, 12])
def test_few_bodies_are_covered(bodies: int) -> None:
    generator, hits, gaps, named = np.random.default_rng(5), [], [], []
    for _ in range(300):
        frames = make_bodies(generator, bodies)
        options = {"role": "problem", "themes": ["training"], "cluster": "agency"}
        share = prevalence(frames, **options).iloc[0]
        hits.append(share["low"] <= 0.4 <= share["high"])
        gap = compare(frames, "side", "a", "b", **options).iloc[0]
        gaps.append(gap["low"] <= 0 <= gap["high"])
        named.append(gap["p"] < 0.05)
    assert 0.93 <= np.mean(hits) <= 0.99 and np.mean(gaps) >= 0.93 and np.mean(named) <= 0.07
