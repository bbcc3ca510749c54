"""Scores → probabilities and sets of themes: the themes of a statement are judged together, not one by one.

What decides is how a theme stands among the others (is it the best? by how much? how many are likely?), whether one
clause speaks for it alone, and whether a rule of the codebook fires.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from textmine.themes.linear import Doubles, Flags, Floats, choose_threshold, fit_platt, fit_weights, sigmoid

#: C of the regressions; chosen on development data, where 0.1 to 1 differ by 0.003
_STRENGTH: Final = 0.3
_BEST: Final = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """Scores of whole texts and of their loudest clauses (texts × themes), roles (texts × 2), and, where the rules were
    asked, the themes of those that fired."""

    whole: Floats
    loudest: Floats
    roles: Floats
    fired: Floats | None = None

    def pick(self, chosen: Flags | list[int]) -> Evidence:
        """Return the evidence of the chosen texts."""
        fired = None if self.fired is None else self.fired[chosen]
        return Evidence(self.whole[chosen], self.loudest[chosen], self.roles[chosen], fired)

    def beside(self, fired: Floats) -> Evidence:
        """Return the evidence with the rules that fired."""
        return replace(self, fired=fired)

    def shared(self) -> Floats:
        """Return the features that speak for or against all themes."""
        likely = sigmoid(self.whole).sum(axis=1, keepdims=True)
        best = -np.partition(-self.whole, min(_BEST, self.whole.shape[1]) - 1, axis=1)[:, :_BEST]
        best = np.sort(best, axis=1)[:, ::-1]
        best = np.pad(best, ((0, 0), (0, _BEST - best.shape[1])), constant_values=-20)
        parts = [
            self.roles,
            likely,
            np.log(likely + 0.05),
            np.tanh(best / 4),
            2 * np.tanh(self.whole / 4),
            self.whole / 4,
            2 * np.tanh(self.loudest / 4),
            *([] if self.fired is None else [self.fired]),
        ]
        return np.hstack(parts).astype(np.float32)

    def margins(self) -> Floats:
        """Return by how much each theme is ahead of the best of the others."""
        if self.whole.shape[1] < 2:
            return self.whole
        two = -np.partition(-self.whole, 1, axis=1)[:, :2]
        first, second = two.max(axis=1, keepdims=True), two.min(axis=1, keepdims=True)
        margins: Floats = self.whole - np.where(self.whole == first, second, first)
        return margins


@dataclass(frozen=True, slots=True)
class Verdict:
    """Weights of the evidence, slopes and shifts that make probabilities, and the thresholds of the themes."""

    shared: Floats
    margin: Floats
    biases: Floats
    slopes: Floats
    shifts: Floats
    thresholds: Floats

    @classmethod
    def fit(cls, evidence: Evidence, truth: Flags, *, seed: int) -> Verdict:
        """Learn from evidence that was given by weights that had not seen the statements."""
        shared, margins = evidence.shared(), evidence.margins()
        common, own, biases = [], [], []
        for column in range(truth.shape[1]):
            margin = margins[:, column]
            design = np.column_stack([shared, np.tanh(margin / 3), margin / 4]).astype(np.float64)
            weights, bias = fit_weights(design, truth[:, [column]], strength=_STRENGTH, seed=seed)
            common.append(weights[:-2, 0])
            own.append(weights[-2:, 0])
            biases.append(bias[0])
        n = truth.shape[1]
        one, zero, half = (np.full(n, value, dtype=np.float32) for value in (1, 0, 0.5))
        return cls(
            np.column_stack(common).astype(np.float32),
            np.column_stack(own).astype(np.float32),
            np.array(biases, dtype=np.float32),
            one,
            zero,
            half,
        )

    def calibrated(self, held_out: Doubles, truth: Flags) -> Verdict:
        """Return the verdict with probabilities and thresholds that fit held-out scores."""
        platt = [fit_platt(held_out[:, column], truth[:, column]) for column in range(truth.shape[1])]
        slopes = np.array([slope for slope, _ in platt], dtype=np.float32)
        shifts = np.array([shift for _, shift in platt], dtype=np.float32)
        shares = sigmoid(held_out * slopes + shifts)
        chosen = [choose_threshold(shares[:, column], truth[:, column]) for column in range(truth.shape[1])]
        return replace(self, slopes=slopes, shifts=shifts, thresholds=np.array(chosen, dtype=np.float32))

    def scores(self, evidence: Evidence) -> Doubles:
        """Return the scores of all themes before calibration."""
        margins = evidence.margins()
        scores = evidence.shared() @ self.shared + self.biases
        scores = scores + np.tanh(margins / 3) * self.margin[0] + margins / 4 * self.margin[1]
        found: Doubles = scores.astype(np.float64)
        return found

    def calibrate(self, scores: Doubles) -> Doubles:
        """Return the probabilities that scores stand for."""
        return sigmoid(scores * self.slopes + self.shifts)

    def shares(self, evidence: Evidence) -> Doubles:
        """Return the probabilities of all themes."""
        return self.calibrate(self.scores(evidence))

    def arrays(self) -> dict[str, Any]:
        """Return all arrays by name."""
        return {name: getattr(self, name) for name in _NAMES}

    @classmethod
    def restore(cls, arrays: dict[str, Any], themes: int, *, ruled: bool = False) -> Verdict:
        """Take stored arrays.

        Raises:
            ValueError: they do not fit the number of themes.
        """
        verdict = cls(**{name: arrays[name] for name in _NAMES})
        features = 2 + 2 + _BEST + (4 if ruled else 3) * themes
        shapes = ((features, themes), (2, themes), *[(themes,)] * 4)
        for name, shape in zip(_NAMES, shapes, strict=True):
            if arrays[name].shape != shape:
                raise ValueError(f"the array {name} does not fit {themes} themes")
        return verdict


_NAMES: Final = ("shared", "margin", "biases", "slopes", "shifts", "thresholds")
