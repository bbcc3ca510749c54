"""scikit-learn's conventions: its own checks, pipelines, searches, frames, workers, metadata."""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_predict, cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils import estimator_checks

from textmine.sklearn_bridge import JiebaTokenizer, JiebaVectorizer, ThemeEstimator, theme_matrix
from textmine.themes import load_codebook
from textmine.themes.classifier import ThemeClassifier

TEXTS = [
    "业务培训不够。",
    "工作人员业务不熟，需要培训。",
    "信息更新不及时。",
    "公开不及时，更新滞后。",
    "加强业务培训。",
    "及时更新信息。",
] * 3
THEMES = [["training"], ["training"], ["timeliness"], ["timeliness"], ["training"], ["timeliness"]] * 3
ROLES = ["problem", "problem", "problem", "problem", "measure", "measure"] * 3
GROUPS = [number // 6 for number in range(18)]
BINARY = np.array([int("training" in row) for row in THEMES])
ESTIMATORS = [JiebaTokenizer(), JiebaVectorizer(), ThemeEstimator(min_texts=1, term_weight=0)]
ids = [type(estimator).__name__ for estimator in ESTIMATORS]

#: scikit-learn's checks that ask for no numbers; its full list gives texts a pass after the first few
CHECKS = [
    name
    for name in (
        "check_estimator_cloneable",
        "check_estimator_repr",
        "check_estimator_tags_renamed",
        "check_valid_tag_types",
        "check_mixin_order",
        "check_no_attributes_set_in_init",
        "check_parameters_default_constructible",
        "check_get_params_invariance",
        "check_set_params",
        "check_set_output_transform",
        "check_set_output_transform_pandas",
        "check_global_output_transform_pandas",
        "check_transformer_get_feature_names_out",
    )
    if hasattr(estimator_checks, name)
]


def fitted(estimator):
    return clone(estimator).fit(TEXTS, theme_matrix(THEMES))


def values(estimator, texts):
    found = estimator.transform(texts) if hasattr(estimator, "transform") else estimator.predict_proba(texts)
    return np.asarray(found.toarray() if hasattr(found, "toarray") else found).tolist()


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=ids)
def test_check_estimator(estimator) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Can't test estimator")
        estimator_checks.check_estimator(clone(estimator))


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize(
    "estimator", [*ESTIMATORS, ThemeClassifier(min_texts=1, term_weight=0)], ids=[*ids, "ThemeClassifier"]
)
def test_single_checks(estimator, name: str) -> None:
    needs_base = {"check_mixin_order", "check_estimator_tags_renamed"}
    if not hasattr(estimator_checks, "check_valid_tag_types"):  # before 1.6 tags came from the base only
        needs_base |= {one for one in CHECKS if "output" in one or "names_out" in one}
    if isinstance(estimator, ThemeClassifier) and name in needs_base:
        pytest.skip("ThemeClassifier has no scikit-learn base: it works where scikit-learn is not loaded")
    getattr(estimator_checks, name)(type(estimator).__name__, clone(estimator))


# --- what the checks for numbers would ask, asked with texts --------------------------------------


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=ids)
def test_fitting_twice_gives_the_same_and_leaves_parameters_alone(estimator) -> None:
    one = fitted(estimator)
    before = {name: repr(value) for name, value in one.get_params().items()}
    expected = values(one, TEXTS)
    assert values(one.fit(TEXTS, theme_matrix(THEMES)), TEXTS) == expected
    assert {name: repr(value) for name, value in one.get_params().items()} == before


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=ids)
def test_each_text_is_on_its_own(estimator) -> None:
    one = fitted(estimator)
    together = np.array(values(one, TEXTS))
    alone = np.array([values(one, [text])[0] for text in TEXTS])
    reversed_ = np.array(values(one, TEXTS[::-1]))[::-1]
    if together.dtype.kind == "f":
        assert np.allclose(together, alone, atol=1e-6) and np.allclose(together, reversed_, atol=1e-6)
    else:
        assert (together == alone).all() and (together == reversed_).all()


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=ids)
def test_pickles_and_joblib_workers_give_the_same(estimator) -> None:
    one = fitted(estimator)
    assert values(pickle.loads(pickle.dumps(one)), TEXTS) == values(one, TEXTS)
    found = joblib.Parallel(n_jobs=2)(joblib.delayed(values)(one, [text]) for text in TEXTS[:4])
    assert np.array(found).shape[0] == 4


@pytest.mark.parametrize("estimator", ESTIMATORS[1:], ids=ids[1:])
def test_unfitted_ones_say_so(estimator) -> None:
    with pytest.raises(NotFittedError):
        values(clone(estimator), TEXTS)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=ids)
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("一段文字", "put it into a list"),
        ([1, 2], "expected texts, got 1$"),
        ([["甲"]], r"expected texts, got \['甲'\]$"),
        (None, "got NoneType"),
        (5, "got int"),
        ({"甲"}, "got set"),
        ({"甲": 1}, "got dict"),
        (np.array("甲"), "got ndarray"),
        (np.zeros((2, 2, 2)), "got ndarray"),
        (sparse.csr_matrix((2, 1)), "sparse matrix"),
        (["甲", float("nan")], "fill what is missing"),
        (pd.Series(["甲", pd.NA], dtype="string"), "fill what is missing"),
        (pd.DataFrame({"a": ["甲"], "b": ["乙"]}), "one column"),
        (pd.Series(["甲", None]), "fill what is missing"),
    ],
)
def test_what_is_no_column_of_texts_is_refused(estimator, bad, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        clone(estimator).fit(bad, [[1]])


def test_the_column_of_the_fit_is_known_and_no_other_is_taken() -> None:
    frame = pd.DataFrame({"text": TEXTS})
    for estimator in (JiebaTokenizer(), JiebaVectorizer()):
        estimator.fit(frame)
        assert estimator.feature_names_in_.tolist() == ["text"] and estimator.n_features_in_ == 1
        with pytest.raises(ValueError, match="feature names should match"):
            estimator.transform(frame.rename(columns={"text": "other"}))
        assert len(estimator.transform(TEXTS[:2]).shape)
        assert not hasattr(estimator.fit(TEXTS), "feature_names_in_")
        assert not hasattr(estimator.fit(pd.DataFrame({0: TEXTS})), "feature_names_in_")
    with pytest.raises(ValueError, match="length"):
        JiebaTokenizer().get_feature_names_out(["a", "b"])
    with pytest.raises(ValueError, match="not equal to feature_names_in_"):
        JiebaTokenizer().fit(frame).get_feature_names_out(["a"])


def test_transforming_leaves_the_tokenizer_alone() -> None:
    tokenizer = JiebaTokenizer()
    before = dict(vars(tokenizer))
    tokenizer.transform(TEXTS)
    assert vars(tokenizer) == before


# --- words ----------------------------------------------------------------------------------------


def test_the_tokenizer_is_a_transformer_and_a_callable() -> None:
    tokenizer = JiebaTokenizer()
    assert tokenizer.transform(["做好依申请公开工作。"]).tolist() == ["做好 依申请公开 工作"]
    assert JiebaTokenizer(keep_punctuation=True)("公开。") == ["公开", "。"]
    counted = CountVectorizer(tokenizer=tokenizer, token_pattern=None).fit(TEXTS)
    assert "业务培训" in counted.get_feature_names_out()
    spaced = make_pipeline(tokenizer, CountVectorizer(token_pattern=r"\S+")).fit(TEXTS)
    assert set(spaced[-1].get_feature_names_out()) == set(counted.get_feature_names_out())


def test_a_dictionary_changes_words_and_travels(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("业务培训不够 900000\n", "utf-8")
    tokenizer = JiebaTokenizer(str(words)).fit(TEXTS)
    words.unlink()
    assert pickle.loads(pickle.dumps(tokenizer))("业务培训不够。") == ["业务培训不够"]
    assert JiebaTokenizer()("业务培训不够。") == ["业务培训", "不够"]


@pytest.mark.parametrize("weighting", ["tfidf", "count", "binary"])
def test_weightings(weighting) -> None:
    made = JiebaVectorizer(weighting=weighting, sparse_output=False)
    found = made.fit_transform(["更新更新更新", "信息更新"])
    column = found[:, made.get_feature_names_out().tolist().index("更新")]
    assert {"tfidf": column[0] == 1, "count": column[0] == 3, "binary": column[0] == 1}[weighting]
    with pytest.raises(ValueError, match="unknown weighting"):
        JiebaVectorizer(weighting="none").fit(TEXTS)


def test_options_of_the_vectorizer() -> None:
    plain = JiebaVectorizer().fit(TEXTS).get_feature_names_out().tolist()
    assert "。" not in plain and "更新" in plain
    assert "更新" not in JiebaVectorizer(stop_words=["更新"]).fit(TEXTS).get_feature_names_out()
    assert any(" " in name for name in JiebaVectorizer(ngram_range=(1, 2)).fit(TEXTS).get_feature_names_out())
    assert len(JiebaVectorizer(max_features=3).fit(TEXTS).get_feature_names_out()) == 3
    assert len(JiebaVectorizer(min_df=4).fit(TEXTS).get_feature_names_out()) < len(plain)


# --- in other people's pipelines ------------------------------------------------------------------


def test_pandas_output_and_names() -> None:
    vectorizer = JiebaVectorizer(sparse_output=False).set_output(transform="pandas")
    series = pd.Series(TEXTS, index=[f"row{number}" for number in range(18)], name="text")
    frame = vectorizer.fit_transform(series.to_frame())  # the index of a Series is kept by newer versions only
    assert frame.columns.tolist() == vectorizer.get_feature_names_out().tolist() and frame.index[0] == "row0"
    words = JiebaTokenizer().set_output(transform="pandas").fit_transform(series.to_frame())
    assert words.columns.tolist() == ["text"] and words.index[0] == "row0"
    assert words["text"].iloc[0] == "业务培训 不够"


@pytest.mark.parametrize("column", ["text", ["text"]])
def test_columns_of_a_frame(column) -> None:
    frame = pd.DataFrame({"text": TEXTS, "role": ROLES})
    both = ColumnTransformer(
        [
            ("words", JiebaVectorizer(sparse_output=False), column),
            ("role", OneHotEncoder(sparse_output=False), ["role"]),
        ]
    ).set_output(transform="pandas")
    found = both.fit_transform(frame)
    assert {"words__业务培训", "role__role_measure"} <= set(found.columns) and len(found) == 18
    assert list(both.get_feature_names_out()) == list(found.columns)
    model = make_pipeline(clone(both).set_output(transform="default"), LogisticRegression()).fit(frame, BINARY)
    assert model.score(frame, BINARY) == 1


def test_unions_searches_and_workers() -> None:
    union = FeatureUnion([("one", JiebaVectorizer()), ("two", JiebaVectorizer(ngram_range=(2, 2)))])
    search = GridSearchCV(
        make_pipeline(union, LogisticRegression()),
        {"featureunion__one__min_df": [1, 2], "logisticregression__C": [1.0, 10.0]},
        cv=3,
        n_jobs=2,
    ).fit(TEXTS, BINARY)
    assert search.best_score_ > 0.9


def test_a_search_over_dictionaries(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("业务培训不够 900000\n", "utf-8")
    pipeline = make_pipeline(JiebaVectorizer(), OneVsRestClassifier(LogisticRegression()))
    target = theme_matrix(THEMES)[:, [list(load_codebook().codes).index(code) for code in ("training", "timeliness")]]
    grid = {"jiebavectorizer__dictionary": [None, str(words)]}
    search = GridSearchCV(pipeline, grid, cv=3, scoring="f1_macro").fit(TEXTS, target)
    assert len(search.cv_results_["params"]) == 2


# --- the tagger -----------------------------------------------------------------------------------


def test_the_estimator_is_searched_and_crossed() -> None:
    target = theme_matrix(THEMES)
    search = GridSearchCV(
        ThemeEstimator(min_texts=1, term_weight=0, rules=False),
        {"strength": [1.0, 20.0]},
        scoring="f1_micro",
        cv=3,
        n_jobs=2,
    ).fit(TEXTS, target)
    assert search.best_score_ > 0.8
    shares = cross_val_predict(ThemeEstimator(min_texts=1, term_weight=0), TEXTS, target, cv=3, method="predict_proba")
    assert np.asarray(shares).shape == (18, len(load_codebook().codes))
    frame = pd.DataFrame({"text": TEXTS})
    piped = make_pipeline(
        ColumnTransformer([("t", "passthrough", ["text"])]), ThemeEstimator(min_texts=1, term_weight=0)
    )
    assert piped.fit(frame, target).score(frame, target) > 0


LIGHT = {"min_texts": 1, "term_weight": 0, "rules": False}


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (None, "target y is None"),
        (BINARY, "expected a list or a set of codes"),
        (["training"] * 18, "expected a list or a set of codes"),
        ([["nonsense"]] * 18, "no theme 'nonsense'"),
        (np.full((18, 20), np.nan), "other values than 0 and 1"),
        (np.full((18, 20), 2), "other values than 0 and 1"),
        (np.zeros((18, 3)), "the codebook has 20 themes"),
        (theme_matrix(THEMES)[:3], "18 texts, but 3 rows"),
    ],
)
def test_targets_that_are_none_are_refused(target, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ThemeEstimator(**LIGHT).fit(TEXTS, target)


def test_targets_may_be_sparse_frames_lists_or_codes() -> None:
    matrix = theme_matrix(THEMES)
    expected = ThemeEstimator(**LIGHT).fit(TEXTS, matrix).predict(TEXTS).tolist()
    for target in (sparse.csr_matrix(matrix), pd.DataFrame(matrix), matrix.tolist(), THEMES, map(set, THEMES)):
        assert ThemeEstimator(**LIGHT).fit(TEXTS, target).predict(TEXTS).tolist() == expected
    with pytest.raises(ValueError, match="0 texts"):
        ThemeEstimator(**LIGHT).fit([], matrix[:0])
    with pytest.raises(ValueError, match="sizes"):
        ThemeEstimator(sizes=(3, 1)).fit(TEXTS, matrix)


def test_theme_matrix_refuses_what_it_does_not_know() -> None:
    assert theme_matrix([]).shape == (0, 20)
    with pytest.raises(ValueError, match="no theme 'trainning'"):
        theme_matrix([["trainning"]])
    with pytest.raises(ValueError, match="list or a set of codes"):
        theme_matrix(["training"])


def test_missing_roles_are_decided() -> None:
    target = theme_matrix(THEMES)
    for missing in ([None] * 18, pd.Series([np.nan] * 18), pd.Series([pd.NA] * 18, dtype="string")):
        model = ThemeEstimator(**LIGHT).fit(TEXTS, target, roles=missing)
        assert (model.predict(TEXTS, roles=missing) == model.predict(TEXTS)).all()
    with pytest.raises(ValueError, match="unknown role 'x'"):
        ThemeEstimator(**LIGHT).fit(TEXTS, target, roles=["x"] * 18)


def test_the_score_is_over_the_themes_that_are_there_and_weighted() -> None:
    target = theme_matrix(THEMES)
    model = ThemeEstimator(**LIGHT).fit(TEXTS, target)
    assert model.score(TEXTS, target) == model.score(TEXTS, THEMES) == 1
    wrong = target.copy()
    wrong[0] = 0
    weights = np.ones(18)
    weights[0] = 0
    assert model.score(TEXTS, wrong) < 1 and model.score(TEXTS, wrong, sample_weight=weights) == 1
    with pytest.raises(ValueError, match="weights of shape"):
        model.score(TEXTS, target, sample_weight=[1])
    with pytest.raises(ValueError, match="18 texts, but 3 rows"):
        model.score(TEXTS, target[:3])


@pytest.mark.parametrize("words", ["english", "更新"])
def test_stop_words_are_a_list(words: str) -> None:
    with pytest.raises(ValueError, match="stop_words is a list"):
        JiebaVectorizer(stop_words=words).fit(TEXTS)


def test_roles_and_groups_are_metadata() -> None:
    target = theme_matrix(THEMES)
    model = ThemeEstimator(min_texts=1, term_weight=0).fit(TEXTS, target, roles=ROLES, groups=GROUPS)
    assert model.predict(TEXTS, roles=["context"] * 18).sum() == 0
    with sklearn.config_context(enable_metadata_routing=True):
        asking = (
            ThemeEstimator(min_texts=1, term_weight=0)
            .set_fit_request(roles=True, groups=False)
            .set_score_request(roles=True)
        )
        asking.set_predict_request(roles=False)
        search = GridSearchCV(asking, {"strength": [1.0, 20.0]}, cv=GroupKFold(3))
        search.fit(TEXTS, target, roles=ROLES, groups=GROUPS)
        assert len(search.cv_results_["params"]) == 2


def test_the_classifier_itself_keeps_the_contract() -> None:
    target = theme_matrix(THEMES)
    model = ThemeClassifier(min_texts=1, term_weight=0, rules=False)
    assert clone(model).get_params() == model.get_params()
    search = GridSearchCV(model, {"strength": [1.0, 20.0]}, cv=3, n_jobs=2).fit(TEXTS, target)
    assert search.best_score_ > 0
    assert cross_val_score(model, TEXTS, target, cv=3).shape == (3,)
    fitted_model = clone(model).fit(TEXTS, target)
    assert pickle.loads(pickle.dumps(fitted_model)).predict(TEXTS) == fitted_model.predict(TEXTS)
