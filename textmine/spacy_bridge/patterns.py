"""Codebook rules → patterns for spaCy's ``SpanRuler`` and ``Matcher`` (and Prodigy's ``--patterns``).

A pattern is a row of tokens; a rule is more. What a row of tokens cannot say is not exported: the role of the
statement, ``unless``, ``not_in``, ``needs``, ``yields_to``, purposes and precedence. So patterns hit where their rules
hit and in further places; :attr:`PatternSet.notes` says for each rule what it lost. They serve to look for candidates
and to prelabel; whoever wants the codebook's themes takes ``textmine_themes``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, Final

from textmine.segment import Segmenter
from textmine.themes.classifier import SPOKEN
from textmine.themes.codebook import GAP, Codebook, Rule, Theme, alternatives, load_codebook

_SENTENCE: Final = ("。", "；", ";", "！", "!", "？", "?", "\n")
_CLAUSE: Final = ("，", ",", "：", ":", *_SENTENCE)
_LOST: Final = ("unless", "not_in", "needs", "yields_to")

#: one token of a term: the texts it may have; or a gap of up to so many tokens
Token = frozenset[str]
Sequence = tuple[Token | int, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What became of a rule.

    ``phrases`` and ``patterns`` (rows of tokens) were exported; ``needed`` rows would say all of it; ``lost`` are the
    properties of the rule that no pattern says.
    """

    rule_id: str
    phrases: int
    patterns: int
    needed: int
    lost: tuple[str, ...] = ()

    @property
    def coverage(self) -> str:
        """``whole``, ``part`` or ``none`` of the words of the rule."""
        if self.patterns == self.needed:
            return "whole"
        return "part" if self.patterns or self.phrases else "none"


@dataclass(frozen=True, slots=True)
class PatternSet:
    """Patterns as ``SpanRuler.add_patterns`` takes them, and a note on each rule."""

    patterns: tuple[dict[str, Any], ...]
    notes: tuple[Note, ...]

    def to_jsonl(self) -> str:
        """Return the patterns as JSON lines, as Prodigy reads them (and ``SpanRuler``, from a file ``patterns``)."""
        return "".join(json.dumps(pattern, ensure_ascii=False) + "\n" for pattern in self.patterns)


def export_patterns(
    codebook: Codebook | None = None, *, segmenter: Segmenter | None = None, role: str | None = None, rows: int = 0
) -> PatternSet:
    """Return the rules of a codebook as token patterns; labels are themes, ids are rules.

    Args:
        codebook: a codebook; without one, the packaged one.
        segmenter: what cuts the texts of the pipeline. Without one, a token is a character, as in
            ``spacy.blank("zh")``; only then a pattern surely hits where its words stand, for in context they can be
            cut otherwise.
        role: only rules for statements of this role.
        rows: the most rows of tokens for one rule; those that stand for most words are taken. Plain phrases are looked
            up all at once, but each row costs time at every token. On the development part, cut into our words, phrases
            alone find 49 % of what the rules find at 177 kB of text a second; 1 row a rule 73 % at 5 kB, 5 rows 79 %
            at 0.5 kB.

    Raises:
        ValueError: there is no such role, or ``rows`` is negative.

    >>> found = export_patterns(role="problem")
    >>> [p for p in found.patterns if p["id"] == "content_breadth.effort"][0]["label"]
    'content_breadth'
    """
    if role not in (None, *SPOKEN):
        raise ValueError(f"unknown role {role!r}; rules are for {' and '.join(SPOKEN)}")
    if rows < 0:
        raise ValueError(f"rows is a number from 0, got {rows}")
    book = codebook if codebook is not None else load_codebook()
    cut: Callable[[str], list[str]] = list if segmenter is None else segmenter.cut
    patterns: list[dict[str, Any]] = []
    notes: list[Note] = []
    for theme in book.themes:
        for rule in theme.rules:
            if role is None or rule.role in ("both", role):
                phrases, sequences = _Terms(book, theme, cut).rule(rule)
                chosen = sorted(sequences, key=_reach, reverse=True)[:rows]
                marks = _marks(rule)
                found = [*phrases, *([_spacy_token(part, marks) for part in sequence] for sequence in chosen)]
                patterns += [{"label": theme.code, "id": rule.id, "pattern": row} for row in found]
                notes.append(Note(rule.id, len(phrases), len(chosen), len(sequences), _lost(rule)))
    return PatternSet(tuple(patterns), tuple(notes))


def _lost(rule: Rule) -> tuple[str, ...]:
    lost = [name for name in _LOST if getattr(rule, name)]
    return (*(["role"] if rule.role != "both" else []), *lost)


def _reach(sequence: Sequence) -> int:
    """How many rows of words a sequence stands for."""
    return prod(len(part) for part in sequence if not isinstance(part, int))


def _marks(rule: Rule) -> tuple[str, ...]:
    """What a gap must not cross."""
    return {"statement": (), "sentence": _SENTENCE}.get(rule.scope, _CLAUSE)


def _spacy_token(part: Token | int, marks: Iterable[str]) -> dict[str, Any]:
    if isinstance(part, int):
        gap: dict[str, Any] = {"OP": f"{{0,{part}}}"}
        return {"ORTH": {"NOT_IN": list(marks)}, **gap} if marks else gap
    return {"ORTH": next(iter(part)) if len(part) == 1 else {"IN": sorted(part)}}


class _Terms:
    """Terms of a theme as sequences of tokens."""

    def __init__(self, codebook: Codebook, theme: Theme, cut: Callable[[str], list[str]]) -> None:
        self.codebook = codebook
        self.theme = theme
        self.cut = cut

    def rule(self, rule: Rule) -> tuple[list[str], list[Sequence]]:
        """Plain phrases, and what needs a row of tokens."""
        if rule.kind == "phrase":
            plain = [term for term in self.expand(rule.terms) if not GAP.search(term)]
            phrases = dict.fromkeys(choice for term in plain for choice in alternatives(term))
            return list(phrases), self.sequences([t for t in self.expand(rule.terms) if GAP.search(t)], rule.gap)
        objects, ahead, behind = (
            self.sequences(self.expand(items), rule.gap) for items in (rule.objects, rule.before, rule.after)
        )
        pairs = [(*first, rule.gap, *second) for first, second in product(ahead, objects)]
        return [], pairs + [(*first, rule.gap, *second) for first, second in product(objects, behind)]

    def expand(self, items: Iterable[str]) -> Iterator[str]:
        for item in items:
            yield from self.codebook.expand(item[1:], self.theme) if item.startswith("@") else (item,)

    def sequences(self, terms: Iterable[str], gap: int) -> list[Sequence]:
        found: dict[Sequence, None] = {}
        for term in terms:
            found.update(dict.fromkeys(self._term(term, gap)))
        return _merge(_merge(list(found), -1), 0)

    def _term(self, term: str, gap: int) -> Iterator[Sequence]:
        pieces = GAP.split(term)
        gaps = [int(stated) if stated else gap for stated in pieces[1::2]]
        for choice in product(*map(alternatives, pieces[::2])):
            sequence: list[Token | int] = [frozenset({word}) for word in self.cut(choice[0])]
            for size, part in zip(gaps, choice[1:], strict=True):
                sequence += [size, *(frozenset({word}) for word in self.cut(part))]
            yield tuple(sequence)


def _merge(sequences: list[Sequence], place: int) -> list[Sequence]:
    """Make one sequence of those that differ only in the token at ``place`` (the first or the last)."""
    groups: dict[tuple[int, Sequence], set[str]] = {}
    for sequence in sequences:
        token = sequence[place]
        assert not isinstance(token, int)
        rest = sequence[1:] if place == 0 else sequence[:-1]
        groups.setdefault((len(sequence), rest), set()).update(token)
    joined = [(rest, frozenset(tokens)) for (_, rest), tokens in groups.items()]
    return [(token, *rest) if place == 0 else (*rest, token) for rest, token in joined]
