"""Parts of a mined folder: what a batch of files gave, one Arrow file each, reused where the files are unchanged.

A part is written under a temporary name and renamed, so it is whole or not there. The frames are joined from the parts
in the order of the input; parts stay in ``OUT/.parts`` so that the next run mines only what changed.
"""

from __future__ import annotations

import hashlib
import io
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from textmine.checks import YearRows
from textmine.errors import TextmineError
from textmine.folders import Folder, open_folder, write_whole
from textmine.frames import COLUMNS, arrow_schema, to_arrow

if TYPE_CHECKING:
    import pyarrow as pa

#: folders below that of the frames: what batches gave, and frames that are being joined
PARTS: Final = ".parts"
_JOINED: Final = ".partial"
#: rows that are gathered before a row group is written
_ROW_GROUP: Final = 50_000


@dataclass(frozen=True, slots=True)
class Part:
    """The tables of a batch, in memory (``tables``) or in a folder; ``skipped`` are its skipped rows.

    ``root`` names the folder and ``name`` the file in it; ``seconds`` is what each stage took, where the batch was
    mined just now.
    """

    files: list[dict[str, Any]]
    skipped: list[dict[str, Any]]
    tables: dict[str, pa.Table] | None = None
    root: str = ""
    name: str = ""
    seconds: dict[str, float] = field(default_factory=dict)

    def load(self) -> dict[str, pa.Table]:
        """Return the tables of all frames."""
        return self.tables if self.tables is not None else read_part(open_folder(self.root), self.name)


def _files_schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema([(name, pa.string()) for name in ("path", "sha256", "report_id")])


def write_part(part: Part, folder: Folder, fingerprint: str) -> Part:
    """Write a part in memory to a folder, whole or not at all, and return it as a part of that folder."""
    import pyarrow as pa

    began = time.perf_counter()
    tables = {"files": pa.Table.from_pylist(part.files, schema=_files_schema()), **part.load()}
    name = part_name(part.files, fingerprint)
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    data = io.BytesIO()
    for table in tables.values():
        with pa.ipc.new_stream(data, table.schema, options=options) as writer:
            writer.write_table(table)
    write_whole(folder, name, data.getvalue())
    seconds = part.seconds | {"write": time.perf_counter() - began}
    return Part(part.files, part.skipped, root=folder.root, name=name, seconds=seconds)


def read_part(folder: Folder, name: str, *, only_files: bool = False) -> dict[str, pa.Table]:
    """Return the tables of a part in a folder, with ``files`` among them; with ``only_files`` that one alone."""
    import pyarrow as pa

    tables = {}
    with folder.open(name) as file:
        for frame in ("files", *COLUMNS):
            with pa.ipc.open_stream(file) as reader:
                tables[frame] = reader.read_all()
            if only_files:
                break
    return tables


def part_name(files: Sequence[dict[str, Any]], fingerprint: str) -> str:
    """Return the name of a part below the folder: it says which files, with which content, were mined by what."""
    digest = hashlib.sha256(fingerprint.encode())
    for row in files:
        digest.update(f"{row['path']}\0{row['sha256']}\n".encode("utf-8", "surrogatepass"))
    return f"{PARTS}/{fingerprint}-{digest.hexdigest()[:16]}.arrows"


# --- joining --------------------------------------------------------------------------------------


def without_duplicates(parts: Iterable[Part], reasons: Counter[str] | None = None) -> Iterator[dict[str, pa.Table]]:
    """Give the tables of each part; a report whose content stood in an earlier file becomes a ``skipped`` row."""
    import pyarrow as pa
    import pyarrow.compute as pc

    first: dict[str, str] = {}
    for part in parts:
        tables = dict(part.load())
        tables.pop("files", None)
        again: set[str] = set()
        duplicates: dict[str, dict[str, Any]] = {}
        own: set[str] = set()
        for row in part.files:
            name = row["report_id"]
            if name is None:
                continue
            if name in first:
                detail = f"same content as {first[name]}"
                duplicates[row["path"]] = {
                    "path": row["path"],
                    "stage": "mine",
                    "reason": "duplicate",
                    "detail": detail,
                }
                if name not in own:
                    again.add(name)
            else:
                first[name] = row["path"]
                own.add(name)
        if again:
            drop = pa.array(sorted(again))
            for name, table in tables.items():
                if "report_id" in table.schema.names:
                    tables[name] = table.filter(pc.invert(pc.is_in(table["report_id"], value_set=drop)))
        if duplicates:
            order = {row["path"]: number for number, row in enumerate(part.files)}
            rows = [row for row in part.skipped if row["path"] not in duplicates] + list(duplicates.values())
            tables["skipped"] = to_arrow("skipped", sorted(rows, key=lambda row: order[row["path"]]))
        if reasons is not None:
            reasons.update(tables["skipped"]["reason"].to_pylist())
        yield tables


def join_parts(parts: Iterable[Part]) -> dict[str, pa.Table]:
    """Return the frames of all parts as Arrow tables in memory."""
    import pyarrow as pa

    gathered: dict[str, list[pa.Table]] = {name: [arrow_schema(name).empty_table()] for name in COLUMNS}
    years = YearRows()
    for tables in without_duplicates(parts):
        years.add(tables)
        for name in COLUMNS:
            gathered[name].append(tables[name])
    gathered["checks"].append(_check_table(years))
    return {name: pa.concat_tables(tables) for name, tables in gathered.items()}


def _check_table(years: YearRows) -> pa.Table:
    return to_arrow("checks", [asdict(check) for check in years.checks()])


@dataclass
class Store:
    """The folder of a mined corpus: its parts, and the frames that are joined from them.

    Whoever makes one holds the lock of the folder (:func:`textmine.folders.lock_folder`).
    """

    folder: Folder
    fingerprint: str
    force: bool = False
    known: dict[str, dict[str, str]] = field(default_factory=dict, init=False, repr=False)
    used: set[str] = field(default_factory=set, init=False, repr=False)

    def __post_init__(self) -> None:
        try:
            self.folder.make(PARTS)
            for name in self.folder.names(PARTS, ".partial"):
                self.folder.remove(name)
            if not self.force:
                self._read_known()
        except OSError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: OSError) -> TextmineError:
        return TextmineError(f"cannot write to {self.folder.root}: {error.strerror or error}")

    def _read_known(self) -> None:
        import pyarrow as pa

        for name in self.folder.names(PARTS, ".arrows"):
            if not name.startswith(f"{PARTS}/{self.fingerprint}-"):
                continue
            try:
                rows = read_part(self.folder, name, only_files=True)["files"].to_pylist()
            except (OSError, pa.ArrowInvalid):  # a damaged part is mined again
                self.folder.remove(name)
                continue
            for row in rows:
                if row["sha256"] is not None:
                    self.known.setdefault(row["path"], {})[row["sha256"]] = name

    def keep(self, part: Part) -> Part:
        """Remember that the frames of this run use ``part``."""
        self.used.add(part.name)
        return part

    def join(self, parts: Iterable[Part]) -> tuple[dict[str, int], Counter[str]]:
        """Join the parts to Parquet files beside their final place; return rows by frame and skips by reason."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        counts = dict.fromkeys(COLUMNS, 0)
        reasons: Counter[str] = Counter()
        waiting: dict[str, list[pa.Table]] = {name: [] for name in COLUMNS}
        try:
            self.folder.remove(_JOINED)
            self.folder.make(_JOINED)
            files = {name: self.folder.open(f"{_JOINED}/{name}.parquet", "wb") for name in COLUMNS}
            writers = {name: pq.ParquetWriter(files[name], arrow_schema(name), compression="zstd") for name in COLUMNS}
            try:
                years = YearRows()
                for tables in without_duplicates(map(self.keep, parts), reasons):
                    years.add(tables)
                    for name in COLUMNS:
                        counts[name] += tables[name].num_rows
                        waiting[name].append(tables[name])
                        if sum(table.num_rows for table in waiting[name]) >= _ROW_GROUP:
                            writers[name].write_table(pa.concat_tables(waiting[name]))
                            waiting[name].clear()
                waiting["checks"].append(_check_table(years))
                counts["checks"] += waiting["checks"][-1].num_rows
                for name, left in waiting.items():
                    if left:
                        writers[name].write_table(pa.concat_tables(left))
            finally:
                for name, writer in writers.items():
                    writer.close()
                    files[name].close()
        except OSError as error:
            raise self._refusal(error) from error
        return counts, reasons

    def finish(self, manifest: str) -> None:
        """Give the joined frames their names, the manifest last, and drop parts that no frame uses."""
        try:
            with self.folder.open(f"{_JOINED}/manifest.json", "wb") as file:
                file.write(manifest.encode("utf-8", "surrogatepass"))
            for name in [*(f"{name}.parquet" for name in COLUMNS), "manifest.json"]:
                self.folder.move(f"{_JOINED}/{name}", name)
            self.folder.remove(_JOINED)
            for name in self.folder.names(PARTS, ".arrows"):
                if name not in self.used:
                    self.folder.remove(name)
        except OSError as error:
            raise self._refusal(error) from error


# --- reusing --------------------------------------------------------------------------------------


def reuse_part(folder: Folder, wanted: Sequence[tuple[str, str, str]]) -> Part:
    """Return what parts in a folder hold of some files, as one part in memory.

    A file whose part does not hold it under its own path (it was the duplicate of another) is left out and must be
    mined.

    Args:
        folder: where the parts are.
        wanted: ``(name of the part, path, sha256)`` of each file.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    files: list[dict[str, Any]] = []
    gathered: dict[str, list[pa.Table]] = {name: [arrow_schema(name).empty_table()] for name in COLUMNS}
    by_part: dict[str, set[str]] = {}
    for name, path, _ in wanted:
        by_part.setdefault(name, set()).add(path)
    for name, paths in by_part.items():
        try:
            tables = read_part(folder, name)
        except (OSError, pa.ArrowInvalid):  # damaged since it was listed: its files are mined again
            continue
        reports = tables["reports"]
        held_paths = zip(reports["report_id"].to_pylist(), reports["path"].to_pylist(), strict=True)
        own = {report_id for report_id, path in held_paths if path in paths}
        kept = [
            row
            for row in tables["files"].to_pylist()
            if row["path"] in paths and (row["report_id"] is None or row["report_id"] in own)
        ]
        files += kept
        for frame in COLUMNS:
            column, values = ("path", {row["path"] for row in kept}) if frame == "skipped" else ("report_id", own)
            wanted_values = pa.array(sorted(values), pa.string())
            gathered[frame].append(tables[frame].filter(pc.is_in(tables[frame][column], value_set=wanted_values)))
    joined = {frame: pa.concat_tables(tables) for frame, tables in gathered.items()}
    return Part(files, joined["skipped"].to_pylist(), joined)


def merge_parts(fresh: Part, old: Part, paths: Sequence[str]) -> Part:
    """Return two parts in memory as one, in the order of the files; of two files with one content the first stays."""
    import pyarrow as pa
    import pyarrow.compute as pc

    order = {path: number for number, path in enumerate(paths)}
    files = sorted([*fresh.files, *old.files], key=lambda row: order[row["path"]])
    place: dict[str, int] = {}
    for row in files:
        if row["report_id"] is not None:
            place.setdefault(row["report_id"], order[row["path"]])
    mine, theirs = fresh.load(), old.load()
    have = mine["reports"]["report_id"].combine_chunks()
    tables = {}
    for name in COLUMNS:
        if name == "skipped":
            column, by = "path", order
            merged = pa.concat_tables([mine[name], theirs[name]])
        else:
            column, by = "report_id", place
            kept = theirs[name].filter(pc.invert(pc.is_in(theirs[name]["report_id"], value_set=have)))
            merged = pa.concat_tables([mine[name], kept])
        values = merged[column].to_pylist()
        tables[name] = merged.take(pa.array(sorted(range(len(values)), key=lambda at: by[values[at]]), pa.int64()))
    owners = [paths[place[name]] for name in tables["reports"]["report_id"].to_pylist()]
    at = tables["reports"].schema.get_field_index("path")
    tables["reports"] = tables["reports"].set_column(
        at, tables["reports"].schema.field(at), pa.array(owners, pa.string())
    )
    return Part(files, tables["skipped"].to_pylist(), tables, seconds=fresh.seconds)
