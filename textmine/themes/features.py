"""Texts → sparse rows of numbers, by array operations only: n-grams of characters and words as 64-bit hashes.

An n-gram is known by its hash; the vocabulary is the sorted array of the hashes that training kept, so a model needs no
list of strings and a text is looked up without a loop over its characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Indices = npt.NDArray[np.int64]

#: The printed enumerator says nothing of the theme.
LABEL: Final = re.compile(
    r"\s*(?:[（(][一二三四五六七八九十\d]{1,3}[）)]|[①-⑳]|[一二三四五六七八九十]{1,3}(?:是要?|要|[、.．])|其[一二三四五六七八九十](?:是|[，,、])"
    r"|第[一二三四五六七八九十]{1,2}(?:是|[，,、])|(?:首先|其次|再次|最后)(?:是|[，,、])?|\d{1,2}(?:[、．]|\.(?!\d)))\s*"
)
_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = np.uint64(0xD6E8FEB86659FD93)
_SHIFT: Final = np.uint64(32)
#: bits of a hash that find its place in the vocabulary
_SLOT_BITS: Final = 18
_START: Final = "\x01"


@dataclass(frozen=True, slots=True)
class Grams:
    """N-grams of one size: the text and the clause each stands in (clauses of the batch counted through), its hash, and
    where it starts (text offset; -1 with the mark)."""

    rows: Indices
    clauses: Indices
    hashes: Hashes
    starts: Indices
    size: int


def _character_table() -> npt.NDArray[np.uint64]:
    """Code point -> number of the character; digits are one character, marks and blanks are 0 and end an n-gram."""
    table = np.arange(0x10000, dtype=np.uint64)
    for code in range(0x10000):
        char = chr(code)
        if char.isdigit() and (code < 0x3000 or code >= 0xFF00):
            table[code] = ord("0")
        elif not char.isalnum() and char != _START:
            table[code] = 0
    for code in range(ord("A"), ord("Z") + 1):
        table[code] = code + 32
    return table


_CHARACTERS: Final = _character_table()
_CLAUSE_ENDS: Final = np.zeros(0x10000, dtype=np.int64)
_CLAUSE_ENDS[[ord(char) for char in "，,；;。：:！!？?\n"]] = 1


def _finish(hashes: Hashes) -> Hashes:
    """Spread what distinguishes two n-grams over all bits."""
    mixed = hashes ^ (hashes >> _SHIFT)
    mixed = mixed * _MIX
    spread: Hashes = mixed ^ (mixed >> _SHIFT)
    return spread


def strip_label(text: str) -> int:
    """Return where the text begins behind its printed enumerator.

    >>> strip_label("（二）更新不及时。")
    3
    """
    match = LABEL.match(text)
    return match.end() if match else 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts as one array of characters, a mark ahead of each, a line break behind it; clauses are counted through."""

    chars: Hashes
    rows: Indices
    clauses: Indices
    shift: Indices

    @classmethod
    def read(cls, texts: Sequence[str]) -> Batch:
        """Return texts as arrays, without their printed enumerators."""
        offsets = [strip_label(text) for text in texts]
        bodies = [f"{_START}{text[offset:]}\n" for text, offset in zip(texts, offsets, strict=True)]
        codes = np.frombuffer("".join(bodies).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        codes = np.minimum(codes, 0xFFFF)
        lengths = np.fromiter(map(len, bodies), dtype=np.int64, count=len(bodies))
        rows = np.repeat(np.arange(len(bodies)), lengths)
        ends = _CLAUSE_ENDS[codes]
        shift = np.fromiter(offsets, dtype=np.int64, count=len(offsets)) - (np.cumsum(lengths) - lengths) - 1
        return cls(_CHARACTERS[codes], rows, np.cumsum(ends) - ends, shift)

    def clause_spans(self) -> tuple[Indices, Indices, Indices]:
        """Return the text of each clause, and where it starts and ends there, without the mark that ends it.

        >>> owners, starts, ends = Batch.read(["一是更新慢，人少。", "更新"]).clause_spans()
        >>> owners.tolist(), starts.tolist(), ends.tolist()
        ([0, 0, 0, 1], [2, 6, 9, 0], [5, 8, 9, 2])
        """
        last = np.flatnonzero(np.concatenate((self.clauses[1:] != self.clauses[:-1], [True]))[: len(self.clauses)])
        owners = self.rows[last]
        first = np.concatenate(([0], last[:-1] + 1))[: len(last)]
        opens = np.concatenate(([True], owners[1:] != owners[:-1]))[: len(last)]
        return owners, first + opens + self.shift[owners], last + self.shift[owners]

    def grams(self, sizes: tuple[int, int]) -> Iterator[Grams]:
        """Give the n-grams of characters inside clauses, one item a size; the mark ahead counts as a character."""
        chars = self.chars
        valid, current = chars != 0, chars * _STEP
        for size in range(1, sizes[1] + 1):
            if size > 1:
                valid = valid[:-1] & (chars[size - 1 :] != 0)
                current = (current[:-1] ^ (current[:-1] >> _SHIFT)) * _STEP + chars[size - 1 :]
            if size >= sizes[0]:
                at = np.flatnonzero(valid)
                owner = self.rows[at]
                hashes = _finish(current[at] + np.uint64(size))
                yield Grams(owner, self.clauses[at], hashes, at + self.shift[owner], size)


def character_grams(texts: Sequence[str], sizes: tuple[int, int]) -> list[Grams]:
    """Return the character n-grams of all texts, inside clauses, without the printed enumerator; one item a size.

    >>> grams = character_grams(["更新慢，", "更新"], (2, 2))[0]
    >>> grams.rows.tolist(), len(set(grams.hashes.tolist()))
    ([0, 0, 0, 1, 1], 3)
    """
    return list(Batch.read(texts).grams(sizes))


class Vocabulary:
    """The hashes that a model knows, ascending; :meth:`find` gives the place of each hash, or -1."""

    def __init__(self, hashes: Hashes) -> None:
        self.hashes = hashes
        slots = np.bincount((hashes >> np.uint64(64 - _SLOT_BITS)).astype(np.int64), minlength=1 << _SLOT_BITS)
        self._first = np.concatenate(([0], np.cumsum(slots))).astype(np.int32)
        self._longest = int(slots.max()) if len(hashes) else 0
        self._padded = np.concatenate((hashes, np.zeros(self._longest + 1, dtype=np.uint64)))

    def __len__(self) -> int:
        return len(self.hashes)

    def find(self, hashes: Hashes) -> Indices:
        """Return the place of each hash in the vocabulary; -1 where it is unknown.

        >>> Vocabulary(np.array([5, 9, 1 << 60], dtype=np.uint64)).find(np.array([9, 6, 1 << 60], dtype=np.uint64))
        array([ 1, -1,  2])
        """
        place = self._first[hashes >> np.uint64(64 - _SLOT_BITS)].astype(np.int64)
        found = np.where(self._padded[place] == hashes, place, -1)
        left = np.flatnonzero(found < 0)
        for step in range(1, self._longest):
            left = left[self._padded[place[left] + step - 1] < hashes[left]]
            if not len(left):
                break
            at = place[left] + step
            hit = self._padded[at] == hashes[left]
            found[left[hit]] = at[hit]
            left = left[~hit]
        return found
