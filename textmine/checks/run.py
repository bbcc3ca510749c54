"""Files, folders and mined folders → their checks, as the command line needs them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textmine.checks import check_report, check_years, read_names, render_checks
from textmine.errors import ReadError, TextmineError
from textmine.records import Check, Report

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class CheckRun:
    """All checks of an input, the table of those to look at, and the files that could not be read."""

    checks: tuple[Check, ...]
    table: str
    skipped: tuple[str, ...] = ()


def run_checks(source: str | Path, *, names: str | Path | None = None) -> CheckRun:
    """Return the checks of a report, of all reports in a folder, or of a mined folder (then from its frames).

    Raises:
        TextmineError: there is nothing to check under this name.
    """
    path = Path(source)
    known = read_names(names) if names is not None else {}
    if (path / "checks.parquet").is_file():
        return _of_mined(path, known)
    if not path.exists():
        raise TextmineError(f"{path}: no such file or folder")
    return _of_files(path, known)


def _of_files(path: Path, names: dict[str, str]) -> CheckRun:
    from textmine.parse import parse_report
    from textmine.pipeline import find_files
    from textmine.read import read_file

    reports: dict[str, Report] = {}
    skipped = []
    for file in find_files([path]):
        try:
            report = parse_report(read_file(file))
            reports.setdefault(report.report_id, report)
        except ReadError as error:
            skipped.append(str(error))
    checks = [check for report in reports.values() for check in check_report(report)]
    checks += check_years(reports.values(), names=names)
    titles = {report.report_id: _title(report) for report in reports.values()}
    return CheckRun(tuple(checks), render_checks(checks, titles=titles), tuple(skipped))


def _of_mined(path: Path, names: dict[str, str]) -> CheckRun:
    import pandas as pd

    frames = {name: pd.read_parquet(path / f"{name}.parquet") for name in ("reports", "cells", "sections", "checks")}
    stored = [check for check in _checks_of(frames["checks"]) if not check.check.startswith(("carry_over", "stock."))]
    checks = [*stored, *check_years(frames, names=names)]
    rows = frames["reports"].astype(object).where(frames["reports"].notna(), None).to_dict("records")
    titles = {row["report_id"]: f"{row['agency'] or row['path']} {row['year'] or ''}".strip() for row in rows}
    return CheckRun(tuple(checks), render_checks(checks, titles=titles))


def _checks_of(frame: pd.DataFrame) -> list[Check]:
    names = list(Check.__dataclass_fields__)
    rows = frame.reindex(columns=names).astype(object)
    return [Check(*row) for row in rows.where(rows.notna(), None).itertuples(index=False, name=None)]


def _title(report: Report) -> str:
    meta = report.metadata
    return (
        f"{meta.agency.value if meta.agency else Path(report.path).name} {meta.year.value if meta.year else ''}".strip()
    )


def write_checks(run: CheckRun, output: str | Path) -> None:
    """Write all checks as .csv, .jsonl or .parquet, or the table as .md.

    Raises:
        TextmineError: another suffix, or the file cannot be written.
    """
    from textmine.frames import to_frame

    path = Path(output)
    rows: list[dict[str, Any]] = [asdict(check) for check in run.checks]
    try:
        if path.suffix == ".md":
            path.write_text(run.table, "utf-8")
        elif path.suffix == ".jsonl":
            path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        elif path.suffix == ".csv":
            to_frame("checks", rows).to_csv(path, index=False, encoding="utf-8-sig")
        elif path.suffix == ".parquet":
            to_frame("checks", rows).to_parquet(path, index=False)
        else:
            raise TextmineError(f"{path}: write checks to .csv, .jsonl, .parquet or .md")
    except OSError as error:
        raise TextmineError(f"cannot write {path}: {error}") from error
