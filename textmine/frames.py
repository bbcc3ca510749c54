"""The columns and types of each frame, declared once; the data dictionary is made from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from textmine.errors import FrameError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Dtype = Literal["string", "Int64", "Float64", "boolean"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its pandas type and what it holds."""

    name: str
    dtype: Dtype
    doc: str


def _frame(text: str) -> tuple[Column, ...]:
    types: dict[str, Dtype] = {"s": "string", "i": "Int64", "f": "Float64", "b": "boolean"}
    rows = [line.split(None, 2) for line in text.splitlines() if line.strip()]
    return tuple(Column(name, types[kind], doc) for name, kind, doc in rows)


_REPORT_ID: Final = "report_id     s  first 16 hexadecimal digits of the file's SHA-256\n"

#: frame -> its columns, keys first
COLUMNS: Final[dict[str, tuple[Column, ...]]] = {
    "reports": _frame(
        _REPORT_ID
        + """
path          s  the file, as the caller named it
sha256        s  digest of the file's bytes
source_format s  text, markdown, html, pdf, docx or picture
encoding      s  encoding of a text, Markdown or HTML file
layout        s  2021, 2019, pre2019 or unknown: by the table headers and headings found
title         s  title of the report
agency        s  the body that reports, in full where the report names it in full
year          i  the year reported on; a school year counts as the year in which it ends
published     s  date of publication, YYYY-MM-DD
province      s  province-level region of the body
prefecture    s  prefecture-level region of the body
county        s  county-level region of the body
region_code   s  code of the smallest region (GB/T 2260); missing where a name is ambiguous or unknown
level         s  national, province, prefecture, county, township or village
kind          s  kind of body, a code of data/bodies.toml (government, education, street_office, school …)
n_chars       i  characters of the normalized text
ocr_pages     i  pages whose text was recognized from a picture
ocr_score     f  the recognizer's mean confidence in them, 0 to 1; missing where nothing was recognized
period_start  s  first day of the statistics period, YYYY-MM-DD
period_end    s  last day of the statistics period, YYYY-MM-DD
"""
    ),
    "sections": _frame(
        _REPORT_ID
        + """
section       s  preamble, overview, proactive, requests, disputes, problems or other_matters
heading       s  heading as printed; missing where it is lost
start         i  offset of the body of the section in the report's text (characters)
end           i  end of it
text          s  the body of the section, without its heading
"""
    ),
    "cells": _frame(
        _REPORT_ID
        + """
table         s  proactive, requests, disputes or (before 2019) annex
row           s  code of the row (docs/data-dictionary.md lists the codes)
column        s  code of the column
value         f  the number; missing where the cell is blank or holds none
raw           s  the cell as printed
note          s  units, remarks, disagreements between two readings
page          i  page of a PDF
start         i  offset in the report's text where the table survives as text
end           i  end of it
"""
    ),
    "statements": _frame(
        "statement_id  s  report_id and number of the statement\n"
        + _REPORT_ID
        + """
n             i  number of the statement in the report, from 1
role          s  problem, measure or context
label         s  the printed enumerator (一是, （二）, 1.), or empty
start         i  offset in the report's text (characters)
end           i  end of it
text          s  the statement; the report's text from start to end
uncertain     b  the tagger doubts the role or the themes; a person should look at it
"""
    ),
    "tags": _frame(
        "statement_id  s  the statement that carries the theme\n"
        + _REPORT_ID
        + """
theme         s  code of the theme in the codebook
score         f  how sure the source is, 0 to 1
source        s  rule, model or human
rule_id       s  the rule that spoke, where one did
start         i  offset in the report's text of the words that spoke for the theme
end           i  end of it
"""
    ),
    "checks": _frame(
        _REPORT_ID
        + """
check         s  what is checked, for example requests.balance.total
status        s  pass, fail, explained or not_assessable
left          f  left side of the sum
right         f  right side of the sum
explanation   s  what was compared, in Chinese
explanation_en s  what was compared, in English
start         i  offset in the report's text of the sentence that a narrative check was read from
end           i  end of it
"""
    ),
    "skipped": _frame(
        """
path          s  the file
stage         s  read, parse or mine
reason        s  code of the reason (textmine.errors.SKIP_REASONS)
detail        s  what was seen
"""
    ),
}

#: frame -> column -> pandas dtype, keys first
FRAMES: Final[dict[str, dict[str, str]]] = {
    name: {column.name: column.dtype for column in columns} for name, columns in COLUMNS.items()
}


def to_frame(name: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the frame ``name`` with its columns and nullable types, also where there are no rows.

    Raises:
        FrameError: no such frame, or a row has a column that the frame does not declare.

    >>> to_frame("skipped", [{"path": "a.zip", "stage": "read", "reason": "empty"}]).shape
    (1, 4)
    """
    return from_arrow(to_arrow(name, rows))


def to_arrow(name: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Return the rows as an Arrow table with the columns and types of the frame ``name``.

    Raises:
        FrameError: no such frame, or a row has a column that the frame does not declare.
    """
    import pyarrow as pa

    schema, listed = arrow_schema(name), list(rows)
    known = set(schema.names)
    for row in listed:
        if not known.issuperset(row):
            raise FrameError(f"{name}: undeclared columns {sorted(set(row) - known)}")
    return pa.Table.from_pydict({column: [row.get(column) for row in listed] for column in schema.names}, schema=schema)


def rows_to_arrow(name: str, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    """Return rows, their values in the order of the columns, as an Arrow table.

    >>> rows_to_arrow("skipped", [("a.zip", "read", "empty", "")]).num_rows
    1
    """
    import pyarrow as pa

    schema = arrow_schema(name)
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    arrays = [pa.array(values, type=column.type) for values, column in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def arrow_schema(name: str) -> pa.Schema:
    """Return the Arrow schema of the frame ``name``.

    Raises:
        FrameError: no such frame.
    """
    import pyarrow as pa

    if name not in COLUMNS:
        raise FrameError(f"no frame {name!r}; there are {', '.join(COLUMNS)}")
    types = {"string": pa.string(), "Int64": pa.int64(), "Float64": pa.float64(), "boolean": pa.bool_()}
    return pa.schema([(column.name, types[column.dtype]) for column in COLUMNS[name]])


def from_arrow(table: pa.Table) -> pd.DataFrame:
    """Return an Arrow table as a frame with nullable types."""
    import pandas as pd
    import pyarrow as pa

    types = {pa.string(): pd.StringDtype(), pa.int64(): pd.Int64Dtype(), pa.float64(): pd.Float64Dtype()}
    types[pa.bool_()] = pd.BooleanDtype()
    frame: pd.DataFrame = table.to_pandas(types_mapper=types.get)
    return frame


def load_frames(folder: str | Path, *names: str) -> dict[str, pd.DataFrame]:
    """Return the frames of a mined folder, all of them or those named.

    Args:
        folder: a folder that ``textmine mine`` wrote, or its fsspec URL.
        names: of frames.

    Raises:
        FrameError: the folder holds no such frame, or one that is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from textmine.folders import open_folder

    place = open_folder(folder)
    frames = {}
    for name in names or COLUMNS:
        if not place.has(f"{name}.parquet"):
            raise FrameError(f"{folder} is no mined folder: {name}.parquet is missing")
        try:
            with place.open(f"{name}.parquet") as file:
                frames[name] = from_arrow(pq.read_table(file).cast(arrow_schema(name)))
        except (OSError, pa.ArrowInvalid, ValueError, KeyError) as error:
            raise FrameError(f"{folder}/{name}.parquet is damaged or of another version: {error}") from error
    return frames


def check_frame(name: str, frame: pd.DataFrame, columns: Iterable[str] | None = None) -> None:
    """Refuse a frame that lacks columns.

    Args:
        name: the frame that is expected.
        frame: what the caller gave.
        columns: the columns that are needed; without them, all that are declared.

    Raises:
        FrameError: says which columns are missing.

    >>> check_frame("skipped", to_frame("skipped", []))
    """
    missing = [column for column in (columns or FRAMES[name]) if column not in frame.columns]
    if missing:
        has = ", ".join(map(str, frame.columns)) or "no columns"
        raise FrameError(f"the frame {name!r} lacks {', '.join(missing)}; it has {has}")


def write_data_dictionary() -> str:
    """Return the data dictionary of the frames in Markdown.

    >>> write_data_dictionary().splitlines()[0]
    '# Data dictionary'
    """
    lines = ["# Data dictionary", "", "Made from `textmine/frames.py` by `python -m textmine.frames`; do not edit.", ""]
    lines += ["`start` and `end` are half-open character offsets into the normalized text of the report. A missing"]
    lines += ["value is missing (`<NA>`), never 0 or an empty text.", ""]
    for name, columns in COLUMNS.items():
        lines += [f"## `{name}`", "", "| column | type | what it holds |", "|---|---|---|"]
        lines += [f"| `{column.name}` | {column.dtype} | {column.doc} |" for column in columns]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    print(write_data_dictionary(), end="")
