"""One's own model on many reports: a TF-IDF vectorizer and a linear classifier of scikit-learn, scored in bulk.

For who has a model already and wants its labels counted: only what this takes is done. Each distinct statement is
segmented and scored once, all of them with one product; scikit-learn itself is not loaded.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from textmine.errors import ModelError, ReadError, TextmineError
from textmine.segment import Segmenter

if TYPE_CHECKING:
    import pandas as pd

Doubles = npt.NDArray[np.float64]

#: where a statement begins that counts points plainly: 1. 1、 一是 （一）
ENUMERATOR: Final = re.compile(
    r"(?:^|(?<=[。；\n]))\s*(?:\d{1,2}[.、]|[一二三四五六七八九十]+是|（[一二三四五六七八九十]+）)"
)
_HEADING: Final = re.compile(r"^[一二三四五六七八九十]{1,2}、([^\n]*)\n?", re.MULTILINE)
_YEAR: Final = re.compile(r"(20\d\d)年")
#: texts that are scored at once: their rows stay in the processor's cache
_CHUNK: Final = 2048


@dataclass(frozen=True, slots=True)
class WordModel:
    """A model over words: ``weights`` (words × labels, inverse document frequencies multiplied in) and ``biases``.

    ``token`` finds the counted tokens in a word; ``scale`` is the inverse document frequency of each word.
    """

    segmenter: Segmenter
    places: dict[str, int]
    weights: Doubles
    scale: Doubles
    biases: Doubles
    labels: tuple[str, ...]
    token: str = r"\S+"
    lowercase: bool = True
    sublinear: bool = False
    norm: str | None = "l2"

    @classmethod
    def from_sklearn(cls, vectorizer: Any, classifier: Any, *, segmenter: Segmenter | None = None) -> WordModel:
        """Return a fitted ``TfidfVectorizer`` over words and a fitted linear classifier as one.

        Args:
            vectorizer: fitted on texts whose words stand apart by blanks; single words only.
            classifier: has ``coef_``, ``intercept_`` and ``classes_`` (LinearSVC, LogisticRegression, SGDClassifier …).
            segmenter: cuts texts into words as in training; without one, jieba's own words.

        Raises:
            ModelError: the vectorizer counts something else than words, or the classifier is not linear.
        """
        settings = vectorizer.get_params()
        odd = {"ngram_range": (1, 1), "analyzer": "word", "preprocessor": None, "tokenizer": None, "stop_words": None}
        for name, wanted in odd.items():
            if settings[name] != wanted:
                raise ModelError(f"the vectorizer has {name}={settings[name]!r}; only {wanted!r} can be read")
        if settings["binary"] or settings["strip_accents"] or settings["norm"] not in ("l2", None):
            raise ModelError("a vectorizer with binary, strip_accents or another norm than l2 cannot be read")
        if not hasattr(classifier, "coef_"):
            raise ModelError(f"{type(classifier).__name__} has no coef_: it is not fitted, or not linear")
        n = len(vectorizer.vocabulary_)
        scale = np.asarray(vectorizer.idf_, dtype=np.float64) if settings["use_idf"] else np.ones(n)
        weights = np.asarray(classifier.coef_, dtype=np.float64).T
        biases = np.broadcast_to(np.asarray(classifier.intercept_, dtype=np.float64), weights.shape[1:]).copy()
        if weights.shape[1] == 1:  # two classes: one column decides between them
            weights, biases = np.hstack([-weights, weights]), np.concatenate([-biases, biases])
        return cls(
            segmenter if segmenter is not None else Segmenter.from_text(""),
            {word: int(place) for word, place in vectorizer.vocabulary_.items()},
            np.ascontiguousarray(weights * scale[:, None]),
            scale,
            biases,
            tuple(str(label) for label in classifier.classes_),
            settings["token_pattern"],
            settings["lowercase"],
            settings["sublinear_tf"],
            settings["norm"],
        )

    def predict(self, texts: Sequence[str]) -> list[str]:
        """Return the label of each text; equal texts are read once."""
        number: dict[str, int] = {}
        places = [number.setdefault(text, len(number)) for text in texts]
        best = self._best(list(number))
        return [self.labels[best[place]] for place in places]

    def _best(self, texts: Sequence[str]) -> list[int]:
        known: dict[str, tuple[int, ...]] = {}
        best: list[int] = []
        for start in range(0, len(texts), _CHUNK):
            found = self._read(texts[start : start + _CHUNK], known)
            best += self._score(found).argmax(axis=1).tolist()
        return best

    def _read(self, texts: Sequence[str], known: dict[str, tuple[int, ...]]) -> list[list[int]]:
        """The places of the tokens of each text in the vocabulary."""
        cut = self.segmenter.cut_many(texts)
        for word in set(chain.from_iterable(cut)).difference(known):
            tokens = re.findall(self.token, word.lower() if self.lowercase else word)
            known[word] = tuple(self.places[token] for token in tokens if token in self.places)
        return [list(chain.from_iterable([known[word] for word in words])) for words in cut]

    def _score(self, found: Sequence[list[int]]) -> Doubles:
        """Return texts × labels: the weights of the words of each text, added up, over the length of its vector."""
        sizes = np.fromiter(map(len, found), dtype=np.int64, count=len(found))
        flat = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=int(sizes.sum()))
        width = len(self.scale)
        keys, counts = np.unique(np.repeat(np.arange(len(found)), sizes) * width + flat, return_counts=True)
        rows, words = keys // width, keys % width
        values = counts.astype(np.float64)
        if self.sublinear:
            values = 1 + np.log(values)
        scores = np.zeros((len(found), self.weights.shape[1]))
        if len(keys):
            firsts = np.flatnonzero(np.diff(rows, prepend=-1))
            scores[rows[firsts]] = np.add.reduceat(self.weights[words] * values[:, None], firsts, axis=0)
            if self.norm:
                lengths = np.sqrt(np.bincount(rows, (values * self.scale[words]) ** 2, minlength=len(found)))
                scores /= np.where(lengths > 0, lengths, 1.0)[:, None]
        result: Doubles = scores + self.biases
        return result


def count_labels(
    inputs: Sequence[str | Path] | str | Path,
    model: WordModel,
    *,
    begins: re.Pattern[str] = ENUMERATOR,
    jobs: int = 1,
) -> pd.DataFrame:
    """Return how many statements of the problems parts a model gives each label, by year.

    Files that cannot be read, and reports without year or problems part, count for nothing; :func:`textmine.mine`
    says which they are.

    Args:
        inputs: files, folders or globs, one or several.
        model: decides the labels.
        begins: where a statement begins; what it matches is left out.
        jobs: processes.

    Returns:
        A row for each year, a column for each label that was given, both sorted.

    >>> import numpy as np, tempfile, pathlib
    >>> model = WordModel(Segmenter(), {"更新": 0}, np.array([[0.0, 1.0]]), np.ones(1), np.zeros(2), ("a", "b"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     text = "某局2022年年度报告\\n五、存在的主要问题\\n1.更新慢。2.人手少。\\n六、其他需要报告的事项\\n无。"
    ...     _ = pathlib.Path(folder, "a.txt").write_text(text, "utf-8")
    ...     count_labels(folder, model).to_dict("index")
    {'2022': {'a': 1, 'b': 1}}
    """
    import pandas as pd

    from textmine.pipeline import list_files

    files = list_files([inputs] if isinstance(inputs, str | Path) else inputs)
    if jobs == 1 or len(files) < 2:
        counts = _count(files, model, begins)
    else:
        counts = Counter()
        for part in _on_processes(files, model, begins, jobs):
            counts.update(part)
    years = sorted({year for year, _ in counts})
    labels = sorted({label for _, label in counts})
    rows = [[counts[year, label] for label in labels] for year in years]
    return pd.DataFrame(rows, index=pd.Index(years, name="year"), columns=pd.Index(labels, name="label"))


def _count(files: Iterable[str], model: WordModel, begins: re.Pattern[str]) -> Counter[tuple[str, str]]:
    number: dict[str, int] = {}
    seen: Counter[tuple[str, int]] = Counter()
    for path in files:
        year, part = read_problems(path)
        if year:
            statements = (text for piece in begins.split(part) if (text := piece.strip()))
            seen.update([(year, number.setdefault(text, len(number))) for text in statements])
    labels = model.predict(list(number))
    counts: Counter[tuple[str, str]] = Counter()
    for (year, place), n in seen.items():
        counts[year, labels[place]] += n
    return counts


def _on_processes(
    files: Sequence[str], model: WordModel, begins: re.Pattern[str], jobs: int
) -> Iterator[Counter[tuple[str, str]]]:
    from multiprocessing import get_all_start_methods, get_context

    model.segmenter.cut("")  # loaded before the fork, so that each process has it
    context: Any = get_context("fork" if "fork" in get_all_start_methods() else None)
    started = []
    for at in range(jobs):
        answers, own = context.Pipe(duplex=False)
        process = context.Process(target=_count_for, args=(own, files[at::jobs], model, begins), daemon=True)
        process.start()
        own.close()
        started.append((process, answers))
    for process, answers in started:
        try:
            yield answers.recv()
        except EOFError:
            raise TextmineError("a process that counted labels died; use jobs=1 to see why") from None
        process.join()


def _count_for(answers: Any, files: Sequence[str], model: WordModel, begins: re.Pattern[str]) -> None:
    answers.send(_count(files, model, begins))


def read_problems(path: str | Path) -> tuple[str, str]:
    """Return the year and the problems part of a report, or empty texts where it has none or cannot be read.

    Text files whose headings are numbered as in the form are not parsed any further; all others are.
    """
    from textmine.normalize import normalize_text
    from textmine.parse import parse_columns
    from textmine.read import read_bytes, read_path
    from textmine.read.sniff import sniff_format

    try:
        data = read_path(path)
        if sniff_format(data, str(path)) == "text" and (found := _plain_problems(data)):
            return found[0], normalize_text(found[1]).text
        report, _ = parse_columns(read_bytes(data, str(path)))
    except ReadError:
        return "", ""
    year = report.metadata.year.value if report.metadata.year else ""
    return year, "\n".join(section.text for section in report.section("problems"))


def _plain_problems(data: bytes) -> tuple[str, str] | None:
    from textmine.parse.sections import code_of_title

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    year, start = _YEAR.search(text), 0
    for match in _HEADING.finditer(text):
        code = code_of_title(match[1])
        if start and code:
            return (year[1], text[start : match.start()]) if year else None
        start = match.end() if code == "problems" else start
    return (year[1], text[start:]) if year and start else None
