from __future__ import annotations

import json
import re
import tomllib
import warnings
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree

import pytest

from textmine.analysis import prevalence
from textmine.analysis.demo import make_frames
from textmine.errors import MissingExtraError, TextmineError
from textmine.plots import (
    FADED,
    PALE,
    chart,
    describe_row,
    draw,
    find_figures,
    font_path,
    load_colors,
    render_figure,
    save_figure,
    split_range,
)
from textmine.summary.build import build_content
from textmine.summary.content import Figure, SummaryContent
from textmine.summary.figures import prevalence_figure
from textmine.summary.words import load_words
from textmine.themes import load_codebook


@pytest.fixture(scope="module")
def content() -> SummaryContent:
    frames = make_frames(400)
    frames["reports"]["layout"] = "2021"
    return build_content(frames, by=["level"])


@pytest.fixture(scope="module")
def figures(content: SummaryContent) -> dict[str, Figure]:
    body = build_content(make_frames(200), body="第3号局")
    return find_figures(content) | {"presence": find_figures(body)["presence"]}


def test_all_kinds_of_figures_are_drawn(figures: dict[str, Figure], tmp_path: Path) -> None:
    assert {figure.kind for figure in figures.values()} == {"intervals", "heatmap", "lines", "bars", "presence"}
    for key, figure in figures.items():
        svg = render_figure(figure, "svg").decode()
        ElementTree.fromstring(svg)
        for label in {str(row["label"]) for row in figure.rows}:
            assert label in svg, (key, label)
        assert render_figure(figure, "png", width=300, scale=1).startswith(b"\x89PNG")
        assert render_figure(figure, "svg").decode() == svg
    save_figure(figures, "themes", tmp_path / "t.json")
    spec = json.loads((tmp_path / "t.json").read_text("utf-8"))
    assert [row["count"] for row in spec["data"]["values"]] == [row["count"] for row in figures["themes"].rows]


def test_matplotlib_draws_them_without_a_missing_glyph(figures: dict[str, Figure]) -> None:
    for figure in figures.values():
        for dark in (False, True):
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                axes = draw(figure, dark=dark)
                assert axes.figure is not None
                axes.figure.canvas.draw()
        assert axes.get_title(loc="left") == figure.title
    rows = figures["themes"].rows
    axes = draw(figures["themes"])
    assert [text.get_text() for text in axes.get_yticklabels()] == list(
        dict.fromkeys(str(row["label"]) for row in rows)
    )


def test_altair_charts_and_frames_of_analyses_in_notebooks() -> None:
    words, names = load_words("en"), {theme.code: theme.name_en for theme in load_codebook().themes}
    figure = prevalence_figure(prevalence(make_frames(30)), words, lambda code: names[code])
    made = chart(figure).to_dict()
    assert made["data"]["name"] == "rows" and len(
        made["datasets"]["rows"] if "datasets" in made else made["data"]["values"]
    )


def test_every_character_that_can_stand_in_a_figure_is_in_the_font() -> None:
    from fontTools.ttLib import TTFont

    with TTFont(font_path()) as font:
        known = set(font.getBestCmap())
        assert font["name"].getDebugName(1) == "Textmine Sans SC"
        assert "Open Font License" in str(font["name"].getDebugName(13))
    data = resources.files("textmine") / "data"
    texts = [(data / name).read_text("utf-8") for name in ("regions.tsv", "bodies.toml")]
    words = tomllib.loads((data / "summary/words.toml").read_text("utf-8"))
    texts += [text for group in words.values() for both in group.values() for text in both.values()]
    texts += [theme.name_zh for theme in load_codebook().themes]
    missing = {char for text in texts for char in text if not char.isspace() and ord(char) not in known}
    assert not missing
    assert font_path().stat().st_size < 3_000_000 and (font_path().parent / "OFL.txt").is_file()


def test_a_picture_sets_chinese_in_its_own_font(figures: dict[str, Figure]) -> None:
    assert re.search(r"font-family=\"[^\"]*Textmine Sans SC", render_figure(figures["themes"], "svg").decode())


def test_what_cannot_be_drawn_is_said(
    figures: dict[str, Figure], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(TextmineError, match="no figure 'thmes'; there are themes"):
        save_figure(figures, "thmes", tmp_path / "t.png")
    with pytest.raises(TextmineError, match="png, svg, json"):
        save_figure(figures, "themes", tmp_path / "t.gif")
    monkeypatch.setitem(__import__("sys").modules, "altair", None)
    with pytest.raises(MissingExtraError, match=r"textmine\[plots\]"):
        chart(figures["themes"])


def test_bounds_of_classes_are_round() -> None:
    assert split_range(0.9) == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert split_range(4.3) == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert describe_row({"label": "甲", "estimate": None, "count": 0, "n": 0}, {}) == "甲 · 0/0"


def _luminance(color: str, over: str = "#ffffff", alpha: float = 1.0) -> float:
    """Relative luminance (WCAG 2.1) of a colour that lies with an opacity over another."""
    parts = [[int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)] for code in (color, over)]
    mixed = [alpha * top + (1 - alpha) * below for top, below in zip(*parts, strict=True)]
    linear = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in mixed]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: float, other: float) -> float:
    light, dark = max(one, other), min(one, other)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("dark", "paper"), [(False, "#fdfcf9"), (False, "#ffffff"), (True, "#191715")])
def test_numbers_in_cells_can_be_read(dark: bool, paper: str) -> None:
    colors = load_colors(dark=dark)
    for number, cell in enumerate(colors["ramp"]):
        ink = colors["pale" if number < PALE else "strong"]
        assert _contrast(_luminance(ink), _luminance(cell, paper)) >= 4.5, (cell, ink)
        faded = _luminance(cell, paper, FADED)
        assert _contrast(_luminance(colors["pale"]), faded) >= 4.5, (cell, "of few reports")


def test_the_page_has_the_colours_of_the_figures() -> None:
    css = resources.files("textmine").joinpath("data/summary/page.css").read_text("utf-8")
    for dark in (False, True):
        colors = load_colors(dark=dark)
        for number, cell in enumerate(colors["ramp"]):
            assert f"--r{number}: {cell};" in css
        assert f"--on-pale: {colors['pale']}; --on-strong: {colors['strong']};" in css
