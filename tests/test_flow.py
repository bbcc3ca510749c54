import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.cli import cli
from textmine.errors import CodebookError, ReadError
from textmine.normalize import normalize_text
from textmine.parse import parse_report
from textmine.pipeline import mine, mine_file
from textmine.read import read_bytes, read_file
from textmine.statements import split_text
from textmine.themes import load_codebook

REAL = Path(__file__).parents[2] / "shared/real"
REPORT = """临樟县农业农村局2022年政府信息公开工作年度报告
一、总体情况
全年主动公开信息86条，工作总体平稳。
五、存在的主要问题及改进情况
（一）存在问题
一是业务培训偏少；二是政策解读形式单一。
（二）改进措施
一是每季度组织一次培训；二是推出图解、短视频解读。
六、其他需要报告的事项
无收费情况。
"""


def squeeze(text: str) -> str:
    return "".join(text.split())


@pytest.mark.skipif(not REAL.exists(), reason="the real reports are not on this machine")
@pytest.mark.parametrize("name", ["000_d7369706dbedddca.txt", "hongze-2023.pdf", "hongze-2024.pdf", "huaian-2024.pdf"])
def test_real_reports(name: str) -> None:
    expected = json.loads((REAL / "expected" / f"{Path(name).stem}.json").read_text("utf-8"))
    mined = mine_file(REAL / name)
    report, meta = mined.report, mined.report.metadata
    assert meta.agency is not None and meta.agency.value == expected["meta"]["agency"]
    assert meta.year is not None and int(meta.year.value) == expected["meta"]["year"]
    cells = {(c.table, c.row, c.column): c.value for c in report.cells}
    wanted = {(c["table"], c["row"], c["column"]): c["value"] for c in expected["cells"]}
    assert cells == wanted
    for role in ("problem", "measure"):
        found = [squeeze(s.text) for s in mined.statements if s.role == role]
        for text in expected[f"{role}s"]:
            assert any(squeeze(text) in statement for statement in found), text
    for section in expected["sections"]:
        if "first20" in section:
            ours = [squeeze(s.text) for s in report.section(section["section"])]
            assert any(t.startswith(section["first20"]) and t.endswith(section["last20"]) for t in ours), section


def test_spans_hold_their_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(REPORT.encode("gb18030"))
    mined = mine_file(path)
    text = mined.report.text
    assert mined.report.encoding == "gb18030"
    assert [(s.role, s.label) for s in mined.statements] == [
        ("problem", "一是"),
        ("problem", "二是"),
        ("measure", "一是"),
        ("measure", "二是"),
    ]
    assert all(text[r.start : r.end] == r.text for r in (*mined.report.sections, *mined.statements))
    assert mined.report.place(text.index("五、")).line == 4
    assert {(t.statement_id[-1], t.theme) for t in mined.tags} >= {("1", "training"), ("2", "interpretation")}


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"  \n", "empty"),
        ("a.zip", b"PK\x03\x04 cut", "damaged"),
        ("a.png", b"\x89PNG\r\n", "no_text_layer"),
        ("a.pdf", b"%PDF-1.7 cut off", "damaged"),
        ("a.txt", bytes(range(32)) * 40, "unknown_format"),
        ("a.txt", "今天天气很好，运动会顺利闭幕。".encode(), "not_a_report"),
    ],
)
def test_what_is_no_report_is_refused_with_its_reason(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(ReadError) as caught:
        parse_report(read_bytes(data, name))
    assert caught.value.reason == reason


def test_missing_and_too_large_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="not_found"):
        read_file(tmp_path / "none.txt")
    (tmp_path / "big.txt").write_text("公" * 100, "utf-8")
    with pytest.raises(ReadError, match="too_large"):
        read_file(tmp_path / "big.txt", max_bytes=99)


def test_html_keeps_the_article_and_the_grid() -> None:
    page = f"""<html><head><meta charset="gb2312"><title>t</title></head><body><div class="nav"><a>首页</a></div>
    <div id="art">{"".join(f"<p>{line}</p>" for line in REPORT.splitlines())}
    <table><tr><th rowspan="2">信息内容</th><th colspan="2">数量</th></tr><tr><td>1</td><td>2</td></tr></table></div>
    </body></html>"""
    source = read_bytes(page.encode("gb18030"), "a.html")
    report = parse_report(source)
    assert source.encoding == "gb18030"
    assert "首页" not in report.text and "信息内容" not in report.text
    (table,) = report.tables
    slots = table.grid.slots()
    assert [[cell.text if cell else None for cell in row] for row in slots] == [
        ["信息内容", "数量", "数量"],
        ["信息内容", "1", "2"],
    ]


def test_mine_and_summarize_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(REPORT, "utf-8")
    (tmp_path / "in/b.txt").write_text(REPORT, "utf-8")
    runner = CliRunner()
    out = str(tmp_path / "out")
    assert runner.invoke(cli, ["mine", str(tmp_path / "in"), "-o", out]).exit_code == 0
    assert json.loads((tmp_path / "out/manifest.json").read_text("utf-8"))["counts"]["reports"] == 1
    assert runner.invoke(cli, ["mine", str(tmp_path / "in"), "-o", out, "--strict"]).exit_code == 3
    frames = mine([tmp_path / "in"])
    assert frames["skipped"]["reason"].tolist() == ["duplicate"]
    assert runner.invoke(cli, ["summarize", out, "-o", str(tmp_path / "s.md"), "--by", "year"]).exit_code == 0
    lines = (tmp_path / "s.md").read_text("utf-8").splitlines()
    (row,) = (line for line in lines if line.startswith("| 政策解读 | 公开内容 |"))
    assert row.count("[1\\*]") == 2  # one report states it as a problem, one as a measure; a small group


def test_split_and_tag_read_json_lines() -> None:
    runner = CliRunner()
    line = json.dumps({"id": 1, "text": "一是人手不足；二是培训不够。"}, ensure_ascii=False)
    result = json.loads(runner.invoke(cli, ["split", "-"], input=line).stdout)
    assert [s["text"] for s in result["statements"]] == ["一是人手不足；", "二是培训不够。"]
    result = json.loads(runner.invoke(cli, ["tag", "-"], input=line).stdout)
    assert {hit["theme"] for hit in result["themes"]} == {"staffing", "training"}


def test_a_codebook_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "codebook.toml").write_text('version = "x"\nthemes = ["a"]\n', "utf-8")
    (tmp_path / "a.toml").write_text('code = "a"\nnmae = "b"\n', "utf-8")
    with pytest.raises(CodebookError, match="nmae"):
        load_codebook(tmp_path)
    assert len(load_codebook().themes) == 20


ALPHABET = st.sampled_from(list("公开一是二（）()、，。；：\n\r\t 　1２a⼯⻔\u200b-—第页①不足将"))


@settings(max_examples=200, deadline=None)
@given(st.text(ALPHABET, max_size=60))
def test_normalizing_twice_changes_nothing_and_leads_back(text: str) -> None:
    once = normalize_text(text)
    assert normalize_text(once.text).text == once.text
    assert len(once.origins) == len(once.text) and list(once.origins) == sorted(set(once.origins))


@settings(max_examples=200, deadline=None)
@given(st.text(ALPHABET, max_size=60))
def test_statements_are_ordered_and_hold_their_text(text: str) -> None:
    end = 0
    for unit in split_text(text):
        assert unit.start >= end and unit.end > unit.start
        assert text[unit.start : unit.end] == unit.text
        end = unit.end


@pytest.mark.parametrize(
    ("agency", "level"),
    [("云溯市枕河区城市管理局", "county"), ("云溯市城市管理局", "prefecture"), ("临樟县人民政府", "county")],
)
def test_level_is_that_of_the_last_region_named(agency: str, level: str) -> None:
    text = REPORT.replace("临樟县农业农村局", agency)
    found = parse_report(read_bytes(text.encode(), "a.txt")).metadata.level
    assert found is not None and found.value == level
