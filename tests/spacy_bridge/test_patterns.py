"""Codebook rules as spaCy patterns."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import spacy
import srsly
from click.testing import CliRunner
from spacy.matcher import Matcher

from textmine.cli import cli
from textmine.segment import Segmenter
from textmine.spacy_bridge.patterns import export_patterns
from textmine.spacy_bridge.tokenizer import SegmenterTokenizer
from textmine.themes import RuleTagger, load_codebook

BOOK = """
version = "0.1"
themes = ["training"]
[groups.people]
name_zh = "人员"
"""
THEME = """
code = "training"
name_zh = "业务培训"
name_en = "Training"
group = "people"
[[rules]]
id = "training.phrase"
terms = ["业务(培训|学习)", "很少…上课"]
unless = ["群众"]
[[rules]]
id = "training.pair"
role = "problem"
objects = ["业务能力", "业务水平"]
after = ["不足", "不够"]
gap = 3
"""


@pytest.fixture
def book(tmp_path: Path):
    (tmp_path / "codebook.toml").write_text(BOOK, "utf-8")
    (tmp_path / "training.toml").write_text(THEME, "utf-8")
    return load_codebook(tmp_path)


def found(patterns, text: str, *, words: bool = False) -> list[tuple[str, str]]:
    nlp = spacy.blank("zh")
    if words:
        nlp.tokenizer = SegmenterTokenizer(nlp.vocab)
    nlp.add_pipe("span_ruler", config={"spans_key": "themes"}).add_patterns(list(patterns.patterns))
    doc = nlp(text)
    return sorted({(span.id_, span.text) for span in doc.spans["themes"]})


def test_phrases_gaps_and_pairs(book) -> None:
    patterns = export_patterns(book, rows=100)
    assert found(patterns, "业务培训少，很少组织干部上课") == [
        ("training.phrase", "业务培训"),
        ("training.phrase", "很少组织干部上课"),
    ]
    assert found(patterns, "业务能力还不足") == [("training.pair", "业务能力还不足")]
    assert found(patterns, "业务能力较强，不足是") == []  # not over the border of a clause
    assert found(patterns, "业务水平提升得还不够") == []  # more than three characters apart


def test_words_of_our_segmenter(book) -> None:
    patterns = export_patterns(book, segmenter=Segmenter(), rows=100)
    assert found(patterns, "业务能力还不足", words=True) == [("training.pair", "业务能力还不足")]


def test_notes_say_what_was_lost(book) -> None:
    phrase, pair = export_patterns(book).notes
    assert (phrase.coverage, phrase.lost) == ("part", ("unless",))
    assert (pair.coverage, pair.lost, pair.patterns) == ("none", ("role",), 0)
    assert export_patterns(book, rows=100).notes[1].coverage == "whole"
    assert [note.rule_id for note in export_patterns(book, role="measure").notes] == ["training.phrase"]


def test_equal_tokens_are_one_pattern(book) -> None:
    pair = [p["pattern"] for p in export_patterns(book, rows=100).patterns if p["id"] == "training.pair"]
    # 业务能力 and 业务水平 differ in two characters, 不足 and 不够 in one
    assert len(pair) == 2
    matcher = Matcher(spacy.blank("zh").vocab)
    matcher.add("pair", pair)


def test_files_for_the_ruler_and_for_prodigy(book, tmp_path: Path) -> None:
    patterns = export_patterns(book, rows=5)
    path = tmp_path / "patterns"  # the name that SpanRuler.to_disk gives it
    path.write_text(patterns.to_jsonl(), "utf-8")
    assert [set(json.loads(line)) for line in path.read_text("utf-8").splitlines()] == [
        {"label", "id", "pattern"}
    ] * len(patterns.patterns)
    nlp = spacy.blank("zh")
    nlp.add_pipe("span_ruler").from_disk(tmp_path)
    doc = nlp("业务学习")
    assert [span.label_ for span in doc.spans["ruler"]] == ["training"]


def test_the_packaged_codebook() -> None:
    patterns = export_patterns()
    assert Counter(note.coverage for note in patterns.notes)["whole"] > 5
    nlp = spacy.blank("zh")
    nlp.add_pipe("span_ruler", config={"spans_key": "themes"}).add_patterns(list(patterns.patterns))
    doc = nlp("更新不及时，专职人员不足。")
    assert "timeliness" in {span.label_ for span in doc.spans["themes"]}
    assert "timeliness" in RuleTagger().predict([doc.text], ["problem"])[0].themes


def test_roles_and_rows_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown role 'context'"):
        export_patterns(role="context")
    with pytest.raises(ValueError, match="number from 0"):
        export_patterns(rows=-1)


def test_the_command(tmp_path) -> None:
    done = CliRunner().invoke(
        cli, ["codebook", "patterns", "--role", "problem", "-o", str(tmp_path / "patterns.jsonl")]
    )
    assert done.exit_code == 0 and "rules said whole" in done.output
    nlp = spacy.blank("zh")
    ruler = nlp.add_pipe("span_ruler")
    ruler.add_patterns(list(srsly.read_jsonl(tmp_path / "patterns.jsonl")))
    doc = nlp("人手不足。")
    assert ("人手", "staffing") in [(span.text, span.label_) for span in doc.spans["ruler"]]
