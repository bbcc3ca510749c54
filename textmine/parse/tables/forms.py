"""Flattened tables of one form, read once: reports that print the same words around their numbers differ in these only.

Which cell a number belongs to follows from the words, the fields and the line breaks around it
(:mod:`textmine.parse.tables.flat`), never from the number. So what was found for a form, with its numbers left blank,
is kept and holds for every report of that form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from textmine.parse.tables.cells import CellColumns, Key, TableCells, unit_of_cell
from textmine.parse.tables.flat import read_flat, read_units
from textmine.parse.tables.tokens import Token, read_tokens
from textmine.parse.tables.values import read_number
from textmine.records import Layout

#: lines, words between two sentences, and forms that are kept
_LINES: Final = 16_384
_WORDS: Final = 4_096
_FORMS: Final = 256
#: running text, which no table goes on across
_PROSE: Final = "。"


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without its numbers (``words``), and its numbers and blank fields: text, value, note, start, end."""

    words: str
    texts: tuple[str, ...]
    values: tuple[float | None, ...]
    notes: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    has_value: bool


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where the numbers of a form belong: for each cell its key, the place of its number, and the unit printed.

    ``parts`` says how many cells each passage has; ``in_money`` are the cells whose unit may have to be converted.
    """

    keys: tuple[Key, ...]
    places: tuple[int, ...]
    units: tuple[str, ...]
    parts: tuple[int, ...]
    in_money: tuple[int, ...]
    is_plain: bool


_NO_PLAN: Final = _Plan((), (), (), (), (), True)


@dataclass(slots=True)
class _Numbers:
    """The numbers and blank fields of a text, in order."""

    texts: list[str] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def take(self, line: _Line, at: int) -> None:
        self.texts += line.texts
        self.values += line.values
        self.notes += line.notes
        self.starts += [start + at for start in line.starts]
        self.ends += [end + at for end in line.ends]


@dataclass(frozen=True, slots=True)
class Form:
    """A text as a form that was filled in."""

    layout: Layout
    plan: _Plan
    numbers: _Numbers

    @property
    def is_plain(self) -> bool:
        """Whether each cell stands once."""
        return self.plan.is_plain

    def add_to(self, found: TableCells) -> None:
        """Add the cells to those found before, passage by passage."""
        plan, numbers = self.plan, self.numbers
        at = 0
        for count in plan.parts:
            part = found.fresh()
            for number in range(at, at + count):
                place = plan.places[number]
                span = (numbers.starts[place], numbers.ends[place])
                part.add(*plan.keys[number], [numbers.texts[place]], unit=plan.units[number], span=span)
            found.merge(part)
            at += count

    def columns(self) -> CellColumns:
        """Return the cells as columns; only of a form in which each stands once."""
        plan, numbers = self.plan, self.numbers
        values, notes = [numbers.values[at] for at in plan.places], [numbers.notes[at] for at in plan.places]
        columns = CellColumns(
            plan.keys,
            values,
            [numbers.texts[at] for at in plan.places],
            notes,
            [None] * len(plan.places),
            [numbers.starts[at] for at in plan.places],
            [numbers.ends[at] for at in plan.places],
        )
        if not plan.in_money:
            return columns
        found = TableCells(self.layout)
        for at in plan.in_money:
            found.add(*plan.keys[at], [columns.raws[at]], unit=plan.units[at])
            values[at], notes[at] = found.cells[plan.keys[at]].value, found.cells[plan.keys[at]].note
        return columns


def read_form(text: str, layout: Layout) -> Form:
    """Return the flattened tables of a text.

    >>> form = read_form("信息内容\\t本年处理决定数量\\n行政许可\\t550", "2021")
    >>> form.columns().keys, form.columns().values
    ((('proactive', 'licensing', 'decisions'),), [550.0])
    """
    numbers = _Numbers()
    words: list[str] = []
    between: list[str] = []
    at, has_value, in_run = 0, False, False
    for printed in text.split("\n"):
        line = _read_line(printed)
        if line.words == _PROSE:
            words += _told(between, in_run)
            between, in_run = [], False
            if not words or words[-1] != _PROSE:
                words.append(_PROSE)
        elif line.words:
            between.append(line.words)
            in_run = in_run or line.has_value
            if line.texts:
                numbers.take(line, at)
                has_value = has_value or line.has_value
        at += len(printed) + 1
    if not has_value:
        return Form(layout, _NO_PLAN, numbers)
    words += _told(between, in_run)
    return Form(layout, _plan(_Words("\n".join(words), text), layout), numbers)


def _told(lines: list[str], has_value: bool) -> list[str]:
    """The lines between two sentences, or none where they hold neither a number nor a label: titles, names, menus."""
    return lines if has_value or not _is_idle("\n".join(lines)) else []


@lru_cache(maxsize=_WORDS)
def _is_idle(words: str) -> bool:
    tokens = list(_tokens_of(words))
    return not any(unit.meanings or unit.values for unit in read_units(tokens))


def _tokens_of(words: str) -> Iterator[Token]:
    """The tokens of lines that hold no number, without their offsets."""
    for number, line in enumerate(words.split("\n")):
        for entry in line.split("\x1e"):
            if entry:
                kind, text = entry.split("\x1f")[:2]
                if kind == "w":
                    yield Token("words", text, 0, 0, number)


@lru_cache(maxsize=_LINES)
def _read_line(line: str) -> _Line:
    tokens = read_tokens(line)
    if tokens and all(token.kind == "stop" for token in tokens):
        return _Line(_PROSE, (), (), (), (), (), False)
    filled = [token for token in tokens if token.kind in {"value", "blank"}]
    numbers = [read_number(token.text) for token in filled]
    return _Line(
        "\x1e".join(map(_without_number, tokens)),
        tuple(token.text for token in filled),
        tuple(value for value, _ in numbers),
        tuple(note for _, note in numbers),
        tuple(token.start for token in filled),
        tuple(token.end for token in filled),
        any(token.kind == "value" for token in tokens),
    )


def _without_number(token: Token) -> str:
    """A token as it stands in a form: of a number counts only whether it has digits."""
    text = token.text if token.kind == "words" else "0" if any(map(str.isdigit, token.text)) else ""
    return f"{token.kind[0]}\x1f{text}\x1f{token.field}\x1f{token.n_fields}"


# --- where the numbers of a form belong ------------------------------------------------------------


class _Words:
    """A form, known by its words; the text of the first report that has it is what is read."""

    __slots__ = ("text", "words")

    def __init__(self, words: str, text: str) -> None:
        self.words, self.text = words, text

    def __hash__(self) -> int:
        return hash(self.words)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Words) and self.words == other.words


class _Recorder(TableCells):
    """Takes down, passage by passage, what is added."""

    __slots__ = ("calls", "parts")

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self.calls: list[tuple[Key, int, str]] = []
        self.parts: list[list[tuple[Key, int, str]]] = []

    def add(
        self,
        table: str,
        row: str,
        column: str,
        texts: Sequence[str],
        *,
        unit: str = "",
        page: int | None = None,
        span: tuple[int, int] | None = None,
    ) -> None:
        assert span is not None
        super().add(table, row, column, texts, unit=unit, page=page, span=span)
        self.calls.append(((table, row, column), span[0], unit))

    def merge(self, part: TableCells) -> None:
        assert isinstance(part, _Recorder)
        order = {table: number for number, table in enumerate(dict.fromkeys(key[0] for key, _, _ in part.calls))}
        self.parts.append(sorted(part.calls, key=lambda call: order[call[0][0]]))  # as merging orders them


@lru_cache(maxsize=_FORMS)
def _plan(form: _Words, layout: Layout) -> _Plan:
    recorder = _Recorder(layout)
    read_flat(form.text, recorder)
    numbers = [
        start
        for line_start, line in _with_starts(form.text)
        for start in (line_start + start for start in _read_line(line).starts)
    ]
    place = {start: number for number, start in enumerate(numbers)}
    calls = [call for part in recorder.parts for call in part]
    keys = tuple(key for key, _, _ in calls)
    return _Plan(
        keys,
        tuple(place[start] for _, start, _ in calls),
        tuple(unit for _, _, unit in calls),
        tuple(map(len, recorder.parts)),
        tuple(at for at, key in enumerate(keys) if unit_of_cell(*key)),
        len(set(keys)) == len(keys),
    )


def _with_starts(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for line in text.split("\n"):
        yield at, line
        at += len(line) + 1
