"""Labelled statements: JSON lines of passages, a line each, as in ``corpora/labelled``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, get_args

from textmine.errors import TextmineError
from textmine.records import Role

_ROLES: Final = get_args(Role)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A statement with what a coder said of it; ``before`` is the text of the passage that belongs to no statement
    and stands between the statement and the one ahead of it (bare labels such as 改进措施：)."""

    id: str
    passage: str
    author: str
    text: str
    role: Role
    themes: frozenset[str]
    indirect: bool = False
    before: str = ""


def load_labelled(files: Iterable[str | Path], themes: Sequence[str]) -> tuple[Labelled, ...]:
    """Return the statements of labelled files, in order.

    Args:
        files: JSON lines; each line a passage with ``id``, ``text`` and ``statements`` (``start``, ``end``, ``role``,
            ``themes``), and, where known, ``author`` and ``indirect``.
        themes: the codes that the codebook knows.

    Raises:
        TextmineError: a file cannot be read, or a line is no such passage; says which.
    """
    found: list[Labelled] = []
    names: set[str] = set()
    for file in files:
        for number, line in enumerate(_read(file).split("\n"), 1):
            if not line.strip():
                continue
            try:
                passage = _passage(json.loads(line), frozenset(themes))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                detail = f"{error} is missing" if isinstance(error, KeyError) else error
                raise TextmineError(f"{file}, line {number}: no labelled passage: {detail}") from None
            if passage and passage[0].passage in names:
                raise TextmineError(f"{file}, line {number}: the id {passage[0].passage!r} stands twice")
            names.update(item.passage for item in passage)
            found += passage
    if not found:
        raise TextmineError(f"no labelled statements in {', '.join(map(str, files)) or 'no files'}")
    return tuple(found)


def _read(file: str | Path) -> str:
    try:
        return Path(file).read_text("utf-8-sig")
    except OSError as error:
        raise TextmineError(f"cannot read {file}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise TextmineError(f"{file} is not UTF-8: {error.reason} at byte {error.start}") from error


def _passage(item: dict[str, Any], known: frozenset[str]) -> list[Labelled]:
    text, name = item["text"], str(item["id"])
    found, at = [], 0
    for number, one in enumerate(item["statements"], 1):
        start, end, role, themes = one["start"], one["end"], one["role"], one["themes"]
        if not 0 <= at <= start < end <= len(text):
            raise ValueError(f"statement {number}: {start}–{end} is outside the text or overlaps the one ahead")
        if one.get("text", text[start:end]) != text[start:end]:
            raise ValueError(f"statement {number}: its text is not what stands at {start}–{end}")
        if role not in _ROLES:
            raise ValueError(f"statement {number}: unknown role {role!r}; there are {', '.join(_ROLES)}")
        if unknown := sorted(set(themes) - known):
            raise ValueError(f"statement {number}: the codebook has no theme {unknown[0]!r}")
        if role == "context" and themes:
            raise ValueError(f"statement {number}: context carries no themes")
        found.append(
            Labelled(
                f"{name}-{number:03d}",
                name,
                str(item.get("author", "")),
                text[start:end],
                role,
                frozenset(themes),
                bool(one.get("indirect", False)),
                text[at:start],
            )
        )
        at = end
    return found


def labelled_digest(items: Sequence[Labelled]) -> str:
    """Return a digest of all that training reads of labelled statements."""
    digest = hashlib.sha256()
    for item in items:
        row = [item.passage, item.author, item.text, item.role, sorted(item.themes), item.before]
        digest.update(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()
