"""Which words are central to a group of statements? TextRank, ours over clause windows and jieba's own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from textmine.analysis.incidence import Bools, Floats
from textmine.analysis.tokens import Tokens

if TYPE_CHECKING:
    from textmine.analysis.pos import PosTagger

_DAMPING: Final = 0.85


def page_rank(weights: Any, *, damping: float = _DAMPING, tolerance: float = 1e-10, most: int = 500) -> Floats:
    """Return the weighted PageRank of the nodes of an undirected graph; they add up to 1.

    Args:
        weights: symmetric matrix of edge weights (sparse or dense). A node without edges gets what chance gives it.
        damping: chance of following an edge.
        tolerance: sum of changes at which to stop.
        most: steps at the most.

    Source: Mihalcea & Tarau 2004, "TextRank: bringing order into texts", equation 2; Brin & Page 1998.

    >>> page_rank(np.array([[0.0, 1, 1], [1, 0, 0], [1, 0, 0]])).round(3).tolist()
    [0.486, 0.257, 0.257]
    """
    n = weights.shape[0]
    degree = np.asarray(weights.sum(axis=0), dtype=float).ravel()
    loose = degree == 0
    rank = np.full(n, 1 / n)
    for _ in range(most):
        flow = weights @ (rank / np.where(loose, 1, degree))
        new: Floats = (1 - damping) / n + damping * (np.asarray(flow).ravel() + rank[loose].sum() / n)
        if np.abs(new - rank).sum() < tolerance:
            break
        rank = new
    return rank


def clause_edges(tokens: Tokens, allowed: Bools, *, span: int = 5) -> tuple[Any, Any, Any]:
    """Return pairs of different allowed words at most ``span`` − 1 words apart in one clause: left, right, text.

    jieba's window runs on over commas and full stops; ours ends with the clause.
    """
    left, right, text = [], [], []
    for step in range(1, span):
        a, b = tokens.word[:-step], tokens.word[step:]
        near = (tokens.clause[:-step] == tokens.clause[step:]) & allowed[a] & allowed[b] & (a != b)
        left.append(a[near])
        right.append(b[near])
        text.append(tokens.text[:-step][near])
    return np.concatenate(left), np.concatenate(right), np.concatenate(text)


def rank_words(edges: tuple[Any, Any, Any], text_weights: Floats, n_words: int) -> Floats:
    """Return the TextRank of all words where each text counts ``text_weights`` times; 0 for words without edges."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped, unused-ignore]

    left, right, text = edges
    weight = text_weights[text]
    there = weight > 0
    nodes, codes = np.unique(np.concatenate([left[there], right[there]]), return_inverse=True)
    found = np.zeros(n_words)
    if not len(nodes):
        return found
    half = len(codes) // 2
    graph = csr_matrix((weight[there], (codes[:half], codes[half:])), shape=(len(nodes), len(nodes)))
    found[nodes] = page_rank(graph + graph.T)
    return found


class _Pairs:
    """What jieba's TextRank takes for a tokenizer: statements that are cut once, however often they stand there."""

    def __init__(self, tagger: PosTagger) -> None:
        self._tagger = tagger
        self._known: dict[str, list[Any]] = {}

    def cut(self, text: str) -> Iterator[Any]:
        for line in text.split("\n"):
            if line not in self._known:
                self._known[line] = self._tagger.jieba_tagger.lcut(line + "\n")
            yield from self._known[line]


def jieba_textrank(
    texts: Sequence[str], tagger: PosTagger, *, pos: Collection[str] = ("ns", "n", "vn", "v"), top: int | None = None
) -> list[tuple[str, float]]:
    """Return words and weights by jieba's own TextRank (the largest is 1), over a private tokenizer.

    Args:
        texts: in order; a window may run from one into the next, as jieba has it.
        tagger: cuts and tags.
        pos: jieba's parts of speech of candidates.
        top: how many; all without it.

    >>> from textmine.analysis.pos import PosTagger
    >>> jieba_textrank(["业务培训偏少，业务骨干流动。"], PosTagger(), top=1)
    [('流动', 1.0)]
    """
    from textmine.segment import quiet_jieba

    with quiet_jieba():
        from jieba.analyse.textrank import TextRank

    ranker = TextRank()
    ranker.tokenizer = ranker.postokenizer = _Pairs(tagger)
    return [(str(w), float(v)) for w, v in ranker.textrank("\n".join(texts), topK=top, withWeight=True, allowPOS=pos)]
