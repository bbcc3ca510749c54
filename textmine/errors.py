"""What goes wrong, said so that the reader can act on it."""

from __future__ import annotations

from typing import Final

#: Why a file or page was left out: code -> what it means. The codes stand in the ``skipped`` frame.
SKIP_REASONS: Final[dict[str, str]] = {
    "not_found": "there is no such file",
    "unreadable": "the system refused to open the file",
    "empty": "the file holds nothing",
    "unknown_format": "neither the content nor the suffix names a format that textmine reads",
    "no_text_layer": "the page or file holds pictures only; OCR is needed",
    "encrypted": "the file asks for a password",
    "damaged": "the file is cut off or broken",
    "too_large": "the file is larger than the bound",
    "undecodable": "the bytes fit no known text encoding",
    "not_a_report": "the text is no annual report on government information disclosure",
    "duplicate": "the same content was read from another path",
    "timeout": "the file took longer than the bound",
    "worker_died": "the process that read the file ended",
    "memory": "the file needed more memory than there is",
    "internal_error": "textmine failed on the file; the traceback is in the detail",
}


class TextmineError(Exception):
    """Base of all errors that textmine states on purpose."""


class ReadError(TextmineError):
    """A file cannot be read as a report.

    Args:
        path: the file, as the caller named it.
        reason: a key of :data:`SKIP_REASONS`.
        detail: what was seen, for the person who has to mend it.
        stage: ``read`` or ``parse``.
    """

    def __init__(self, path: str, reason: str, detail: str = "", *, stage: str = "read") -> None:
        if reason not in SKIP_REASONS:
            raise ValueError(f"unknown skip reason {reason!r}")
        self.path = path
        self.reason = reason
        self.detail = detail
        self.stage = stage
        super().__init__(f"{path}: {reason}: {detail or SKIP_REASONS[reason]}")

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_read_error, (self.path, self.reason, self.detail, self.stage))


def _rebuild_read_error(path: str, reason: str, detail: str, stage: str) -> ReadError:
    return ReadError(path, reason, detail, stage=stage)


class CodebookError(TextmineError):
    """A codebook file is malformed; says file, key and what was expected."""


class TemplateError(TextmineError):
    """A file of table templates or of narrative patterns is malformed; says file and place."""


class DictionaryError(TextmineError):
    """A segmenter dictionary is malformed; says file and line."""


class ModelError(TextmineError):
    """A model does not fit its codebook, dictionary or segmenter, or is damaged."""


class FrameError(TextmineError):
    """A frame lacks columns or has wrong types; says which."""


class MissingExtraError(TextmineError):
    """A feature needs a package that is not installed; says what to install."""

    def __init__(self, package: str, extra: str, what: str) -> None:
        super().__init__(f"{what} needs {package}: pip install 'textmine[{extra}]'")
