"""Which words go together in a clause?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from textmine.analysis.errors import TermError
from textmine.analysis.incidence import Floats, Frames, Ints, tidy
from textmine.analysis.intervals import LEVEL, two_sided_p
from textmine.analysis.keyness import draw_weights, log_likelihood
from textmine.analysis.selection import select_statements
from textmine.analysis.tokens import Tokens, allowed_words, cut_statements
from textmine.analysis.wordlists import load_words
from textmine.segment import Segmenter

if TYPE_CHECKING:
    import pandas as pd

#: words compared with each other at the most; the commonest are kept
_MOST_WORDS: Final = 20_000
MEASURES: Final = ("log_dice", "log_likelihood", "pmi")


def collocations(
    frames: Frames,
    node: str | None = None,
    *,
    measure: str = "log_dice",
    theme: str | None = None,
    role: str = "any",
    where: Mapping[str, Any] | None = None,
    adjacent: bool = False,
    min_count: int = 5,
    top: int = 50,
    pos: Collection[str] | None = None,
    words: Collection[str] | None = None,
    stopwords: Collection[str] | str | Path | None = None,
    segmenter: Segmenter | None = None,
    level: float = LEVEL,
    rounds: int = 200,
    seed: int = 0,
    progress: bool = False,
) -> pd.DataFrame:
    """Return pairs of words that stand in one clause oftener than by chance.

    Args:
        node: a word whose partners are sought; all pairs without it.
        measure: the order of the rows, and the estimate: ``log_dice`` (at most 14; how exclusively they go together,
            whatever the size of the corpus), ``log_likelihood`` (how sure), ``pmi`` (bits; favours rare pairs).
        theme, role, where: which statements.
        adjacent: only pairs side by side, in their order.
        min_count: clauses in which a pair must stand.
        top: rows at the most.
        pos, words, stopwords: which words, as for :func:`textmine.keywords.keywords`.
        rounds, seed: resamples of reports for the interval.

    Returns:
        word_a, word_b, count (clauses with both), count_a, count_b, n (clauses), n_reports, pmi, log_likelihood,
        log_dice, p (of the log-likelihood; takes clauses for independent), estimate, low, high (of ``measure``,
        resampled by report), small (under 5 reports).

    Raises:
        FrameError, ThemeError, GroupError: what is missing, unknown or empty.
        TermError: ``node`` is no word of the statements, or an unknown measure.

    Source: Church & Hanks 1990 (PMI); Dunning 1993 (log-likelihood); Rychlý 2008, "A lexicographer-friendly association
    score" (log-dice).

    >>> from textmine.analysis.demo import make_frames
    >>> found = collocations(make_frames(40), "培训", top=1, rounds=20)
    >>> found[["word_a", "word_b"]].values.tolist()
    [['培训', '偏少']]
    """
    if measure not in MEASURES:
        raise TermError(f"unknown measure {measure!r}; there are {', '.join(MEASURES)}")
    statements = select_statements(frames, theme=theme, role=role, where=where)
    tokens = cut_statements(statements, segmenter=segmenter, progress=progress)
    stop = load_words(stopwords) if stopwords is None or isinstance(stopwords, str | Path) else stopwords
    allowed = allowed_words(tokens, stopwords=stop, pos=pos, words=words)
    if node is not None:
        if node not in tokens.words:
            cut = " / ".join((segmenter or Segmenter()).cut(node))
            raise TermError(f"{node} is no word of these statements; it is cut as {cut}")
        allowed[list(tokens.words).index(node)] = True
    member = tokens.memberships(np.ones(len(statements), dtype=bool))
    weights = np.asarray(member.sum(axis=0)).ravel()
    table = _Clauses(tokens, allowed, weights)
    a, b, count = table.pairs(adjacent, node, min_count)
    scores = associate(count, table.totals[a], table.totals[b], table.n)
    if node is not None:  # the node first
        swap = (np.array(tokens.words, dtype=object)[b] == node) & (not adjacent)
        a, b = np.where(swap, b, a), np.where(swap, a, b)
    order = np.lexsort((b, a, -scores[measure]))[:top]
    a, b, count = a[order], b[order], count[order]
    if not len(a):
        raise TermError(f"no two words stand together in {min_count} clauses; lower min_count")
    per_report = table.per_report(a, b, member, adjacent)
    low, high = _bounds(per_report, measure, level=level, rounds=rounds, seed=seed)
    estimate = scores[measure][order]
    columns: dict[str, Any] = {"word_a": [tokens.words[i] for i in a], "word_b": [tokens.words[i] for i in b]}
    columns |= {"count": count.astype(int), "count_a": table.totals[a].astype(int)}
    columns |= {"count_b": table.totals[b].astype(int), "n": np.full(len(a), int(table.n))}
    columns["n_reports"] = np.asarray((per_report[0] > 0).sum(axis=0)).ravel().astype(int)
    columns |= {name: scores[name][order] for name in ("pmi", "log_likelihood", "log_dice")}
    columns["p"] = two_sided_p(np.sqrt(np.abs(columns["log_likelihood"])))
    columns |= {"estimate": estimate, "low": np.minimum(low, estimate), "high": np.maximum(high, estimate)}
    columns["small"] = columns["n_reports"] < 5
    return tidy(columns)


def associate(both: Any, a: Any, b: Any, n: Any) -> dict[str, Floats]:
    """Return PMI (bits), signed log-likelihood and log-dice of pairs.

    Args:
        both, a, b: clauses with both words, with each; ``n`` all clauses.

    >>> {name: round(float(v), 2) for name, v in associate(30.0, 100.0, 60.0, 10000.0).items()}
    {'pmi': 5.64, 'log_likelihood': 203.53, 'log_dice': 12.58}
    """
    both, a, b, n = (np.asarray(x, dtype=float) for x in (both, a, b, n))
    with np.errstate(divide="ignore", invalid="ignore"):
        pmi = np.log2(both * n / (a * b))
        dice = 14 + np.log2(2 * both / (a + b))
    sign = np.where(both * n >= a * b, 1.0, -1.0)
    likelihood = sign * log_likelihood(both, a - both, b - both, np.maximum(n - a - b + both, 0))
    return {"pmi": pmi, "log_likelihood": likelihood, "log_dice": dice}


class _Clauses:
    """Clauses × words (0 or 1), with how often each clause's text is said."""

    def __init__(self, tokens: Tokens, allowed: Any, weights: Floats) -> None:
        from scipy.sparse import csr_matrix  # type: ignore[import-untyped, unused-ignore]

        self.tokens = tokens
        commonest = np.bincount(tokens.word, weights=weights[tokens.text], minlength=len(tokens.words))
        commonest[~allowed] = -1
        if allowed.sum() > _MOST_WORDS:
            allowed = allowed & (commonest >= np.partition(commonest, -_MOST_WORDS)[-_MOST_WORDS])
        self.allowed = allowed
        names, clause = np.unique(tokens.clause, return_inverse=True)
        self.clause_text = np.zeros(len(names), dtype=np.int64)
        self.clause_text[clause] = tokens.text
        self.clause = clause
        kept = allowed[tokens.word]
        cells = np.unique(clause[kept].astype(np.int64) * len(tokens.words) + tokens.word[kept])
        rows, columns = cells // len(tokens.words), cells % len(tokens.words)
        shape = (len(names), len(tokens.words))
        self.table = csr_matrix((np.ones(len(cells), dtype=np.float32), (rows, columns)), shape=shape)
        self.weight = weights[self.clause_text]
        self.n = float(self.weight.sum())
        self.totals = np.asarray(self.table.T @ self.weight).ravel()

    def pairs(self, adjacent: bool, node: str | None, min_count: int) -> tuple[Any, Any, Floats]:
        """Words a and b and the clauses with both."""
        words = self.tokens.words
        if adjacent:
            left, right, clause = self._neighbours()
            cells = np.unique((clause * len(words) + left) * len(words) + right)
            key = cells % (len(words) ** 2)
            names, back = np.unique(key, return_inverse=True)
            count = np.bincount(back, weights=self.weight[cells // len(words) ** 2], minlength=len(names))
            a, b = names // len(words), names % len(words)
        else:
            from scipy.sparse import diags, triu

            table = self.table
            if node is not None:
                inside = np.asarray(table[:, [list(words).index(node)]].todense()).ravel() > 0
                table = table.multiply(inside[:, None]).tocsr()
            joint = triu(table.T @ diags(self.weight) @ table, k=1).tocoo()
            a, b, count = joint.row.astype(np.int64), joint.col.astype(np.int64), joint.data.astype(float)
        keep = count >= min_count
        if node is not None:
            at = list(words).index(node)
            keep &= (a == at) | (b == at)
        keep &= a != b
        return a[keep], b[keep], np.asarray(count[keep], dtype=float)

    def _neighbours(self) -> tuple[Any, Any, Any]:
        t = self.tokens
        near = (t.run[:-1] == t.run[1:]) & self.allowed[t.word[:-1]] & self.allowed[t.word[1:]]
        clause = self.clause[:-1][near].astype(np.int64)
        return t.word[:-1][near].astype(np.int64), t.word[1:][near].astype(np.int64), clause

    def per_report(self, a: Ints, b: Ints, member: Any, adjacent: bool) -> tuple[Any, Any, Any, Floats]:
        """reports × pairs: clauses with both, with a, with b; and clauses in each report."""
        from scipy.sparse import csr_matrix

        to_text = csr_matrix(
            (np.ones(len(self.clause_text)), (self.clause_text, np.arange(len(self.clause_text)))),
            shape=(len(self.tokens.texts), len(self.clause_text)),
        )
        left, right = self.table[:, a], self.table[:, b]
        both = left.multiply(right).tocsr() if not adjacent else self._side_by_side(a, b)
        in_texts = [to_text @ part for part in (both, left, right)]
        clauses = member @ np.bincount(self.clause_text, minlength=len(self.tokens.texts)).astype(float)
        joint, first, second = ((member @ part).tocsr() for part in in_texts)
        return joint, first, second, clauses

    def _side_by_side(self, a: Ints, b: Ints) -> Any:
        from scipy.sparse import csr_matrix

        left, right, clause = self._neighbours()
        number = {(i, j): k for k, (i, j) in enumerate(zip(a.tolist(), b.tolist(), strict=True))}
        size = len(self.tokens.words)
        wanted = np.isin(left * size + right, a * size + b)
        columns = np.array([number[i, j] for i, j in zip(left[wanted].tolist(), right[wanted].tolist(), strict=True)])
        cells = np.unique(clause[wanted] * len(a) + columns)
        shape = (self.table.shape[0], len(a))
        return csr_matrix((np.ones(len(cells)), (cells // len(a), cells % len(a))), shape=shape)


def _bounds(
    per_report: tuple[Any, Any, Any, Floats], measure: str, *, level: float, rounds: int, seed: int
) -> tuple[Floats, Floats]:
    both, a, b, n = per_report
    found = []
    for weights in draw_weights(len(n), rounds, seed):
        score = associate(weights @ both, weights @ a, weights @ b, (weights @ n)[:, None])[measure]
        found.append(np.where(np.isfinite(score), score, np.nan))
    tail = (1 - level) / 2
    low, high = np.nanquantile(np.concatenate(found), [tail, 1 - tail], axis=0)
    return low, high
