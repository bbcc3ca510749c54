"""doccano: JSON lines for a text classification project, and its exports of classification and of spans.

doccano exports all examples, also those that nobody looked at, with our suggestions as labels: tick "Export only
approved documents" when exporting. It keeps further keys of a line and hands them back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from textmine.annotation.records import Answer, Task, Words, listed, place_of, split_choices, words_of
from textmine.themes.codebook import Codebook

#: where the several exports have their labels: classification, its older form, both tasks at once, spans
_LABELS: Final = ("label", "labels", "cats", "entities")


def to_task(task: Task, codebook: Codebook) -> dict[str, Any]:
    """Return a line to import; what the tagger says is the label."""
    return {"text": task.text, "label": task.choices(), **task.place()}


def to_answer(row: Mapping[str, Any]) -> Answer:
    """Return the answer in a line of an export.

    Raises:
        KeyError, ValueError: the line is no answer to a task of ours.
    """
    place = row if "statement_id" in row else row.get("meta") or row.get("metadata") or row
    if not any(name in row for name in _LABELS):
        raise KeyError("label")
    labels = [item for name in _LABELS for item in listed(row.get(name))]
    choices = [item for item in labels if isinstance(item, str)]
    words = [_words(item, row["text"]) for item in labels if not isinstance(item, str)]
    role, themes = split_choices(choices)
    annotator = str(row.get("annotator", ""))
    return Answer(*place_of(place), role, themes, tuple(words), annotator)


def _words(item: Any, text: Any) -> Words:
    """Span projects export triples, those with relations dictionaries."""
    if isinstance(item, Mapping):
        return words_of(item["label"], item["start_offset"], item["end_offset"], text)
    if not isinstance(item, list) or len(item) != 3:
        raise ValueError(f"{item!r} is no label: expected a text, or start, end and label")
    start, end, label = item
    return words_of(label, start, end, text)
