"""Compare taggers on labelled statements and print the table of docs/tagger.md.

Each row is scored three ways: held out by author (the honest one: the test part is by strangers), held out by passage,
and on the development part after training on all. Themes are predicted with the coders' roles. Thresholds and
calibration are chosen on the statements held out by author.

    python scripts/compare_taggers.py corpora/labelled/train.jsonl --dev corpora/labelled/dev.jsonl
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from textmine.evaluate import calibration_error, micro_f1, theme_f1
from textmine.segment import Segmenter
from textmine.spacy_bridge.textcat import as_input
from textmine.themes import RuleTagger, load_codebook
from textmine.themes.classifier import ThemeClassifier, codebook_statements
from textmine.themes.features import strip_label
from textmine.themes.labelled import Labelled, load_labelled
from textmine.themes.linear import choose_threshold, fit_platt, sigmoid

Items = Sequence[Labelled]
#: trains on the first, returns scores (statements × themes) of the second
Model = Callable[[Items, Items], Any]

THEMES = [theme.code for theme in load_codebook().themes]
SEGMENTER = Segmenter()
RULES = RuleTagger()


def truth_of(items: Items) -> Any:
    return np.array([[code in item.themes for code in THEMES] for item in items])


def words(text: str) -> list[str]:
    found = [word for word in SEGMENTER.cut(re.sub(r"\d", "0", text[strip_label(text) :])) if re.search(r"\w", word)]
    return found + [f"{a} {b}" for a, b in pairwise(found)]


def characters(text: str) -> list[str]:
    found = []
    for clause in re.split(r"\W+", re.sub(r"\d", "0", text[strip_label(text) :])):
        found += [clause[i : i + n] for n in (1, 2, 3) for i in range(len(clause) - n + 1)]
    return found


def role_flags(items: Items) -> Any:
    return csr_matrix(np.array([[item.role == "problem", item.role == "measure"] for item in items]) * 0.5)


def rule_flags(items: Items) -> Any:
    found = RULES.predict([item.text for item in items], [item.role for item in items])
    return csr_matrix(np.array([[code in one.themes for code in THEMES] for one in found]) * 0.2)


def place_flags(items: Items) -> Any:
    """Position in the passage (thirds) and the role ahead."""
    rows = []
    for index, item in enumerate(items):
        same = [i for i in range(max(0, index - 15), min(len(items), index + 15)) if items[i].passage == item.passage]
        third = 3 * (index - same[0]) // (same[-1] - same[0] + 1)
        ahead = items[index - 1].role if index > same[0] else ""
        rows.append([third == 0, third == 1, third == 2, ahead == "problem", ahead == "measure", ahead == ""])
    return csr_matrix(np.array(rows) * 0.2)


def neighbour_texts(items: Items, analyzer: Callable[[str], list[str]]) -> list[list[str]]:
    rows = []
    for index, item in enumerate(items):
        found: list[str] = []
        for step in (-1, 1):
            if 0 <= index + step < len(items) and items[index + step].passage == item.passage:
                found += analyzer(items[index + step].text)
        rows.append(found)
    return rows


def linear(
    analyzers: Sequence[Callable[[str], list[str]]],
    kind: str = "logistic",
    *,
    extras: Sequence[Callable[[Items], Any]] = (),
    terms: bool = False,
    neighbours: bool = False,
) -> Model:
    def model(train: Items, test: Items) -> Any:
        more = codebook_statements(load_codebook()) if terms else []
        known = [*train, *more]
        counts = np.r_[np.ones(len(train)), np.full(len(more), 0.2)]
        designs: list[list[Any]] = [[], []]
        for analyzer in analyzers:
            vectorizer = TfidfVectorizer(analyzer=analyzer, min_df=2, binary=True)
            designs[0].append(vectorizer.fit_transform([item.text for item in known]))
            designs[1].append(vectorizer.transform([item.text for item in test]))
        if neighbours:
            vectorizer = TfidfVectorizer(analyzer=lambda row: row, min_df=2, binary=True)
            designs[0].append(vectorizer.fit_transform(neighbour_texts(known, analyzers[0])) * 0.3)
            designs[1].append(vectorizer.transform(neighbour_texts(test, analyzers[0])) * 0.3)
        for extra in (role_flags, *extras):
            designs[0].append(extra(known))
            designs[1].append(extra(test))
        left, right = (hstack(design, format="csr") for design in designs)
        left.sort_indices()
        truth = truth_of(known)

        def one(column: int) -> Any:
            y, ratio = truth[:, column], None
            if kind == "nbsvm":  # Wang and Manning 2012
                p, q = 1 + np.asarray(left[y].sum(axis=0)).ravel(), 1 + np.asarray(left[~y].sum(axis=0)).ravel()
                ratio = np.log(p / p.sum()) - np.log(q / q.sum())
            estimator = LinearSVC(C=0.5) if kind != "logistic" else LogisticRegression(C=20, solver="liblinear")
            scaled = [m.multiply(ratio).tocsr() if ratio is not None else m for m in (left, right)]
            return estimator.fit(scaled[0], y, sample_weight=counts).decision_function(scaled[1])

        with threadpool_limits(1), ThreadPoolExecutor(2) as pool:
            return np.stack(list(pool.map(one, range(len(THEMES)))), axis=1)

    return model


def ours(**parameters: Any) -> Model:
    def model(train: Items, test: Items) -> Any:
        fitted = ThemeClassifier(**parameters).fit_labelled(train)
        shares = fitted.predict_proba([item.text for item in test], [item.role for item in test])
        return np.log(np.clip(shares, 1e-6, 1 - 1e-6) / (1 - np.clip(shares, 1e-6, 1 - 1e-6)))

    return model


def textcat(config: str) -> Model:
    """spaCy's text classifier; a tenth of the passages it may learn from says when to stop."""

    def model(train: Items, test: Items) -> Any:
        import train_textcat

        known, held = train_textcat.by_passage(train)
        nlp = train_textcat.fit(known, held, load_codebook(), config=train_textcat.CONFIGS / config)
        docs = nlp.pipe([as_input(item.text, item.role) for item in test])
        shares = np.clip(np.array([[doc.cats[theme] for theme in THEMES] for doc in docs]), 1e-6, 1 - 1e-6)
        return np.log(shares / (1 - shares))

    return model


def rules_alone(train: Items, test: Items) -> Any:
    return np.where(rule_flags(test).toarray() > 0, 4.0, -4.0)


CHARACTERS, WORDS = [characters], [words]
MODELS: dict[str, Model] = {
    "rules alone": rules_alone,
    "logistic, words 1–2": linear(WORDS),
    "logistic, characters 1–3": linear(CHARACTERS),
    "logistic, words and characters": linear([words, characters]),
    "SVM, characters": linear(CHARACTERS, "svm"),
    "NB-SVM, characters": linear(CHARACTERS, "nbsvm"),
    "logistic, characters, position and role ahead": linear(CHARACTERS, extras=[place_flags]),
    "logistic, characters, neighbours' n-grams": linear(CHARACTERS, neighbours=True),
    "logistic, characters, terms of the codebook": linear(CHARACTERS, terms=True),
    "logistic, characters, terms, rules that fire": linear(CHARACTERS, terms=True, extras=[rule_flags]),
    "spaCy textcat_multilabel, words": textcat("words.cfg"),
    "spaCy textcat_multilabel, characters": textcat("config.cfg"),
    "judged together, without terms and rules": ours(term_weight=0.0, rules=False),
    "judged together, with terms": ours(rules=False),
    "judged together, with terms and rules (shipped)": ours(),
}


def held_out(model: Model, items: Items, folds: Sequence[str]) -> Any:
    scores = np.zeros((len(items), len(THEMES)))
    names = np.array(folds)
    for name in sorted(set(folds)):
        inside = names == name
        train = [item for item, taken in zip(items, inside, strict=True) if not taken]
        scores[inside] = model(train, [item for item, taken in zip(items, inside, strict=True) if taken])
    return scores


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("labelled", nargs="+")
    parser.add_argument("--dev", required=True)
    parser.add_argument("--only", default="", help="rows whose name holds this")
    parser.add_argument("--quick", action="store_true", help="leave out the folds by passage")
    parser.add_argument("--authors", default="", help="train on these authors only, for example a,b,c")
    given = parser.parse_args()
    everything = load_labelled(given.labelled, THEMES)
    if given.authors:
        everything = tuple(item for item in everything if item.author in given.authors.split(","))
    items = [item for item in everything if item.role != "context"]
    dev = [item for item in load_labelled([given.dev], THEMES) if item.role != "context"]
    y, yd = truth_of(items), truth_of(dev)
    indirect = np.array([item.indirect for item in dev])
    authors = [item.author for item in items]
    order = {name: number for number, name in enumerate(dict.fromkeys(item.passage for item in items))}
    passages = [str(order[item.passage] % 5) for item in items]
    print(
        "| tagger | by author | by passage | dev, 0.5 | dev | dev, indirect | dev ECE |\n|---|---|---|---|---|---|---|"
    )

    def pair(truth: Any, found: Any) -> str:
        return f"{micro_f1(truth, found):.3f} / {np.nanmean(theme_f1(truth, found)):.3f}"

    for name, model in MODELS.items():
        if given.only not in name:
            continue
        began = time.time()
        outside, scores = held_out(model, items, authors), model(items, dev)
        platt = [fit_platt(outside[:, c], y[:, c]) for c in range(len(THEMES))]
        slopes, shifts = np.array([a for a, _ in platt]), np.array([b for _, b in platt])
        shares, dev_shares = sigmoid(outside * slopes + shifts), sigmoid(scores * slopes + shifts)
        limits = np.array([choose_threshold(shares[:, c], y[:, c]) for c in range(len(THEMES))])
        inside = "–"
        if not given.quick:
            found = sigmoid(held_out(model, items, passages) * slopes + shifts) >= limits
            inside = pair(y, found)
        cells = [
            pair(y, shares >= limits),
            inside,
            pair(yd, dev_shares >= 0.5),
            pair(yd, dev_shares >= limits),
            f"{micro_f1(yd[indirect], (dev_shares >= limits)[indirect]):.3f}",
            f"{calibration_error(yd, dev_shares):.3f}",
        ]
        print(f"| {name} | {' | '.join(cells)} |  <!-- {time.time() - began:.0f} s -->", flush=True)


if __name__ == "__main__":
    main()
