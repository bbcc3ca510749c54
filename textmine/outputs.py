"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from textmine.errors import TextmineError


def write_whole(path: str | Path, data: bytes) -> None:
    """Write a file under another name and give it its own when all is written.

    Raises:
        TextmineError: the file cannot be written; one that was there before is as it was.
    """
    target = Path(path)
    partial = target.with_name(f".{target.name}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data)
        os.replace(partial, target)
    except OSError as error:
        raise TextmineError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            partial.unlink()
