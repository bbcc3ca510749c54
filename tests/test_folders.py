"""Folders here and behind URLs, and the lock that keeps two runs apart."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from textmine.errors import TextmineError
from textmine.folders import LOCK, Folder, UrlFolder, lock_folder, open_folder, write_whole
from textmine.frames import load_frames
from textmine.pipeline import mine


@pytest.fixture(params=["local", "memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Folder:
    pytest.importorskip("fsspec")
    return open_folder(tmp_path / "a" if request.param == "local" else f"memory://{tmp_path.name}/a")


def test_files_are_written_whole_listed_moved_and_removed(folder: Folder) -> None:
    folder.make("below")
    assert not folder.has("below/x.txt") and folder.names("below", ".txt") == []
    write_whole(folder, "below/x.txt", b"one")
    write_whole(folder, "below/x.txt", b"two")
    write_whole(folder, "below/y.txt", b"three")
    assert folder.names("below", ".txt") == ["below/x.txt", "below/y.txt"]
    folder.move("below/y.txt", "below/x.txt")
    with folder.open("below/x.txt") as file:
        assert file.read() == b"three"
    assert folder.names("below", "") == ["below/x.txt"]
    folder.remove("below/x.txt")
    folder.remove("below/x.txt")
    assert not folder.has("below/x.txt")


def test_a_folder_in_use_is_refused_and_free_again_after(folder: Folder) -> None:
    with lock_folder(folder):
        assert folder.has(LOCK)
        if isinstance(folder, UrlFolder):  # written by this very process: it counts as dead, so another one is made up
            folder.remove(LOCK)
            write_whole(folder, LOCK, json.dumps({"pid": 1, "host": "elsewhere", "since": "now"}).encode())
        with pytest.raises(TextmineError, match="in use by another run"), lock_folder(folder):
            pass
    folder.remove(LOCK)
    with lock_folder(folder):
        pass


def test_the_lock_of_a_dead_process_is_taken_over(tmp_path: Path) -> None:
    code = (
        "import os, sys; from textmine.folders import lock_folder, open_folder\n"
        "with lock_folder(open_folder(sys.argv[1])): os._exit(9)"
    )
    root = Path(__file__).parents[1]
    path = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 9 and (tmp_path / LOCK).exists()
    with lock_folder(open_folder(tmp_path)):
        pass


def test_behind_a_url_a_dead_process_of_this_machine_does_not_hold_the_lock(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    folder = open_folder(f"memory://{tmp_path.name}/dead")
    folder.make()
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    holder = {"pid": int(done.stdout), "host": socket.gethostname(), "since": "then"}
    write_whole(folder, LOCK, json.dumps(holder).encode())
    with lock_folder(folder):
        pass


def test_on_windows_no_process_is_asked_whether_it_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from textmine import folders

    def deadly(*_: object) -> None:
        raise AssertionError("signal 0 is Ctrl-C there")

    monkeypatch.setattr(folders.os, "name", "nt")
    monkeypatch.setattr(folders.os, "kill", deadly)
    assert not folders._is_dead(json.dumps({"pid": 1, "host": socket.gethostname(), "since": "then"}).encode())
    assert folders._is_dead(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": "now"}).encode())


def test_a_corpus_is_mined_to_a_url_and_loaded_from_it(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    reports = Path(__file__).parents[1] / "corpora/demo/reports/linzhang-office"
    url = f"memory://{tmp_path.name}/mined"
    here, there = mine(reports, tmp_path / "mined"), mine(reports, url)
    again = mine(reports, url)
    assert len(here["reports"]) > 1
    for name, frame in here.items():
        assert frame.equals(there[name]) and frame.equals(again[name]) and frame.equals(load_frames(url, name)[name])


def test_a_url_that_no_file_system_serves_is_refused() -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(TextmineError, match="cannot use nowhere://x"):
        open_folder("nowhere://x")
