"""What goes to an annotation tool and what comes back, whichever tool it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from textmine.records import ROLES

Tool = Literal["prodigy", "label-studio", "doccano"]
TOOLS: Final = ("prodigy", "label-studio", "doccano")
#: roles stand among the themes where a tool has one list of choices only
ROLE_PREFIX: Final = "role:"


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a statement that speak for a theme: offsets into the text of the statement."""

    theme: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Task:
    """A statement to be labelled, with what a tagger says of it as a suggestion.

    ``start`` is the offset of the statement in its report; ``score`` the least sure of the suggested themes, 1 without
    any.
    """

    statement_id: str
    report_id: str
    start: int
    text: str
    role: str
    themes: tuple[str, ...] = ()
    words: tuple[Words, ...] = ()
    score: float = 1.0

    def place(self) -> dict[str, Any]:
        """Return what a tool must hand back so that a label finds its statement again."""
        return {"statement_id": self.statement_id, "report_id": self.report_id, "start": self.start}

    def choices(self) -> list[str]:
        """Return role and themes as one list."""
        return [f"{ROLE_PREFIX}{self.role}", *self.themes]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one annotator said of one statement; ``role`` is ``None`` where the tool did not ask for it."""

    statement_id: str
    report_id: str
    start: int
    role: str | None
    themes: tuple[str, ...]
    words: tuple[Words, ...] = ()
    annotator: str = ""


def place_of(row: Mapping[str, Any]) -> tuple[str, str, int]:
    """Return what :meth:`Task.place` gave.

    Raises:
        KeyError, ValueError: it is not whole.

    >>> place_of({"statement_id": "r-001", "report_id": "r", "start": "10"})
    ('r-001', 'r', 10)
    """
    statement_id, report_id, start = str(row["statement_id"]), str(row["report_id"]), row["start"]
    if isinstance(start, bool) or not isinstance(start, int | str) or int(start) < 0:
        raise ValueError(f"{start!r} is no offset in a report")
    return statement_id, report_id, int(start)


def words_of(theme: Any, start: Any, end: Any, text: Any) -> Words:
    """Return marked words, where they lie in the text of the statement.

    Raises:
        ValueError: they do not.

    >>> words_of("training", 0, 2, "培训不够")
    Words(theme='training', start=0, end=2)
    """
    if not isinstance(start, int) or not isinstance(end, int) or not isinstance(text, str):
        raise ValueError(f"words from {start!r} to {end!r} of {text!r}: expected whole numbers and a text")
    if not 0 <= start < end <= len(text):
        raise ValueError(f"words from {start} to {end} are outside the text, which has {len(text)} characters")
    return Words(str(theme), start, end)


def listed(value: Any) -> list[Any]:
    """Return a list of choices; one choice alone, or none, is one too.

    Raises:
        ValueError: it is none of these.

    >>> listed("training"), listed(None), listed(["training"])
    (['training'], [], ['training'])
    """
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        raise ValueError(f"expected a list, got {value!r}")
    return value


def split_choices(choices: list[str]) -> tuple[str | None, tuple[str, ...]]:
    """Return role and themes of one list of choices.

    Raises:
        ValueError: two roles, an unknown one, or something that is no text.

    >>> split_choices(["role:problem", "training"])
    ('problem', ('training',))
    """
    if odd := [choice for choice in choices if not isinstance(choice, str)]:
        raise ValueError(f"{odd[0]!r} is no choice")
    roles = [choice.removeprefix(ROLE_PREFIX) for choice in choices if choice.startswith(ROLE_PREFIX)]
    if len(roles) > 1:
        raise ValueError(f"two roles: {', '.join(roles)}")
    if roles and roles[0] not in ROLES:
        raise ValueError(f"unknown role {roles[0]!r}; roles are {', '.join(ROLES)}")
    themes = tuple(choice for choice in choices if not choice.startswith(ROLE_PREFIX))
    return (roles[0] if roles else None), themes
