"""Pages as government portals serve them: the article amid navigation, metadata, buttons and footers.

The portals stand in ``portals/``: ``new`` (divs, metadata in the head and in a table, share buttons), ``old`` (laid out
with tables, buttons amid the text) and ``plain`` (hardly any frame, no encoding declared).
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template
from typing import Final

from demo_files.flow import Block, make_flow
from demo_files.forms import Form, Slot
from demo_files.source import ReportSource
from demo_files.text import flatten, make_mess

_PORTALS: Final = Path(__file__).parent / "portals"
_NAVIGATION: Final = ("网站首页", "政务公开", "政务服务", "互动交流", "走进本地", "专题专栏")


def write_html(source: ReportSource) -> bytes:
    """The bytes of a saved page."""
    portal = source.option("portal", "new")
    hits = source.year * 7 % 900
    links = [f'<a href="/{n}/">{name}</a>' for n, name in enumerate(_NAVIGATION)]
    text = Template((_PORTALS / f"{portal}.html").read_text("utf-8")).substitute(
        title=escape(source.option("page_title", "".join(source.title))),
        site=source.body.site,
        body=source.body.name,
        published=source.option("published", ""),
        encoding=source.encoding,
        index=f"{source.year}1-{hits:03d}-0{source.year % 7}",
        hits=hits,
        digit=hits % 10,
        year=source.year,
        year_before=source.year - 1,
        year_after=source.year + 1,
        list="".join(f"<li>{link}</li>" for link in links),
        row=" | ".join(links),
        article=_article(source, title=portal == "plain" or "title_in_text" in source.mess),
    )
    return text.encode("gb18030" if source.encoding == "gb2312" else source.encoding)


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
        spans = f'<span>{text[:half]}</span><span style="letter-spacing:0">{text[half:]}</span>'
        return f'<p style="text-indent:2em">{spans}</p>'
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
