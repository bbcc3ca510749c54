"""A spaCy text classifier in the place of the default tagger."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import spacy
from click.testing import CliRunner
from spacy.training import Example
from spacy.util import load_config

from textmine.cli import cli
from textmine.errors import ModelError
from textmine.frames import load_frames
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


def test_the_trained_tagger_decides_the_roles_of_a_report(folder: Path) -> None:
    text = (
        "某局2022年政府信息公开工作年度报告\n五、存在的主要问题及改进情况\n（一）存在问题\n业务培训不够；更新不及时。\n"
        "（二）改进措施\n开展业务培训；更新网站。"
    )
    source = read_bytes(text.encode(), "a.txt")
    ours, spacys = mine_source(source), mine_source(source, tagger=TextcatTagger(folder))
    assert [s.role for s in spacys.statements] == [s.role for s in ours.statements]
    assert {"problem", "measure"} <= {s.role for s in spacys.statements}


def test_the_commands_take_it(folder: Path, tmp_path: Path) -> None:
    statements = tmp_path / "in.jsonl"
    statements.write_text('{"id": 1, "role": "problem", "text": "业务培训不够"}\n', "utf-8")
    done = CliRunner().invoke(cli, ["tag", str(statements), "--model", str(folder)])
    assert done.exit_code == 0 and json.loads(done.output)["themes"][0]["theme"] == "training"
    report = tmp_path / "reports" / "a.txt"
    report.parent.mkdir()
    report.write_text("某局2022年政府信息公开工作年度报告\n五、存在的主要问题\n一是业务培训不够。", "utf-8")
    for number in "bcd":
        (report.parent / f"{number}.txt").write_text(
            report.read_text("utf-8").replace("某局", f"某{number}局"), "utf-8"
        )
    arguments = ["mine", str(report.parent), "-o", str(tmp_path / "mined"), "--model", str(folder), "--jobs", "2"]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
    tags = load_frames(tmp_path / "mined", "tags")["tags"]
    assert tags["theme"].tolist() == ["training"] * 4 and set(tags["source"]) == {"model"}
    page = tmp_path / "page.html"
    assert CliRunner().invoke(cli, ["show", str(report), "-o", str(page), "--model", str(folder)]).exit_code == 0
    assert load_codebook().theme("training").name_zh in page.read_text("utf-8")
    nlp = spacy.blank("zh")
    nlp.add_pipe("textmine_themes", config={"model": str(folder)})
    doc = nlp("业务培训不够。")
    assert [span.label_ for span in doc.spans["themes"]] == ["training"]


@pytest.mark.parametrize(
    "config", sorted(Path(__file__).parents[2].glob("scripts/textcat/*.cfg")), ids=lambda p: p.stem
)
def test_the_configurations_of_the_training_are_whole(config: Path) -> None:
    settings = load_config(config, overrides={"paths.train": "a.spacy", "paths.dev": "b.spacy"})
    nlp = spacy.util.load_model_from_config(settings, auto_fill=True, validate=True)
    assert nlp.pipe_names == ["textcat_multilabel"] and settings["training"]["max_steps"] <= 5000


def test_a_bundle_carries_it(folder: Path) -> None:
    tagger = Bundle.from_bytes(read_bundle(None, str(folder)).to_bytes()).tagger()
    assert tagger.predict(["业务培训不够"], ["problem"])[0].themes == ("training",)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("textcat_multilabel/model", b"\x93", "no pipeline with textcat_multilabel"),
        ("config.cfg", b"junk", "no pipeline with textcat_multilabel"),
        ("meta.json", b"{", "no pipeline with textcat_multilabel"),
        ("textcat_multilabel/cfg", b"{}", "differ from the themes"),
    ],
)
def test_damaged_ones_are_refused(folder: Path, tmp_path: Path, file: str, content: bytes, message: str) -> None:
    shutil.copytree(folder, tmp_path / "damaged")
    (tmp_path / "damaged" / file).write_bytes(content)
    with pytest.raises(ModelError, match=message):
        TextcatTagger(tmp_path / "damaged")


@pytest.mark.parametrize("threshold", ["x", 0, 1.5, None])
def test_a_threshold_is_a_probability(folder: Path, tmp_path: Path, threshold: object) -> None:
    shutil.copytree(folder, tmp_path / "odd")
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    (tmp_path / "odd" / "meta.json").write_text(json.dumps({**meta, "textmine_threshold": threshold}), "utf-8")
    with pytest.raises(ModelError, match="the threshold is"):
        TextcatTagger(tmp_path / "odd")


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
