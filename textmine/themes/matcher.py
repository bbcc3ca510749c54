"""All terms of a codebook found in one pass over a text (Aho and Corasick 1975).

By the wheel ahocorasick-rs (extra ``fast``) where it is installed, else by a table in Python that is filled on demand;
both give the same occurrences in the same order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

_ROOT: Final = 0

#: number, start and end of a term
Occurrence = tuple[int, int, int]


class Matcher(Protocol):
    """Finds every occurrence of every term, overlapping ones too."""

    def scan(self, text: str) -> list[Occurrence]:
        """Return the occurrences of all terms in ``text``, by end, the longest first."""


def match_terms(terms: Iterable[str]) -> Matcher:
    """Return the fastest matcher of terms that is installed; the number of a term is its place among them.

    >>> match_terms(["公开", "主动公开"]).scan("主动公开")
    [(1, 0, 4), (0, 2, 4)]
    """
    known = list(terms)
    try:
        from ahocorasick_rs import AhoCorasick, Implementation
    except ImportError:
        return TermMatcher(known)
    return _WheelMatcher(known, AhoCorasick(known, implementation=Implementation.ContiguousNFA))


class _WheelMatcher:
    """Asks the wheel, and the table in Python about what the wheel cannot read (half of a surrogate pair)."""

    def __init__(self, terms: Sequence[str], automaton: Any) -> None:
        self._terms = terms
        self._automaton = automaton
        self._other: TermMatcher | None = None

    def scan(self, text: str) -> list[Occurrence]:
        """Return the occurrences of all terms in ``text``, by end, the longest first."""
        try:
            found: list[Occurrence] = self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:
            if self._other is None:
                self._other = TermMatcher(self._terms)
            return self._other.scan(text)
        return found


class TermMatcher:
    """The table in Python.

    Args:
        terms: the terms; the number of a term is its place among them.

    >>> TermMatcher(["公开", "主动公开"]).scan("主动公开")
    [(1, 0, 4), (0, 2, 4)]
    """

    def __init__(self, terms: Iterable[str]) -> None:
        #: state -> character -> next state; a row grows when a failure is first resolved, which changes no answer
        self._goto: list[dict[str, int]] = [{}]
        self._fail: list[int] = [_ROOT]
        self._out: list[tuple[tuple[int, int], ...]] = [()]
        self._alphabet: set[str] = set()
        for number, term in enumerate(terms):
            if not term:
                raise ValueError("an empty term would match everywhere")
            self._alphabet.update(term)
            self._add(term, number)
        self._link()

    def _add(self, term: str, number: int) -> None:
        state = _ROOT
        for char in term:
            nxt = self._goto[state].get(char)
            if nxt is None:
                nxt = len(self._goto)
                self._goto.append({})
                self._fail.append(_ROOT)
                self._out.append(())
                self._goto[state][char] = nxt
            state = nxt
        self._out[state] = ((len(term), number),)

    def _link(self) -> None:
        queue = deque(self._goto[_ROOT].values())
        while queue:
            state = queue.popleft()
            for char, nxt in self._goto[state].items():
                fail = self._fail[state]
                while fail and char not in self._goto[fail]:
                    fail = self._fail[fail]
                target = self._goto[fail].get(char, _ROOT)
                self._fail[nxt] = target if target != nxt else _ROOT
                self._out[nxt] += self._out[self._fail[nxt]]
                queue.append(nxt)

    def _step(self, state: int, char: str) -> int:
        if char not in self._alphabet:
            return _ROOT  # not stored: a text may hold any character of Unicode
        origin = state
        while state and char not in self._goto[state]:
            state = self._fail[state]
        nxt = self._goto[state].get(char, _ROOT)
        self._goto[origin][char] = nxt
        return nxt

    def scan(self, text: str) -> list[Occurrence]:
        """Return the occurrences of all terms in ``text``, by end, the longest first."""
        table, out, step = self._goto, self._out, self._step
        found: list[Occurrence] = []
        state = _ROOT
        for end, char in enumerate(text, 1):
            nxt = table[state].get(char)
            state = step(state, char) if nxt is None else nxt
            if out[state]:
                for length, number in out[state]:
                    found.append((number, end - length, end))
        return found
