"""Pipeline components as spaCy finds them after installation: through entry points, without an import of ours."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import spacy
from spacy.tokens import Span

from textmine.errors import CodebookError, DictionaryError, ModelError
from textmine.pipeline import mine_source
from textmine.read import read_bytes
from textmine.records import Statement
from textmine.spacy_bridge import exact_offsets, from_doc, to_doc
from textmine.themes import RuleTagger, load_codebook, tag_statements

pytestmark = pytest.mark.skipif(
    not any(point.name == "textmine_themes" for point in entry_points(group="spacy_factories")),
    reason="textmine is not installed with its entry points",
)

TEXT = (
    "云溯市2022年政府信息公开工作年度报告\n一、总体情况\n平稳。\n五、存在的主要问题及改进情况\n"
    "一是业务培训不够；二是更新不及时。下一步，将加强培训。"
)
TOKENIZER = {"nlp": {"tokenizer": {"@tokenizers": "textmine.Segmenter.v1"}}}
ALL = ("textmine_sections", "textmine_statements", "textmine_themes")


def pipeline(*names: str, config: dict | None = None):
    nlp = spacy.blank("zh", config=config or TOKENIZER)
    for name in names:
        nlp.add_pipe(name, config={"rules": True} if name == "textmine_themes" else {})
    return nlp


def labels(doc, key: str = "themes") -> list[str]:
    return [span.label_ for span in doc.spans[key]]


def run(code: str, *flags: str) -> str:
    done = subprocess.run([sys.executable, *flags, "-c", code], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_add_pipe_works_without_importing_us() -> None:
    code = """
import sys, spacy
assert not any(name.startswith("textmine") for name in sys.modules)
nlp = spacy.blank("zh")
nlp.add_pipe("textmine_themes")
doc = nlp("业务培训不够。")
print([span.label_ for span in doc.spans["themes"]])
"""
    assert run(code) == "['training']\n"


def test_making_a_pipeline_sets_no_global_state_and_loads_nothing_heavy() -> None:
    code = """
import sys, spacy
from spacy.tokens import Doc, Span, Token
nlp = spacy.blank("zh")
nlp.add_pipe("textmine_themes")
from spacy.tokens.underscore import Underscore
assert not (Underscore.doc_extensions or Underscore.span_extensions or Underscore.token_extensions)
print(sorted({"jieba", "rjieba", "pandas", "sklearn", "lxml"} & set(sys.modules)))
"""
    assert run(code) == "[]\n"


def test_importing_textmine_loads_neither_library() -> None:
    code = "import sys, textmine, textmine.spacy_bridge, textmine.annotation, textmine.cli\n"
    assert run(code + "print({'spacy', 'sklearn', 'jieba'} & set(sys.modules))") == "set()\n"


def test_the_components_find_what_mining_finds() -> None:
    doc = pipeline(*ALL)(TEXT)
    mined = mine_source(read_bytes(TEXT.encode(), "a.txt"), tagger=RuleTagger())
    back = from_doc(doc)
    assert [(s.section, s.text) for s in back.report.sections] == [(s.section, s.text) for s in mined.report.sections]
    assert [(s.role, s.text, s.start) for s in back.statements] == [(s.role, s.text, s.start) for s in mined.statements]
    assert [(t.theme, t.start, t.rule_id) for t in back.tags] == [(t.theme, t.start, t.rule_id) for t in mined.tags]


def test_without_further_words_the_trained_tagger_decides_as_in_mining() -> None:
    nlp = spacy.blank("zh")
    for name in ALL:
        nlp.add_pipe(name)
    mined = mine_source(read_bytes(TEXT.encode(), "a.txt"))
    back = from_doc(nlp(TEXT))
    assert [(t.theme, t.score, t.source) for t in back.tags] == [(t.theme, t.score, t.source) for t in mined.tags]
    assert [s.role for s in back.statements] == [s.role for s in mined.statements]


def test_a_saved_pipeline_carries_the_model(tmp_path: Path) -> None:
    nlp = spacy.blank("zh")
    for name in ALL:
        nlp.add_pipe(name)
    nlp.to_disk(tmp_path)
    assert (tmp_path / "textmine_themes" / "model" / "model.json").is_file()
    again = spacy.load(tmp_path)
    assert from_doc(again(TEXT)) == from_doc(nlp(TEXT))


def test_each_component_works_alone() -> None:
    assert labels(pipeline("textmine_themes")(TEXT)) == ["training", "timeliness", "training"]
    assert labels(pipeline("textmine_statements")(TEXT), "statements") == ["problem", "problem", "measure"]
    nlp = spacy.blank("zh")
    nlp.add_pipe("textmine_statements", config={"scope": "problems"})
    assert labels(nlp("业务培训不够。"), "statements") == []
    assert labels(nlp(""), "statements") == []
    with pytest.raises(ValueError, match="unknown scope"):
        spacy.blank("zh").add_pipe("textmine_statements", config={"scope": "all"})


def test_span_keys_are_free() -> None:
    nlp = spacy.blank("zh")
    nlp.add_pipe("textmine_statements", config={"spans_key": "units"})
    nlp.add_pipe("textmine_themes", config={"spans_key": "tags", "statements_key": "units", "rules": True})
    doc = nlp(TEXT)
    assert sorted(doc.spans) == ["tags", "units"] and len(doc.spans["tags"]) == 3


@pytest.mark.parametrize("n_process", [1, 2])
def test_pipe_gives_the_same_for_any_number_of_processes(n_process: int) -> None:
    texts = [TEXT.replace("2022", str(2000 + number)) for number in range(20)] + [TEXT, TEXT, ""]
    nlp = pipeline(*ALL)
    expected = [from_doc(nlp(text)) for text in texts]
    found = [from_doc(doc) for doc in nlp.pipe(texts, n_process=n_process, batch_size=4)]
    assert found == expected


def test_processes_can_be_spawned(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(
        f"""
import multiprocessing, spacy
if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    nlp = spacy.blank("zh", config={TOKENIZER!r})
    nlp.add_pipe("textmine_themes")
    print([[span.label_ for span in doc.spans["themes"]] for doc in nlp.pipe([{TEXT!r}] * 4, n_process=2)])
""",
        "utf-8",
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=240)
    assert done.stdout == f"{[['training', 'timeliness', 'training']] * 4}\n", done.stderr


def test_what_others_put_into_a_document_stays() -> None:
    nlp = pipeline(*ALL)
    doc = nlp.make_doc(TEXT)
    other = Span(doc, 0, 2, label="mine")
    doc.spans["themes"] = [other]
    doc.spans["elsewhere"] = [other]
    doc.user_data["elsewhere"] = 1
    doc.ents = [other]
    for _ in range(2):  # a second run replaces what the first one found
        doc = nlp(doc)
        assert labels(doc) == ["mine", "training", "timeliness", "training"]
    assert labels(doc, "elsewhere") == ["mine"] and doc.user_data == {"elsewhere": 1} and len(doc.ents) == 1


def test_statements_of_others_are_tagged_and_other_spans_are_no_statements() -> None:
    nlp = pipeline("textmine_themes")
    doc = nlp.make_doc("业务培训不够，更新不及时。")
    doc.spans["statements"] = [Span(doc, 0, 2, label="problem")]
    assert labels(nlp(doc)) == ["training"] and labels(doc, "statements") == ["problem"]
    doc = nlp.make_doc("业务培训不够，更新不及时。")
    doc.spans["statements"] = [Span(doc, 0, 2, label="mine")]
    assert sorted(labels(nlp(doc))) == ["timeliness", "training"]
    assert labels(doc, "statements")[0] == "mine" and "problem" in labels(doc, "statements")


@pytest.mark.parametrize(
    "text", ["", "   ", "\n\n", "\t业务培训不够\t。", "\ufeff业务培训不够。", "a\0b", TEXT.replace("\n", "\r\n")]
)
def test_odd_texts_stay_as_they_are(text: str) -> None:
    nlp = pipeline(*ALL)
    doc = nlp(text)
    assert doc.text == text and set(doc.spans) == {"sections", "statements", "themes"}
    assert from_doc(doc).report.text == text


def test_documents_of_reports_go_through_a_pipeline() -> None:
    mined = mine_source(read_bytes(TEXT.encode(), "a.txt"), tagger=RuleTagger())
    nlp = pipeline("textmine_statements", "textmine_themes")
    doc = nlp(to_doc(mined, vocab=nlp.vocab))
    assert from_doc(doc).statements == mined.statements
    assert from_doc(doc).tags == mined.tags
    assert from_doc(doc).report == mined.report


def test_a_saved_pipeline_carries_dictionary_and_codebook(tmp_path: Path) -> None:
    words, book = tmp_path / "words.txt", tmp_path / "book"
    words.write_text("业务培训不够 900000 n\n", "utf-8")
    shutil.copytree(load_codebook().path, book)
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {**TOKENIZER["nlp"]["tokenizer"], "dictionary": str(words)}}})
    nlp.add_pipe("textmine_themes", config={"codebook": str(book)})
    nlp.to_disk(tmp_path / "saved")
    data, config = nlp.to_bytes(), nlp.config
    words.unlink()
    shutil.rmtree(book)
    for again in (
        spacy.load(tmp_path / "saved"),
        spacy.util.load_model_from_config(config, auto_fill=True).from_bytes(data),
    ):
        doc = again(TEXT)
        assert "业务培训不够" in [token.text for token in doc]
        assert labels(doc) == ["training", "timeliness", "training"]
        assert again.get_pipe("textmine_themes").tagger.codebook.digest == load_codebook().digest


def test_what_is_missing_is_said_when_it_is_needed(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {**TOKENIZER["nlp"]["tokenizer"], "dictionary": missing}}})
    with pytest.raises(DictionaryError, match="missing"):
        nlp("政务公开")
    for config, error in (({"codebook": missing}, CodebookError), ({"model": missing}, ModelError)):
        nlp = spacy.blank("zh")
        nlp.add_pipe("textmine_themes", config=config)
        with pytest.raises(error, match="missing"):
            nlp("政务公开")


def test_a_document_that_fails_is_left_to_the_error_handler() -> None:
    nlp = spacy.blank("zh")
    component = nlp.add_pipe("textmine_sections")
    component.annotate = lambda docs: 1 / 0 if any("坏" in doc.text for doc in docs) else None
    failed: list[str] = []
    nlp.set_error_handler(lambda name, proc, docs, error: failed.extend(doc.text for doc in docs))
    assert [doc.text for doc in nlp.pipe(["好", "坏", "行"])] == ["好", "行"] and failed == ["坏"]


def test_exact_offsets_off_token_boundaries() -> None:
    nlp = pipeline("textmine_themes")
    nlp.tokenizer = spacy.tokenizer.Tokenizer(nlp.vocab)  # the whole line is one token
    doc = nlp("业务培训不够，更新不及时。")
    assert len(doc) == 1
    assert [doc.text[start:end] for start, end in exact_offsets(doc, "themes")] == ["业务培训不够", "更新不及时"]


def test_tags_equal_those_of_the_tagger() -> None:
    doc = pipeline(*ALL)(TEXT)
    statements = [Statement(**{**_fields(item)}) for item in from_doc(doc).statements]
    assert tag_statements(statements, tagger=RuleTagger()) == from_doc(doc).tags


def _fields(item: Statement) -> dict:
    return {name: getattr(item, name) for name in Statement.__slots__}
