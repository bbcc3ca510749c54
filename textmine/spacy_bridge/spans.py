"""Records ↔ spans: span groups whose spans lie on tokens and whose records keep the exact character offsets.

spaCy's spans begin and end with tokens. The words of a span group are the smallest run of tokens that covers a record;
the record itself, with its exact offsets, is kept in the ``attrs`` of the group under the ``id`` of the span. ``attrs``
go wherever the group goes: ``Doc.to_bytes``, ``DocBin`` (with or without user data), pickle, ``Doc.copy``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, SpanGroup

#: the key of our records in the ``attrs`` of a span group
ATTRS_KEY: Final = "textmine"
SPAN_KEYS: Final = ("sections", "statements", "themes")


@dataclass(frozen=True, slots=True)
class Marked:
    """What is to become a span: ``text[start:end]`` with a label, an id that is unique in its group, and its record."""

    id: str
    label: str
    start: int
    end: int
    record: Mapping[str, Any]


def set_records(doc: Doc, key: str, items: Iterable[Marked]) -> None:
    """Put records into the span group ``key``: those of an earlier call are replaced, spans of others stay.

    Raises:
        ValueError: the document holds no token on which a span could lie.
    """
    from spacy.tokens import Span, SpanGroup

    listed = list(items)
    old = doc.spans.get(key)
    others = [span for span in old if record_of(old, span) is None] if old is not None else []
    attrs = dict(old.attrs) if old is not None else {}
    attrs[ATTRS_KEY] = {item.id: {**item.record, "start": item.start, "end": item.end} for item in listed}
    spans = list(others)
    if listed:
        starts, ends = _bounds(doc)
        for item in listed:
            first, behind = _cover(starts, ends, item.start, item.end)
            spans.append(Span(doc, first, behind, label=item.label, span_id=item.id))
    doc.spans[key] = SpanGroup(doc, name=key, attrs=attrs, spans=spans)


def read_records(doc: Doc, key: str) -> Iterator[tuple[Span, Mapping[str, Any] | None]]:
    """Give each span of the group ``key`` with its record, or with ``None`` where another put the span there."""
    group = doc.spans.get(key)
    if group is not None:
        for span in group:
            yield span, record_of(group, span)


def has_records(doc: Doc, key: str) -> bool:
    """Return whether records were set in the group ``key``, if only none."""
    group = doc.spans.get(key)
    return group is not None and ATTRS_KEY in group.attrs


def replace_spans(doc: Doc, key: str, spans: Iterable[Span]) -> None:
    """Put other spans into the group ``key`` and keep what textmine knows of those that stay.

    ``doc.spans[key] = […]`` makes a new group without our records: exact offsets, scores and sources are lost then.
    A span that is to stay what it is keeps its ``id_``.

    >>> from spacy.tokens import Span
    >>> from textmine.spacy_bridge import text_to_doc
    >>> doc = text_to_doc("政务公开工作不足。")
    >>> set_records(doc, "themes", [Marked("1", "staffing", 5, 8, {})])
    >>> old = doc.spans["themes"][0]
    >>> replace_spans(doc, "themes", [Span(doc, old.start, old.end, "training", span_id=old.id_)])
    >>> doc.spans["themes"][0].label_, exact_offsets(doc, "themes")
    ('training', [(5, 8)])
    """
    from spacy.tokens import SpanGroup

    old = doc.spans.get(key)
    attrs = dict(old.attrs) if old is not None else {}
    doc.spans[key] = SpanGroup(doc, name=key, attrs=attrs, spans=list(spans))


def record_of(group: SpanGroup, span: Span) -> Mapping[str, Any] | None:
    """Return our record of a span, or ``None`` where the span is another's."""
    found: Mapping[str, Any] | None = group.attrs.get(ATTRS_KEY, {}).get(span.id_)
    return found


def exact_offsets(doc: Doc, key: str) -> list[tuple[int, int]]:
    """Return the exact character offsets of the spans in a group, in the order of the group.

    >>> from textmine.records import Statement
    >>> from textmine.spacy_bridge import text_to_doc
    >>> doc = text_to_doc("政务公开工作不足。")
    >>> set_records(doc, "themes", [Marked("1", "staffing", 5, 8, {})])
    >>> doc.spans["themes"][0].text, exact_offsets(doc, "themes")
    ('工作不足', [(5, 8)])
    """
    return [
        (span.start_char, span.end_char) if record is None else (record["start"], record["end"])
        for span, record in read_records(doc, key)
    ]


def _bounds(doc: Doc) -> tuple[list[int], list[int]]:
    if not len(doc):
        raise ValueError("a document without tokens can carry no spans")
    places = doc.to_array(["IDX", "LENGTH"]).astype(int)
    starts: list[int] = places[:, 0].tolist()
    return starts, places.sum(axis=1).tolist()


def _cover(starts: list[int], ends: list[int], start: int, end: int) -> tuple[int, int]:
    """Return the smallest run of tokens that covers ``start``–``end``; at least one token."""
    first = min(bisect_right(ends, start), len(starts) - 1)
    return first, max(bisect_left(starts, end), first + 1)
