"""Statements → tags: the codebook as data, the rules that read it, and the taggers."""

from __future__ import annotations

from textmine.themes.codebook import Codebook, CodebookFinding, Example, Rule, Theme, load_codebook
from textmine.themes.tagger import Hit, Prediction, RuleTagger, Tagger, TagMemo, explain, tag_statements

__all__ = [
    "Codebook",
    "CodebookFinding",
    "Example",
    "Hit",
    "Prediction",
    "Rule",
    "RuleTagger",
    "TagMemo",
    "Tagger",
    "Theme",
    "explain",
    "load_codebook",
    "tag_statements",
]
