"""Content → a Word document with real headings, tables, figures and links from figures to quotes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from textmine.plots import render_figure
from textmine.summary.content import Cell, Figure, QuoteGroup, Section, SummaryContent, Table, format_value
from textmine.summary.markdown import evidence_anchor
from textmine.summary.words import Words, load_words

if TYPE_CHECKING:
    from docx.document import Document as Doc

_RIGHT: Final = {"count", "share", "number", "interval", "range", "p", "year"}
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff￾￿]")
#: fonts that office programs in China have: Latin, Chinese
_BODY: Final = ("Times New Roman", "宋体")
_HEAD: Final = ("Arial", "黑体")
#: more columns than this stand on a page on its side; centimetres between the margins upright and on the side
_WIDE: Final = 9
_UPRIGHT: Final = 16.2
_ACROSS: Final = 24.9
_INK: Final = "24221F"
_LINK: Final = "17527A"
_SOFT: Final = "615C53"


def render_word(content: SummaryContent) -> bytes:
    """Return the summary as a Word document (.docx). The same content gives the same bytes.

    Raises:
        MissingExtraError: vl-convert-python, which draws the figures, is not installed.
    """
    from docx import Document

    document = Document()
    _set_styles(document)
    words = load_words(content.lang)
    writer = _Writer(document, words, {group.key for section in content.sections for group in section.quotes})
    writer.write(content)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = _clean(content.title), "textmine", ""
    properties.language = "zh-CN" if content.lang == "zh" else "en"
    buffer = io.BytesIO()
    document.save(buffer)
    return _without_times(buffer.getvalue())


class _Writer:
    def __init__(self, document: Doc, words: Words, anchors: set[str]) -> None:
        self.document = document
        self.words = words
        self.anchors = anchors
        self.n_bookmarks = 0

    def write(self, content: SummaryContent) -> None:
        self.document.add_paragraph(_clean(content.title), style="Title")
        self.document.add_paragraph(_clean(content.subtitle), style="Subtitle")
        self._facts(content)
        for section in content.sections:
            paragraph = self.document.add_paragraph()
            paragraph.paragraph_format.space_after = 0
            self._link(paragraph, f"s_{section.key}", section.title)
        for section in content.sections:
            self._section(section)
        self.document.add_paragraph(
            _clean(self.words("ui", "evidence_how").replace("`", "").replace("\\", "")), style="Caption"
        )

    def _facts(self, content: SummaryContent) -> None:
        table = self.document.add_table(rows=2, cols=len(content.facts))
        for at, (label, cell, kind) in enumerate(content.facts):
            self._put(table.cell(0, at), label, size=8.5, color=_SOFT)
            self._put(table.cell(1, at), format_value(cell.value, kind), size=13, bold=True)
        self.document.add_paragraph()

    def _section(self, section: Section) -> None:
        heading = self.document.add_heading(_clean(section.title), 1)
        self._bookmark(heading, f"s_{section.key}")
        if section.intro:
            self.document.add_paragraph(_clean(section.intro), style="Caption")
        for sentence in section.sentences:
            paragraph = self.document.add_paragraph(_clean(sentence.text), style="List Bullet")
            target = evidence_anchor(sentence.evidence, self.anchors)
            if target:
                paragraph.add_run(" ")
                self._link(paragraph, target, self.words("ui", "evidence"), size=9)
        for figure in section.figures:
            self._figure(figure)
        wide = [table for table in section.tables if len(table.columns) > _WIDE]
        for table in section.tables:
            if table not in wide:
                self._table(table)
        if wide:
            self._turn(landscape=True)
            for table in wide:
                self._table(table)
            self._turn(landscape=False)
        for group in section.quotes:
            self._quotes(group)

    def _turn(self, *, landscape: bool) -> None:
        """Begin a new page, on its side for wide tables."""
        from docx.enum.section import WD_ORIENT, WD_SECTION
        from docx.shared import Cm

        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        sides = (Cm(29.7), Cm(21)) if landscape else (Cm(21), Cm(29.7))
        section.page_width, section.page_height = sides

    def _figure(self, figure: Figure) -> None:
        from docx.shared import Cm

        if not figure.rows:
            return
        caption = self.document.add_paragraph(style="Caption")
        caption.paragraph_format.keep_with_next = True
        caption.add_run(_clean(figure.title)).bold = True
        if figure.note:
            caption.add_run("  " + _clean(figure.note))
        picture = self.document.add_picture(
            io.BytesIO(render_figure(figure, "png", width=620, titled=False)), width=Cm(16)
        )
        picture._inline.docPr.set("descr", _clean(figure.description))

    def _table(self, table: Table) -> None:
        caption = self.document.add_paragraph(style="Caption")
        caption.paragraph_format.keep_with_next = True
        caption.add_run(_clean(table.title)).bold = True
        if table.note:
            caption.add_run("  " + _clean(table.note))
        size = 8.5 if len(table.columns) <= _WIDE else 7.5
        made = self.document.add_table(rows=1, cols=len(table.columns))
        made.style = "Table Grid"
        _set_borders(made)
        _repeat_head(made.rows[0])
        widths = _share_width(table, _ACROSS if len(table.columns) > _WIDE else _UPRIGHT)
        for cell, column in zip(made.rows[0].cells, table.columns, strict=True):
            self._put(cell, column.label, size=size, bold=True, right=column.kind in _RIGHT)
        for row in table.rows:
            cells = made.add_row().cells
            for place, cell, column in zip(cells, row, table.columns, strict=True):
                self._cell(place, cell, column.kind, size)
        _set_widths(made, widths)
        self.document.add_paragraph()

    def _cell(self, place: Any, cell: Cell, kind: Any, size: float) -> None:
        text = format_value(cell.value, kind) + ("*" if cell.mark and kind in ("count", "share") else "")
        target = evidence_anchor(cell.evidence, self.anchors) if kind == "count" else None
        color = _SOFT if cell.mark else _INK
        self._put(place, text, size=size, right=kind in _RIGHT, color=color, target=target)

    def _put(
        self,
        cell: Any,
        text: str,
        *,
        size: float,
        bold: bool = False,
        right: bool = False,
        color: str = _INK,
        target: str | None = None,
    ) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt, RGBColor

        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(1)
        paragraph.paragraph_format.line_spacing = 1.0
        if right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if target:
            self._link(paragraph, target, text, size=size)
            return
        run = paragraph.add_run(_clean(text))
        run.font.size, run.bold = Pt(size), bold
        run.font.color.rgb = RGBColor.from_string(color)

    def _quotes(self, group: QuoteGroup) -> None:
        heading = self.document.add_heading(_clean(group.title), 2)
        self._bookmark(heading, group.key)
        for quote in group.quotes:
            paragraph = self.document.add_paragraph(_clean(quote.text), style="Quote")
            paragraph.paragraph_format.keep_with_next = True
            place = self.words("labels", "offsets", start=quote.start, end=quote.end)
            parts = [quote.source, quote.why, quote.path, place, quote.statement_id]
            self.document.add_paragraph(_clean(" · ".join(part for part in parts if part)), style="Caption")

    def _bookmark(self, paragraph: Any, key: str) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        self.n_bookmarks += 1
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for element in (start, end):
            element.set(qn("w:id"), str(self.n_bookmarks))
        start.set(qn("w:name"), _bookmark_name(key))
        paragraph._p.insert(0, start)
        paragraph._p.append(end)

    def _link(self, paragraph: Any, key: str, text: str, *, size: float = 10.5) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Pt, RGBColor

        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), _bookmark_name(key))
        run = paragraph.add_run(_clean(text))
        run.font.size, run.font.underline = Pt(size), True
        run.font.color.rgb = RGBColor.from_string(_LINK)
        link.append(run._r)
        paragraph._p.append(link)


def _bookmark_name(key: str) -> str:
    """Word takes letters, digits and underscores, 40 at the most, beginning with a letter."""
    return re.sub(r"\W", "_", f"b_{key}", flags=re.ASCII)[:40]


def _set_styles(document: Doc) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.4)
    section.top_margin = section.bottom_margin = Cm(2.2)
    looks = [("Normal", _BODY, 10.5, _INK), ("Title", _HEAD, 22, _INK), ("Subtitle", _BODY, 11, _SOFT)]
    looks += [("Heading 1", _HEAD, 16, _INK), ("Heading 2", _HEAD, 11.5, _INK), ("Caption", _BODY, 9, _SOFT)]
    looks += [("List Bullet", _BODY, 10.5, _INK), ("Quote", _BODY, 10.5, _INK)]
    for name, (latin, chinese), size, color in looks:
        style: Any = document.styles[name]
        style.font.name, style.font.size, style.font.italic = latin, Pt(size), False
        style.font.bold = name.startswith(("Heading", "Title"))
        style.font.color.rgb = RGBColor.from_string(color)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in list(fonts.attrib):
            if "Theme" in key:
                del fonts.attrib[key]
        fonts.set(qn("w:eastAsia"), chinese)
        fonts.set(qn("w:ascii"), latin)
        fonts.set(qn("w:hAnsi"), latin)
    document.styles["Quote"].paragraph_format.left_indent = Cm(0.6)
    document.styles["Normal"].paragraph_format.line_spacing = 1.35
    for style in document.styles:
        if style.name == "Title":
            for border in style.element.iter(qn("w:pBdr")):
                border.getparent().remove(border)
                break


def _share_width(table: Table, room: float) -> list[float]:
    """Centimetres of each column: by its longest text, none under a least and none over a third."""
    wants = []
    for at, column in enumerate(table.columns):
        texts = [format_value(row[at].value, column.kind) for row in table.rows]
        longest = max((_breadth(text) for text in texts), default=0)
        wants.append(min(max(longest, min(_breadth(column.label), 8), 4), 44) + 2)
    return [room * want / sum(wants) for want in wants]


def _breadth(text: str) -> int:
    """Chinese characters are twice as broad as digits."""
    return sum(2 if char > "\u2e80" else 1 for char in text)


def _set_widths(table: Any, widths: list[float]) -> None:
    from docx.shared import Cm

    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)


def _set_borders(table: Any) -> None:
    """Rules between rows only."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        line.set(qn("w:val"), "nil" if side in ("left", "right", "insideV") else "single")
        line.set(qn("w:sz"), "4")
        line.set(qn("w:color"), "B9B2A3")
        borders.append(line)
    table._tbl.tblPr.append(borders)


def _repeat_head(row: Any) -> None:
    """The head of a table stands on every page that the table runs over."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(head)


def _clean(text: str) -> str:
    return _CONTROL.sub("�", text)


def _without_times(data: bytes) -> bytes:
    """The same archive with fixed times, so that the same content gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in _members(old):
            new.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    for item in archive.infolist():
        yield item.filename, archive.read(item)
