"""Does a series of yearly estimates jump, against a straight trend, and in which year?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """A jump: ``at`` is the first time after it, ``first``–``last`` the interval of that time.

    ``height`` with ``low`` and ``high`` is the jump, its interval valid for all times looked at together; ``p`` is the
    chance of so large a jump somewhere without any.
    """

    at: int
    first: int
    last: int
    height: float
    low: float
    high: float
    p: float

    @property
    def is_clear(self) -> bool:
        """The interval of the jump leaves out 0."""
        return self.low > 0 or self.high < 0


def find_change(
    times: Ints,
    values: Floats,
    covariance: Floats,
    *,
    trend: bool = True,
    level: float = 0.95,
    margin: int = 2,
    draws: int = 2000,
    seed: int = 0,
) -> ChangePoint | None:
    """Return the best supported single jump in a series, whether or not it is clear.

    For each time the model value = a + b·time + jump is fitted by generalized least squares; the time with the largest
    |jump ÷ standard error| is taken. How large that gets without a jump is simulated from the covariance (Andrews 1993,
    "Tests for parameter instability and structural change with unknown change point": the supremum of Wald statistics),
    and the time's interval by simulating the fitted jump.

    Args:
        times: whole numbers, rising.
        values: an estimate at each.
        covariance: theirs.
        trend: whether a straight trend is allowed for; without it the level is constant but for the jump.
        level: coverage of both intervals.
        margin: times needed on each side.
        draws: simulated series.
        seed: of the simulation.

    Returns:
        The jump, or ``None`` where the series is too short to tell a jump from a trend (fewer than five times, four
        without a trend).

    >>> found = find_change(np.arange(6), np.array([0.0, 0, 0, 1, 1, 1]), np.eye(6) * 0.001, trend=False)
    >>> found.at, found.is_clear
    (3, True)
    """
    if len(times) < (5 if trend else 4) or len(times) < 2 * margin:
        return None
    weights = _jump_weights(times, covariance, trend, margin)
    errors = np.sqrt(np.einsum("ij,jk,ik->i", weights, covariance, weights))
    jumps = weights @ values
    best = int(np.argmax(np.abs(jumps / errors)))
    noise = np.random.default_rng(seed).standard_normal((draws, len(times))) @ _root(covariance)
    highest = np.abs(noise @ weights.T / errors).max(axis=1)
    reach = float(np.quantile(highest, level))
    places = np.abs((noise + jumps[best] * (times >= times[best + margin])) @ weights.T / errors).argmax(axis=1)
    tail = (1 - level) / 2
    first, last = np.quantile(places, [tail, 1 - tail], method="closest_observation")
    height = float(jumps[best])
    return ChangePoint(
        int(times[best + margin]),
        int(times[int(first) + margin]),
        int(times[int(last) + margin]),
        height,
        height - reach * float(errors[best]),
        height + reach * float(errors[best]),
        float((1 + (highest >= abs(height) / errors[best]).sum()) / (1 + draws)),
    )


def _root(covariance: Floats) -> Floats:
    """The symmetric square root. Unlike eigenvectors it does not turn with the last digit, where rows change order."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T, dtype=float)


def _jump_weights(times: Ints, covariance: Floats, trend: bool, margin: int) -> Floats:
    """For each possible time the weights of the series that give the jump of the fitted model."""
    inverse = np.linalg.pinv(covariance, hermitian=True)
    centred = (times - times.mean()).astype(float)
    rows = []
    for at in times[margin : len(times) - margin + 1]:
        columns = [np.ones(len(times)), (times >= at).astype(float)]
        x = np.column_stack([*columns, centred] if trend else columns)
        rows.append((np.linalg.pinv(x.T @ inverse @ x) @ x.T @ inverse)[1])
    return np.array(rows)
