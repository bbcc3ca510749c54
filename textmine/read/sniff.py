"""Which format a file has: first bytes first, then the suffix."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePath
from typing import Final

from textmine.errors import ReadError
from textmine.records import SourceFormat

_PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")
_HTML: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|table|div|p)[\s>/]", re.IGNORECASE)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sniff_format(data: bytes, name: str) -> SourceFormat:
    """Return the format of ``data``; ``name`` decides only where the content does not.

    Raises:
        ReadError: an archive, an old Word file, or bytes that are no text.

    >>> sniff_format(b"%PDF-1.7 ...", "report.txt")
    'pdf'
    """
    head = data[:2048]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return _sniff_zip(data, name)
    if head.startswith(_OLE):
        raise ReadError(name, "unknown_format", "an old Office or a locked Word file; save it as an unlocked .docx")
    if head.startswith(_PICTURES):
        return "picture"
    suffix = PurePath(name).suffix.lower()
    if suffix == ".pdf" or suffix == ".docx":
        raise ReadError(name, "damaged", f"the content is not that of a {suffix} file")
    if _HTML.search(head.replace(b"\x00", b"")):
        return "html"
    if suffix in {".html", ".htm", ".shtml"}:
        return "html"
    return "markdown" if suffix in {".md", ".markdown"} else "text"


def _sniff_zip(data: bytes, name: str) -> SourceFormat:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile as error:
        raise ReadError(name, "damaged", f"the archive is cut off: {error}") from error
    if "word/document.xml" in names:
        return "docx"
    raise ReadError(name, "unknown_format", "a zip archive that is no Word file; unpack it first")
