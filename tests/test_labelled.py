"""The labelled statements keep what their README promises: counts, offsets, parts apart, agreement as reported."""

import csv
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from textmine.agreement import theme_agreement
from textmine.themes import load_codebook

FOLDER = Path(__file__).parents[1] / "corpora/labelled"
PARTS = ("train", "dev", "test")
CODES = [theme.code for theme in load_codebook().themes]


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()]


PASSAGES = {part: read(part) for part in PARTS}
STATEMENTS = {
    part: [statement for passage in passages for statement in passage["statements"]]
    for part, passages in PASSAGES.items()
}


def shingles(text: str) -> frozenset[str]:
    """Character 4-grams without digits, punctuation and the printed enumerator."""
    letters = re.sub(r"^[一二三四五六七八九十](是|要)", "", re.sub(r"[\W\d_]+", "", text))
    return frozenset(letters[at : at + 4] for at in range(len(letters) - 3))


@pytest.mark.parametrize(("part", "statements", "passages"), [("train", 4000, 600), ("dev", 700, 0), ("test", 700, 0)])
def test_there_are_enough(part: str, statements: int, passages: int) -> None:
    assert len(STATEMENTS[part]) >= statements and len(PASSAGES[part]) >= passages
    counts = Counter(theme for statement in STATEMENTS[part] for theme in statement["themes"])
    least = 150 if part == "train" else 30
    assert {code: counts[code] for code in CODES if counts[code] < least} == {}
    tagged = [statement for statement in STATEMENTS[part] if statement["themes"]]
    assert sum(statement["indirect"] for statement in tagged) >= len(tagged) / 3
    assert sum(len(statement["themes"]) > 1 for statement in tagged) >= len(tagged) / 6


@pytest.mark.parametrize("part", PARTS)
def test_statements_lie_in_their_passage_in_order(part: str) -> None:
    for passage in PASSAGES[part]:
        assert passage["part"] == part and 2008 <= passage["year"] <= 2025
        end = 0
        for number, statement in enumerate(passage["statements"], 1):
            assert statement["n"] == number and statement["start"] >= end
            end = statement["end"]
            assert passage["text"][statement["start"] : end] == statement["text"] == statement["text"].strip() != ""
            assert statement["role"] in {"problem", "measure", "context"} and set(statement["themes"]) <= set(CODES)
            assert len(set(statement["themes"])) == len(statement["themes"])
            assert statement["role"] != "context" or not statement["themes"]


def test_parts_have_their_own_authors_and_ids() -> None:
    authors = {part: {passage["author"] for passage in passages} for part, passages in PASSAGES.items()}
    assert not authors["train"] & authors["dev"] | authors["train"] & authors["test"] | authors["dev"] & authors["test"]
    ids = [passage["id"] for passages in PASSAGES.values() for passage in passages]
    assert len(ids) == len(set(ids))


def test_no_statement_stands_nearly_alike_in_two_parts() -> None:
    rows = [(part, shingles(statement["text"])) for part in PARTS for statement in STATEMENTS[part]]
    where: dict[str, list[int]] = defaultdict(list)
    alike = []
    for index, (part, grams) in enumerate(rows):
        shared: Counter[int] = Counter()
        for gram in grams:
            shared.update(where[gram])
            where[gram].append(index)
        alike += [
            (other, index)
            for other, count in shared.items()
            if rows[other][0] != part and count / (len(grams) + len(rows[other][1]) - count) > 0.6
        ]
    assert alike == []


def test_no_sentence_of_the_worked_examples_or_the_real_reports_is_in_it() -> None:
    shared = Path(__file__).parents[2] / "shared"
    if not shared.exists():
        pytest.skip("the real reports are not on this machine")
    text = (shared / "design/codebook-examples.jsonl").read_text("utf-8")
    text += "".join(path.read_text("utf-8") for path in sorted((shared / "real/expected").glob("*.json")))
    seen = re.sub(r"\s|\\n", "", text)
    found = [
        statement["text"]
        for part in PARTS
        for statement in STATEMENTS[part]
        if len(re.sub(r"\W", "", statement["text"])) > 16 and "".join(statement["text"].split()) in seen
    ]
    assert found == []


def test_agreement_is_as_reported_and_every_disagreement_is_settled() -> None:
    rows = read("test-coders")
    coders = [
        {row["statement"]: (row[c]["role"], frozenset(row[c]["themes"])) for row in rows}
        for c in ("coder_1", "coder_2")
    ]
    settled = {row["statement"]: row for row in read("adjudication")}
    assert {name for name in coders[0] if coders[0][name] != coders[1][name]} == set(settled)
    assert all(len(row["reason"]) > 20 for row in settled.values())
    gold = {
        f"{passage['id']}-{statement['n']:02d}": (statement["role"], frozenset(statement["themes"]))
        for passage in PASSAGES["test"]
        for statement in passage["statements"]
    }
    for name, label in gold.items():
        final = settled[name]["settled"] if name in settled else None
        assert label == ((final["role"], frozenset(final["themes"])) if final else coders[0][name])
    found = theme_agreement(*coders, CODES, {name: name.split("-")[0] for name in gold}, rounds=2)
    with (FOLDER / "agreement.csv").open(encoding="utf-8") as file:
        reported = {row["what"]: float(row["alpha"]) for row in csv.DictReader(file)}
    assert {row.what: round(row.alpha, 4) for row in found.itertuples()} == reported
