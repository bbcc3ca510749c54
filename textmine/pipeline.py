"""The whole flow: files → frames. One file at a time inside a batch, batches on all cores, frames streamed out."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textmine import __version__
from textmine.checks import check_columns, check_report
from textmine.errors import ReadError, TextmineError
from textmine.frames import COLUMNS, arrow_schema, rows_to_arrow, to_arrow
from textmine.model_store import default_tagger
from textmine.parse import parse_columns, parse_report
from textmine.parse.tables import CellColumns
from textmine.read import read_bytes, read_file, read_path
from textmine.records import Check, Report, Skipped, Source, Statement, Tag
from textmine.roles import decide_roles
from textmine.segment import Segmenter
from textmine.statements import Part, RoleDecider, gather_statements, outline_report, split_statements
from textmine.themes import Tagger, TagMemo, tag_statements

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from distributed import Client

#: files in a batch at the most; a batch is tagged at once, and is what a worker is given
BATCH: Final = 128


@dataclass(frozen=True, slots=True)
class Mined:
    """All that was found in one report."""

    report: Report
    statements: tuple[Statement, ...]
    tags: tuple[Tag, ...]
    checks: tuple[Check, ...] = ()

    def _repr_html_(self) -> str:
        """Return the report as a notebook shows it: sections, statements by role, themes."""
        from textmine.display import show_report

        return show_report(self.report, self.statements, self.tags).html


@dataclass(frozen=True, slots=True)
class Options:
    """What decides the content of the frames, beside the files themselves; crosses process borders."""

    tagger: Tagger = field(default_factory=default_tagger)
    ocr: bool = False

    @property
    def fingerprint(self) -> str:
        """Changes whenever a file could be mined differently: code, codebook, dictionary, model."""
        return hashlib.sha256(f"{_code_digest()}|{self.tagger.fingerprint}|{self.ocr}".encode()).hexdigest()[:16]


def mine_file(path: str | Path, *, tagger: Tagger | None = None, ocr: bool = False) -> Mined:
    """Return the report in one file with its statements, tags and checks.

    Raises:
        ReadError: the file cannot be read or is no report.
    """
    return mine_source(read_file(path, ocr=ocr), tagger=tagger)


def mine_source(source: Source, *, tagger: Tagger | None = None) -> Mined:
    """Return the report in a source that is already read, with its statements, tags and checks.

    Raises:
        ReadError: the source is no report.
    """
    chosen = tagger if tagger is not None else default_tagger()
    report = parse_report(source)
    statements = split_statements(report, decide=_decider(chosen))
    return Mined(report, statements, tag_statements(statements, tagger=chosen), check_report(report))


def _decider(tagger: Tagger) -> RoleDecider:
    decide: RoleDecider = getattr(tagger, "decide_pieces", decide_roles)  # a trained tagger knows roles too
    return decide


# --- one batch ------------------------------------------------------------------------------------


class Clock:
    """Adds up the seconds of each stage; :meth:`lap` charges what passed since the last call to a stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """Charge the time since the last lap to ``stage``."""
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._last
        self._last = now


@dataclass(slots=True)
class Batch:
    """What a batch of files gave: the tables of all frames, a row for each file (path, sha256, report_id)."""

    files: list[dict[str, Any]]
    skipped: list[dict[str, Any]]
    tables: dict[str, pa.Table]
    seconds: dict[str, float]


class Miner:
    """Mines batches of files one after the other and remembers what the tagger said of each distinct statement."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._memo = TagMemo(options.tagger)

    def mine_batch(
        self,
        paths: Sequence[str],
        *,
        refused: Mapping[str, tuple[str, str]] | None = None,
        before: Callable[[str], object] | None = None,
        base: str = "",
    ) -> Batch:
        """Return the tables of a batch of files; what cannot be mined becomes a ``skipped`` row.

        Args:
            paths: the files, in order.
            refused: path -> (reason, detail) of files that are not to be touched, because they cost a worker its life.
            before: called with each file before it is read, and with an empty text when all are read.
            base: the folder that relative paths start from; empty is that of the process.
        """
        clock, rows = Clock(), _Rows()
        files: list[dict[str, Any]] = []
        seen: set[str] = set()
        for path in paths:
            if before is not None:
                before(path)
            row: dict[str, Any] = {"path": path, "sha256": None, "report_id": None}
            files.append(row)
            try:
                if refused and path in refused:
                    raise ReadError(path, *refused[path], stage="mine")
                data = read_path(os.path.join(base, path))
                sha256 = row["sha256"] = hashlib.sha256(data).hexdigest()
                if sha256 not in seen:
                    source = read_bytes(data, path, ocr=self.options.ocr, sha256=sha256)
                    clock.lap("read")
                    rows.add_source(source, clock)
                    seen.add(sha256)
                row["report_id"] = sha256[:16]
            except ReadError as error:
                rows.skip(Skipped(path, error.stage, error.reason, error.detail))
            except MemoryError:
                rows.skip(Skipped(path, "mine", "memory", ""))
            except Exception:  # the process border: one bad file must not cost the run
                rows.skip(Skipped(path, "mine", "internal_error", traceback.format_exc()))
        if before is not None:
            before("")
        clock.lap("read")
        rows.split(self.options.tagger)
        clock.lap("split")
        rows.tag(self._memo)
        clock.lap("tag")
        tables = rows.tables()
        clock.lap("frames")
        return Batch(files, rows.skipped, tables, clock.seconds)


_statement_row = attrgetter(*(column.name for column in COLUMNS["statements"][:-1]))
_check_row = attrgetter(*(column.name for column in COLUMNS["checks"]))
_section_row = attrgetter(*(column.name for column in COLUMNS["sections"][1:]))


class _Rows:
    """Rows of all frames as they are found, values in the order of the columns; cells stay columns."""

    def __init__(self) -> None:
        self.reports: list[tuple[Any, ...]] = []
        self.sections: list[tuple[Any, ...]] = []
        self.cells: list[tuple[str, CellColumns]] = []
        self.statements: list[Statement] = []
        self.parts: list[tuple[str, tuple[Part, ...]]] = []
        self.doubts: list[bool] = []
        self.tags: list[tuple[Any, ...]] = []
        self.checks: list[tuple[Any, ...]] = []
        self.skipped: list[dict[str, Any]] = []

    def skip(self, item: Skipped) -> None:
        self.skipped.append(asdict(item))

    def add_source(self, source: Source, clock: Clock) -> None:
        """Parse, outline and check a report; its rows are added when all of it succeeded."""
        report, cells = parse_columns(source)
        clock.lap("parse")
        parts = outline_report(report)
        clock.lap("split")
        sums, narrative = check_columns(report, cells)
        own, nowhere = (report.report_id,), (None, None)
        row = _report_row(report)
        clock.lap("check")
        self.reports.append(row)
        self.sections += [own + _section_row(section) for section in report.sections]
        self.cells.append((report.report_id, cells))
        self.parts.append((report.report_id, parts))
        self.checks += [own + check + nowhere for check in sums]
        self.checks += map(_check_row, narrative)
        self.skipped += map(asdict, report.skipped)
        clock.lap("frames")

    def split(self, tagger: Tagger) -> None:
        """Decide the roles of all pieces at once where the tagger can, and make statements of them."""
        pairs = [(part.plain, part.pieces) for _, parts in self.parts for part in parts]
        decide_parts = getattr(tagger, "decide_parts", None)
        decide = _decider(tagger)
        decided = iter(decide_parts(pairs) if decide_parts is not None else [decide(*pair) for pair in pairs])
        for report_id, parts in self.parts:
            self.statements += gather_statements(report_id, parts, [next(decided) for _ in parts])

    def tag(self, memo: TagMemo) -> None:
        """Tag all statements at once."""
        self.tags, self.doubts = memo.read(self.statements)

    def tables(self) -> dict[str, pa.Table]:
        return {
            "reports": rows_to_arrow("reports", self.reports),
            "sections": rows_to_arrow("sections", self.sections),
            "cells": _cell_table(self.cells),
            "statements": rows_to_arrow("statements", self._statement_rows()),
            "tags": rows_to_arrow("tags", self.tags),
            "checks": rows_to_arrow("checks", self.checks),
            "skipped": to_arrow("skipped", self.skipped),
        }

    def _statement_rows(self) -> list[tuple[Any, ...]]:
        rows = map(_statement_row, self.statements)
        return [(*row, doubt) for row, doubt in zip(rows, self.doubts, strict=True)]


def _report_row(report: Report) -> tuple[Any, ...]:
    values: dict[str, Any] = {}
    for column in COLUMNS["reports"]:
        if hasattr(report.metadata, column.name):
            found = getattr(report.metadata, column.name)
            values[column.name] = found.value if found else None
        elif column.name != "n_chars":
            values[column.name] = getattr(report, column.name)
    values["year"] = int(values["year"]) if values["year"] else None
    values["n_chars"] = len(report.text)
    return tuple(values[column.name] for column in COLUMNS["reports"])


def _cell_table(found: Sequence[tuple[str, CellColumns]]) -> pa.Table:
    """The frame ``cells``; the keys of reports with one form are one object, and are put into Arrow once."""
    import pyarrow as pa

    schema = arrow_schema("cells")
    if not found:
        return schema.empty_table()
    keys = {id(cells.keys): cells.keys for _, cells in found}
    named = {at: [pa.array(part, pa.string()) for part in zip(*each, strict=True)] for at, each in keys.items() if each}
    own = [named[id(cells.keys)] for _, cells in found if cells.keys]
    arrays = [pa.array([name for name, cells in found for _ in cells.keys], pa.string())]
    for part in range(3):
        arrays.append(pa.concat_arrays([each[part] for each in own]) if own else pa.array([], pa.string()))
    for name in ("values", "raws", "notes", "pages", "starts", "ends"):
        values = list(chain.from_iterable(getattr(cells, name) for _, cells in found))
        arrays.append(pa.array(values, type=schema.field(len(arrays)).type))
    return pa.Table.from_arrays(arrays, schema=schema)


# --- all files ------------------------------------------------------------------------------------


def find_files(inputs: Iterable[str | Path]) -> list[Path]:
    """Return the files that ``inputs`` name: a folder gives all files below it, hidden ones left out, sorted.

    Raises:
        TextmineError: a glob that nothing fits.
    """
    return [Path(path) for path in list_files(inputs)]


def list_files(inputs: Iterable[str | Path]) -> list[str]:
    """Return the files of :func:`find_files` by name; for a hundred thousand files, paths would take seconds.

    Raises:
        TextmineError: a glob that nothing fits.
    """
    found: list[str] = []
    for item in map(Path, inputs):
        if item.is_dir():
            found += _below(str(item))
        elif any(char in str(item) for char in "*?[") and not item.exists():
            fitting = sorted(Path(item.anchor or ".").glob(str(item.relative_to(item.anchor))))
            if not fitting:
                raise TextmineError(f"nothing fits {item}")
            found += [str(path) for path in fitting if path.is_file()]
        else:
            found.append(str(item))
    return list(dict.fromkeys(found))


def _below(folder: str) -> Iterator[str]:
    """Files below a folder by name, level by level, links that lead nowhere among them; linked folders are left out."""
    try:
        entries = os.scandir(folder)
    except PermissionError:
        return
    with entries:
        listed = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
    for entry in listed:
        path = entry.name if folder == os.curdir else os.path.join(folder, entry.name)
        if entry.is_dir(follow_symlinks=False):
            yield from _below(path)
        elif entry.is_file() or (entry.is_symlink() and not os.path.exists(path)):
            yield path


def mine(
    inputs: Sequence[str | Path] | str | Path,
    out: str | Path | None = None,
    *,
    tagger: Tagger | None = None,
    jobs: int | None = 1,
    timeout: float | None = None,
    memory: float | None = None,
    force: bool = False,
    strict: bool = False,
    progress: bool = False,
    ocr: bool = False,
    client: Client | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the frames of all reports in ``inputs``; write them to the folder ``out`` where it is given.

    Args:
        inputs: files, folders or globs, one or several.
        out: a folder, or any fsspec URL; what it holds already of unchanged files is used again.
        tagger: what tags the statements and, where it can, decides their roles; without one, the packaged model.
        jobs: processes; ``None`` takes the number of cores. The rows do not depend on it.
        timeout: seconds that one file may take; a file that takes longer is skipped.
        memory: megabytes that a process may take; the file during which it takes more is skipped (Linux).
        force: mine files again that ``out`` holds already.
        strict: the first file that cannot be mined raises instead of becoming a ``skipped`` row.
        progress: show a progress bar on the standard error stream.
        ocr: recognize the text of pictures and of PDF pages without text (extra ``ocr``).
        client: a ``dask.distributed.Client``: its workers mine instead of processes of this machine (extra ``dask``).
            They must see the inputs, and ``out``, under the same names, and have the same textmine.

    Returns:
        The frames ``reports``, ``sections``, ``cells``, ``statements``, ``tags``, ``checks`` and ``skipped``
        (docs/data-dictionary.md).

    Raises:
        ReadError: under ``strict``.
        TextmineError: nothing fits a glob, or ``out`` cannot be written.
    """
    from textmine.frames import from_arrow, load_frames
    from textmine.parts import join_parts

    if out is not None:
        mine_to_folder(
            inputs,
            out,
            tagger=tagger,
            jobs=jobs,
            timeout=timeout,
            memory=memory,
            force=force,
            strict=strict,
            progress=progress,
            ocr=ocr,
            client=client,
        )
        return load_frames(out)
    how = How(jobs, timeout, memory, strict, progress, client)
    parts = _run(_listed(inputs), _options(tagger, ocr), None, how)
    return {name: from_arrow(table) for name, table in join_parts(parts).items()}


@dataclass(frozen=True, slots=True)
class How:
    """How files are mined, which decides nothing about what is found in them (but for bounds that are exceeded)."""

    jobs: int | None = None
    timeout: float | None = None
    memory: float | None = None
    strict: bool = False
    progress: bool = False
    client: Client | None = None


def mine_to_folder(
    inputs: Sequence[str | Path] | str | Path,
    out: str | Path,
    *,
    tagger: Tagger | None = None,
    jobs: int | None = None,
    timeout: float | None = None,
    memory: float | None = None,
    force: bool = False,
    strict: bool = False,
    progress: bool = False,
    ocr: bool = False,
    client: Client | None = None,
) -> dict[str, Any]:
    """Write the frames of all reports in ``inputs`` to the folder ``out`` and return the manifest.

    The frames are streamed: memory does not grow with the number of files. A run that was interrupted goes on where it
    stopped. Arguments and errors as in :func:`mine`; the folder is locked while it is written.

    Returns:
        What ``manifest.json`` holds; ``stages`` are the seconds that all processes together spent in each stage on
        files that were mined just now, and ``join`` in making the frames of the parts.
    """
    from textmine.folders import lock_folder, open_folder
    from textmine.parts import Store

    began = time.time()
    options = _options(tagger, ocr)
    files = _listed(inputs)
    how = How(jobs, timeout, memory, strict, progress, client)
    stages: dict[str, float] = {}
    folder = open_folder(out)
    with lock_folder(folder):
        store = Store(folder, options.fingerprint, force=force)
        clock = Clock()
        parts = _run(files, options, store, how, stages=stages, clock=clock)
        counts, reasons = store.join(parts)
        clock.lap("join")
        stages["join"] = clock.seconds["join"]
        manifest = _manifest(options, inputs, counts, reasons, how, stages=stages, began=began)
        text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
        store.finish(text)
    written: dict[str, Any] = json.loads(text)
    return written


def _options(tagger: Tagger | None, ocr: bool) -> Options:
    if ocr:
        from textmine.read.ocr import require_ocr

        require_ocr()
    return Options(tagger if tagger is not None else default_tagger(), ocr)


def _listed(inputs: Sequence[str | Path] | str | Path) -> list[str]:
    several = [inputs] if isinstance(inputs, str | Path) else inputs
    return list_files(several)


def _run(
    files: list[str],
    options: Options,
    store: Any,
    how: How,
    *,
    stages: dict[str, float] | None = None,
    clock: Clock | None = None,
) -> Iterator[Any]:
    """Give the parts of all files in order; time that others spend on them is charged to ``join`` on ``clock``."""
    from tqdm import tqdm

    from textmine.workers import run_batches

    jobs = how.jobs or os.cpu_count() or 1
    size = max(1, min(BATCH, -(-len(files) // (4 * jobs))))
    batches = [files[at : at + size] for at in range(0, len(files), size)]
    with tqdm(total=len(files), disable=not how.progress, unit="file") as bar:
        if how.client is not None:
            from textmine.cluster import run_on_cluster

            made = run_on_cluster(
                batches, options, store, how.client, timeout=how.timeout, memory=how.memory, advance=bar.update
            )
        else:
            made = run_batches(
                batches, options, store, jobs=jobs, timeout=how.timeout, memory=how.memory, advance=bar.update
            )
        for part in made:
            if how.strict and part.skipped:
                first = part.skipped[0]
                raise ReadError(first["path"], first["reason"], first["detail"] or "", stage=first["stage"])
            if stages is not None:
                for stage, seconds in part.seconds.items():
                    stages[stage] = stages.get(stage, 0.0) + seconds
            if clock is not None:
                clock.lap("wait")
            yield part
            if clock is not None:
                clock.lap("join")


def _manifest(
    options: Options,
    inputs: Sequence[str | Path] | str | Path,
    counts: Mapping[str, int],
    reasons: Counter[str],
    how: How,
    *,
    stages: Mapping[str, float],
    began: float,
) -> dict[str, Any]:
    several = [inputs] if isinstance(inputs, str | Path) else inputs
    packages = ("jieba", "rjieba", "lxml", "numpy", "pandas", "pyarrow", "pypdfium2", "python-docx")
    return {
        "package": __version__,
        "fingerprint": options.fingerprint,
        "tagger": options.tagger.describe(),
        "dictionary": {"fingerprint": Segmenter(engine="jieba").fingerprint},
        "inputs": [str(item) for item in several],
        "options": {
            "jobs": how.jobs,
            "timeout": how.timeout,
            "memory": how.memory,
            "ocr": options.ocr,
            "cluster": how.client is not None,
        },
        "counts": dict(counts),
        "skipped": dict(sorted(reasons.items())),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began)),
        "seconds": round(time.time() - began, 3),
        "stages": {name: round(seconds, 3) for name, seconds in stages.items()},
        "python": platform.python_version(),
        "packages": {name: found for name in packages if (found := _version(name))},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


@cache
def _code_digest() -> str:
    """Digest of the package's own code and data: what an older textmine mined is not used again."""
    digest = hashlib.sha256(__version__.encode())
    root = Path(__file__).parent
    for path in sorted(root.rglob("*")):
        if path.suffix in {".py", ".toml", ".txt", ".tsv"} and path.is_file():
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
