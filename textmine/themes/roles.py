"""Roles learned from labels: by the text of a statement, and, in a passage, by its place and its neighbours too.

Two steps, each a multinomial regression: the text alone (n-grams, the cues of the rules, label and marks); then the
passage (what the first step says of the statement and of its neighbours, the list it stands in, the label above it),
twice, so that what is sure spreads to what is not.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from textmine.outline import ENUMERATOR
from textmine.records import ROLES, Role
from textmine.statements import decide_role
from textmine.themes.features import strip_label
from textmine.themes.labelled import Labelled
from textmine.themes.linear import Doubles, Floats

#: C of the regressions
_STRENGTH: Final = 1.0
_DIGITS: Final = re.compile(r"\d+")
_TURN: Final = re.compile(r"下一步|下步|今后|针对|为此|接下来|明年|来年|下一学?年|20\d\d年(?:将|，我)")
_NUMBERS: Final = {char: number for number, char in enumerate("一二三四五六七八九十", 1)}
_MEASURES: Final = re.compile("改进|整改|措施|打算|下一步|今后|办法|思路|计划|对策|举措")
_PROBLEMS: Final = re.compile("问题|不足|困难|短板|差距|薄弱")
_WINDOW: Final = (-2, -1, 1, 2)
_PASSES: Final = 2


@dataclass(frozen=True, slots=True)
class RoleModel:
    """Weights (features × roles) and biases of both steps."""

    text_weights: Floats
    text_biases: Floats
    passage_weights: Floats
    passage_biases: Floats

    @classmethod
    def fit(cls, items: Sequence[Labelled], scores: Floats, *, seed: int) -> RoleModel:
        """Learn from labelled statements and the scores of their n-grams (× roles), given by weights that had not seen
        them."""
        texts = [item.text for item in items]
        truth = np.array([ROLES.index(item.role) for item in items])
        alone = _alone(texts, scores)
        text_weights, text_biases = _fit(alone, truth, seed)
        first = _softmax(alone @ text_weights + text_biases)
        places = _places(texts, [item.passage for item in items], [item.before for item in items])
        passages = [item.passage for item in items]
        design = np.hstack([alone, places, _neighbours(first, passages)])
        weights, biases = _fit(design, truth, seed)
        return cls(text_weights, text_biases, weights, biases)

    def fill(self, texts: Sequence[str], given: Sequence[Role | None], scores: Floats) -> list[tuple[Role, float]]:
        """Return role and probability of each text, read alone; a given role is certain."""
        decided: list[tuple[Role, float]] = [(role, 1.0) if role else ("context", 0.0) for role in given]
        open_ = [row for row, role in enumerate(given) if role is None]
        if open_:
            alone = _alone([texts[row] for row in open_], scores[open_])
            for row, answer in zip(open_, _answers(alone @ self.text_weights + self.text_biases), strict=True):
                decided[row] = answer
        return decided

    def decide(
        self, texts: Sequence[str], passages: Sequence[Hashable], before: Sequence[str], scores: Floats
    ) -> list[tuple[Role, float]]:
        """Return role and probability of each text, read in its passage."""
        if not len(texts) == len(passages) == len(before):
            raise ValueError(f"{len(texts)} texts, but {len(passages)} passages and {len(before)} texts ahead")
        if not len(texts):
            return []
        alone = _alone(texts, scores)
        logits = alone @ self.text_weights + self.text_biases
        places = _places(texts, passages, before)
        for _ in range(_PASSES):
            design = np.hstack([alone, places, _neighbours(_softmax(logits), passages)])
            logits = design @ self.passage_weights + self.passage_biases
        return _answers(logits)

    def arrays(self) -> dict[str, Any]:
        """Return all arrays by name."""
        return {name: getattr(self, name) for name in _NAMES}

    @classmethod
    def restore(cls, arrays: dict[str, Any]) -> RoleModel:
        """Take stored arrays.

        Raises:
            ValueError: they do not fit each other.
        """
        model, roles = cls(**{name: arrays[name] for name in _NAMES}), len(ROLES)
        alone = _alone(["。"], np.zeros((1, roles), dtype=np.float32)).shape[1]
        passage = alone + _places(["。"], [0], [""]).shape[1] + roles * len(_WINDOW)
        wanted = ((alone, roles), (roles,), (passage, roles), (roles,))
        if odd := [name for name, shape in zip(_NAMES, wanted, strict=True) if arrays[name].shape != shape]:
            raise ValueError(f"the arrays do not fit: {', '.join(odd)}")
        return model


_NAMES: Final = ("text_weights", "text_biases", "passage_weights", "passage_biases")


def checked_roles(texts: Sequence[str], roles: Sequence[str | None] | None) -> list[Role | None]:
    """Return the roles, ``None`` for each where none are given.

    Raises:
        ValueError: the lengths differ, or a role is unknown.
    """
    given = list(roles) if roles is not None else [None] * len(texts)
    if len(given) != len(texts):
        raise ValueError(f"{len(texts)} texts, but {len(given)} roles")
    unknown = sorted({role for role in given if role is not None and role not in ROLES})
    if unknown:
        raise ValueError(f"unknown role {unknown[0]!r}; roles are {', '.join(ROLES)}")
    return given  # type: ignore[return-value]


def _fit(design: Doubles, truth: npt.NDArray[np.int64], seed: int) -> tuple[Floats, Floats]:
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    present = sorted(set(truth.tolist()))
    weights = np.zeros((design.shape[1], len(ROLES)), dtype=np.float32)
    biases = np.full(len(ROLES), -20, dtype=np.float32)
    if len(present) == 1:
        biases[present] = 20
        return weights, biases
    with threadpool_limits(1):
        model = LogisticRegression(C=_STRENGTH, max_iter=2000, tol=1e-6, random_state=seed).fit(design, truth)
    if len(present) == 2:  # scikit-learn gives one column for two classes
        weights[:, present[1]], biases[present] = model.coef_[0], (0, model.intercept_[0])
    else:
        weights[:, present], biases[present] = model.coef_.T, model.intercept_
    return weights, biases


def _softmax(logits: npt.NDArray[np.floating[Any]]) -> Doubles:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float64)


def _answers(logits: npt.NDArray[np.floating[Any]]) -> list[tuple[Role, float]]:
    shares = _softmax(logits)
    best = shares.argmax(axis=1)
    return [(ROLES[role], share) for role, share in zip(best.tolist(), shares.max(axis=1).tolist(), strict=True)]


def _alone(texts: Sequence[str], scores: Floats) -> Doubles:
    """Features of each text by itself."""
    rows = [_own_features(_plain_label(text)) for text in texts]
    return np.hstack([np.array(rows, dtype=np.float64), np.tanh(scores / 4) * 2, scores / 4])


def _plain_label(text: str) -> str:
    """The text with 2 for its number, where no other enumerator stands in it: then the number says nothing."""
    end = strip_label(text)
    label = text[:end]
    if not label.isascii() or not label.strip()[:1].isdigit() or ENUMERATOR.search(text, end):
        return text
    return _DIGITS.sub("2", label) + text[end:]


@lru_cache(maxsize=65_536)
def _own_features(text: str) -> tuple[float, ...]:
    role, sure = decide_role(text)
    body = text[strip_label(text) :].strip()
    return (
        *(sure if role == name else 0.0 for name in ROLES),
        float(body.endswith(("：", ":", "，", ","))),
        float(body.endswith(("；", ";"))),
        float(len(body) < len(text.strip())),
        float(_TURN.match(body) is not None),
        min(len(body), 80) / 40,
    )


def _places(texts: Sequence[str], passages: Sequence[Hashable], before: Sequence[str]) -> Doubles:
    """Features of the place of each text in its passage."""
    rows: list[list[float]] = []
    for start, end in _runs(passages):
        phase, style, number = 0.0, "", 0
        for index in range(start, end):
            ahead = before[index]
            heading = 0.0
            if ahead.strip():
                heading = float(bool(_PROBLEMS.search(ahead))) - float(bool(_MEASURES.search(ahead)))
                phase = heading or phase
            new_style, new_number = _label(texts[index])
            goes_on = new_style != "" and new_style == style and new_number == number + 1
            again = new_style != "" and new_number == 1 and number >= 1
            if new_style:
                style, number = new_style, new_number
            rows.append(
                [
                    float(index == start),
                    float(index == end - 1),
                    (index - start + 0.5) / (end - start),
                    min(end - start, 10) / 10,
                    float(goes_on),
                    float(again),
                    float(new_style == ""),
                    max(heading, 0.0),
                    max(-heading, 0.0),
                    max(phase, 0.0),
                    max(-phase, 0.0),
                ]
            )
    return np.array(rows, dtype=np.float64)


def _label(text: str) -> tuple[str, int]:
    """Return style and number of the printed enumerator; an empty style where there is none."""
    label = text[: strip_label(text)].strip()
    digits = re.search(r"\d+", label)
    if digits:
        return re.sub(r"\d+", "#", label), int(digits[0])
    found = [char for char in label if char in _NUMBERS]
    if found:
        return re.sub("[一二三四五六七八九十]+", "#", label), _NUMBERS[found[-1]]
    if label[:2] in ("首先", "其次", "再次", "最后"):
        return "order", ("首先", "其次", "再次", "最后").index(label[:2]) + 1
    return (label, 1) if label else ("", 0)


def _neighbours(shares: Doubles, passages: Sequence[Hashable]) -> Doubles:
    """What is said of the statements around each: zeros outside of the passage."""
    found = np.zeros((len(shares), len(_WINDOW) * shares.shape[1]))
    width = shares.shape[1]
    for start, end in _runs(passages):
        for slot, step in enumerate(_WINDOW):
            low, high = max(start, start - step), min(end, end - step)
            if low < high:
                found[low:high, slot * width : (slot + 1) * width] = shares[low + step : high + step]
    return found


def _runs(passages: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    start = 0
    for index in range(1, len(passages) + 1):
        if index == len(passages) or passages[index] != passages[start]:
            yield start, index
            start = index
