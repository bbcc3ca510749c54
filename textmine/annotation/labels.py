"""An export of an annotation tool → answers → ``human`` tags."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from textmine.annotation import doccano, label_studio, prodigy
from textmine.annotation.records import TOOLS, Answer, Tool
from textmine.errors import TextmineError
from textmine.records import Tag


def read_answers(path: str | Path, *, themes: Iterable[str], tool: Tool | None = None) -> tuple[Answer, ...]:
    """Return the answers in a file that Prodigy, Label Studio or doccano exported.

    Args:
        path: JSON or JSON lines.
        themes: the codes that may stand there.
        tool: which tool it was; without it, the rows tell.

    Raises:
        TextmineError: the file cannot be read, or a row is no answer to a task of ours; says which.
    """
    if tool is not None and tool not in TOOLS:
        raise TextmineError(f"unknown tool {tool!r}; there are {', '.join(TOOLS)}")
    known, found = frozenset(themes), []
    for number, row in enumerate(_rows(path), 1):
        try:
            if not isinstance(row, dict):
                raise ValueError(f"expected an object, got {row!r:.60}")
            for answer in _answers(row, tool or _tool_of(row)):
                _check(answer, known)
                found.append(answer)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            detail = f"{error} is missing" if isinstance(error, KeyError) else error
            raise TextmineError(f"{path}, item {number}: no answer to a task of textmine: {detail}") from None
    return tuple(found)


def _rows(path: str | Path) -> list[Any]:
    try:
        text = Path(path).read_text("utf-8-sig")
        if text.lstrip()[:1] == "[":
            rows: list[Any] = json.loads(text)
            return rows
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    except OSError as error:
        raise TextmineError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise TextmineError(f"{path} holds neither JSON nor JSON lines: {error}") from error


def _tool_of(row: dict[str, Any]) -> Tool:
    if "answer" in row:
        return "prodigy"
    if {"annotations", "annotation_id", "data"} & set(row):
        return "label-studio"
    return "doccano"


def _answers(row: dict[str, Any], tool: Tool) -> Iterator[Answer]:
    if tool == "label-studio":
        yield from label_studio.to_answers(row)
    elif tool == "doccano":
        yield doccano.to_answer(row)
    elif (answer := prodigy.to_answer(row)) is not None:
        yield answer


def _check(answer: Answer, known: frozenset[str]) -> None:
    named = {*answer.themes, *(words.theme for words in answer.words)}
    if unknown := sorted(named - known):
        raise ValueError(f"the codebook has no theme {unknown[0]!r}")


def to_tags(answers: Iterable[Answer], *, annotator: str | None = None) -> tuple[Tag, ...]:
    """Return answers as tags of source ``human``: one for each theme, on the first words that were marked for it.

    Args:
        answers: what was read.
        annotator: take this one's answers only.

    Raises:
        TextmineError: two annotators answered for the same statement and none was chosen.

    >>> to_tags([Answer("r-001", "r", 10, "problem", ("timeliness",))])[0].source
    'human'
    """
    tags: list[Tag] = []
    seen: dict[str, str] = {}
    for answer in answers:
        if annotator is not None and answer.annotator != annotator:
            continue
        if answer.statement_id in seen:
            names = sorted({seen[answer.statement_id] or "?", answer.annotator or "?"})
            cure = "choose an annotator" if len(names) > 1 else "keep one of the two answers in the file"
            raise TextmineError(f"{answer.statement_id} was labelled twice, by {' and '.join(names)}: {cure}")
        seen[answer.statement_id] = answer.annotator
        tags += _tags(answer)
    return tuple(tags)


def _tags(answer: Answer) -> Iterator[Tag]:
    marked = sorted(answer.words, key=lambda words: (words.start, words.end))
    for theme in dict.fromkeys([*answer.themes, *(words.theme for words in marked)]):
        words = next((item for item in marked if item.theme == theme), None)
        start = None if words is None else answer.start + words.start
        end = None if words is None else answer.start + words.end
        yield Tag(answer.statement_id, answer.report_id, theme, 1.0, "human", None, start, end)
