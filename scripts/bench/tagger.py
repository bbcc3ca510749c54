"""Speed of the packaged tagger on one core: loading, distinct short statements, a corpus in which most are repeats.

OPENBLAS_NUM_THREADS=1 python scripts/bench/tagger.py corpora/labelled/train.jsonl

CPU time, medians of seven runs: other work on the machine counts little. What the package remembers of single texts is
forgotten before each run, so that distinct statements are new to it.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

RUNS = 7
DISTINCT = 20_000


def main() -> None:
    texts, roles = [], []
    for path in sys.argv[1:]:
        for line in Path(path).read_text("utf-8").splitlines():
            for one in json.loads(line)["statements"]:
                texts.append(one["text"])
                roles.append(one["role"])
    from textmine.model_store import load_model

    began = time.process_time()
    model = load_model()
    loaded = time.process_time()
    model.predict(texts[:1], roles[:1])
    answered = time.process_time()
    model.predict(texts[:1000], roles[:1000])
    print(f"load {loaded - began:.3f} s, first statement {answered - loaded:.3f} s (CPU)")
    print(f"textmine tag of one line {statistics.median(_process() for _ in range(RUNS)):.2f} s (wall, whole process)")
    new = dict(zip((f"{text}{letter}" for letter in "甲乙丙" for text in texts), roles * 3, strict=True))
    distinct, said = list(new)[:DISTINCT], list(new.values())[:DISTINCT]
    some = max(len(texts) * 37 // 100, 1)
    repeated = [texts[i % some] for i in range(len(texts))] * 4
    repeated_roles = [roles[i % some] for i in range(len(texts))] * 4
    print(f"{len(distinct):,} distinct statements of {sum(map(len, distinct)) / len(distinct):.1f} characters")
    for rules in (True, False):
        model.rules = rules
        for name, batch, given in (
            ("distinct", distinct, said),
            ("repeats", repeated, repeated_roles),
            ("distinct, roles unknown", distinct, None),
        ):
            rate = len(batch) / statistics.median(
                _seconds(lambda batch=batch, given=given: model.predict(batch, given)) for _ in range(RUNS)
            )
            print(f"rules {rules!s:5} {name:24} {rate:10,.0f} statements/s")


def _seconds(work: Callable[[], object]) -> float:
    from textmine.themes import roles
    from textmine.wording import weigh_role

    weigh_role.cache_clear()
    roles._own_features.cache_clear()
    began = time.process_time()
    work()
    return time.process_time() - began


def _process() -> float:
    line = json.dumps({"id": "1", "text": "更新不及时。"})
    began = time.perf_counter()
    command = [sys.executable, "-c", "from textmine.cli import main; main()", "tag", "-"]
    subprocess.run(command, input=line.encode(), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
