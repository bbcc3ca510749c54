"""A spaCy text classifier in the place of the default tagger: ``textcat_multilabel`` behind the ``Tagger`` protocol."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from textmine.errors import ModelError
from textmine.model_store import default_tagger
from textmine.themes.codebook import Codebook, load_codebook
from textmine.themes.tagger import Hit, Prediction, decided_roles

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from textmine.records import Role
    from textmine.themes.classifier import DecidedRole, Piece
    from textmine.themes.labelled import Labelled
    from textmine.themes.linear import Doubles

_PIPE: Final = "textcat_multilabel"


class TextcatTagger:
    """Tags statements by the text classifier of a spaCy pipeline, made by ``scripts/train_textcat.py``.

    It knows themes only: the roles of a report's statements are those that the trained tagger of the package decides.

    Args:
        folder: a saved pipeline with ``textcat_multilabel``.
        codebook: the codebook whose themes are its labels; without one, the packaged one.
        uncertain_below: as in ``ThemeClassifier``.

    Raises:
        ModelError: the folder is no such pipeline, or its labels are not the themes of the codebook.
    """

    def __init__(self, folder: str | Path, *, codebook: Codebook | None = None, uncertain_below: float = 0.5) -> None:
        import spacy

        self.codebook = codebook if codebook is not None else load_codebook()
        self.uncertain_below = uncertain_below
        try:
            self._nlp = spacy.load(folder)
            pipe: Any = self._nlp.get_pipe(_PIPE)
        except (OSError, KeyError, ValueError) as error:
            raise ModelError(f"{folder} is no pipeline with {_PIPE}: {error}") from error
        odd = sorted(set(pipe.labels) ^ set(self.codebook.codes))
        if odd:
            raise ModelError(f"{folder}: the labels differ from the themes of the codebook in {', '.join(odd)}")
        self.classes_ = tuple(self.codebook.codes)
        threshold = self._nlp.meta.get("textmine_threshold", pipe.cfg.get("threshold", 0.5))
        if not isinstance(threshold, int | float) or not 0 < threshold <= 1:
            raise ModelError(f"{folder}: the threshold is {threshold!r}, expected a number above 0, at most 1")
        self.threshold = float(threshold)

    @property
    def fingerprint(self) -> str:
        """Changes whenever the tagger could answer differently."""
        digest = hashlib.sha256(self._nlp.to_bytes(exclude=["vocab"]))
        digest.update(f"{self.uncertain_below} {default_tagger().fingerprint}".encode())
        return f"textcat:{digest.hexdigest()[:16]}"

    def describe(self) -> dict[str, Any]:
        """Return what the manifest of a mined folder says of the tagger."""
        meta = self._nlp.meta
        book = {"version": self.codebook.version, "digest": self.codebook.digest}
        return {"kind": "spacy", "spacy": meta["spacy_version"], "pipeline": self._nlp.pipe_names, "codebook": book}

    def decide_pieces(self, text: str, pieces: Sequence[Piece]) -> list[DecidedRole]:
        """Return the roles of the pieces of a problems part, as the trained tagger of the package decides them."""
        return default_tagger().decide_pieces(text, pieces)

    def decide_parts(self, parts: Sequence[tuple[str, Sequence[Piece]]]) -> list[list[DecidedRole]]:
        """Return for many parts at once what :meth:`decide_pieces` says of each."""
        return default_tagger().decide_parts(parts)

    def decide_passages(
        self, texts: Sequence[str], passages: Sequence[Hashable], before: Sequence[str] | None = None
    ) -> list[tuple[Role, float]]:
        """Return role and probability of statements of many passages, as the trained tagger decides them."""
        return default_tagger().decide_passages(texts, passages, before)

    def predict_proba(self, texts: Sequence[str], roles: Sequence[str | None] | None = None) -> Doubles:
        """Return the probability of each theme (statements × themes); context carries none."""
        decided = decided_roles(texts, roles)
        shares = np.zeros((len(texts), len(self.classes_)))
        spoken = [number for number, (role, _) in enumerate(decided) if role != "context"]
        inputs = [as_input(texts[number], decided[number][0]) for number in spoken]
        for number, doc in zip(spoken, self._nlp.pipe(inputs), strict=True):
            shares[number] = [doc.cats[theme] for theme in self.classes_]
        return shares

    def predict(self, texts: Sequence[str], roles: Sequence[str | None] | None = None) -> list[Prediction]:
        """Return role and themes of each text.

        Raises:
            ValueError: the lengths differ, or a role is unknown.
        """
        decided = decided_roles(texts, roles)
        shares = self.predict_proba(texts, [role for role, _ in decided])
        answers = []
        for (role, sure), row in zip(decided, shares, strict=True):
            taken = row >= self.threshold
            right = float(np.prod(np.where(taken, row, 1 - row)))
            order = sorted(np.flatnonzero(taken).tolist(), key=lambda column: (-row[column], column))
            hits = tuple(Hit(self.classes_[column], round(float(row[column]), 4), "model") for column in order)
            answers.append(Prediction(role, sure, hits, right * sure < self.uncertain_below))
        return answers


def as_input(text: str, role: str) -> str:
    """Return what the classifier reads of a statement: its role is a word ahead of the text.

    >>> as_input("更新不及时。", "problem")
    'problem 更新不及时。'
    """
    return f"{role} {text}"


def labelled_docs(items: Iterable[Labelled], codebook: Codebook, make_doc: Any) -> Iterator[Doc]:
    """Give a document with ``cats`` for each labelled statement that is no context, to train a text classifier.

    Args:
        items: labelled statements.
        codebook: the themes.
        make_doc: what makes a document of a text: ``nlp.make_doc`` of the pipeline to be trained.
    """
    for item in items:
        if item.role != "context":
            doc: Doc = make_doc(as_input(item.text, item.role))
            doc.cats = {code: float(code in item.themes) for code in codebook.codes}
            yield doc
