"""Sections by their headings, numbered or marked lines whose words say which part they open; lost ones by content."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

from textmine.errors import TextmineError
from textmine.numerals import NUMERAL, read_numeral
from textmine.records import SECTIONS, Section, Table

_NUMBER: Final = rf"(?:第 ?{NUMERAL} ?(?:部分|章)[、:： \t]*|{NUMERAL}[ \t]*[、.．,，][ \t]*)"
_NUMBERED: Final = re.compile(rf"^[ \t]*({_NUMBER})([^\n\t|]{{1,60}})", re.MULTILINE)
#: other numerals open headings only where no Chinese ones do: 1、总体情况, （一）概述
_OTHER_NUMBER: Final = re.compile(
    rf"^[ \t]*(\d{{1,2}}[ \t]*[、.．][ \t]*|[（(]{NUMERAL}[）)][ \t]*)([^\n\t|]{{1,60}})", re.MULTILINE
)
#: in the middle of a line: behind a sentence, or stuck to the last number of a table row
_INSIDE: Final = re.compile(rf"(?<=[。.\d告|\t])[ \t]*({NUMERAL}、)([^\n\t|。：:]{{2,30}})(?=[。：:\n|\t]|$)")
_LINE: Final = re.compile(r"^[ \t]*()([^\n\t|，；]{2,30})$", re.MULTILINE)
_LABELLED: Final = re.compile(r"^[ \t]*()([^\n\t|。，；：:]{2,20})(?=[：:])", re.MULTILINE)
_TITLE: Final = re.compile(
    r"^[^\n。；]*(?:报告|年报|总结)[^\n。；，：]{0,6}(?:\n[ \t]*[（(][^\n]{2,30}[）)])?[ \t]*(?:\n|$)", re.MULTILINE
)
_LISTING: Final = re.compile("组成|部分|包括|内容")
#: characters within which a preamble stands
_HEAD: Final = 6000
_KEYS: Final = {
    "refused": {"text"},
    "lost": {"problems", "other_matters"},
    "annex": {"text"},
    "foot": {"text"},
    "stuck": {"text"},
    "section": {"code", "form", "free", "table"},
}
#: at most so many characters of foreign text, such as advertising, may be stuck to a heading
_STUCK: Final = 8
#: so many parts under numbered headings show that headings are numbered in this text
_NAMED: Final = 2
#: a preamble that names this many parts in one line lists them
_LISTED: Final = 3


@dataclass(frozen=True, slots=True)
class _Patterns:
    form: re.Pattern[str]  # the group that matches is the code
    free: re.Pattern[str]
    table: tuple[tuple[str, re.Pattern[str]], ...]
    lost: tuple[tuple[str, re.Pattern[str]], ...]
    refused: re.Pattern[str]
    annex: re.Pattern[str]
    foot: re.Pattern[str]
    stuck: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading found: ``start``–``end`` as printed, ``body`` where its section begins; lost ones are empty."""

    code: str
    start: int
    end: int
    body: int
    form: bool = False
    number: int = 0


@cache
def _patterns() -> _Patterns:
    name = "data/headings.toml"
    data: dict[str, Any] = tomllib.loads(resources.files("textmine").joinpath(name).read_text("utf-8"))
    for key, value in data.items():
        for entry in value if key == "section" else [value]:
            if unknown := set(entry) - _KEYS.get(key, set()):
                raise TextmineError(f"{name}: unknown key in [{key}]: {', '.join(sorted(unknown))}")

    def each(kind: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
        return tuple((entry["code"], re.compile("|".join(entry[kind]))) for entry in data["section"] if kind in entry)

    def any_of(kind: str) -> re.Pattern[str]:
        return re.compile("|".join(f"(?P<{entry['code']}>{'|'.join(entry[kind])})" for entry in data["section"]))

    return _Patterns(
        form=any_of("form"),
        free=any_of("free"),
        table=each("table"),
        lost=tuple((code, re.compile(rf"^[ \t]*(?:{text})", re.MULTILINE)) for code, text in data["lost"].items()),
        refused=re.compile("|".join(data["refused"]["text"])),
        annex=re.compile(rf"^[ \t]*(?:{data['annex']['text']})$", re.MULTILINE),
        foot=re.compile(rf"^[ \t]*(?:{data['foot']['text']})$", re.MULTILINE),
        stuck=re.compile(data["stuck"]["text"]),
    )


def find_sections(text: str, *, tables: Sequence[Table] = (), marked: Sequence[int] = ()) -> tuple[Section, ...]:
    """Return the sections in order of the text; a part that stands twice gives two sections.

    Args:
        text: the text of a report.
        tables: its tables; they tell the parts two to four where a heading is lost.
        marked: offsets of lines that the format marks as headings.

    >>> [s.section for s in find_sections("某局报告\\n一、总体情况\\n平稳。\\n五、存在的主要问题\\n更新慢。")]
    ['overview', 'problems']
    """
    end = _end(text)
    found = _ordered(_candidates(text, end, frozenset(marked)))
    found = _joined(text, _without_annex(_raised(_without_points(found))))
    found = _with_lost(text, end, found, tables)
    return _cut(text, found, end)


# --- headings as printed -----------------------------------------------------------------------


def _candidates(text: str, end: int, marked: frozenset[int]) -> list[_Heading]:
    listed = _listing_lines(text)
    numbered = [*_from(_NUMBERED, text, listed), *_from(_INSIDE, text, listed, only_form=True)]
    if len({heading.code for heading in numbered}) < _NAMED:
        numbered += _from(_OTHER_NUMBER, text, listed)
    if len({heading.code for heading in numbered}) < _NAMED:
        numbered += _from(_LABELLED, text, listed)
    plain = [heading for heading in _from(_LINE, text, listed, only_form=True) if _is_whole_line(text, heading)]
    plain += [heading for start in marked if (heading := _heading_at(text, start))]
    codes = {heading.code for heading in numbered}
    if (
        len(codes) >= _NAMED
    ):  # beside numbered headings a bare line counts only for a part that they lack: menus repeat names
        first = min(heading.start for heading in numbered)
        plain = [heading for heading in plain if heading.code not in codes and heading.start > first]
    return [heading for heading in [*numbered, *plain] if heading.start < end]


def _is_whole_line(text: str, heading: _Heading) -> bool:
    return text[heading.body : heading.body + 1] in {"", "\n"}


def _from(
    pattern: re.Pattern[str], text: str, listed: Sequence[tuple[int, int]], *, only_form: bool = False
) -> Iterator[_Heading]:
    for match in pattern.finditer(text):
        if any(start <= match.start() < end for start, end in listed):
            continue
        title = match[2]
        if only_form and not _patterns().form.match(re.sub(r"[ \t]", "", title) if " " in title else title):
            continue
        heading = _heading(text, match)
        if heading is not None and (heading.form or not only_form):
            yield heading


def _heading_at(text: str, start: int) -> _Heading | None:
    """The heading on a line that the format marks, in any wording, with or without a number."""
    match = _NUMBERED.match(text, start) or _OTHER_NUMBER.match(text, start) or _LINE.match(text, start)
    return _heading(text, match) if match else None


def _heading(text: str, match: re.Match[str]) -> _Heading | None:
    start = match.start(1) if match[1] else match.start(2)
    number = _value(match[1])
    line = re.split("[。；;]", match[2])[0]
    for title, form in _titles(text, match.start(2), line):
        bare = re.sub(r"\s", "", title).rstrip("：:.")
        refused = not form and _patterns().refused.fullmatch(bare) is not None
        code = None if refused else _code(bare, form=form)
        if code:
            end = match.start(2) + len(title.rstrip("：: \t\n."))
            body = end + (text[end : end + 1] in tuple("：:。."))
            return _Heading(code, start, end, body, form, number)
    return None


def _titles(text: str, start: int, line: str) -> Iterator[tuple[str, bool]]:
    """The titles that a line may hold, likeliest first: with the next line, whole, up to a colon, up to stuck text."""
    stop = start + len(line)
    if text[stop : stop + 1] == "\n":
        following = re.match(r"[^\n，。；：:|\t]{1,12}(?=\n|$)", text[stop + 1 :])
        if following:
            yield line + "\n" + following[0], True
    yield line, True
    for stuck in _patterns().stuck.finditer(line):
        yield line[: stuck.start()], True
    if "(" in line or "（" in line or " " in line.strip():
        yield re.split("[ (（]", line.strip())[0], True
    yield line, False
    if "：" in line or ":" in line:
        yield re.split("[：:]", line)[0] + "：", False
    for stuck in _patterns().stuck.finditer(line):
        if stuck.start() >= 2:
            yield line[: stuck.start()], False
    prefix = _patterns().form.match(line)
    if prefix and len(line) - prefix.end() <= _STUCK:
        yield prefix[0], True


def _code(title: str, *, form: bool) -> str | None:
    match = (_patterns().form if form else _patterns().free).fullmatch(title)
    return match.lastgroup if match else None


@lru_cache(maxsize=4096)
def code_of_title(title: str) -> str | None:
    """Return the part that a heading worded as in the form opens.

    >>> code_of_title("存在的主要问题及改进情况"), code_of_title("其他")
    ('problems', None)
    """
    return _code(re.sub(r"\s", "", title).rstrip("：:."), form=True)


def _value(number: str) -> int:
    digits = re.search(rf"{NUMERAL}|\d+", number)
    return read_numeral(digits[0]) if digits else 0


def _listing_lines(text: str) -> list[tuple[int, int]]:
    """Sentences that list the parts of the report (本报告由总体情况、…组成)."""
    found = []
    for match in _LISTING.finditer(text, 0, _HEAD):
        start = max(text.rfind(mark, 0, match.start()) for mark in "\n。") + 1
        end = min(at for mark in "\n。" if (at := text.find(mark, match.end())) >= 0 or (at := len(text)))
        sentence = text[start:end]
        if re.search("[，、]", sentence) and len({m.lastgroup for m in _patterns().form.finditer(sentence)}) >= _LISTED:
            found.append((start, end))
    return found


def _end(text: str) -> int:
    """Where the report ends: before an annex, and before the buttons and links of its page."""
    annex = next((m for m in _patterns().annex.finditer(text) if m.start() > len(text) // 3), None)
    foot = _patterns().foot.search(text, text.rfind("。") + 1)
    return min(match.start() if match else len(text) for match in (annex, foot))


# --- which of them hold ------------------------------------------------------------------------


def _ordered(found: list[_Heading]) -> list[_Heading]:
    """By place; of two at one place the one of the form, then the longer."""
    kept: list[_Heading] = []
    for heading in sorted(found, key=lambda h: (h.start, not h.form, -h.end)):
        if not kept or heading.start >= kept[-1].end:
            kept.append(heading)
    return kept


def _without_points(found: list[_Heading]) -> list[_Heading]:
    """Inside the problems part, numbers that start again are points of it, unless worded as in the form."""
    kept: list[_Heading] = []
    for heading in found:
        last = kept[-1] if kept else None
        inside = last is not None and last.code == "problems"
        if inside and last and not heading.form and heading.code != "problems" and heading.number <= last.number:
            continue
        kept.append(heading)
    return kept


def _raised(found: list[_Heading]) -> list[_Heading]:
    """Sub-topics of part one raised to top level: what stands before a second 主动公开 further on is overview."""
    proactive = [index for index, heading in enumerate(found) if heading.code == "proactive"]
    if len(proactive) < 2 or found[proactive[-1]].number <= 2 or proactive[0] > 1:
        return found
    last = proactive[-1]
    return [*(replace(heading, code="overview") for heading in found[:last]), *found[last:]]


def _without_annex(found: list[_Heading]) -> list[_Heading]:
    """An annex starts again at one behind the last parts."""
    for index, heading in enumerate(found):
        before = {h.code for h in found[:index]}
        if heading.number == 1 and index and found[index - 1].number > 3 and {"problems", "overview"} <= before:
            return found[:index]
    return found


def _joined(text: str, found: list[_Heading]) -> list[_Heading]:
    """A heading printed twice in a row is one; parts of the overview stay one section."""
    kept: list[_Heading] = []
    for heading in found:
        last = kept[-1] if kept else None
        if last and last.code == heading.code:
            if not text[last.body : heading.start].strip():
                kept[-1] = replace(last, body=heading.body)
                continue
            if heading.code == "overview":
                continue
        kept.append(heading)
    return kept


# --- lost headings -----------------------------------------------------------------------------


def _with_lost(text: str, end: int, found: list[_Heading], tables: Sequence[Table]) -> list[_Heading]:
    for code, pattern in _patterns().table:
        if all(heading.code != code for heading in found):
            starts = [_line_start(text, match.start()) for match in pattern.finditer(text, 0, end)]
            starts += [table.offset for table in tables if any(pattern.search(c.text) for c in table.grid.cells)]
            found = _insert(found, code, sorted(starts), before=_before(code))
    for code, pattern in _patterns().lost:
        if all(heading.code != code for heading in found):
            starts = [match.start() for match in pattern.finditer(text, 0, end)]
            found = _insert(
                found, code, starts, before={"proactive", "requests", "disputes", *_before(code)} - {"overview"}
            )
    return found


def _before(code: str) -> set[str]:
    return {"", *SECTIONS[: SECTIONS.index(code)]}


def _insert(found: list[_Heading], code: str, starts: list[int], *, before: set[str]) -> list[_Heading]:
    """Open a section without heading at the first start that stands in a part that comes before it in the form."""
    for start in starts:
        inside = next((h for h in reversed(found) if h.start <= start), None)
        if inside is None and "" in before and code in {"problems", "other_matters"}:
            continue
        name = inside.code if inside else ""
        if name in before and (inside is None or start >= inside.body):
            return sorted([*found, _Heading(code, start, start, start)], key=lambda h: h.start)
    return found


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


# --- cutting -----------------------------------------------------------------------------------


def _cut(text: str, found: list[_Heading], end: int) -> tuple[Section, ...]:
    sections = []
    first = found[0].start if found else end
    start, stop = _trim(text, _title_end(text, first), first)
    if start < stop:
        sections.append(Section("preamble", None, start, stop, text[start:stop]))
    for index, heading in enumerate(found):
        start, stop = _trim(text, heading.body, found[index + 1].start if index + 1 < len(found) else end)
        if heading.start == heading.end:
            sections.append(Section(heading.code, None, start, stop, text[start:stop]))
            continue
        printed = text[heading.start : heading.end]
        sections.append(Section(heading.code, printed, start, stop, text[start:stop], heading.start, heading.end))
    return tuple(sections)


def _title_end(text: str, first: int) -> int:
    """Where the title above the preamble ends; the last line of the head that ends in 报告 and holds no sentence."""
    end = 0
    for match in _TITLE.finditer(text, 0, first):
        if "。" in text[: match.start()]:
            break
        end = match.end()
    return end


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, max(start, end)
