"""Text → words: a segmenter that owns its jieba tokenizer and knows the words of the field.

jieba's words are the reference. The fast engine (``rjieba``, the Rust port) is asked only where it is known to give
exactly jieba's words; text at risk goes to jieba itself (:data:`_AT_RISK`), so that engines never differ.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
import warnings
from collections.abc import Iterable, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from textmine.errors import DictionaryError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterator

Engine = Literal["auto", "fast", "jieba"]

#: The characters of GB 2312; beyond them jieba's dictionary is thin, and ties between rare characters are decided anew.
_COMMON: Final = "".join(
    bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)
)
#: Where rjieba's words may differ from jieba's: marks that jieba keeps inside a block beside letters and digits, rare
#: characters, and characters that repeat as AAA, AA…BB or ABAB (ties between equal paths).
#: tests/test_segment.py measures that none differs.
_AT_RISK: Final = re.compile(
    rf"[+#&._%\-]|[^\x00-\x7f{_COMMON}\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\u2014\u2018-\u201d\u2026\u00b7]"
    r"|([\u4e00-\u9fd5])\1(?:\1|.*?([\u4e00-\u9fd5])\2)|([\u4e00-\u9fd5]{2})\3",
    re.DOTALL,
)
_TERM: Final = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._%\-]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A word of a dictionary with the line it stands on; ``freq`` is ``None`` where it is to be computed."""

    word: str
    freq: int | None
    tag: str | None
    line: int


@dataclass(frozen=True, slots=True)
class DictionaryFinding:
    """What is wrong with an entry: ``malformed``, ``repeated``, ``never_fires`` or ``breaks_words``."""

    line: int
    word: str
    problem: str
    detail: str


def load_dictionary_text(path: str | Path | None = None) -> str:
    """Return the text of a dictionary file, without one that of the package.

    Raises:
        DictionaryError: the file cannot be read as UTF-8.
    """
    if path is None:
        return resources.files("textmine").joinpath("data/dictionary.txt").read_text("utf-8")
    try:
        return Path(path).read_bytes().decode("utf-8")
    except OSError as error:
        raise DictionaryError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise DictionaryError(f"{path} is not UTF-8: {error.reason} at byte {error.start}") from error


def parse_dictionary(text: str) -> tuple[Entry, ...]:
    """Return the entries of a dictionary text, one a line: ``word [frequency] [tag]``; ``#`` begins a comment.

    Raises:
        DictionaryError: the first malformed line.

    >>> parse_dictionary("政务公开\\n两微一端 30 n  # 旧说法")
    (Entry(word='政务公开', freq=None, tag=None, line=1), Entry(word='两微一端', freq=30, tag='n', line=2))
    """
    entries, findings = _read_entries(text)
    if findings:
        first = findings[0]
        raise DictionaryError(f"line {first.line}: {first.detail}")
    return tuple(entries)


def _read_entries(text: str) -> tuple[list[Entry], list[DictionaryFinding]]:
    entries: list[Entry] = []
    findings: list[DictionaryFinding] = []
    for number, line in enumerate(text.split("\n"), 1):
        fields = re.sub(r"(?:^|\s)#.*", "", line.rstrip("\r")).split()
        if not fields:
            continue
        word, *rest = fields
        detail = _malformed(word, rest)
        if detail:
            findings.append(DictionaryFinding(number, word, "malformed", detail))
            continue
        freq = int(rest.pop(0)) if rest and rest[0].isdigit() else None
        entries.append(Entry(word, freq, rest[0] if rest else None, number))
    return entries, findings


def _malformed(word: str, rest: list[str]) -> str:
    if "\ufeff" in word:
        return "a byte-order mark stands before the word; save the file as UTF-8 without it"
    if not _TERM.fullmatch(word):
        return f"{word!r} holds characters at which jieba always cuts, so it can never be one word"
    if len(rest) > 2 or (len(rest) == 2 and not rest[0].isdigit()):
        return "expected: word, frequency, tag, with blanks between them"
    if rest and rest[0].isdigit() and int(rest[0]) < 1:
        return "a frequency below 1 would forbid the word"
    if rest and not rest[0].isdigit() and not re.fullmatch(r"[a-zA-Z]{1,4}", rest[0]):
        return f"{rest[0]!r} is neither a frequency (a whole number) nor a tag (letters)"
    return ""


class Segmenter:
    """Cuts text into words; the words joined are the text.

    Args:
        dictionary: path of a dictionary file, or ``None`` for the words of the field that the package brings.
        engine: ``auto`` takes the fast engine where it is installed, ``fast`` demands it, ``jieba`` never uses it. The
            words are the same.

    Raises:
        DictionaryError: the dictionary is malformed.
        MissingExtraError: ``engine="fast"`` without rjieba.

    >>> Segmenter().cut("做好依申请公开工作。")
    ['做好', '依申请公开', '工作', '。']
    """

    def __init__(self, dictionary: str | Path | None = None, *, engine: Engine = "auto") -> None:
        self._set_up(load_dictionary_text(dictionary), engine)

    @classmethod
    def from_text(cls, text: str, *, engine: Engine = "auto") -> Segmenter:
        """Return a segmenter with the dictionary ``text``."""
        made = cls.__new__(cls)
        made._set_up(text, engine)
        return made

    def _set_up(self, text: str, engine: Engine) -> None:
        if engine not in ("auto", "fast", "jieba"):
            raise ValueError(f"unknown engine {engine!r}; there are auto, fast, jieba")
        has_fast = find_spec("rjieba") is not None
        if engine == "fast" and not has_fast:
            raise MissingExtraError("rjieba", "fast", "the fast segmentation engine")
        self.dictionary_text = text
        self.engine: Literal["fast", "jieba"] = "jieba" if engine == "jieba" or not has_fast else "fast"
        self.entries = parse_dictionary(text)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.dictionary_text, self.engine)

    def __repr__(self) -> str:
        return f"Segmenter({len(self.entries)} words, engine={self.engine!r}, fingerprint={self.fingerprint!r})"

    @cached_property
    def fingerprint(self) -> str:
        """Changes with the words that the segmenter would give: jieba's version and the entries, not the engine."""
        lines = "\n".join(f"{e.word}\t{e.freq}\t{e.tag}" for e in self.entries)
        return "jieba-0.42.1:" + hashlib.sha256(lines.encode()).hexdigest()[:16]

    def cut(self, text: str) -> list[str]:
        """Return the words of ``text``, white space and punctuation among them."""
        if self.engine == "fast" and not _AT_RISK.search(text):
            words: list[str] = self._fast.cut(text)
            return words
        return self._pure.lcut(text)  # type: ignore[no-any-return]

    def cut_many(self, texts: Sequence[str]) -> list[list[str]]:
        """Return the words of each text; equal texts are cut once, and those for the fast engine in one go.

        >>> Segmenter().cut_many(["更新慢。", "更新慢。", "公开"])
        [['更新', '慢', '。'], ['更新', '慢', '。'], ['公开']]
        """
        distinct = list(dict.fromkeys(texts))
        known = {text: self.cut(text) for text in distinct} if self.engine == "jieba" else self._cut_at_once(distinct)
        return [known[text] for text in texts]

    def _cut_at_once(self, texts: Sequence[str]) -> dict[str, list[str]]:
        """Cut texts that hold no white space as lines of one text; the others one by one."""
        alone = [text for text in texts if not text or text.isspace() or len(text.split()) > 1 or text.strip() != text]
        lines = texts if not alone else [text for text in texts if text not in set(alone)]
        safe: list[str] = []
        risky = list(alone)
        for text, risk in zip(lines, _may_be_at_risk(lines), strict=True):
            (risky if risk and _AT_RISK.search(text) else safe).append(text)
        known = {text: self.cut(text) for text in risky}
        if safe:
            words: list[str] = self._fast.cut("\n".join(safe))
            at = 0
            for text in safe:
                end = words.index("\n", at) if len(known) + 1 < len(texts) else len(words)
                known[text] = words[at:end]
                at = end + 1
        return known

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return ``(start, end)`` of each word in ``text``.

        >>> Segmenter().spans("政务公开工作")
        [(0, 4), (4, 6)]
        """
        found, at = [], 0
        for word in self.cut(text):
            found.append((at, at + len(word)))
            at += len(word)
        return found

    @cached_property
    def _pure(self) -> Any:
        return _new_jieba(self.entries)

    @cached_property
    def _fast(self) -> Any:
        import rjieba

        tokenizer = rjieba.Jieba()
        for entry in self.entries:
            if entry.freq is not None:
                tokenizer.add_word(entry.word, entry.freq, entry.tag)
            elif tokenizer.cut(entry.word, False) != [entry.word]:
                tokenizer.add_word(entry.word, tokenizer.suggest_freq(entry.word), entry.tag)
        return tokenizer


@cache
def _risky_characters() -> Any:
    import numpy as np

    table = np.zeros(0x110000, dtype=bool)
    for code in range(0x10000):
        table[code] = _AT_RISK.search(chr(code)) is not None if not 0xD800 <= code < 0xE000 else True
    table[0x10000:] = True
    return table


def _may_be_at_risk(texts: Sequence[str]) -> list[bool]:
    """Whether each text holds a character at risk, one twice in a row or a pair twice in a row: a coarse first look."""
    import numpy as np

    if not texts:
        return []
    codes = np.frombuffer("\n".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    risk = _risky_characters()[codes]
    same = codes[:-1] == codes[1:]
    risk[1:] |= same
    if len(codes) > 3:
        twice = codes[:-2] == codes[2:]
        risk[3:] |= twice[:-1] & twice[1:]
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    starts = np.concatenate(([0], np.cumsum(lengths[:-1] + 1)))
    risk[starts[1:] - 1] = False  # the line breaks between the texts
    found: list[bool] = np.logical_or.reduceat(risk, starts).tolist()
    return found


def _rebuild(text: str, engine: Engine) -> Segmenter:
    return Segmenter.from_text(text, engine=engine)


def _new_jieba(entries: Iterable[Entry]) -> Any:
    """A private tokenizer, loaded from jieba's own dictionary and never from the cache that jieba shares in /tmp."""
    with _quiet():
        import jieba

        tokenizer = jieba.Tokenizer()
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        tokenizer.initialized = True
        for entry in entries:
            # A word that jieba gives already is left alone: the two engines round its frequency differently.
            if entry.freq is not None or tokenizer.lcut(entry.word, HMM=False) != [entry.word]:
                tokenizer.add_word(entry.word, entry.freq, entry.tag)
    return tokenizer


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence jieba's start (prints, a pkg_resources warning, invalid escapes) and put all settings back."""
    logger = logging.getLogger("jieba")
    level = logger.level
    with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        logger.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            logger.setLevel(level)


# --- checking a dictionary ----------------------------------------------------------------------


@cache
def _plain() -> Any:
    return _new_jieba(())


def check_dictionary(text: str) -> tuple[DictionaryFinding, ...]:
    """Return what is wrong with a dictionary, in the order of its lines.

    ``malformed``: the line is no entry. ``repeated``: the word stands above. ``never_fires``: the word alone is still
    cut in pieces. ``breaks_words``: with its frequency, another entry or a word of jieba that holds it is cut in two.

    >>> [(f.line, f.problem) for f in check_dictionary("政务公开\\n政务公开\\n公开，透明\\n")]
    [(2, 'repeated'), (3, 'malformed')]
    """
    entries, findings = _read_entries(text)
    first: dict[str, int] = {}
    for entry in entries:
        if entry.word in first:
            detail = f"stands in line {first[entry.word]} too"
            findings.append(DictionaryFinding(entry.line, entry.word, "repeated", detail))
        first.setdefault(entry.word, entry.line)
    tokenizer = _new_jieba(entries)
    for entry in entries:
        words = tokenizer.lcut(entry.word)
        if words != [entry.word]:
            detail = f"is cut as {' / '.join(words)}"
            findings.append(DictionaryFinding(entry.line, entry.word, "never_fires", detail))
    findings += _broken(entries, tokenizer)
    return tuple(sorted(findings, key=lambda finding: finding.line))


def _broken(entries: Sequence[Entry], tokenizer: Any) -> Iterator[DictionaryFinding]:
    """Words of jieba that were one word and are cut now, each with an entry that stands in it or at its edge."""
    plain = _plain()
    lines = {entry.word: entry for entry in entries}
    for word, freq in plain.FREQ.items():
        if (
            freq
            and 2 < len(word) < 8
            and any(
                word[i:j] in lines for i in range(len(word)) for j in range(i + 2, len(word) + 1) if j - i < len(word)
            )
        ):
            now = tokenizer.lcut(word)
            if len(now) > 1 and plain.lcut(word) == [word]:
                cause = next((piece for piece in now if piece in lines), None)
                if cause is not None:
                    detail = f"{word} is cut as {' / '.join(now)}"
                    yield DictionaryFinding(lines[cause].line, cause, "breaks_words", detail)
