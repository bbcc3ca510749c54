"""How far coders agree: Krippendorff's alpha for labels and for sets of labels, with intervals by report."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Distance = Callable[[Any, Any], float]


def nominal_distance(left: Hashable, right: Hashable) -> float:
    """Return 0 for equal labels and 1 for others.

    >>> nominal_distance("problem", "measure")
    1.0
    """
    return float(left != right)


def masi_distance(left: frozenset[str], right: frozenset[str]) -> float:
    """Return the distance of two sets of labels, 0 to 1: 1 − Jaccard × monotonicity.

    Monotonicity is 1 for equal sets, 2/3 where one holds the other, 1/3 where they overlap, 0 where they are disjoint
    (Passonneau 2006, "Measuring Agreement on Set-valued Items (MASI)", LREC). Two empty sets agree.

    >>> round(masi_distance(frozenset({"a"}), frozenset({"a", "b"})), 3)
    0.667
    """
    if left == right:
        return 0.0
    common, union = left & right, left | right
    if not common:
        return 1.0
    weight = 2 / 3 if left <= right or right <= left else 1 / 3
    return 1 - len(common) / len(union) * weight


def krippendorff_alpha(units: Iterable[Sequence[Any]], distance: Distance = nominal_distance) -> float:
    """Return Krippendorff's alpha: 1 − observed ÷ expected disagreement; 1 is perfect, 0 is chance.

    Args:
        units: for each unit the values that coders gave it, ``None`` where one gave none; units with fewer than two
            values are left out.
        distance: how far two values are apart, 0 to 1.

    Returns:
        alpha; not a number where no two values can be compared or all values are equal (chance cannot be told then).

    Source: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability".

    >>> a, b = "aabbdcccedda", "babbbccceddd"
    >>> round(krippendorff_alpha(zip(a, b)), 3)
    0.692
    """
    pairable = [values for unit in units if len(values := [v for v in unit if v is not None]) > 1]
    counts: dict[Any, int] = {}
    observed = 0.0
    for values in pairable:
        between = sum(distance(a, b) for i, a in enumerate(values) for j, b in enumerate(values) if i != j)
        observed += between / (len(values) - 1)
        for value in values:
            counts[value] = counts.get(value, 0) + 1
    total = sum(counts.values())
    if total < 2:
        return float("nan")
    different = list(counts.items())
    expected = sum(
        m * n * distance(a, b) for i, (a, m) in enumerate(different) for j, (b, n) in enumerate(different) if i != j
    ) / (total - 1)
    return 1 - observed / expected if expected else float("nan")


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the bounds of its interval."""

    value: float
    low: float
    high: float


def bootstrap_alpha(
    units: Sequence[Sequence[Any]],
    clusters: Sequence[Hashable],
    distance: Distance = nominal_distance,
    *,
    level: float = 0.95,
    rounds: int = 1000,
    seed: int = 0,
) -> Interval:
    """Return alpha with a percentile interval from resampling whole clusters (reports), so that statements of one
    report are not taken for independent.

    Args:
        units: as in :func:`krippendorff_alpha`.
        clusters: the report of each unit.
        level: coverage of the interval.
        rounds: resamples; those in which chance cannot be told are left out.
        seed: the same seed gives the same interval.

    Raises:
        ValueError: ``units`` and ``clusters`` differ in length.
    """
    import numpy as np

    if len(units) != len(clusters):
        raise ValueError(f"{len(units)} units, but {len(clusters)} clusters")
    groups: dict[Hashable, list[Sequence[Any]]] = {}
    for unit, cluster in zip(units, clusters, strict=True):
        groups.setdefault(cluster, []).append(unit)
    members, generator = list(groups.values()), np.random.default_rng(seed)
    values = []
    for _ in range(rounds):
        drawn = generator.integers(0, len(members), len(members))
        value = krippendorff_alpha([unit for index in drawn for unit in members[index]], distance)
        if value == value:
            values.append(value)
    tail = (1 - level) / 2
    low, high = np.quantile(values, [tail, 1 - tail]) if values else (float("nan"), float("nan"))
    return Interval(krippendorff_alpha(units, distance), float(low), float(high))


def theme_agreement(
    left: Mapping[str, tuple[str, frozenset[str]]],
    right: Mapping[str, tuple[str, frozenset[str]]],
    themes: Sequence[str],
    clusters: Mapping[str, str],
    *,
    rounds: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Return alpha for the roles, for the sets of themes (MASI) and for each theme of two coders.

    Args:
        left: statement id -> (role, themes) of one coder.
        right: the same of the other; statements that only one coder has are left out.
        themes: the codes of the codebook, in order.
        clusters: statement id -> report.

    Returns:
        Columns what, alpha, low, high (95 %, resampled by report), left, right (statements that carry it).
    """
    import pandas as pd

    ids = [name for name in left if name in right]
    where = [clusters[name] for name in ids]
    rows: list[dict[str, Any]] = []

    def add(what: str, values: list[tuple[Any, Any]], distance: Distance, n_left: int, n_right: int) -> None:
        found = bootstrap_alpha(values, where, distance, rounds=rounds, seed=seed)
        rows.append(
            {"what": what, "alpha": found.value, "low": found.low, "high": found.high, "left": n_left, "right": n_right}
        )

    add("role", [(left[name][0], right[name][0]) for name in ids], nominal_distance, len(ids), len(ids))
    sets = [(left[name][1], right[name][1]) for name in ids]
    add("themes", sets, masi_distance, sum(bool(a) for a, _ in sets), sum(bool(b) for _, b in sets))
    for theme in themes:
        pairs = [(theme in a, theme in b) for a, b in sets]
        add(theme, pairs, nominal_distance, sum(a for a, _ in pairs), sum(b for _, b in pairs))
    return pd.DataFrame(rows)
