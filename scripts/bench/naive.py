"""What a user would write in an afternoon, to measure against: themes of part five, counted by year.

A regular expression cuts part five, jieba cuts words, TF-IDF and a linear SVM of scikit-learn label each statement,
pandas counts. Nothing else that textmine does is done here. Usage:
python scripts/bench/naive.py train MODEL.npz
python scripts/bench/naive.py count MODEL.npz FOLDER [JOBS]
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import re
import sys
from pathlib import Path
from typing import Any

import jieba
import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

LABELLED = Path(__file__).parents[2] / "corpora/labelled/train.jsonl"
PART_FIVE = re.compile(r"^五、[^\n]*\n(.*?)(?=^六、|\Z)", re.MULTILINE | re.DOTALL)
ENUMERATOR = re.compile(r"(?:^|(?<=[。；\n]))\s*(?:\d{1,2}[.、]|[一二三四五六七八九十]+是|（[一二三四五六七八九十]+）)")
YEAR = re.compile(r"(20\d\d)年")
jieba.setLogLevel(logging.CRITICAL)


def cut_words(text: str) -> str:
    return " ".join(jieba.lcut(text))


def train() -> tuple[TfidfVectorizer, LinearSVC]:
    """Return vectorizer and classifier, trained on the labelled statements, each with its first theme."""
    texts, labels = [], []
    for line in LABELLED.read_text("utf-8").splitlines():
        for statement in json.loads(line)["statements"]:
            if statement["themes"]:
                texts.append(cut_words(statement["text"]))
                labels.append(statement["themes"][0])
    vectorizer = TfidfVectorizer(token_pattern=r"\S+")
    return vectorizer, LinearSVC(random_state=0).fit(vectorizer.fit_transform(texts), labels)


def save(model: tuple[TfidfVectorizer, LinearSVC], path: Path) -> None:
    """Write words and weights; nothing in the file is executed when it is read."""
    vectorizer, classifier = model
    words = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
    np.savez(
        path,
        words=np.array(words),
        idf=vectorizer.idf_,
        coef=classifier.coef_,
        intercept=classifier.intercept_,
        classes=np.array(classifier.classes_, dtype=str),
    )


def load(path: Path) -> tuple[TfidfVectorizer, LinearSVC]:
    """Return the model that :func:`save` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        vectorizer = TfidfVectorizer(token_pattern=r"\S+", vocabulary=arrays["words"].tolist())
        vectorizer.idf_ = arrays["idf"]
        classifier = LinearSVC(random_state=0)
        classifier.coef_, classifier.intercept_ = arrays["coef"], arrays["intercept"]
        classifier.classes_ = arrays["classes"]
    return vectorizer, classifier


def label_files(paths: list[Path], model: tuple[TfidfVectorizer, LinearSVC]) -> pd.DataFrame:
    """Return year and theme of every statement of part five."""
    years, texts = [], []
    for path in paths:
        report = path.read_text("utf-8")
        year, part = YEAR.search(report), PART_FIVE.search(report)
        for statement in ENUMERATOR.split(part[1]) if part and year else ():
            if statement.strip():
                years.append(year[1])
                texts.append(cut_words(statement.strip()))
    vectorizer, classifier = model
    return pd.DataFrame({"year": years, "theme": classifier.predict(vectorizer.transform(texts))})


_MODEL: Any = None


def _label(paths: list[Path]) -> pd.DataFrame:
    return label_files(paths, _MODEL)


def count_themes(folder: Path, model: tuple[TfidfVectorizer, LinearSVC], jobs: int = 1) -> pd.DataFrame:
    """Return the number of statements by year and theme."""
    global _MODEL
    _MODEL = model
    paths = sorted(folder.glob("*.txt"))
    if jobs == 1:
        labelled = label_files(paths, model)
    else:
        jieba.initialize()  # before the fork, so that each process has it
        with multiprocessing.get_context("fork").Pool(jobs) as pool:
            labelled = pd.concat(pool.map(_label, [paths[at::jobs] for at in range(jobs)]))
    return pd.crosstab(labelled["year"], labelled["theme"])


def main() -> None:
    command, model_path, *rest = sys.argv[1:]
    if command == "train":
        save(train(), Path(model_path))
        return
    model = load(Path(model_path))
    print(count_themes(Path(rest[0]), model, int(rest[1]) if len(rest) > 1 else 1).to_csv())


if __name__ == "__main__":
    main()
