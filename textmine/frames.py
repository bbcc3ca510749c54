"""The columns and types of each frame, declared once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from textmine.errors import FrameError

if TYPE_CHECKING:
    import pandas as pd

_STRING, _INT, _FLOAT = "string", "Int64", "Float64"


def _columns(strings: str = "", integers: str = "", floats: str = "") -> dict[str, str]:
    typed = {name: _STRING for name in strings.split()} | {name: _INT for name in integers.split()}
    return typed | {name: _FLOAT for name in floats.split()}


#: frame -> column -> pandas dtype, keys first
FRAMES: Final[dict[str, dict[str, str]]] = {
    "reports": _columns(
        "report_id path sha256 source_format encoding layout title agency published province prefecture county "
        "region_code level kind",
        "year n_chars",
    ),
    "sections": _columns("report_id section heading text", "start end"),
    "cells": _columns("report_id table row column raw note", "", "value"),
    "statements": _columns("statement_id report_id role label text", "n start end"),
    "tags": _columns("statement_id report_id theme source rule_id", "start end", "score"),
    "checks": _columns("report_id check status explanation", "", "left right"),
    "skipped": _columns("path stage reason detail"),
}


def to_frame(name: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the frame ``name`` with its columns and nullable types, also where there are no rows.

    Raises:
        FrameError: no such frame, or a row has a column that the frame does not declare.

    >>> to_frame("skipped", [{"path": "a.zip", "stage": "read", "reason": "empty"}]).shape
    (1, 4)
    """
    import pandas as pd

    if name not in FRAMES:
        raise FrameError(f"no frame {name!r}; there are {', '.join(FRAMES)}")
    columns, listed = FRAMES[name], list(rows)
    for row in listed:
        if unknown := set(row) - set(columns):
            raise FrameError(f"{name}: undeclared columns {sorted(unknown)}")
    return pd.DataFrame(
        {column: pd.array([row.get(column) for row in listed], dtype=dtype) for column, dtype in columns.items()}
    )
