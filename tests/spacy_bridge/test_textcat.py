"""A spaCy text classifier in the place of the default tagger."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.training import Example

from textmine.errors import ModelError
from textmine.pipeline import mine_source
from textmine.read import read_bytes
from textmine.spacy_bridge.bundle import Bundle, read_bundle
from textmine.spacy_bridge.textcat import TextcatTagger, labelled_docs
from textmine.themes import Tagger, load_codebook
from textmine.themes.labelled import Labelled

BOW = {
    "model": {
        "@architectures": "spacy.TextCatBOW.v2",
        "exclusive_classes": False,
        "ngram_size": 1,
        "no_output_layer": False,
        "nO": None,
    }
}
TEXTS = {"业务培训不够": "training", "更新不及时": "timeliness", "缺少专业培训": "training", "发布不及时": "timeliness"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    items = [Labelled(t, t, "a", t, "problem", frozenset({theme})) for t, theme in TEXTS.items()]
    items.append(Labelled("c", "c", "a", "总体平稳", "context", frozenset()))
    nlp = spacy.blank("zh")
    nlp.add_pipe("textcat_multilabel", config=BOW)
    docs = list(labelled_docs(items, load_codebook(), nlp.make_doc))
    assert len(docs) == 4 and docs[0].cats["training"] == 1 and sum(docs[0].cats.values()) == 1
    examples = [Example(nlp.make_doc(doc.text), doc) for doc in docs]
    nlp.initialize(lambda: examples)
    for _ in range(60):
        nlp.update(examples)
    path = tmp_path_factory.mktemp("textcat")
    nlp.to_disk(path)
    return path


def test_it_answers_as_all_taggers_do(folder: Path) -> None:
    tagger = TextcatTagger(folder)
    assert isinstance(tagger, Tagger)
    texts = ["业务培训不够", "更新不及时", "更新不及时"]
    found = tagger.predict(texts, ["problem", None, "context"])
    assert [prediction.themes for prediction in found] == [("training",), ("timeliness",), ()]
    assert all(hit.source == "model" and hit.start is None and 0.5 <= hit.score <= 1 for p in found for hit in p.hits)
    assert tagger.predict_proba(texts).shape == (3, 20)
    assert tagger.predict([], []) == []
    with pytest.raises(ValueError, match="1 texts, but 2 roles"):
        tagger.predict(["甲"], [None, None])


def test_it_mines(folder: Path) -> None:
    text = "某局2022年政府信息公开工作年度报告\n一、总体情况\n平稳。\n五、存在的主要问题\n一是业务培训不够。"
    tagger = TextcatTagger(folder)
    mined = mine_source(read_bytes(text.encode(), "a.txt"), tagger=tagger)
    assert [(tag.theme, tag.source, tag.start) for tag in mined.tags] == [("training", "model", None)]
    assert tagger.describe()["kind"] == "spacy"
    assert tagger.fingerprint == TextcatTagger(folder).fingerprint


def test_a_bundle_carries_it(folder: Path) -> None:
    tagger = Bundle.from_bytes(read_bundle(None, str(folder)).to_bytes()).tagger()
    assert tagger.predict(["业务培训不够"], ["problem"])[0].themes == ("training",)


def test_other_pipelines_are_refused(tmp_path: Path) -> None:
    spacy.blank("zh").to_disk(tmp_path / "empty")
    with pytest.raises(ModelError, match="no pipeline with textcat_multilabel"):
        TextcatTagger(tmp_path / "empty")
    nlp = spacy.blank("zh")
    nlp.add_pipe("textcat_multilabel", config=BOW).add_label("other")
    nlp.initialize()
    nlp.to_disk(tmp_path / "few")
    with pytest.raises(ModelError, match="differ from the themes"):
        TextcatTagger(tmp_path / "few")
