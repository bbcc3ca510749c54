"""doccano: JSON lines for a text classification project, and its exports of classification and of spans.

doccano exports all examples, also those that nobody looked at, with our suggestions as labels: tick "Export only
approved documents" when exporting. It keeps further keys of a line and hands them back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textmine.annotation.records import Answer, Task, Words, split_choices
from textmine.themes.codebook import Codebook


def to_task(task: Task, codebook: Codebook) -> dict[str, Any]:
    """Return a line to import; what the tagger says is the label."""
    return {"text": task.text, "label": task.choices(), **task.place()}


def to_answer(row: Mapping[str, Any]) -> Answer:
    """Return the answer in a line of an export.

    Raises:
        KeyError, ValueError: the line is no answer to a task of ours.
    """
    place = row if "statement_id" in row else row.get("meta") or row["metadata"]
    labels = [*(row.get("label") or ()), *(row.get("cats") or ())]
    choices = [item for item in labels if isinstance(item, str)]
    marked = [item for item in labels if not isinstance(item, str)] + list(row.get("entities") or ())
    words = [_words(item) for item in marked]
    role, themes = split_choices(choices)
    annotator = str(row.get("annotator", ""))
    return Answer(place["statement_id"], place["report_id"], int(place["start"]), role, themes, tuple(words), annotator)


def _words(item: Any) -> Words:
    """Span projects export triples, those with relations dictionaries."""
    if isinstance(item, Mapping):
        return Words(item["label"], item["start_offset"], item["end_offset"])
    start, end, label = item
    return Words(label, start, end)
