"""Law: the frame that a portal puts around an article never changes what is read of it."""

from __future__ import annotations

from pathlib import Path
from string import Template

import pytest

from textmine.parse import parse_report
from textmine.read import read_bytes
from textmine.read.portal import is_button, is_line

PORTALS = Path(__file__).parents[1] / "scripts/demo_files/portals"
TITLE = "砚溪县青榧镇人民政府2022年政府信息公开工作年度报告"
LINKS = "".join(f'<li><a href="/{n}/">{name}</a></li>' for n, name in enumerate(["网站首页", "政务公开", "互动交流"]))
YEARS = "".join(
    f'<li><a href="/{year}.html">砚溪县青榧镇人民政府{year}年政府信息公开工作年度报告</a></li>'
    for year in (2019, 2020, 2021)
)
TAIL = (
    '<p>责任编辑：林间</p><p>浏览次数：<span id="n">128</span>次</p><div>【<a href="javascript:print()">打印本页</a>】'
    '【<a href="javascript:close()">关闭窗口</a>】</div><div>分享到：<a href="#" onclick="s()">微信</a></div>'
    '<p>上一篇：<a href="/a">关于春节放假的通知</a></p><p>下一篇：没有了</p><p>扫一扫在手机打开当前页</p>'
)
FRAMES = {
    "aspx": f"""<body><form id="form1" action="a.aspx"><div id="top"><ul>{LINKS}</ul></div>
<div class="main"><div class="left"><h3>信息公开</h3><ul>{YEARS}</ul></div><div class="right">
<h2>$title</h2><div>发布时间：2023-01-12 09:26　来源：青榧镇
浏览次数：<i>12</i>　字体：【<a href="#">大</a> <a href="#">中</a>】</div>
<div>$article</div>{TAIL}</div></div><div id="bottom">版权所有：砚溪县人民政府　ICP备00000000号</div></form></body>""",
    "header": f"""<body><header><h1><a href="/">中国·砚溪</a></h1></header><article><header><h1>$title</h1></header>
<div class="content shared-content">$article</div><aside><ul>{YEARS}</ul></aside></article>
<footer>主办：砚溪县</footer></body>""",
    "no class": f"""<body><div><a href="/">首页</a> &gt; <a href="/x">公开</a> &gt; 正文</div><div><ul>{LINKS}</ul>
</div>
<div>$title</div><div>$article</div><div>{TAIL}</div></body>""",
    "flat": f"""<body><ul>{LINKS}</ul><p>$title</p>$article{TAIL}<ul>{YEARS}</ul></body>""",
    "one table": f"""<body><table width="980"><tr><td><ul>{LINKS}</ul></td></tr><tr><td>$title</td>
</tr><tr><td>
来源：青榧镇 点击数：33</td></tr><tr><td>$article</td></tr><tr><td>{TAIL}</td></tr></table></body>""",
    "news beside": f"""<body><div><div><h4>要闻</h4><ul><li><a href="/n">全县召开会议。会议强调，抓好落实。</a></li>
</ul></div>
<div><div><h1>$title</h1></div><div id="c">$article</div></div></div><div>{TAIL}</div></body>""",
}
TABLE = """<table><tr><td>信息内容</td><td>本年制发件数</td><td>本年废止件数</td><td>现行有效件数</td></tr>
<tr><td>规章</td><td>0</td><td>0</td><td>3</td></tr><tr><td>行政规范性文件</td><td>4</td><td>1</td>
<td>19</td></tr></table>"""
ARTICLES = {
    "long": f"""<p>本报告由青榧镇人民政府编制，统计期限自2022年1月1日起至2022年12月31日止。</p><p>一、总体情况</p>
<p>2022年，公开信息58条，其中动态41条、公告9条。</p><p>来源渠道单一，有待拓宽。</p>
<p>二、主动公开政府信息情况</p>{TABLE}
<p>五、存在的主要问题及改进情况</p><p>一是内容不够丰富；</p><p>二是更新不及时。</p>
<p>今后，一是丰富内容；二是及时更新。</p>
<p>六、其他需要报告的事项</p><p>无。</p><p>附件：<a href="/f.pdf">统计表.pdf</a></p><p>青榧镇人民政府</p>
<p>2023年1月12日</p>""",
    "short": """<p>一、总体情况</p><p>本镇公开信息5条，打印材料3份。</p><p>五、存在的主要问题</p><p>更新慢。</p>
<p>六、其他需要报告的事项</p><p>无</p>""",
    "breaks": f"""<div>　　一、总体情况<br>　　全镇公开信息58条，工作平稳。<br>　　二、主动公开情况<br></div>
<div>{TABLE}</div>
<div>　　五、存在的主要问题<br>　　内容不多，更新不快。<br>　　六、其他<br>　　没有其他事项。<br></div>""",
    "headings that link": """<p><a name="1"></a><a href="#1">一、总体情况</a></p><p>公开信息58条。</p>
<p><a href="#5">五、存在的主要问题</a></p><p>内容不多。</p><p><a href="#6">六、其他需要报告的事项</a></p><p>无</p>""",
    "parts in boxes": f"""<div><div><h3>一、总体情况</h3>
<p>公开信息58条，工作平稳。全年无投诉。开会三次。培训两次。</p></div>
<div><h3>二、主动公开情况</h3>{TABLE}</div><div><h3>五、存在的主要问题</h3><p>内容不多。</p></div></div>""",
}


def shells() -> dict[str, Template]:
    demo = {path.stem: Template(path.read_text("utf-8")) for path in sorted(PORTALS.glob("*.html"))}
    assert set(demo) == {"new", "old", "plain"}
    head = f"<html><head><meta charset=utf-8><title>{TITLE}</title></head>"
    return demo | {name: Template(f"{head}{frame}</html>") for name, frame in FRAMES.items()}


def read(shell: str, article: str) -> list[str]:
    text = shells()[shell].substitute(
        title=TITLE,
        site="中国·砚溪",
        body="砚溪县青榧镇人民政府",
        published="2023-01-12",
        encoding="utf-8",
        index="2022-12",
        hits=128,
        digit=7,
        year=2022,
        year_before=2021,
        year_after=2023,
        list=LINKS,
        row=" | ".join(f'<a href="/{n}">{n}</a>' for n in ("网站首页", "政务公开", "走进本地")),
        article=(f"<p>{TITLE}</p>" if shell == "plain" else "") + article,
    )
    blocks = read_bytes(text.encode(), "a.html").blocks
    return [block.text or "|".join(cell.text for cell in block.grid.cells if block.grid) for block in blocks]  # type: ignore[union-attr]


@pytest.mark.parametrize("article", ARTICLES)
def test_every_portal_gives_the_same_blocks(article: str) -> None:
    bare = f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>{ARTICLES[article]}</body></html>"
    blocks = read_bytes(bare.encode(), "a.html").blocks
    wanted = [b.text or "|".join(c.text for c in b.grid.cells if b.grid) for b in blocks]  # type: ignore[union-attr]
    assert wanted[0] == TITLE and len(wanted) == 1 + len(plain_lines(ARTICLES[article]))
    for shell in shells():
        assert read(shell, ARTICLES[article]) == wanted, shell


def plain_lines(article: str) -> list[str]:
    """The paragraphs of an article, a table counting as one, without any reader."""
    import re

    text = re.sub(r"<table>.*?</table>", "<p>TABLE</p>", article, flags=re.DOTALL)
    parts = re.split(r"</?(?:p|div|h3|br)[^>]*>", text)
    return [line for line in (re.sub(r"<[^>]+>|\s", "", part) for part in parts) if line]


def test_a_page_wrapped_in_a_form_is_read_and_a_search_form_is_not() -> None:
    page = f"""<html><body><form action="/q">请输入关键词，然后搜索。</form><form><h1>{TITLE}</h1><p>一、总体情况</p>
<p>工作平稳，没有变化，人员到位，制度健全。</p><p>五、存在的主要问题</p><p>更新慢。</p></form></body></html>"""
    text = parse_report(read_bytes(page.encode(), "a.html")).text
    assert "更新慢" in text and "关键词" not in text


def test_metadata_lines_are_read_label_by_label_and_prose_is_no_metadata() -> None:
    page = f"""<html><body><h1>{TITLE}</h1><p>发布日期：2023-01-12　信息来源：青榧镇　阅读：12次　【字体：大】</p>
<p>一、总体情况</p>
<p>来源渠道单一，要拓宽。</p><p>文号管理规范。</p><p>信息来源：各站所报送，经审核后发布。</p>
<p>公开信息58条，工作平稳。</p></body></html>"""
    source = read_bytes(page.encode(), "a.html")
    assert ("发布日期", "2023-01-12") in source.metadata
    text = "".join(block.text for block in source.blocks)
    assert "来源渠道单一" in text and "文号管理" in text and "各站所报送" in text and "字体" not in text


def test_preformatted_tables_keep_their_lines_and_tabs() -> None:
    table = "信息内容\t本年制发件数\t本年废止件数\t现行有效件数\n规章\t0\t0\t3\n行政规范性文件\t4\t1\t19"
    page = f"""<html><body><h1>{TITLE}</h1><p>一、总体情况</p><p>公开信息58条，工作平稳，没有变化。</p>
<pre>{table}</pre></body></html>"""
    cells = parse_report(read_bytes(page.encode(), "a.html")).cells
    assert [cell.value for cell in cells] == [0, 0, 3, 4, 1, 19]


def test_a_table_that_lays_out_the_page_is_not_data() -> None:
    rows = ["一、总体情况", "公开信息58条，工作平稳，群众满意度进一步提高，没有发生投诉。", "五、存在的主要问题"]
    rows += ["内容不够多，更新不够快，形式不够活，互动也不够及时，需要改进。", "六、其他需要报告的事项", "无"]
    body = "".join(f"<tr><td>{row}</td></tr>" for row in ["发布日期：2023-01-12", TITLE, *rows])
    page = f"<html><body><table>{body}</table></body></html>"
    report = parse_report(read_bytes(page.encode(), "a.html"))
    found = [section.section for section in report.sections if section.section != "preamble"]
    assert found == ["overview", "problems", "other_matters"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("【打印本页】 【关闭窗口】", True),
        ("字体： 大 中 小", True),
        ("打印 | 关闭 | 返回顶部", True),
        ("无", False),
        ("中", False),
        ("打印设备3台", False),
        ("分享", True),
        ("", False),
    ],
)
def test_buttons(text: str, wanted: bool) -> None:
    assert is_button(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("上一篇：没有了", True),
        ("责任编辑：张三", True),
        ("浏览次数： 128 次", True),
        ("扫一扫在手机打开当前页", True),
        ("您现在的位置：首页>>信息公开", True),
        ("青榧镇人民政府", False),
        ("2023年1月12日", False),
        ("附件：统计表", False),
        ("浏览次数达到12万，群众反映良好。", False),
        ("联系电话：0000-2665517", False),
    ],
)
def test_lines(text: str, wanted: bool) -> None:
    assert is_line(text) == wanted
