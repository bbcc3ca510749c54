"""What does the codebook miss? Topics among the statements that carry no theme, or only ``other``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from textmine.analysis.errors import GroupError, TermError
from textmine.analysis.examples import exemplars
from textmine.analysis.incidence import Floats, Frames, Ints, tidy
from textmine.analysis.intervals import LEVEL, share_of_sums
from textmine.analysis.selection import select_statements
from textmine.analysis.tokens import Tokens, allowed_words, cut_statements
from textmine.analysis.wordlists import load_words
from textmine.segment import Segmenter

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Topics:
    """Topics, the statements that belong to each, and exemplars of each; all keyed by ``topic``."""

    topics: pd.DataFrame
    statements: pd.DataFrame
    exemplars: pd.DataFrame


def find_topics(
    frames: Frames,
    k: int = 8,
    *,
    covered_by: Collection[str] | None = None,
    role: str = "any",
    where: Mapping[str, Any] | None = None,
    seeds: Mapping[str, Sequence[str]] | None = None,
    n_terms: int = 10,
    n_exemplars: int = 3,
    rounds: int = 10,
    pos: Collection[str] | None = None,
    stopwords: Collection[str] | str | Path | None = None,
    segmenter: Segmenter | None = None,
    level: float = LEVEL,
    seed: int = 0,
    progress: bool = False,
) -> Topics:
    """Return ``k`` topics of the statements that no theme covers, with how stable each of them is.

    Args:
        k: number of topics.
        covered_by: the themes that count as covering a statement; without it all but ``other``. An empty list looks
            at all statements.
        seeds: name -> words: a topic is started from the words; their number may be at most ``k``.
        role, where: which statements.
        n_terms: words that describe a topic.
        n_exemplars: statements shown of each.
        rounds: other random starts, and resamples of reports, for the stability.
        pos, stopwords: which words, as for :func:`textmine.keywords.keywords`.
        seed: the same seed gives the same topics.

    Returns:
        ``topics``: topic, name (the seed's, or the first three words), terms, count (statements), n (statements looked
        at), n_reports, estimate, low, high (share of the statements looked at, clustered by report), stability_starts,
        stability_resamples (mean overlap 0–1 of the words with those of the likest topic of other runs; under 0.5 a
        topic is better not relied on), examples (statement ids), small (under 5 reports). ``statements``: topic,
        statement_id, report_id, weight. ``exemplars``: topic and the columns of
        :func:`~textmine.analysis.examples.exemplars`.

    Raises:
        FrameError, GroupError: what is missing, unknown or empty; fewer different statements than topics.
        TermError: a seed has no word that stands in the statements.

    Source: Lee & Seung 1999 (NMF), started by NNDSVD, Boutsidis & Gallopoulos 2008; stability after Greene,
    O'Callaghan & Cunningham 2014, "How many topics? Stability analysis for topic models".

    >>> from textmine.analysis.demo import make_frames
    >>> found = find_topics(make_frames(60), 2, covered_by=[], rounds=2)
    >>> found.topics["n_reports"].gt(0).all()
    np.True_
    """
    statements = _uncovered(frames, covered_by, role, where)
    tokens = cut_statements(statements, segmenter=segmenter, progress=progress)
    stop = load_words(stopwords) if stopwords is None or isinstance(stopwords, str | Path) else stopwords
    allowed = np.flatnonzero(allowed_words(tokens, stopwords=stop, pos=pos))
    allowed = allowed[np.asarray((tokens.counts[:, allowed] > 0).sum(axis=0)).ravel() > 1]
    names = [tokens.words[i] for i in allowed.tolist()]
    vectors = _weigh(tokens, allowed)
    if min(vectors.shape) <= k:
        raise GroupError(
            f"{vectors.shape[0]} different statements with {vectors.shape[1]} words are too few for {k} topics"
        )
    weights, words = _factorize(vectors, k, seed=seed, start=_start(seeds, names, k))
    top = np.argsort(-words, axis=1, kind="stable")[:, :n_terms]
    belongs = np.where(weights.max(axis=1) > 0, weights.argmax(axis=1), -1)[tokens.text_of]
    stability = _stability(vectors, top, tokens, k, n_terms, rounds, seed, progress)
    frame = _describe(belongs, tokens, [[names[i] for i in row] for row in top], list(seeds or ()), stability, level)
    shown = _exemplars(frames, statements, belongs, k, n_exemplars)
    ids = [" ".join(shown.loc[shown["topic"] == t + 1, "statement_id"]) for t in range(k)]
    frame.insert(frame.columns.get_loc("small"), "examples", tidy({"x": np.array(ids, dtype=object)})["x"])
    own = {"topic": belongs + 1, "weight": weights.max(axis=1)[tokens.text_of]}
    listed = statements[["statement_id", "report_id"]].assign(**{key: tidy({key: v})[key] for key, v in own.items()})
    listed = listed[belongs >= 0].sort_values(["topic", "weight"], ascending=[True, False], kind="stable")
    return Topics(frame, listed[["topic", "statement_id", "report_id", "weight"]].reset_index(drop=True), shown)


def _uncovered(
    frames: Frames, covered_by: Collection[str] | None, role: str, where: Mapping[str, Any] | None
) -> pd.DataFrame:
    statements, tags = select_statements(frames, role=role, where=where), frames["tags"]
    covering = tags["theme"].ne("other") if covered_by is None else tags["theme"].isin(list(covered_by))
    covered = set(tags.loc[covering.fillna(False), "statement_id"])
    left = statements[~statements["statement_id"].isin(covered)].reset_index(drop=True)
    if not len(left):
        raise GroupError("every statement carries a theme; there is nothing that the codebook misses")
    return left


def _weigh(tokens: Tokens, allowed: Ints) -> Any:
    """TF-IDF of the distinct texts. Copies do not count: a sentence that is said by many is still one way to say it."""
    from sklearn.feature_extraction.text import TfidfTransformer  # type: ignore[import-untyped, unused-ignore]

    return TfidfTransformer(sublinear_tf=True).fit_transform(tokens.counts[:, allowed])


def _factorize(vectors: Any, k: int, *, seed: int, start: Floats | None = None, random: bool = False) -> Any:
    import warnings

    from sklearn.decomposition import NMF  # type: ignore[import-untyped, unused-ignore]
    from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped, unused-ignore]

    model = NMF(k, init="random" if random else "nndsvda", random_state=seed, max_iter=400, tol=1e-4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a stop a little short of the optimum changes no word
        if start is None:
            weights = model.fit_transform(vectors)
        else:
            base = NMF(k, init="nndsvda", random_state=seed, max_iter=1).fit(vectors)
            words = np.maximum(base.components_, 1e-6)
            seeded = start.sum(axis=1) > 0
            words[seeded] = start[seeded] * words.max() + 1e-6
            model.set_params(init="custom")
            first = np.full((vectors.shape[0], k), float(np.sqrt(vectors.mean() / k)))
            weights = model.fit_transform(vectors, W=first.astype(vectors.dtype), H=words.astype(vectors.dtype))
    return weights, model.components_


def _start(seeds: Mapping[str, Sequence[str]] | None, names: list[str], k: int) -> Floats | None:
    if not seeds:
        return None
    if len(seeds) > k:
        raise TermError(f"there are {len(seeds)} seeds for {k} topics")
    start, number = np.zeros((k, len(names))), {name: i for i, name in enumerate(names)}
    for row, (name, words) in enumerate(seeds.items()):
        found = [number[word] for word in words if word in number]
        if not found:
            raise TermError(
                f"none of the words of the seed {name!r} stands twice in the statements: {', '.join(words)}"
            )
        start[row, found] = 1
    return start


def _stability(
    vectors: Any, top: Ints, tokens: Tokens, k: int, n_terms: int, rounds: int, seed: int, progress: bool
) -> Floats:
    """Topics × (starts, resamples): mean overlap of words with the matched topics of other runs."""
    from tqdm import tqdm

    generator = np.random.default_rng(seed)
    n_reports = int(tokens.report_of.max()) + 1
    overlap = np.zeros((k, 2, rounds))
    for n in tqdm(range(rounds), disable=not progress, unit="run", desc="stability"):
        drawn = np.unique(generator.integers(0, n_reports, n_reports))
        texts = np.unique(tokens.text_of[np.isin(tokens.report_of, drawn)])
        for kind, part in enumerate((vectors, vectors[texts])):
            words = _factorize(part, k, seed=seed + 1 + n, random=kind == 0)[1]
            other = np.argsort(-words, axis=1, kind="stable")[:, :n_terms]
            overlap[:, kind, n] = match_topics(top, other)
    return np.asarray(overlap.mean(axis=2), dtype=float)


def match_topics(left: Ints, right: Ints) -> Floats:
    """Return the Jaccard overlap of each topic's words with those of the topic matched to it one to one.

    >>> match_topics(np.array([[1, 2], [3, 4]]), np.array([[3, 4], [1, 5]])).round(2).tolist()
    [0.33, 1.0]
    """
    from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped, unused-ignore]

    sets = [set(row) for row in left.tolist()], [set(row) for row in right.tolist()]
    table = np.array([[len(a & b) / len(a | b) for b in sets[1]] for a in sets[0]])
    rows, columns = linear_sum_assignment(-table)
    return np.asarray(table[rows, columns], dtype=float)


def _describe(
    belongs: Ints, tokens: Tokens, terms: list[list[str]], seeds: list[str], stability: Floats, level: float
) -> pd.DataFrame:
    k, n_reports = len(terms), int(tokens.report_of.max()) + 1
    y = np.zeros((n_reports, k))
    np.add.at(y, (tokens.report_of[belongs >= 0], belongs[belongs >= 0]), 1)
    m = np.bincount(tokens.report_of, minlength=n_reports).astype(float)
    shares = share_of_sums(y, m, np.arange(n_reports))
    low, high = shares.interval(level=level)
    names = [seeds[t] if t < len(seeds) else "、".join(terms[t][:3]) for t in range(k)]
    used = (y > 0).sum(axis=0)
    return tidy(
        {
            "topic": np.arange(1, k + 1),
            "name": np.array(names, dtype=object),
            "terms": np.array(["、".join(row) for row in terms], dtype=object),
            "count": y.sum(axis=0).astype(int),
            "n": np.full(k, int(m.sum())),
            "n_reports": used,
            "estimate": shares.share,
            "low": low,
            "high": high,
            "stability_starts": stability[:, 0],
            "stability_resamples": stability[:, 1],
            "small": used < 5,
        }
    )


def _exemplars(frames: Frames, statements: pd.DataFrame, belongs: Ints, k: int, most: int) -> pd.DataFrame:
    import pandas as pd

    ids = statements["statement_id"].to_numpy(dtype=object)
    only = dict(frames) | {"statements": statements}
    parts = []
    for topic in range(k):
        found = exemplars(only, None, "any", most, statement_ids=ids[belongs == topic].tolist())
        found.insert(0, "topic", pd.array([topic + 1] * len(found), dtype="Int64"))
        parts.append(found)
    return pd.concat(parts, ignore_index=True)
