"""Pictures of reports: what stands where, that nothing is loaded from elsewhere, and a look at it in a browser."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from textmine.cli import cli
from textmine.pipeline import mine_source
from textmine.read import read_bytes
from textmine.spacy_bridge import draw, to_doc
from textmine.spacy_bridge.display import GROUP_COLOURS, ROLE_COLOURS, SECTION_COLOURS
from textmine.themes import RuleTagger, load_codebook

TEXT = (
    "云溯市2022年政府信息公开工作年度报告\n一、总体情况\n平稳 <script>。\n五、存在的主要问题及改进情况\n"
    "（一）存在问题。一是业务培训不够；二是更新不及时、人手不足。\n下一步，将加强培训。"
)


@pytest.fixture(scope="module")
def mined():
    return mine_source(read_bytes(TEXT.encode(), "a.txt"), tagger=RuleTagger())


def words(html: str) -> str:
    return re.sub(r"<[^>]*>|\s", "", html)


def test_all_text_roles_and_themes_are_there(mined) -> None:
    page = draw(mined).page()
    for name in ("总体情况", "业务培训", "时效性", "队伍人员", "问题", "措施", "云溯市2022年政府信息公开工作年度报告"):
        assert name in page
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert "http" not in page and "src=" not in page and "<link" not in page


def test_documents_reports_and_mined_give_one_picture(mined) -> None:
    assert draw(mined) == draw(to_doc(mined))
    assert draw(mined)._repr_html_() == draw(mined).body


def test_names_in_english(mined) -> None:
    page = draw(mined, lang="en").page()
    assert load_codebook().theme("training").name_en in page and "Problem" in page


def test_the_palette_is_fixed_and_its_colours_differ() -> None:
    bars = [*ROLE_COLOURS.values(), *GROUP_COLOURS]
    assert len(set(bars)) == len(bars) == 8 and len(set(SECTION_COLOURS.values())) == 7
    assert len(load_codebook().groups) <= len(GROUP_COLOURS)
    for colour in bars:  # black labels stand on the bars: contrast of at least 7 to 1
        assert (luminance(colour) + 0.05) / 0.05 >= 7


def test_pale_bars_have_an_edge_and_dark_screens_a_dark_page(mined) -> None:
    page = draw(mined).page()
    edge = re.search(r"span:empty\{box-shadow:0 1px (#\w+)\}", page)
    dark_rule = r"dark\)\{\.textmine\{color:(#\w+);background:(#\w+)\}\.textmine \.code\{color:(#\w+)\}"
    ink, ground, code = re.search(dark_rule, page).groups()
    assert contrast(edge[1], "#ffffff") >= 4.5
    assert min(contrast(ink, ground), contrast(code, ground)) >= 7
    dark = dict(re.findall(r"data-section=(\w+)\]\{border-color:(#\w+)!important", page))
    for colour in ({**SECTION_COLOURS, **dark}).values():
        assert contrast(colour, ground) >= 3
    for colour in (*ROLE_COLOURS.values(), *GROUP_COLOURS):
        assert contrast(colour, ground) >= 3
    assert f"body{{background:{ground}}}" in page and 'content="light dark"' in page


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("matrix", ["protan", "deutan", "tritan"])
def test_the_colours_differ_for_colour_blind_readers(matrix: str) -> None:
    bars = [seen(colour, matrix) for colour in [*ROLE_COLOURS.values(), *GROUP_COLOURS]]
    distances = [sum((a - b) ** 2 for a, b in zip(x, y, strict=True)) ** 0.5 for x in bars for y in bars if x is not y]
    assert min(distances) > 18


def rgb(colour: str) -> list[float]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def luminance(colour: str) -> float:
    linear = [(c / 255 / 12.92) if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def seen(colour: str, kind: str) -> list[float]:
    """Machado, Oliveira and Fernandes 2009, severity 1."""
    rows = {
        "protan": [(0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)],
        "deutan": [(0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)],
        "tritan": [(1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)],
    }[kind]
    return [sum(w * c for w, c in zip(row, rgb(colour), strict=True)) for row in rows]


def test_the_command(tmp_path: Path) -> None:
    source, page = tmp_path / "a.txt", tmp_path / "page.html"
    source.write_text(TEXT, "utf-8")
    done = CliRunner().invoke(cli, ["show", str(source), "-o", str(page)])
    assert done.exit_code == 0, done.output
    assert "业务培训" in page.read_text("utf-8")
    assert CliRunner().invoke(cli, ["show", str(source)]).exit_code == 2
    assert CliRunner().invoke(cli, ["show", str(tmp_path / "none"), "-o", str(page)]).exit_code == 1
    assert CliRunner().invoke(cli, ["show", "-", "-o", "-"], input=TEXT.encode()).stdout.startswith("<!DOCTYPE html>")


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium")
def test_a_browser_shows_it(mined, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(draw(mined).page(), "utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    done = subprocess.run(
        ["chromium", *flags, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=120
    )
    body = done.stdout[done.stdout.index("<body") :]
    assert "一是业务培训不够" in words(re.sub(r'<span style="[^"]*font-size: 0.6em.*?</span>', "", body))
    shot = tmp_path / "page.png"
    subprocess.run(["chromium", *flags, f"--screenshot={shot}", page.as_uri()], capture_output=True, timeout=120)
    assert shot.stat().st_size > 5000
