"""Which reports should be coded by hand, so that the machine's errors can be corrected?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from textmine.analysis.errors import SampleError
from textmine.analysis.incidence import Base, Frames, Groups, Ints, count_by_report, group_reports, tidy

if TYPE_CHECKING:
    import pandas as pd


def draw_sample(
    frames: Frames,
    n: int,
    by: str | Sequence[str] = (),
    *,
    base: Base = "with_part",
    seed: int = 0,
    merge: bool = True,
) -> pd.DataFrame:
    """Return a stratified random sample of reports with the probability with which each was drawn.

    Args:
        frames: ``reports``, ``statements`` and ``tags``.
        n: reports to draw.
        by: columns of the reports frame whose combinations are the strata.
        base: ``with_part`` draws from the reports in which statements were found, ``all`` from every report.
        seed: the same seed draws the same reports, whatever the order of the rows.
        merge: where ``n`` is less than two reports a stratum, take neighbouring strata together (the last column of
            ``by`` is given up first) until each has two; without it such an ``n`` is refused.

    Returns:
        report_id, the ``by`` columns, stratum (number), stratum_name (the values of ``by``, those taken together with
        ; between them), stratum_size, stratum_drawn, probability (0–1, exact and never 0), path where there is one;
        ordered by report_id. Strata get their proportional number, at least two (all of a smaller one).

    Raises:
        FrameError: a column is missing.
        SampleError: ``n`` is larger than the corpus or too small for the strata.

    Source: Cochran 1977, "Sampling techniques", ch. 5 (proportional allocation; 5A.12 on taking strata together).

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
    names = [
        " ".join("(missing)" if pd.isna(v) else str(v) for v in row) for row in groups.keys.itertuples(index=False)
    ]
    if merge:
        groups, names = _merged(groups, names, n)
    sizes = np.bincount(groups.codes, minlength=len(groups))
    drawn = allocate(sizes, n)
    generator = np.random.default_rng(seed)
    picked = [generator.choice(rows, k, replace=False) for rows, k in zip(groups.rows(), drawn, strict=True)]
    rows = np.sort(np.concatenate(picked))
    stratum = groups.codes[rows]
    told = {"stratum": stratum, "stratum_name": np.array(names, dtype=object)[stratum]}
    told |= {"stratum_size": sizes[stratum], "stratum_drawn": drawn[stratum]}
    columns = ["report_id", *groups.by]
    chances = tidy(told | {"probability": drawn[stratum] / sizes[stratum]})
    frame = pd.concat([reports.iloc[rows][columns].reset_index(drop=True), chances], axis=1)
    if "path" in reports:
        frame["path"] = reports["path"].iloc[rows].to_numpy()
    return frame


def _merged(groups: Groups, names: list[str], n: int) -> tuple[Groups, list[str]]:
    own = merge_strata(np.bincount(groups.codes, minlength=len(groups)), groups.keys, n)
    first = [int(np.flatnonzero(own == number)[0]) for number in range(int(own.max()) + 1)]
    joined = ["; ".join(names[i] for i in np.flatnonzero(own == number)) for number in range(len(first))]
    return Groups(groups.by, own[groups.codes], groups.keys.iloc[first].reset_index(drop=True)), joined


def merge_strata(sizes: Ints, keys: pd.DataFrame, n: int) -> Ints:
    """Return for each stratum the number of the one it is taken into, so that ``n`` reports are two of each.

    The smallest stratum joins the smaller of its two neighbours in the order of ``keys``, one with which it shares the
    first columns if there is such, until every stratum's proportional number is two or one stratum is left.

    >>> import pandas as pd
    >>> keys = pd.DataFrame({"year": [2020, 2020, 2021, 2021], "level": ["a", "b", "a", "b"]})
    >>> merge_strata(np.array([10, 2, 9, 9]), keys, 6).tolist()
    [0, 0, 1, 1]
    """
    if n >= np.minimum(sizes, 2).sum():
        return np.arange(len(sizes), dtype=np.int64)
    values = [tuple(row) for row in keys.astype("string").fillna("").itertuples(index=False)]
    runs = [(number, number) for number in range(len(sizes))]
    total = [int(size) for size in sizes]
    while len(runs) > 1 and min(total) * n < 2 * sum(total):
        at = int(np.argmin(total))
        sides = [side for side in (at - 1, at + 1) if 0 <= side < len(runs)]
        ranked = [(-_shared(values[runs[at][0]], values[runs[side][0]]), total[side], side) for side in sides]
        left = min(at, min(ranked)[2])
        runs[left : left + 2] = [(runs[left][0], runs[left + 1][1])]
        total[left : left + 2] = [total[left] + total[left + 1]]
    found = np.zeros(len(sizes), dtype=np.int64)
    for number, (start, end) in enumerate(runs):
        found[start : end + 1] = number
    return found


def _shared(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    """How many of the first columns two strata agree in."""
    same = [x == y for x, y in zip(a, b, strict=True)]
    return same.index(False) if False in same else len(same)


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
