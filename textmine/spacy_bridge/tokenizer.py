"""The tokenizer of spaCy pipelines that cuts with our segmenter and carries its dictionary wherever it is saved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from textmine.segment import Engine, Segmenter, load_dictionary_text

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab


class SegmenterTokenizer:
    """Makes documents whose tokens are the words of a :class:`~textmine.segment.Segmenter`.

    Args:
        vocab: the vocabulary of the pipeline.
        dictionary: path of a dictionary file, or ``None`` for the words that the package brings.
        engine: as in ``Segmenter``.

    A dictionary file that is not there is asked for at the first text, so that a saved pipeline, which carries the
    dictionary, can be loaded where the file is missing.

    >>> import spacy
    >>> nlp = spacy.blank("zh")
    >>> nlp.tokenizer = SegmenterTokenizer(nlp.vocab)
    >>> [token.text for token in nlp("做好依申请公开工作。")]
    ['做好', '依申请公开', '工作', '。']
    """

    def __init__(self, vocab: Vocab, dictionary: str | Path | None = None, *, engine: Engine = "auto") -> None:
        self.vocab = vocab
        self._dictionary = dictionary
        self._engine = engine
        self._segmenter: Segmenter | None = None
        if dictionary is None or Path(dictionary).is_file():
            self._segmenter = Segmenter(dictionary, engine=engine)

    @property
    def segmenter(self) -> Segmenter:
        """The segmenter; raises :class:`~textmine.errors.DictionaryError` where its file is missing."""
        if self._segmenter is None:
            self._segmenter = Segmenter.from_text(load_dictionary_text(self._dictionary), engine=self._engine)
        return self._segmenter

    def __call__(self, text: str) -> Doc:
        return cut_doc(text, self.segmenter, self.vocab)

    def pipe(self, texts: Iterable[str], batch_size: int = 1000) -> Iterator[Doc]:
        """Give a document for each text."""
        yield from map(self, texts)

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the dictionary."""
        return self.segmenter.dictionary_text.encode()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> SegmenterTokenizer:
        """Take over a dictionary."""
        self._segmenter = Segmenter.from_text(data.decode(), engine=self._engine)
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the dictionary to ``path``."""
        Path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> SegmenterTokenizer:
        """Read a dictionary that :meth:`to_disk` wrote."""
        return self.from_bytes(Path(path).read_bytes())


def cut_doc(text: str, segmenter: Segmenter, vocab: Vocab) -> Doc:
    """Return a document with the words of ``text``; ``doc.text == text``."""
    from spacy.tokens import Doc

    words: list[str] = []
    spaces: list[bool] = []
    for word in segmenter.cut(text):
        # spaCy counts one blank behind a word to the word
        if word == " " and words and not spaces[-1] and not words[-1].isspace():
            spaces[-1] = True
        else:
            words.append(word)
            spaces.append(False)
    return Doc(vocab, words=words, spaces=spaces)
