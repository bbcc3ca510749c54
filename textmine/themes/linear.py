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
#: n-grams of one size for which there is room, for each text of a chunk; a chunk of longer texts asks for its own
_ROOM: Final = 32
#: runs of up to this many n-grams are summed side by side
_SHORT: Final = 8


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

    def clauses_of(self, rows: Indices, columns: Indices) -> tuple[Indices, Indices]:
        """Return where the clauses start and end that speak loudest in texts (``rows``) for targets (``columns``)."""
        if not len(rows):
            return rows, rows
        counts = self.begins[rows + 1] - self.begins[rows]
        firsts = np.cumsum(counts) - counts
        clauses = np.repeat(self.begins[rows] - firsts, counts) + np.arange(int(counts.sum()))
        values = self.clauses[clauses, np.repeat(columns, counts)]
        loud = values == np.repeat(np.maximum.reduceat(values, firsts), counts)
        best = np.minimum.reduceat(np.where(loud, clauses, len(self.starts)), firsts)  # the first of equals
        return self.starts[best], self.ends[best]


def weigh_grams(lexicon: Lexicon, weights: Floats) -> Floats:
    """Return the weights of n-grams (× targets) times their values, as :func:`score_texts` takes them."""
    return weights * lexicon.idf[:, None]


def score_texts(texts: Sequence[str], lexicon: Lexicon, weighed: Floats) -> Scores:
    """Return what the n-grams of texts weigh, read in chunks that fit the processor's cache."""
    # One table for all chunks: to ask for fresh memory each time takes longer than to fill it.
    room = np.empty((_ROOM * CHUNK, weighed.shape[1]), dtype=np.float32)
    parts = [
        _score_chunk(texts[start : start + CHUNK], lexicon, weighed, room)
        for start in range(0, max(len(texts), 1), CHUNK)
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


def _score_chunk(texts: Sequence[str], lexicon: Lexicon, weighed: Floats, room: Floats) -> Scores:
    """Sum by clause, then by text: n-grams do not cross clauses, so each is weighed once."""
    batch = Batch.read(texts)
    owners, starts, ends = batch.clause_spans()
    count = len(owners)
    sums = np.zeros((count, weighed.shape[1]), dtype=np.float32)
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
        _add_runs(sums, clauses[firsts], weighed, known, firsts, room)
    begins = np.searchsorted(owners, np.arange(len(texts) + 1))
    if not count:
        return Scores(sums, sums, sums, begins, starts, ends)
    lengths = np.sqrt(np.maximum(np.add.reduceat(squares, begins[:-1]), 1e-9)).astype(np.float32)
    whole = (np.add.reduceat(sums, begins[:-1], axis=0) / lengths[:, None]).astype(np.float32)
    clause_lengths = np.sqrt(np.maximum(squares, lexicon.clause_floor)).astype(np.float32)
    by_clause = (sums / clause_lengths[:, None]).astype(np.float32)
    return Scores(whole, np.maximum.reduceat(by_clause, begins[:-1], axis=0), by_clause, begins, starts, ends)


def _add_runs(sums: Floats, owners: Indices, weighed: Floats, known: Indices, firsts: Indices, room: Floats) -> None:
    """Add the rows of each run (``known[firsts[i] : firsts[i + 1]]``) to the row ``owners[i]`` of ``sums``.

    What ``np.add.reduceat`` adds a run at a time is added here a place at a time, for all short runs at once, in the
    same order: first + (0 + second + third + …).
    """
    lengths = np.diff(firsts, append=len(known))
    order = np.argsort(-lengths, kind="stable")
    lengths, owners, firsts = lengths[order], owners[order], firsts[order]
    over = np.searchsorted(-lengths, -np.arange(_SHORT + 1), side="left")  # how many runs are longer than 0, 1, …
    long = int(over[_SHORT])
    if long:
        begins = np.cumsum(lengths[:long]) - lengths[:long]
        places = np.repeat(firsts[:long] - begins, lengths[:long]) + np.arange(int(lengths[:long].sum()))
        sums[owners[:long]] += np.add.reduceat(_take(weighed, known[places], room), begins, axis=0)
    rest = np.zeros((len(owners) - long, weighed.shape[1]), dtype=np.float32)
    for place in range(1, _SHORT):
        upto = int(over[place])
        if upto == long:
            break
        rest[: upto - long] += _take(weighed, known[firsts[long:upto] + place], room)
    rest += _take(weighed, known[firsts[long:]], room)
    sums[owners[long:]] += rest


def _take(table: Floats, rows: Indices, room: Floats) -> Floats:
    out = room[: len(rows)] if len(rows) <= len(room) else None
    return np.take(table, rows, axis=0, out=out, mode="clip")


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
