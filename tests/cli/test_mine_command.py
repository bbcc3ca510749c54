"""``textmine mine`` with a codebook, a model and bounds of the user's."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import textmine as tm
from textmine.cli import cli
from textmine.model_store import save_model
from textmine.themes.labelled import Labelled

ROOT = Path(__file__).parents[2]
CODEBOOK = ROOT / "docs/notebooks/concreteness"


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    text = "甲县2022年政府信息公开年度报告\n五、存在的主要问题及改进情况\n改进措施：1.每月通报。2.由办公室负责答复。"
    (folder / "a.txt").write_text(text, "utf-8")
    return folder


def run(*arguments: object) -> str:
    done = CliRunner().invoke(cli, ["mine", *map(str, arguments)])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_codebook_without_a_model_tags_by_its_rules(reports: Path, tmp_path: Path) -> None:
    run(reports, "-o", tmp_path / "out", "--codebook", CODEBOOK)
    assert tm.load_frames(tmp_path / "out")["tags"]["theme"].tolist() == ["deadline", "actor"]


def test_a_model_of_ones_own_tags(reports: Path, tmp_path: Path) -> None:
    book = tm.load_codebook(CODEBOOK)
    texts = [
        ("每月通报一次。", {"deadline"}),
        ("每季度检查一次。", {"deadline"}),
        ("加强培训。", set()),
        ("丰富内容。", set()),
    ]
    items = [
        Labelled(str(at), str(at), "", text, "measure", frozenset(codes)) for at, (text, codes) in enumerate(texts * 6)
    ]
    save_model(tm.ThemeClassifier(book, min_texts=1).fit_labelled(items), tmp_path / "model")
    run(reports, "-o", tmp_path / "out", "--codebook", CODEBOOK, "--model", tmp_path / "model", "--profile")
    tags = tm.load_frames(tmp_path / "out")["tags"]
    assert "deadline" in set(tags["theme"]) and set(tags["source"]) == {"model"}


def test_a_spacy_pipeline_tags(reports: Path, tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    book = tm.load_codebook(CODEBOOK)
    nlp = spacy.blank("zh")
    pipe = nlp.add_pipe("textcat_multilabel")
    for code in book.codes:
        pipe.add_label(code)
    nlp.initialize()
    nlp.meta["textmine_threshold"] = 0.01  # untrained, all themes are likelier
    nlp.to_disk(tmp_path / "pipeline")
    run(reports, "-o", tmp_path / "out", "--codebook", CODEBOOK, "--model", tmp_path / "pipeline")
    assert set(tm.load_frames(tmp_path / "out")["tags"]["theme"]) == set(book.codes)


def test_rules_and_a_model_at_once_are_refused(reports: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["mine", str(reports), "-o", str(tmp_path), "--rules", "--model", str(tmp_path)])
    assert done.exit_code == 2 and "leave out --rules or --model" in done.output
