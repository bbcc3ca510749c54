"""How common is each theme really, given that the machine errs?

A hand-coded probability sample (:mod:`.sampling`) says how the machine errs; its shares are corrected by it. The
estimates are those of :func:`textmine.analysis.estimating.fit_sampled`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from textmine.analysis.errors import GroupError
from textmine.analysis.estimating import Fit
from textmine.analysis.incidence import Groups, tidy
from textmine.analysis.intervals import normal_quantile, wilson_interval
from textmine.analysis.outcomes import Outcomes

if TYPE_CHECKING:
    import pandas as pd


def correct_shares(
    frame: pd.DataFrame, outcomes: Outcomes, groups: Groups, *, level: float, progress: bool = False
) -> pd.DataFrame:
    """Return a frame of :func:`~textmine.analysis.shares.prevalence` with estimate, low and high corrected.

    Where machine and hand differ in fewer than five reports of a group, the variance has a floor
    (:mod:`textmine.analysis.estimating`). A group with fewer than two coded reports has no estimate.
    """
    from tqdm import tqdm

    counts = outcomes.counts
    assert outcomes.coded is not None
    shape = (len(groups), len(counts.themes), len(counts.roles))
    found = np.full((3, *shape), np.nan)
    n_coded = np.zeros(shape, dtype=int)
    drawn = outcomes.coded.sample.rows
    for g in tqdm(range(len(groups)), disable=not progress, unit="group", desc="correct"):
        inside = groups.codes == g
        coded = inside[drawn]
        n_coded[g] = coded.sum()
        if coded.sum() < 2:
            continue
        x = inside[:, None].astype(float)
        for r, role in enumerate(counts.roles):
            for t in range(len(counts.themes)):
                try:
                    fit = outcomes.fit(x, t, role)
                except GroupError:  # no statement of the role, by hand and by machine
                    continue
                found[:, g, t, r] = _interval(fit, level)
    corrected = frame.copy()
    for name, values in zip(("estimate", "low", "high"), found, strict=True):
        corrected[name] = tidy({name: values.ravel()})[name]
    corrected["n_coded"] = tidy({"n_coded": n_coded.ravel()})["n_coded"]
    return corrected.assign(method="corrected").astype({"method": "string"})


def _interval(fit: Fit, level: float) -> tuple[float, float, float]:
    share = float(np.clip(fit.theta[0], 0, 1))
    return share, *share_interval(share, float(fit.covariance[0, 0]), float(fit.reach(level)[0]), level)


def share_interval(share: float, variance: float, reach: float, level: float) -> tuple[float, float]:
    """Return the bounds of a share with a given variance: Wilson's interval on the effective size.

    Args:
        share: 0–1.
        variance: of the estimate.
        reach: standard errors that the interval reaches (Student's t).
        level: coverage.

    Source: Korn & Graubard 1998 (effective size, adjusted by the ratio of t and normal quantile), Dean & Pagano 2015.

    >>> [round(x, 3) for x in share_interval(0.3, 0.0025, 2.0, 0.95)]
    [0.211, 0.407]
    """
    ratio = (normal_quantile(level) / reach) ** 2
    inside = min(max(share, 0.0), 1.0)
    spread = max(inside * (1 - inside), variance)  # a share of 0 or 1 still has the errors' variance
    size = spread / variance * ratio if variance > 0 else np.inf
    if not np.isfinite(size):
        return share, share
    low, high = wilson_interval(share, size, level=level)
    return float(low), float(high)
