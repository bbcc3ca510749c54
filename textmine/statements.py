"""Step 3: the problems part → statements with role, by the unit rules of the codebook.

:mod:`textmine.outline` cuts by the printed structure, :mod:`textmine.roles` decides the roles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from textmine.normalize import simplify
from textmine.outline import Piece, outline_text
from textmine.records import Report, Role, Statement
from textmine.roles import decide_role, decide_roles

__all__ = ["Unit", "decide_role", "split_statements", "split_text"]


class DecidedPiece(Protocol):
    """What a decider says of a piece."""

    @property
    def role(self) -> Role: ...


RoleDecider = Callable[[str, Sequence[Piece]], Sequence[DecidedPiece]]


@dataclass(frozen=True, slots=True)
class Unit:
    """A statement of a problems part: ``text == part[start:end]``; ``label`` is its printed enumerator."""

    n: int
    role: Role
    label: str
    start: int
    end: int
    text: str


def split_statements(report: Report, *, decide: RoleDecider = decide_roles) -> tuple[Statement, ...]:
    """Return the statements of all problems parts of a report, in order, with offsets into ``report.text``.

    Args:
        report: a parsed report.
        decide: gives the roles of the pieces of a part; ``load_model().decide_pieces`` is the trained way, which
            :func:`textmine.mine` and ``textmine split`` take, the default goes by cues alone.
    """
    parts = outline_report(report)
    return tuple(gather_statements(report.report_id, parts, [decide(part.plain, part.pieces) for part in parts]))


@dataclass(frozen=True, slots=True)
class Part:
    """A problems part cut into pieces without their roles; ``plain`` is its text in simplified characters."""

    start: int
    text: str
    plain: str
    pieces: tuple[Piece, ...]


def outline_report(report: Report) -> tuple[Part, ...]:
    """Return the problems parts of a report, cut into pieces."""
    parts = []
    for section in report.section("problems"):
        plain = simplify(section.text)  # one character for one: the offsets hold
        parts.append(Part(section.start, section.text, plain, outline_text(plain)))
    return tuple(parts)


def gather_statements(
    report_id: str, parts: Sequence[Part], decided: Sequence[Sequence[DecidedPiece]]
) -> Iterator[Statement]:
    """Give the statements of a report from its parts and the roles of their pieces."""
    n = 0
    for part, decisions in zip(parts, decided, strict=True):
        for piece, decision in zip(part.pieces, decisions, strict=True):
            n += 1
            text = part.text[piece.start : piece.end]
            start, end = part.start + piece.start, part.start + piece.end
            yield Statement(f"{report_id}-{n:03d}", report_id, n, decision.role, piece.label, start, end, text)


def split_text(text: str, *, decide: RoleDecider = decide_roles) -> tuple[Unit, ...]:
    """Return the statements of a problems part.

    >>> [(u.role, u.label) for u in split_text("有以下不足：一是更新慢、不及时；二是人手不足。下一步，将配备专人。")]
    [('context', ''), ('problem', '一是'), ('problem', '二是'), ('measure', '')]
    """
    plain = simplify(text)  # one character for one: the offsets hold
    pieces = outline_text(plain)
    return tuple(
        Unit(n, decision.role, piece.label, piece.start, piece.end, text[piece.start : piece.end])
        for n, (piece, decision) in enumerate(zip(pieces, decide(plain, pieces), strict=True), 1)
    )
