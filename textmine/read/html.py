"""Saved portal pages (HTML) → Source: the article amid navigation, tables as grids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from textmine.errors import ReadError
from textmine.read.portal import Printed, drop_furniture, holds_text
from textmine.read.text import decode_text, raise_marks
from textmine.records import Block, Grid, GridCell, Piece, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

Element = Any  # lxml.html.HtmlElement; lxml ships no types

_CHARSET: Final = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
#: what is not shown, or shown as struck out
_NEVER_TEXT: Final = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "select",
        "button",
        "svg",
        "textarea",
        "del",
        "s",
        "strike",
    ]
)
#: frames of a page; old systems wrap the whole page in a form, and some put the title in a header
_DROPPED: Final = frozenset(["nav", "footer", "header", "form", "aside"])
#: a smaller share of the running text than this is not the article
_MOST: Final = 0.9
_TITLE: Final = re.compile(r"(?:年度?|学年)[^。，；]{0,40}(?:报告|年报)(?:[（(].{0,20}[）)])?$")
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
_LABELS: Final = (
    r"索\s*引\s*号|发布机构|发布单位|发文机关|信息来源|来源|发布日期|发布时间|成文日期|生成日期|公开日期|文\s*号|"
    r"信息分类|主题分类"
)
#: a label with its value: behind a colon, before a date, or (in a table) in the next cell
_META_LABELS: Final = re.compile(rf"^\W*({_LABELS})\s*(?:[:：]\s*(.*)|\s(\d.*)|)$", re.DOTALL)
#: what ends the value where several stand in one line
_NEXT_LABEL: Final = re.compile(
    rf"\s*(?:{_LABELS}|浏览(?:次数|量)|阅读|点击|访问|字体|作者|责任编辑|【)\s*[:：].*|\s*【.*", re.DOTALL
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
    printed = _Walker().walk(article)
    metadata += [pair for item in printed for pair in _printed_metadata(item.block)]
    metadata += _outside_metadata(root, article)
    blocks = drop_furniture([item for item in printed if not list(_printed_metadata(item.block))])
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
    if element.tag in _NEVER_TEXT or _HIDDEN.search(element.get("style") or ""):
        return True
    if element.tag in _DROPPED:
        return not holds_text(element) and not _has_title(element)
    return bool(_CHROME.search(names)) and not holds_text(element) and len(element.text_content()) < 600


def _has_title(element: Element) -> bool:
    """A header may hold the title of the article, or (as a link) only the name of the site."""
    for heading in element.iter("h1", "h2"):
        links = "".join("".join(link.itertext()) for link in heading.iter("a"))
        if "报告" in heading.text_content() and "报告" not in links:
            return True
    return False


def _find_article(root: Element) -> Element:
    """The smallest element that holds all running text, all filled tables and the title above them."""
    body = next(root.iter("body"), root)
    amount: dict[Element, int] = {}
    for element in reversed(list(body.iter())):
        own = (element.text or "") + "".join(child.tail or "" for child in element)
        marks = 0 if element.tag == "a" else len(re.findall(r"[。；，]", own))
        amount[element] = marks + sum(amount.get(child, 0) for child in element)
    path = [body]
    while True:
        best = path[-1]
        child = max(best, key=lambda e: amount.get(e, 0), default=None)
        if child is None or child.tag in _INLINE | {"p", "pre"} or (child.tag == "table" and _is_data_table(child)):
            break
        own = (best.text or "") + "".join(other.tail or "" for other in best)
        if amount.get(child, 0) < _MOST * max(amount[best], 1) or "。" in own:
            break
        if any(_holds_part(other) for other in best if other is not child and isinstance(other.tag, str)):
            break
        path.append(child)
    return next((element for element in reversed(path) if _has_title_line(element)), path[-1])


def _holds_part(element: Element) -> bool:
    """Whether an element holds a part of a report: headings and sentences, or a table of data."""
    if holds_text(element):
        return True
    tables = [element] if element.tag == "table" else list(element.iter("table"))
    return any(_is_data_table(table) and _DATA_TABLE.search(table.text_content()) for table in tables)


def _has_title_line(element: Element) -> bool:
    """Whether an element holds a line outside links that can be the title of a report."""
    for item in element.iter():
        if isinstance(item.tag, str) and item.tag not in {"a", "script", "style"} and len(item) < 12:
            text = re.sub(r"\s", "", item.text_content())
            linked = "".join("".join(link.itertext()) for link in item.iter("a"))
            if len(text) < 80 and _TITLE.search(text) and not _TITLE.search(re.sub(r"\s", "", linked)):
                return True
    return False


class _Walker:
    """Collects blocks in document order; an inline run becomes one paragraph."""

    def __init__(self) -> None:
        self.printed: list[Printed] = []
        self.run: list[str] = []
        self.linked = 0
        self.line: int | None = None

    def walk(self, element: Element) -> list[Printed]:
        self._enter(element, inside_link=False)
        self._flush()
        return self.printed

    def _flush(self, level: int = 0) -> None:
        text = re.sub(r"[\s\u00a0]+", " ", "".join(self.run)).strip()
        self.run.clear()
        if text:
            self.printed.append(Printed(Block((Piece(text, None, self.line),), heading_level=level), self.linked))
        self.line, self.linked = None, 0

    def _say(self, text: str | None, line: int | None, *, inside_link: bool) -> None:
        if text:
            if self.line is None and text.strip():
                self.line = line
            self.run.append(text)
            if inside_link:
                self.linked += len(re.sub(r"\s", "", text))

    def _say_lines(self, element: Element) -> None:
        """Text whose lines and tabs are kept as they are."""
        self._flush()
        for number, line in enumerate("".join(element.itertext()).split("\n")):
            if line.strip():
                piece = Piece(line.strip("\r "), None, (element.sourceline or 0) + number)
                self.printed.append(Printed(Block((piece,))))

    def _enter(self, element: Element, *, inside_link: bool) -> None:
        tag = element.tag
        if tag == "br":
            self._flush()
        elif tag == "pre":
            self._say_lines(element)
        elif tag == "table" and _is_data_table(element):
            self._flush()
            self.printed.append(Printed(Block(grid=expand_table(element))))
        else:
            inline = tag in _INLINE
            link = inside_link or (tag == "a" and _leads_away(element))
            if not inline:
                self._flush()
            text = raise_marks(element.text or "") if tag == "sup" else element.text
            self._say(text, element.sourceline, inside_link=link)
            for child in element:
                if isinstance(child.tag, str):
                    self._enter(child, inside_link=link)
                self._say(child.tail, child.sourceline, inside_link=link)
            if not inline:
                self._flush(int(tag[1]) if re.fullmatch(r"h[1-6]", tag) else 0)


def _leads_away(link: Element) -> bool:
    """A link to a place on the same page leads to a heading, not to another page."""
    return not (link.get("href") or "#").startswith("#") or bool(link.get("onclick"))


def _is_data_table(table: Element) -> bool:
    """A table of data, not one that only lays out the page: no nested table, short cells, several of them."""
    if table.find(".//table") is not None:
        return False
    cells = [" ".join(cell.itertext()) for cell in table.iter("td", "th")]
    if max((len(re.sub(r"\s", "", cell)) for cell in cells), default=0) > 200:
        return False
    if sum("。" in cell and len(cell) > 30 for cell in cells) > 1:
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
            text = _cell_text(cell)
            cells.append(GridCell(r, c, text, height, width))
            taken |= {(y, x) for y in range(r, r + height) for x in range(c, c + width)}
            c += width
    return Grid(len(rows), max((x for _, x in taken), default=-1) + 1, tuple(cells), line=table.sourceline)


def _cell_text(cell: Element) -> str:
    """The text of a cell as it is seen: paragraphs and breaks begin lines, spans do not part a word or number."""
    parts: list[str] = []

    def say(text: str | None, *, raised: bool) -> None:
        seen = re.sub(r"[\s\u00a0]+", " ", text or "")
        parts.append(raise_marks(seen) if raised else seen)

    def enter(element: Element, *, raised: bool) -> None:
        parts.append("" if element.tag in _INLINE else "\n")
        say(element.text, raised=raised or element.tag == "sup")
        for child in element:
            if isinstance(child.tag, str):
                enter(child, raised=raised or element.tag == "sup")
            say(child.tail, raised=raised or element.tag == "sup")
        parts.append("" if element.tag in _INLINE or element.tag == "br" else "\n")

    enter(cell, raised=False)
    return "\n".join(filter(None, (line.strip() for line in "".join(parts).split("\n"))))


def _span(cell: Element, name: str) -> int:
    value = re.match(r"\d+", cell.get(name) or "1")
    return min(max(int(value[0]) if value else 1, 1), 200)


def _printed_metadata(block: Block) -> Iterator[tuple[str, str]]:
    """Label–value pairs that a portal prints as a table or line around the article."""
    if block.grid is None:
        match = _META_LABELS.match(block.text) if len(block.text) < 120 and "。" not in block.text else None
        if match and _value(match):
            yield re.sub(r"\s", "", match[1]), _value(match)
        return
    texts = [cell.text for cell in block.grid.cells]
    if not any(_META_LABELS.match(text) for text in texts) or _DATA_TABLE.search("".join(texts)):
        return
    for text, following in zip(texts, [*texts[1:], ""], strict=True):
        match = _META_LABELS.match(text)
        if match and (_value(match) or following):
            yield re.sub(r"\s", "", match[1]), _value(match) or following.strip()


def _value(match: re.Match[str]) -> str:
    """The value of a label, up to the next label of the line."""
    return _NEXT_LABEL.sub("", match[2] or match[3] or "").strip()


def _outside_metadata(root: Element, article: Element) -> list[tuple[str, str]]:
    inside = set(article.iter())
    pairs = []
    for cell in root.iter("td", "th", "li", "span", "p", "div"):
        if cell in inside or len(cell) > 3:
            continue
        text = " ".join(cell.itertext()).strip()
        match = _META_LABELS.match(text) if len(text) < 80 else None
        value = _value(match) if match else ""
        if match and not value and cell.getnext() is not None:
            value = " ".join(cell.getnext().itertext()).strip()
        if match and value:
            pairs.append((re.sub(r"\s", "", match[1]), value))
    return pairs
