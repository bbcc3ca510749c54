"""Pages as government portals serve them: the article amid navigation, metadata, buttons and footers."""

from __future__ import annotations

from html import escape
from typing import Final

from demo_files.flow import Block, make_flow
from demo_files.forms import Form, Slot
from demo_files.source import ReportSource
from demo_files.text import flatten, make_mess


def write_html(source: ReportSource) -> bytes:
    """The bytes of a saved page."""
    portal = {"new": _new, "old": _old, "plain": _plain}[source.option("portal", "new")]
    return portal(source).encode("gb18030" if source.encoding == "gb2312" else source.encoding)


def _article(source: ReportSource, *, title: bool) -> str:
    blocks = [block for block in make_flow(source) if title or block.kind != "title"]
    if "br" in source.mess:
        return _with_breaks(source, blocks)
    return "\n".join(_block(source, block) for block in blocks)


def _say(source: ReportSource, text: str) -> str:
    return escape(make_mess(source, text), quote=False)


def _block(source: ReportSource, block: Block) -> str:
    if block.form is not None:
        style = source.option(block.form.code, {}).get("style") or source.option("tables", "table")
        if style == "table":
            return _table(block.form, wrapped="cell_paragraphs" in source.mess)
        return "\n".join(f'<p style="text-align:center">{escape(line)}</p>' for line in flatten(block.form, style))
    if block.kind == "picture":
        return f'<p style="text-align:center"><img src="./W0202{source.year}_{block.text}.png" width="600" alt=""/></p>'
    text = _say(source, block.text)
    if block.kind == "title":
        return f'<p style="text-align:center"><span style="font-size:22pt"><strong>{text}</strong></span></p>'
    if block.kind == "heading":
        if "h3" in source.mess:
            return f"<h3>{text}</h3>"
        return f'<p style="text-indent:2em"><span style="font-family:黑体">{text}</span></p>'
    if block.kind == "signature":
        return f'<p style="text-align:right">{text}</p>'
    half = len(text) // 2
    if "split_spans" in source.mess and len(text) > 40:
        return f'<p style="text-indent:2em"><span>{text[:half]}</span><span style="letter-spacing:0">{text[half:]}</span></p>'
    return f'<p style="text-indent:2em">&nbsp;&nbsp;{text}</p>' if "nbsp" in source.mess else f"<p>　　{text}</p>"


def _with_breaks(source: ReportSource, blocks: list[Block]) -> str:
    """Paragraphs parted by <br> inside one element, as old editors leave them."""
    parts = []
    for block in blocks:
        if block.form is not None or block.kind == "picture":
            parts.append(_block(source, block))
        else:
            parts.append(f"&nbsp;&nbsp;&nbsp;&nbsp;{_say(source, block.text)}<br>")
    return "\n".join(parts)


def _table(form: Form, *, wrapped: bool) -> str:
    rows = []
    for r in range(form.n_rows):
        cells = "".join(_cell(slot, wrapped=wrapped) for slot in form.slots if slot.row == r)
        rows.append(f"<tr>{cells}</tr>")
    return '<table border="1" cellspacing="0" cellpadding="0"><tbody>\n' + "\n".join(rows) + "\n</tbody></table>"


def _cell(slot: Slot, *, wrapped: bool) -> str:
    spans = f' rowspan="{slot.row_span}"' if slot.row_span > 1 else ""
    spans += f' colspan="{slot.column_span}"' if slot.column_span > 1 else ""
    text = escape(slot.text, quote=False)
    if wrapped:
        text = f"<p><span>{text or '&nbsp;'}</span></p>"
    return f"<td{spans}>{text}</td>"


def _title(source: ReportSource) -> str:
    return str(source.option("page_title", "".join(source.title)))


def _links(names: str) -> str:
    return "".join(f'<li><a href="/{n}/">{name}</a></li>' for n, name in enumerate(names.split()))


_NAVIGATION: Final = "网站首页 政务公开 政务服务 互动交流 走进本地 专题专栏"


def _new(source: ReportSource) -> str:
    """A portal of the last years: sections of divs, metadata in the head and in a table, share buttons, QR code."""
    title, site = escape(_title(source)), source.body.site
    published = source.option("published", "")
    day = source.year * 7 % 900
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="{source.encoding}"/>
<title>{title}_{site}</title>
<meta name="SiteName" content="{site}"/>
<meta name="ArticleTitle" content="{title}"/>
<meta name="PubDate" content="{published} 09:26"/>
<meta name="ContentSource" content="{source.body.name}"/>
<script>var _hmt = _hmt || []; document.title = "政府信息公开";</script>
<style>.article{{width:1000px}} .fontsize a{{color:#333}}</style>
</head>
<body>
<div class="header"><a href="/"><img src="/images/logo.png" alt="{site}"/></a>
<form action="/search"><input name="q" placeholder="请输入关键词"/><button>搜索</button></form></div>
<ul class="nav">{_links(_NAVIGATION)}</ul>
<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; <a href="/nb/">政府信息公开年报</a></div>
<div class="article">
<table class="xxgk-meta"><tbody>
<tr><td>索引号：</td><td>{source.year}1-{day:03d}-0{source.year % 7}</td><td>主题分类：</td><td>政府信息公开工作年度报告</td></tr>
<tr><td>发布机构：</td><td>{source.body.name}</td><td>发布日期：</td><td>{published}</td></tr>
</tbody></table>
<h1>{title}</h1>
<div class="info"><span>发布时间：{published} 09:26</span><span>来源：{source.body.name}</span><span>浏览次数：<i id="hits">{day}</i></span>
<div class="fontsize">字体：<a>大</a> <a>中</a> <a>小</a></div></div>
<div class="TRS_Editor" id="zoom">
{_article(source, title="title_in_text" in source.mess)}
</div>
<div class="share">分享到：<a>微信</a> <a>微博</a> <a>QQ空间</a></div>
<div class="qrcode"><img src="/qr.png" alt=""/>扫一扫在手机打开当前页</div>
<div class="print"><a href="javascript:window.print()">【打印本页】</a> <a href="javascript:window.close()">【关闭窗口】</a></div>
</div>
<div class="related"><h4>相关文档</h4><ul><li><a href="/a">{source.year - 1}年政府信息公开工作年度报告</a></li></ul></div>
<div class="footer"><p>主办：{source.body.name}　　网站标识码：0000000{day % 10}</p><p>网站地图 | 关于我们 | 联系我们 | 使用帮助</p></div>
</body>
</html>
"""


def _old(source: ReportSource) -> str:
    """A portal laid out with tables: declared gb2312, upper-case tags, buttons amid the text, visitor's clock."""
    title, site = escape(_title(source)), source.body.site
    published = source.option("published", "")
    return f"""<HTML>
<HEAD>
<META http-equiv="Content-Type" content="text/html; charset={source.encoding}">
<TITLE>{site} - {title}</TITLE>
<LINK href="/css/style.css" rel=stylesheet>
</HEAD>
<BODY topmargin=0>
<TABLE width=980 align=center border=0><TR><TD><IMG src="/images/banner.jpg"></TD></TR>
<TR><TD>{" | ".join(f'<A href="/{n}/">{name}</A>' for n, name in enumerate(_NAVIGATION.split()))}</TD></TR>
<TR><TD>您现在的位置：<A href="/">首页</A>&gt;&gt;<A href="/xxgk/">信息公开</A>&gt;&gt;<A href="/nb/">年度报告</A>&gt;&gt;正文</TD></TR></TABLE>
<TABLE width=980 align=center border=0><TR>
<TD width=200 valign=top><TABLE border=0><TR><TD><A href="/zn/">信息公开指南</A></TD></TR><TR><TD><A href="/ml/">信息公开目录</A></TD></TR>
<TR><TD><A href="/ysq/">依申请公开</A></TD></TR><TR><TD><A href="/nb/">信息公开年报</A></TD></TR></TABLE></TD>
<TD valign=top>
<TABLE width="100%" border=0>
<TR><TD align=center><B>{title}</B></TD></TR>
<TR><TD align=center>发布日期：{published}　　信息来源：{source.body.name}　　阅读：{source.year % 97}次　　【字体：<A>大</A> <A>中</A> <A>小</A>】</TD></TR>
<TR><TD class=content>
{_article(source, title="title_in_text" in source.mess)}
</TD></TR>
<TR><TD align=right>【<A href="javascript:print()">打印</A>】【<A href="javascript:close()">关闭</A>】</TD></TR>
<TR><TD>上一篇：<A href="/1.htm">关于{source.year + 1}年春节放假值班安排的通知</A><BR>下一篇：<A href="/2.htm">{source.year}年重点工作完成情况</A></TD></TR>
</TABLE></TD></TR></TABLE>
<TABLE width=980 align=center border=0><TR><TD align=center>版权所有：{source.body.name}　技术支持：信息中心<BR>建议使用1024*768分辨率浏览本站</TD></TR></TABLE>
</BODY></HTML>
"""


def _plain(source: ReportSource) -> str:
    """A page that declares no encoding and has hardly any frame."""
    title = escape(_title(source))
    return f"""<html><head><title>{title}</title></head><body>
<div id="top"><a href="/">返回首页</a> <a href="/list.html">返回列表</a></div>
<div id="content">
{_article(source, title=True)}
</div>
<div id="foot">联系电话见本单位信息公开指南　|　{source.body.site}</div>
</body></html>
"""
