"""Which sequences of words are terms of their own?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import log2
from typing import Any, Final

import numpy as np

from textmine.analysis.tokens import Tokens, count_terms

#: parts of speech that may stand in a term, and those that may end it (jieba's tags: nouns, verbal nouns, verbs …)
_INSIDE: Final = ("n", "v", "a", "b", "j", "l", "i", "eng")
_LAST: Final = ("n", "vn", "v", "j", "l")


@dataclass(frozen=True, slots=True)
class Phrases:
    """Terms of several words: their words, C-values, counts over distinct texts, and texts × phrases counts."""

    words: list[tuple[str, ...]]
    value: list[float]
    count: list[int]
    counts: Any


def c_values(counts: Mapping[tuple[str, ...], int]) -> dict[tuple[str, ...], float]:
    """Return the C-value of each candidate term.

    Args:
        counts: candidate (two words or more) -> how often it stands in the texts, also inside longer candidates.

    Returns:
        log2 |a| · f(a), less the mean frequency of the longer candidates that hold it.

    Source: Frantzi, Ananiadou & Mima 2000, "Automatic recognition of multi-word terms: the C-value/NC-value method".

    >>> found = c_values({("b", "c", "d"): 6, ("a", "b", "c", "d"): 4})
    >>> round(found["a", "b", "c", "d"], 2), round(found["b", "c", "d"], 2)
    (8.0, 3.17)
    """
    inside: dict[tuple[str, ...], int] = {}
    longer: dict[tuple[str, ...], int] = {}
    free = dict(counts)
    values = {}
    for term in sorted(counts, key=lambda t: (-len(t), t)):
        nested = inside.get(term, 0)
        mean = nested / longer[term] if term in longer else 0.0
        values[term] = log2(len(term)) * (counts[term] - mean)
        # what stands free of longer candidates is what the term gives to those inside it
        own = free[term] - nested
        for part in {term[i:j] for i in range(len(term)) for j in range(i + 2, len(term) + 1) if j - i < len(term)}:
            if part in counts:
                inside[part] = inside.get(part, 0) + own
                longer[part] = longer.get(part, 0) + 1
    return values


def find_phrases(
    tokens: Tokens,
    tags: Mapping[str, str],
    *,
    stopwords: Collection[str] = (),
    longest: int = 4,
    min_count: int = 3,
    most: int = 2000,
) -> Phrases:
    """Return sequences of 2 to ``longest`` neighbouring words that are terms, best C-value first.

    Args:
        tags: word -> part of speech; a term holds nouns, verbs, adjectives and ends in a noun or verb.
        stopwords: words that may not stand in a term.
        min_count: in how many places of distinct texts it must stand.
        most: how many at the most.
    """
    inside = np.array([w not in stopwords and tags.get(w, "x").startswith(_INSIDE) for w in tokens.words], dtype=bool)
    last = np.array([tags.get(w, "x").startswith(_LAST) for w in tokens.words], dtype=bool)
    grams = _grams(tokens, inside, last, longest, min_count)
    counts = {term: len(places) for term, places in grams.items()}
    named = {tuple(tokens.words[i] for i in term): term for term in counts}
    values = c_values({words: counts[term] for words, term in named.items()})
    best = sorted((w for w in values if values[w] > 0), key=lambda w: (-values[w], w))[:most]
    rows = [grams[named[w]] for w in best]
    columns = np.repeat(np.arange(len(best)), [len(r) for r in rows]) if best else np.zeros(0, dtype=int)
    places = np.concatenate(rows) if best else np.zeros(0, dtype=int)
    table = count_terms(tokens.text[places], columns, (len(tokens.texts), len(best)))
    return Phrases(best, [values[w] for w in best], [counts[named[w]] for w in best], table)


def _grams(tokens: Tokens, inside: Any, last: Any, longest: int, min_count: int) -> dict[tuple[int, ...], Any]:
    """Word numbers -> places. Built word by word: a sequence is frequent only where its beginning is."""
    found: dict[tuple[int, ...], Any] = {}
    word, run = tokens.word, tokens.run
    starts = np.flatnonzero(inside[word])
    label = word[starts].astype(np.int64)
    names: list[tuple[int, ...]] = [(i,) for i in range(len(tokens.words))]
    for length in range(2, longest + 1):
        ends = starts + length - 1
        fits = ends < len(word)
        starts, label, ends = starts[fits], label[fits], ends[fits]
        fits = (run[ends] == run[starts]) & inside[word[ends]]
        starts, label, ends = starts[fits], label[fits], ends[fits]
        key, back, n = np.unique(label * len(tokens.words) + word[ends], return_inverse=True, return_counts=True)
        frequent = n >= min_count
        keep = frequent[back]
        order = np.argsort(back[keep], kind="stable")
        places = np.split(starts[keep][order], np.cumsum(n[frequent])[:-1])
        names = [(*names[k // len(tokens.words)], int(k % len(tokens.words))) for k in key[frequent]]
        found |= {name: p for name, p in zip(names, places, strict=False) if last[name[-1]]}
        starts, label = starts[keep], (np.cumsum(frequent) - 1)[back[keep]]
        if not len(starts):
            break
    return found
