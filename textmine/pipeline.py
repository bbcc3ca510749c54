"""The whole flow: files → frames, written as Parquet with a manifest."""

from __future__ import annotations

import json
import os
import shutil
import time
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textmine import __version__
from textmine.errors import ReadError, TextmineError
from textmine.frames import FRAMES, to_frame
from textmine.parse import parse_report
from textmine.read import read_file
from textmine.records import Report, Skipped, Statement, Tag
from textmine.statements import split_statements
from textmine.themes import RuleTagger, Tagger, tag_statements

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Mined:
    """All that was found in one report."""

    report: Report
    statements: tuple[Statement, ...]
    tags: tuple[Tag, ...]


def mine_file(path: str | Path, *, tagger: Tagger | None = None) -> Mined:
    """Return the report in one file with its statements and tags.

    Raises:
        ReadError: the file cannot be read or is no report.
    """
    report = parse_report(read_file(path))
    statements = split_statements(report)
    return Mined(report, statements, tag_statements(statements, tagger=tagger))


def find_files(inputs: Iterable[str | Path]) -> list[Path]:
    """Return the files that ``inputs`` name: a folder gives all files below it, hidden ones left out, sorted."""
    found: list[Path] = []
    for item in map(Path, inputs):
        if item.is_dir():
            below = (p for p in item.rglob("*") if p.is_file())
            found += sorted(p for p in below if not any(part.startswith(".") for part in p.relative_to(item).parts))
        elif any(char in str(item) for char in "*?[") and not item.exists():
            found += sorted(Path(item.anchor or ".").glob(str(item.relative_to(item.anchor))))
        else:
            found.append(item)
    return list(dict.fromkeys(found))


def mine(
    inputs: Sequence[str | Path], out: str | Path | None = None, *, strict: bool = False, progress: bool = False
) -> dict[str, pd.DataFrame]:
    """Return the frames of all reports in ``inputs``; write them to the folder ``out`` where it is given.

    Args:
        inputs: files, folders or globs.
        strict: the first file that cannot be mined raises instead of becoming a ``skipped`` row.
        progress: show a progress bar on the standard error stream.
    """
    from tqdm import tqdm

    began = time.time()
    tagger = RuleTagger()
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in FRAMES}
    seen: dict[str, str] = {}
    for path in tqdm(find_files(inputs), disable=not progress, unit="file"):
        try:
            mined = mine_file(path, tagger=tagger)
            first = seen.setdefault(mined.report.report_id, str(path))
            if first != str(path):
                raise ReadError(str(path), "duplicate", f"same content as {first}")
            _add_rows(rows, mined)
        except ReadError as error:
            if strict:
                raise
            rows["skipped"].append(asdict(Skipped(str(path), error.stage, error.reason, error.detail)))
        except Exception:  # the process border: one bad file must not cost the run
            if strict:
                raise
            rows["skipped"].append(asdict(Skipped(str(path), "parse", "internal_error", traceback.format_exc())))
    frames = {name: to_frame(name, rows[name]) for name in FRAMES}
    if out is not None:
        _write(frames, Path(out), _manifest(frames, tagger, inputs, time.time() - began))
    return frames


def _add_rows(rows: dict[str, list[dict[str, Any]]], mined: Mined) -> None:
    report = mined.report
    meta = {name: getattr(report.metadata, name) for name in FRAMES["reports"] if hasattr(report.metadata, name)}
    values = {name: field.value if field else None for name, field in meta.items()}
    values["year"] = int(values["year"]) if values["year"] else None
    own = {
        name: getattr(report, name) for name in ("report_id", "path", "sha256", "source_format", "encoding", "layout")
    }
    rows["reports"].append(own | values | {"n_chars": len(report.text)})
    for section in report.sections:
        row = {name: getattr(section, name) for name in ("section", "heading", "start", "end", "text")}
        rows["sections"].append({"report_id": report.report_id} | row)
    for cell in report.cells:
        row = {name: getattr(cell, name) for name in ("table", "row", "column", "value", "raw", "note")}
        rows["cells"].append({"report_id": report.report_id} | row)
    rows["statements"] += [asdict(statement) for statement in mined.statements]
    rows["tags"] += [asdict(tag) for tag in mined.tags]
    rows["skipped"] += [asdict(skipped) for skipped in report.skipped]


def _manifest(frames: dict[str, pd.DataFrame], tagger: RuleTagger, inputs: Sequence[str | Path], seconds: float) -> str:
    codebook = {"version": tagger.codebook.version, "digest": tagger.codebook.digest}
    counts = {name: len(frame) for name, frame in frames.items()}
    content = {
        "package": __version__,
        "codebook": codebook,
        "inputs": [str(item) for item in inputs],
        "counts": counts,
        "seconds": round(seconds, 3),
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _write(frames: dict[str, pd.DataFrame], out: Path, manifest: str) -> None:
    """Write beside the final place, then rename file by file, the manifest last."""
    partial = out / ".partial"
    try:
        partial.mkdir(parents=True, exist_ok=True)
        for name, frame in frames.items():
            frame.to_parquet(partial / f"{name}.parquet", index=False)
        (partial / "manifest.json").write_text(manifest, "utf-8")
        for name in [*(f"{name}.parquet" for name in frames), "manifest.json"]:
            os.replace(partial / name, out / name)
    except OSError as error:
        raise TextmineError(f"cannot write to {out}: {error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
