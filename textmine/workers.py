"""Batches on several processes: a file that hangs or kills its worker costs that file, not the run.

Workers are fresh interpreters that talk over pipes: no import of the caller's main module, no shared state, on every
system. A worker says which file it is about to read, so that its death or its silence can be charged to that file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from textmine.errors import TextmineError
from textmine.folders import is_url, open_folder
from textmine.parts import Part, Store, merge_parts, part_name, reuse_part, write_part
from textmine.pipeline import Miner, Options
from textmine.read import read_path

#: how often a batch is begun again after its worker died between two files, before all its files are given up
_TRIES: Final = 2
#: seconds between two looks at the workers, where time or memory are bounded
_GLANCE: Final = 0.1
_HEAD: Final = struct.Struct("<Q")


@dataclass(slots=True)
class Job:
    """A batch with all that a worker needs beside the options.

    ``known`` are the part, path and digest of files that were mined before, ``root`` the folder of the parts (``None``
    keeps them in memory), ``base`` the folder that relative paths start from (empty: that of the process).
    """

    paths: list[str]
    known: list[tuple[str, str, str]]
    root: str | None
    fingerprint: str
    base: str = ""
    refused: dict[str, tuple[str, str]] = field(default_factory=dict)


def run_batches(
    batches: Sequence[list[str]],
    options: Options,
    store: Store | None,
    *,
    jobs: int,
    timeout: float | None,
    memory: float | None = None,
    advance: Callable[[int], Any],
) -> Iterator[Part]:
    """Give the part of each batch, in order.

    Args:
        batches: the files of each batch.
        options: what decides the content of the frames.
        store: where parts are written and reused; ``None`` keeps them in memory.
        jobs: processes; one job without bounds runs in this process.
        timeout: seconds that one file may take.
        memory: megabytes that a process may take; the file during which it takes more is skipped.
        advance: told how many files were done.
    """
    made = [make_job(paths, store) for paths in batches]
    yield from run_jobs(made, options, jobs=jobs, timeout=timeout, memory=memory, advance=advance)


def run_jobs(
    made: list[Job],
    options: Options,
    *,
    jobs: int,
    timeout: float | None,
    memory: float | None,
    advance: Callable[[int], Any],
) -> Iterator[Part]:
    """Give the part of each job, in order; arguments as for :func:`run_batches`."""
    if timeout is None and memory is None and (jobs == 1 or len(made) <= 1):
        miner = Miner(options)
        for job in made:
            begun = 0

            def before(path: str) -> None:
                nonlocal begun
                if path:
                    begun += 1
                    advance(1)

            part = do_job(job, miner, before)
            advance(len(job.paths) - begun)
            yield part
        return
    yield from _Pool(options, min(jobs, max(len(made), 1)), timeout, memory, advance).run(made)


def make_job(paths: list[str], store: Store | None) -> Job:
    """Return the job of a batch, with what a store knows of its files."""
    if store is None:
        return Job(paths, [], None, "")
    known = [(part, path, sha256) for path in paths for sha256, part in store.known.get(path, {}).items()]
    root = store.folder.root
    return Job(paths, known, root if is_url(root) else os.path.abspath(root), store.fingerprint)


def do_job(job: Job, miner: Miner, before: Callable[[str], object]) -> Part:
    """Mine what changed of a batch, take the rest from the parts that hold it, and write the part."""
    held = {(path, sha256): part for part, path, sha256 in job.known}
    unchanged = []
    for path in {path for path, _ in held}:
        try:
            sha256 = hashlib.sha256(read_path(os.path.join(job.base, path))).hexdigest()
        except TextmineError:
            continue
        if (path, sha256) in held:
            unchanged.append((held[path, sha256], path, sha256))
    whole = {part for part, _, _ in unchanged}
    folder = open_folder(job.root) if job.root is not None else None
    old = reuse_part(folder, unchanged) if folder and unchanged else None
    have = {row["path"]: row for row in old.files} if old else {}
    if folder and old and len(have) == len(job.paths) and len(whole) == 1:
        ready = next(iter(whole))
        files = [have[path] for path in job.paths]
        if ready == part_name(files, job.fingerprint):
            return Part(files, old.skipped, root=folder.root, name=ready)
    fresh = [path for path in job.paths if path not in have]
    batch = miner.mine_batch(fresh, refused=job.refused, before=before, base=job.base)
    part = Part(batch.files, batch.skipped, batch.tables, seconds=batch.seconds)
    if old:
        part = merge_parts(part, old, job.paths)
    return write_part(part, folder, job.fingerprint) if folder else part


# --- the pool -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    number: int
    job: int | None = None
    file: str | None = None
    since: float = 0.0
    done: int = 0


class _Pool:
    def __init__(
        self,
        options: Options,
        size: int,
        timeout: float | None,
        memory: float | None,
        advance: Callable[[int], Any],
    ) -> None:
        self.timeout, self.memory, self.advance, self.size = timeout, memory, advance, size
        try:
            self.options = pickle.dumps(options)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise TextmineError(f"the tagger cannot be sent to other processes ({error}); use jobs=1") from error
        self.messages: queue.Queue[tuple[int, Any]] = queue.Queue()
        self.workers: dict[int, _Worker] = {}
        self.started = 0

    def run(self, jobs: list[Job]) -> Iterator[Part]:
        waiting = list(range(len(jobs)))[::-1]
        tries = [0] * len(jobs)
        ready: dict[int, Part] = {}
        upto = 0
        try:
            while upto < len(jobs):
                while waiting and len(self._busy()) < self.size and waiting[-1] < upto + 4 * self.size:
                    self._give(waiting.pop(), jobs)
                self._wait(jobs, waiting, tries, ready)
                while upto in ready:
                    yield ready.pop(upto)
                    upto += 1
        finally:
            for worker in self.workers.values():
                worker.process.kill()
            for worker in self.workers.values():
                worker.process.wait()

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self.workers.values() if worker.job is not None]

    def _give(self, number: int, jobs: list[Job]) -> None:
        idle = next((worker for worker in self.workers.values() if worker.job is None), None) or self._start()
        idle.job, idle.file, idle.since, idle.done = number, None, time.monotonic(), 0
        assert idle.process.stdin is not None
        with contextlib.suppress(OSError):  # it died; its reader says so
            _send(idle.process.stdin, jobs[number])

    def _start(self) -> _Worker:
        root = str(Path(__file__).parents[1])
        path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH", "")])])
        process = subprocess.Popen(
            [sys.executable, "-c", "from textmine.workers import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        self.started += 1
        worker = _Worker(process, self.started)
        self.workers[worker.number] = worker
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(_HEAD.pack(len(self.options)) + self.options)
        process.stdin.flush()
        threading.Thread(target=self._listen, args=(worker.number, process.stdout), daemon=True).start()
        return worker

    def _listen(self, number: int, stream: IO[bytes]) -> None:
        while (message := _receive(stream)) is not None:
            self.messages.put((number, message))
        self.messages.put((number, None))

    def _wait(self, jobs: list[Job], waiting: list[int], tries: list[int], ready: dict[int, Part]) -> None:
        try:
            number, message = self.messages.get(timeout=_GLANCE if self.timeout or self.memory else None)
        except queue.Empty:
            self._stop_silent(jobs)
            return
        worker = self.workers.get(number)
        if worker is None or worker.job is None:
            if message is None:
                self.workers.pop(number, None)
            return
        if message is None:
            self._bury(worker, jobs, waiting, tries)
        elif message == ("file", ""):
            worker.file = None  # what follows is of the whole batch
        elif message[0] == "file":
            self.advance(1)
            worker.done += 1
            worker.file, worker.since = message[1], time.monotonic()
        elif message[0] == "done":
            self.advance(len(jobs[worker.job].paths) - worker.done)
            ready[worker.job] = message[1]
            worker.job = worker.file = None
        else:
            raise TextmineError(f"a worker failed outside of any file:\n{message[1]}")
        self._stop_silent(jobs)

    def _stop_silent(self, jobs: list[Job]) -> None:
        """Kill workers that are past a bound; what is refused already is only named by them, and costs nothing."""
        for worker in self._busy():
            job = jobs[worker.job or 0]
            if worker.file is None or worker.file in job.refused:
                continue
            if self.timeout and time.monotonic() - worker.since > self.timeout:
                job.refused[worker.file] = ("timeout", f"longer than {self.timeout:g} s")
                worker.process.kill()
            elif self.memory and resident_megabytes(worker.process.pid) > self.memory:
                job.refused[worker.file] = ("memory", f"more than {self.memory:g} MB")
                worker.process.kill()

    def _bury(self, worker: _Worker, jobs: list[Job], waiting: list[int], tries: list[int]) -> None:
        """Begin the batch of a dead worker again, without the file that it was reading."""
        number = worker.job
        assert number is not None
        del self.workers[worker.number]
        job, code = jobs[number], worker.process.wait()
        self.advance(-worker.done)
        if worker.file is not None:
            job.refused.setdefault(worker.file, ("worker_died", f"exit code {code}"))
        else:
            tries[number] += 1
            if tries[number] > _TRIES:
                job.refused |= {path: ("worker_died", f"exit code {code} outside of any file") for path in job.paths}
            if tries[number] > _TRIES + 1:
                raise TextmineError(f"workers die with exit code {code} before they read a file")
        waiting.append(number)


def resident_megabytes(pid: int) -> float:
    """Return the memory that a process holds; 0 where it is gone.

    Raises:
        TextmineError: the system does not tell (it has no ``/proc``).
    """
    if not Path("/proc/self/statm").exists():
        raise TextmineError("this system does not tell how much memory a process holds: leave out the bound of memory")
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_bytes().split()[1])
    except (OSError, IndexError, ValueError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _send(stream: IO[bytes], message: object) -> None:
    data = pickle.dumps(message)
    stream.write(_HEAD.pack(len(data)) + data)
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:
    """Return the next message of a process that we started, ``None`` at its end."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    size = _HEAD.unpack(head)[0]
    data = stream.read(size)
    return pickle.loads(data) if len(data) == size else None


def serve() -> None:
    """Do jobs from the standard input until it ends; run by the pool in a process of its own."""
    import traceback

    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get among the answers
    miner = Miner(_receive(sys.stdin.buffer))
    while (job := _receive(sys.stdin.buffer)) is not None:
        try:
            part = do_job(job, miner, lambda path: _send(answers, ("file", path)))
            _send(answers, ("done", part))
        except Exception:  # the process border
            _send(answers, ("failed", traceback.format_exc()))
