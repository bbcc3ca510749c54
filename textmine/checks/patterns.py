"""What running text can say of the tables, as data (``data/narrative.toml``), unknown keys refused."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from textmine.errors import TemplateError

_NAME: Final = "data/narrative.toml"
#: words between a phrase and its number that say nothing of what is counted
_FILLER: Final = r"(?:共计|总计|合计|一共|累积|共|计|为|达到|达|有|了|：|:|各|仅|只|均|分别|的|是|数)*"


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that restates cells: the words before or behind it, its topic, and words that rule it out."""

    code: str
    topic: str
    cells: tuple[str, ...]
    before: re.Pattern[str]
    after: re.Pattern[str] | None
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that states a number without printing it; ``equals`` are the cells to which it is held, else zero."""

    code: str
    cells: tuple[str, ...]
    equals: tuple[str, ...]
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    topic: str


@dataclass(frozen=True, slots=True)
class Partition:
    """Measures that together make another one."""

    whole: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Patterns:
    """All patterns; ``words`` are those of time and scope, ``topics`` what numbers can be about."""

    words: dict[str, re.Pattern[str]]
    topics: tuple[tuple[str, re.Pattern[str]], ...]
    measures: tuple[Measure, ...]
    claims: tuple[Claim, ...]
    partitions: tuple[Partition, ...]

    def cells_of(self, code: str) -> tuple[str, ...]:
        """The cells that a measure restates."""
        return next(measure.cells for measure in self.measures if measure.code == code)


@cache
def load_patterns() -> Patterns:
    """Return the packaged patterns.

    Raises:
        TemplateError: the file is malformed.

    >>> load_patterns().measures[0].code
    'carried_in'
    """
    text = resources.files("textmine").joinpath(_NAME).read_text("utf-8")
    return read_patterns(text)


def read_patterns(text: str) -> Patterns:
    """Return the patterns in a TOML text."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TemplateError(f"{_NAME}: {error}") from error
    _check(data, {"words", "measure", "claim", "partition"}, set(), "file")
    words = dict(data["words"])
    topics = tuple((item["code"], _compile(item["pattern"])) for item in words.pop("topics"))
    return Patterns(
        {name: _compile(pattern) for name, pattern in words.items()},
        topics,
        tuple(_measure(item) for item in data["measure"]),
        tuple(_claim(item) for item in data["claim"]),
        tuple(_partition(item) for item in data["partition"]),
    )


def _measure(item: dict[str, Any]) -> Measure:
    _check(item, {"code", "topic", "cells", "before"}, {"after", "unless"}, "measure")
    before = _compile(f"(?:{item['before']}){_FILLER}$")
    return Measure(
        item["code"],
        item["topic"],
        tuple(item["cells"]),
        before,
        _maybe(item.get("after")),
        _maybe(item.get("unless")),
    )


def _claim(item: dict[str, Any]) -> Claim:
    _check(item, {"code", "cells", "pattern"}, {"equals", "unless", "topic"}, "claim")
    cells, equals = tuple(item["cells"]), tuple(item.get("equals", ()))
    return Claim(
        item["code"], cells, equals, _compile(item["pattern"]), _maybe(item.get("unless")), item.get("topic", "")
    )


def _partition(item: dict[str, Any]) -> Partition:
    _check(item, {"whole", "parts"}, set(), "partition")
    return Partition(item["whole"], tuple(item["parts"]))


def _maybe(pattern: str | None) -> re.Pattern[str] | None:
    return _compile(pattern) if pattern else None


def _compile(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise TemplateError(f"{_NAME}: {pattern!r}: {error}") from error


def _check(item: dict[str, Any], required: Iterable[str], optional: set[str], kind: str) -> None:
    unknown, missing = set(item) - set(required) - optional, set(required) - set(item)
    if unknown or missing:
        name = item.get("code", item.get("whole", ""))
        raise TemplateError(f"{_NAME}: {kind} {name!r}: unknown keys {sorted(unknown)}, missing {sorted(missing)}")
