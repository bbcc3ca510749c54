"""One's own model gives the labels that scikit-learn gives, counted over files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from textmine.errors import ModelError
from textmine.segment import Segmenter
from textmine.word_model import WordModel, count_labels, read_problems

PURE = Segmenter.from_text("", engine="jieba")
TEXTS = [
    "更新不够及时。",
    "专职人员不足。",
    "加强业务培训。",
    "业务培训偏少，人员不足。",
    "栏目更新慢。",
    "公开的形式单一。",
]
LABELS = ["timeliness", "staffing", "training", "training", "timeliness", "channel"]
REPORT = """临樟县水利局{year}年政府信息公开工作年度报告
一、总体情况
平稳。
五、存在的主要问题及改进情况
1.更新不够及时。2.专职人员不足。
（一）业务培训偏少。
六、其他需要报告的事项
无。
"""


def cut(text: str) -> str:
    return " ".join(PURE.cut(text))


def fitted(vectorizer: Any, classifier: Any) -> tuple[Any, Any]:
    return vectorizer, classifier.fit(vectorizer.fit_transform(map(cut, TEXTS)), LABELS)


MODELS = [
    fitted(TfidfVectorizer(token_pattern=r"\S+"), LinearSVC()),
    fitted(TfidfVectorizer(sublinear_tf=True), LogisticRegression()),
    fitted(TfidfVectorizer(norm=None, use_idf=False, token_pattern=r"\S"), LinearSVC()),
]


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.lists(st.sampled_from([*TEXTS, "A-1 ", "\n", "哈哈哈", "龥"]), max_size=4).map("".join)))
def test_labels_are_those_of_scikit_learn(model: tuple[Any, Any], texts: list[str]) -> None:
    vectorizer, classifier = model
    expected = classifier.predict(vectorizer.transform(map(cut, texts))).tolist() if texts else []
    assert WordModel.from_sklearn(vectorizer, classifier).predict(texts) == expected


def test_two_classes_are_decided_by_one_column() -> None:
    vectorizer = TfidfVectorizer(token_pattern=r"\S+")
    labels = [label == "training" for label in LABELS]
    classifier = LinearSVC().fit(vectorizer.fit_transform(map(cut, TEXTS)), labels)
    expected = [str(label) for label in classifier.predict(vectorizer.transform(map(cut, TEXTS)))]
    assert WordModel.from_sklearn(vectorizer, classifier).predict(TEXTS) == expected


@pytest.mark.parametrize("setting", [{"ngram_range": (1, 2)}, {"analyzer": "char"}, {"binary": True}, {"norm": "l1"}])
def test_other_vectorizers_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(ModelError):
        WordModel.from_sklearn(*fitted(TfidfVectorizer(**setting), LinearSVC()))


def test_counts_do_not_depend_on_jobs(tmp_path: Path) -> None:
    for year in (2021, 2022, 2022, 2023):
        number = len(list(tmp_path.iterdir()))
        (tmp_path / f"{number}.txt").write_text(REPORT.format(year=year), "utf-8")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 cut off")
    model = WordModel.from_sklearn(*MODELS[0])
    counts = count_labels(tmp_path, model)
    assert counts.index.tolist() == ["2021", "2022", "2023"]
    assert counts.loc["2022"].to_dict() == {"staffing": 2, "timeliness": 2, "training": 2}
    assert counts.equals(count_labels(tmp_path, model, jobs=2))


def test_headings_in_free_words_are_found_by_the_parser(tmp_path: Path) -> None:
    text = REPORT.format(year=2022).replace("五、存在的主要问题及改进情况", "第五部分 不足与打算")
    (tmp_path / "a.txt").write_bytes(text.encode("gb18030"))
    year, part = read_problems(tmp_path / "a.txt")
    assert year == "2022" and part.startswith("1.更新不够及时。")
    assert read_problems(tmp_path / "none.txt") == ("", "")
