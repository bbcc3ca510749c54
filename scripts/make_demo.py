"""Lay out the invented reports of corpora/demo/source as files, with manifest and truth.

Usage: python scripts/make_demo.py [-o FOLDER]   (without -o: corpora/demo of this repository)
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from demo_files.others import write_others
from demo_files.source import ReportSource, load_sources
from demo_files.truth import write_manifest, write_truth

DEMO = Path(__file__).parents[1] / "corpora/demo"
SUFFIXES = {"text": "txt", "markdown": "md", "html": "html", "pdf": "pdf", "docx": "docx"}


def write_report(source: ReportSource) -> bytes:
    """The bytes of a report in its format."""
    if source.format == "pdf":
        from demo_files.pdf import write_pdf

        return write_pdf(source)
    if source.format == "docx":
        from demo_files.word import write_word

        return write_word(source)
    if source.format == "html":
        from demo_files.html import write_html

        return write_html(source)
    from demo_files.text import write_text

    return write_text(source)


def make(out: Path) -> int:
    """Write reports, manifest and truth under ``out``; return how many files there are."""
    sources = load_sources(DEMO / "source")
    files: dict[str, tuple[bytes, ReportSource | None, str]] = {}
    for source in sources:
        files[f"reports/{source.name}.{SUFFIXES[source.format]}"] = (write_report(source), source, "")
    for name, (data, reason) in write_others(DEMO / "source", {n: d for n, (d, _, _) in files.items()}).items():
        files[name] = (data, None, reason)
    manifest, truth = write_manifest(files), write_truth(files)
    if (out / "reports").exists():
        shutil.rmtree(out / "reports")
    for name, (data, _, _) in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (out / "manifest.toml").write_text(manifest, "utf-8")
    (out / "truth.jsonl").write_text(truth, "utf-8")
    return len(files)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=DEMO)
    print(f"{make(parser.parse_args().output)} files")
