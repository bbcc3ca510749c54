"""Sections by their headings: a numbered line whose words say which part it opens."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Final

from textmine.records import Section

_NUMBERED: Final = re.compile(
    r"^[ \t]*([一二三四五六七八九十]{1,3})[ \t]*[、.．,，][ \t]*([^\n\t|]{2,60})", re.MULTILINE
)
_TABLE_ROW: Final = re.compile(r"本年度?办理结果|结转下年度|本年新收|上年结转")
_SENTENCE: Final = re.compile(r"[。；;]")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    data = resources.files("textmine").joinpath("data/headings.toml").read_text("utf-8")
    return tuple((entry["code"], re.compile(entry["pattern"])) for entry in tomllib.loads(data)["section"])


def find_sections(text: str) -> tuple[Section, ...]:
    """Return the sections in order of the text; a part that stands twice gives two sections.

    >>> [s.section for s in find_sections("某局报告\\n一、总体情况\\n平稳。\\n五、存在的主要问题\\n更新慢。")]
    ['preamble', 'overview', 'problems']
    """
    found: list[tuple[str, int, int]] = []
    for match in _NUMBERED.finditer(text):
        if _TABLE_ROW.match(match[2]):
            continue
        cut = _SENTENCE.search(match[2])
        title = match[2][: cut.start()] if cut else match[2]
        code = _code(re.sub(r"\s", "", title).rstrip("：:"))
        if code:
            end = match.start(2) + len(title)
            found.append((code, match.start(1), end + (text[end : end + 1] in tuple("：:。"))))
    return _cut(text, found)


def _code(title: str) -> str | None:
    return next((code for code, pattern in _patterns() if pattern.fullmatch(title)), None)


def _cut(text: str, found: list[tuple[str, int, int]]) -> tuple[Section, ...]:
    sections = []
    first = found[0][1] if found else len(text)
    if text[:first].strip():
        start, end = _trim(text, 0, first)
        sections.append(Section("preamble", None, start, end, text[start:end]))
    for index, (code, heading_start, heading_end) in enumerate(found):
        stop = found[index + 1][1] if index + 1 < len(found) else len(text)
        start, end = _trim(text, heading_end, stop)
        heading = text[heading_start:heading_end]
        sections.append(Section(code, heading, start, end, text[start:end], heading_start, heading_end))
    return tuple(sections)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
