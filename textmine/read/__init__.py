"""Step 1: file → :class:`~textmine.records.Source`. The format is found from the content, then the suffix."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

from textmine.errors import ReadError
from textmine.read.sniff import sniff_format
from textmine.records import Source

__all__ = ["read_bytes", "read_file", "read_path"]

#: Bound on a file's size in bytes. The longest real reports are a few MB; 50 MB of text is something else.
MAX_BYTES = 50_000_000


def read_file(path: str | Path, *, max_bytes: int = MAX_BYTES, ocr: bool = False) -> Source:
    """Return the content of a published report as blocks in reading order.

    Args:
        path: a text, Markdown, HTML, PDF or Word (.docx) file.
        max_bytes: a larger file is refused without being read.
        ocr: recognize the text of pictures and of PDF pages without text (extra ``ocr``).

    Raises:
        MissingExtraError: ``ocr`` without the recognizer installed.
        ReadError: the file is missing, empty, too large, locked, broken, of another kind, or without a text layer.
    """
    return read_bytes(read_path(path, max_bytes=max_bytes), str(path), max_bytes=max_bytes, ocr=ocr)


def read_path(path: str | Path, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Return the bytes of a file.

    Raises:
        ReadError: ``not_found``, ``unreadable``, ``unknown_format`` (no regular file) or ``too_large``.
    """
    name = str(path)
    file = Path(path)
    try:
        status = file.stat()
        size = status.st_size
        if not stat.S_ISREG(status.st_mode):
            raise ReadError(name, "unknown_format", "not a regular file")
        if size > max_bytes:
            raise ReadError(name, "too_large", f"{size} bytes, the bound is {max_bytes}")
        return file.read_bytes()
    except FileNotFoundError as error:
        raise ReadError(name, "not_found") from error
    except OSError as error:
        raise ReadError(name, "unreadable", str(error.strerror or error)) from error


def read_bytes(
    data: bytes, name: str, *, max_bytes: int = MAX_BYTES, ocr: bool = False, sha256: str | None = None
) -> Source:
    """Return the content of a report that is already in memory; ``name`` is its path or a name for it.

    ``sha256`` is the digest of the bytes where the caller knows it.

    Raises:
        ReadError: as in :func:`read_file`.

    >>> source = read_bytes("云溯市人民政府2022年政府信息公开工作年度报告".encode("gb18030"), "a.txt")
    >>> source.source_format, source.encoding
    ('text', 'gb18030')
    """
    if len(data) > max_bytes:
        raise ReadError(name, "too_large", f"{len(data)} bytes, the bound is {max_bytes}")
    if not data.strip():
        raise ReadError(name, "empty", f"{len(data)} bytes")
    sha256 = sha256 or hashlib.sha256(data).hexdigest()
    kind = sniff_format(data, name)
    if kind == "picture":
        if not ocr:
            raise ReadError(name, "no_text_layer", "the file is a picture; OCR is needed")
        from textmine.read.ocr import read_picture

        return read_picture(data, name, sha256)
    if kind == "pdf":
        from textmine.read.pdf import read_pdf

        return read_pdf(data, name, sha256, ocr=ocr)
    if kind == "docx":
        from textmine.read.docx import read_docx

        return read_docx(data, name, sha256)
    if kind == "html":
        from textmine.read.html import read_html

        return read_html(data, name, sha256)
    from textmine.read.text import read_text

    return read_text(data, name, sha256, markdown=kind == "markdown")
