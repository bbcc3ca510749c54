"""Reports as documents: exact offsets, the way back, and every way that documents travel."""

from __future__ import annotations

import multiprocessing
import pickle
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin, Span

from textmine.errors import TextmineError
from textmine.pipeline import Mined, mine_source
from textmine.read import read_bytes
from textmine.records import Metadata, Report, Section, Statement, Tag
from textmine.segment import Segmenter
from textmine.spacy_bridge import (
    draw,
    exact_offsets,
    from_doc,
    read_docbin,
    replace_spans,
    text_to_doc,
    to_doc,
    to_docbin,
    to_docs,
    write_docbin,
)
from textmine.spacy_bridge.documents import new_vocab
from textmine.themes import RuleTagger

TEXT = (
    "云溯市2022年政府信息公开工作年度报告\n一、总体情况\n全年平稳，共公开 35 条。\n"
    "五、存在的主要问题及改进情况\n（一）存在问题。一是业务培训不够；二是更新不及时、人手不足。\n"
    "下一步，将加强培训，开通微信公众号。\n六、其他需要报告的事项\n无。"
)


@pytest.fixture(scope="module")
def mined() -> Mined:
    return mine_source(read_bytes(TEXT.encode(), "a.txt"), tagger=RuleTagger())


def same(left: Mined, right: Mined) -> bool:
    return (left.report, left.statements, left.tags, left.checks) == (
        right.report,
        right.statements,
        right.tags,
        right.checks,
    )


def test_what_went_in_comes_back(mined: Mined) -> None:
    doc = to_doc(mined)
    assert doc.text == mined.report.text
    assert [token.text for token in doc if not token.is_space] == [
        word for word in Segmenter().cut(doc.text) if not word.isspace()
    ]
    assert same(from_doc(doc), mined)
    assert [span.id_ for span in doc.spans["statements"]] == [item.statement_id for item in mined.statements]
    assert doc.lang_ == "zh" and any(token.is_punct for token in doc)


def test_a_report_alone_is_split_and_tagged(mined: Mined) -> None:
    for tagger in (RuleTagger(), None):
        again = mine_source(read_bytes(TEXT.encode(), "a.txt"), tagger=tagger)
        back = from_doc(to_doc(mined.report, tagger=tagger))
        assert (back.statements, back.tags) == (again.statements, again.tags)


@pytest.mark.parametrize(
    "travel",
    [
        lambda doc: Doc(doc.vocab).from_bytes(doc.to_bytes()),
        lambda doc: Doc(new_vocab()).from_bytes(doc.to_bytes()),
        lambda doc: pickle.loads(pickle.dumps(doc)),
        lambda doc: doc.copy(),
        lambda doc: next(iter(DocBin().from_bytes(to_docbin([doc]).to_bytes()).get_docs(new_vocab()))),
    ],
    ids=["bytes", "bytes to another vocabulary", "pickle", "copy", "DocBin"],
)
def test_every_way_of_travelling_keeps_all(mined: Mined, travel) -> None:
    assert same(from_doc(travel(to_doc(mined))), mined)


def test_without_user_data_statements_and_tags_stay(mined: Mined) -> None:
    data = DocBin(docs=[to_doc(mined)]).to_bytes()
    back = from_doc(next(iter(DocBin().from_bytes(data).get_docs(new_vocab()))))
    assert (back.statements, back.tags, back.report.sections) == (mined.statements, mined.tags, mined.report.sections)
    assert back.report.report_id == mined.report.report_id


def _child(doc: Doc) -> tuple[list[tuple[int, int]], Doc]:
    return exact_offsets(doc, "themes"), doc


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_documents_cross_processes(mined: Mined, method: str) -> None:
    doc = to_doc(mined)
    with multiprocessing.get_context(method).Pool(1) as pool:
        offsets, back = pool.apply(_child, (doc,))
    assert offsets == exact_offsets(doc, "themes") and same(from_doc(back), mined)


def _made(text: str, start: int, end: int) -> Mined:
    section = Section("problems", None, start, end, text[start:end])
    report = Report("r", "", "", "text", None, text, "unknown", Metadata(), (section,))
    statement = Statement("r-001", "r", 1, "problem", "", start, end, text[start:end])
    tag = Tag("r-001", "r", "training", 0.5, "rule", "x", start, end)
    return Mined(report, (statement,), (tag,))


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("政务公开工作培训不够。，\n 　A1-😀𠮷"), min_size=1, max_size=40), st.data())
def test_offsets_are_exact_wherever_they_fall(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start, len(text)))
    made = _made(text, start, end)
    doc = to_doc(made)
    assert doc.text == text
    doc = Doc(new_vocab()).from_bytes(doc.to_bytes())
    assert exact_offsets(doc, "themes") == [(start, end)] and same(from_doc(doc), made)
    span = doc.spans["themes"][0]
    assert len(span) > 0 and text[start:end].strip(" ") in span.text


def test_spans_are_the_smallest_run_of_tokens() -> None:
    text = "一是业务培训不够。"
    words = Segmenter().spans(text)
    rnd = random.Random(1)
    for _ in range(30):
        start = rnd.randrange(len(text))
        end = rnd.randrange(start + 1, len(text) + 1)
        doc = to_doc(_made(text, start, end))
        span = doc.spans["themes"][0]
        touched = [(a, b) for a, b in words if a < end and b > start]
        assert (span.start_char, span.end_char) == (touched[0][0], touched[-1][1])


def test_tags_without_words_lie_on_their_statement(mined: Mined) -> None:
    tags = tuple(replace(tag, start=None, end=None, source="model", rule_id=None) for tag in mined.tags)
    doc = to_doc(mined.report, statements=mined.statements, tags=tags)
    assert from_doc(doc).tags == tags
    first = next(item for item in mined.statements if item.statement_id == tags[0].statement_id)
    assert exact_offsets(doc, "themes")[0] == (first.start, first.end)


def test_what_people_change_in_a_document_is_in_the_records(mined: Mined) -> None:
    doc = to_doc(mined)
    old = list(doc.spans["themes"])
    relabelled = Span(doc, old[0].start, old[0].end, label="awareness", span_id=old[0].id_)
    added = Span(doc, doc.spans["statements"][1].start, doc.spans["statements"][1].start + 1, label="other")
    replace_spans(doc, "themes", [relabelled, added])
    tags = from_doc(doc).tags
    assert [(tag.theme, tag.source) for tag in tags] == [("awareness", "rule"), ("other", "human")]
    assert tags[1].statement_id == mined.statements[1].statement_id


def test_with_a_statement_go_its_tags(mined: Mined) -> None:
    doc = to_doc(mined)
    kept = mined.statements[1:]
    replace_spans(doc, "statements", [span for span in doc.spans["statements"] if span.id_ == kept[0].statement_id])
    found = from_doc(doc)
    assert found.statements == kept[:1]
    assert found.tags == tuple(tag for tag in mined.tags if tag.statement_id == kept[0].statement_id)
    assert to_doc(found).text == doc.text and draw(doc).body
    del doc.spans["statements"]
    assert (from_doc(doc).statements, from_doc(doc).tags) == ((), ()) and draw(doc).body


def test_spans_of_others_with_a_role_are_statements(mined: Mined) -> None:
    doc = to_doc(mined)
    # as people do it who know spaCy: the group is new and knows no records
    doc.spans["statements"] = [*doc.spans["statements"], Span(doc, 0, 2, label="elsewhere")]
    found = from_doc(doc).statements
    assert [(s.statement_id, s.role) for s in found] == [(s.statement_id, s.role) for s in mined.statements]
    assert all(s.text == doc.text[s.start : s.end] for s in found)
    text = text_to_doc("业务培训不够，更新不及时。")
    text.spans["statements"] = [Span(text, 0, 2, label="problem"), Span(text, 3, 5, label="problem")]
    first, second = from_doc(text).statements
    assert first.statement_id != second.statement_id and (first.n, second.n) == (1, 2)


def test_a_tag_of_no_statement_is_refused(mined: Mined) -> None:
    with pytest.raises(TextmineError, match="no statement"):
        to_doc(mined.report, statements=(), tags=mined.tags)


def test_files(mined: Mined, tmp_path) -> None:
    path = tmp_path / "deep" / "all.spacy"
    assert write_docbin(to_docs([mined, mined.report], tagger=RuleTagger()), path) == 2
    assert [same(from_doc(doc), mined) for doc in read_docbin(path)] == [True, True]
    path.write_bytes(b"no such thing")
    with pytest.raises(TextmineError, match=r"no \.spacy file"):
        list(read_docbin(path))
    with pytest.raises(TextmineError, match="cannot read"):
        list(read_docbin(tmp_path / "missing"))


def test_a_plain_text_is_a_bare_report() -> None:
    back = from_doc(text_to_doc("业务培训不够。"))
    assert back.report.text == "业务培训不够。" and back.statements == () and len(back.report.report_id) == 16
