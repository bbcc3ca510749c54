"""Prodigy: JSON lines for the ``choice`` interface, with the words that a tagger saw highlighted.

Prodigy keeps keys that it does not know, so the place of a statement travels under ``textmine``. Tasks that were
answered in ``spans_manual`` or ``ner_manual`` bring the words that the annotator marked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from textmine.annotation.records import ROLE_PREFIX, Answer, Task, Words, listed, place_of, split_choices, words_of
from textmine.records import ROLES
from textmine.themes.codebook import Codebook

_ANSWERS: Final = ("accept", "reject", "ignore")
_MARKING_VIEWS: Final = ("spans_manual", "ner_manual")


def to_task(task: Task, codebook: Codebook) -> dict[str, Any]:
    """Return a task of the ``choice`` interface; what the tagger says is ticked."""
    roles = [{"id": f"{ROLE_PREFIX}{role}", "text": _role_name(role, codebook)} for role in ROLES]
    themes = [{"id": theme.code, "text": theme.name_zh} for theme in codebook.themes]
    return {
        "text": task.text,
        "options": roles + themes,
        "accept": task.choices(),
        "spans": [{"start": words.start, "end": words.end, "label": words.theme} for words in task.words],
        "meta": {"statement": task.statement_id, "score": round(task.score, 3)},
        "textmine": task.place(),
        "config": {"choice_style": "multiple"},
        "_view_id": "choice",
    }


def _role_name(role: str, codebook: Codebook) -> str:
    return str(codebook.roles.get(role, {}).get("name_zh", role))


def to_answer(row: Mapping[str, Any]) -> Answer | None:
    """Return the answer in a row that ``prodigy db-out`` wrote; ``None`` where it was rejected or ignored.

    Raises:
        KeyError, ValueError: the row is no answer to a task of ours.
    """
    if row["answer"] not in _ANSWERS:
        raise ValueError(f"unknown answer {row['answer']!r}; there are {', '.join(_ANSWERS)}")
    if row["answer"] != "accept":
        return None
    words: tuple[Words, ...] = ()
    if row.get("_view_id") in _MARKING_VIEWS:
        spans = listed(row.get("spans"))
        words = tuple(words_of(span["label"], span["start"], span["end"], row["text"]) for span in spans)
    role, themes = split_choices(listed(row.get("accept")))
    annotator = str(row.get("_annotator_id") or row.get("_session_id") or "")
    return Answer(*place_of(row["textmine"]), role, themes, words, annotator)
