"""Stop words and word lists: files that a user can replace, and what is wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from textmine.analysis.errors import TermError
from textmine.segment import Segmenter


@dataclass(frozen=True, slots=True)
class WordFinding:
    """What is wrong with a line of a list: ``repeated``, ``several_words`` or ``never_emitted``."""

    line: int
    word: str
    problem: str
    detail: str


def load_words(path: str | Path | None = None) -> frozenset[str]:
    """Return the words of a list, one a line; ``#`` begins a comment. Without a path: the stop words of the package.

    Raises:
        TermError: the file cannot be read as UTF-8, or holds no word.

    >>> "进一步" in load_words()
    True
    """
    words = frozenset(word for _, word in _lines(load_words_text(path)))
    if not words:
        raise TermError(f"{path} holds no word")
    return words


def load_words_text(path: str | Path | None = None) -> str:
    """Return the text of a word list; without a path that of the package's stop words.

    Raises:
        TermError: the file cannot be read as UTF-8.
    """
    if path is None:
        return resources.files("textmine").joinpath("data/stopwords.txt").read_text("utf-8")
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise TermError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise TermError(f"{path} is not UTF-8: {error.reason} at byte {error.start}") from error


def _lines(text: str) -> list[tuple[int, str]]:
    stripped = [(n, re.sub(r"(?:^|\s)#.*", "", line).strip()) for n, line in enumerate(text.splitlines(), 1)]
    return [(n, word) for n, word in stripped if word]


def check_words(text: str, segmenter: Segmenter | None = None) -> tuple[WordFinding, ...]:
    """Return what is wrong with a word list for a segmenter, in the order of its lines.

    ``never_emitted``: the segmenter cuts the word in pieces, so that it can never match a word of a text (a stop word
    that stops nothing). What jieba's dictionary cuts alone it cuts everywhere, because the best path through a text is
    best through each part of it; a word outside the dictionary might still be guessed in some context.

    >>> [(f.word, f.problem) for f in check_words("的\\n的\\n政务公开工作\\n")]
    [('的', 'repeated'), ('政务公开工作', 'never_emitted')]
    """
    segmenter = segmenter or Segmenter()
    findings, first = [], {}  # type: tuple[list[WordFinding], dict[str, int]]
    for line, word in _lines(text):
        if word in first:
            findings.append(WordFinding(line, word, "repeated", f"stands in line {first[word]} too"))
            continue
        first[word] = line
        if re.search(r"\s", word):
            findings.append(WordFinding(line, word, "several_words", "one word a line is expected"))
            continue
        words = segmenter.cut(word)
        if words != [word]:
            findings.append(WordFinding(line, word, "never_emitted", f"is cut as {' / '.join(words)}"))
    return tuple(findings)
