"""Which words are missing from the dictionary?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from textmine.analysis.incidence import Frames, tidy
from textmine.analysis.intervals import LEVEL, wilson_interval
from textmine.analysis.selection import select_statements
from textmine.analysis.wordlists import load_words
from textmine.segment import Segmenter

if TYPE_CHECKING:
    import pandas as pd

#: characters that begin or end a phrase, not a word: particles, pronouns, conjunctions, numerals, auxiliary verbs
_EDGES: Final = frozenset(
    "的了和与及或在对为是等把被将从向到由于以并而但也还都不未没有无要能可会应须该其此这那各每"
    "一二三四五六七八九十两几个项次年月日中内外前后时较最更很让使类等"
)


def propose_words(
    frames: Frames,
    *,
    theme: str | None = None,
    role: str = "any",
    where: Mapping[str, Any] | None = None,
    longest: int = 6,
    min_count: int = 5,
    min_cohesion: float = 3.0,
    min_entropy: float = 1.0,
    top: int = 100,
    stopwords: Collection[str] | str | Path | None = None,
    segmenter: Segmenter | None = None,
    level: float = LEVEL,
    progress: bool = False,
) -> pd.DataFrame:
    """Return strings that behave like words and that the segmenter cuts in pieces, for a person to approve.

    Args:
        longest: characters at the most.
        min_count: different statements (copies count once) in which it must stand.
        min_cohesion: bits by which its parts must attract each other.
        min_entropy: bits of variety of what stands before it, and behind it.
        theme, role, where: which statements.
        top: rows at the most.
        stopwords: a proposal must not begin or end with one of them as the segmenter cuts it (公开 / 工作).

    Returns:
        word, count (places in different statements), n_reports, n (reports), estimate, low, high (share of the reports
        that use it), cohesion, left_entropy, right_entropy (bits), cut_as (how the segmenter cuts it now), entry (a
        line for a dictionary file), example (a statement_id), small (under 5 reports); best first (the product of
        count, cohesion and the smaller entropy, on a log scale).

    Raises:
        FrameError, ThemeError, GroupError: what is missing, unknown or empty.

    Source: cohesion as the least pointwise mutual information over all ways to cut in two: Sproat & Shih 1990, "A
    statistical method for finding word boundaries in Chinese text"; boundary entropy: Huang & Powers 2003, "Chinese
    word segmentation based on contextual entropy".

    >>> from textmine.analysis.demo import make_frames
    >>> found = propose_words(make_frames(200), min_count=3, min_entropy=0.5, segmenter=Segmenter.from_text(""))
    >>> list(found.columns[:3])
    ['word', 'count', 'n_reports']
    """
    statements = select_statements(frames, theme=theme, role=role, where=where)
    segmenter = segmenter or Segmenter()
    import pandas as pd
    from tqdm import tqdm

    text_of, texts = pd.factorize(statements["text"].astype("string").fillna(""))
    grams = count_grams([str(text) for text in texts], longest, min_count)
    stop = load_words(stopwords) if stopwords is None or isinstance(stopwords, str | Path) else set(stopwords)
    listed = [str(text) for text in texts]
    best: list[tuple[str, int, str]] = []
    promising = _promising(grams, min_cohesion, min_entropy)
    for number in tqdm(promising, disable=not progress, unit="string", desc="new words"):
        word = grams.words[number]
        cut = segmenter.cut(word)
        if len(cut) > 1 and cut[0] not in stop and cut[-1] not in stop and _stands_free(word, listed, segmenter):
            best.append((word, number, " / ".join(cut)))
        if len(best) == top:
            break
    return _as_frame(best, grams, statements, np.asarray(text_of), listed, level)


def _promising(grams: Grams, min_cohesion: float, min_entropy: float) -> list[int]:
    """Numbers of the strings that hold together and stand in many surroundings, best first."""
    least = grams.entropy.min(axis=1) if len(grams.words) else np.zeros(0)
    edges = np.array([w[0] in _EDGES or w[-1] in _EDGES for w in grams.words], dtype=bool)
    fits = np.flatnonzero((grams.cohesion >= min_cohesion) & (least >= min_entropy) & ~edges)
    score = np.log(grams.count[fits]) + np.log(grams.cohesion[fits]) + np.log(least[fits])
    found: list[int] = fits[np.argsort(-score, kind="stable")].tolist()
    return found


def _stands_free(word: str, texts: list[str], segmenter: Segmenter, *, most: int = 50) -> bool:
    """Whether in most of its first places the segmenter's words begin and end with it (务公开 only cuts 政务公开)."""
    free = seen = 0
    for text in texts:
        at = text.find(word)
        if at < 0:
            continue
        spans = segmenter.spans(text)
        free += any(s == at for s, _ in spans) and any(e == at + len(word) for _, e in spans)
        seen += 1
        if seen == most:
            break
    return free * 2 > seen


def _as_frame(
    best: list[tuple[str, int, str]], grams: Grams, statements: pd.DataFrame, text_of: Any, texts: Any, level: float
) -> pd.DataFrame:
    reports = statements["report_id"].to_numpy(dtype=str)
    ids = statements["statement_id"].to_numpy(dtype=str)
    n = len(np.unique(reports))
    n_reports, example = [], []
    for word, _, _ in best:
        has = np.array([word in text for text in texts], dtype=bool)[text_of]
        n_reports.append(len(np.unique(reports[has])))
        example.append(min(ids[has]))
    numbers = [number for _, number, _ in best]
    used = np.array(n_reports, dtype=int)
    low, high = wilson_interval(used / n, np.full(len(best), n), level=level)
    columns: dict[str, Any] = {"word": np.array([word for word, _, _ in best], dtype=object)}
    columns |= {"count": grams.count[numbers].astype(int), "n_reports": used, "n": np.full(len(best), n, dtype=int)}
    columns |= {"estimate": used / n, "low": low, "high": high, "cohesion": grams.cohesion[numbers]}
    columns |= {"left_entropy": grams.entropy[numbers][:, 0], "right_entropy": grams.entropy[numbers][:, 1]}
    columns["cut_as"] = np.array([cut for _, _, cut in best], dtype=object)
    columns["entry"] = np.array([f"{word}  # 见 {example[i]}" for i, (word, _, _) in enumerate(best)], dtype=object)
    columns |= {"example": np.array(example, dtype=object), "small": used < 5}
    return tidy(columns)


@dataclass(frozen=True, slots=True)
class Grams:
    """Strings of characters with their counts, cohesion (bits) and left and right entropy (bits)."""

    words: list[str]
    count: Any
    cohesion: Any
    entropy: Any


def count_grams(texts: list[str], longest: int, min_count: int) -> Grams:
    """Return the strings of 2 to ``longest`` Chinese characters that stand ``min_count`` times in the texts.

    Built character by character over arrays: a string is frequent only where its beginning is, so that millions of
    texts fit in memory.

    >>> found = count_grams(["甲乙丙", "丁乙丙", "甲乙丙"], 2, 2)
    >>> dict(zip(found.words, found.count.tolist()))
    {'乙丙': 3, '甲乙': 2}
    """
    codes = np.array([ord(c) for c in "\n" + "\n".join(texts) + "\n"], dtype=np.int64)
    chinese = (codes >= 0x4E00) & (codes <= 0x9FFF)
    starts = np.flatnonzero(chinese)
    total = max(len(starts), 1)
    known: dict[str, int] = {}
    alphabet, label, single = np.unique(codes[starts], return_inverse=True, return_counts=True)
    names = [chr(code) for code in alphabet]
    known |= dict(zip(names, single.tolist(), strict=True))
    words, counts, entropies = [], [], []
    for length in range(2, longest + 2):
        ends = starts + length - 1
        fits = chinese[np.minimum(ends, len(codes) - 1)] & (ends < len(codes))
        starts, label, ends = starts[fits], label[fits], ends[fits]
        key, back, n = np.unique(label * 0x10000 + codes[ends], return_inverse=True, return_counts=True)
        frequent = n >= min_count
        names = [names[k // 0x10000] + chr(k % 0x10000) for k in key[frequent].tolist()]
        keep = frequent[back]
        starts, label = starts[keep], (np.cumsum(frequent) - 1)[back[keep]]
        if length > longest or not len(starts):
            break
        known |= dict(zip(names, n[frequent].tolist(), strict=True))
        words += names
        counts += n[frequent].tolist()
        left, right = codes[starts - 1], codes[starts + length]
        entropies.append(np.column_stack([_entropy(label, side, len(names)) for side in (left, right)]))
    cohesion = np.array([_cohesion(word, known, total) for word in words])
    entropy = np.concatenate(entropies) if entropies else np.zeros((0, 2))
    return Grams(words, np.array(counts, dtype=np.int64), cohesion, entropy)


def _cohesion(word: str, known: Mapping[str, int], total: int) -> float:
    """The least PMI over all ways to cut the word in two; parts of a frequent string are frequent."""
    halves = (known[word[:i]] * known[word[i:]] for i in range(1, len(word)))
    return float(np.log2(known[word] * total / max(halves)))


def _entropy(label: Any, side: Any, n: int) -> Any:
    """Entropy (bits) of the neighbours of each string. Each mark or edge of a text is a neighbour of its own kind:

    a word may always end there.
    """
    mark = ~((side >= 0x4E00) & (side <= 0x9FFF))
    kinds = np.where(mark, 0x10000 + np.arange(len(side)), side)
    _, back, count = np.unique(label * (0x20000 + len(side)) + kinds, return_inverse=True, return_counts=True)
    owner = np.zeros(len(count), dtype=np.int64)
    owner[back] = label
    share = count / np.bincount(label, minlength=n)[owner]
    return np.bincount(owner, weights=-share * np.log2(share), minlength=n)
