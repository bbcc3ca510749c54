"""The trained tagger: roles and themes of statements from their n-grams, their role and the rules that fire on them."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from textmine.errors import ModelError
from textmine.records import ROLES, Role
from textmine.themes.codebook import Codebook, load_codebook
from textmine.themes.features import Vocabulary, strip_label
from textmine.themes.labelled import Labelled, labelled_digest
from textmine.themes.linear import CHUNK, Doubles, Flags, Floats, Lexicon, Scores, fit_weights, score_texts, weigh_grams
from textmine.themes.roles import RoleModel, checked_roles
from textmine.themes.tagger import Hit, Prediction, RuleTagger
from textmine.themes.verdict import Evidence, Verdict

#: the roles that carry themes
SPOKEN: Final[tuple[Role, ...]] = ("problem", "measure")
_SPOKEN_NUMBERS: Final = np.array([ROLES.index(role) for role in SPOKEN])
#: what a role counts beside n-grams, whose values make vectors of length 1
ROLE_VALUE: Final = 0.5
#: probability of a right set of themes from which on the rules are not asked; on development data 0.6 to 1 score alike
CLEAR: Final = 0.6
#: of the strongest character of a text: what is weaker is not shown as a word that spoke for the theme
_LOUD: Final = 0.35
_WORDS: Final = 4
_GAP: Final = re.compile(r"…|\{\d+\}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in texts: roles with their probabilities, probabilities of all themes, which are taken, scores."""

    roles: list[tuple[Role, float]]
    shares: Doubles
    taken: Flags
    scores: Scores


class Piece(Protocol):
    """A stretch of a text."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


class DecidedRole(NamedTuple):
    """A role, its probability, and the phase of the part (``problem`` or ``measure``) that it stands in."""

    role: Role
    score: float
    phase: Role


class ThemeClassifier:
    """Tags statements with themes (and roles, where they are not known) by weights that were learned from labels.

    Keeps scikit-learn's contract: parameters only in ``__init__``, ``fit``, ``get_params``, ``set_params``, cloning,
    cross-validation through ``predict_proba`` and ``score``. ``predict`` answers with the records that all taggers
    give; :meth:`predict_sets` with sets of themes, :meth:`predict_matrix` with an indicator matrix (statements ×
    themes, in the order of ``themes_``).

    Args:
        codebook: the themes and rules; without one, those of the package.
        sizes: the shortest and the longest n-gram of characters.
        min_texts: n-grams of fewer training statements are left out.
        rules: whether the rules of the codebook that fire speak beside the n-grams.
        strength: how freely weights may grow (C of the logistic regression).
        term_weight: how much a term of the codebook counts beside a labelled statement; 0 leaves them out.
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
        term_weight: float = 0.2,
        uncertain_below: float = 0.5,
        seed: int = 0,
    ) -> None:
        self.codebook = codebook
        self.sizes = sizes
        self.min_texts = min_texts
        self.rules = rules
        self.strength = strength
        self.term_weight = term_weight
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

    @property
    def classes_(self) -> npt.NDArray[np.str_]:
        """The codes of the themes, in order."""
        return np.array(self.themes_)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "lexicon_")

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_engine", "_weighed")}

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
            groups: the passage of each, the statements of one in order; without groups, each stands alone.

        Raises:
            ValueError: lengths differ, or a theme is unknown.
        """
        return self.fit_labelled(_as_labelled(texts, themes, roles, groups, self._book()))

    def fit_labelled(self, items: Sequence[Labelled]) -> ThemeClassifier:
        """Learn from labelled statements with their passages (:func:`textmine.themes.labelled.load_labelled`)."""
        book = self._book()
        self.themes_ = tuple(theme.code for theme in book.themes)
        self.codebook_ = {"version": book.version, "digest": book.digest}
        self._engine = RuleTagger(book)
        folds = np.array(fold_names(items))
        spoken = np.array([item.role != "context" for item in items], dtype=bool)
        targets = np.array([[code in item.themes for code in self.themes_] for item in items], dtype=bool)
        roles = [item.role for item in items]
        texts = [item.text for item in items]
        # Each statement is scored by weights that have not seen its author (or passage), as those of strangers are.
        whole = np.zeros((len(items), len(self.themes_) + len(ROLES)), dtype=np.float32)
        loudest = np.zeros_like(whole)
        for name in sorted(set(folds)):
            inside = folds == name
            self._learn_grams([item for item, out in zip(items, ~inside, strict=True) if out])
            part = self._score([text for text, taken in zip(texts, inside, strict=True) if taken])
            whole[inside], loudest[inside] = part.whole + self.biases_, part.loudest + self.biases_
        self.roles_ = RoleModel.fit(items, whole[:, len(self.themes_) :], seed=self.seed)
        self._learn_verdict(texts, roles, whole, loudest, targets, spoken, folds)
        self._learn_grams(items)
        self.trained_on_ = {
            "digest": labelled_digest(items),
            "statements": len(items),
            "passages": len({item.passage for item in items}),
            "authors": len({item.author for item in items}),
            "folds": len(set(folds)),
            "held_out": self.held_out_,
        }
        return self

    def _book(self) -> Codebook:
        return self.codebook if self.codebook is not None else load_codebook()

    def _learn_grams(self, items: Sequence[Labelled]) -> None:
        """Set the weights of n-grams and roles: one column for each theme, then one for each role."""
        from scipy.sparse import csr_matrix, hstack

        known = [*items, *(codebook_statements(self._book()) if self.term_weight else ())]
        self.lexicon_ = Lexicon.learn([item.text for item in known], self.sizes, self.min_texts)
        grams = self.lexicon_.matrix([item.text for item in known])
        spoken = np.array([item.role != "context" for item in known], dtype=bool)
        counts = np.where(np.arange(len(known)) < len(items), 1.0, self.term_weight)
        flags = np.array([[item.role == role for role in SPOKEN] for item in known]) * ROLE_VALUE
        targets = np.array([[code in item.themes for code in self.themes_] for item in known], dtype=bool)
        design = hstack([grams, csr_matrix(flags)], format="csr")[spoken]
        weights, biases = fit_weights(
            design, targets[spoken], strength=self.strength, seed=self.seed, counts=counts[spoken]
        )
        own = slice(0, len(items))
        roles = np.array([[item.role == role for role in ROLES] for item in items], dtype=bool)
        by_role, role_biases = fit_weights(grams[own], roles, strength=self.strength, seed=self.seed)
        n = grams.shape[1]
        stored = np.hstack([weights[:n], by_role]).astype(np.float16)
        self.gram_weights_ = stored.astype(np.float32)
        self.__dict__.pop("_weighed", None)
        self.role_weights_ = (weights[n:] * ROLE_VALUE).astype(np.float32)
        self.biases_ = np.concatenate([biases, role_biases]).astype(np.float32)

    def _learn_verdict(
        self,
        texts: Sequence[str],
        roles: Sequence[Role],
        whole: Floats,
        loudest: Floats,
        targets: Flags,
        spoken: Flags,
        folds: npt.NDArray[np.str_],
    ) -> None:
        """Set what makes probabilities and sets of themes out of the scores of n-grams and the rules."""
        chosen: list[int] = np.flatnonzero(spoken).tolist()
        truth, names, said = targets[chosen], folds[chosen], [roles[i] for i in chosen]
        evidence = self._evidence(said, whole[chosen], loudest[chosen])
        self.verdict_ = self._fit_verdict(evidence, truth, names)
        if self.rules:
            fired = self._fired([texts[i] for i in chosen], said)
            self.ruled_verdict_ = self._fit_verdict(evidence.beside(fired), truth, names)

    def _fit_verdict(self, evidence: Evidence, truth: Flags, folds: npt.NDArray[np.str_]) -> Verdict:
        held_out = np.zeros(truth.shape)
        for name in sorted(set(folds)):
            inside = folds == name
            verdict = Verdict.fit(evidence.pick(~inside), truth[~inside], seed=self.seed)
            held_out[inside] = verdict.scores(evidence.pick(inside))
        final = Verdict.fit(evidence, truth, seed=self.seed).calibrated(held_out, truth)
        self.held_out_ = self._held_out(final.calibrate(held_out), final.thresholds, truth)
        return final

    def _held_out(self, shares: Doubles, thresholds: Floats, truth: Flags) -> dict[str, Any]:
        """Return the scores of held-out statements, for the card of the model."""
        from textmine.evaluate import calibration_error, micro_f1, theme_f1

        taken = shares >= thresholds
        wrong, unsure = (taken != truth).any(axis=1), _right(shares, taken) < self.uncertain_below
        found = {
            "micro_f1": micro_f1(truth, taken),
            "macro_f1": float(np.nanmean(theme_f1(truth, taken))),
            "calibration_error": calibration_error(truth, shares),
            "uncertain": float(unsure.mean()),
            "error_where_uncertain": float(wrong[unsure].mean()) if unsure.any() else 0.0,
            "error_where_sure": float(wrong[~unsure].mean()) if (~unsure).any() else 0.0,
        }
        by_theme = zip(self.themes_, theme_f1(truth, taken).tolist(), truth.sum(axis=0).tolist(), strict=True)
        themes = {code: {"n": n, "f1": round(f1, 4) if n else None} for code, f1, n in by_theme}
        return {name: round(value, 4) for name, value in found.items()} | {"themes": themes}

    # --- prediction -------------------------------------------------------------------------------------

    def _score(self, texts: Sequence[str]) -> Scores:
        if not hasattr(self, "_weighed"):
            self._weighed = weigh_grams(self.lexicon_, self.gram_weights_)
        return score_texts(texts, self.lexicon_, self._weighed)

    def _rule_tagger(self) -> RuleTagger:
        if not hasattr(self, "_engine"):
            self._engine = RuleTagger(self._book())
        return self._engine

    def _evidence(self, roles: Sequence[Role], whole: Floats, loudest: Floats) -> Evidence:
        n = len(self.themes_)
        numbers = np.fromiter((ROLES.index(role) for role in roles), dtype=np.int64, count=len(roles))
        flags = (numbers[:, None] == _SPOKEN_NUMBERS).astype(np.float32)
        by_role = flags @ self.role_weights_
        return Evidence(whole[:, :n] + by_role, loudest[:, :n] + by_role, flags)

    def _fired(self, texts: Sequence[str], roles: Sequence[Role]) -> Floats:
        """Return which themes have a rule that fires (texts × themes)."""
        fired = np.zeros((len(texts), len(self.themes_)), dtype=np.float32)
        if not texts:
            return fired  # the rules need not even be read
        place = {code: column for column, code in enumerate(self.themes_)}
        for row, themes in enumerate(self._rule_tagger().themes(texts, roles)):
            for theme in themes:
                fired[row, place[theme]] = 1
        return fired

    def predict_proba(self, texts: Sequence[str], roles: Sequence[str | None] | None = None) -> Doubles:
        """Return the probability of each theme (statements × themes); context carries none."""
        self._refuse_unfitted()
        return np.concatenate([reading.shares for reading in self._readings(list(texts), checked_roles(texts, roles))])

    def _readings(self, texts: Sequence[str], roles: Sequence[Role | None]) -> Iterator[Reading]:
        """Read texts in chunks that fit the processor's cache."""
        for start in range(0, max(len(texts), 1), CHUNK):
            yield self._read(texts[start : start + CHUNK], roles[start : start + CHUNK])

    def _read(self, texts: Sequence[str], roles: Sequence[Role | None]) -> Reading:
        scores = self._score(texts)
        whole, loudest = scores.whole + self.biases_, scores.loudest + self.biases_
        decided = self.roles_.fill(texts, roles, whole[:, len(self.themes_) :])
        names = [role for role, _ in decided]
        evidence = self._evidence(names, whole, loudest)
        shares = self.verdict_.shares(evidence)
        taken = shares >= self.verdict_.thresholds
        speaks = np.array([role != "context" for role in names], dtype=bool)
        if self.rules:
            # The rules take longer than all else; what is clear without them stays.
            doubtful: list[int] = np.flatnonzero(speaks & (_right(shares, taken) < CLEAR)).tolist()
            fired = self._fired([texts[i] for i in doubtful], [names[i] for i in doubtful])
            shares[doubtful] = self.ruled_verdict_.shares(evidence.pick(doubtful).beside(fired))
            taken[doubtful] = shares[doubtful] >= self.ruled_verdict_.thresholds
        shares[~speaks], taken[~speaks] = 0, False
        return Reading(decided, shares, taken, scores)

    def predict_matrix(self, texts: Sequence[str], roles: Sequence[str | None] | None = None) -> Flags:
        """Return an indicator matrix (statements × themes)."""
        self._refuse_unfitted()
        return np.concatenate([reading.taken for reading in self._readings(list(texts), checked_roles(texts, roles))])

    def predict_sets(self, texts: Sequence[str], roles: Sequence[str | None] | None = None) -> list[frozenset[str]]:
        """Return the themes of each statement."""
        return [
            frozenset(code for code, has in zip(self.themes_, row, strict=True) if has)
            for row in self.predict_matrix(texts, roles)
        ]

    def predict(self, texts: Sequence[str], roles: Sequence[str | None] | None = None) -> list[Prediction]:
        """Return role and themes of each text; equal texts with equal roles are read once.

        Raises:
            ValueError: the lengths differ, or a role is unknown.
        """
        given = checked_roles(texts, roles)
        number: dict[tuple[str, Role | None], int] = {}
        places = [number.setdefault(key, len(number)) for key in zip(texts, given, strict=True)]
        self._refuse_unfitted()
        readings = self._readings([text for text, _ in number], [role for _, role in number])
        answers = [answer for reading in readings for answer in self._predictions(reading)]
        return [answers[place] for place in places]

    def _predictions(self, reading: Reading) -> list[Prediction]:
        decided, shares, taken = reading.roles, reading.shares, reading.taken
        sure = _right(shares, taken) * np.array([score for _, score in decided])
        rows, columns = np.nonzero(taken)
        order = np.lexsort((columns, -shares[rows, columns], rows))
        rows, columns = rows[order], columns[order]
        themes = [self.themes_[column] for column in columns.tolist()]
        scores = shares[rows, columns].round(4).tolist()
        starts, ends = reading.scores.clauses_of(rows, columns)
        hits = tuple(map(Hit, themes, scores, repeat("model"), repeat(None), starts.tolist(), ends.tolist()))
        bounds: list[int] = np.searchsorted(rows, np.arange(len(decided) + 1)).tolist()
        unsure: list[bool] = (sure < self.uncertain_below).tolist()
        return [
            Prediction(role, round(score, 4), hits[begin:end], doubt)
            for (role, score), begin, end, doubt in zip(decided, bounds, bounds[1:], unsure, strict=False)
        ]

    def explain(self, text: str, role: str | None = None) -> Prediction:
        """Return the prediction for one text with all that spoke for each theme.

        Behind the hit of a theme, whose span is the clause that speaks loudest for it, stand hits of the words in it
        (``score``: their share of what speaks for the theme) and of the rules that fired.
        """
        prediction = self.predict([text], [role])[0]
        fired = self._rule_tagger().predict([text], [prediction.role])[0].hits if self.rules else ()
        hits: list[Hit] = []
        for hit in prediction.hits:
            words = self._words(text, self.themes_.index(hit.theme))
            hits += [hit, *(Hit(hit.theme, share, "model", None, start, end) for start, end, share in words)]
            hits += [rule for rule in fired if rule.theme == hit.theme]
        return Prediction(prediction.role, prediction.role_score, tuple(hits), prediction.uncertain)

    def _words(self, text: str, column: int) -> list[tuple[int, int, float]]:
        """Return the strongest stretches of a text for a theme: start, end, share of all that speaks for it."""
        spread = np.zeros(len(text) + 1)
        for item in self.lexicon_.look_up([text]):
            weighed = self.gram_weights_[item.places, column] * item.values / item.grams.size
            for start, value in zip(item.grams.starts.tolist(), weighed.tolist(), strict=True):
                spread[max(start, 0) : start + item.grams.size] += value
        total = spread[spread > 0].sum()
        if not total:
            return []
        loud = spread > max(spread.max() * _LOUD, 0)
        edges = np.flatnonzero(np.diff(np.concatenate(([False], loud, [False])).astype(int)))
        found = [
            (start, end, round(float(spread[start:end].sum() / total), 4))
            for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        ]
        return sorted(found, key=lambda item: -item[2])[:_WORDS]

    def decide_roles(self, texts: Sequence[str], before: Sequence[str] | None = None) -> list[tuple[Role, float]]:
        """Return role and probability of each statement of one passage, each by its text, its place and its neighbours.

        Args:
            texts: all statements of the passage, in order.
            before: for each the text that stands ahead of it and belongs to no statement (bare labels such as
                改进措施：), where it is known.
        """
        return self.decide_passages(texts, [0] * len(texts), before)

    def decide_pieces(self, text: str, pieces: Sequence[Piece]) -> list[DecidedRole]:
        """Return role, probability and phase of each piece of a problems part, for whoever cuts it.

        Args:
            text: the part.
            pieces: its statements in order, each with ``start`` and ``end``.
        """
        return self.decide_parts([(text, pieces)])[0]

    def decide_parts(self, parts: Sequence[tuple[str, Sequence[Piece]]]) -> list[list[DecidedRole]]:
        """Return for many parts at once what :meth:`decide_pieces` says of each."""
        texts, before, passages = [], [], []
        for number, (text, pieces) in enumerate(parts):
            ends = [0, *(piece.end for piece in pieces)]
            texts += [text[piece.start : piece.end] for piece in pieces]
            before += [text[end : piece.start] for end, piece in zip(ends, pieces, strict=False)]
            passages += [number] * len(pieces)
        decided = iter(self.decide_passages(texts, passages, before))
        return [_with_phases([next(decided) for _ in pieces]) for _, pieces in parts]

    def decide_passages(
        self, texts: Sequence[str], passages: Sequence[Hashable], before: Sequence[str] | None = None
    ) -> list[tuple[Role, float]]:
        """Return role and probability of statements of many passages, those of one passage together and in order."""
        self._refuse_unfitted()
        scores = self._role_scores(texts)
        return self.roles_.decide(texts, passages, before or [""] * len(texts), scores)

    def _role_scores(self, texts: Sequence[str]) -> Floats:
        """Return texts × roles; what differs in its enumerator only is scored once."""
        number: dict[str, int] = {}
        places = [number.setdefault(text[strip_label(text) :], len(number)) for text in texts]
        first: dict[int, str] = {}
        for text, place in zip(texts, places, strict=True):
            first.setdefault(place, text)
        scores: Floats = (self._score(list(first.values())).whole + self.biases_)[:, len(self.themes_) :]
        return scores[places]

    def score(self, texts: Sequence[str], themes: Any, roles: Sequence[str | None] | None = None) -> float:
        """Return the mean F1 of the themes."""
        truth = _as_matrix(themes, self.themes_)
        found = self.predict_matrix(texts, roles)
        right = (truth & found).sum(axis=0)
        return float(np.mean(2 * right / np.maximum(truth.sum(axis=0) + found.sum(axis=0), 1)))

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
            "role_weights": self.role_weights_,
            "biases": self.biases_,
            **{f"verdict_{name}": array for name, array in self.verdict_.arrays().items()},
            **({f"ruled_{name}": array for name, array in self.ruled_verdict_.arrays().items()} if self.rules else {}),
            **{f"roles_{name}": array for name, array in self.roles_.arrays().items()},
        }

    def restore(self, facts: dict[str, Any], arrays: dict[str, Any]) -> ThemeClassifier:
        """Take what a stored model holds, the reverse of :meth:`describe` and :meth:`arrays`.

        Raises:
            ValueError: the arrays do not fit each other.
        """
        self.themes_ = tuple(facts["themes"])
        self.codebook_, self.trained_on_ = facts["codebook"], facts["trained_on"]
        vocabulary = Vocabulary(arrays["hashes"])
        self.lexicon_ = Lexicon(vocabulary, arrays["idf"].astype(np.float32), self.sizes)
        self.gram_weights_ = arrays["gram_weights"].astype(np.float32)
        self.__dict__.pop("_weighed", None)
        self.role_weights_, self.biases_ = arrays["role_weights"], arrays["biases"]
        themes, columns = len(self.themes_), len(self.themes_) + len(ROLES)
        self.verdict_ = Verdict.restore(_named(arrays, "verdict_"), themes)
        if self.rules:
            self.ruled_verdict_ = Verdict.restore(_named(arrays, "ruled_"), themes, ruled=True)
        self.roles_ = RoleModel.restore(_named(arrays, "roles_"))
        wanted = {
            "gram_weights": (len(vocabulary), columns),
            "idf": (len(vocabulary),),
            "role_weights": (len(SPOKEN), themes),
            "biases": (columns,),
        }
        if odd := [name for name, shape in wanted.items() if arrays[name].shape != shape]:
            raise ValueError(f"the arrays do not fit each other: {', '.join(odd)}")
        return self


def _with_phases(decided: Sequence[tuple[Role, float]]) -> list[DecidedRole]:
    """Say of each piece of a part in which phase it stands: that of the last piece that is no context."""
    answers: list[DecidedRole] = []
    phase: Role = next((role for role, _ in decided if role != "context"), "problem")
    for role, score in decided:
        phase = phase if role == "context" else role
        answers.append(DecidedRole(role, score, phase))
    return answers


def _right(shares: Doubles, taken: Flags) -> Doubles:
    """Return the probability that the set of themes taken is right, as if themes were independent."""
    found: Doubles = np.where(taken, shares, 1 - shares).prod(axis=1)
    return found


def _named(arrays: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


_PARAMETERS: Final = tuple(name for name in inspect.signature(ThemeClassifier).parameters)


def fold_names(items: Sequence[Labelled], folds: int = 6) -> list[str]:
    """Return the fold of each statement: by author where there are at least three, otherwise by passage."""
    by_author = len({item.author for item in items}) >= 3
    names = [item.author if by_author else item.passage for item in items]
    order = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return [str(order[name] % folds) for name in names]


def codebook_statements(book: Codebook) -> list[Labelled]:
    """Return the terms and examples of a codebook as short labelled statements: what it knows before any label."""
    themes: dict[tuple[str, Role], set[str]] = {}
    for theme in book.themes:
        for rule in theme.rules:
            for term in rule.terms if rule.kind == "phrase" else ():
                text = _GAP.sub("", term)
                if len(text) >= 3 and not term.startswith("@"):
                    for role in SPOKEN if rule.role == "both" else (rule.role,):
                        themes.setdefault((text, role), set()).add(theme.code)
        for example in theme.examples:
            if example.hit and example.role != "context":
                themes.setdefault((example.text, example.role), set()).add(theme.code)
    return [Labelled("", "", "", text, role, frozenset(codes)) for (text, role), codes in themes.items()]


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
