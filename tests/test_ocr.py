"""A scan gives the cells and sentences of the page that was scanned, or is skipped with its reason."""

import io
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from made import make, to_pdf
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from textmine.errors import MissingExtraError
from textmine.parse import parse_report
from textmine.pipeline import mine
from textmine.read import read_bytes

pytest.importorskip("rapidocr")


def pictures(data: bytes) -> list[Image.Image]:
    with pdfium.PdfDocument(data) as document:
        return [page.render(scale=200 / 72).to_pil() for page in document]


def scanned(data: bytes) -> bytes:
    """The pages of a PDF as pictures in a PDF, without a text layer."""
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(595, 842))
    for image in pictures(data):
        page.drawImage(ImageReader(image), 0, 0, 595, 842)
        page.showPage()
    page.save()
    return out.getvalue()


def test_cells_of_a_scan_are_those_of_the_page() -> None:
    made = to_pdf(make(3))
    wanted = parse_report(read_bytes(made, "a.pdf"))
    found = parse_report(read_bytes(scanned(made), "a.pdf", ocr=True))
    assert found.ocr_pages > 0 and found.ocr_score is not None and found.ocr_score > 0.9
    cells = {(cell.table, cell.row, cell.column): cell.value for cell in found.cells}
    assert cells == {(cell.table, cell.row, cell.column): cell.value for cell in wanted.cells}


def test_a_picture_of_a_page_is_read(tmp_path: Path) -> None:
    pictures(to_pdf(make(3)))[0].save(tmp_path / "page.png")
    (tmp_path / "blank.png").write_bytes(b"\x89PNG broken")
    assert mine(tmp_path)["skipped"]["reason"].tolist() == ["no_text_layer", "no_text_layer"]
    frames = mine(tmp_path, ocr=True)
    assert frames["skipped"]["reason"].tolist() == ["damaged"]
    assert frames["reports"]["source_format"].tolist() == ["picture"] and frames["reports"]["ocr_pages"].tolist() == [1]


def test_without_the_recognizer_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("textmine.read.ocr.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="textmine\\[ocr\\]"):
        mine(tmp_path, ocr=True)
