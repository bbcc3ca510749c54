"""How fast the ruled tables of a PDF are read, as a ratio to pdfplumber: medians of interleaved runs.

Usage: python scripts/bench/pdf_tables.py REPORT.pdf [RUNS]
"""

from __future__ import annotations

import io
import statistics
import sys
import time
from pathlib import Path

import pdfplumber

from textmine.read.pdf import read_page_grids


def read_with_plumber(data: bytes) -> list[str]:
    """Return the texts of all table cells, page by page, as pdfplumber reads them."""
    with pdfplumber.open(io.BytesIO(data)) as document:
        tables = [table for page in document.pages for table in page.extract_tables()]
    return ["".join((cell or "").split()) for table in tables for row in table for cell in row if cell]


def read_with_textmine(data: bytes) -> list[str]:
    """Return the same as textmine reads them."""
    return ["".join(cell.text.split()) for grid in read_page_grids(data) for cell in grid.cells if cell.text]


def measure(data: bytes, runs: int) -> dict[str, float]:
    """Return the median milliseconds of each reader, run in turns so that both meet the same noise."""
    readers = {"pdfplumber": read_with_plumber, "textmine": read_with_textmine}
    times: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(runs):
        for name, reader in readers.items():
            began = time.perf_counter()
            reader(data)
            times[name].append(1000 * (time.perf_counter() - began))
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    path, runs = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 9
    data = path.read_bytes()
    theirs, ours = read_with_plumber(data), read_with_textmine(data)
    numbers = [[text for text in texts if text.replace(".", "").isdigit()] for texts in (theirs, ours)]
    medians = measure(data, runs)
    print(f"{path.name}: {len(theirs)} filled cells with pdfplumber, {len(ours)} with textmine")
    print(f"numbers in order equal: {numbers[0] == numbers[1]} ({len(numbers[1])})")
    print(", ".join(f"{name} {value:.1f} ms" for name, value in medians.items()))
    print(f"ratio pdfplumber / textmine: {medians['pdfplumber'] / medians['textmine']:.1f}")


if __name__ == "__main__":
    main()
