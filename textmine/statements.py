"""Step 3: the problems part → statements with role, by the unit rules of the codebook.

:mod:`textmine.outline` cuts by the printed structure, :mod:`textmine.roles` decides the roles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    found: list[Statement] = []
    for section in report.section("problems"):
        for unit in split_text(section.text, decide=decide):
            n = len(found) + 1
            start, end = section.start + unit.start, section.start + unit.end
            name = f"{report.report_id}-{n:03d}"
            found.append(Statement(name, report.report_id, n, unit.role, unit.label, start, end, unit.text))
    return tuple(found)


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
