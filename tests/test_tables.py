"""Cases of the table reader that no law covers: other layouts, notes, lost headers, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from made import COLUMNS, HEADER, ROWS, make, to_grid, to_pdf

from textmine.errors import TemplateError
from textmine.parse import parse_report
from textmine.parse.tables import parse_cells
from textmine.parse.tables.labels import match_label
from textmine.parse.tables.templates import load_templates, read_templates
from textmine.read import read_bytes, read_file
from textmine.records import Cell, Grid, GridCell, Layout, Table

REAL = Path(__file__).parents[2] / "shared/real"
ALL_2019 = """信息内容\t本年新制作数量\t本年新公开数量\t对外公开总数量
规章\t0\t0\t0
规范性文件\t3\t2\t12
信息内容\t上一年项目数量\t本年增/减\t处理决定数量
行政许可\t12\t+2/-1\t1，234
其他对外管理服务事项\t7\t-1\t0
行政处罚\t120\t-\t33
行政强制\t5\t0\t无
信息内容\t上一年项目数量\t本年增/减
行政事业性收费\t3\t0
信息内容\t采购项目数量\t采购总金额
政府集中采购\t22（其中公开招标16件）\t77.3万元"""
ANNEX = """统计指标 单位 统计数
一、主动公开情况 — —
（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条） 条 1256
三、依申请公开情况
（一）收到申请数 件 17
四、行政复议数量 件 3
（一）维持具体行政行为数 件 2
（二）被依法纠错数 件 1
五、行政诉讼数量 件 2
（二）被依法纠错数 件 0
七、依申请公开信息收取的费用 万元 0.12"""


def read(text: str, layout: Layout = "unknown") -> dict[tuple[str, str], Cell]:
    return {(cell.row, cell.column): cell for cell in parse_cells((), text, layout=layout)}


def read_grid(rows: list[list[str]], layout: Layout = "2021") -> dict[tuple[str, str], Cell]:
    return {(c.row, c.column): c for c in parse_cells((Table(0, to_grid(rows)),), layout=layout)}


@pytest.mark.parametrize("separator", ["\t", " ", "\n"])
def test_the_layout_of_2019(separator: str) -> None:
    cells = read(ALL_2019.replace("\t", separator), "2019")
    assert len(cells) == 22
    assert cells["licensing", "change"].value == 1 and cells["licensing", "change"].note == "+2/-1"
    assert cells["licensing", "decisions"].value == 1234 and cells["licensing", "decisions"].raw == "1，234"
    assert cells["punishment", "change"].value is None and cells["punishment", "change"].raw == "-"
    assert cells["coercion", "decisions"].value is None and cells["coercion", "decisions"].raw == "无"
    assert cells["procurement", "projects"].value == 22 and "16件" in cells["procurement", "projects"].note
    assert cells["procurement", "amount_yuan"].value == 773_000 and cells["procurement", "amount_yuan"].note == "万元"


def test_the_layout_of_2019_as_a_grid() -> None:
    rows = [line.split("\t") for line in ALL_2019.splitlines()]
    cells = read_grid([row + [""] * (4 - len(row)) for row in rows], "2019")
    assert len(cells) == 22 and cells["procurement", "amount_yuan"].value == 773_000


@pytest.mark.parametrize("form", ["lines", "tabs", "one cell a line", "one line", "grid"])
def test_an_annex_of_before_2019(form: str) -> None:
    if form == "grid":
        rows = [line.split(" ") for line in ANNEX.splitlines()]
        cells = read_grid([row + [""] * (3 - len(row)) for row in rows], "pre2019")
    else:
        new = {"lines": ANNEX, "tabs": ANNEX.replace(" ", "\t"), "one cell a line": ANNEX.replace(" ", "\n")}
        cells = read(new.get(form, ANNEX.replace("\n", " ")), "pre2019")
    values = {row: cell.value for (row, _), cell in cells.items()}
    assert values == {
        "disclosed": 1256,
        "requests_received": 17,
        "reviews": 3,
        "reviews_upheld": 2,
        "reviews_corrected": 1,
        "lawsuits": 2,
        "lawsuits_corrected": 0,
        "fees_10k_yuan": 0.12,
    }


def test_a_lost_header_is_made_up_for_by_the_count_of_a_full_row_only() -> None:
    full = [["1.属于国家秘密", *"1234567"]]
    assert [read_grid([*full, ["2.重复申请", *"0000000"]])["denied_state_secret", c].value for c in COLUMNS] == [
        float(n) for n in range(1, 8)
    ]
    short = [["1.属于国家秘密", *"123456"], ["2.重复申请", *"000000"]]
    assert read_grid(short) == {}
    assert read("1.属于国家秘密\t1\t2\t3\t4\t5\t6") == {}


def test_a_lost_header_of_part_two_needs_the_layout() -> None:
    text = "规章\t1\t2\t3"
    assert read(text) == {}
    assert {column for _, column in read(text, "2021")} == {"made", "repealed", "in_force"}
    assert {column for _, column in read(text, "2019")} == {"newly_made", "newly_disclosed", "total_disclosed"}


def test_headers_invented_by_recognition_are_no_headers() -> None:
    lines = ["| 项目 | 数据1 | 数据2 | 数据3 | 数据4 | 数据5 | 数据6 | 数据7 |", "|---|---|---|---|---|---|---|---|"]
    lines += [f"| {row.labels[0]} | 3 | 0 | 0 | 0 | 0 | 0 | 3 |" for row in ROWS]
    text = "某县2022年政府信息公开工作年度报告\n一、总体情况\n平稳。\n" + "\n".join(lines)
    for name in ("a.md", "a.txt"):
        assert len(parse_report(read_bytes(text.encode(), name)).cells) == 7 * len(ROWS)
    shorter = text.replace(" | 数据7", "").replace("| 0 | 3 |", "| 3 |")
    assert parse_report(read_bytes(shorter.encode(), "a.md")).cells == ()


def test_a_column_that_is_missing_stays_missing() -> None:
    rows = [["", *HEADER[:-1]], ["1.属于国家秘密", *"123456"], ["2.重复申请", *"000000"]]
    assert ("denied_state_secret", "total") not in read_grid(rows)
    assert read_grid(rows)["denied_state_secret", "other_org"].value == 6


def test_values_float_above_inside_and_below_their_label() -> None:
    text = "\n".join(
        [
            " ".join(HEADER),
            "（一）予以公开 1 0 0 0 0 0 1",
            "2 0 0 0 0 0 2",
            "1.属于国家秘密",
            "2.其他法律行政法规禁止公开 3 0 0 0 0 0 3",
            "5.要求行政机关确认或重新出",
            "4 0 0 0 0 0 4",
            "具已获取信息",
            "四、结转下年度继续办理",
            "5 0 0 0 0 0 5",
        ]
    )
    totals = {row: cell.value for (row, column), cell in read(text).items() if column == "total"}
    assert totals == {
        "granted": 1,
        "denied_state_secret": 2,
        "denied_by_law": 3,
        "declined_confirmation": 4,
        "carried_out": 5,
    }


def test_values_without_a_label_are_nobodys() -> None:
    lines = [
        "0 0 0 0 0 0 9",
        "1.属于国家秘密 1 0 0 0 0 0 1",
        "2 0 0 0 0 0 2",
        "3 0 0 0 0 0 3",
        "2.重复申请 0 0 0 0 0 0 0",
    ]
    text = "\n".join([" ".join(HEADER), *lines])
    assert {row for row, _ in read(text)} == {"denied_state_secret", "declined_repeat"}


def test_blank_fields_count_where_full_rows_show_where_the_values_stand() -> None:
    text = "1.属于国家秘密\t\t1\t2\t3\t4\t5\t6\t7\n2.重复申请\t\t\t0\t0\t0\t0\t0\t0"
    cells = read(text)
    assert cells["declined_repeat", "natural_person"].value is None
    assert cells["declined_repeat", "business"].value == 0 and len(cells) == 14


def test_prose_gives_no_cells() -> None:
    text = "全年办理行政许可12件，行政处罚3件。1.行政许可12件。行政许可 12 件，规章 3 件。予以公开5件，部分公开2件。"
    assert read(text, "2021") == {}


def test_two_readings_that_differ_are_noted() -> None:
    rows = [["", *HEADER], ["1.属于国家秘密", *"1000001"], ["2.重复申请", *"0000000"]]
    grid = to_grid(rows)
    other = Grid(3, 8, grid.cells, text=f"{' '.join(HEADER)}\n1.属于国家秘密 1 0 0 0 0 0 7\n2.重复申请 0 0 0 0 0 0 0")
    cells = {(c.row, c.column): c for c in parse_cells((Table(0, other),))}
    assert cells["denied_state_secret", "total"].value == 1
    assert cells["denied_state_secret", "total"].note == "文字层读作 7"
    assert sum(bool(cell.note) for cell in cells.values()) == 1


def test_numbers_as_printed() -> None:
    rows = [["", *HEADER], ["1.属于国家秘密", "１２", "1 3", "39857\n58", "3,119", "——", "/", "22（其中修订16件）"]]
    rows.append(["2.重复申请", *"0000000"])
    cells = read_grid(rows)
    got = [cells["denied_state_secret", column] for column in COLUMNS]
    assert [cell.value for cell in got] == [12, 13, 3985758, 3119, None, None, 22]
    assert got[0].raw == "１２" and got[4].raw == "——" and got[6].note == "（其中修订16件）"


def test_a_group_label_is_a_row_only_where_it_stands_alone() -> None:
    head = ["", "", *HEADER]
    alone = [head, ["（六）其他处理", "（六）其他处理", *"2000002"], ["（七）总计", "（七）总计", *"2000002"]]
    assert {row for row, _ in read_grid(alone)} == {"closed", "total"}
    group = GridCell(1, 0, "（六）其他处理", 2, 1)
    cells = [GridCell(0, c, text) for c, text in enumerate(head)] + [group]
    for r, label in ((1, "读不出的标签文字"), (2, "3.其他")):
        cells += [GridCell(r, c, text) for c, text in enumerate([label, *"1000001"], 1)]
    found = parse_cells((Table(0, Grid(3, 9, tuple(cells))),))
    assert {cell.row for cell in found} == {"closed_other"}


@pytest.mark.parametrize(
    ("label", "row"),
    [
        ("2.其他法律行政止公开", "denied_by_law"),
        ("度办\n1.属于国家秘密", "denied_state_secret"),
        ("本（二）部分公开（区分处理的，只计这一情形，不\n年计其他情形）", "partial"),
        ("3. 危 及 三安全一稳定", "denied_stability"),
        ("行政处法", "punishment"),
        ("属于行政执法事项", None),
        ("上年新收政府信息公开申请数量", None),
        ("行政", None),
        ("其他说明", None),
    ],
)
def test_misprints_are_forgiven_only_where_one_label_is_meant(label: str, row: str | None) -> None:
    rows = {meaning.code for meaning in match_label(label) if meaning.kind == "row"}
    assert rows == ({row} if row else set())


def test_every_label_of_every_layout_finds_itself() -> None:
    for layout in load_templates():
        for table in layout.tables:
            for row in table.rows:
                for label in row.labels:
                    assert (table.code, "row", row.code) in match_label(label), label


def test_templates_with_unknown_keys_or_codes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    good = 'layout = "x"\nfirst_year = 2030\nlast_year = 2031\nsource = "s"\n[[table]]\ncode = "t"\naxis = "rows"\n'
    good += 'signs = []\ncolumns = [{ code = "a", labels = ["甲"] }]\nrows = [{ code = "r", labels = ["乙"] }]\n'
    path.write_text(good, "utf-8")
    assert read_templates((path,))[0].tables[0].rows[0].columns == ("a",)
    for old, new, message in [
        ('source = "s"', 'sauce = "s"', "sauce"),
        ('labels = ["乙"]', 'labels = ["乙"], columns = ["b"]', "unknown columns"),
        ('axis = "rows"', 'axis = "diagonal"', "diagonal"),
        ("last_year = 2031", "last_year = 2001", "first_year"),
        ('source = "s"', 'source = "s"\ninherits = "y"', "inherits"),
    ]:
        path.write_text(good.replace(old, new), "utf-8")
        with pytest.raises(TemplateError, match=message):
            read_templates((path,))


@pytest.mark.skipif(not REAL.exists(), reason="the real reports are not on this machine")
def test_the_blank_form_has_all_cells_and_no_number() -> None:
    cells = parse_report(read_file(REAL / "blank-form.docx")).cells
    assert len(cells) == 200 and {cell.value for cell in cells} == {None}


def _grids_of_plumber(data: bytes) -> list[list[list[str]]]:
    import io

    plumber = pytest.importorskip("pdfplumber")
    with plumber.open(io.BytesIO(data)) as document:
        found = [table for page in document.pages for table in page.extract_tables()]
    return [[["".join((cell or "").split()) for cell in row] for row in table] for table in found]


def _grids_of_ours(data: bytes) -> list[list[list[str]]]:
    from textmine.read.pdf import read_page_grids

    grids = []
    for grid in read_page_grids(data):
        owners = {(cell.row, cell.column): "".join(cell.text.split()) for cell in grid.cells}
        grids.append([[owners.get((r, c), "") for c in range(grid.n_columns)] for r in range(grid.n_rows)])
    return grids


def test_our_grids_are_those_of_pdfplumber() -> None:
    pytest.importorskip("reportlab")
    data = to_pdf(make(5), cut=11)
    assert _grids_of_ours(data) == _grids_of_plumber(data)


@pytest.mark.skipif(not REAL.exists(), reason="the real reports are not on this machine")
@pytest.mark.parametrize("name", ["huaian-2024.pdf", "hongze-2023.pdf", "hongze-2024.pdf"])
def test_numbers_of_real_grids_are_those_of_pdfplumber(name: str) -> None:
    data = (REAL / name).read_bytes()
    ours = [[text for row in grid for text in row if text.replace(".", "").isdigit()] for grid in _grids_of_ours(data)]
    theirs = [[t for row in grid for t in row if t.replace(".", "").isdigit()] for grid in _grids_of_plumber(data)]
    flat_ours, flat_theirs = [n for grid in ours for n in grid], [n for grid in theirs for n in grid]
    assert flat_ours == flat_theirs
