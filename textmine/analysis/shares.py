"""How common is each theme, in which groups, and how sure is that?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from textmine.analysis.corrected import correct_shares
from textmine.analysis.incidence import (
    SMALL,
    Base,
    Floats,
    Frames,
    Groups,
    Ints,
    ThemeCounts,
    Unit,
    check_unit,
    choose_reports,
    count_by_report,
    group_reports,
    tidy,
)
from textmine.analysis.intervals import LEVEL, share_of_sums
from textmine.analysis.outcomes import measure_outcomes
from textmine.themes.codebook import Codebook

if TYPE_CHECKING:
    import pandas as pd


def prevalence(
    frames: Frames,
    by: str | Sequence[str] = (),
    *,
    where: Mapping[str, Any] | None = None,
    unit: Unit = "reports",
    role: str | Sequence[str] = ("problem", "measure"),
    themes: Sequence[str] | Codebook | None = None,
    base: Base = "with_part",
    cluster: str = "report_id",
    codes: pd.DataFrame | None = None,
    sample: pd.DataFrame | None = None,
    level: float = LEVEL,
    small: int = SMALL,
    progress: bool = False,
) -> pd.DataFrame:
    """Return how common each theme is, by group.

    Args:
        frames: ``reports``, ``statements`` and ``tags``.
        by: columns of the reports frame (year, level, kind, province …).
        where: only reports with these values, or one of several: ``{"level": ["county", "township"]}``. Hand codes are
            given with the whole sample that was drawn, not with the part of it that fits.
        unit: ``reports``: share of the reports that state the theme; ``statements``: share of the role's statements.
        role: ``problem``, ``measure``, ``any`` (either, counted once), or several.
        themes: codes or a codebook; all without it.
        base: ``with_part`` counts reports in which statements were found, ``all`` every report.
        cluster: what is taken for independent: ``report_id``, or ``agency`` where bodies report over several years.
        codes, sample: hand codes of a probability sample and the sample itself
            (:func:`textmine.analysis.handcodes.read_codes`, :func:`textmine.analysis.sampling.draw_sample`); the
            estimates are then corrected and the machine's shares stand beside them.
        level: coverage of the intervals.
        small: groups of fewer reports are marked.
        progress: show a progress bar while correcting.

    Returns:
        A row for each group, theme and role: the ``by`` columns, theme, role, unit, count (reports or statements that
        the machine tagged), n (all of them), n_reports, estimate, low, high (shares 0–1), raw, raw_low, raw_high (the
        machine's share), method (``machine`` or ``corrected``), n_coded (hand-coded reports), small. A group without
        statements of a role has no estimate. :func:`textmine.analysis.evidence.find_evidence` gives the statements.

    Raises:
        FrameError, ThemeError, GroupError, SampleError: what is missing, unknown, empty or does not fit.

    Source: Wilson 1927 for shares of reports; elsewhere Wilson's interval on the effective size of the clustered
    (linearized) variance with Student's t: Korn & Graubard 1998, Dean & Pagano 2015; degrees of freedom by the clusters
    and how unequal they are, Bell & McCaffrey 2002. Corrected: :mod:`textmine.analysis.corrected`.

    >>> from textmine.analysis.demo import make_frames
    >>> found = prevalence(make_frames(40), role="problem", themes=["training"])
    >>> found[["theme", "count", "n"]].values.tolist()
    [['training', 18, 40]]
    """
    check_unit(unit)
    counts = count_by_report(frames, role=role, themes=themes, base=base)
    outcomes = measure_outcomes(counts, unit, cluster=cluster, codes=codes, sample=sample)
    groups = group_reports(counts.reports, by, choose_reports(counts.reports, where))
    frame = _as_frame(counts, groups, unit, _machine_shares(counts, groups, outcomes.clusters, unit, level), small)
    return frame if codes is None else correct_shares(frame, outcomes, groups, level=level, progress=progress)


def _machine_shares(counts: ThemeCounts, groups: Groups, clusters: Ints, unit: Unit, level: float) -> dict[str, Floats]:
    """Arrays groups × themes × roles."""
    shape = (len(groups), len(counts.themes), len(counts.roles))
    names = ("count", "n", "n_reports", "estimate", "low", "high")
    columns, rows = {name: np.full(shape, np.nan) for name in names}, groups.rows()
    for r, role in enumerate(counts.roles):
        y, m = counts.outcome(role, unit)
        for g, inside in enumerate(rows):
            found = share_of_sums(y[inside], m[inside], clusters[inside])
            low, high = found.interval(level=level, simple=unit == "reports" and found.clusters == len(inside))
            values = (y[inside].sum(axis=0), found.n, len(inside), found.share, low, high)
            for name, value in zip(names, values, strict=True):
                columns[name][g, :, r] = value
    return columns


def _as_frame(counts: ThemeCounts, groups: Groups, unit: Unit, columns: dict[str, Floats], small: int) -> pd.DataFrame:
    import pandas as pd

    n_g, n_t, n_r = columns["estimate"].shape
    keys = groups.keys.loc[np.repeat(np.arange(n_g), n_t * n_r)].reset_index(drop=True)
    rest: dict[str, Any] = {
        "theme": np.tile(np.repeat(np.array(counts.themes, dtype=object), n_r), n_g),
        "role": np.tile(np.array(counts.roles, dtype=object), n_g * n_t),
        "unit": [unit] * (n_g * n_t * n_r),
    }
    for name in ("count", "n", "n_reports"):
        rest[name] = columns[name].ravel().astype(int)
    for name in ("estimate", "low", "high"):
        rest[name] = columns[name].ravel()
    rest |= {raw: rest[name] for raw, name in (("raw", "estimate"), ("raw_low", "low"), ("raw_high", "high"))}
    rest["method"] = ["machine"] * len(rest["unit"])
    rest["n_coded"] = np.zeros(len(rest["unit"]), dtype=int)
    rest["small"] = rest["n_reports"] < small
    return pd.concat([keys, tidy(rest)], axis=1)
