"""Saved portal pages (HTML) → Source: the article amid navigation, tables as grids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from textmine.errors import ReadError
from textmine.read.text import decode_text
from textmine.records import Block, Grid, GridCell, Piece, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

Element = Any  # lxml.html.HtmlElement; lxml ships no types

_CHARSET: Final = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_DROPPED: Final = frozenset(
    ["script", "style", "noscript", "template", "nav", "footer", "header", "iframe", "select", "button", "form", "svg"]
)
_INLINE: Final = frozenset(
    [
        "a",
        "abbr",
        "b",
        "big",
        "code",
        "em",
        "font",
        "i",
        "label",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
        "ins",
        "mark",
    ]
)
_HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_CHROME: Final = re.compile(
    r"share|breadcrumb|crumb|footer|copyright|nav(?:bar|igation)?\b|toolbar|fontsize|qrcode|related", re.IGNORECASE
)
_META_LABELS: Final = re.compile(
    r"^\W*(索\s*引\s*号|发布机构|发布单位|发文机关|信息来源|来源|发布日期|发布时间|成文日期|生成日期|公开日期|文\s*号|信息分类|主题分类)\s*[:：]?\s*(.*)$",
    re.DOTALL,
)
_META_NAMES: Final = {"pubdate": "发布日期", "contentsource": "发布机构", "articletitle": "标题"}
_DATA_TABLE: Final = re.compile(r"信息内容|申请人情况|行政复议|结果维持|指标|统计|自然人|予以公开|单位[:：]|数量")


def read_html(data: bytes, name: str, sha256: str) -> Source:
    """Return the article of a portal page.

    Raises:
        ReadError: ``undecodable``, ``damaged``, or ``no_text_layer`` where the page shows only pictures or a link.
    """
    from lxml import etree, html

    text, encoding = _decode(data, name)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        root = html.document_fromstring(text)
    except (etree.ParserError, ValueError) as error:
        raise ReadError(name, "damaged", str(error)) from error
    title = next((" ".join(t.itertext()).strip() for t in root.iter("title")), None)
    metadata = list(_meta_tags(root))
    for element in [e for e in root.iter() if _is_dropped(e)]:
        if element.getparent() is not None:
            element.drop_tree()
    article = _find_article(root)
    blocks = _Walker().walk(article)
    metadata += [pair for block in blocks for pair in _printed_metadata(block)]
    metadata += _outside_metadata(root, article)
    blocks = [block for block in blocks if not list(_printed_metadata(block))]
    if sum(len(block.text.strip()) for block in blocks) < 30:
        raise ReadError(name, "no_text_layer", "the page shows no running text, only pictures or links")
    return Source(name, "html", sha256, tuple(blocks), encoding, title or None, tuple(dict.fromkeys(metadata)))


def _decode(data: bytes, name: str) -> tuple[str, str]:
    """The declared encoding where the bytes fit it (gb2312 and gbk mean GB18030), else what the bytes say."""
    declared = _CHARSET.search(data[:4096])
    if declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        label = declared[1].decode("ascii").lower()
        encoding = "gb18030" if label in {"gb2312", "gbk", "gb18030", "gb_2312-80"} else label
        try:
            return data.decode(encoding), encoding
        except (UnicodeDecodeError, LookupError):
            pass  # the declaration is wrong, as on many portals
    return decode_text(data, name)


def _meta_tags(root: Element) -> Iterator[tuple[str, str]]:
    for meta in root.iter("meta"):
        label = _META_NAMES.get((meta.get("name") or "").lower())
        if label and (meta.get("content") or "").strip():
            yield label, meta.get("content").strip()


def _is_dropped(element: Element) -> bool:
    if not isinstance(element.tag, str):
        return True
    if element.tag in {"html", "body", "head"}:
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return (
        element.tag in _DROPPED
        or bool(_HIDDEN.search(element.get("style") or ""))
        or (bool(_CHROME.search(names)) and len(element.text_content()) < 600)
    )


def _find_article(root: Element) -> Element:
    """The smallest element that holds nearly all running text (sentence marks outside links)."""
    body = next(root.iter("body"), root)
    weight: dict[Element, int] = {}
    for element in reversed(list(body.iter())):
        own = (element.text or "") + "".join(child.tail or "" for child in element)
        marks = 0 if element.tag == "a" else len(re.findall(r"[。；，：]", own))
        weight[element] = marks + sum(weight.get(child, 0) for child in element)
    best = body
    while True:
        child = max(best, key=lambda e: weight.get(e, 0), default=None)
        if child is None or weight[child] < 0.9 * max(weight[best], 1) or child.tag in _INLINE | {"p", "td", "tr"}:
            return best
        if best is not body and any(e.tag in {"h1", "h2", "table"} for e in best if e is not child):
            return best
        best = child


class _Walker:
    """Collects blocks in document order; an inline run becomes one paragraph."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.run: list[str] = []
        self.line: int | None = None

    def walk(self, element: Element) -> list[Block]:
        self._enter(element)
        self._flush()
        return self.blocks

    def _flush(self, level: int = 0) -> None:
        text = re.sub(r"[\s\u00a0]+", " ", "".join(self.run)).strip()
        self.run.clear()
        if text:
            self.blocks.append(Block((Piece(text, None, self.line),), heading_level=level))
        self.line = None

    def _say(self, text: str | None, line: int | None) -> None:
        if text:
            if self.line is None and text.strip():
                self.line = line
            self.run.append(text)

    def _enter(self, element: Element) -> None:
        tag = element.tag
        if tag == "br":
            self._flush()
        elif tag == "table" and _is_data_table(element):
            self._flush()
            self.blocks.append(Block(grid=expand_table(element)))
        else:
            inline = tag in _INLINE
            if not inline:
                self._flush()
            self._say(element.text, element.sourceline)
            for child in element:
                if isinstance(child.tag, str):
                    self._enter(child)
                self._say(child.tail, child.sourceline)
            if not inline:
                self._flush(int(tag[1]) if re.fullmatch(r"h[1-6]", tag) else 0)


def _is_data_table(table: Element) -> bool:
    """A table of data, not one that only lays out the page: no nested table, short cells, several of them."""
    if table.find(".//table") is not None:
        return False
    cells = [" ".join(cell.itertext()) for cell in table.iter("td", "th")]
    if max((len(re.sub(r"\s", "", cell)) for cell in cells), default=0) > 200:
        return False
    return len(cells) >= 6 or bool(_DATA_TABLE.search("".join(cells)))


def expand_table(table: Element) -> Grid:
    """Return the grid of an HTML table with ``rowspan`` and ``colspan`` resolved."""
    taken: set[tuple[int, int]] = set()
    cells: list[GridCell] = []
    rows = list(table.iter("tr"))
    for r, row in enumerate(rows):
        c = 0
        for cell in row.iterchildren("td", "th"):
            while (r, c) in taken:
                c += 1
            height = min(_span(cell, "rowspan"), len(rows) - r)
            width = _span(cell, "colspan")
            text = re.sub(r"[ \t\r\n\u00a0]+", " ", " ".join(cell.itertext())).strip()
            cells.append(GridCell(r, c, text, height, width))
            taken |= {(y, x) for y in range(r, r + height) for x in range(c, c + width)}
            c += width
    return Grid(len(rows), max((x for _, x in taken), default=-1) + 1, tuple(cells), line=table.sourceline)


def _span(cell: Element, name: str) -> int:
    value = re.match(r"\d+", cell.get(name) or "1")
    return min(max(int(value[0]) if value else 1, 1), 200)


def _printed_metadata(block: Block) -> Iterator[tuple[str, str]]:
    """Label–value pairs that a portal prints as a table or line around the article."""
    if block.grid is None:
        match = _META_LABELS.match(block.text) if len(block.text) < 80 else None
        if match and match[2]:
            yield re.sub(r"\s", "", match[1]), match[2].strip()
        return
    texts = [cell.text for cell in block.grid.cells]
    if not any(_META_LABELS.match(text) for text in texts):
        return
    for text, following in zip(texts, [*texts[1:], ""], strict=True):
        match = _META_LABELS.match(text)
        if match and (match[2] or following):
            yield re.sub(r"\s", "", match[1]), (match[2] or following).strip()


def _outside_metadata(root: Element, article: Element) -> list[tuple[str, str]]:
    inside = set(article.iter())
    pairs = []
    for cell in root.iter("td", "th", "li", "span", "p", "div"):
        if cell in inside or len(cell) > 3:
            continue
        text = " ".join(cell.itertext()).strip()
        match = _META_LABELS.match(text) if len(text) < 80 else None
        value = match[2].strip() if match else ""
        if match and not value and cell.getnext() is not None:
            value = " ".join(cell.getnext().itertext()).strip()
        if match and value:
            pairs.append((re.sub(r"\s", "", match[1]), value))
    return pairs
