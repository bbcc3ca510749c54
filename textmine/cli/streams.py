"""What the commands share: items from JSON lines or CSV, and an output that is whole or not there."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TextIO

from textmine.errors import TextmineError

_ROLES: Final = ("problem", "measure", "context")


@contextmanager
def open_output(output: str) -> Iterator[TextIO]:
    """Give a text stream for ``output`` (``-`` is the standard stream); the file takes its name when all is written.

    Raises:
        TextmineError: the file cannot be written.
    """
    if output == "-":
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        yield sys.stdout
        return
    target = Path(output)
    partial = target.with_name(f".{target.name}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
        os.replace(partial, target)
    except OSError as error:
        raise TextmineError(f"cannot write {output}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            partial.unlink()


def put_line(stream: TextIO, item: dict[str, Any]) -> None:
    """Write ``item`` as one line of JSON."""
    stream.write(json.dumps(item, ensure_ascii=False) + "\n")


def read_input(file: str) -> bytes:
    """Return the bytes of ``file``; ``-`` is the standard stream.

    Raises:
        TextmineError: the file cannot be read.
    """
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise TextmineError(f"cannot read {file}: {error.strerror or error}") from error


def read_items(data: bytes, file: str) -> list[dict[str, Any]]:
    """Return items with ``id``, ``text`` and perhaps ``role`` from JSON lines or CSV.

    Raises:
        TextmineError: the text is not UTF-8, or a line is no such item; says which.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TextmineError(f"{file} is not UTF-8: {error.reason} at byte {error.start}") from error
    rows = list(_json_lines(text, file)) if _is_json(text) else list(_csv_rows(text, file))
    return [_checked(row, number, file) for number, row in rows]


def is_json_lines(data: bytes) -> bool:
    """Return whether ``data`` begins as JSON lines do."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] in {"{", ""}


def _json_lines(text: str, file: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise TextmineError(f"{file}, line {number}: no JSON: {error}") from error


def _csv_rows(text: str, file: str) -> Iterable[tuple[int, Any]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if not {"id", "text"} <= set(reader.fieldnames or ()):
        raise TextmineError(f"{file}: neither JSON lines nor CSV with columns id and text")
    try:
        for row in reader:
            yield reader.line_num, {**row, "role": (row.get("role") or "").strip() or None}
    except csv.Error as error:
        raise TextmineError(f"{file}, line {reader.line_num}: {error}") from error


def _checked(item: Any, number: int, file: str) -> dict[str, Any]:
    if not isinstance(item, dict) or not isinstance(item.get("text"), str) or "id" not in item:
        raise TextmineError(f"{file}, line {number}: must have 'id' and a 'text' that is a string")
    if item.get("role") not in (None, *_ROLES):
        raise TextmineError(f"{file}, line {number}: unknown role {item['role']!r}; there are {', '.join(_ROLES)}")
    return item
