"""A mined folder → documents, for thousands of reports.

Frames hold the title and the sections of a report, not its whole text. The text is laid out again from them: every
section, statement and tag stands at its offset in the report; what is around headings and titles is a guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
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


def export_docbin(
    folder: str | Path, output: str | Path, *, segmenter: Segmenter | None = None, progress: bool = False
) -> int:
    """Write the reports of a mined folder to a ``.spacy`` file; return how many.

    Args:
        folder: of the frames.
        output: the file.
        segmenter: as in :func:`~textmine.spacy_bridge.to_doc`.
        progress: show a bar.

    Raises:
        FrameError: the folder holds no frames.
        TextmineError: the file cannot be written.
    """
    # words and spans are all that these documents have; other attributes would take ten times the memory
    docs = docs_from_frames(folder, segmenter=segmenter, progress=progress)
    return write_docbin(docs, output, attrs=("ORTH",))


def docs_from_frames(
    folder: str | Path, *, segmenter: Segmenter | None = None, vocab: Vocab | None = None, progress: bool = False
) -> Iterator[Doc]:
    """Give a document for each report of a mined folder, in the order of the frame ``reports``.

    Raises:
        FrameError: the folder holds no frames.
    """
    from tqdm import tqdm

    vocab = vocab if vocab is not None else new_vocab()
    for mined in tqdm(mined_from_frames(folder), disable=not progress, unit="report", total=_count(folder, progress)):
        yield to_doc(mined, segmenter=segmenter, vocab=vocab)


def _count(folder: str | Path, progress: bool) -> int | None:
    import pyarrow.parquet as pq

    path = Path(folder) / "reports.parquet"
    return int(pq.read_metadata(path).num_rows) if progress and path.is_file() else None


def mined_from_frames(folder: str | Path) -> Iterator[Mined]:
    """Give each report of a mined folder with its statements, tags and checks.

    Raises:
        FrameError: the folder holds no frames.
    """
    from textmine.pipeline import Mined

    reports, *others = (_Rows.read(folder, name) for name in _FRAMES)
    for name in reports.places:
        own = {frame: rows.of(name) for frame, rows in zip(_FRAMES[1:], others, strict=True)}
        yield Mined(
            _report(reports.of(name)[0], own["sections"], own["cells"]),
            tuple(_record(Statement, row) for row in own["statements"]),
            tuple(_record(Tag, row) for row in own["tags"]),
            tuple(_record(Check, row) for row in own["checks"]),
        )


@dataclass(frozen=True, slots=True)
class _Rows:
    """A frame in Arrow's memory; the rows of one report at a time become Python's, which take ten times as much."""

    table: Any
    #: report -> first row and number of rows
    places: dict[str, tuple[int, int]]

    @classmethod
    def read(cls, folder: str | Path, name: str) -> _Rows:
        import numpy as np
        import pyarrow as pa
        import pyarrow.parquet as pq

        from textmine.frames import arrow_schema

        path = Path(folder) / f"{name}.parquet"
        if not path.is_file():
            raise FrameError(f"{folder} is no mined folder: {path.name} is missing")
        try:
            table = pq.read_table(path).cast(arrow_schema(name))
        except (OSError, pa.ArrowInvalid, ValueError, KeyError) as error:
            raise FrameError(f"{path} is damaged or of another version: {error}") from error
        ids = table["report_id"].combine_chunks().dictionary_encode()
        numbers = ids.indices.to_numpy(zero_copy_only=False)
        if (np.diff(numbers) < 0).any():  # frames are written report by report; others may have sorted them anew
            order = np.argsort(numbers, kind="stable")
            table, numbers = table.take(order), numbers[order]
        counts = np.bincount(numbers, minlength=len(ids.dictionary)).tolist()
        firsts = np.cumsum([0, *counts]).tolist()
        names = ids.dictionary.to_pylist()
        return cls(table, {one: (first, count) for one, first, count in zip(names, firsts, counts, strict=False)})

    def of(self, report: str) -> list[dict[str, Any]]:
        """Return the rows of a report; missing values are ``None``."""
        first, count = self.places.get(report, (0, 0))
        rows: list[dict[str, Any]] = self.table.slice(first, count).to_pylist() if count else []
        return rows


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
