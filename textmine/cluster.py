"""Batches on an existing Dask cluster: the same step for each batch, the same parts, the same frames.

Which worker does what, retries and lost workers are Dask's. Workers read the inputs and write parts under the names
that this machine uses, so both must lie where all of them see them. A file that kills every worker that reads it is
found by reading the files of its batch one by one, and costs itself only.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from textmine.errors import MissingExtraError, TextmineError
from textmine.parts import Part, Store
from textmine.pipeline import Miner, Options
from textmine.workers import Job, do_job, make_job, run_jobs

if TYPE_CHECKING:
    from distributed import Client

#: batches that are given out for each core of the cluster before the first of them is joined
_AHEAD: Final = 4
#: how often Dask begins a batch again after an error that is none of its files'
_RETRIES: Final = 2
#: seconds to wait for a scheduler
_PATIENCE: Final = 15

_OWN = threading.local()


def connect(address: str) -> Client:
    """Return a client of the scheduler at an address (``tcp://host:8786``).

    Raises:
        MissingExtraError: Dask is not installed.
        TextmineError: no scheduler answers there.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingExtraError("dask", "dask", "mining on a cluster") from error
    try:
        return Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:  # TimeoutError is an OSError
        raise TextmineError(f"no Dask scheduler answers at {address}: {error}") from error


def run_on_cluster(
    batches: Sequence[list[str]],
    options: Options,
    store: Store | None,
    client: Client,
    *,
    timeout: float | None = None,
    memory: float | None = None,
    advance: Callable[[int], Any] = lambda _: None,
) -> Iterator[Part]:
    """Give the part of each batch, in order.

    Args:
        batches: the files of each batch.
        options: what decides the content of the frames; sent to each worker once.
        store: where parts are written and reused; ``None`` sends them back in memory.
        client: of the cluster.
        timeout, memory: bounds of one file; each worker then reads it in a process of its own.
        advance: told how many files were done.

    Raises:
        TextmineError: the cluster has no workers, or they have another textmine.
    """
    threads = sum(client.nthreads().values())
    if not threads:
        raise TextmineError("the Dask cluster has no workers")
    _check_versions(client, options)
    jobs = [replace(make_job(paths, store), base=os.getcwd()) for paths in batches]
    # a task, not scattered data: Dask makes it again where the workers that held it died
    sent = client.submit(_hand_on, options, pure=False, retries=_RETRIES)

    def give(job: Job) -> Any:
        return client.submit(_do, job, sent, timeout, memory, pure=False, retries=_RETRIES)

    waiting = list(enumerate(jobs))[::-1]
    given: dict[int, Any] = {}
    try:
        for number, job in enumerate(jobs):
            while waiting and len(given) < _AHEAD * threads:
                at, other = waiting.pop()
                given[at] = give(other)
            part = _result(given[number], job, give)
            del given[number]
            advance(len(job.paths))
            yield part
    finally:
        client.cancel(list(given.values()), force=True)


def _result(future: Any, job: Job, give: Callable[[Job], Any]) -> Part:
    """Return what a batch gave; where it kills workers, find the files that do and leave them out."""
    part = _wait(future)
    if part is not None:
        return part
    for path in job.paths:  # one after the other: what waits on the worker that a file kills would be blamed with it
        if _wait(give(replace(job, paths=[path], known=[], root=None))) is None:
            job.refused[path] = ("worker_died", "every worker of the cluster that read it")
    part = _wait(give(job))
    if part is None:
        raise TextmineError(
            f"workers of the cluster die on the batch of {job.paths[0]}, but on none of its files alone"
        )
    return part


def _wait(future: Any) -> Part | None:
    """Return what a task gave; ``None`` where it killed every worker that tried."""
    from distributed.scheduler import KilledWorker

    try:
        part: Part = future.result()
    except KilledWorker:
        return None
    return part


def _check_versions(client: Client, options: Options) -> None:
    expected = options.fingerprint
    try:
        found = client.run(_fingerprint, options)
    except Exception as error:  # whatever a worker without the package, or with another one, answers
        raise TextmineError(f"the workers of the cluster cannot run textmine: {error}") from error
    if odd := sorted(address for address, name in found.items() if name != expected):
        raise TextmineError(f"these workers have another textmine than this machine: {', '.join(odd)}")


def _hand_on(options: Options) -> Options:
    return options


def _fingerprint(options: Options) -> str:
    return options.fingerprint


def _do(job: Job, options: Options, timeout: float | None, memory: float | None) -> Part:
    """Do one batch on a worker; each of its threads keeps its own miner."""
    if timeout is not None or memory is not None:
        return next(iter(run_jobs([job], options, jobs=1, timeout=timeout, memory=memory, advance=lambda _: None)))
    key = options.fingerprint
    if getattr(_OWN, "key", None) != key:
        _OWN.key, _OWN.miner = key, Miner(options)
    return do_job(job, _OWN.miner, lambda _: None)
