"""Statements and tags → a task file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textmine.annotation import doccano, label_studio, prodigy
from textmine.annotation.records import TOOLS, Task, Tool, Words
from textmine.records import Statement, Tag

if TYPE_CHECKING:
    from textmine.themes.codebook import Codebook


def make_tasks(statements: Iterable[Statement], tags: Iterable[Tag]) -> list[Task]:
    """Return a task for each statement, with its tags as suggestions.

    >>> statement = Statement("r-001", "r", 1, "problem", "一是", 10, 19, "一是更新不及时。")
    >>> task = make_tasks([statement], [Tag("r-001", "r", "timeliness", 0.8, "rule", "x", 12, 17)])[0]
    >>> task.themes, task.words
    (('timeliness',), (Words(theme='timeliness', start=2, end=7),))
    """
    by_statement: dict[str, list[Tag]] = {}
    for tag in tags:
        by_statement.setdefault(tag.statement_id, []).append(tag)
    return [_task(item, by_statement.get(item.statement_id, [])) for item in statements]


def _task(statement: Statement, tags: Sequence[Tag]) -> Task:
    words = [
        Words(tag.theme, tag.start - statement.start, tag.end - statement.start)
        for tag in tags
        if tag.start is not None and tag.end is not None
    ]
    return Task(
        statement.statement_id,
        statement.report_id,
        statement.start,
        statement.text,
        statement.role,
        tuple(dict.fromkeys(tag.theme for tag in tags)),
        tuple(words),
        min((tag.score for tag in tags), default=1.0),
    )


def tasks_from_frames(folder: str | Path) -> list[Task]:
    """Return the tasks of a mined folder.

    Raises:
        FrameError: the folder holds no frames.
    """
    from textmine.frames import load_frames

    frames = load_frames(folder, "statements", "tags")
    statements = [Statement(**row) for row in _rows(frames["statements"], Statement.__slots__)]
    return make_tasks(statements, [Tag(**row) for row in _rows(frames["tags"], Tag.__slots__)])


def _rows(frame: Any, columns: Iterable[str]) -> list[dict[str, Any]]:
    chosen = frame[list(columns)]
    rows: list[dict[str, Any]] = chosen.astype(object).where(chosen.notna(), None).to_dict("records")
    return rows


def write_tasks(tasks: Iterable[Task], tool: Tool, *, codebook: Codebook | None = None) -> str:
    """Return the text of a task file: a JSON list for Label Studio, JSON lines for the others.

    Raises:
        ValueError: there is no such tool.
    """
    from textmine.themes.codebook import load_codebook

    if tool not in TOOLS:
        raise ValueError(f"unknown tool {tool!r}; there are {', '.join(TOOLS)}")
    book = codebook if codebook is not None else load_codebook()
    make = {"prodigy": prodigy.to_task, "label-studio": label_studio.to_task, "doccano": doccano.to_task}[tool]
    rows = [make(task, book) for task in tasks]
    if tool == "label-studio":
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
