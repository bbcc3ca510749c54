"""What is remembered of a form gives the cells that reading it anew gives."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import make, to_text

from textmine.parse.tables import parse_cell_columns
from textmine.parse.tables.cells import TableCells
from textmine.parse.tables.flat import read_flat
from textmine.parse.tables.forms import read_form
from textmine.records import Cell, Layout

SEEDS = st.integers(0, 10_000)
#: lines of running text, titles, menus, numbers without a table, labels without numbers
LINES = [
    "临樟县水利局2022年政府信息公开工作年度报告",
    "全年主动公开政府信息41条。",
    "首页 > 政务公开",
    "2023年1月5日",
    "行政许可",
    "总计",
    "12",
    "—",
    "共计 12 件",
    "五、存在的主要问题及改进情况",
    "",
    "一、本年新收政府信息公开申请数量",
]


def read_anew(text: str, layout: Layout) -> tuple[Cell, ...]:
    found = TableCells(layout)
    read_flat(text, found)
    return tuple(found.cells.values())


def tables_as_text(seed: int) -> str:
    return to_text(make(seed % 7), ["\t", "|", " ", "\n"][seed % 4], one_line=seed % 5 == 0)


def disturbed(text: str, chance: random.Random) -> str:
    """The text with other numbers, lines put in and lines lost."""
    lines = []
    for line in text.split("\n"):
        if chance.random() < 0.1:
            lines.append(chance.choice(LINES))
        if chance.random() < 0.97:
            lines.append("".join(str(chance.randrange(10)) if char.isdigit() else char for char in line))
    return "\n".join(lines)


@settings(max_examples=150, deadline=None)
@given(SEEDS, st.sampled_from(["2021", "2019", "unknown"]))
def test_a_form_gives_the_cells_of_its_text(seed: int, layout: Layout) -> None:
    chance = random.Random(seed)
    text = disturbed("\n".join([chance.choice(LINES), tables_as_text(seed), chance.choice(LINES)]), chance)
    assert parse_cell_columns((), text, layout=layout).cells() == read_anew(text, layout)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=12).map("\n".join))
def test_lines_in_any_order_give_the_same_cells(text: str) -> None:
    assert parse_cell_columns((), text, layout="2021").cells() == read_anew(text, "2021")


@pytest.mark.parametrize("title", ["临樟县水利局2022年度报告", "棠溪县教育局关于2021年政府信息公开工作的年度报告"])
def test_titles_and_sentences_do_not_part_forms(title: str) -> None:
    table = "信息内容\t本年处理决定数量\n行政许可\t550"
    first = read_form(table, "2021")
    assert read_form(f"{title}\n平稳。\n又一句。\n{table}".replace("550", "7"), "2021").plan.keys == first.plan.keys


def test_money_is_converted_in_columns_too() -> None:
    text = "信息内容\t本年收费金额（单位：元）\n行政事业性收费\t251000"
    assert parse_cell_columns((), text, layout="2021").cells() == read_anew(text, "2021")
