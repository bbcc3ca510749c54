"""Tables in forms that nobody planned for: what is read is what is printed, what is doubtful is left out."""

from __future__ import annotations

import io

import pytest
from made import COLUMNS, FORM, TITLE, disputes_rows, make, to_grid, to_text

from textmine.parse import parse_report
from textmine.parse.tables import parse_cells
from textmine.read import read_bytes
from textmine.records import Cell, Table

RESULTS = [column.labels[0] for column in FORM["disputes"].columns]
COURSES = [row.code for row in FORM["disputes"].rows]
LEAD = f"{TITLE}\n一、总体情况\n平稳。\n"

Key = tuple[str, str, str]


def values(cells: tuple[Cell, ...]) -> dict[Key, float | None]:
    return {(cell.table, cell.row, cell.column): cell.value for cell in cells}


def of_text(text: str, name: str = "a.txt") -> dict[Key, float | None]:
    return values(parse_report(read_bytes((LEAD + text).encode(), name)).cells)


def of_rows(*tables: list[list[str]]) -> dict[Key, float | None]:
    return values(parse_cells(tuple(Table(0, to_grid(rows)) for rows in tables), layout="2021"))


def disputes(numbers: list[float]) -> dict[Key, float]:
    keys = [("disputes", row.code, column.code) for row in FORM["disputes"].rows for column in FORM["disputes"].columns]
    return dict(zip(keys, numbers, strict=True))


# --- PDF: column lines ----------------------------------------------------------------------------


def ruled_pdf(pages: list[list[tuple[float, list[float], list[list[str]]]]]) -> bytes:
    """Tables as (top, column lines, rows) page by page, each row 20 points high."""
    pytest.importorskip("reportlab")
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for number, tables in enumerate(pages):
        canvas.setFont("STSong-Light", 10)
        if not number:
            canvas.drawString(60, 800, TITLE)
            canvas.drawString(60, 780, "一、总体情况")
        canvas.setFont("STSong-Light", 6)
        for top, xs, rows in tables:
            for r in range(len(rows) + 1):
                canvas.line(xs[0], top - 20 * r, xs[-1], top - 20 * r)
            for r, row in enumerate(rows):
                places = [i for i, text in enumerate(row) if text != "<"]
                for i in [*places, len(row)]:
                    canvas.line(xs[i], top - 20 * r, xs[i], top - 20 * r - 20)
                for i in places:
                    canvas.drawString(xs[i] + 2, top - 20 * r - 12, row[i])
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def columns(first: float, last: float, count: int) -> list[float]:
    return [first + (last - first) * i / count for i in range(count + 1)]


HEAD = [["行政复议", *"<<<<", "未经复议直接起诉", *"<<<<", "复议后起诉", *"<<<<"], RESULTS * 3]
NUMBERS = [float(n) for n in range(1, 16)]


@pytest.mark.parametrize("shift", [0.0, 1.4, 2.9, 3.6, 5.0])
def test_numbers_alone_on_the_next_page_stand_under_their_headers(shift: float) -> None:
    """Another table of the page has its lines near those of the header: neither may be moved by the other."""
    own = columns(50, 530, 15)
    other = [50.0, *(x + shift for x in own[1:-1:2]), 530.0]
    rows = [["1.属于国家秘密", *"1000001"][: len(other) - 1], ["2.重复申请", *"0000000"][: len(other) - 1]]
    first = [(760.0, other, rows), (600.0, own, HEAD)]
    data = ruled_pdf([first, [(800.0, own, [[f"{n:.0f}" for n in NUMBERS]])]])
    found = values(parse_report(read_bytes(data, "a.pdf")).cells)
    assert {key: value for key, value in found.items() if key[0] == "disputes"} == disputes(NUMBERS)


@pytest.mark.parametrize("shift", [2.0, 4.0, 7.0, 12.0, 20.0])
def test_halves_whose_lines_do_not_meet_give_no_wrong_value(shift: float) -> None:
    own = columns(50, 530, 15)
    moved = [own[0], *(x + shift * (i % 2) for i, x in enumerate(own[1:-1])), own[-1]]
    data = ruled_pdf([[(600.0, own, HEAD)], [(800.0, moved, [[f"{n:.0f}" for n in NUMBERS]])]])
    found = values(parse_report(read_bytes(data, "a.pdf")).cells)
    assert found.items() <= disputes(NUMBERS).items()
    fewer = [own[0], *(x + shift for x in own[1:-2]), own[-1]]
    data = ruled_pdf([[(600.0, own, HEAD)], [(800.0, fewer, [[f"{n:.0f}" for n in NUMBERS[:14]]])]])
    found = values(parse_report(read_bytes(data, "a.pdf")).cells)
    assert found.items() <= disputes(NUMBERS).items()


# --- text: lines ----------------------------------------------------------------------------------


def test_a_long_label_does_not_go_on_in_the_number_on_the_next_line() -> None:
    made = make(3)
    assert of_text(to_text(made, "\n")) == made.cells()
    for row in made.requests:
        made.requests[row] = ["-", "0", "/", "无", "1,234", "0", "2"]
    rows = {("requests", row): [None, 0, None, None, 1234, 0, 2] for row in made.requests}
    found = of_text(to_text(made, "\n"))
    assert all([found[*key, column] for column in COLUMNS] == wanted for key, wanted in rows.items())


def test_the_numeral_of_the_next_row_is_no_note() -> None:
    made = make(4)
    cells = parse_report(read_bytes((LEAD + to_text(made, " ", one_line=True)).encode(), "a.txt")).cells
    assert values(cells) == made.cells() and not any(cell.note for cell in cells)


@pytest.mark.parametrize(
    "lines",
    [
        ["14", "（含", "7 1 3 2 上年 4 1 0 1 6 0 0 0 0 0", "度结", "转1件）"],
        ["14", "7 1 3 2 4 1 0 1 6 0 0 0 0 0"],
        ["7 1 3 2 14 4 1 0 1 6 0 0 0", "0 0"],
    ],
)
def test_numbers_of_part_four_in_doubtful_order_are_nobodys(lines: list[str]) -> None:
    assert of_text("\n".join(["行政复议 未经复议直接起诉 复议后起诉", " ".join(RESULTS * 3), *lines])) == {}


# --- spans left blank -----------------------------------------------------------------------------


def blank_spans(rows: list[list[str]], *, at: int) -> list[list[str]]:
    """Rows in which a course is printed once, over the column ``at`` of its five, and the others are blank."""
    courses = [text if i % 5 == at else "" for i, text in enumerate(rows[0])]
    return [courses, *rows[1:]]


@pytest.mark.parametrize("at", range(5))
def test_a_course_stands_over_the_blank_columns_of_its_group(at: int) -> None:
    made = make(5)
    wanted = {key: value for key, value in made.cells().items() if key[0] == "disputes"}
    rows = blank_spans(disputes_rows(made), at=at)
    assert of_rows(rows) == wanted
    lines = [f"| {' | '.join(row)} |" for row in rows]
    assert of_text("\n".join([lines[0], "|" + "---|" * 15, *lines[1:]]), "a.md") == wanted
    html = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in rows)
    prose = f"<h1>{TITLE}</h1><p>一、总体情况</p><p>{'工作平稳，' * 9}没有变化。</p>"
    page = f"<html><body>{prose}<table>{html}</table></body></html>"
    assert values(parse_report(read_bytes(page.encode(), "a.html")).cells) == wanted


@pytest.mark.parametrize("lost", range(15))
def test_a_lost_column_under_blank_spans_gives_no_wrong_value(lost: int) -> None:
    made = make(6)
    for at in range(5):
        rows = blank_spans(disputes_rows(made), at=at)
        found = of_rows([row[:lost] + row[lost + 1 :] for row in rows])
        assert found.items() <= made.cells().items()


def test_a_lost_course_takes_its_numbers_with_it() -> None:
    made = make(7)
    rows = blank_spans(disputes_rows(made), at=0)
    rows[0][5] = ""
    wanted = {key: value for key, value in made.cells().items() if key[0] == "disputes" and key[1] != COURSES[1]}
    assert of_rows(rows) == wanted


def test_a_number_under_no_header_is_not_a_blank_cell() -> None:
    head = ["信息内容", "本年处理决定数量", "", ""]
    assert of_rows([head, ["行政许可", "", "5", ""], ["行政处罚", "3", "", ""]]) == {
        ("proactive", "punishment", "decisions"): 3.0
    }
