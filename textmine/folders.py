"""Where a mined corpus lies: a local folder, or one behind any fsspec URL (``s3://…``, ``memory://…``), with one face.

Files are written beside and renamed, so each is whole or not there. A folder in use is locked, so that two runs cannot
destroy each other's parts.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Protocol, cast

from textmine.errors import MissingExtraError, TextmineError

if TYPE_CHECKING:
    from types import ModuleType

#: holds who is writing to the folder
LOCK: Final = ".lock"


class Folder(Protocol):
    """A folder whose files are named by their path below it, with ``/`` between the parts."""

    root: str

    def make(self, name: str = "") -> None:
        """Make the folder, or one below it."""

    def names(self, below: str, suffix: str) -> list[str]:
        """Return the files right below a folder whose names end so, sorted."""

    def open(self, name: str, mode: str = "rb") -> IO[bytes]:
        """Open a file to read (``rb``) or to write (``wb``)."""

    def has(self, name: str) -> bool:
        """Whether there is such a file."""

    def move(self, name: str, to: str) -> None:
        """Give a file another name; a file of that name is replaced."""

    def remove(self, name: str) -> None:
        """Remove a file or folder, if there is one."""


def open_folder(place: str | Path) -> Folder:
    """Return the folder at a path or fsspec URL; it need not be there.

    Raises:
        MissingExtraError: a URL without fsspec installed.
        TextmineError: no fsspec file system serves the URL.
    """
    return UrlFolder(str(place)) if is_url(place) else LocalFolder(str(place))


def is_url(place: str | Path) -> bool:
    """Whether a place is named by a URL.

    >>> is_url("s3://bucket/mined"), is_url("mined"), is_url("C:/mined")
    (True, False, False)
    """
    return isinstance(place, str) and "://" in place


def write_whole(folder: Folder, name: str, data: bytes) -> None:
    """Write a file beside and rename it, so that it is whole or not there."""
    partial = f"{name}.{socket.gethostname()}-{os.getpid()}.partial"
    with folder.open(partial, "wb") as file:
        file.write(data)
    folder.move(partial, name)


class LocalFolder:
    """A folder of this machine, or of a disk that several share."""

    def __init__(self, root: str) -> None:
        self.root = root

    def _at(self, name: str) -> str:
        return os.path.join(self.root, name) if name else self.root

    def make(self, name: str = "") -> None:
        os.makedirs(self._at(name), exist_ok=True)

    def names(self, below: str, suffix: str) -> list[str]:
        lead = f"{below}/" if below else ""
        return sorted(lead + name for name in os.listdir(self._at(below)) if name.endswith(suffix))

    def open(self, name: str, mode: str = "rb") -> IO[bytes]:
        return cast(IO[bytes], open(self._at(name), mode))

    def has(self, name: str) -> bool:
        return os.path.exists(self._at(name))

    def move(self, name: str, to: str) -> None:
        with open(self._at(name), "r+b") as file:  # Windows flushes only what may be written
            os.fsync(file.fileno())
        os.replace(self._at(name), self._at(to))

    def remove(self, name: str) -> None:
        path = self._at(name)
        if os.path.isdir(path):
            shutil.rmtree(path, ignore_errors=True)
        else:
            Path(path).unlink(missing_ok=True)


class UrlFolder:
    """A folder behind an fsspec URL; errors of its file system are told as ``OSError``."""

    def __init__(self, root: str) -> None:
        try:
            import fsspec
        except ImportError as error:
            raise MissingExtraError("fsspec", "dask", f"the folder {root}") from error
        self.root = root
        try:
            self._fs, self._base = fsspec.core.url_to_fs(root)
        except (ImportError, ValueError) as error:
            raise TextmineError(f"cannot use {root}: {error}") from error

    def _at(self, name: str) -> str:
        return f"{self._base.rstrip('/')}/{name}".rstrip("/")

    def make(self, name: str = "") -> None:
        self._fs.makedirs(self._at(name), exist_ok=True)

    def names(self, below: str, suffix: str) -> list[str]:
        lead = f"{below}/" if below else ""
        self._fs.invalidate_cache()
        with suppress(FileNotFoundError):
            listed = [str(path).rsplit("/", 1)[-1] for path in self._fs.ls(self._at(below), detail=False)]
            return sorted(lead + name for name in listed if name.endswith(suffix))
        return []

    def open(self, name: str, mode: str = "rb") -> IO[bytes]:
        return cast(IO[bytes], self._fs.open(self._at(name), mode))

    def has(self, name: str) -> bool:
        self._fs.invalidate_cache()
        return bool(self._fs.exists(self._at(name)))

    def move(self, name: str, to: str) -> None:
        try:
            self._fs.mv(self._at(name), self._at(to))
        except FileExistsError:  # most replace what is there; some refuse to
            self._fs.rm(self._at(to))
            self._fs.mv(self._at(name), self._at(to))

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self._fs.rm(self._at(name), recursive=True)


# --- the lock -------------------------------------------------------------------------------------


@contextmanager
def lock_folder(folder: Folder) -> Iterator[None]:
    """Keep other runs out of a folder; the lock of a process that is dead is taken over.

    On a local folder the system holds the lock and lets go of it when the process ends, however it ends. Elsewhere, and
    where the file system knows no locks, the file says who holds it; of a process on another machine nobody can know
    whether it lives, so its lock stays until someone removes it.

    Raises:
        TextmineError: another run is using the folder, or it cannot be written.
    """
    try:
        folder.make()
        release = _lock_by_system(folder) if isinstance(folder, LocalFolder) else None
        release = release or _lock_by_file(folder)
    except OSError as error:
        raise TextmineError(f"cannot write to {folder.root}: {error.strerror or error}") from error
    try:
        yield
    finally:
        with suppress(OSError):
            release()


def _lock_by_system(folder: LocalFolder) -> Any:
    """Return what gives the lock back; ``None`` where the system has no such locks."""
    fcntl = _fcntl()
    if fcntl is None:
        return None
    path = os.path.join(folder.root, LOCK)
    while True:
        file = open(path, "a+b")  # noqa: SIM115 (held until the run ends)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read()
            file.close()
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                raise TextmineError(_in_use(folder.root, holder)) from None
            return None
        with suppress(OSError):  # the file may have been removed by who held it, between opening and locking
            if os.path.samestat(os.fstat(file.fileno()), os.stat(path)):
                break
        file.close()
    file.truncate(0)
    file.write(_holder())
    file.flush()

    def release() -> None:
        os.unlink(path)
        file.close()

    return release


def _lock_by_file(folder: Folder) -> Any:
    if folder.has(LOCK):
        with folder.open(LOCK) as file:
            holder = file.read()
        if not _is_dead(holder):
            raise TextmineError(_in_use(folder.root, holder))
    with folder.open(LOCK, "wb") as file:
        file.write(_holder())
    return lambda: folder.remove(LOCK)


def _fcntl() -> ModuleType | None:
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    return fcntl


def _holder() -> bytes:
    now = time.strftime("%Y-%m-%d %H:%M:%S")
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": now}).encode()


def _read_holder(holder: bytes) -> dict[str, Any]:
    with suppress(ValueError):
        facts = json.loads(holder)
        if isinstance(facts, dict):
            return facts
    return {}


def _is_dead(holder: bytes) -> bool:
    """Whether the process was one of this machine and is no more; a file that says nothing was cut off by its death."""
    facts = _read_holder(holder)
    if not facts:
        return True
    if facts.get("host") != socket.gethostname():
        return False
    if os.name == "nt":  # there the signal 0 is Ctrl-C
        return int(facts.get("pid", 0)) == os.getpid()
    try:
        os.kill(int(facts["pid"]), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError, KeyError):
        return False
    return int(facts["pid"]) == os.getpid()


def _in_use(root: str, holder: bytes) -> str:
    facts = _read_holder(holder)
    who = f" (process {facts['pid']} on {facts['host']}, since {facts['since']})" if len(facts) == 3 else ""
    return f"{root} is in use by another run{who}; wait for it, or choose another folder (if it is dead, remove {LOCK})"
