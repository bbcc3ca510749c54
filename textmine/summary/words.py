"""The words of a summary in Chinese and English, kept as data (``data/summary/words.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from textmine.errors import TextmineError
from textmine.summary.content import Lang

LANGS: Final[tuple[Lang, ...]] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language: group → key → text."""

    lang: Lang
    texts: Mapping[str, Mapping[str, str]]

    def __call__(self, group: str, key: str, /, **fill: Any) -> str:
        """Return a text with its braces filled.

        >>> load_words("en")("labels", "offsets", start=3, end=9)
        'characters 3–9'
        """
        text = self.texts[group][key]
        return text.format(**fill) if fill else text

    def label(self, key: str) -> str:
        """Return a label; a key without one stands for itself."""
        return self.texts["labels"].get(key, key)

    def value(self, column: str, value: Any) -> str:
        """Return a value of a column of the reports frame as it is shown.

        >>> load_words("zh").value("level", "county")
        '县级'
        """
        import pandas as pd

        if pd.isna(value) or value == "":
            return self.label("missing")
        group = {"level": "levels", "layout": "layouts", "source_format": "formats", "kind": "kinds"}.get(column)
        text = str(value)
        return self.texts[group].get(text, text) if group else text

    def join(self, names: list[str]) -> str:
        """Return names as a list in running text."""
        return self.label("separator").join(names)


@cache
def load_words(lang: str) -> Words:
    """Return the words of a language.

    Raises:
        TextmineError: no such language.
    """
    if lang not in LANGS:
        raise TextmineError(f"no words in {lang!r}; there are {', '.join(LANGS)}")
    data = resources.files("textmine") / "data"
    table = tomllib.loads((data / "summary/words.toml").read_text("utf-8"))
    texts = {group: {key: both[lang] for key, both in entries.items()} for group, entries in table.items()}
    bodies = tomllib.loads((data / "bodies.toml").read_text("utf-8"))
    texts["kinds"] = _kinds(bodies, lang)
    return Words(lang, texts)


def _kinds(data: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Names of the kinds of bodies; in English the codes are words already."""
    kinds = next((entries for entries in data.values() if isinstance(entries, list)), [])
    if lang == "en":
        return {str(kind["code"]): str(kind.get("name_en", kind["code"])).replace("_", " ") for kind in kinds}
    return {str(kind["code"]): str(kind.get("name_zh", kind["code"])) for kind in kinds}
