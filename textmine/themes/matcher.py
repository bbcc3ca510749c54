"""All terms of a codebook found in one pass over a text (Aho and Corasick 1975, as a table filled on demand)."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final

_ROOT: Final = 0


class TermMatcher:
    """Finds every occurrence of every term, overlapping ones too.

    Args:
        terms: term -> the numbers of the classes that the term belongs to.

    >>> TermMatcher({"公开": (1,), "主动公开": (2,)}).scan("主动公开")
    {2: [(0, 4)], 1: [(2, 4)]}
    """

    def __init__(self, terms: Mapping[str, tuple[int, ...]]) -> None:
        self._goto: list[dict[str, int]] = [{}]
        self._fail: list[int] = [_ROOT]
        self._out: list[tuple[tuple[int, tuple[int, ...]], ...]] = [()]
        self._alphabet = {char for term in terms for char in term}
        for term, classes in terms.items():
            if not term:
                raise ValueError("an empty term would match everywhere")
            self._add(term, classes)
        self._link()
        #: the goto table with failures resolved; a row grows when a pair of state and character is first met
        self._table: list[dict[str, int]] = [dict(row) for row in self._goto]

    def _add(self, term: str, classes: tuple[int, ...]) -> None:
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
        self._out[state] = ((len(term), tuple(sorted(classes))),)

    def _link(self) -> None:
        queue = deque(self._goto[_ROOT].values())
        while queue:
            state = queue.popleft()
            for char, nxt in self._goto[state].items():
                fail = self._fail[state]
                while fail and char not in self._goto[fail]:
                    fail = self._fail[fail]
                self._fail[nxt] = self._goto[fail].get(char, _ROOT)
                self._out[nxt] += self._out[self._fail[nxt]]
                queue.append(nxt)

    def _step(self, state: int, char: str) -> int:
        if char not in self._alphabet:
            return _ROOT  # not stored: a text may hold any character of Unicode
        origin = state
        while state and char not in self._goto[state]:
            state = self._fail[state]
        nxt = self._goto[state].get(char, _ROOT)
        self._table[origin][char] = nxt
        return nxt

    def scan(self, text: str) -> dict[int, list[tuple[int, int]]]:
        """Return class -> the ``(start, end)`` of its terms in ``text``, ordered by end."""
        table, out, step = self._table, self._out, self._step
        found: dict[int, list[tuple[int, int]]] = {}
        state = _ROOT
        for end, char in enumerate(text, 1):
            nxt = table[state].get(char)
            state = step(state, char) if nxt is None else nxt
            for length, classes in out[state]:
                span = (end - length, end)
                for number in classes:
                    if number in found:
                        found[number].append(span)
                    else:
                        found[number] = [span]
        return found
