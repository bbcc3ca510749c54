"""Tables in forms that nobody planned for: what is read is what is printed, what is doubtful is left out."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from made import (
    COLUMNS,
    FORM,
    HEADER,
    ROWS,
    TITLE,
    TWO_LEVELS,
    Made,
    disputes_rows,
    make,
    requests_rows,
    tables,
    to_grid,
    to_text,
)

from textmine.parse import parse_report
from textmine.parse.tables import parse_cells
from textmine.parse.tables.values import is_value, read_number
from textmine.read import read_bytes
from textmine.records import Cell, Grid, GridCell, Table

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
    for number, drawn in enumerate(pages):
        canvas.setFont("STSong-Light", 10)
        if not number:
            canvas.drawString(60, 800, TITLE)
            canvas.drawString(60, 780, "一、总体情况")
        canvas.setFont("STSong-Light", 6)
        for top, xs, rows in drawn:
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


# --- what a cell can hold -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "value", "note"),
    [
        ("12件", 12, "件"),
        ("约12", None, ""),
        ("约12件", None, ""),
        ("近12件", None, ""),
        ("12余件", None, ""),
        ("3-5", None, ""),
        ("3—5件", None, ""),
        ("3~5", None, ""),
        ("-3", -3, ""),
        ("−3", -3, ""),
        ("－３", -3, ""),
        ("-0", 0, ""),
        ("12%", None, ""),
        ("１２％", None, ""),
        ("12①", 12, "①"),
        ("12*", 12, "*"),
        ("12†", 12, "†"),
        ("12¹", 12, "¹"),
        ("1²", 1, "²"),
        ("12[1]", 12, "[1]"),
        ("12（注1）", 12, "（注1）"),
        ("①", None, ""),
        ("⑫", None, ""),
        ("⒈", None, ""),
        ("½", None, ""),
        ("十二", 12, ""),
        ("一百零三件", 103, "件"),
        ("两", 2, ""),
        ("零", 0, ""),
        ("百", None, ""),
        ("二三", None, ""),
        ("一十百", None, ""),
        ("十二三", None, ""),
        ("12万", None, ""),
        ("12\n13", None, ""),
        ("12 13", None, ""),
        ("1 2", 12, ""),
        ("1 234", 1234, ""),
        ("39857\n58", 3985758, ""),
        ("39\n857", None, ""),
        ("1,234,\n567", 1234567, ""),
        ("1,23", None, ""),
        ("12。", 12, ""),
        ("12、", None, ""),
        ("12.", None, ""),
        ("2022年", None, ""),
        ("3/4", None, ""),
        ("𝟏𝟐", 12, ""),
        ("1O", None, ""),
        ("暂无", None, ""),
    ],
)
def test_a_cell_holds_one_exact_number_or_none(raw: str, value: float | None, note: str) -> None:
    assert read_number(raw) == (value, note)


@pytest.mark.parametrize("raw", ["约12件", "3-5", "12%", "12①", "12*", "12\n13", "十二", "暂无", "12万"])
def test_a_number_that_is_none_does_not_take_the_others_with_it(raw: str) -> None:
    made = make(8)
    wanted: dict[Key, float | None] = {**made.cells()}
    made.requests["granted"][2] = raw
    made.disputes[7] = raw
    wanted["requests", "granted", "research"] = wanted["disputes", "litigation_direct", "other"] = read_number(raw)[0]
    assert of_rows(*tables(made)) == wanted
    if "\n" not in raw:
        assert of_text(to_text(made, "\t")).items() <= wanted.items()
        assert of_text(to_text(made, " ")).items() <= wanted.items()
        assert of_text(to_text(made, "\n")).items() <= wanted.items()


def test_serial_numbers_are_no_values() -> None:
    assert not any(is_value(text) for text in ("一", "三", "（一）", "1.", "①"))
    made = make(9)
    rows = [["序号", *requests_rows(made)[0]]]
    rows += [[str(n), *row] for n, row in enumerate(requests_rows(made)[1:], 1)]
    wanted = {key: value for key, value in made.cells().items() if key[0] == "requests"}
    assert of_rows(rows) == wanted
    for separator in ("\t", " ", "\n"):
        text = "\n".join(separator.join(filter(None, row)) for row in rows)
        assert of_text(text).items() <= wanted.items()


# --- which row and column a number belongs to -----------------------------------------------------


def requests_of(made: Made) -> dict[Key, float]:
    return {key: value for key, value in made.cells().items() if key[0] == "requests"}


def test_header_rows_repeated_on_each_page() -> None:
    made = make(10)
    head, *body = requests_rows(made)
    assert of_rows([head, *body[:9], head, *body[9:17], head, *body[17:]]) == requests_of(made)
    assert of_rows([head, *body[:9]], [head, *body[9:]]) == requests_of(made)


def test_a_merged_number_is_of_no_single_cell() -> None:
    made = make(11)
    rows = requests_rows(made)
    grid = to_grid(rows)
    total = next(r for r, row in enumerate(rows) if "总计" in row[1])
    cells = [cell for cell in grid.cells if not (cell.row == total and cell.column > 1)]
    merged = Grid(grid.n_rows, grid.n_columns, (*cells, GridCell(total, 2, "46", 1, 7)))
    wanted = {key: value for key, value in requests_of(made).items() if key[1] != "total"}
    assert values(parse_cells((Table(0, merged),))) == wanted
    cells = [cell for cell in grid.cells if not (cell.row in {5, 6} and cell.column == 3)]
    merged = Grid(grid.n_rows, grid.n_columns, (*cells, GridCell(5, 3, "9", 2, 1)))
    shared = {rows[5][1], rows[6][1]}
    lost = {("requests", row.code, COLUMNS[1]) for row in ROWS if row.labels[0] in shared}
    wanted = {key: value for key, value in requests_of(made).items() if key not in lost}
    assert values(parse_cells((Table(0, merged),))) == wanted


def test_a_row_lost_in_one_of_two_tables_is_not_filled_from_the_other() -> None:
    district, office = make(12), make(13)
    wanted = {key: value for key, value in requests_of(district).items() if key[1] != "granted"}
    first = requests_rows(district, without="granted")
    assert of_rows(first, requests_rows(office)) == wanted
    lines = ["\n".join("\t".join(filter(None, row)) for row in rows) for rows in (first, requests_rows(office))]
    assert of_text("\n".join([lines[0], "其中区政府办公室本级：", lines[1]])) == wanted
    noted = parse_cells((Table(0, to_grid(first)), Table(0, to_grid(requests_rows(office)))))
    assert any("另一处读作" in cell.note for cell in noted)


@pytest.mark.parametrize("part", ["requests", "disputes", "proactive"])
def test_rows_and_columns_exchanged(part: str) -> None:
    made = make(14)
    rows = {"requests": requests_rows(made), "disputes": disputes_rows(made)}.get(part)
    if rows is None:
        table = FORM["proactive"]
        numbers = [made.proactive[row.code] for row in table.rows[:2]]
        rows = [["", *(c.labels[0] for c in table.columns[:3])]]
        rows += [[row.labels[0], *found] for row, found in zip(table.rows[:2], numbers, strict=True)]
    turned = [list(row) for row in zip(*rows, strict=True)]
    found = of_rows(turned)
    assert found == of_rows(rows) and found
    for separator in ("\t", "\n", " "):
        text = "\n".join(separator.join(filter(None, row)) for row in turned)
        assert of_text(text).items() <= found.items()


def test_part_four_with_its_courses_at_the_left() -> None:
    made = make(15)
    labels = ["行政复议", "未经复议直接起诉", "复议后起诉"]
    rows = [["", *RESULTS]] + [[label, *made.disputes[5 * n : 5 * n + 5]] for n, label in enumerate(labels)]
    wanted = {key: value for key, value in made.cells().items() if key[0] == "disputes"}
    assert of_rows(rows) == wanted
    del rows[2]
    assert of_rows(rows) == {key: value for key, value in wanted.items() if key[1] != "litigation_direct"}


def test_two_lines_of_numbers_in_part_four_are_not_chosen_from() -> None:
    made, other = make(16), make(17)
    assert of_rows([*disputes_rows(made), other.disputes]) == {}
    assert len(of_rows([*disputes_rows(made), [""] * 15])) == 15


@pytest.mark.parametrize("separator", ["\t", "　", "|", "\n"])
def test_a_header_on_two_levels_and_one_in_an_order_of_its_own(separator: str) -> None:
    made = make(18)
    body = [separator.join([row.labels[0], *made.requests[row.code]]) for row in ROWS]
    assert of_text("\n".join([separator.join(TWO_LEVELS), *body])) == requests_of(made)
    alone = [HEADER[0], HEADER[-1], *HEADER[1:-1]]
    assert of_text("\n".join([separator.join(alone), *body])).items() <= {}.items()
    first = [HEADER[-1], *HEADER[:-1]]
    moved = [
        separator.join([row.labels[0], made.requests[row.code][-1], *made.requests[row.code][:-1]]) for row in ROWS
    ]
    assert of_text("\n".join([separator.join(first), *moved])) == requests_of(made)


def test_an_order_of_columns_holds_below_group_labels() -> None:
    made = make(18)
    rows = [[*row[:2], row[-1], *row[2:-1]] for row in requests_rows(made)]
    text = "\n".join("\t".join(filter(None, row)) for row in rows)
    assert of_text(text) == requests_of(made)


def test_other_words_for_the_total() -> None:
    made = make(19)
    rows = [[cell.replace("总计", "合计") for cell in row] for row in requests_rows(made)]
    assert of_rows(rows) == requests_of(made)


def test_comparisons_with_other_years_and_empty_tables_give_nothing() -> None:
    rows = [["指标", "2021年", "2022年", "增幅"], ["本年新收政府信息公开申请数量", "12", "20", "66.7%"]]
    rows += [["上年结转政府信息公开申请数量", "1", "2", "100%"], ["（一）予以公开", "3", "4", "33.3%"]]
    assert of_rows(rows) == {}
    assert of_text("\n".join("\t".join(row) for row in rows)) == {}
    assert parse_cells((Table(0, Grid(0, 0, ())), Table(0, Grid(2, 0, ())), Table(0, to_grid([[""]])))) == ()


def test_a_column_of_shares_is_passed_over() -> None:
    made = make(20)
    rows = [[*row, "占比" if not n else "3.2%"] for n, row in enumerate(requests_rows(made))]
    assert of_rows(rows) == requests_of(made)


# --- HTML and Word: what is seen ------------------------------------------------------------------


def of_page(rows: list[list[str]], wrap: str = "{}") -> dict[Key, float | None]:
    body = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in rows)
    prose = f"<h1>{TITLE}</h1><p>一、总体情况</p><p>{'工作平稳，' * 9}没有变化。</p>"
    page = f"<html><body>{prose}{wrap.format(f'<table>{body}</table>')}</body></html>"
    return values(parse_report(read_bytes(page.encode(), "a.html")).cells)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12<sup>1</sup>", 12),
        ("<span>1</span><span>2</span>", 12),
        ("<p>12</p>", 12),
        ("12<br>13", None),
        ("<p>12</p><p>13</p>", None),
        ("<del>11</del>12", 12),
        ("12<!-- 3 -->", 12),
        ("&nbsp;12&nbsp;", 12),
        ('<span style="display:none">9</span>12', 12),
        ("<p>0<br></p>", 0),
    ],
)
def test_html_cells_hold_what_is_seen(cell: str, value: float | None) -> None:
    rows = [["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"], ["规章", cell, "0", "3"]]
    assert of_page(rows)["proactive", "regulations", "made"] == value


@pytest.mark.parametrize(
    "wrap", ["<table><tr><td>{}</td></tr></table>", "<table><tr><td>注</td><td>{}</td></tr></table>"]
)
def test_nested_tables(wrap: str) -> None:
    made = make(21)
    assert of_page(requests_rows(made), wrap) == requests_of(made)


def word(rows: list[list[str]], change: Callable[[Any], None]) -> dict[Key, float | None]:
    import docx

    document = docx.Document()
    for line in (TITLE, "一、总体情况", "工作平稳。"):
        document.add_paragraph(line)
    table = document.add_table(len(rows), max(map(len, rows)))
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
    change(table)
    buffer = io.BytesIO()
    document.save(buffer)
    return values(parse_report(read_bytes(buffer.getvalue(), "a.docx")).cells)


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def test_word_with_vertically_merged_groups() -> None:
    made = make(22)
    rows = requests_rows(made)

    def merge(table: Any) -> None:
        for group in ("（三）不予公开", "（四）无法提供", "（五）不予处理", "（六）其他处理"):
            at = [r for r, row in enumerate(rows) if row[0] == group]
            for r in at[1:]:
                table.cell(r, 0).text = ""
            table.cell(at[0], 0).merge(table.cell(at[-1], 0))
            table.cell(at[0], 0).text = group
        last = len(rows) - 1
        table.cell(last, 0).merge(table.cell(last, 1))

    assert word(rows, merge) == requests_of(made)


@pytest.mark.parametrize(
    ("runs", "value"),
    [
        ("<w:del><w:r><w:delText>11</w:delText></w:r></w:del><w:ins><w:r><w:t>12</w:t></w:r></w:ins>", 12),
        ("<w:r><w:t>1</w:t></w:r><w:ins><w:r><w:t>2</w:t></w:r></w:ins>", 12),
        ('<w:r><w:t>12</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>1</w:t></w:r>', 12),
        ("<w:r><w:rPr><w:strike/></w:rPr><w:t>11</w:t></w:r><w:r><w:t>12</w:t></w:r>", 12),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>9</w:t></w:r><w:r><w:t>12</w:t></w:r>", 12),
        ('<w:r><w:rPr><w:strike w:val="0"/></w:rPr><w:t>12</w:t></w:r>', 12),
        ("<w:sdt><w:sdtContent><w:r><w:t>12</w:t></w:r></w:sdtContent></w:sdt>", 12),
        ("<w:r><w:t>12</w:t><w:br/><w:t>13</w:t></w:r>", None),
    ],
)
def test_word_cells_hold_what_stands_when_changes_are_accepted(runs: str, value: float | None) -> None:
    from lxml import etree

    def change(table: Any) -> None:
        cell = table.cell(1, 1)._tc
        cell.remove(cell.p_lst[0])
        cell.append(etree.fromstring(f"<w:p {W}>{runs}</w:p>"))

    rows = [["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"], ["规章", "", "0", "3"]]
    assert word(rows, change)["proactive", "regulations", "made"] == value


def test_word_rows_that_are_deleted_or_in_a_content_control() -> None:
    from lxml import etree

    made = make(23)
    rows = requests_rows(made)

    def change(table: Any) -> None:
        tr = table.rows[3]._tr
        tr.get_or_add_trPr().append(etree.fromstring(f"<w:del {W}/>"))
        tr = table.rows[5]._tr
        control = etree.fromstring(f"<w:sdt {W}><w:sdtContent/></w:sdt>")
        tr.addprevious(control)
        control[0].append(tr)

    lost = next(row.code for row in ROWS if row.labels[0] == rows[3][1])
    assert word(rows, change) == {key: value for key, value in requests_of(made).items() if key[1] != lost}


# --- PDF: what is drawn ---------------------------------------------------------------------------


def test_a_raised_digit_is_a_mark_and_a_table_in_a_form_stands_where_it_is_drawn() -> None:
    pytest.importorskip("reportlab")
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.setFont("STSong-Light", 10)
    canvas.drawString(60, 800, TITLE)
    canvas.drawString(60, 780, "一、总体情况")
    canvas.beginForm("table")
    xs, rows = (
        columns(0, 400, 4),
        [["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"], ["规章", "12", "1", "30"]],
    )
    for r in range(3):
        canvas.line(xs[0], -20 * r, xs[-1], -20 * r)
    for x in xs:
        canvas.line(x, 0, x, -40)
    canvas.endForm()
    canvas.saveState()
    canvas.translate(60, 700)
    canvas.doForm("table")
    canvas.restoreState()
    for r, row in enumerate(rows):
        for x, text in zip(xs, row, strict=False):
            canvas.setFont("STSong-Light", 10)
            canvas.drawString(60 + x + 4, 700 - 20 * r - 14, text)
    canvas.setFont("STSong-Light", 6)
    canvas.drawString(60 + xs[1] + 4.5 + pdfmetrics.stringWidth("12", "STSong-Light", 10), 700 - 20 - 10, "1")
    canvas.save()
    cells = parse_report(read_bytes(buffer.getvalue(), "a.pdf")).cells
    assert [(cell.column, cell.value, cell.raw, cell.note) for cell in cells] == [
        ("made", 12, "12¹", "¹"),
        ("repealed", 1, "1", ""),
        ("in_force", 30, "30", ""),
    ]
