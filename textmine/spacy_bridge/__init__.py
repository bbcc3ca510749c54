"""Report ↔ spaCy: documents, pipeline components, patterns, pictures. Importing it loads no spaCy; calling it does."""

from __future__ import annotations

from textmine.spacy_bridge.display import Picture, draw
from textmine.spacy_bridge.documents import (
    from_doc,
    read_docbin,
    text_to_doc,
    to_doc,
    to_docbin,
    to_docs,
    write_docbin,
)
from textmine.spacy_bridge.patterns import PatternSet, export_patterns
from textmine.spacy_bridge.spans import exact_offsets, replace_spans

__all__ = [
    "PatternSet",
    "Picture",
    "draw",
    "exact_offsets",
    "export_patterns",
    "from_doc",
    "read_docbin",
    "replace_spans",
    "text_to_doc",
    "to_doc",
    "to_docbin",
    "to_docs",
    "write_docbin",
]
