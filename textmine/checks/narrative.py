"""Numbers in running text that restate the tables: each read with its sentence, traps left alone.

A number is read only where the words right before or behind it say what it counts, in this year and for this body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from textmine.checks.patterns import Claim, Measure, Patterns, load_patterns
from textmine.parse.tables.labels import match_exactly

_SENTENCE: Final = re.compile(r"[^。！？\n]+[。！？]?")
_NUMBER: Final = re.compile(
    r"(?<![\d第〔\[.．,，])(?P<digits>\d+(?:[,，]\d{3})*)(?![\d.．])(?P<more>余|多|来)?"
    r"(?P<unit>[件宗起份个项条部例](?!月|工作|季度|方面|栏|人))"
    r"|(?<![第每一二三四五六七八九十])(?P<word>[一二两三四五六七八九十零])(?P<unit2>[件宗起](?!事))"
)
_WORDS: Final = {char: value for value, char in enumerate("零一二三四五六七八九十")} | {"两": 2}
_CLAUSE: Final = re.compile(r"[^，；。]+")
_BREAK: Final = re.compile(r"[，；：（）()。“”]")
_YEAR: Final = re.compile(r"(20\d{2})年")
_ABOUT: Final = re.compile(r"(?:约|近|超过?|逾|达到?近|不足|余)$|^(?:大约|约)")
#: 申请（共21件）: the words before the bracket say what is counted
_IN_BRACKET: Final = re.compile(r"[（(](?:共计|总计|合计|共|计|为)*$")
_PART: Final = re.compile(r"^[、，]?(?:其中|另有|包括)")
#: 受理行政复议12件，其中涉及政府信息公开3件: the first number counts more than the table does
_OF_WHICH: Final = re.compile(r"[，,（(、]其中[^。；\d]{0,16}信息公开")
#: a government, or a region named for it, reports on its whole region
_GOVERNMENT: Final = ("政府", "省", "市", "县", "区", "镇", "乡")
#: totals that a clause beginning with 其中 cannot mean
_WHOLES: Final = frozenset(["received", "answered", "review_total", "litigation_total"])


@dataclass(frozen=True, slots=True)
class Reading:
    """A number that the text states: which measure, its value, its sentence, and whose figures it says it counts."""

    what: str
    value: float
    start: int
    end: int
    at: int
    scope: str = ""
    claim: bool = False


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    start: int
    topic: str


def read_narrative(text: str, *, year: int | None = None, agency: str = "", start: int = 0) -> tuple[Reading, ...]:
    """Return the numbers and claims in running text that restate cells of the tables, in order.

    Args:
        text: prose, no tables.
        year: the year of the report; numbers of another year are left alone.
        agency: the reporting body; figures of another body are left alone.
        start: added to all offsets.

    >>> [(r.what, r.value) for r in read_narrative("全年收到政府信息公开申请12件，其中自然人申请9件。上年收到8件。")]
    [('received', 12.0), ('natural_person', 9.0)]
    """
    patterns = load_patterns()
    found: list[Reading] = []
    before = kept = ""
    for match in _SENTENCE.finditer(text):
        words = match[0]
        if "\t" in words or "|" in words:
            before = kept = ""
            continue
        kept = (_topic(before, patterns) or kept) if _PART.match(words.strip()) else ""
        before = words
        sentence = _Sentence(words, match.start() + start, kept)
        if _NUMBER.search(words):
            found += _numbers(sentence, patterns, year, agency)
        found += _claims(sentence, patterns, year, agency)
    return tuple(sorted(found, key=lambda reading: reading.at))


def _numbers(sentence: _Sentence, patterns: Patterns, year: int | None, agency: str) -> Iterator[Reading]:
    text, before_end = sentence.text, 0
    for match in _NUMBER.finditer(text):
        begin, clause = _clause(text, before_end, match.start())
        before_end = match.end()
        if match["more"] or _ABOUT.search(clause):
            continue
        measure = _measure(clause, text[match.end() :], text[: match.start()], sentence.topic, patterns)
        if measure is None or not _is_of_year(text, begin, match.start(), year, patterns):
            continue
        if measure in {"review_total", "litigation_total"} and _OF_WHICH.match(text, match.end()):
            continue
        scope = _scope(text, begin, match.start(), agency, patterns)
        if scope is None or (measure in _WHOLES and _PART.match(text[begin:])):
            continue
        value = float(_WORDS[match["word"]] if match["word"] else match["digits"].replace(",", "").replace("，", ""))
        yield Reading(measure, value, sentence.start, sentence.start + len(text), sentence.start + match.start(), scope)


def _clause(text: str, after: int, end: int) -> tuple[int, str]:
    """The words before a number, from the last break or number on, and where they begin."""
    stop = bracket.start() if (bracket := _IN_BRACKET.search(text, after, end)) else end
    begin = max([after, *(match.end() for match in _BREAK.finditer(text, after, stop))])
    return begin, text[begin:stop].lstrip("、和及 ")


def _measure(clause: str, behind: str, before: str, topic: str, patterns: Patterns) -> str | None:
    """The measure that the words around a number name."""
    named = _topic(before, patterns) or topic
    behind = _BREAK.split(behind, maxsplit=1)[0]
    mixed = {"review", "litigation"} <= {code for code, pattern in patterns.topics if pattern.search(clause)}
    if any(m.after is not None and m.after.match(behind) for m in patterns.measures if m.topic == named):
        return next(m.code for m in patterns.measures if m.after is not None and m.after.match(behind))
    for measure in patterns.measures:
        if measure.topic != named or not _says(measure, clause):
            continue
        if mixed and measure.code not in {"litigation_direct", "litigation_after_review"}:
            return None
        return measure.code
    return _leaf(clause) if named == "requests" else None


def _says(measure: Measure, clause: str) -> bool:
    return bool(measure.before.search(clause)) and not (measure.unless and measure.unless.search(clause))


def _leaf(clause: str) -> str | None:
    """A row of part three named by its own label: 属于行政查询事项3件."""
    words = re.sub(r"^(?:其中|因|有|以)|(?:的|共|共计|为|类)+$", "", clause)
    rows = {meaning.code for meaning in match_exactly(words) if (meaning.table, meaning.kind) == ("requests", "row")}
    row = rows.pop() if len(rows) == 1 else None
    return row if row and row.startswith(("denied_", "unable_", "declined_", "closed_n")) else None


def _topic(text: str, patterns: Patterns) -> str:
    """What was named last: 复议, 诉讼, 申请 or documents; 复议申请 is about 复议."""
    last, topic = -1, ""
    for code, pattern in patterns.topics:
        for match in pattern.finditer(text):
            if code == "requests" and re.search(r"复议$|诉讼$", text[: match.start()]):
                continue
            if match.end() > last:
                last, topic = match.end(), code
    return topic


def _lead(text: str, begin: int, end: int) -> str:
    """The clause of a number with the clauses before it that hold no number of their own."""
    clauses = []
    for part in _BREAK.split(text[:begin]):
        if not _NUMBER.search(part):
            clauses.append(part)
    return "，".join(clauses) + "，" + text[begin:end]


def _is_of_year(text: str, begin: int, end: int, year: int | None, patterns: Patterns) -> bool:
    lead = _lead(text, begin, end)
    years = _YEAR.findall(text[:end])
    if patterns.words["other_time"].search(re.sub(r"1月1日|12月31日|12月底", "", lead)):
        return False
    return year is None or not years or int(years[-1]) == year


def _scope(text: str, begin: int, end: int, agency: str, patterns: Patterns) -> str | None:
    """Whose figures these are: nothing for the reporting body, words of scope, ``None`` for another body."""
    lead = _lead(text, begin, end)
    words = patterns.words
    if office := words["office"].search(lead):
        return "" if _is_name_of(office[0], agency) else office[0]
    if whole := words["whole"].search(lead):
        return "" if agency.endswith(_GOVERNMENT) or not agency else whole[0]
    if words["own"].search(lead):
        return ""
    other = words["other_body"].search(lead)
    return None if other and not _is_name_of(other[0], agency) else ""


def _is_name_of(name: str, agency: str) -> bool:
    """Whether a short name can be that of the body: its characters in the order of the full name, the last one last."""
    rest = iter(agency)
    return bool(agency) and agency[-1] == name[-1] and all(char in rest for char in name)


def _claims(sentence: _Sentence, patterns: Patterns, year: int | None, agency: str) -> Iterator[Reading]:
    for clause in _CLAUSE.finditer(sentence.text):
        for number in _claims_in(clause[0]):
            claim = patterns.claims[number]
            match = claim.pattern.search(clause[0])
            if match is None or not _holds(claim, clause[0], sentence, clause.start(), patterns):
                continue
            begin, end = clause.start(), clause.start() + match.end()
            scope = _scope(sentence.text, begin, end, agency, patterns)
            if scope is None or not _is_of_year(sentence.text, begin, end, year, patterns):
                continue
            at = sentence.start + clause.start() + match.start()
            yield Reading(claim.code, 0.0, sentence.start, sentence.start + len(sentence.text), at, scope, True)


@lru_cache(maxsize=16_384)
def _claims_in(clause: str) -> tuple[int, ...]:
    """The numbers of the claims whose words stand in a clause; most clauses hold none, and many come again."""
    return tuple(number for number, claim in enumerate(load_patterns().claims) if claim.pattern.search(clause))


def _holds(claim: Claim, clause: str, sentence: _Sentence, at: int, patterns: Patterns) -> bool:
    if claim.unless is not None and claim.unless.search(clause):
        return False
    topic = _topic(sentence.text[: at + len(clause)], patterns) or sentence.topic
    return not claim.topic or claim.topic == topic
