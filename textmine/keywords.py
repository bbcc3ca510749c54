"""Step 7: frames → keywords of any group of statements, with intervals by report; built on ``analysis``.

Four ways to ask: ``log_odds`` and ``log_likelihood`` (what sets a group apart from another), ``tfidf`` (what a group
says much of and few reports say at all), ``textrank`` and ``textrank_jieba`` (what the other words hang on).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from textmine.analysis.errors import GroupError, TermError, name_choices
from textmine.analysis.incidence import (
    Bools,
    Floats,
    Frames,
    choose_themes,
    group_reports,
    match_values,
    tidy,
)
from textmine.analysis.intervals import LEVEL, adjust_p, two_sided_p
from textmine.analysis.keyness import bootstrap_log_odds, draw_weights, log_likelihood, log_odds
from textmine.analysis.multiword import find_phrases
from textmine.analysis.pos import PosTagger
from textmine.analysis.selection import select_statements
from textmine.analysis.textrank import clause_edges, jieba_textrank, rank_words
from textmine.analysis.tokens import Tokens, allowed_words, cut_statements
from textmine.analysis.wordlists import load_words
from textmine.segment import Segmenter

if TYPE_CHECKING:
    import pandas as pd

Method = Literal["log_odds", "log_likelihood", "tfidf", "textrank", "textrank_jieba"]
METHODS: Final = ("log_odds", "log_likelihood", "tfidf", "textrank", "textrank_jieba")
#: the word for everything that is not in the group
REST: Final = "rest"


def keywords(
    frames: Frames,
    by: str = "theme",
    *,
    against: Any = REST,
    method: Method = "log_odds",
    groups: Collection[Any] | None = None,
    theme: str | None = None,
    role: str = "any",
    where: Mapping[str, Any] | None = None,
    terms: Literal["words", "phrases", "both"] = "words",
    pos: Collection[str] | None = None,
    words: Collection[str] | None = None,
    stopwords: Collection[str] | str | Path | None = None,
    top: int = 20,
    min_count: int = 3,
    prior: float = 1000,
    segmenter: Segmenter | None = None,
    level: float = LEVEL,
    rounds: int = 200,
    seed: int = 0,
    progress: bool = False,
) -> pd.DataFrame:
    """Return the keywords of each group of statements.

    Args:
        by: ``theme``, ``role``, or a column of the reports frame.
        against: what a group is compared with: ``rest`` (all other statements) or the name of another group,
            which is then left out of the groups.
        method: see the head of this module.
        groups: only these.
        theme, role, where: which statements are looked at at all.
        terms: words, terms of several words, or both.
        pos: parts of speech of candidates (``n`` lets in all nouns; jieba's tags).
        words: candidates are these only.
        stopwords: a file or words; without it those of the package.
        top: keywords of each group.
        min_count: how often a keyword must stand in the group.
        prior: strength of the prior of ``log_odds``, in words: rare terms are drawn towards no difference.
        segmenter: cuts the words.
        rounds, seed: resamples of reports for the intervals.

    Returns:
        The ``by`` column, term, rank, count and n (of the group: times the term stands, words), count_against,
        n_against, n_reports (of the group that use it), method, estimate, low, high, z, log_likelihood, p, q, small.
        The estimate is the log odds ratio for the two keyness methods (``log_likelihood`` ranks by its statistic) and
        the weight of the term for the others; low and high come from resampling reports (``textrank_jieba`` has none).
        z, p and q (false discoveries, over all terms of all groups) stand for the two keyness methods only; those of
        ``log_likelihood`` take words for independent, the interval does not. small: under 5 reports use the term.

    Raises:
        FrameError, ThemeError: a frame, column, role or theme is missing or unknown.
        GroupError: a group is unknown, empty, or has nothing to be compared with.
        TermError: an unknown method, or no term is left.

    Source: Monroe, Colaresi & Quinn 2008; Dunning 1993; Salton & Buckley 1988 (TF-IDF, by reports, smoothed as in
    scikit-learn); Mihalcea & Tarau 2004; C-value for phrases, Frantzi, Ananiadou & Mima 2000.

    >>> from textmine.analysis.demo import make_frames
    >>> found = keywords(make_frames(80), "theme", groups=["training"], top=2, rounds=20)
    >>> found["term"].tolist()
    ['业务培训', '组织']
    """
    from tqdm import tqdm

    if method not in METHODS:
        raise TermError(f"unknown method {method!r}; {name_choices(method, METHODS)}")
    statements = select_statements(frames, theme=theme, role=role, where=where)
    members = _members(frames, statements, by, groups)
    alone = isinstance(against, str) and against == REST
    reference = None if alone else _other(frames, statements, by, against)
    if reference is not None and groups is None and len(members) > 1:  # the reference is not compared with itself
        members = [(value, inside) for value, inside in members if (inside != reference).any()]
    tokens = cut_statements(statements, segmenter=segmenter, progress=progress)
    table = _find_terms(tokens, terms, pos, words, stopwords, segmenter)
    scorer = _Scorer(tokens, table, method, top, min_count, prior, level, rounds, seed, segmenter)
    parts = []
    for value, inside in tqdm(members, disable=not progress, unit="group", desc="keywords"):
        other = ~inside if reference is None else reference
        if method in ("log_odds", "log_likelihood"):
            if not (other & ~inside).any():
                raise GroupError(f"{by} = {value} has nothing to be compared with: {against} is empty")
            found = scorer.keyness(inside, other & ~inside)
        else:
            found = scorer.weight(inside)
        parts.append((value, found))
    if not any(len(found["term"]) for _, found in parts):
        raise TermError(f"no term stands {min_count} times in any group; lower min_count")
    return _as_frame(by, parts, method)


def _members(
    frames: Frames, statements: pd.DataFrame, by: str, groups: Collection[Any] | None
) -> list[tuple[Any, Bools]]:
    """Each group with which statements are in it; a statement with several themes is in several."""
    found: list[tuple[Any, Bools]] = []
    if by == "theme":
        wanted = list(choose_themes(frames, None if groups is None else [str(g) for g in groups]))
        found = [(theme, _with_theme(frames, statements, theme)) for theme in wanted]
        found = [(theme, inside) for theme, inside in found if inside.any() or groups is not None]
    elif by == "role":
        roles = list(groups) if groups is not None else sorted(statements["role"].unique())
        found = [(name, (statements["role"] == name).to_numpy(dtype=bool)) for name in roles]
    else:
        keys = group_reports(frames["reports"], by).keys[by]
        values = _report_column(frames, statements, by)
        chosen = list(groups) if groups is not None else keys.tolist()
        found = [(value, match_values(values, value)) for value in chosen]
        found = [(value, inside) for value, inside in found if inside.any() or groups is not None]
    for value, inside in found:
        if not inside.any():
            raise GroupError(f"no statement has {by} = {value}")
    if not found:
        raise GroupError(f"no statement belongs to a group of {by}")
    return found


def _with_theme(frames: Frames, statements: pd.DataFrame, theme: str) -> Bools:
    tagged = set(frames["tags"].loc[frames["tags"]["theme"] == theme, "statement_id"])
    inside: Bools = statements["statement_id"].isin(tagged).to_numpy(dtype=bool)
    return inside


def _report_column(frames: Frames, statements: pd.DataFrame, by: str) -> pd.Series[Any]:
    reports = frames["reports"].set_index("report_id")[by]
    return reports.reindex(statements["report_id"]).reset_index(drop=True)


def _other(frames: Frames, statements: pd.DataFrame, by: str, against: Any) -> Bools:
    ((_, inside),) = _members(frames, statements, by, [against])
    return inside


@dataclass(frozen=True, slots=True)
class _Terms:
    """Candidates with texts × terms counts; ``word`` is the number of a one-word term in the vocabulary, else −1."""

    terms: list[str]
    counts: Any
    word: Any
    allowed: Bools


def _find_terms(
    tokens: Tokens, terms: str, pos: Any, words: Any, stopwords: Any, segmenter: Segmenter | None
) -> _Terms:
    from scipy.sparse import hstack  # type: ignore[import-untyped, unused-ignore]

    if terms not in ("words", "phrases", "both"):
        raise TermError(f"unknown terms {terms!r}; there are words, phrases, both")
    stop = load_words(stopwords) if stopwords is None or isinstance(stopwords, str | Path) else set(stopwords)
    tagger = PosTagger(segmenter)
    allowed = allowed_words(tokens, stopwords=stop, pos=pos, words=words, tagger=tagger)
    names, parts, numbers = [], [], []
    if terms != "phrases":
        kept = np.flatnonzero(allowed)
        names += [tokens.words[i] for i in kept.tolist()]
        parts.append(tokens.counts[:, kept])
        numbers.append(kept)
    if terms != "words":
        phrases = find_phrases(tokens, tagger.tag_words(tokens.words), stopwords=stop)
        joined = ["".join(phrase) for phrase in phrases.words]
        kept = np.array([words is None or text in words for text in joined], dtype=bool)
        names += [text for text, good in zip(joined, kept, strict=True) if good]
        parts.append(phrases.counts[:, kept])
        numbers.append(np.full(int(kept.sum()), -1))
    if not names:
        raise TermError("no term is left; allow more parts of speech or words, or fewer stop words")
    return _Terms(names, hstack(parts).tocsr(), np.concatenate(numbers), allowed)


class _Scorer:
    """Scores the candidates in a group; what groups share is computed once."""

    def __init__(
        self,
        tokens: Tokens,
        table: _Terms,
        method: str,
        top: int,
        min_count: int,
        prior: float,
        level: float,
        rounds: int,
        seed: int,
        segmenter: Segmenter | None,
    ) -> None:
        self.tokens, self.table, self.method = tokens, table, method
        self.top, self.min_count, self.prior = top, min_count, prior
        self.level, self.rounds, self.seed, self.segmenter = level, rounds, seed, segmenter
        self.lengths = np.bincount(tokens.text, minlength=len(tokens.texts)).astype(float)
        everything = tokens.memberships(np.ones(len(tokens.text_of), dtype=bool))
        copies = np.asarray(everything.sum(axis=0), dtype=float).ravel()
        self.total = np.asarray(table.counts.T @ copies, dtype=float).ravel()
        self.n_total = float(self.lengths @ copies)
        self._everything = everything

    def keyness(self, inside: Bools, other: Bools) -> dict[str, Any]:
        """Log odds and log-likelihood of the group against the other statements."""
        sides = [self.tokens.memberships(which) for which in (inside, other)]
        (y_a, n_a), (y_b, n_b) = (self._count(side) for side in sides)
        share = self.prior * self.total / self.n_total
        delta, error = log_odds(y_a, y_b, n_a, n_b, share, self.prior)
        likelihood = log_likelihood(y_a, y_b, n_a - y_a, n_b - y_b)
        z = delta / error
        signed = np.where(y_a * n_b >= y_b * n_a, 1.0, -1.0) * np.sqrt(likelihood)
        order = z if self.method == "log_odds" else signed
        shown = self._best(order, y_a)
        in_a, in_b = ((side @ self.table.counts[:, shown]).tocsr() for side in sides)
        total_a, total_b = (np.asarray(side @ self.lengths, dtype=float).ravel() for side in sides)
        low, high = bootstrap_log_odds(
            in_a, in_b, total_a, total_b, share[shown], self.prior, level=self.level, rounds=self.rounds, seed=self.seed
        )
        found = self._told(shown, y_a, n_a, in_a) | {"count_against": y_b[shown].astype(int)}
        found |= {"n_against": np.full(len(shown), int(n_b)), "estimate": delta[shown]}
        found |= {"low": np.minimum(low, delta[shown]), "high": np.maximum(high, delta[shown])}
        tested = order[y_a >= self.min_count]
        return found | {"z": order[shown], "log_likelihood": likelihood[shown], "tested": tested}

    def weight(self, inside: Bools) -> dict[str, Any]:
        """TF-IDF or TextRank of the terms in the group."""
        member = self.tokens.memberships(inside)
        y, n = self._count(member)
        if self.method == "tfidf":
            score, bounds = self._tfidf(member, y, n)
        elif self.method == "textrank":
            score, bounds = self._textrank(member)
        else:
            score, bounds = self._jieba(inside), None
        shown = self._best(score, y)
        shown = shown[score[shown] > 0]
        found = self._told(shown, y, n, (member @ self.table.counts[:, shown]).tocsr())
        low, high = bounds(shown) if bounds else (np.full(len(shown), np.nan),) * 2
        estimate = score[shown]
        found |= {"estimate": estimate, "low": np.fmin(low, estimate) if bounds else low}
        return found | {"high": np.fmax(high, estimate) if bounds else high}

    def _count(self, member: Any) -> tuple[Floats, float]:
        copies = np.asarray(member.sum(axis=0), dtype=float).ravel()
        return np.asarray(self.table.counts.T @ copies, dtype=float).ravel(), float(self.lengths @ copies)

    def _best(self, score: Floats, count: Floats) -> Any:
        fits = np.flatnonzero(count >= self.min_count)
        names = np.array(self.table.terms, dtype=object)[fits].astype(str)
        return fits[np.lexsort((names, -score[fits]))][: self.top]

    def _told(self, shown: Any, y: Floats, n: float, in_reports: Any) -> dict[str, Any]:
        return {
            "term": [self.table.terms[i] for i in shown],
            "rank": np.arange(1, len(shown) + 1),
            "count": y[shown].astype(int),
            "n": np.full(len(shown), int(n)),
            "n_reports": np.asarray((in_reports > 0).sum(axis=0)).ravel().astype(int),
        }

    def _tfidf(self, member: Any, y: Floats, n: float) -> tuple[Floats, Any]:
        in_reports = (self._everything @ self.table.counts) > 0
        used = np.asarray(in_reports.sum(axis=0), dtype=float).ravel()
        rarity = np.log((1 + in_reports.shape[0]) / (1 + used)) + 1

        def bounds(shown: Any) -> tuple[Floats, Floats]:
            counts, lengths = (member @ self.table.counts[:, shown]).tocsr(), member @ self.lengths
            draws = [
                (w @ counts) / np.maximum(w @ lengths, 1)[:, None]
                for w in draw_weights(member.shape[0], self.rounds, self.seed)
            ]
            return self._quantiles(np.concatenate(draws) * rarity[shown])

        return y / max(n, 1) * rarity, bounds

    def _textrank(self, member: Any) -> tuple[Floats, Any]:
        allowed = self.table.allowed
        edges = clause_edges(self.tokens, allowed)
        copies = np.asarray(member.sum(axis=0), dtype=float).ravel()

        def on_terms(weights: Floats) -> Floats:
            ranks = rank_words(edges, weights, len(self.tokens.words))
            return np.where(self.table.word >= 0, ranks[self.table.word], 0.0)

        def bounds(shown: Any) -> tuple[Floats, Floats]:
            blocks = draw_weights(member.shape[0], min(self.rounds, 50), self.seed)
            draws = [on_terms(np.asarray(member.T @ row).ravel())[shown] for block in blocks for row in block]
            return self._quantiles(np.array(draws))

        return on_terms(copies), bounds

    def _jieba(self, inside: Bools) -> Floats:
        texts = [self.tokens.texts[i] for i in self.tokens.text_of[inside]]
        ranks = dict(jieba_textrank(texts, PosTagger(self.segmenter)))
        return np.array([ranks.get(term, 0.0) for term in self.table.terms])

    def _quantiles(self, draws: Floats) -> tuple[Floats, Floats]:
        tail = (1 - self.level) / 2
        low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
        return low, high


def _as_frame(by: str, parts: list[tuple[Any, dict[str, Any]]], method: str) -> pd.DataFrame:
    import pandas as pd

    tested = [found.pop("tested") for _, found in parts if "tested" in found]
    columns: dict[str, Any] = {by: pd.array([value for value, found in parts for _ in found["term"]])}
    for name in parts[0][1]:
        joined = [np.asarray(found[name], dtype=object if name == "term" else None) for _, found in parts]
        columns[name] = np.concatenate(joined)
    length = len(columns["term"])
    if tested:
        columns["p"] = two_sided_p(columns["z"])
        columns["q"] = _q_values(columns["z"], np.concatenate(tested))
    blank = np.full(length, np.nan)
    for name in ("count_against", "n_against", "z", "log_likelihood", "p", "q"):
        columns.setdefault(name, blank)
    columns["method"], columns["small"] = [method] * length, columns["n_reports"] < 5
    order = [by, "term", "rank", "count", "n", "count_against", "n_against", "n_reports", "method"]
    order += ["estimate", "low", "high", "z", "log_likelihood", "p", "q", "small"]
    frame = tidy({name: columns[name] for name in order})
    return frame.astype({"count_against": "Int64", "n_against": "Int64"})


def _q_values(shown: Floats, tested: Floats) -> Floats:
    """q of the terms shown among all that were tested, not only those shown."""
    p = two_sided_p(tested)
    order = np.argsort(p, kind="stable")
    q = adjust_p(p)[order]
    at = np.searchsorted(p[order], two_sided_p(shown), side="right") - 1
    return np.asarray(q[np.maximum(at, 0)], dtype=float)
