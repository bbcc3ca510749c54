"""Statements → words, clauses and terms as numbers: what all analyses of words are computed from.

Equal texts are cut once and kept once; statements point to them. So a corpus of copies costs little.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from textmine.analysis.incidence import Bools, Ints
from textmine.segment import Segmenter

if TYPE_CHECKING:
    import pandas as pd

#: marks between clauses; 、 parts the members of a list inside one clause
_CLAUSE: Final = re.compile(r"[，。；：！？,;:!?…\n\r（）()《》“”\"]")
_WORD: Final = re.compile(r"[\u3400-\u9fffA-Za-z]")


@dataclass(frozen=True)
class Tokens:
    """Words of the distinct texts of statements.

    Attributes:
        statements: the statements, a row each.
        text_of: for each statement the number of its text.
        texts: the distinct texts.
        words: the vocabulary.
        word: for each word of all texts, in order, its number in the vocabulary.
        text: for each word the number of its text.
        clause: for each word the number of its clause; clauses end at ，。；： and the like, and with the text.
        run: for each word the number of its run: neighbouring words of one run stand side by side.
    """

    statements: pd.DataFrame
    text_of: Ints
    texts: Sequence[str]
    words: Sequence[str]
    word: Any
    text: Any
    clause: Any
    run: Any

    @cached_property
    def counts(self) -> Any:
        """texts × words: how often each word stands in each text (sparse)."""
        return count_terms(self.text, self.word, (len(self.texts), len(self.words)))

    @cached_property
    def report_of(self) -> Ints:
        """For each statement the number of its report."""
        import pandas as pd

        return np.asarray(pd.factorize(self.statements["report_id"], sort=True)[0], dtype=np.int64)

    def memberships(self, chosen: Bools) -> Any:
        """reports × texts: how often each report has each text among the chosen statements (sparse)."""
        shape = (int(self.report_of.max(initial=-1)) + 1, len(self.texts))
        return count_terms(self.report_of[chosen], self.text_of[chosen], shape)


def cut_statements(statements: pd.DataFrame, *, segmenter: Segmenter | None = None, progress: bool = False) -> Tokens:
    """Return the words of statements (columns statement_id, report_id, text).

    Numbers and marks are no words; they part runs, and some marks part clauses.

    >>> import pandas as pd
    >>> row = {"statement_id": "a-1", "report_id": "a", "text": "培训不够，更新不及时。"}
    >>> list(cut_statements(pd.DataFrame([row])).words)
    ['不够', '培训', '更新不及时']
    """
    import pandas as pd
    from tqdm import tqdm

    segmenter = segmenter or Segmenter()
    text_of, texts = pd.factorize(statements["text"].astype("string").fillna(""), sort=True)
    numbers: dict[str, int] = {}
    flat, ends = array("i"), array("q")
    for text in tqdm(texts, disable=not progress, unit="text", desc="words"):
        flat.extend([numbers.setdefault(word, len(numbers)) for word in segmenter.cut(str(text))])
        ends.append(len(flat))
    listed = list(numbers)
    ids = np.frombuffer(flat, dtype=np.int32) if flat else np.zeros(0, dtype=np.int32)
    stops = np.frombuffer(ends, dtype=np.int64) if ends else np.zeros(0, dtype=np.int64)
    lengths = stops - np.concatenate([[0], stops[:-1]]).astype(np.int64)
    owner = np.repeat(np.arange(len(texts), dtype=np.int32), lengths)
    is_word = np.array([bool(_WORD.search(w)) for w in listed], dtype=bool)
    is_mark = np.array([bool(_CLAUSE.fullmatch(w)) for w in listed], dtype=bool)
    new = np.diff(owner, prepend=-1) != 0
    clause = np.cumsum(new | is_mark[ids], dtype=np.int32)
    run = np.cumsum(new | ~is_word[ids], dtype=np.int32)
    kept = is_word[ids]
    words = sorted(w for w, good in zip(listed, is_word, strict=True) if good)
    place = {w: number for number, w in enumerate(words)}
    renumber = np.array([place.get(w, -1) for w in listed], dtype=np.int32)
    return Tokens(
        statements.reset_index(drop=True),
        np.asarray(text_of, dtype=np.int64),
        [str(text) for text in texts],
        words,
        renumber[ids[kept]],
        owner[kept],
        clause[kept],
        run[kept],
    )


def count_terms(rows: Any, columns: Any, shape: tuple[int, int]) -> Any:
    """Return a sparse matrix of how often each pair of row and column is there."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped, unused-ignore]

    ones = np.ones(len(rows), dtype=np.float32)
    return csr_matrix((ones, (rows, columns)), shape=shape)


def allowed_words(
    tokens: Tokens,
    *,
    stopwords: Collection[str] = (),
    pos: Collection[str] | None = None,
    words: Collection[str] | None = None,
    min_chars: int = 2,
    tagger: Any = None,
) -> Bools:
    """Return for each word of the vocabulary whether it may be a keyword.

    Args:
        stopwords: words that may not.
        pos: parts of speech of which it must have one; ``n`` lets in all that begin with n (ns, nr …).
        words: words of which it must be one.
        min_chars: characters that it must have.
        tagger: a :class:`~textmine.analysis.pos.PosTagger`.
    """
    allowed = np.array([len(w) >= min_chars and w not in stopwords for w in tokens.words], dtype=bool)
    if words is not None:
        allowed &= np.array([w in words for w in tokens.words], dtype=bool)
    if pos is not None:
        from textmine.analysis.pos import PosTagger

        found = (tagger or PosTagger()).tag_words([w for w, good in zip(tokens.words, allowed, strict=True) if good])
        allowed &= np.array([found.get(w, "x").startswith(tuple(pos)) for w in tokens.words], dtype=bool)
    return allowed
