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
from typing import Any, Final

from textmine.segment import Segmenter
from textmine.themes.codebook import GAP, Codebook, Rule, Theme, alternatives, load_codebook

#: a rule that would need more patterns than this is left out: each costs time in every text
LIMIT: Final = 2000
_SENTENCE: Final = ("。", "；", ";", "！", "!", "？", "?", "\n")
_CLAUSE: Final = ("，", ",", "：", ":", *_SENTENCE)
_LOST: Final = ("unless", "not_in", "needs", "yields_to")

#: one token of a term: the texts it may have; or a gap of up to so many tokens
Token = frozenset[str]
Sequence = tuple[Token | int, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What became of a rule: ``left_out``, or the properties in ``lost`` that its patterns lack."""

    rule_id: str
    patterns: int
    left_out: str = ""
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PatternSet:
    """Patterns as ``SpanRuler.add_patterns`` takes them, and a note on each rule."""

    patterns: tuple[dict[str, Any], ...]
    notes: tuple[Note, ...]

    def to_jsonl(self) -> str:
        """Return the patterns as JSON lines, as ``SpanRuler.from_disk`` and Prodigy read them."""
        return "".join(json.dumps(pattern, ensure_ascii=False) + "\n" for pattern in self.patterns)


def export_patterns(
    codebook: Codebook | None = None, *, segmenter: Segmenter | None = None, role: str | None = None, limit: int = LIMIT
) -> PatternSet:
    """Return the rules of a codebook as token patterns; labels are themes, ids are rules.

    Args:
        codebook: a codebook; without one, the packaged one.
        segmenter: what cuts the texts of the pipeline. Without one, a token is a character, as in
            ``spacy.blank("zh")``; only then a pattern surely hits where its words stand, for in context they can be
            cut otherwise.
        role: only rules for statements of this role.
        limit: rules that need more patterns are left out.

    >>> found = export_patterns(role="problem")
    >>> [p for p in found.patterns if p["id"] == "content_breadth.effort"][0]["label"]
    'content_breadth'
    """
    book = codebook if codebook is not None else load_codebook()
    cut: Callable[[str], list[str]] = list if segmenter is None else segmenter.cut
    patterns: list[dict[str, Any]] = []
    notes: list[Note] = []
    for theme in book.themes:
        for rule in theme.rules:
            if role is None or rule.role in ("both", role):
                sequences = _Terms(book, theme, cut).rule(rule)
                note = _note(rule, len(sequences), limit)
                notes.append(note)
                if not note.left_out:
                    marks = _marks(rule)
                    patterns += [
                        {
                            "label": theme.code,
                            "id": rule.id,
                            "pattern": [_spacy_token(part, marks) for part in sequence],
                        }
                        for sequence in sequences
                    ]
    return PatternSet(tuple(patterns), tuple(notes))


def _note(rule: Rule, n: int, limit: int) -> Note:
    if n > limit:
        return Note(rule.id, 0, left_out=f"needs {n} patterns, more than {limit}")
    lost = [name for name in _LOST if getattr(rule, name)]
    if rule.role != "both":
        lost.insert(0, "role")
    return Note(rule.id, n, lost=tuple(lost))


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

    def rule(self, rule: Rule) -> list[Sequence]:
        if rule.kind == "phrase":
            return self.sequences(rule.terms, rule.gap)
        objects = self.sequences(rule.objects, rule.gap)
        ahead, behind = self.sequences(rule.before, rule.gap), self.sequences(rule.after, rule.gap)
        pairs = [(*first, rule.gap, *second) for first, second in product(ahead, objects)]
        return pairs + [(*first, rule.gap, *second) for first, second in product(objects, behind)]

    def sequences(self, items: Iterable[str], gap: int) -> list[Sequence]:
        found: dict[Sequence, None] = {}
        for item in items:
            for term in self.codebook.expand(item[1:], self.theme) if item.startswith("@") else (item,):
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
