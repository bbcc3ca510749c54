"""The whole flow: files → frames. One file at a time inside a batch, batches on all cores, frames streamed out."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textmine import __version__
from textmine.checks import check_report
from textmine.errors import ReadError, TextmineError
from textmine.frames import COLUMNS
from textmine.model_store import default_tagger
from textmine.parse import parse_report
from textmine.read import read_bytes, read_file, read_path
from textmine.records import Check, Report, Skipped, Source, Statement, Tag
from textmine.roles import decide_roles
from textmine.statements import split_statements
from textmine.themes import Tagger, tag_statements
from textmine.themes.tagger import tags_of

if TYPE_CHECKING:
    import pandas as pd

#: files in a batch at the most; a batch is tagged at once, and is what a worker is given
BATCH: Final = 128

Rows = dict[str, list[dict[str, Any]]]


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
    report, statements, checks = _parse(source, chosen)
    return Mined(report, statements, tag_statements(statements, tagger=chosen), checks)


def _parse(source: Source, tagger: Tagger) -> tuple[Report, tuple[Statement, ...], tuple[Check, ...]]:
    report = parse_report(source)
    decide = getattr(tagger, "decide_pieces", decide_roles)  # a trained tagger knows roles too
    return report, split_statements(report, decide=decide), check_report(report)


# --- one batch ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Batch:
    """What a batch of files gave: rows of all frames, and a row for each file (path, sha256, report_id)."""

    rows: Rows = field(default_factory=lambda: {name: [] for name in COLUMNS})
    files: list[dict[str, Any]] = field(default_factory=list)


def mine_batch(
    paths: Sequence[str],
    options: Options,
    *,
    refused: Mapping[str, tuple[str, str]] | None = None,
    before: Callable[[str], object] | None = None,
) -> Batch:
    """Return the rows of a batch of files; what cannot be mined becomes a ``skipped`` row.

    Args:
        paths: the files, in order.
        options: what decides the content.
        refused: path -> (reason, detail) of files that are not to be touched, because they cost a worker its life.
        before: called with each file before it is read.
    """
    batch = Batch()
    parsed: list[tuple[Report, tuple[Statement, ...], tuple[Check, ...]]] = []
    seen: set[str] = set()
    for path in paths:
        if before is not None:
            before(path)
        row: dict[str, Any] = {"path": path, "sha256": None, "report_id": None}
        batch.files.append(row)
        try:
            if refused and path in refused:
                raise ReadError(path, *refused[path], stage="mine")
            data = read_path(path)
            row["sha256"] = hashlib.sha256(data).hexdigest()
            if row["sha256"] not in seen:
                found = _parse(read_bytes(data, path, ocr=options.ocr), options.tagger)
                seen.add(row["sha256"])
                parsed.append(found)
                batch.rows["skipped"] += [asdict(item) for item in found[0].skipped]
            row["report_id"] = row["sha256"][:16]
        except ReadError as error:
            batch.rows["skipped"].append(asdict(Skipped(path, error.stage, error.reason, error.detail)))
        except MemoryError:
            batch.rows["skipped"].append(asdict(Skipped(path, "mine", "memory", "")))
        except Exception:  # the process border: one bad file must not cost the run
            batch.rows["skipped"].append(asdict(Skipped(path, "mine", "internal_error", traceback.format_exc())))
    statements = [statement for _, found, _ in parsed for statement in found]
    texts, roles = [item.text for item in statements], [item.role for item in statements]
    predictions = options.tagger.predict(texts, roles)
    for report, _, checks in parsed:
        _add_report(batch.rows, report, checks)
    batch.rows["statements"] = [
        _row("statements", statement) | {"uncertain": prediction.uncertain}
        for statement, prediction in zip(statements, predictions, strict=True)
    ]
    batch.rows["tags"] = [_row("tags", tag) for tag in tags_of(statements, predictions)]
    return batch


def _add_report(rows: Rows, report: Report, checks: Iterable[Check]) -> None:
    own = {"report_id": report.report_id}
    values: dict[str, Any] = {}
    for column in COLUMNS["reports"]:
        if hasattr(report.metadata, column.name):
            found = getattr(report.metadata, column.name)
            values[column.name] = found.value if found else None
        elif column.name != "n_chars":
            values[column.name] = getattr(report, column.name)
    values["year"] = int(values["year"]) if values["year"] else None
    rows["reports"].append(values | {"n_chars": len(report.text)})
    rows["sections"] += [own | _row("sections", section) for section in report.sections]
    rows["cells"] += [own | _row("cells", cell) for cell in report.cells]
    rows["checks"] += [_row("checks", check) for check in checks]


def _row(frame: str, record: object) -> dict[str, Any]:
    return {column.name: getattr(record, column.name) for column in COLUMNS[frame] if hasattr(record, column.name)}


# --- all files ------------------------------------------------------------------------------------


def find_files(inputs: Iterable[str | Path]) -> list[Path]:
    """Return the files that ``inputs`` name: a folder gives all files below it, hidden ones left out, sorted.

    Raises:
        TextmineError: a glob that nothing fits.
    """
    found: list[Path] = []
    for item in map(Path, inputs):
        if item.is_dir():
            below = (p for p in item.rglob("*") if p.is_file() or (p.is_symlink() and not p.exists()))
            found += sorted(p for p in below if not any(part.startswith(".") for part in p.relative_to(item).parts))
        elif any(char in str(item) for char in "*?[") and not item.exists():
            fitting = sorted(Path(item.anchor or ".").glob(str(item.relative_to(item.anchor))))
            if not fitting:
                raise TextmineError(f"nothing fits {item}")
            found += [path for path in fitting if path.is_file()]
        else:
            found.append(item)
    return list(dict.fromkeys(found))


def mine(
    inputs: Sequence[str | Path] | str | Path,
    out: str | Path | None = None,
    *,
    tagger: Tagger | None = None,
    jobs: int | None = 1,
    timeout: float | None = None,
    force: bool = False,
    strict: bool = False,
    progress: bool = False,
    ocr: bool = False,
) -> dict[str, pd.DataFrame]:
    """Return the frames of all reports in ``inputs``; write them to the folder ``out`` where it is given.

    Args:
        inputs: files, folders or globs, one or several.
        out: a folder; what it holds already of unchanged files is used again.
        tagger: what tags the statements and, where it can, decides their roles; without one, the packaged model.
        jobs: processes; ``None`` takes the number of cores. The rows do not depend on it.
        timeout: seconds that one file may take; a file that takes longer is skipped.
        force: mine files again that ``out`` holds already.
        strict: the first file that cannot be mined raises instead of becoming a ``skipped`` row.
        progress: show a progress bar on the standard error stream.
        ocr: recognize the text of pictures and of PDF pages without text (extra ``ocr``).

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
            force=force,
            strict=strict,
            progress=progress,
            ocr=ocr,
        )
        return load_frames(out)
    options = _options(tagger, ocr)
    parts = _run(_listed(inputs), options, None, jobs=jobs, timeout=timeout, strict=strict, progress=progress)
    return {name: from_arrow(table) for name, table in join_parts(parts).items()}


def mine_to_folder(
    inputs: Sequence[str | Path] | str | Path,
    out: str | Path,
    *,
    tagger: Tagger | None = None,
    jobs: int | None = None,
    timeout: float | None = None,
    force: bool = False,
    strict: bool = False,
    progress: bool = False,
    ocr: bool = False,
) -> dict[str, Any]:
    """Write the frames of all reports in ``inputs`` to the folder ``out`` and return the manifest.

    The frames are streamed: memory does not grow with the number of files. A run that was interrupted goes on where it
    stopped. Arguments and errors as in :func:`mine`.
    """
    from textmine.parts import Store

    began = time.time()
    options = _options(tagger, ocr)
    store = Store(Path(out), options.fingerprint, force=force)
    files = _listed(inputs)
    parts = _run(files, options, store, jobs=jobs, timeout=timeout, strict=strict, progress=progress)
    counts, reasons = store.join(parts)
    manifest = _manifest(options, inputs, counts, reasons, jobs=jobs, timeout=timeout, began=began)
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
    return [str(path) for path in find_files(several)]


def _run(
    files: list[str],
    options: Options,
    store: Any,
    *,
    jobs: int | None,
    timeout: float | None,
    strict: bool,
    progress: bool,
) -> Iterable[Any]:
    from tqdm import tqdm

    from textmine.workers import run_batches

    jobs = jobs or os.cpu_count() or 1
    size = max(1, min(BATCH, -(-len(files) // (4 * jobs))))
    batches = [files[at : at + size] for at in range(0, len(files), size)]
    with tqdm(total=len(files), disable=not progress, unit="file") as bar:
        for part in run_batches(batches, options, store, jobs=jobs, timeout=timeout, advance=bar.update):
            if strict and part.skipped:
                first = part.skipped[0]
                raise ReadError(first["path"], first["reason"], first["detail"] or "", stage=first["stage"])
            yield part


def _manifest(
    options: Options,
    inputs: Sequence[str | Path] | str | Path,
    counts: Mapping[str, int],
    reasons: Counter[str],
    *,
    jobs: int | None,
    timeout: float | None,
    began: float,
) -> dict[str, Any]:
    several = [inputs] if isinstance(inputs, str | Path) else inputs
    packages = ("jieba", "rjieba", "lxml", "numpy", "pandas", "pyarrow", "pypdfium2", "python-docx")
    return {
        "package": __version__,
        "fingerprint": options.fingerprint,
        "tagger": options.tagger.describe(),
        "inputs": [str(item) for item in several],
        "options": {"jobs": jobs, "timeout": timeout, "ocr": options.ocr},
        "counts": dict(counts),
        "skipped": dict(sorted(reasons.items())),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began)),
        "seconds": round(time.time() - began, 3),
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
