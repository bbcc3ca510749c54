"""Which statements show a theme best, and which are unlike all others?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from textmine.analysis.errors import GroupError
from textmine.analysis.evidence import find_evidence
from textmine.analysis.incidence import Floats, Frames, Ints

if TYPE_CHECKING:
    import pandas as pd

#: two texts with more than this cosine of their character pairs are copies of one sentence
_COPY: Final = 0.8
#: distinct texts that are compared at the most; of more, a fixed choice is taken
_MOST: Final = 20_000
_ENUMERATOR: Final = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十\d①-⑳]{1,3}[）)、.．是要]*|[首其再]次|首先|最后|其[一二三四五])[，,、\s]*"
)
_NOISE: Final = re.compile(r"[^\u4e00-\u9fffA-Za-z]+")


def exemplars(
    frames: Frames,
    theme: str | None = None,
    role: str = "any",
    k: int = 5,
    *,
    where: Mapping[str, Any] | None = None,
    statement_ids: Sequence[str] | None = None,
    diversity: float = 0.5,
    max_chars: int = 120,
) -> pd.DataFrame:
    """Return statements that are typical of a theme and unlike each other, never two copies of one sentence.

    Args:
        theme: a code, or ``None`` for all statements of the role.
        role: problem, measure or any.
        k: how many at the most; fewer where there are no more different ones.
        where: columns of the reports frame and their values.
        statement_ids: choose among these only (the members of a topic).
        diversity: 0 takes the most typical ones whatever their likeness, 1 the most different ones.
        max_chars: longer statements are quoted only where there are no shorter ones.
        frames: as for :func:`~textmine.analysis.shares.prevalence`.

    Returns:
        statement_id, report_id, agency, year, path, role, start, end, text, copies (statements that say the same, this
        one among them), typicality (mean likeness to all others, 0–1), in the order in which they were chosen; empty
        where there is no statement.

    Raises:
        FrameError, ThemeError, GroupError: what is missing, unknown or empty.

    Source: Carbonell & Goldstein 1998, "The use of MMR, diversity-based reranking" (maximal marginal relevance) with
    λ = 1 − diversity, over TF-IDF vectors of character pairs.

    >>> from textmine.analysis.demo import make_frames
    >>> found = exemplars(make_frames(50), "training", "problem", 2)
    >>> len(found), found["text"].is_unique
    (2, True)
    """
    rows = find_evidence(frames, theme=theme, role=role, where=where)
    if statement_ids is not None:
        rows = rows[rows["statement_id"].isin(set(statement_ids))].reset_index(drop=True)
    texts = _distinct(rows)
    fitting = texts.keep(np.char.str_len(texts.text) <= max_chars)
    texts = fitting if len(fitting.row) else texts
    if not len(texts.row):
        return rows.assign(copies=[], typicality=[])
    vectors = _vectors(texts.key)
    centre = np.asarray(vectors.T @ (texts.copies / texts.copies.sum())).ravel()
    typical = np.asarray(vectors @ centre).ravel()
    chosen = choose_diverse(vectors, typical / typical.max(), k, diversity=diversity)
    found = rows.iloc[texts.row[chosen]].reset_index(drop=True)
    return found.assign(copies=texts.copies[chosen], typicality=typical[chosen])


def unusual(
    frames: Frames,
    theme: str | None = None,
    role: str = "any",
    k: int = 10,
    *,
    where: Mapping[str, Any] | None = None,
    neighbours: int = 5,
    min_chars: int = 12,
    progress: bool = False,
) -> pd.DataFrame:
    """Return the statements that are least like any other, no two alike.

    Args:
        theme: a code, or ``None`` for all statements of the role.
        neighbours: with how many nearest others a statement is compared.
        min_chars: shorter statements are left out: they are unlike others because there is little of them.
        progress: show a progress bar.
        frames, role, k, where: as for :func:`exemplars`.

    Returns:
        As for :func:`exemplars`, with distance (1 − likeness to the ``neighbours``-th nearest other, 0–1) instead of
        typicality, most unusual first.

    Raises:
        FrameError, ThemeError, GroupError: what is missing, unknown or empty.

    Source: Ramaswamy, Rastogi & Shim 2000, "Efficient algorithms for mining outliers from large data sets" (distance to
    the k-th nearest neighbour), over TF-IDF vectors of character pairs.

    >>> from textmine.analysis.demo import make_frames
    >>> len(unusual(make_frames(50), k=3))
    3
    """
    rows = find_evidence(frames, theme=theme, role=role, where=where)
    texts = _distinct(rows)
    texts = texts.keep(np.char.str_len(texts.key) >= min_chars)
    if len(texts.row) <= neighbours:
        raise GroupError(
            f"there are {len(texts.row)} different statements; more than {neighbours} are needed to call one unusual"
        )
    vectors = _vectors(texts.key)
    # A text that is said often is not unusual, however few others are like it: copies count as neighbours at 0.
    distance = np.where(texts.copies > neighbours, 0.0, 1 - _nearest(vectors, neighbours, progress=progress))
    order = np.argsort(-distance, kind="stable")[: max(20 * k, 200)]
    chosen = order[choose_diverse(vectors[order], distance[order], k, diversity=0.0)]
    found = rows.iloc[texts.row[chosen]].reset_index(drop=True)
    return found.assign(copies=texts.copies[chosen], distance=distance[chosen])


def choose_diverse(vectors: Any, relevance: Floats, k: int, *, diversity: float = 0.5, copy: float = _COPY) -> Ints:
    """Return the rows chosen by maximal marginal relevance, no two of them with a cosine of ``copy`` or more.

    Args:
        vectors: rows of length 1 (sparse or dense).
        relevance: of each row; ties go to the earlier row.

    >>> choose_diverse(np.array([[1.0, 0], [1, 0], [0, 1]]), np.array([0.9, 0.8, 0.1]), 3).tolist()
    [0, 2]
    """
    likest = np.zeros(len(relevance))
    open_ = np.ones(len(relevance), dtype=bool)
    chosen: list[int] = []
    while len(chosen) < k and open_.any():
        score = (1 - diversity) * relevance - diversity * likest
        score[~open_] = -np.inf
        best = int(np.argmax(score))
        chosen.append(best)
        row = vectors[[best]]
        like = vectors @ (row.T if isinstance(vectors, np.ndarray) else row.T.toarray())
        likest = np.maximum(likest, np.asarray(like).ravel())
        open_ &= likest < copy
        open_[best] = False
    return np.array(chosen, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Texts:
    """Distinct texts: the first row of each, what is compared of it, what is read, and how often it is there."""

    row: Ints
    key: Any
    text: Any
    copies: Ints

    def keep(self, which: Any) -> _Texts:
        return _Texts(self.row[which], self.key[which], self.text[which], self.copies[which])


def _distinct(rows: pd.DataFrame) -> _Texts:
    """Texts that differ in more than enumerators, numbers and punctuation, in an order that rows do not change."""
    texts = rows["text"].to_numpy(dtype=object)
    keys = np.array([_NOISE.sub("", _bare(str(text))) for text in texts], dtype=str)
    order = np.argsort(rows["statement_id"].to_numpy(dtype=str), kind="stable")
    key, first, copies = np.unique(keys[order], return_index=True, return_counts=True)
    picked = np.flatnonzero(np.char.str_len(key) > 0) if len(key) else np.array([], dtype=np.int64)
    if len(picked) > _MOST:
        picked = np.sort(np.random.default_rng(0).choice(picked, _MOST, replace=False))
    row = order[first[picked]].astype(np.int64) if len(picked) else np.array([], dtype=np.int64)
    return _Texts(row, key[picked], texts[row].astype(str), copies[picked].astype(np.int64))


def _bare(text: str) -> str:
    """The text without its enumerator (一是, （二）, 3.)."""
    found = _ENUMERATOR.match(text)
    return text[found.end() :] if found else text


def _vectors(keys: Any) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped, unused-ignore]

    found = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True, lowercase=False)
    return found.fit_transform(keys.tolist())


def _nearest(vectors: Any, neighbours: int, *, block: int = 500, progress: bool = False) -> Floats:
    """Likeness to the n-th nearest other row, block by block so that memory stays small."""
    from tqdm import tqdm

    found = np.empty(vectors.shape[0])
    starts = range(0, vectors.shape[0], block)
    for at in tqdm(starts, disable=not progress, unit="block", desc="unusual"):
        like = (vectors[at : at + block] @ vectors.T).toarray()
        like[np.arange(len(like)), np.arange(at, at + len(like))] = -1
        found[at : at + block] = np.partition(like, -neighbours, axis=1)[:, -neighbours]
    return found
