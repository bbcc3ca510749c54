import json
import pickle
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from textmine.cli import cli
from textmine.errors import ModelError, TextmineError
from textmine.evaluate import calibration_error, differences, evaluate, micro_f1, theme_f1, write_evaluation
from textmine.model_store import load_model, save_model
from textmine.records import Statement
from textmine.themes import Codebook, RuleTagger, explain, load_codebook, tag_statements
from textmine.themes.classifier import ThemeClassifier, fold_names
from textmine.themes.features import Vocabulary, character_grams, strip_label
from textmine.themes.labelled import Labelled, load_labelled
from textmine.themes.linear import Lexicon, choose_threshold, fit_platt, score_texts, sigmoid, weigh_grams

ROOT = Path(__file__).parents[1]
DEV = ROOT / "corpora/labelled/dev.jsonl"

THEME = """code = "{code}"
name_zh = "{code}"
name_en = "{code}"
group = "all"
definition_zh = "关于{word}。"
definition_en = "About {code}."

[[rules]]
id = "{code}.word"
role = "both"
terms = ["{word}"]

[examples.hit]
problem = ["{word}不足。"]
[examples.miss]
problem = ["别的不足。"]
"""
WORDS = {"roads": ("道路", "桥梁", "隧道"), "schools": ("学校", "课堂", "教师"), "water": ("河流", "水库", "堤坝")}


@pytest.fixture(scope="module")
def toy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A codebook of other themes than ours."""
    folder = tmp_path_factory.mktemp("toy")
    for code, (word, *_) in WORDS.items():
        (folder / f"{code}.toml").write_text(THEME.format(code=code, word=word), "utf-8")
    index = f"""version = "toy-1"
title_zh = "玩具"
title_en = "Toy"
themes = {json.dumps(list(WORDS))}
[groups.all]
name_zh = "全部"
name_en = "All"
"""
    for role in ("problem", "measure", "context"):
        index += f'[roles.{role}]\nname_zh = "{role}"\nname_en = "{role}"\ndefinition_zh = "x"\ndefinition_en = "x"\n'
    (folder / "codebook.toml").write_text(index, "utf-8")
    return folder


@pytest.fixture(scope="module")
def toy_book(toy_folder: Path) -> Codebook:
    return load_codebook(toy_folder)


def toy_passages(count: int = 60) -> list[dict[str, Any]]:
    rng = random.Random(1)
    passages = []
    for number in range(count):
        pieces: list[tuple[str, str, list[str]]] = [("context", f"去年共办结{number}件，但还存在以下不足：", [])]
        for label in ("一是", "二是"):
            themes = sorted(rng.sample(list(WORDS), rng.choice([1, 1, 2])))
            words = "、".join(rng.choice(WORDS[theme]) for theme in themes)
            pieces.append(("problem", f"{label}{words}还不够完善；", themes))
        pieces.append(("", "\n改进措施：\n", []))
        for label in ("一是", "二是"):
            theme = rng.choice(list(WORDS))
            pieces.append(("measure", f"{label}加快修建{rng.choice(WORDS[theme])}。", [theme]))
        text, statements = "", []
        for role, piece, themes in pieces:
            if role:
                place = {"start": len(text), "end": len(text) + len(piece)}
                statements.append(place | {"role": role, "themes": themes})
            text += piece
        passages.append({"id": f"t{number}", "author": "abc"[number % 3], "text": text, "statements": statements})
    return passages


@pytest.fixture(scope="module")
def toy_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("labelled") / "toy.jsonl"
    path.write_text("".join(json.dumps(p, ensure_ascii=False) + "\n" for p in toy_passages()), "utf-8")
    return path


@pytest.fixture(scope="module")
def toy_items(toy_file: Path) -> tuple[Labelled, ...]:
    return load_labelled([toy_file], list(WORDS))


@pytest.fixture(scope="module")
def toy_model(toy_book: Codebook, toy_items: tuple[Labelled, ...]) -> ThemeClassifier:
    return ThemeClassifier(toy_book).fit_labelled(toy_items)


# --- features -------------------------------------------------------------------------------------------


def test_label_and_clauses() -> None:
    assert [strip_label(t) for t in ("一是更新慢", "（二）更新慢", "3.更新慢", "更新慢", "3.5万条")] == [2, 3, 2, 0, 0]
    grams = character_grams(["（一）甲乙，丙", ""], (1, 2))
    assert [g.rows.tolist() for g in grams] == [[0, 0, 0, 0, 1], [0, 0]]
    two = grams[1]
    assert [(s, s + two.size) for s in two.starts.tolist()] == [
        (2, 4),
        (3, 5),
    ]  # the mark ahead, then 甲乙; none over ，


def test_vocabulary_finds_what_it_holds_and_nothing_else() -> None:
    rng = np.random.default_rng(0)
    hashes = np.unique(rng.integers(0, 2**63, 5000, dtype=np.uint64) * np.uint64(2))
    vocabulary = Vocabulary(hashes)
    assert (vocabulary.find(hashes) == np.arange(len(hashes))).all()
    assert (vocabulary.find(hashes + np.uint64(1)) == -1).all()


def test_scores_are_the_product_of_the_matrix(toy_items: tuple[Labelled, ...]) -> None:
    texts = [item.text for item in toy_items]
    lexicon = Lexicon.learn(texts, (1, 3), 2)
    weights = np.random.default_rng(0).normal(size=(len(lexicon.vocabulary), 4)).astype(np.float32)
    scores = score_texts(texts, lexicon, weigh_grams(lexicon, weights))
    assert np.allclose(lexicon.matrix(texts) @ weights, scores.whole, atol=1e-4)
    rows = np.arange(len(texts))
    starts, ends = scores.clauses_of(rows, np.zeros_like(rows))
    for row, (text, start, end) in enumerate(zip(texts, starts.tolist(), ends.tolist(), strict=True)):
        begin = scores.begins[row]
        loudest = begin + scores.clauses[begin : scores.begins[row + 1], 0].argmax()
        assert (start, end) == (scores.starts[loudest], scores.ends[loudest])
        assert 0 <= start <= end <= len(text) and not set("，。；：") & set(text[start:end])


def test_short_and_long_clauses_are_summed_alike() -> None:
    rng = np.random.default_rng(0)
    texts = ["，".join("".join(rng.choice(list("公开信息更新不及时"), size=size)) for size in range(1, 40))] * 3
    lexicon = Lexicon.learn(texts, (1, 3), 1)
    weights = rng.normal(size=(len(lexicon.vocabulary), 4)).astype(np.float32)
    scores = score_texts(texts, lexicon, weigh_grams(lexicon, weights))
    assert np.allclose(lexicon.matrix(texts) @ weights, scores.whole, atol=1e-4)
    assert (scores.whole[0] == scores.whole[1:]).all()


def test_calibration_finds_the_shares() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=20000)
    truth = rng.random(20000) < sigmoid(2 * scores - 1)
    slope, shift = fit_platt(scores, truth)
    assert abs(slope - 2) < 0.1 and abs(shift + 1) < 0.1
    assert 0.3 < choose_threshold(sigmoid(slope * scores + shift), truth) < 0.5
    assert choose_threshold(np.array([0.1]), np.array([False])) == 0.5


# --- labelled files -------------------------------------------------------------------------------------


def test_labelled_keeps_what_stands_between(toy_items: tuple[Labelled, ...]) -> None:
    assert [item.role for item in toy_items[:5]] == ["context", "problem", "problem", "measure", "measure"]
    assert toy_items[3].before.strip() == "改进措施：" and toy_items[1].before == ""
    authors = dict(zip(fold_names(toy_items), (item.author for item in toy_items), strict=True))
    assert sorted(authors.values()) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda p: p.pop("text"), "'text' is missing"),
        (lambda p: p["statements"][0].update(role="wish"), "unknown role 'wish'"),
        (lambda p: p["statements"][1].update(themes=["moon"]), "no theme 'moon'"),
        (lambda p: p["statements"][0].update(themes=["roads"]), "context carries no themes"),
        (lambda p: p["statements"][1].update(start=0), "overlaps"),
        (lambda p: p["statements"][1].update(text="别的"), "its text is not"),
    ],
)
def test_labelled_says_what_is_wrong(tmp_path: Path, change: Callable[[dict[str, Any]], object], says: str) -> None:
    passage = toy_passages(1)[0]
    change(passage)
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps(passage, ensure_ascii=False), "utf-8")
    with pytest.raises(TextmineError, match=f"line 1: .*{says}"):
        load_labelled([path], list(WORDS))


# --- the contract ---------------------------------------------------------------------------------------


def test_estimator_conventions(toy_book: Codebook, toy_items: tuple[Labelled, ...]) -> None:
    from sklearn.base import clone, is_classifier
    from sklearn.model_selection import cross_val_predict
    from sklearn.utils.validation import check_is_fitted

    model = ThemeClassifier(toy_book, strength=5.0, rules=False)
    twin = clone(model)
    assert twin is not model and twin.get_params() == model.get_params() and is_classifier(model)
    assert repr(model) == "ThemeClassifier(rules=False, strength=5.0)"
    with pytest.raises(ValueError, match="unknown parameter 'depth'"):
        model.set_params(depth=3)
    with pytest.raises(ModelError, match="not trained"):
        model.predict(["x"])
    spoken = [item for item in toy_items if item.role != "context"]
    texts = [item.text for item in spoken]
    matrix = np.array([[code in item.themes for code in WORDS] for item in spoken])
    shares = cross_val_predict(model, texts, matrix, cv=3, method="predict_proba")
    assert shares.shape == matrix.shape and micro_f1(matrix, shares >= 0.5) > 0.9
    assert model.fit(texts, matrix) is model
    check_is_fitted(model)
    by_sets = twin.fit(texts, [item.themes for item in spoken])
    assert by_sets.fingerprint == model.fingerprint
    assert model.score(texts, matrix) > 0.9
    with pytest.raises(ValueError, match="no theme 'moon'"):
        model.fit(texts, [{"moon"}] * len(texts))
    with pytest.raises(ValueError, match="columns"):
        model.fit(texts, matrix[:, :2])


def test_answers_agree(toy_model: ThemeClassifier, toy_items: tuple[Labelled, ...]) -> None:
    texts, roles = [item.text for item in toy_items], [item.role for item in toy_items]
    predictions = toy_model.predict(texts, roles)
    matrix = toy_model.predict_matrix(texts, roles)
    assert [frozenset(p.themes) for p in predictions] == toy_model.predict_sets(texts, roles)
    assert np.array_equal(matrix, [[code in p.themes for code in WORDS] for p in predictions])
    assert all(not p.hits for p, role in zip(predictions, roles, strict=True) if role == "context")
    for text, prediction in zip(texts, predictions, strict=True):
        assert [hit.score for hit in prediction.hits] == sorted((hit.score for hit in prediction.hits), reverse=True)
        assert all(hit.source == "model" and 0 <= hit.start < hit.end <= len(text) for hit in prediction.hits)
    # neither order nor batch matters
    assert toy_model.predict(texts[::-1], roles[::-1]) == predictions[::-1]
    assert [toy_model.predict([t], [r])[0] for t, r in zip(texts[:9], roles[:9], strict=True)] == predictions[:9]
    assert toy_model.predict([], []) == []
    for odd in ("", "。", "\ud800", "😀桥梁", "a" * 5000):
        assert toy_model.predict([odd], [None])[0].role in ("problem", "measure", "context")
    with pytest.raises(ValueError, match="2 texts, but 1 roles"):
        toy_model.predict(["a", "b"], ["problem"])
    with pytest.raises(ValueError, match="unknown role"):
        toy_model.predict(["a"], ["wish"])


def test_it_learns_what_the_rules_do_not_know(toy_model: ThemeClassifier, toy_book: Codebook) -> None:
    text = "三是堤坝还不够完善；"
    assert RuleTagger(toy_book).predict([text], ["problem"])[0].themes == ()
    assert toy_model.predict([text], ["problem"])[0].themes == ("water",)
    told = toy_model.explain(text, "problem")
    assert any("堤坝" in text[hit.start : hit.end] for hit in told.hits[1:])
    assert explain("一是道路还不够完善；", "problem", tagger=toy_model).hits[-1].rule_id == "roads.word"


def test_roles_by_text_and_by_passage(toy_model: ThemeClassifier, toy_items: tuple[Labelled, ...]) -> None:
    passage = toy_items[:5]
    texts, roles = [item.text for item in passage], [item.role for item in passage]
    assert [role for role, _ in toy_model.decide_roles(texts, [item.before for item in passage])] == roles
    assert [prediction.role for prediction in toy_model.predict(texts)] == roles
    assert toy_model.decide_roles([]) == []
    pieces, text = [], ""
    for item in passage:
        text += item.before + item.text
        pieces.append(SimpleNamespace(start=len(text) - len(item.text), end=len(text)))
    decided = toy_model.decide_pieces(text, pieces)
    assert [one.role for one in decided] == roles
    assert [one.phase for one in decided] == ["problem"] * 3 + ["measure"] * 2


def test_tags_of_statements_point_into_the_report(toy_model: ThemeClassifier) -> None:
    statement = Statement("r-1", "r", 1, "problem", "一是", 10, 20, "一是堤坝还不够完善；")
    (tag,) = tag_statements([statement], tagger=toy_model)
    assert (tag.theme, tag.source, tag.start, tag.end) == ("water", "model", 12, 19)


def test_it_crosses_process_borders(toy_model: ThemeClassifier) -> None:
    twin = pickle.loads(pickle.dumps(toy_model))
    assert twin.fingerprint == toy_model.fingerprint
    assert twin.predict(["一是堤坝还不够完善；"]) == toy_model.predict(["一是堤坝还不够完善；"])


# --- stored models --------------------------------------------------------------------------------------


def test_store_round_trip_and_same_bytes(
    toy_model: ThemeClassifier, toy_book: Codebook, toy_items: tuple[Labelled, ...], tmp_path: Path
) -> None:
    save_model(toy_model, tmp_path / "one")
    save_model(ThemeClassifier(toy_book).fit_labelled(toy_items), tmp_path / "two")
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == ["README.md", "arrays.npz", "model.json"]
    assert all((tmp_path / "one" / n).read_bytes() == (tmp_path / "two" / n).read_bytes() for n in names)
    loaded = load_model(tmp_path / "one", codebook=toy_book)
    texts = [item.text for item in toy_items]
    assert loaded.predict(texts) == toy_model.predict(texts) and loaded.fingerprint == toy_model.fingerprint
    save_model(loaded, tmp_path / "three")
    assert (tmp_path / "three/arrays.npz").read_bytes() == (tmp_path / "one/arrays.npz").read_bytes()


def test_damage_is_refused(toy_model: ThemeClassifier, toy_book: Codebook, tmp_path: Path) -> None:
    save_model(toy_model, tmp_path / "m")

    def refused(says: str, change: Callable[[Path], object], book: Codebook | None = toy_book) -> None:
        folder = tmp_path / "changed"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(tmp_path / "m", folder)
        change(folder)
        with pytest.raises(ModelError, match=says):
            load_model(folder, codebook=book)

    def edit(folder: Path, **facts: Any) -> None:
        found = json.loads((folder / "model.json").read_text("utf-8"))
        (folder / "model.json").write_text(json.dumps({**found, **facts}), "utf-8")

    refused("no model", lambda f: (f / "model.json").unlink())
    refused("no model", lambda f: (f / "arrays.npz").unlink())
    refused("damaged", lambda f: (f / "model.json").write_text("{", "utf-8"))
    refused("damaged", lambda f: (f / "arrays.npz").write_bytes((f / "arrays.npz").read_bytes()[:-9]))
    refused("format 1", lambda f: edit(f, format=99))
    refused("damaged", lambda f: edit(f, parameters={"depth": 3}))
    refused("trained with codebook", lambda f: edit(f, codebook={"version": "0", "digest": "0" * 64}))
    refused("differ in themes", lambda f: None, load_codebook())
    refused("damaged", lambda f: edit(f, sha256={}))


# --- scores ---------------------------------------------------------------------------------------------


def test_measures() -> None:
    truth = np.array([[1, 0], [1, 1], [0, 0]], dtype=bool)
    found = np.array([[1, 0], [0, 1], [0, 0]], dtype=bool)
    assert theme_f1(truth, found).round(3).tolist() == [0.667, 1.0]
    assert micro_f1(truth, found) == 0.8
    assert calibration_error(truth, np.where(truth, 0.9, 0.1)) == pytest.approx(0.1)


def test_evaluation(
    toy_model: ThemeClassifier, toy_book: Codebook, toy_items: tuple[Labelled, ...], tmp_path: Path
) -> None:
    result = evaluate(toy_model, toy_items, list(WORDS))
    rules = evaluate(RuleTagger(toy_book), toy_items, list(WORDS))
    assert result.summary()["micro_f1"] > 0.95 > rules.summary()["micro_f1"]
    assert result.summary()["role_accuracy"] == 1.0
    assert result.theme_table()["n"].sum() == sum(len(item.themes) for item in toy_items)
    assert differences(result, rules)
    write_evaluation(result, tmp_path, other=rules)
    assert {"summary.json", "themes.csv", "confusion.csv", "errors.jsonl"} <= {path.name for path in tmp_path.iterdir()}
    assert rules.confusion().to_numpy().sum() > 0


# --- the command line -----------------------------------------------------------------------------------


def test_commands_with_another_codebook(toy_folder: Path, toy_file: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    model = str(tmp_path / "model")
    trained = run(cli, ["train", str(toy_file), "-o", model, "--codebook", str(toy_folder)])
    assert trained.exit_code == 0, trained.output
    scored = run(
        cli,
        [
            "evaluate",
            model,
            str(toy_file),
            "--codebook",
            str(toy_folder),
            "-o",
            str(tmp_path / "s"),
            "--other",
            "rules",
        ],
    )
    assert scored.exit_code == 0, scored.output
    assert "micro_f1" in scored.output and (tmp_path / "s/differences.jsonl").exists()
    curved = run(cli, ["evaluate", model, str(toy_file), "--codebook", str(toy_folder), "--curve", str(toy_file)])
    assert curved.exit_code == 0, curved.output
    assert len(curved.output[curved.output.index("statements  micro_f1") :].splitlines()) == 5
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": 1, "role": "problem", "text": "一是堤坝还不够完善；"}\n', "utf-8")
    tagged = run(cli, ["tag", str(source), "--model", model, "--codebook", str(toy_folder), "--explain"])
    assert tagged.exit_code == 0, tagged.output
    line = json.loads(tagged.output.splitlines()[0])
    assert [hit["theme"] for hit in line["themes"]] == ["water"]
    assert any("堤坝" in why["words"] for why in line["why"])
    wrong = run(cli, ["evaluate", model, str(toy_file)])
    assert isinstance(wrong.exception, TextmineError)


# --- the packaged model ---------------------------------------------------------------------------------

#: scores on the development and the test part, pinned; raising is free, lowering needs a line in the changelog
FLOORS = json.loads((Path(__file__).parent / "cases/model_floors.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def packaged() -> ThemeClassifier:
    return load_model()


def test_packaged_model_is_small_and_plain(packaged: ThemeClassifier) -> None:
    folder = ROOT / "models/themes-1.0"
    assert {path.name for path in folder.iterdir()} == {"README.md", "arrays.npz", "model.json"}
    assert sum(path.stat().st_size for path in folder.iterdir()) < 10_000_000
    hits = packaged.predict(["二是业务培训不够；"], ["problem"])[0].hits
    assert [hit.theme for hit in hits] == ["training"]


@pytest.mark.parametrize("part", ["dev", "test"])
def test_floors(packaged: ThemeClassifier, part: str) -> None:
    items = load_labelled([ROOT / f"corpora/labelled/{part}.jsonl"], packaged.themes_)
    result = evaluate(packaged, items, packaged.themes_)
    summary, table, floors = result.summary(), result.theme_table(), FLOORS[part]
    for name in ("micro_f1", "macro_f1", "role_accuracy"):
        assert summary[name] >= floors[name], name
    assert summary["calibration_error"] <= floors["calibration_error"]
    low = {row.theme: row.f1 for row in table.itertuples() if row.f1 < floors["themes"][row.theme]}
    assert not low
