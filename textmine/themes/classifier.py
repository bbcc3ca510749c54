"""The trained tagger: roles and themes of statements from their n-grams, their role and the rules that fire on them."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from textmine.errors import ModelError
from textmine.records import Role
from textmine.themes.codebook import Codebook, load_codebook
from textmine.themes.features import Vocabulary
from textmine.themes.labelled import Labelled, labelled_digest
from textmine.themes.linear import (
    CHUNK,
    Cues,
    Doubles,
    Flags,
    Lexicon,
    add_grams,
    choose_threshold,
    fit_platt,
    fit_weights,
    sigmoid,
)
from textmine.themes.tagger import Hit, Prediction, RuleTagger

#: what a cue counts beside n-grams, whose values make vectors of length 1; chosen on development data
_CUE_VALUE: Final = 0.3


class ThemeClassifier:
    """Tags statements with themes (and roles, where they are not known) by weights that were learned from labels.

    Keeps scikit-learn's contract: parameters only in ``__init__``, ``fit``, ``get_params``, ``set_params``, cloning,
    cross-validation through ``predict_proba`` and ``score``. ``predict`` answers with the records that all taggers
    give; :meth:`predict_sets` with sets of themes, :meth:`predict_matrix` with an indicator matrix (statements ×
    themes, in the order of ``classes_``).

    Args:
        codebook: the themes and rules; without one, those of the package.
        sizes: the shortest and the longest n-gram of characters.
        min_texts: n-grams of fewer training statements are left out.
        rules: whether the rules that fire are features.
        strength: how freely weights may grow (C of the logistic regression).
        balanced: whether rare themes weigh more in training.
        uncertain_below: a statement whose set of themes is right with less than this probability is marked.
        seed: the same labels and seed give the same weights.
    """

    def __init__(
        self,
        codebook: Codebook | None = None,
        *,
        sizes: tuple[int, int] = (1, 3),
        min_texts: int = 2,
        rules: bool = True,
        strength: float = 20.0,
        balanced: bool = False,
        uncertain_below: float = 0.5,
        seed: int = 0,
    ) -> None:
        self.codebook = codebook
        self.sizes = sizes
        self.min_texts = min_texts
        self.rules = rules
        self.strength = strength
        self.balanced = balanced
        self.uncertain_below = uncertain_below
        self.seed = seed

    # --- scikit-learn's contract ----------------------------------------------------------------------

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters of ``__init__``.

        >>> ThemeClassifier(seed=3).get_params()["seed"]
        3
        """
        return {name: getattr(self, name) for name in _PARAMETERS}

    def set_params(self, **params: Any) -> ThemeClassifier:
        """Set parameters of ``__init__``.

        Raises:
            ValueError: there is no such parameter.
        """
        for name, value in params.items():
            if name not in _PARAMETERS:
                raise ValueError(f"unknown parameter {name!r}; there are {', '.join(_PARAMETERS)}")
            setattr(self, name, value)
        return self

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True, multi_output=True, single_output=False),
            classifier_tags=ClassifierTags(multi_class=False, multi_label=True),
            input_tags=InputTags(string=True, two_d_array=False, one_d_array=True),
        )

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "lexicon_")

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_engine"}

    def __repr__(self) -> str:
        given = inspect.signature(type(self)).parameters
        changed = [
            f"{name}={getattr(self, name)!r}"
            for name in _PARAMETERS
            if name != "codebook" and getattr(self, name) != given[name].default
        ]
        return f"ThemeClassifier({', '.join(changed)})"

    # --- training ---------------------------------------------------------------------------------------

    def fit(
        self,
        texts: Sequence[str],
        themes: Iterable[Iterable[str]] | Any,
        *,
        roles: Sequence[str | None] | None = None,
        groups: Sequence[str] | None = None,
    ) -> ThemeClassifier:
        """Learn from labelled statements.

        Args:
            texts: statements.
            themes: for each its codes of themes; or an indicator matrix, columns in the order of the codebook.
            roles: ``problem``, ``measure`` or ``context`` for each; a missing one is decided by the rules.
            groups: what held-out predictions are grouped by when probabilities are calibrated and thresholds chosen:
                authors where there are several, otherwise passages; without groups, the statements.

        Raises:
            ValueError: lengths differ, or a theme is unknown.
        """
        items = _as_labelled(texts, themes, roles, groups, self._book())
        return self.fit_labelled(items)

    def fit_labelled(self, items: Sequence[Labelled]) -> ThemeClassifier:
        """Learn from labelled statements with their passages (:func:`textmine.themes.labelled.load_labelled`)."""
        book = self._book()
        self.classes_ = tuple(theme.code for theme in book.themes)
        self.codebook_ = {"version": book.version, "digest": book.digest}
        self.cues_ = (
            "role:problem",
            "role:measure",
            *(f"rule:{rule.id}" for theme in book.themes for rule in theme.rules if self.rules),
        )
        self._engine = RuleTagger(book)
        spoken = [item for item in items if item.role != "context"]
        targets = np.array([[code in item.themes for code in self.classes_] for item in spoken], dtype=bool)
        cues = self._read_cues([item.text for item in spoken], [item.role for item in spoken])
        groups = fold_names(spoken)
        held_out = np.zeros(targets.shape)
        for name in sorted(set(groups)):
            inside = np.array([group == name for group in groups])
            self._learn([item.text for item in spoken], cues, targets, ~inside)
            held_out[inside] = self._raw(
                [item.text for item, chosen in zip(spoken, inside, strict=True) if chosen], _pick(cues, inside)
            )
        platt = [fit_platt(held_out[:, column], targets[:, column]) for column in range(targets.shape[1])]
        self.slopes_ = np.array([slope for slope, _ in platt], dtype=np.float32)
        self.shifts_ = np.array([shift for _, shift in platt], dtype=np.float32)
        shares = sigmoid(held_out * self.slopes_ + self.shifts_)
        chosen = [choose_threshold(shares[:, column], targets[:, column]) for column in range(targets.shape[1])]
        self.thresholds_ = np.array(chosen, dtype=np.float32)
        self._learn([item.text for item in spoken], cues, targets, np.ones(len(spoken), dtype=bool))
        self.trained_on_ = {
            "digest": labelled_digest(items),
            "statements": len(items),
            "passages": len({item.passage for item in items}),
            "authors": len({item.author for item in items}),
        }
        return self

    def _book(self) -> Codebook:
        return self.codebook if self.codebook is not None else load_codebook()

    def _learn(self, texts: Sequence[str], cues: Cues, targets: Flags, chosen: Flags) -> None:
        """Set the weights that the chosen statements teach."""
        from scipy.sparse import csr_matrix, hstack

        own = [text for text, taken in zip(texts, chosen, strict=True) if taken]
        self.lexicon_ = Lexicon.learn(own, self.sizes, self.min_texts)
        mine = _pick(cues, chosen)
        values = np.full(len(mine.rows), _CUE_VALUE)
        extra = csr_matrix((values, (mine.rows, mine.columns)), shape=(len(own), len(self.cues_)))
        design = hstack([self.lexicon_.matrix(own), extra], format="csr")
        weights, biases = fit_weights(
            design, targets[chosen], strength=self.strength, balanced=self.balanced, seed=self.seed
        )
        n = len(self.lexicon_.vocabulary)
        self.gram_weights_ = weights[:n].astype(np.float16).astype(np.float32)
        self.cue_weights_ = (weights[n:] * _CUE_VALUE).astype(np.float32)
        self.biases_ = biases.astype(np.float32)

    # --- prediction -------------------------------------------------------------------------------------

    def _rule_tagger(self) -> RuleTagger:
        if not hasattr(self, "_engine"):
            self._engine = RuleTagger(self._book())
        return self._engine

    def _read_cues(self, texts: Sequence[str], roles: Sequence[str]) -> Cues:
        rows, columns = [], []
        place = {cue: number for number, cue in enumerate(self.cues_)}
        for row, role in enumerate(roles):
            if f"role:{role}" in place:
                rows.append(row)
                columns.append(place[f"role:{role}"])
        if self.rules:
            for row, prediction in enumerate(self._rule_tagger().predict(texts, roles)):
                for rule in {hit.rule_id for hit in prediction.hits}:
                    rows.append(row)
                    columns.append(place[f"rule:{rule}"])
        return Cues(np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64))

    def _raw(self, texts: Sequence[str], cues: Cues) -> Doubles:
        """Return the scores of texts before calibration."""
        scores = np.tile(self.biases_, (len(texts), 1))
        for start in range(0, len(texts), CHUNK):
            part = scores[start : start + CHUNK]
            add_grams(part, self.lexicon_.look_up(texts[start : start + CHUNK]), self.gram_weights_)
        np.add.at(scores, cues.rows, self.cue_weights_[cues.columns])
        return scores.astype(np.float64)

    def predict_proba(self, texts: Sequence[str], roles: Sequence[str | None] | None = None) -> Doubles:
        """Return the probability of each theme (statements × themes); context carries none."""
        self._refuse_unfitted()
        decided = self._decided(texts, roles)
        shares = sigmoid(
            self._raw(texts, self._read_cues(texts, [role for role, _ in decided])) * self.slopes_ + self.shifts_
        )
        shares[np.array([role == "context" for role, _ in decided], dtype=bool)] = 0
        return shares

    def predict_matrix(self, texts: Sequence[str], roles: Sequence[str | None] | None = None) -> Flags:
        """Return an indicator matrix (statements × themes)."""
        return self.predict_proba(texts, roles) >= self.thresholds_

    def predict_sets(self, texts: Sequence[str], roles: Sequence[str | None] | None = None) -> list[frozenset[str]]:
        """Return the themes of each statement."""
        return [
            frozenset(code for code, has in zip(self.classes_, row, strict=True) if has)
            for row in self.predict_matrix(texts, roles)
        ]

    def predict(self, texts: Sequence[str], roles: Sequence[str | None] | None = None) -> list[Prediction]:
        """Return role and themes of each text; equal texts with equal roles are read once.

        Raises:
            ValueError: the lengths differ, or a role is unknown.
        """
        self._refuse_unfitted()
        decided = self._decided(texts, roles)
        shares = self.predict_proba(texts, [role for role, _ in decided])
        answers = []
        for (role, sure), row in zip(decided, shares, strict=True):
            taken = row >= self.thresholds_
            right = float(np.prod(np.where(taken, row, 1 - row)))
            order = sorted(np.flatnonzero(taken), key=lambda column, row=row: (-row[column], column))  # type: ignore[misc]
            hits = tuple(Hit(self.classes_[column], round(float(row[column]), 4), "model") for column in order)
            answers.append(Prediction(role, sure, hits, right * sure < self.uncertain_below))
        return answers

    def score(self, texts: Sequence[str], themes: Any, roles: Sequence[str | None] | None = None) -> float:
        """Return the mean F1 of the themes."""
        truth = _as_matrix(themes, self.classes_)
        found = self.predict_matrix(texts, roles)
        right = (truth & found).sum(axis=0)
        return float(np.mean(2 * right / np.maximum(truth.sum(axis=0) + found.sum(axis=0), 1)))

    def _decided(self, texts: Sequence[str], roles: Sequence[str | None] | None) -> list[tuple[Role, float]]:
        from textmine.themes.tagger import decided_roles

        return decided_roles(texts, roles)

    def _refuse_unfitted(self) -> None:
        if not self.__sklearn_is_fitted__():
            raise ModelError("this classifier is not trained: call fit first, or load a model")

    # --- what the manifest says -------------------------------------------------------------------------

    @property
    def fingerprint(self) -> str:
        """Changes whenever the tagger could answer differently."""
        digest = hashlib.sha256(json.dumps(self.describe(), sort_keys=True).encode())
        for array in self.arrays().values():
            digest.update(np.ascontiguousarray(array).tobytes())
        return f"model:{digest.hexdigest()[:16]}"

    def describe(self) -> dict[str, Any]:
        """Return what the manifest of a mined folder says of the tagger."""
        self._refuse_unfitted()
        return {
            "kind": "model",
            "codebook": self.codebook_,
            "parameters": {name: getattr(self, name) for name in _PARAMETERS if name != "codebook"},
            "trained_on": self.trained_on_,
        }

    def arrays(self) -> dict[str, Any]:
        """Return all that training learned, by name."""
        return {
            "hashes": self.lexicon_.vocabulary.hashes,
            "idf": self.lexicon_.idf.astype(np.float16),
            "gram_weights": self.gram_weights_.astype(np.float16),
            "cue_weights": self.cue_weights_,
            "biases": self.biases_,
            "slopes": self.slopes_,
            "shifts": self.shifts_,
            "thresholds": self.thresholds_,
        }

    def restore(self, facts: dict[str, Any], arrays: dict[str, Any]) -> ThemeClassifier:
        """Take what a stored model holds, the reverse of :meth:`describe` and :meth:`arrays`.

        Raises:
            ValueError: the arrays do not fit each other.
        """
        self.classes_, self.cues_ = tuple(facts["themes"]), tuple(facts["cues"])
        self.codebook_, self.trained_on_ = facts["codebook"], facts["trained_on"]
        vocabulary = Vocabulary(arrays["hashes"])
        self.lexicon_ = Lexicon(vocabulary, arrays["idf"].astype(np.float32), self.sizes)
        self.gram_weights_ = arrays["gram_weights"].astype(np.float32)
        themes = len(self.classes_)
        self.cue_weights_, self.biases_ = arrays["cue_weights"], arrays["biases"]
        self.slopes_, self.shifts_, self.thresholds_ = arrays["slopes"], arrays["shifts"], arrays["thresholds"]
        shapes = [self.biases_.shape, self.slopes_.shape, self.shifts_.shape, self.thresholds_.shape]
        if (
            any(shape != (themes,) for shape in shapes)
            or self.gram_weights_.shape != (len(vocabulary), themes)
            or self.lexicon_.idf.shape != (len(vocabulary),)
            or self.cue_weights_.shape != (len(self.cues_), themes)
        ):
            raise ValueError("the arrays do not fit each other")
        return self


_PARAMETERS: Final = tuple(name for name in inspect.signature(ThemeClassifier).parameters)


def fold_names(items: Sequence[Labelled], folds: int = 5) -> list[str]:
    """Return the fold of each statement: its author where there are at least three, otherwise by passage."""
    if len({item.author for item in items}) >= 3:
        return [item.author for item in items]
    order = {name: number for number, name in enumerate(dict.fromkeys(item.passage for item in items))}
    return [str(order[item.passage] % folds) for item in items]


def _pick(cues: Cues, chosen: Flags) -> Cues:
    """Return the cues of the chosen texts, numbered anew."""
    keep = chosen[cues.rows]
    return Cues((np.cumsum(chosen) - 1)[cues.rows[keep]], cues.columns[keep])


def _as_matrix(themes: Any, codes: Sequence[str]) -> Flags:
    """Return an indicator matrix from one, or from sets of codes."""
    if hasattr(themes, "shape") and len(themes.shape) == 2:
        matrix: Flags = np.asarray(themes).astype(bool)
        if matrix.shape[1] != len(codes):
            raise ValueError(
                f"the indicator matrix has {matrix.shape[1]} columns; the codebook has {len(codes)} themes"
            )
        return matrix
    rows = [set(row) for row in themes]
    if unknown := sorted(set().union(*rows) - set(codes)) if rows else []:
        raise ValueError(f"the codebook has no theme {unknown[0]!r}")
    return np.array([[code in row for code in codes] for row in rows], dtype=bool).reshape(len(rows), len(codes))


def _as_labelled(
    texts: Sequence[str],
    themes: Any,
    roles: Sequence[str | None] | None,
    groups: Sequence[str] | None,
    book: Codebook,
) -> list[Labelled]:
    from textmine.themes.tagger import decided_roles

    codes = tuple(theme.code for theme in book.themes)
    matrix = _as_matrix(themes, codes)
    names = [str(number) for number in range(len(texts))] if groups is None else [str(group) for group in groups]
    if not len(texts) == len(matrix) == len(names):
        raise ValueError(f"{len(texts)} texts, but {len(matrix)} rows of themes and {len(names)} groups")
    decided = [role for role, _ in decided_roles(list(texts), roles)]
    return [
        # what carries a theme is no context, whatever the rules think
        Labelled(
            str(number),
            name,
            "",
            text,
            "problem" if role == "context" and row.any() else role,
            frozenset(code for code, has in zip(codes, row, strict=True) if has),
        )
        for number, (text, role, row, name) in enumerate(zip(texts, decided, matrix, names, strict=True))
    ]
