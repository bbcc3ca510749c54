"""A mined folder → documents, for thousands of reports.

Frames hold the title and the sections of a report, not its whole text. The text is laid out again from them: every
section, statement and tag stands at its offset in the report; what is around headings and titles is a guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from textmine.errors import FrameError
from textmine.records import Cell, Check, Field, Metadata, Report, Section, Statement, Tag
from textmine.segment import Segmenter
from textmine.spacy_bridge.documents import new_vocab, to_doc, write_docbin

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    from textmine.pipeline import Mined

Row = Mapping[str, Any]
T = TypeVar("T")
_FRAMES: Final = ("reports", "sections", "cells", "statements", "tags", "checks")


def export_docbin(folder: str | Path, output: str | Path, *, segmenter: Segmenter | None = None) -> int:
    """Write the reports of a mined folder to a ``.spacy`` file; return how many.

    Raises:
        FrameError: the folder holds no frames.
        TextmineError: the file cannot be written.
    """
    return write_docbin(docs_from_frames(folder, segmenter=segmenter), output)


def docs_from_frames(
    folder: str | Path, *, segmenter: Segmenter | None = None, vocab: Vocab | None = None
) -> Iterator[Doc]:
    """Give a document for each report of a mined folder, in the order of the frame ``reports``.

    Raises:
        FrameError: the folder holds no frames.
    """
    vocab = vocab if vocab is not None else new_vocab()
    for mined in mined_from_frames(folder):
        yield to_doc(mined, segmenter=segmenter, vocab=vocab)


def mined_from_frames(folder: str | Path) -> Iterator[Mined]:
    """Give each report of a mined folder with its statements, tags and checks.

    Raises:
        FrameError: the folder holds no frames.
    """
    from textmine.pipeline import Mined

    grouped = {name: _grouped(folder, name) for name in _FRAMES}
    for name, rows in grouped["reports"].items():
        own = {frame: grouped[frame].get(name, []) for frame in _FRAMES[1:]}
        yield Mined(
            _report(rows[0], own["sections"], own["cells"]),
            tuple(_record(Statement, row) for row in own["statements"]),
            tuple(_record(Tag, row) for row in own["tags"]),
            tuple(_record(Check, row) for row in own["checks"]),
        )


def _grouped(folder: str | Path, name: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of a frame by report; missing values are ``None``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from textmine.frames import arrow_schema

    path = Path(folder) / f"{name}.parquet"
    if not path.is_file():
        raise FrameError(f"{folder} is no mined folder: {path.name} is missing")
    try:
        rows = pq.read_table(path).cast(arrow_schema(name)).to_pylist()
    except (OSError, pa.ArrowInvalid, ValueError, KeyError) as error:
        raise FrameError(f"{path} is damaged or of another version: {error}") from error
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["report_id"], []).append(row)
    return found


def _report(row: Row, sections: list[dict[str, Any]], cells: list[dict[str, Any]]) -> Report:
    known = {
        name: Field(str(row[name]), str(row[name]), "table") for name in Metadata.__slots__ if row.get(name) is not None
    }
    return Report(
        report_id=row["report_id"],
        path=row["path"],
        sha256=row["sha256"],
        source_format=row["source_format"],
        encoding=row["encoding"],
        text=lay_out(row["n_chars"], sections, title=row["title"] or ""),
        layout=row["layout"],
        metadata=Metadata(**known),
        sections=tuple(_record(Section, item) for item in sections),
        cells=tuple(_record(Cell, item) for item in cells),
    )


def _record(kind: type[T], row: Row) -> T:
    """The record in a row; a frame may have further columns, a record further fields."""
    own = {item.name for item in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: value for name, value in row.items() if name in own})


def lay_out(n_chars: int, sections: list[dict[str, Any]], *, title: str = "") -> str:
    """Return a text of ``n_chars`` characters in which every section stands at its offset, headings ahead of them.

    The title stands at the beginning where there is room; what belonged to no section is lost.

    >>> lay_out(9, [{"heading": "一、甲", "start": 5, "end": 7, "text": "平稳"}])
    '\\n一、甲\\n平稳\\n\\n'
    """
    characters, free = ["\n"] * n_chars, 0
    room = min((row["start"] - len(row["heading"] or "") - 2 for row in sections), default=n_chars)
    if 0 < len(title) <= room:
        characters[: len(title)], free = title, len(title)
    for row in sorted(sections, key=lambda item: int(item["start"])):
        start, end = row["start"], row["end"]
        characters[start:end] = row["text"]
        heading = (row["heading"] or "")[: start - free]
        # a line end stands between heading and body wherever there is room for one
        behind = start - (1 if start - free > len(heading) else 0)
        characters[behind - len(heading) : behind] = heading
        free = end
    return "".join(characters)
