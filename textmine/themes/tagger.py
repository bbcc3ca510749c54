"""Step 5: statements → tags, by the terms of the codebook."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from textmine.records import Role, Statement, Tag, TagSource
from textmine.statements import decide_role
from textmine.themes.codebook import Codebook, load_codebook

#: a stated purpose is not the assertion (codebook, rule 1): from the mark to the end of the clause
_PURPOSE: Final = re.compile(
    r"(?:确保|从而|以便|努力实现|(?<=[，,])(?:不断|切实)?(?:提高|提升)(?=[^，。；]*水平))[^。；]*"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A theme found in a text: ``text[start:end]`` are the words that spoke for it."""

    theme: str
    score: float
    source: TagSource
    rule_id: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Prediction:
    role: Role
    hits: tuple[Hit, ...]


class Tagger(Protocol):
    """What tags statements; a trained tagger can stand in the place of the rules."""

    @property
    def fingerprint(self) -> str: ...

    def describe(self) -> dict[str, Any]: ...

    def predict(self, texts: Sequence[str], roles: Sequence[Role | None]) -> list[Prediction]: ...


class RuleTagger:
    """Tags by the terms of a codebook; one pass of one expression for each theme and role.

    >>> RuleTagger().predict(["二是业务培训不够；"], ["problem"])[0].hits[0].theme
    'training'
    """

    def __init__(self, codebook: Codebook | None = None) -> None:
        self.codebook = codebook or load_codebook()
        self._rules = [
            (theme.code, rule.id, rule.role, _compile(rule.terms))
            for theme in self.codebook.themes
            for rule in theme.rules
        ]

    @property
    def fingerprint(self) -> str:
        """Return a text that changes when the codebook changes."""
        return f"rules:{self.codebook.version}:{self.codebook.digest[:16]}"

    def describe(self) -> dict[str, Any]:
        """Return what the manifest says of the tagger."""
        return {"kind": "rules", "codebook": {"version": self.codebook.version, "digest": self.codebook.digest}}

    def predict(self, texts: Sequence[str], roles: Sequence[Role | None]) -> list[Prediction]:
        """Return role and hits of each text; a role that is ``None`` is decided."""
        return [self._one(text, role) for text, role in zip(texts, roles, strict=True)]

    def _one(self, text: str, role: Role | None) -> Prediction:
        role = role or decide_role(text)[0]
        if role == "context":
            return Prediction(role, ())
        # blanks of the same length keep the offsets
        seen = _PURPOSE.sub(lambda match: " " * len(match[0]), text)
        hits: dict[str, Hit] = {}
        for theme, rule_id, wanted, pattern in self._rules:
            if theme in hits or wanted not in {"both", role}:
                continue
            if found := pattern.search(seen):
                hits[theme] = Hit(theme, 1.0, "rule", rule_id, found.start(), found.end())
        return Prediction(role, tuple(hits.values()))


def _compile(terms: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(term) for term in sorted(terms, key=lambda t: (-len(t), t))))


def tag_statements(statements: Sequence[Statement], *, tagger: Tagger | None = None) -> tuple[Tag, ...]:
    """Return the tags of statements, offsets into the text of their report."""
    predictions = (tagger or RuleTagger()).predict([s.text for s in statements], [s.role for s in statements])
    return tuple(
        Tag(
            statement.statement_id,
            statement.report_id,
            hit.theme,
            hit.score,
            hit.source,
            hit.rule_id,
            statement.start + hit.start,
            statement.start + hit.end,
        )
        for statement, prediction in zip(statements, predictions, strict=True)
        for hit in prediction.hits
    )
