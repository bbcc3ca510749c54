"""Speed of the packaged tagger on one core: loading, distinct short statements, a corpus in which most are repeats.

python scripts/bench/tagger.py corpora/labelled/train.jsonl
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main() -> None:
    texts, roles = [], []
    for path in sys.argv[1:]:
        for line in Path(path).read_text("utf-8").splitlines():
            for one in json.loads(line)["statements"]:
                texts.append(one["text"])
                roles.append(one["role"])
    from textmine.model_store import load_model

    began = time.perf_counter()
    model = load_model()
    model.predict(texts[:1], roles[:1])
    print(f"load and first statement: {time.perf_counter() - began:.3f} s")
    distinct = [f"{text}{letter}" for letter in "甲乙丙丁戊己" for text in texts]
    distinct_roles = roles * 6
    repeated = [texts[i % max(len(texts) * 37 // 100, 1)] for i in range(len(texts))] * 4
    repeated_roles = [roles[i % max(len(texts) * 37 // 100, 1)] for i in range(len(texts))] * 4
    for rules in (True, False):
        model.rules = rules
        for name, batch, said in (
            ("distinct", distinct, distinct_roles),
            ("repeats", repeated, repeated_roles),
            ("distinct, roles unknown", distinct, None),
        ):
            rates = []
            for _ in range(3):
                began = time.process_time()
                model.predict(batch, said)
                rates.append(len(batch) / (time.process_time() - began))
            print(f"rules {rules!s:5} {name:24} {sorted(rates)[1]:10,.0f} statements/s")


if __name__ == "__main__":
    main()
