"""Files of the demo corpus that are no reports, as they lie among reports on any disk."""

from __future__ import annotations

from pathlib import Path

from demo_files.pdf import write_scan

#: the report that lies there twice
TWICE = "reports/yunsu-education/2022.html"


def write_others(folder: Path, reports: dict[str, bytes]) -> dict[str, tuple[bytes, str]]:
    """The other files: path -> bytes and the reason for which each must be skipped."""
    return {
        "reports/qingfei-town/2023-scan.pdf": (write_scan(), "no_text_layer"),
        "reports/linzhang-office/news.html": ((folder / "news.html").read_bytes(), "not_a_report"),
        "reports/tongyu-street/2024.txt": (b"", "empty"),
        "reports/yunsu-education/2022_1.html": (reports[TWICE], "duplicate"),
    }
