"""Roles of statements by cues of their wording and by their place in the part.

The wording gives evidence for each statement alone; the place says how likely the part speaks of problems or measures
there. The most likely course through the part wins (Viterbi's method over two states), so that a clear wording decides
against its surroundings and a doubtful one goes with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textmine.outline import Piece, read_opening
from textmine.records import Role
from textmine.wording import CAP, load_wording, weigh_role

#: All figures below are evidence in the unit of the cue weights, set by hand on the training parts.
_FIRST: Final = 2.0  # a part begins with problems
_LAST: Final = 1.5  # and ends with measures
_SLOPE: Final = 1.0  # from the first statement to the last
_NAMED: Final = 2.5  # under a label 存在问题 or 改进措施
_FRESH: Final = 1.6  # factor for the first statement under it
_TURNED: Final = 3.0  # behind 下一步
_IN_LIST: Final = 4.0  # cost of a change inside one list
_TO_MEASURE: Final = 0.5  # cost of the change that every part makes once
_TO_PROBLEM: Final = 3.0  # cost of going back
_STAY: Final = 2.5  # cost of a second list in the same role


@dataclass(frozen=True, slots=True)
class Decision:
    """A role, how sure (0–1), and the phase of the part (``problem`` or ``measure``) that it stands in."""

    role: Role
    score: float
    phase: Role


def decide_roles(text: str, pieces: Sequence[Piece]) -> list[Decision]:
    """Return a decision for each piece of :func:`~textmine.outline.outline_text`.

    >>> from textmine.outline import outline_text
    >>> text = "一是人手不足；二是更新慢。下一步将：一是明确专人；二是每周一更新。"
    >>> [decision.role[0] for decision in decide_roles(text, outline_text(text))]
    ['p', 'p', 'c', 'm', 'm']
    """
    evidence = [_weigh(text[piece.body : piece.end]) for piece in pieces]
    context = [_is_context(text, piece, index, pieces, evidence[index]) for index, piece in enumerate(pieces)]
    phases = _phases(text, pieces, evidence, context)
    decisions = []
    for index, phase in enumerate(phases):
        vague = phase == "problem" and _leads_on(index, context, phases) and _is_gap(text, pieces[index])
        sure = min(abs(evidence[index]) / CAP, 1.0)
        if context[index] or vague:
            decisions.append(Decision("context", 0.9, phase))
        else:
            decisions.append(Decision(phase, 0.5 + 0.5 * sure, phase))
    return decisions


def decide_role(text: str, *, previous: Role | None = None) -> tuple[Role, float]:
    """Return the role of a statement by what it does, and how sure that is (0–1).

    Args:
        text: one statement, with or without its enumerator.
        previous: the role of the statement before it in the part, which decides where the wording does not.

    >>> decide_role("针对解读形式单一的问题，推出视频解读。")[0]
    'measure'
    """
    opening = read_opening(text)
    if opening is None:
        return "context", 0.5
    piece = Piece(opening.start, len(text), opening.body, opening.label, turn=opening.turn)
    value = weigh_role(text[piece.body :]) - (_TURNED if piece.turn else 0.0)
    value += {"problem": 0.5, "measure": -0.5}.get(previous or "", 0.0)
    if _is_context(text, piece, 0, [piece], value):
        return "context", 0.9
    return ("problem" if value > 0 else "measure"), 0.5 + 0.5 * min(abs(value) / CAP, 1.0)


def _weigh(text: str) -> float:
    """Evidence of a piece; where a turn inside it (为此，…) parts problem and action, each counts by its length.

    Codebook, deciding rule 20: what most of the statement does decides the role.
    """
    turn = load_wording().inner_turn.search(text)
    if turn is None:
        return weigh_role(text)
    share = turn.start() / len(text)
    return share * weigh_role(text[: turn.start()]) + (1 - share) * min(weigh_role(text[turn.start() :]), -_TURNED)


def _phases(text: str, pieces: Sequence[Piece], evidence: Sequence[float], context: Sequence[bool]) -> list[Role]:
    """The most likely course: for each piece the best total if it is a problem or a measure, then back from the end."""
    totals = (_FIRST, 0.0)
    back: list[tuple[int, int]] = []
    push = 0.0
    for index, piece in enumerate(pieces):
        fresh = index == 0 or pieces[index - 1].named != piece.named
        value = push if context[index] else evidence[index] + _hint(piece) * (_FRESH if fresh else 1) + push
        value -= _TURNED if piece.turn else 0.0
        value += _SLOPE * (1 - 2 * (index + 0.5) / len(pieces)) if len(pieces) > 1 else 0.0
        push = _push(text, piece) if context[index] or not (piece.label or piece.turn) else 0.0
        gains = (value / 2, -value / 2)
        if index == 0:
            totals, step = (totals[0] + gains[0], totals[1] + gains[1]), (0, 1)
        else:
            totals, step = _advance(totals, gains, pieces[index - 1], piece)
        back.append(step)
    state = 0 if totals[0] >= totals[1] + _LAST else 1
    states = []
    for step in reversed(back):
        states.append(state)
        state = step[state]
    roles: tuple[Role, Role] = ("problem", "measure")
    return [roles[state] for state in reversed(states)]


def _push(text: str, piece: Piece) -> float:
    """What a lead-in says of the statement behind it."""
    named = load_wording().names(text[piece.start : piece.end])
    if named and text[piece.start : piece.end].rstrip().endswith(("：", ":")):
        return _TURNED if named == "problem" else -_TURNED
    if piece.turn:
        return -_TURNED if text[piece.start : piece.end].rstrip().endswith(("：", ":", "。")) else 0.0
    return _TURNED if _is_gap(text, piece) else 0.0


def _advance(
    totals: tuple[float, float], gains: tuple[float, float], before: Piece, piece: Piece
) -> tuple[tuple[float, float], tuple[int, int]]:
    same_list = piece.run == before.run and piece.style != ""
    to_measure, to_problem = (_IN_LIST, _IN_LIST) if same_list else (_TO_MEASURE, _TO_PROBLEM)
    stay = _STAY if piece.run != before.run and piece.number == 1 and before.style else 0.0
    problem = (totals[0] - stay, totals[1] - to_problem)
    measure = (totals[0] - to_measure, totals[1])
    step = (0 if problem[0] >= problem[1] else 1, 0 if measure[0] >= measure[1] else 1)
    return (max(problem) + gains[0], max(measure) + gains[1]), step


def _hint(piece: Piece) -> float:
    if piece.style == "pair":
        return -3 * _NAMED
    if piece.style == "named":
        return 3 * _NAMED * (1 if piece.label.startswith(("问题", "不足", "短板", "困难")) else -1)
    return {"problem": _NAMED, "measure": -_NAMED}.get(piece.named, 0.0)


def _is_context(text: str, piece: Piece, index: int, pieces: Sequence[Piece], evidence: float) -> bool:
    """Whether a piece reports nothing, leads in, praises or closes."""
    words = load_wording()
    if words.nothing.search(text[piece.body : piece.end].rstrip("。；;")):
        return True
    if len(pieces) == 1:
        return False
    whole = text[piece.start : piece.end].strip()
    bare = whole.rstrip("。；;：:，,！!")
    if evidence > -3.5 and not piece.turn and words.achieved.search(bare) and not words.lacks(whole):
        return True
    if piece.label:
        return False
    if whole.endswith(("：", ":", "，", ",")):
        return not _names_something(text[piece.body : piece.end])
    if index and _closes(pieces, index) and words.closing.match(bare):
        return True
    if words.lead.search(bare) and (piece.turn or evidence < 3) and not _is_gap(text, piece):
        return piece.turn or evidence > -3
    if index == 0 and not piece.turn and whole.endswith("。") and not pieces[1].turn:
        follows = weigh_role(text[pieces[1].body : pieces[1].end])
        if follows > 0.5 and (evidence <= 0.8 or (evidence <= 2 and not words.lacks(whole))):
            return True
    opens = index < 3 and not piece.turn and not any(before.label for before in pieces[:index])
    return opens and words.praise.search(bare) is not None and -2 < evidence <= 1.5 and not _is_gap(text, piece)


def _names_something(text: str) -> bool:
    """Whether a lead-in names a specific problem or action before its last clause (unit rule 3)."""
    words = load_wording()
    before = text.rpartition("，")[0] if not text.endswith("，") else ""
    if words.concrete.search(before):
        return True
    general = words.gap.search(text) or words.praise.search(before) or words.spirit_clause.search(before)
    return not general and words.lacks(before) > 1


def _leads_on(index: int, context: Sequence[bool], phases: Sequence[Role]) -> bool:
    """Whether a problem follows directly."""
    rest = [phase for phase, skipped in zip(phases[index + 1 :], context[index + 1 :], strict=True) if not skipped]
    return bool(rest) and rest[0] == "problem"


def _closes(pieces: Sequence[Piece], index: int) -> bool:
    """Whether a piece stands last in the part or before a new label or list."""
    return index + 1 == len(pieces) or pieces[index + 1].run != pieces[index].run


def _is_gap(text: str, piece: Piece) -> bool:
    """A general statement of a gap, without an enumerator: a lead-in where problems follow, else the only problem."""
    words = load_wording()
    if piece.label:
        return False
    body = text[piece.start : piece.end].strip().rstrip("。；;：:，,")
    allowed = 1 if words.praise.search(body) else 0
    return words.gap.search(body) is not None and words.lacks(words.gap.sub("", body)) <= allowed
