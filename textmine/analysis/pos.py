"""Words → parts of speech, through a private jieba tagger."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from textmine.segment import Segmenter, new_tokenizer, quiet_jieba


class PosTagger:
    """Gives words and texts jieba's parts of speech, with the dictionary of a segmenter and no process-wide state.

    Args:
        segmenter: whose dictionary is known; without it the words of the package.

    >>> PosTagger().tag_words(["培训", "及时", "的"])
    {'培训': 'vn', '及时': 'c', '的': 'uj'}
    """

    def __init__(self, segmenter: Segmenter | None = None) -> None:
        self.segmenter = segmenter or Segmenter()
        self._known: dict[str, str] = {}

    @cached_property
    def jieba_tagger(self) -> Any:
        """jieba's own ``POSTokenizer`` over a tokenizer of ours; ``jieba.posseg.dt`` is not used."""
        with quiet_jieba():
            from jieba.posseg import POSTokenizer

            return POSTokenizer(new_tokenizer(self.segmenter.entries))

    def tag_words(self, words: Iterable[str]) -> dict[str, str]:
        """Return the part of speech of each word.

        jieba tags a word of its dictionary without looking at its neighbours, so words need be tagged once only; one
        that it cuts in pieces has the tag of its last piece, the head of a Chinese compound. A word of the user's
        dictionary without a tag counts the same way.
        """
        asked = list(words)
        for word in asked:
            if word not in self._known:
                self._known[word] = self._tag(word)
        return {word: self._known[word] for word in asked}

    def _tag(self, word: str) -> str:
        pairs = self.jieba_tagger.lcut(word)
        if len(pairs) == 1 and not pairs[0].flag and len(word) > 2:
            return self._tag(word[-2:])
        return str(pairs[-1].flag) or "x"

    def cut(self, text: str) -> list[tuple[str, str]]:
        """Return words and parts of speech of a text, as ``jieba.posseg.cut`` would with this dictionary."""
        return [(pair.word, pair.flag) for pair in self.jieba_tagger.lcut(text)]
