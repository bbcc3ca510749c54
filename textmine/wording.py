"""The wording of problems parts as data: labels, turns, lead-ins, closings and cues, compiled once."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

from textmine.errors import CodebookError

_SECTIONS: Final = {
    "labels": {"before", "problem", "measure", "after", "stuck", "pair"},
    "idioms": {"text"},
    "turns": {"text", "subject"},
    "targets": {"text"},
    "spirit": {"text"},
    "leads": {"text", "announce", "summary", "concrete"},
    "praise": {"text"},
    "achieved": {"text"},
    "gaps": {"text"},
    "closings": {"opening", "goal", "whole", "any"},
    "nothing": {"text"},
    "adverbs": {"text"},
    "cue": {"name", "weight", "head", "open", "unless", "text"},
}
#: Bound on the evidence of one statement, in the unit of the cue weights.
CAP: Final = 4.5
_TARGET: Final = -3.0


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that speak for a role: ``weight`` above zero for a problem, below zero for a measure.

    ``head`` cues count at the head of a statement only; ``unless`` cues only where no word of a deficiency stands.
    """

    name: str
    weight: float
    head: bool
    unless: bool
    pattern: re.Pattern[str]

    def weigh(self, text: str) -> float:
        """Return the evidence in ``text``; a cue counts at most twice."""
        if self.head:
            return self.weight if self.pattern.match(text) else 0.0
        return self.weight * min(len(self.pattern.findall(text)), 2)


@dataclass(frozen=True, slots=True)
class Wording:
    """The compiled patterns of ``data/statements.toml``."""

    label: re.Pattern[str]
    stuck: re.Pattern[str]
    pair: re.Pattern[str]
    announce: re.Pattern[str]
    summary: re.Pattern[str]
    concrete: re.Pattern[str]
    label_problem: re.Pattern[str]
    label_measure: re.Pattern[str]
    idiom: re.Pattern[str]
    turn: re.Pattern[str]
    turn_open: re.Pattern[str]
    inner_turn: re.Pattern[str]
    spirit_clause: re.Pattern[str]
    target: re.Pattern[str]
    spirit: re.Pattern[str]
    lead: re.Pattern[str]
    praise: re.Pattern[str]
    achieved: re.Pattern[str]
    gap: re.Pattern[str]
    closing: re.Pattern[str]
    nothing: re.Pattern[str]
    cues: tuple[Cue, ...]

    def names(self, label: str) -> str:
        """Return which of ``problem`` and ``measure`` a label names alone, or nothing."""
        problem = self.label_problem.search(label) is not None
        measure = self.label_measure.search(label) is not None
        return "" if problem == measure else "problem" if problem else "measure"

    def lacks(self, text: str) -> int:
        """Return how many words of a deficiency stand in ``text``, two at most."""
        return round(self.cues[0].weigh(text) / self.cues[0].weight)


@cache
def load_wording() -> Wording:
    """Return the packaged wording.

    >>> bool(load_wording().label.fullmatch("存在的主要问题："))
    True
    """
    name = "data/statements.toml"
    data = tomllib.loads(resources.files("textmine").joinpath(name).read_text("utf-8"))
    _refuse_unknown(data, name)
    labels, turns, closings = data["labels"], data["turns"], data["closings"]
    nouns = {role: _any(labels[role]) for role in ("problem", "measure")}
    noun, after = f"(?:{nouns['problem']}|{nouns['measure']})", _any(labels["after"])
    turn, adverb = _any(turns["text"]), _any(data["adverbs"]["text"])
    whole, everywhere = "|".join(closings["whole"]), _any(closings["any"])
    label = rf"{_any(labels['before'])}*{noun}(?:{after}|{_any(labels['before'])}|{noun})*"
    return Wording(
        label=re.compile(rf"{label}[：:。]?"),
        stuck=re.compile(rf"{_any(labels['before'])}*{noun}(?:{after}|{noun})*(?={_any(labels['stuck'])})"),
        pair=re.compile(labels["pair"]),
        announce=re.compile(_any(data["leads"]["announce"])),
        concrete=re.compile(_any(data["leads"]["concrete"])),
        summary=re.compile(_any(data["leads"]["summary"])),
        label_problem=re.compile(nouns["problem"]),
        label_measure=re.compile(nouns["measure"]),
        idiom=re.compile(_any(data["idioms"]["text"])),
        turn=re.compile(turn),
        turn_open=re.compile(rf"(?:{turn})[，,]?{turns['subject']}[，,]?"),
        spirit=re.compile(
            rf"(?:{turn}[，,]?){{1,2}}(?!20\d\d年，在){turns['subject']}(?:{_any(data['spirit']['text'])})，"
        ),
        inner_turn=re.compile(rf"(?<=[。；]){turn}"),
        spirit_clause=re.compile(_any(data["spirit"]["text"])),
        target=re.compile("|".join(data["targets"]["text"])),
        lead=re.compile("|".join(data["leads"]["text"])),
        praise=re.compile("|".join(data["praise"]["text"])),
        achieved=re.compile("|".join(data["achieved"]["text"])),
        gap=re.compile("|".join(data["gaps"]["text"])),
        closing=re.compile(rf"(?:{whole})$|{everywhere}|{closings['opening']}.*?{_any(closings['goal'])}"),
        nothing=re.compile("|".join(data["nothing"]["text"])),
        cues=tuple(_cue(entry, adverb) for entry in data["cue"]),
    )


@lru_cache(maxsize=50_000)
def weigh_role(text: str) -> float:
    """Return the evidence of the wording alone: above zero for a problem, below zero for a measure.

    >>> weigh_role("更新不够及时") > 0 > weigh_role("及时更新信息")
    True
    """
    words = load_wording()
    target = words.target.match(text)
    value = _TARGET if target else 0.0
    rest = text[target.end() :] if target else text
    lack = words.cues[0].weigh(rest)
    value += sum((cue.weigh(rest) for cue in words.cues[1:] if not (lack and cue.unless)), lack)
    return max(-CAP, min(CAP, value))


def _cue(entry: dict[str, Any], adverb: str) -> Cue:
    # Words first: a pattern that begins with plain characters is searched for fast.
    pattern = "|".join(entry["text"])
    if entry.get("head"):
        pattern = f"(?:{adverb})*(?:{pattern})"
    elif entry.get("open"):
        pattern = f"[，；、,;](?:{pattern})"
    return Cue(
        entry["name"], float(entry["weight"]), bool(entry.get("head")), bool(entry.get("unless")), re.compile(pattern)
    )


def _any(terms: list[str]) -> str:
    return f"(?:{'|'.join(terms)})"


def _refuse_unknown(data: dict[str, Any], name: str) -> None:
    entries = [(key, value) for key, values in data.items() for value in (values if key == "cue" else [values])]
    for key, value in entries:
        unknown = set(value) - _SECTIONS.get(key, set())
        if unknown or key not in _SECTIONS:
            raise CodebookError(f"{name}: unknown key in [{key}]: {', '.join(sorted(unknown)) or key}")
