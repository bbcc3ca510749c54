"""Text mining for 政府信息公开工作年度报告, from the published file to themes.

The flow: ``file → Source → Report → Statement → Tag → frames``. The names below load their modules on first use, so
that importing textmine stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

__version__ = "0.1.0"

_HOMES: Final = {
    "read_file": "textmine.read",
    "parse_report": "textmine.parse",
    "split_statements": "textmine.statements",
    "split_text": "textmine.statements",
    "tag_statements": "textmine.themes",
    "load_codebook": "textmine.themes",
    "RuleTagger": "textmine.themes",
    "Segmenter": "textmine.segment",
    "check_report": "textmine.checks",
    "check_years": "textmine.checks",
    "ThemeClassifier": "textmine.themes.classifier",
    "explain": "textmine.themes",
    "load_model": "textmine.model_store",
    "save_model": "textmine.model_store",
    "load_labelled": "textmine.themes.labelled",
    "mine": "textmine.pipeline",
    "mine_file": "textmine.pipeline",
    "WordModel": "textmine.word_model",
    "count_labels": "textmine.word_model",
    "load_frames": "textmine.frames",
    "count_themes": "textmine.summary.write",
    "summarize": "textmine.summary.write",
}
__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'textmine' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
