"""The arithmetic of the tagger: scores as one product of n-gram values and weights; training of the weights.

Only training imports scikit-learn.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from textmine.themes.features import Batch, Grams, Indices, Vocabulary, character_grams

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: texts that are read at once: their arrays stay in the processor's cache
CHUNK: Final = 1024


@dataclass(frozen=True, slots=True)
class Lookup:
    """The known n-grams of a chunk of texts: place in the vocabulary and value, ordered by text within each size."""

    grams: Grams
    places: Indices
    values: Floats


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The n-grams that training kept, with their inverse document frequencies."""

    vocabulary: Vocabulary
    idf: Floats
    sizes: tuple[int, int]

    @classmethod
    def learn(cls, texts: Sequence[str], sizes: tuple[int, int], min_texts: int) -> Lexicon:
        """Return the n-grams that stand in at least ``min_texts`` different texts."""
        rows, hashes = [], []
        for start in range(0, len(texts), CHUNK):
            for grams in character_grams(texts[start : start + CHUNK], sizes):
                rows.append(grams.rows + start)
                hashes.append(grams.hashes)
        order = np.lexsort((np.concatenate(rows), np.concatenate(hashes)))
        row, value = np.concatenate(rows)[order], np.concatenate(hashes)[order]
        new = np.ones(len(row), dtype=bool)
        new[1:] = (row[1:] != row[:-1]) | (value[1:] != value[:-1])
        known, counts = np.unique(value[new], return_counts=True)
        keep = counts >= min_texts
        idf = np.log((1 + len(texts)) / (1 + counts[keep])) + 1
        return cls(Vocabulary(known[keep]), idf.astype(np.float16).astype(np.float32), sizes)

    def look_up(self, texts: Sequence[str]) -> list[Lookup]:
        """Return the known n-grams of a chunk of texts; the values of a text have length 1 as a vector."""
        found, squares = [], np.zeros(len(texts), dtype=np.float64)
        for grams in character_grams(texts, self.sizes):
            places = self.vocabulary.find(grams.hashes)
            keep = np.flatnonzero(places >= 0)
            kept = Grams(grams.rows[keep], grams.clauses[keep], grams.hashes[keep], grams.starts[keep], grams.size)
            values = self.idf[places[keep]]
            squares += np.bincount(kept.rows, values * values, minlength=len(texts))
            found.append(Lookup(kept, places[keep], values))
        norms = (1 / np.sqrt(np.maximum(squares, 1e-9))).astype(np.float32)
        return [Lookup(item.grams, item.places, item.values * norms[item.grams.rows]) for item in found]

    @property
    def clause_floor(self) -> float:
        """The squared length of a clause of six characters: a shorter one is no louder than that."""
        return 15.0 * float(np.mean(self.idf.astype(np.float64) ** 2)) if len(self.idf) else 1.0

    def matrix(self, texts: Sequence[str]) -> Any:
        """Return the n-grams of all texts as a scipy matrix, for training."""
        from scipy.sparse import csr_matrix

        rows, columns, values = [], [], []
        for start in range(0, len(texts), CHUNK):
            for item in self.look_up(texts[start : start + CHUNK]):
                rows.append(item.grams.rows + start)
                columns.append(item.places)
                values.append(item.values)
        entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
        return csr_matrix(entries, shape=(len(texts), len(self.vocabulary)))


@dataclass(frozen=True, slots=True)
class Scores:
    """What n-grams weigh: in whole texts and in their loudest clauses (texts × targets), and in each clause.

    The clauses of text ``i`` are ``begins[i]`` to ``begins[i + 1]``; ``starts`` and ``ends`` are offsets into the text.
    """

    whole: Floats
    loudest: Floats
    clauses: Floats
    begins: Indices
    starts: Indices
    ends: Indices

    def clause_of(self, row: int, column: int) -> tuple[int, int]:
        """Return where the clause stands that speaks loudest for a target."""
        begin = self.begins[row]
        best = begin + int(self.clauses[begin : self.begins[row + 1], column].argmax())
        return int(self.starts[best]), int(self.ends[best])


def score_texts(texts: Sequence[str], lexicon: Lexicon, weights: Floats) -> Scores:
    """Return what the n-grams of texts weigh, read in chunks that fit the processor's cache."""
    parts = [
        _score_chunk(texts[start : start + CHUNK], lexicon, weights) for start in range(0, max(len(texts), 1), CHUNK)
    ]
    shifts = np.cumsum([0, *(len(part.starts) for part in parts)])
    begins = [part.begins[:-1] + shift for part, shift in zip(parts, shifts, strict=False)]
    return Scores(
        np.concatenate([part.whole for part in parts]),
        np.concatenate([part.loudest for part in parts]),
        np.concatenate([part.clauses for part in parts]),
        np.concatenate([*begins, shifts[-1:]]),
        np.concatenate([part.starts for part in parts]),
        np.concatenate([part.ends for part in parts]),
    )


def _score_chunk(texts: Sequence[str], lexicon: Lexicon, weights: Floats) -> Scores:
    """Sum by clause, then by text: n-grams do not cross clauses, so each is weighed once."""
    batch = Batch.read(texts)
    owners, starts, ends = batch.clause_spans()
    count = len(owners)
    sums = np.zeros((count, weights.shape[1]), dtype=np.float32)
    squares = np.zeros(count, dtype=np.float64)
    for grams in batch.grams(lexicon.sizes):
        places = lexicon.vocabulary.find(grams.hashes)
        keep = np.flatnonzero(places >= 0)
        if not len(keep):
            continue
        clauses, known = grams.clauses[keep], places[keep]
        values = lexicon.idf[known]
        squares += np.bincount(clauses, values * values, minlength=count)
        firsts = np.flatnonzero(np.concatenate(([True], clauses[1:] != clauses[:-1])))
        weighed = weights[known]
        weighed *= values[:, None]
        sums[clauses[firsts]] += np.add.reduceat(weighed, firsts, axis=0)
    begins = np.searchsorted(owners, np.arange(len(texts) + 1))
    if not count:
        return Scores(sums, sums, sums, begins, starts, ends)
    lengths = np.sqrt(np.maximum(np.add.reduceat(squares, begins[:-1]), 1e-9)).astype(np.float32)
    whole = (np.add.reduceat(sums, begins[:-1], axis=0) / lengths[:, None]).astype(np.float32)
    clause_lengths = np.sqrt(np.maximum(squares, lexicon.clause_floor)).astype(np.float32)
    by_clause = (sums / clause_lengths[:, None]).astype(np.float32)
    return Scores(whole, np.maximum.reduceat(by_clause, begins[:-1], axis=0), by_clause, begins, starts, ends)


def fit_weights(
    design: Any, targets: Flags, *, strength: float, seed: int, counts: Doubles | None = None
) -> tuple[Doubles, Doubles]:
    """Return weights (features × targets) and biases of one logistic regression a target.

    Args:
        design: examples × features.
        targets: examples × targets.
        strength: C of the regression.
        seed: of the order in which the solver takes the features.
        counts: how much each example counts; without them, 1.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    def one(column: int) -> tuple[Doubles, float]:
        target = targets[:, column]
        if target.all() or not target.any():
            return np.zeros(design.shape[1]), 20.0 if target.all() else -20.0
        model = LogisticRegression(C=strength, solver="liblinear", random_state=seed)
        model.fit(design, target, sample_weight=counts)
        return model.coef_[0], float(model.intercept_[0])

    # liblinear's vectors are short: threads inside of it would only wait for each other
    with threadpool_limits(1), ThreadPoolExecutor(2) as pool:
        fitted = list(pool.map(one, range(targets.shape[1])))
    return np.stack([weights for weights, _ in fitted], axis=1), np.array([bias for _, bias in fitted])


def sigmoid(values: npt.NDArray[np.floating[Any]]) -> Doubles:
    """Return 1 ÷ (1 + e^−x), without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * values.astype(np.float64)))


def fit_platt(scores: Doubles, targets: Flags) -> tuple[float, float]:
    """Return slope and shift so that ``sigmoid(slope × score + shift)`` is the share of true targets.

    Source: Platt 1999, with the targets pulled in from 0 and 1; Newton's method.
    """
    positives = int(targets.sum())
    high, low = (positives + 1) / (positives + 2), 1 / (len(targets) - positives + 2)
    wanted = np.where(targets, high, low)
    slope, shift = 1.0, 0.0
    for _ in range(50):
        shares = sigmoid(slope * scores + shift)
        weight = np.maximum(shares * (1 - shares), 1e-9)
        gradient = np.array([((shares - wanted) * scores).sum(), (shares - wanted).sum()])
        hessian = np.array(
            [[(weight * scores * scores).sum(), (weight * scores).sum()], [(weight * scores).sum(), weight.sum()]]
        )
        step = np.linalg.solve(hessian + 1e-6 * np.eye(2), gradient)
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-9))
        slope, shift = slope - step[0], shift - step[1]
        if np.abs(step).max() < 1e-8:
            break
    return float(slope), float(shift)


def choose_threshold(shares: Doubles, targets: Flags) -> float:
    """Return the probability from which on taking the theme gives the highest F1; 0.5 where that cannot be told."""
    positives = int(targets.sum())
    if not positives:
        return 0.5
    order = np.argsort(-shares, kind="stable")
    right = np.cumsum(targets[order])
    f1 = 2 * right / (positives + np.arange(1, len(order) + 1))
    smooth = np.convolve(f1, np.ones(5) / 5, mode="same")
    best = int(np.argmax(smooth))
    following = shares[order[min(best + 1, len(order) - 1)]]
    return float(np.clip((shares[order[best]] + following) / 2, 0.1, 0.9))
