"""Laws of the table reader: the form of a table, its order and its spacing never change its cells."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import (
    COLUMNS,
    FORM,
    ROWS,
    TITLE,
    Made,
    disputes_rows,
    make,
    requests_rows,
    tables,
    to_docx,
    to_grid,
    to_html,
    to_pdf,
    to_text,
)

from textmine.parse import parse_report
from textmine.parse.tables import parse_cells
from textmine.read import read_bytes
from textmine.records import Cell, Grid, Table

SEEDS = st.integers(0, 10_000)
WIDTHS = str.maketrans("，。（）：“”", ',.():""')


def values(cells: tuple[Cell, ...]) -> dict[tuple[str, str, str], float | None]:
    return {(cell.table, cell.row, cell.column): cell.value for cell in cells}


def of_grids(*grids: Grid, text: str = "") -> dict[tuple[str, str, str], float | None]:
    return values(parse_cells(tuple(Table(0, grid) for grid in grids), text, layout="2021"))


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_grid_gives_its_cells(seed: int) -> None:
    made = make(seed)
    assert of_grids(*map(to_grid, tables(made))) == made.cells()


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_order_of_rows_and_columns_never_matters(seed: int) -> None:
    made, rnd = make(seed), random.Random(seed)
    proactive, requests, disputes = tables(made)
    order = rnd.sample(range(len(requests[0])), len(requests[0]))
    head, *body = [[row[i] for i in order] for row in requests]
    rnd.shuffle(body)
    turned = rnd.sample(range(15), 15)
    grids = [to_grid(proactive), to_grid([head, *body]), to_grid([[row[i] for i in turned] for row in disputes])]
    assert of_grids(*grids) == made.cells()


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_spaces_line_breaks_and_widths_never_matter(seed: int) -> None:
    made, rnd = make(seed), random.Random(seed)

    def spoil(text: str) -> str:
        if text.isdigit():
            return text
        return "".join(char + rnd.choice(["", "", "", " ", "\n", "\u3000"]) for char in text.translate(WIDTHS))

    grids = [
        to_grid([[spoil(text) if rnd.random() < 0.6 else text for text in row] for row in r]) for r in tables(made)
    ]
    assert of_grids(*grids) == made.cells()


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(1, len(ROWS)))
def test_a_table_cut_at_any_row_is_one(seed: int, cut: int) -> None:
    made = make(seed)
    proactive, requests, disputes = tables(made)
    halves = [to_grid(requests[:cut], 1), to_grid(requests[cut:], 2)]
    assert of_grids(to_grid(proactive), *halves, to_grid(disputes)) == made.cells()


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sampled_from([row.code for row in ROWS]), st.sampled_from(["grid", "\t", "|", "\n", " "]))
def test_a_deleted_row_loses_just_its_cells(seed: int, row: str, form: str) -> None:
    made = make(seed)
    if form == "grid":
        found = of_grids(*map(to_grid, tables(made, without=row)))
    else:
        found = of_grids(text=to_text(made, form, without=row))
    assert found == made.cells(without=row)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sampled_from(["\t", "|", "\n", " ", " | "]), st.booleans())
def test_flattened_text_gives_the_same_cells(seed: int, separator: str, one_line: bool) -> None:
    made = make(seed)
    text = to_text(made, separator, one_line=one_line and separator != "\n")
    assert of_grids(text=text) == made.cells()
    for cell in parse_cells((), text, layout="2021"):
        assert cell.start is not None and text[cell.start : cell.end] == cell.raw


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_html_and_word_give_the_same_cells(seed: int) -> None:
    made = make(seed)
    for data, name in ((to_html(made), "a.html"), (to_docx(made), "a.docx")):
        assert values(parse_report(read_bytes(data, name)).cells) == made.cells()


@settings(max_examples=12, deadline=None)
@given(SEEDS, st.integers(1, len(ROWS)))
def test_pdf_cut_at_any_row_gives_the_same_cells(seed: int, cut: int) -> None:
    pytest.importorskip("reportlab")
    made = make(seed)
    report = parse_report(read_bytes(to_pdf(made, cut=cut), "a.pdf"))
    assert values(report.cells) == made.cells()
    assert not any(cell.note for cell in report.cells), "grid and text layer are the same page"


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from([row.code for row in ROWS]), st.sampled_from(range(7)))
def test_a_blank_cell_is_present_without_a_value(seed: int, row: str, column: int) -> None:
    made = make(seed)
    made.requests[row][column] = ""
    wanted = {**_without_blank(made, row, column), ("requests", row, COLUMNS[column]): None}
    assert of_grids(*map(to_grid, tables(made))) == wanted


def _without_blank(made: Made, row: str, column: int) -> dict[tuple[str, str, str], float | None]:
    made.requests[row][column], kept = "0", made.requests[row][column]
    cells: dict[tuple[str, str, str], float | None] = dict(made.cells())
    made.requests[row][column] = kept
    return cells


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(1, 40))
def test_cut_text_never_invents(seed: int, part: int) -> None:
    """A text that breaks off anywhere gives fewer cells, never other ones."""
    made = make(seed)
    for separator in ("\t", "\n", " "):
        text = to_text(made, separator)
        wanted = made.cells()
        found = of_grids(text=text[: len(text) * part // 41])
        cut = [key for key, value in found.items() if wanted.get(key) != value]
        assert len(cut) <= 7 and len({key[:2] for key in cut}) <= 1, "at most the row in which the text broke off"


def test_the_made_form_is_the_form() -> None:
    assert len(make(1).cells()) == 200
    assert len(FORM["proactive"].rows) == 6 and TITLE and requests_rows and disputes_rows


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sampled_from(["one cell a line", "label, values", "values, label"]), st.integers(0, 400))
def test_a_lost_line_never_shifts_the_others(seed: int, form: str, at: int) -> None:
    made, rnd = make(seed), random.Random(seed)
    for row in made.requests:
        made.requests[row] = [str(rnd.randint(0, 9999)) for _ in COLUMNS]
    pairs = [[label, " ".join(numbers)] for _, label, *numbers in requests_rows(made)[1:]]
    lines = [" ".join(requests_rows(made)[0][2:])]
    lines += [line for pair in pairs for line in (pair if form == "label, values" else pair[::-1])]
    if form == "one cell a line":
        lines = to_text(made, "\n").split("\n")
    del lines[at % len(lines)]
    wanted = made.cells()
    assert all(wanted[key] == value for key, value in of_grids(text="\n".join(lines)).items())
