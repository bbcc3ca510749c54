"""What is no report, or cannot be read, becomes a row with its reason; nothing stops the run."""

import io
import os
import random
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from reportlab.lib import pdfencrypt
from reportlab.pdfgen import canvas

from textmine.cli import cli
from textmine.errors import SKIP_REASONS
from textmine.pipeline import mine

NOISE = random.Random(1).randbytes(5000)


def zipped(name: str, text: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(name, text)
    return data.getvalue()


def pdf(*, text: str = "", password: str = "") -> bytes:
    data = io.BytesIO()
    lock = pdfencrypt.StandardEncryption(password, "owner") if password else None
    page = canvas.Canvas(data, encrypt=lock)
    page.drawString(100, 700, text)
    page.showPage()
    page.save()
    return data.getvalue()


NEWS = "<html><body><div>" + "今天上午，县长调研了农业生产工作，强调要抓好春耕备耕。" * 20 + "</div></body></html>"
FILES = {
    "empty.txt": (b"", "empty"),
    "blank.txt": (b" \n\t\n", "empty"),
    "noise.bin": (NOISE, "undecodable"),
    "noise.pdf": (NOISE, "damaged"),
    "zeros.txt": (bytes(4000), "unknown_format"),
    "news.html": (NEWS.encode(), "not_a_report"),
    "empty.html": (b"<html></html>", "no_text_layer"),
    "picture.jpg": (b"\xff\xd8\xff" + NOISE, "no_text_layer"),
    "archive.zip": (zipped("a.txt", "x"), "unknown_format"),
    "sheet.xlsx": (zipped("xl/workbook.xml", "<a/>"), "unknown_format"),
    "fake.docx": (zipped("word/document.xml", "<a>"), "damaged"),
    "cut.docx": (zipped("word/document.xml", "<a/>")[:-30], "damaged"),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOISE, "unknown_format"),
    "locked.pdf": (pdf(text="x", password="geheim"), "encrypted"),
    "scan.pdf": (pdf(), "no_text_layer"),
    "cut.pdf": (pdf(text="x")[:300], "damaged"),
    "odd.txt": ("政府信息公开".encode("utf-16") + b"\x01", "undecodable"),
    "huge.txt": (("公开" * 50 + "\n").encode() * 170_000, "too_large"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bad")
    for name, (data, _) in FILES.items():
        (made / name).write_bytes(data)
    (made / "gone.txt").symlink_to(made / "nowhere")
    return made


def test_each_bad_file_is_a_row_with_its_reason(folder: Path) -> None:
    frames = mine([folder, folder / "missing.pdf"])
    found = {Path(row.path).name: row.reason for row in frames["skipped"].itertuples()}
    expected = {name: reason for name, (_, reason) in FILES.items()}
    assert found == expected | {"gone.txt": "not_found", "missing.pdf": "not_found"}
    assert frames["reports"].empty
    assert set(found.values()) <= set(SKIP_REASONS)


@pytest.mark.parametrize("name", ["locked.pdf", "noise.bin", "missing.txt"])
@pytest.mark.parametrize("verb", ["parse", "split"])
def test_single_steps_state_the_error_in_one_line(folder: Path, tmp_path: Path, verb: str, name: str) -> None:
    out = tmp_path / "out.json"
    result = CliRunner().invoke(cli, [verb, str(folder / name), "-o", str(out)])
    assert result.exit_code == 1 and not out.exists() and not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="needs a device")
def test_an_output_that_cannot_be_written_is_a_stated_error(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": 1, "text": "人手不足。"}\n', "utf-8")
    result = CliRunner().invoke(cli, ["tag", str(tmp_path / "in.jsonl"), "-o", str(folder / "news.html/out.jsonl")])
    assert result.exit_code == 1 and "cannot write" in str(result.exception)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id": 1, "text": 3}', "line 1: must have"),
        ('{"id": 1, "text": "a"}\n{"id": 2,', "line 2: no JSON"),
        ('{"id": 1, "text": "a", "role": "wish"}', "unknown role 'wish'"),
        ("a,b\n1,2\n", "neither JSON lines nor CSV"),
    ],
)
def test_bad_items_are_named_by_their_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "in.txt").write_text(text, "utf-8")
    result = CliRunner().invoke(cli, ["tag", str(tmp_path / "in.txt")])
    assert message in str(result.exception)


def test_csv_with_a_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text('id,role,text\n7,problem,"人手不足，\n培训少。"\n8,,更新不及时。\n', "utf-8-sig")
    result = CliRunner().invoke(cli, ["tag", str(tmp_path / "in.csv")])
    assert result.exit_code == 0 and result.stdout.count('"id": "7"') == 1 and "timeliness" in result.stdout
