"""Draws the picture of the README: the summary page of the demo corpus in Debian's Chromium.

Usage: python scripts/make_picture.py [-o FILE.png]   (without -o: docs/images/summary.png)
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import textmine as tm

ROOT = Path(__file__).parents[1]
CHROMIUM = "/usr/bin/chromium"
#: what the picture shows: the head of the page, the findings and the first chart
LAST = "[data-figure=themes].chart"
WIDTH = 1120


def make_picture(out: Path) -> None:
    """Mine and summarize the demo corpus and write the top of the page, down to the first chart, as PNG."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        page_file = Path(name) / "summary.html"
        tm.mine(ROOT / "corpora/demo/reports", Path(name) / "mined")
        tm.summarize(Path(name) / "mined", page_file, by=("level",))
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme="light")
        page.goto(page_file.as_uri())
        page.evaluate("window.textmineReady")
        bottom = page.locator(LAST).evaluate("node => node.getBoundingClientRect().bottom + scrollY")
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": bottom + 16}
        page.screenshot(path=str(out), full_page=True, clip=clip)
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "docs/images/summary.png")
    make_picture(parser.parse_args().output)
