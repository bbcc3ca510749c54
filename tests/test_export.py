from __future__ import annotations

import json
import pickle
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from textmine.analysis.demo import make_frames
from textmine.errors import FrameError, TextmineError
from textmine.export import WordTokenizer, export_frame, list_statements, list_tokens, load_documents, make_vectorizer
from textmine.segment import Segmenter


@pytest.fixture(scope="module")
def statements() -> pd.DataFrame:
    frames = make_frames(40)
    frames["reports"].loc[0, "year"] = pd.NA
    frames["reports"].loc[1, "agency"] = pd.NA
    return list_statements(frames)


def test_statements_carry_their_report_and_themes(statements: pd.DataFrame) -> None:
    frames = make_frames(40)
    assert statements["statement_id"].tolist() == frames["statements"]["statement_id"].tolist()
    for theme in ("training", "oversight"):
        tagged = set(frames["tags"].loc[frames["tags"]["theme"] == theme, "statement_id"])
        assert set(statements.loc[statements[f"t_{theme}"] == 1, "statement_id"]) == tagged
    assert list_statements(frames, where={"year": ["2020", "2021"]})["year"].isin([2020, 2021]).all()
    assert set(list_statements(frames, role="context")["role"]) == {"context"}
    with pytest.raises(FrameError, match="unknown role"):
        list_statements(frames, role="x")


def test_csv_has_a_mark_for_excel_only_on_request(statements: pd.DataFrame, tmp_path: Path) -> None:
    export_frame(statements, tmp_path / "a.csv", bom=True)
    export_frame(statements, tmp_path / "b.csv")
    first, second = (tmp_path / "a.csv").read_bytes(), (tmp_path / "b.csv").read_bytes()
    assert first == b"\xef\xbb\xbf" + second
    again = pd.read_csv(tmp_path / "a.csv", encoding="utf-8-sig")
    assert again["text"].tolist() == statements["text"].tolist()
    with pytest.raises(TextmineError, match="byte-order mark"):
        export_frame(statements, tmp_path / "c.jsonl", bom=True)


def test_json_lines_and_parquet_come_back(statements: pd.DataFrame, tmp_path: Path) -> None:
    export_frame(statements, tmp_path / "a.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text("utf-8").splitlines()]
    assert [row["text"] for row in rows] == statements["text"].tolist()
    assert (
        rows[0]["year"] is None and rows[-1]["year"] == statements["year"].iloc[-1] and rows[-1]["t_training"] in (0, 1)
    )
    export_frame(statements, tmp_path / "a.parquet")
    again = pd.read_parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(again.astype(statements.dtypes.to_dict()), statements)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_stata_has_labels_and_keeps_text_and_missing(statements: pd.DataFrame, tmp_path: Path, lang: str) -> None:
    long = statements.copy()
    long.loc[3, "text"] = "长" * 3000
    export_frame(long, tmp_path / "a.dta", lang=lang)
    assert (tmp_path / "a.dta").read_bytes().startswith(b"<stata_dta><header><release>118<")
    data, meta = pyreadstat.read_dta(tmp_path / "a.dta")
    assert data["text"].tolist() == long["text"].tolist()
    assert data["year"].isna().sum() == long["year"].isna().sum() and data["year"].dropna().min() >= 2018
    labels = meta.column_names_to_labels
    assert labels["t_training"] == {"zh": "业务培训", "en": "Training"}[lang]
    assert labels["end_"] and "end" not in data.columns
    roles = {"zh": ["问题", "措施", "背景"], "en": ["Problem", "Measure", "Context"]}[lang]
    assert list(meta.variable_value_labels["role"].values()) == roles
    assert data["role"].map(meta.variable_value_labels["role"]).tolist() == [
        dict(zip(["problem", "measure", "context"], roles, strict=True))[role] for role in long["role"]
    ]


def test_odd_columns_and_an_empty_frame_fit_stata(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"主题": ["a"], "主題": ["b"], "end": [1], "x" * 40: [0.5], "flag": pd.array([None], dtype="boolean")}
    )
    export_frame(frame, tmp_path / "a.dta")
    assert pyreadstat.read_dta(tmp_path / "a.dta")[0].shape == (1, 5)
    export_frame(frame.head(0), tmp_path / "b.dta")
    assert pyreadstat.read_dta(tmp_path / "b.dta")[0].shape[0] == 0


def test_an_output_is_whole_or_not_there(statements: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(TextmineError, match=r"\.csv, \.jsonl, \.parquet, \.dta"):
        export_frame(statements, tmp_path / "a.sav")
    (tmp_path / "dir.csv").mkdir()
    with pytest.raises(TextmineError, match="cannot write"):
        export_frame(statements, tmp_path / "dir.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dir.csv"]


def test_tokens_are_words_with_blanks_between() -> None:
    frames = make_frames(5)
    tokens = list_tokens(frames, role="problem")
    segmenter = Segmenter()
    for text, joined in zip(list_statements(frames, role="problem")["text"], tokens["tokens"], strict=True):
        assert joined.split(" ") == [word for word in segmenter.cut(text) if any(c.isalnum() for c in word)]


def test_the_vectorizer_keeps_scikit_learns_contract() -> None:
    from sklearn.base import clone
    from sklearn.decomposition import NMF
    from sklearn.pipeline import make_pipeline

    texts, places = load_documents(make_frames(30), role="any")
    assert len(texts) == len(places)
    vectorizer = make_vectorizer(min_df=2, ngram_range=(1, 2))
    matrix = vectorizer.fit_transform(texts)
    assert matrix.shape == (len(texts), len(vectorizer.get_feature_names_out()))
    assert (clone(vectorizer).fit_transform(texts) != matrix).nnz == 0
    again = pickle.loads(pickle.dumps(vectorizer))
    assert (again.transform(texts) != matrix).nnz == 0
    assert (vectorizer.transform(texts) != matrix).nnz == 0
    assert vectorizer.build_tokenizer()("政策解读形式单一。") == WordTokenizer(Segmenter())("政策解读形式单一。")
    assert make_pipeline(vectorizer, NMF(2, init="nndsvd")).fit_transform(texts).shape == (len(texts), 2)
    assert vectorizer.get_params()["ngram_range"] == (1, 2)
    # KeyBERT and BERTopic call these on what they are given
    assert all(hasattr(vectorizer, name) for name in ("fit", "transform", "get_feature_names_out", "build_analyzer"))
