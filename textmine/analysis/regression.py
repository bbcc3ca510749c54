"""What goes with a theme: linear and logistic regression of stating it on what is known of the reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from textmine.analysis.errors import GroupError
from textmine.analysis.estimating import Link
from textmine.analysis.incidence import (
    SMALL,
    Base,
    Bools,
    Floats,
    Frames,
    Unit,
    as_columns,
    as_roles,
    check_unit,
    choose_reports,
    count_by_report,
    tidy,
)
from textmine.analysis.intervals import LEVEL
from textmine.analysis.outcomes import Outcomes, measure_outcomes
from textmine.errors import FrameError

if TYPE_CHECKING:
    import pandas as pd

#: values of fewer reports are taken together: a coefficient wants ten observations or so (Peduzzi et al. 1996, "A
#: simulation study of the number of events per variable in logistic regression analysis")
RARE: Final = 10


def regress(
    frames: Frames,
    theme: str,
    on: str | Sequence[str],
    *,
    where: Mapping[str, Any] | None = None,
    role: str = "problem",
    link: Link = "logit",
    unit: Unit = "reports",
    base: Base = "with_part",
    cluster: str = "report_id",
    codes: pd.DataFrame | None = None,
    sample: pd.DataFrame | None = None,
    rare: int = RARE,
    level: float = LEVEL,
    small: int = SMALL,
) -> pd.DataFrame:
    """Return the coefficients of a regression of stating a theme on columns of the reports frame.

    Args:
        theme: the outcome: a report states it (``unit="reports"``), or a statement carries it (``"statements"``).
        on: columns; numbers enter less their mean, texts as a dummy for each value against the commonest. Reports
            without a number are left out; a missing text is a value of its own.
        rare: values of fewer reports are taken together as one, named ``a|b``, or ``(12 rare values)`` where they are
            many; 1 keeps each.
        link: ``logit`` (coefficients are log odds ratios) or ``identity`` (differences in shares, 0.01 is one
            percentage point).
        frames, where, role, unit, base, cluster, codes, sample, level, small: as for
            :func:`~textmine.analysis.shares.prevalence`.

    Returns:
        A row a coefficient: theme, role, unit, link, term (``intercept``, a column, or column=value), reference (the
        value compared with), count (reports of that value), n_reports (in the regression), estimate, low, high, p,
        raw, raw_low, raw_high (from the machine's tags as they are), method, small (few reports of the value).

    Raises:
        FrameError, ThemeError, SampleError: what is missing, unknown or does not fit.
        GroupError: a coefficient cannot be told, or a value always or never goes with the theme (logit; with the
            identity such a value has the error of a share to which two and two reports were added, Agresti & Coull
            1998).

    Source: :mod:`textmine.analysis.estimating`.

    >>> from textmine.analysis.demo import make_frames
    >>> found = regress(make_frames(400), "oversight", ["level", "year"])
    >>> found["term"].tolist()
    ['intercept', 'level=county', 'level=township', 'year']
    """
    check_unit(unit)
    (role,) = as_roles(role)
    counts = count_by_report(frames, role=role, themes=[theme], base=base)
    outcomes = measure_outcomes(counts, unit, cluster=cluster, codes=codes, sample=sample)
    chosen = choose_reports(counts.reports, where)
    design = _design(counts.reports, as_columns(counts.reports, on), rare, chosen)
    floor = _sure_values(outcomes, design, role, link)
    raw = outcomes.fit(design.x, 0, role, link=link, raw=True)
    fit = raw if codes is None else outcomes.fit(design.x, 0, role, link=link, parts=design.parts())
    raw, fit = (replace(one, covariance=one.covariance + floor) for one in (raw, fit))
    columns: dict[str, Any] = {"theme": [theme] * len(design.terms), "role": [role] * len(design.terms)}
    columns |= {"unit": [unit] * len(design.terms), "link": [link] * len(design.terms)}
    columns |= {"term": design.terms, "reference": design.references, "count": design.counts}
    columns["n_reports"] = np.full(len(design.terms), int((design.x != 0).any(axis=1).sum()))
    for prefix, one in (("", fit), ("raw_", raw)):
        reach, errors = one.reach(level), one.errors()
        columns["raw" if prefix else "estimate"] = one.theta
        columns |= {f"{prefix}low": one.theta - reach * errors, f"{prefix}high": one.theta + reach * errors}
        if not prefix:
            columns["p"] = fit.p_values()
    columns["method"] = [outcomes.method] * len(design.terms)
    columns["small"] = design.counts < small
    return tidy(columns)


@dataclass(frozen=True, slots=True)
class _Design:
    x: Floats
    terms: list[str]
    references: list[str | None]
    counts: Any
    members: dict[str, list[tuple[int, str, Any]]]

    def parts(self) -> list[Bools]:
        """All reports, and those of each value: in each the hand codes must show errors for their spread to count."""
        return [(self.x != 0).any(axis=1), *(inside for listed in self.members.values() for _, _, inside in listed)]


def _sure_values(outcomes: Outcomes, design: _Design, role: str, link: Link) -> Floats:
    """What the covariance lacks where all or none of a value's reports state the theme: residuals of 0 tell nothing.

    Raises:
        GroupError: there is such a value, and the link is the logit.
    """
    y, m = outcomes.counts.outcome(role, outcomes.unit)
    floor = np.zeros((len(design.terms), len(design.terms)))
    for column, members in design.members.items():
        for number, name, inside in members:
            n, hits = m[inside].sum(), y[inside, 0].sum()
            if not n or 0 < hits < n:
                continue
            if link == "logit":
                told = f"{'all' if hits else 'none'} of the {inside.sum()} reports with {column} = {name}"
                raise GroupError(
                    f"{told} have the theme, so their log odds have no end; "
                    "use link='identity', take more values together with a larger 'rare', or leave the column out"
                )
            steady = (hits + 2) / (n + 4)
            share = steady * (1 - steady) / (n + 4)
            if number:
                floor[number, number] += share
            else:  # the reference stands in the intercept, and against it in each other value of the column
                others = [0] + [other for other, _, _ in members if other]
                signs = np.array([1.0] + [-1.0] * (len(others) - 1))
                floor[np.ix_(others, others)] += share * np.outer(signs, signs)
    return floor


def _design(reports: pd.DataFrame, columns: Sequence[str], rare: int, chosen: Bools) -> _Design:
    import pandas as pd

    if not columns:
        raise FrameError("no column is given to regress on")
    used = chosen.copy()
    parts: list[Any] = [np.ones(len(reports))]
    terms, references = ["intercept"], [None]  # type: tuple[list[str], list[str | None]]
    members: dict[str, list[tuple[int, str, Any]]] = {}
    for name in columns:
        if pd.api.types.is_numeric_dtype(reports[name]):
            used &= reports[name].notna().to_numpy(dtype=bool)
    if not used.any():
        raise GroupError(f"no report has a value in all of {', '.join(columns)}")
    for name in columns:
        column = reports[name]
        if pd.api.types.is_numeric_dtype(column):
            values = column.astype("Float64").fillna(0).to_numpy(dtype=float)
            parts.append(values - values[used].mean())
            terms.append(name)
            references.append(None)
            continue
        texts = _merge_rare(column.astype("string").fillna("(missing)"), used, rare)
        common = texts[used].value_counts().sort_index().sort_values(ascending=False, kind="stable").index.tolist()
        members[name] = [(0, common[0], used & (texts == common[0]).to_numpy(dtype=bool))]
        for value in sorted(common[1:]):
            parts.append((texts == value).to_numpy(dtype=float))
            members[name].append((len(terms), value, used & (parts[-1] > 0)))
            terms.append(f"{name}={value}")
            references.append(common[0])
    x = np.column_stack(parts) * used[:, None]
    dummy = np.array(["=" in term for term in terms])
    counts = np.where(dummy, (x != 0).sum(axis=0), used.sum()).astype(int)
    return _Design(x, terms, references, counts, members)


def _merge_rare(texts: pd.Series[Any], used: Any, rare: int) -> pd.Series[Any]:
    """The values, those of few reports as one."""
    sizes = texts[used].value_counts()
    few = sorted(sizes.index[sizes < rare])
    if len(few) < 2 or len(few) == len(sizes):
        return texts
    name = "|".join(few) if len(few) < 4 else f"({len(few)} rare values)"
    return texts.where(~texts.isin(few), name)
