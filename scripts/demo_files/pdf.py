"""PDF with a text layer: wrapped lines, page marks, ruled tables that go on over page breaks, vertical labels.

The font is the CID font STSong-Light of every PDF reader, so that no font file is needed; text is extracted by its map.
"""

from __future__ import annotations

import io
import re
from typing import Any, Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from demo_files.flow import make_flow
from demo_files.forms import Form, Slot
from demo_files.source import ReportSource

_FONT: Final = "STSong-Light"
_WIDTH, _HEIGHT = 595.28, 841.89
_LEFT, _TOP, _BOTTOM = 84.0, 770.0, 86.0
_MEASURE: Final = _WIDTH - 2 * _LEFT
_SIZE, _LEADING = 15.0, 27.0
_SMALL, _TIGHT = 9.0, 12.0
_UNCUT: Final = re.compile(r"[“《（]*(?:[0-9A-Za-z.:/@-]+|.)")  # numbers, and an opening mark with what follows
#: marks that may hang over the edge, as the rules of Chinese typesetting have it
_HANGING: Final = "，。；：、！？）》”％%"


def write_pdf(source: ReportSource) -> bytes:
    """The bytes of a PDF; ``invariant`` keeps dates and ids out of it."""
    if _FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    file = io.BytesIO()
    page = _Pages(canvas.Canvas(file, pagesize=(_WIDTH, _HEIGHT), invariant=1, pageCompression=0), source)
    page.pen.setTitle("" if "no_pdf_title" in source.mess else "".join(source.title))
    for block in make_flow(source):
        if block.form is not None:
            page.table(block.form)
        elif block.kind == "title":
            page.line(block.text, size=20.0, centre=True)
        elif block.kind == "signature":
            page.line(block.text, right=True)
        else:
            page.paragraph(block.text)
    return page.finish(file)


def _width(text: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(text, _FONT, size))


def _break(text: str, width: float, size: float, first: float = 0.0) -> list[str]:
    """Lines of at most ``width``; a closing mark may hang over."""
    lines, line, used = [], "", first
    for word in _UNCUT.findall(text):
        wide = _width(word, size)
        if line and used + wide > width + 0.01 and word not in _HANGING:
            lines.append(line)
            line, used = "", 0.0
        line, used = line + word, used + wide
    return [*lines, line] if line else lines or [""]


class _Pages:
    """A pen that knows where on which page it is."""

    def __init__(self, pen: Any, source: ReportSource) -> None:
        self.pen, self.source = pen, source
        self.number, self.y = 1, _TOP

    def turn(self) -> None:
        mark = f"— {self.number} —" if "dashes" in self.source.mess else f"- {self.number} -"
        self.pen.setFont(_FONT, 10.5)
        self.pen.drawCentredString(_WIDTH / 2, 50, mark)
        self.pen.showPage()
        self.number, self.y = self.number + 1, _TOP

    def finish(self, file: io.BytesIO) -> bytes:
        self.turn()
        self.pen.save()
        return file.getvalue()

    def line(self, text: str, *, size: float = _SIZE, centre: bool = False, right: bool = False, x: float = 0) -> None:
        if self.y - _LEADING < _BOTTOM:
            self.turn()
        self.y -= _LEADING
        self.pen.setFont(_FONT, size)
        if centre:
            self.pen.drawCentredString(_WIDTH / 2, self.y, text)
        elif right:
            self.pen.drawRightString(_WIDTH - _LEFT - 2 * size, self.y, text)
        else:
            self.pen.drawString(_LEFT + x, self.y, text)

    def paragraph(self, text: str) -> None:
        indent = 2 * _SIZE
        for n, line in enumerate(_break(text, _MEASURE, _SIZE, indent)):
            self.line(line, x=indent if n == 0 else 0)

    def table(self, form: Form) -> None:
        edges = [_LEFT]
        for share in form.widths:
            edges.append(edges[-1] + share * _MEASURE)
        heights = [self._row_height(form, r, edges) for r in range(form.n_rows)]
        lines = {
            id(s): _break(s.text, edges[s.column + s.column_span] - edges[s.column] - 5, _SMALL) for s in form.slots
        }
        first = 0
        self.y -= 8
        while first < form.n_rows:
            last, room = first, self.y - _BOTTOM
            while last < form.n_rows and room >= heights[last]:
                room -= heights[last]
                last += 1
            if last == first:
                self.turn()
                continue
            self._segment(form, first, last, edges, heights, lines)
            first = last
            if first < form.n_rows:
                self.turn()
        self.y -= 8

    def _row_height(self, form: Form, r: int, edges: list[float]) -> float:
        most = 1
        for slot in form.slots:
            if slot.row == r and slot.row_span == 1:
                width = edges[slot.column + slot.column_span] - edges[slot.column] - 5
                most = max(most, len(_break(slot.text, width, _SMALL)))
        if form.code == "requests" and r < 3:
            most = max(most, 2)
        return most * _TIGHT + 8

    def _segment(
        self, form: Form, first: int, last: int, edges: list[float], heights: list[float], lines: dict[int, list[str]]
    ) -> None:
        """Rows ``first`` to ``last`` on this page; the label of a group that goes on is cut where the page ends."""
        tops = {first: self.y}
        for r in range(first, last):
            tops[r + 1] = tops[r] - heights[r]
        self.pen.setLineWidth(0.6)
        self.pen.setFont(_FONT, _SMALL)
        for slot in form.slots:
            begin, end = max(slot.row, first), min(slot.row + slot.row_span, last)
            if begin >= end:
                continue
            left, right = edges[slot.column], edges[slot.column + slot.column_span]
            self.pen.rect(left, tops[end], right - left, tops[begin] - tops[end], stroke=1, fill=0)
            self._fill(
                slot, _share(slot, begin, end, heights, lines[id(slot)]), (left, right), (tops[begin], tops[end])
            )
        self.y = tops[last]

    def _fill(self, slot: Slot, lines: list[str], sides: tuple[float, float], ends: tuple[float, float]) -> None:
        middle = (sides[0] + sides[1]) / 2
        y = (ends[0] + ends[1]) / 2 + len(lines) * _TIGHT / 2 - _SMALL
        for line in lines:
            self.pen.drawCentredString(middle, y, line)
            y -= _TIGHT


def _share(slot: Slot, begin: int, end: int, heights: list[float], lines: list[str]) -> list[str]:
    """The lines of a label that stand on this page: as many as its height here takes of its whole height."""
    total = sum(heights[slot.row : slot.row + slot.row_span])
    before = sum(heights[slot.row : begin]) / total
    after = sum(heights[slot.row : end]) / total
    return lines[round(before * len(lines)) : round(after * len(lines))]


def write_scan() -> bytes:
    """A PDF whose page is a picture of lines, as a scanner leaves it: no text layer."""
    width, height = 240, 336
    rows = []
    for y in range(height):
        printed = 30 < y < 300 and y % 12 in {3, 4, 5, 6}
        bits = (
            [(25 < x < 215 - (y // 12 * 37) % 60) and (x * 7 + y * 3) % 5 != 0 for x in range(width)] if printed else []
        )
        packed = bytearray(b"\xff" * (width // 8))
        for x, ink in enumerate(bits):
            if ink:
                packed[x // 8] &= 0xFF ^ (0x80 >> x % 8)
        rows.append(bytes(packed).hex().upper())
    picture = ("\n".join(rows) + ">").encode()
    draw = b"q 595 0 0 842 0 0 cm /Im0 Do Q"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /XObject << /Im0 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(draw), draw),
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 1 "
        b"/Filter /ASCIIHexDecode /Length %d >>\nstream\n%s\nendstream" % (width, height, len(picture), picture),
    ]
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)
