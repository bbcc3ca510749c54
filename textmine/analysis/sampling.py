"""Which reports should be coded by hand, so that the machine's errors can be corrected?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from textmine.analysis.errors import SampleError
from textmine.analysis.incidence import Base, Frames, Ints, count_by_report, group_reports, tidy

if TYPE_CHECKING:
    import pandas as pd


def draw_sample(
    frames: Frames, n: int, by: str | Sequence[str] = (), *, base: Base = "with_part", seed: int = 0
) -> pd.DataFrame:
    """Return a stratified random sample of reports with the probability with which each was drawn.

    Args:
        frames: ``reports``, ``statements`` and ``tags``.
        n: reports to draw.
        by: columns of the reports frame whose combinations are the strata.
        base: ``with_part`` draws from the reports in which statements were found, ``all`` from every report.
        seed: the same seed draws the same reports, whatever the order of the rows.

    Returns:
        report_id, the ``by`` columns, stratum (number), stratum_size, stratum_drawn, probability (0–1), path where
        there is one; ordered by report_id. Strata get their proportional number, at least two (all of a smaller one).

    Raises:
        FrameError: a column is missing.
        SampleError: ``n`` is larger than the corpus or too small for the strata.

    Source: Cochran 1977, "Sampling techniques", ch. 5.

    >>> from textmine.analysis.demo import make_frames
    >>> drawn = draw_sample(make_frames(60), 12, "level")
    >>> drawn.groupby("level")["probability"].agg(["size", "mean"]).values.tolist()
    [[4, 0.2], [4, 0.2], [4, 0.2]]
    """
    import pandas as pd

    reports = count_by_report(frames, base=base).reports
    order = np.argsort(reports["report_id"].to_numpy(dtype=str), kind="stable")
    reports = reports.iloc[order].reset_index(drop=True)
    groups = group_reports(reports, by)
    sizes = np.bincount(groups.codes, minlength=len(groups))
    drawn = allocate(sizes, n)
    generator = np.random.default_rng(seed)
    picked = [generator.choice(rows, k, replace=False) for rows, k in zip(groups.rows(), drawn, strict=True)]
    rows = np.sort(np.concatenate(picked))
    stratum = groups.codes[rows]
    told = {"stratum": stratum, "stratum_size": sizes[stratum], "stratum_drawn": drawn[stratum]}
    columns = ["report_id", *groups.by]
    chances = tidy(told | {"probability": drawn[stratum] / sizes[stratum]})
    frame = pd.concat([reports.iloc[rows][columns].reset_index(drop=True), chances], axis=1)
    if "path" in reports:
        frame["path"] = reports["path"].iloc[rows].to_numpy()
    return frame


def allocate(sizes: Ints, n: int) -> Ints:
    """Return how many to draw from strata of ``sizes``: proportional, at least two, at most all.

    Raises:
        SampleError: ``n`` is larger than the sum or smaller than two a stratum.

    >>> allocate(np.array([100, 50, 3, 1]), 20).tolist()
    [12, 5, 2, 1]
    """
    least = np.minimum(sizes, 2)
    if n > sizes.sum():
        raise SampleError(f"{n} reports are to be drawn, but there are only {sizes.sum()}")
    if n < least.sum():
        raise SampleError(
            f"{len(sizes)} strata need two reports each, so at least {least.sum()} have to be drawn, not {n}; "
            "draw more, or stratify by fewer columns"
        )
    drawn = least.copy()
    while (left := n - drawn.sum()) > 0:
        wanted = np.maximum(sizes / sizes.sum() * n - drawn, 0) * (drawn < sizes)
        if wanted.sum() == 0:
            wanted = (sizes - drawn).astype(float)
        shares = wanted / wanted.sum() * left
        whole = np.minimum(np.floor(shares).astype(int), sizes - drawn)
        if not whole.sum():
            best = np.argsort(-(shares - np.floor(shares)) + (drawn >= sizes) * 1e9, kind="stable")[0]
            whole[best] = 1
        drawn = drawn + whole
    return drawn
