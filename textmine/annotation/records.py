"""What goes to an annotation tool and what comes back, whichever tool it is."""

from __future__ import annotations

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


def split_choices(choices: list[str]) -> tuple[str | None, tuple[str, ...]]:
    """Return role and themes of one list of choices.

    Raises:
        ValueError: two roles, or an unknown one.

    >>> split_choices(["role:problem", "training"])
    ('problem', ('training',))
    """
    roles = [choice.removeprefix(ROLE_PREFIX) for choice in choices if choice.startswith(ROLE_PREFIX)]
    if len(roles) > 1:
        raise ValueError(f"two roles: {', '.join(roles)}")
    if roles and roles[0] not in ROLES:
        raise ValueError(f"unknown role {roles[0]!r}; roles are {', '.join(ROLES)}")
    themes = tuple(choice for choice in choices if not choice.startswith(ROLE_PREFIX))
    return (roles[0] if roles else None), themes
