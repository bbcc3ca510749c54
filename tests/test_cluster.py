"""Mining on a Dask cluster: a real scheduler and two worker processes on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

distributed = pytest.importorskip("distributed")

import textmine as tm  # noqa: E402
from textmine.cli import cli  # noqa: E402
from textmine.cluster import connect  # noqa: E402
from textmine.errors import TextmineError  # noqa: E402

ROOT = Path(__file__).parents[1]
REPORTS = ROOT / "corpora/demo/reports"
#: workers import this file too, for the plugin below
_PATH = os.pathsep.join([str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
_ENV = {**os.environ, "PYTHONPATH": _PATH, "DASK_DISTRIBUTED__ADMIN__TICK__LIMIT": "1h"}


class Cluster:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "scheduler.json"
        self.processes = [self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")]
        self.workers = [self.add_worker(), self.add_worker()]

    def _start(self, what: str, *more: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "distributed.cli.dask_" + what, "--scheduler-file", str(self.file), *more]
        log = (self.folder / f"{what}.log").open("ab")
        return subprocess.Popen(command, env=_ENV, stdout=log, stderr=log, cwd=self.folder, start_new_session=True)

    def add_worker(self) -> subprocess.Popen[bytes]:
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder)]
        process = self._start("worker", *options, "--death-timeout", "60")
        self.processes.append(process)
        return process

    def address(self) -> str:
        for _ in range(300):
            if self.file.exists() and (text := self.file.read_text()):
                return str(json.loads(text)["address"])
            time.sleep(0.1)
        raise AssertionError((self.folder / "scheduler.log").read_text())

    def stop(self) -> None:
        for process in self.processes[::-1]:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        client = connect(made.address())
        client.wait_for_workers(2, timeout=60)
        client.close()
        yield made
    finally:
        made.stop()


def test_a_cluster_gives_the_frames_of_one_machine_although_a_worker_dies(cluster: Cluster, tmp_path: Path) -> None:
    alone = tm.mine(REPORTS, tmp_path / "alone", jobs=1)
    client = connect(cluster.address())
    parts = tmp_path / "out" / ".parts"

    def kill() -> None:  # in mid-run: some parts are there, and more are to come
        while not (parts.is_dir() and any(parts.glob("*.arrows"))):
            time.sleep(0.01)
        os.kill(cluster.workers[0].pid, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    together = tm.mine(REPORTS, tmp_path / "out", client=client)
    thread.join()
    assert cluster.workers[0].wait(timeout=10) == -signal.SIGKILL
    assert len(client.nthreads()) == 1
    for name, frame in alone.items():
        assert frame.equals(together[name]), name
    in_memory = tm.mine(REPORTS, client=client)
    assert in_memory["tags"].equals(alone["tags"])
    assert not list(parts.glob("*.partial"))
    client.close()


def test_the_command_mines_on_a_cluster(cluster: Cluster, tmp_path: Path) -> None:
    reports = REPORTS / "linzhang-office"
    done = CliRunner().invoke(
        cli, ["mine", str(reports), "-o", str(tmp_path / "out"), "--dask", cluster.address(), "--profile"]
    )
    assert done.exit_code == 0, done.output
    assert tm.load_frames(tmp_path / "out")["statements"].equals(tm.mine(reports)["statements"])
    assert "ms/report" in done.output


def test_a_file_that_kills_its_workers_costs_itself_only(cluster: Cluster, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(
            f"甲县水利局202{number}年政府信息公开工作年度报告\n五、存在的主要问题\n人手不足。", "utf-8"
        )
    client = connect(cluster.address())
    stop = threading.Event()

    def revive() -> None:  # as a cluster does whose workers are watched
        while not stop.wait(0.3):
            if sum(process.poll() is None for process in cluster.workers) < 2:
                cluster.workers.append(cluster.add_worker())

    client.register_plugin(_Poison(str(tmp_path / "1.txt")))
    thread = threading.Thread(target=revive)
    thread.start()
    try:
        frames = tm.mine(tmp_path, client=client)
    finally:
        stop.set()
        thread.join()
        client.close()
    assert frames["skipped"][["path", "reason"]].values.tolist() == [[str(tmp_path / "1.txt"), "worker_died"]]
    assert len(frames["reports"]) == 2


def _poison(path: str) -> None:
    import textmine.pipeline as pipeline

    read = pipeline.read_path

    def deadly(name: str) -> bytes:
        if str(name) == path:
            os._exit(13)
        return read(name)

    pipeline.read_path = deadly  # type: ignore[assignment]


class _Poison(distributed.WorkerPlugin):  # type: ignore[misc]
    def __init__(self, path: str) -> None:
        self.path = path

    def setup(self, worker: object) -> None:
        _poison(self.path)


def test_no_scheduler_and_no_workers_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textmine.cluster._PATIENCE", 1)
    with pytest.raises(TextmineError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        connect("tcp://127.0.0.1:9")
    done = CliRunner().invoke(cli, ["mine", str(REPORTS), "-o", str(tmp_path), "--dask", "tcp://x:1", "--jobs", "2"])
    assert done.exit_code == 2 and "give one of them" in done.output


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(TextmineError, match=r"textmine\[dask\]"):
        connect("tcp://127.0.0.1:8786")
