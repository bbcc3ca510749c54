"""Word files with merged cells, with fixed dates inside so that the same bytes come out."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any, Final

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH

from demo_files.flow import make_flow
from demo_files.forms import Form
from demo_files.source import ReportSource

_WHEN: Final = datetime(2024, 1, 2, 3, 4, 6)
#: what of the default template is kept: the rest would be most of the file
_STYLES: Final = {
    "Normal",
    "Heading 1",
    "Heading 1 Char",
    "Table Grid",
    "Normal Table",
    "Default Paragraph Font",
    "No List",
}
_UNUSED: Final = ("stylesWithEffects", "customXml", "thumbnail")


def write_word(source: ReportSource) -> bytes:
    """The bytes of a Word file."""
    document = _empty()
    for block in make_flow(source):
        if block.form is not None:
            _table(document, block.form)
        elif block.kind == "heading" and "styles" in source.mess:
            document.add_heading(block.text, 1)
        else:
            paragraph = document.add_paragraph(block.text)
            if block.kind == "title":
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            elif block.kind == "signature":
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    properties = document.core_properties
    properties.author = properties.last_modified_by = ""
    properties.title = "".join(source.title)
    properties.created = properties.modified = _WHEN
    file = io.BytesIO()
    document.save(file)
    return _fixed(file.getvalue())


def _empty() -> Any:
    document = docx.Document()
    for style in list(document.styles.element.style_lst):
        if style.name_val.title() not in {name.title() for name in _STYLES}:
            document.styles.element.remove(style)
    for rels in (document.part.rels, document.part.package.rels):
        for key, rel in list(rels.items()):
            if rel.reltype.split("/")[-1] in _UNUSED:
                del rels[key]
    return document


def _table(document: Any, form: Form) -> None:
    table = document.add_table(rows=form.n_rows, cols=form.n_columns)
    table.style = "Table Grid"
    grid = [list(row.cells) for row in table.rows]
    for slot in form.slots:
        cell = grid[slot.row][slot.column]
        if slot.row_span > 1 or slot.column_span > 1:
            cell = cell.merge(grid[slot.row + slot.row_span - 1][slot.column + slot.column_span - 1])
            for extra in cell.paragraphs[1:]:
                extra._p.getparent().remove(extra._p)
        cell.paragraphs[0].text = slot.text


def _fixed(data: bytes) -> bytes:
    """The same package with fixed times, and stored, since compressors differ between builds of zlib."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            info = zipfile.ZipInfo(name, _WHEN.timetuple()[:6])
            info.external_attr = 0o600 << 16
            new.writestr(info, old.read(name))
    return out.getvalue()
