"""A theme as the outcome of an estimate: by the machine's tags, or corrected by hand codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from textmine.analysis.estimating import Fit, Link, Sample, fit_clustered, fit_sampled
from textmine.analysis.handcodes import HandCounts, count_codes
from textmine.analysis.incidence import Bools, Floats, Ints, ThemeCounts, Unit, cluster_codes

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Counts by the machine, with those of a hand-coded sample where there is one."""

    counts: ThemeCounts
    unit: Unit
    clusters: Ints
    wide: bool
    coded: HandCounts | None = None

    @property
    def method(self) -> Literal["machine", "corrected"]:
        """``corrected`` where there are hand codes."""
        return "machine" if self.coded is None else "corrected"

    def fit(
        self,
        x: Floats,
        theme: int,
        role: str,
        *,
        link: Link = "identity",
        raw: bool = False,
        parts: Sequence[Bools] | None = None,
    ) -> Fit:
        """Return the coefficients of ``x`` (all reports × covariates) for one theme in one role.

        Args:
            x: rows of zeros leave a report out.
            theme: number of the theme in ``counts.themes``.
            role: one of ``counts.roles``.
            link: identity or logit.
            raw: take the machine's tags as they are.
            parts: groups of reports whose hand codes must each show enough errors to trust their spread; all reports
                together without it.

        Raises:
            GroupError: no solution.
        """
        y, m = self.counts.outcome(role, self.unit)
        if self.coded is None or raw:
            used = (x != 0).any(axis=1) & (m > 0)
            return fit_clustered(x[used], y[used, theme], m[used], self.clusters[used], link)
        hand_y, hand_m = self.coded.outcome(role, self.unit)
        clusters = self.clusters if self.wide else None
        machine, hand = (y[:, theme], m), (hand_y[:, theme], hand_m)
        used = (x != 0).any(axis=1)
        used[self.coded.sample.rows] = True
        sample = _renumber(self.coded.sample, used)
        if clusters is not None:
            clusters = clusters[used]
        own = [part[used] for part in parts or ((x != 0).any(axis=1),)]
        both = (machine[0][used], machine[1][used])
        return fit_sampled(x[used], both, hand, sample, link=link, clusters=clusters, parts=own)


def _renumber(sample: Sample, used: Bools) -> Sample:
    return Sample((np.cumsum(used) - 1)[sample.rows], sample.weight, sample.strata)


def measure_outcomes(
    counts: ThemeCounts,
    unit: Unit,
    *,
    cluster: str = "report_id",
    codes: pd.DataFrame | None = None,
    sample: pd.DataFrame | None = None,
) -> Outcomes:
    """Return the outcomes of ``counts``, corrected where hand codes are given.

    Raises:
        FrameError, ThemeError, SampleError: what is missing, unknown or does not fit.
    """
    clusters = cluster_codes(counts.reports, cluster)
    wide = len(np.unique(clusters)) < len(clusters)
    return Outcomes(counts, unit, clusters, wide, None if codes is None else count_codes(codes, sample, counts))
