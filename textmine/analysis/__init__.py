"""Step 7: frames → answers, one question a module, each with its uncertainty and its evidence.

The names below load their modules on first use. Results are frames: keys first, then counts, ``estimate``, ``low``,
``high``, ``n_reports`` and ``small``; :func:`find_evidence` gives the statements behind a row.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

_HOMES: Final = {
    "prevalence": "shares",
    "trends": "trend",
    "compare": "comparison",
    "profile": "profiles",
    "cooccurrence": "pairs",
    "exemplars": "examples",
    "unusual": "examples",
    "find_evidence": "evidence",
    "regress": "regression",
    "collocations": "association",
    "propose_words": "newwords",
    "kwic": "concordance",
    "format_kwic": "concordance",
    "find_topics": "topics",
    "load_words": "wordlists",
    "check_words": "wordlists",
    "draw_sample": "sampling",
    "read_sample": "handcodes",
    "make_sheet": "handcodes",
    "read_codes": "handcodes",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'textmine.analysis' has no attribute {name!r}")
    return getattr(import_module(f"textmine.analysis.{_HOMES[name]}"), name)
