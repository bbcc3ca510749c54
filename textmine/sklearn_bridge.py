"""Our words and our tagger in scikit-learn's conventions; everything here can go to joblib's workers.

Importing this module loads scikit-learn; ``import textmine`` does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.utils.validation import check_is_fitted

from textmine.segment import Engine, Segmenter, load_dictionary_text
from textmine.themes.classifier import ThemeClassifier
from textmine.themes.codebook import load_codebook


@lru_cache(maxsize=4)
def _segmenter(dictionary_text: str, engine: Engine) -> Segmenter:
    """One segmenter for each dictionary and process: clones in a grid search do not load jieba's dictionary anew."""
    return Segmenter.from_text(dictionary_text, engine=engine)


class JiebaTokenizer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Text → words with a blank between them, as vectorizers for spaced languages expect; needs no fitting.

    It is also a callable for ``CountVectorizer(tokenizer=JiebaTokenizer(), token_pattern=None)``. jieba's own tokenizer
    cannot be pickled; this one can, for it carries the text of the dictionary.

    Args:
        dictionary: path of a dictionary file, or ``None`` for the words that the package brings.
        engine: as in ``Segmenter``.
        keep_punctuation: keep what holds neither letter nor digit.

    >>> JiebaTokenizer().transform(["做好依申请公开工作。"]).tolist()
    ['做好 依申请公开 工作']
    >>> JiebaTokenizer()("业务培训不够")
    ['业务培训', '不够']
    """

    def __init__(
        self, dictionary: str | None = None, *, engine: Engine = "auto", keep_punctuation: bool = False
    ) -> None:
        self.dictionary = dictionary
        self.engine = engine
        self.keep_punctuation = keep_punctuation

    def fit(self, X: Any, y: Any = None) -> JiebaTokenizer:
        """Read the dictionary; the texts are only checked."""
        _, names = as_texts(X)
        self.dictionary_text_ = load_dictionary_text(self.dictionary)
        self._cutter()
        _remember_column(self, names)
        return self

    def transform(self, X: Any) -> Any:
        """Return the words of each text, joined by blanks: an array of the shape of ``X``.

        A vectorizer takes a list or one column, so behind it give a column (``frame["text"]``), not a frame.
        """
        column, names = as_texts(X)
        _check_column(self, names)
        words = np.array([" ".join(self(text)) for text in column], dtype=object)
        return words.reshape(-1, 1) if getattr(X, "ndim", 1) == 2 else words

    def __call__(self, text: str) -> list[str]:
        """Return the words of one text."""
        return [word for word in self._cutter().cut(text) if self.keep_punctuation or is_word(word)]

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """Return the name of the one column."""
        known = getattr(self, "feature_names_in_", None)
        if input_features is None:
            return np.asarray(["words"] if known is None else known, dtype=object)
        given = np.asarray(input_features, dtype=object)
        if given.shape != (1,):
            raise ValueError(f"input_features should have length equal to number of features (1), got {len(given)}")
        if known is not None and given[0] != known[0]:
            raise ValueError(f"input_features is not equal to feature_names_in_: {given[0]!r}, not {known[0]!r}")
        return given

    def _cutter(self) -> Segmenter:
        text = getattr(self, "dictionary_text_", None)
        return _segmenter(load_dictionary_text(self.dictionary) if text is None else text, self.engine)

    def __sklearn_tags__(self) -> Any:
        return _text_tags(super().__sklearn_tags__(), requires_fit=False)

    def _more_tags(self) -> dict[str, Any]:
        return {"X_types": ["string"], "stateless": True, "requires_fit": False, "no_validation": True}

    def __sklearn_is_fitted__(self) -> bool:
        return True


class JiebaVectorizer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Text → counts or TF-IDF of words as our segmenter cuts them.

    Takes a list of texts, a column of a frame, or a frame of one column; so it works behind
    ``ColumnTransformer([("text", JiebaVectorizer(), "text")])`` and with ``set_output(transform="pandas")``, for which
    ``sparse_output`` must be false.

    Args:
        dictionary: path of a dictionary file, or ``None`` for the words that the package brings.
        engine: as in ``Segmenter``.
        weighting: ``tfidf``, ``count`` or ``binary``.
        ngram_range: the least and the greatest number of words in a feature.
        min_df, max_df, max_features: as in scikit-learn's vectorizers.
        stop_words: words that are left out; there is no list with a name (``textmine stopwords`` makes one).
        sublinear_tf: 1 + log(count) instead of the count, with ``tfidf``.
        sparse_output: return a sparse matrix.

    >>> vectorizer = JiebaVectorizer(weighting="count", sparse_output=False).set_output(transform="pandas")
    >>> frame = vectorizer.fit_transform(["业务培训不够", "业务培训很好"])
    >>> frame["业务培训"].tolist()
    [1, 1]
    """

    def __init__(
        self,
        dictionary: str | None = None,
        *,
        engine: Engine = "auto",
        weighting: Literal["tfidf", "count", "binary"] = "tfidf",
        ngram_range: tuple[int, int] = (1, 1),
        min_df: float = 1,
        max_df: float = 1.0,
        max_features: int | None = None,
        stop_words: Sequence[str] | None = None,
        sublinear_tf: bool = False,
        sparse_output: bool = True,
    ) -> None:
        self.dictionary = dictionary
        self.engine = engine
        self.weighting = weighting
        self.ngram_range = ngram_range
        self.min_df = min_df
        self.max_df = max_df
        self.max_features = max_features
        self.stop_words = stop_words
        self.sublinear_tf = sublinear_tf
        self.sparse_output = sparse_output

    def fit(self, X: Any, y: Any = None) -> JiebaVectorizer:
        """Learn words and weights."""
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Learn words and weights and return the weights of the texts."""
        if self.weighting not in ("tfidf", "count", "binary"):
            raise ValueError(f"unknown weighting {self.weighting!r}; there are tfidf, count, binary")
        if isinstance(self.stop_words, str):
            raise ValueError(f"stop_words is a list of words or None, not {self.stop_words!r}")
        column, names = as_texts(X)
        self.tokenizer_ = JiebaTokenizer(self.dictionary, engine=self.engine).fit(column)
        self.vectorizer_ = self._new_vectorizer()
        found = self.vectorizer_.fit_transform(column)
        _remember_column(self, names)
        return found if self.sparse_output else found.toarray()

    def _new_vectorizer(self) -> Any:
        shared = {
            "tokenizer": self.tokenizer_,
            "token_pattern": None,
            "lowercase": False,
            "ngram_range": self.ngram_range,
            "min_df": self.min_df,
            "max_df": self.max_df,
            "max_features": self.max_features,
            "stop_words": None if self.stop_words is None else list(self.stop_words),
        }
        if self.weighting == "tfidf":
            return TfidfVectorizer(sublinear_tf=self.sublinear_tf, **shared)
        return CountVectorizer(binary=self.weighting == "binary", **shared)

    def transform(self, X: Any) -> Any:
        """Return the weights of the texts (texts × words)."""
        check_is_fitted(self)
        column, names = as_texts(X)
        _check_column(self, names)
        found = self.vectorizer_.transform(column)
        return found if self.sparse_output else found.toarray()

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """Return the words, in the order of the columns."""
        check_is_fitted(self)
        return self.vectorizer_.get_feature_names_out()

    def __sklearn_tags__(self) -> Any:
        return _text_tags(super().__sklearn_tags__(), requires_fit=True)

    def _more_tags(self) -> dict[str, Any]:
        return {"X_types": ["string"], "no_validation": True}


class ThemeEstimator(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """The trained tagger as a multi-label classifier: ``predict`` gives an indicator matrix (texts × themes).

    ``ThemeClassifier.predict`` answers with the records that all taggers give; this one answers as scikit-learn's
    metrics expect, so that ``GridSearchCV(..., scoring="f1_macro")`` works. Roles and groups are metadata: request them
    with ``set_fit_request(roles=True)`` under metadata routing, or give them to ``fit``. A role that is missing is
    decided from the text.

    Args:
        sizes, min_texts, rules, strength, term_weight, seed: as in ``ThemeClassifier``.
        codebook: folder of a codebook, or ``None`` for the packaged one.
    """

    def __init__(
        self,
        *,
        sizes: tuple[int, int] = (1, 3),
        min_texts: int = 2,
        rules: bool = True,
        strength: float = 20.0,
        term_weight: float = 0.2,
        seed: int = 0,
        codebook: str | None = None,
    ) -> None:
        self.sizes = sizes
        self.min_texts = min_texts
        self.rules = rules
        self.strength = strength
        self.term_weight = term_weight
        self.seed = seed
        self.codebook = codebook

    def fit(self, X: Any, y: Any, *, roles: Any = None, groups: Any = None) -> ThemeEstimator:
        """Learn from texts and an indicator matrix, columns in the order of the codebook; or sets of codes."""
        column, names = as_texts(X)
        book = load_codebook(self.codebook)
        target = as_target(y, len(book.codes))
        if not column:
            raise ValueError("found 0 texts, while a minimum of 1 is required")
        if not 1 <= self.sizes[0] <= self.sizes[1]:
            raise ValueError(f"sizes are the least and the greatest length of n-grams, got {self.sizes!r}")
        own = self.get_params(deep=False)
        own["codebook"] = book
        self.classifier_ = ThemeClassifier(**own).fit(column, target, roles=as_roles(roles), groups=_listed(groups))
        _remember_column(self, names)
        # as OneVsRestClassifier has it for indicator matrices: the numbers of the columns
        self.classes_ = np.arange(len(self.classifier_.classes_))
        self.themes_ = np.array(self.classifier_.classes_, dtype=object)
        return self

    def predict(self, X: Any, *, roles: Any = None) -> Any:
        """Return 1 where a text carries a theme."""
        check_is_fitted(self)
        return self.classifier_.predict_matrix(self._column(X), as_roles(roles)).astype(int)

    def predict_proba(self, X: Any, *, roles: Any = None) -> Any:
        """Return the probability of each theme (texts × themes)."""
        check_is_fitted(self)
        return self.classifier_.predict_proba(self._column(X), as_roles(roles))

    def score(self, X: Any, y: Any, sample_weight: Any = None, *, roles: Any = None) -> float:
        """Return the mean F1 of the themes that ``y`` or the prediction has; 0 where there is none at all."""
        found = self.predict(X, roles=roles).astype(bool)
        target = as_target(y, found.shape[1])
        truth = target if hasattr(target, "shape") else theme_matrix(target, codebook=self.codebook)
        truth = np.asarray(truth).astype(bool)
        if truth.shape != found.shape:
            raise ValueError(f"{len(found)} texts, but {len(truth)} rows of themes")
        weights = np.ones(len(found)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
        if weights.shape != (len(found),):
            raise ValueError(f"{len(found)} texts, but weights of shape {weights.shape}")
        both, total = weights @ (truth & found), weights @ truth + weights @ found
        return float(np.mean(2 * both[total > 0] / total[total > 0])) if (total > 0).any() else 0.0

    def _column(self, X: Any) -> list[str]:
        column, names = as_texts(X)
        _check_column(self, names)
        return column

    def __sklearn_tags__(self) -> Any:
        tags = _text_tags(super().__sklearn_tags__(), requires_fit=True)
        tags.target_tags.multi_output, tags.target_tags.single_output = True, False
        tags.classifier_tags.multi_label = True
        return tags

    def _more_tags(self) -> dict[str, Any]:
        return {"X_types": ["string"], "no_validation": True, "multilabel": True, "requires_y": True}


def is_word(text: str) -> bool:
    """Return whether a token is counted as a word.

    >>> is_word("公开"), is_word("。")
    (True, False)
    """
    return any(char.isalnum() for char in text)


def theme_matrix(themes: Iterable[Iterable[str]], *, codebook: str | None = None) -> Any:
    """Return an indicator matrix (texts × themes, in the order of the codebook) of sets of codes.

    Raises:
        ValueError: the codebook has no such theme, or a row is a text and no set of codes.

    >>> theme_matrix([["training"], []]).sum(axis=1).tolist()
    [1, 0]
    """
    codes = load_codebook(codebook).codes
    rows = [_codes_of(row) for row in themes]
    if unknown := sorted(set().union(*rows) - set(codes), key=str):
        raise ValueError(f"the codebook has no theme {unknown[0]!r}")
    return np.array([[int(code in row) for code in codes] for row in rows], dtype=int).reshape(len(rows), len(codes))


def _codes_of(row: Any) -> set[Any]:
    if isinstance(row, str) or not isinstance(row, Iterable):
        raise ValueError(f"expected a list or a set of codes for each text, got {row!r}")
    return set(row)


def as_target(y: Any, n_themes: int) -> Any:
    """Return an indicator matrix of zeros and ones as an array; sets of codes as they are.

    Raises:
        ValueError: ``y`` is neither.

    >>> as_target([[0, 1], [1, 0]], 2).tolist()
    [[0, 1], [1, 0]]
    """
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None")
    if hasattr(y, "toarray"):
        y = y.toarray()
    listed = y if hasattr(y, "shape") else list(y)
    if not hasattr(listed, "shape"):
        rows = [list(row) if isinstance(row, list | tuple | np.ndarray) else row for row in listed]
        if not rows or not all(isinstance(row, list) and len(row) == n_themes for row in rows):
            return [_codes_of(row) for row in rows]
        if any(isinstance(cell, str) for row in rows for cell in row):
            return [_codes_of(row) for row in rows]
        listed = rows
    matrix = np.asarray(listed)
    if matrix.ndim == 1:
        return [_codes_of(row) for row in matrix]
    if matrix.ndim != 2 or matrix.shape[1] != n_themes:
        raise ValueError(f"the indicator matrix has the shape {matrix.shape}; the codebook has {n_themes} themes")
    if not np.isin(matrix, (0, 1)).all():
        raise ValueError("the indicator matrix holds other values than 0 and 1")
    return matrix.astype(int)


def as_roles(roles: Any) -> list[str | None] | None:
    """Return roles as a list; what is missing is ``None``, which has the tagger decide.

    >>> as_roles(["problem", float("nan"), None])
    ['problem', None, None]
    """
    return None if roles is None else [None if _is_missing(role) else role for role in roles]


def _is_missing(value: Any) -> bool:
    """Whether a value is what pandas and numpy write where a text is missing."""
    return value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and value != value)


def as_texts(X: Any) -> tuple[list[str], Any]:
    """Return texts as a list, and the name of their column where they have one.

    Raises:
        ValueError: ``X`` is one text, is in no order, has several columns, or holds something that is no text.

    >>> as_texts(["甲", "乙"])
    (['甲', '乙'], None)
    """
    if isinstance(X, str):
        raise ValueError("expected several texts, got one: put it into a list")
    if hasattr(X, "toarray"):
        raise ValueError("expected a list or a column of texts, got a sparse matrix")
    unordered = isinstance(X, Mapping | AbstractSet) or not hasattr(X, "__iter__")
    if unordered or getattr(X, "ndim", 1) not in (1, 2):
        raise ValueError(f"expected a list or a column of texts, got {type(X).__name__}")
    names = None
    if getattr(X, "ndim", 1) == 2:
        if X.shape[1] != 1:
            raise ValueError(f"expected one column of texts, got {X.shape[1]}")
        if hasattr(X, "columns"):
            # as in scikit-learn: only names that are texts count as names
            names = np.array(list(X.columns), dtype=object) if isinstance(X.columns[0], str) else None
        X = X.iloc[:, 0] if hasattr(X, "iloc") else np.asarray(X)[:, 0]
    column = list(X)
    for item in column:
        if not isinstance(item, str):
            cure = ": fill what is missing first" if _is_missing(item) else ""
            raise ValueError(f"expected texts, got {item!r}{cure}")
    return column, names


def _remember_column(estimator: Any, names: Any) -> None:
    """Set what scikit-learn's estimators know of their input; a name of an earlier fit is forgotten."""
    estimator.n_features_in_ = 1
    if names is not None:
        estimator.feature_names_in_ = names
    elif hasattr(estimator, "feature_names_in_"):
        del estimator.feature_names_in_


def _check_column(estimator: Any, names: Any) -> None:
    """Refuse a frame whose column has another name than that of the fit."""
    known = getattr(estimator, "feature_names_in_", None)
    if known is not None and names is not None and names[0] != known[0]:
        raise ValueError(
            "The feature names should match those that were passed during fit: "
            f"got the column {names[0]!r}, fitted on {known[0]!r}"
        )


def _listed(values: Any) -> list[Any] | None:
    return None if values is None else list(values)


def _text_tags(tags: Any, *, requires_fit: bool) -> Any:
    tags.input_tags.string, tags.input_tags.two_d_array, tags.input_tags.one_d_array = True, False, True
    tags.requires_fit, tags.no_validation = requires_fit, True
    return tags
