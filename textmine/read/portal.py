"""What portals print around an article: navigation, buttons, labelled lines; known words are data (``portal.toml``)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from textmine.errors import TemplateError
from textmine.records import Block

_NAME: Final = "data/portal.toml"
_PUNCTUATION: Final = r"[\s\u00a0\u3000【】\[\]（）()〖〗「」|｜/、,，:：;；·•>»《》-]"
#: the share of a paragraph's characters that are links, from which it is navigation
_LINKS: Final = 0.8
#: a heading of a part, which no navigation prints outside links
_HEADING: Final = re.compile(r"\s*(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[）)])")


@dataclass(frozen=True, slots=True)
class Words:
    """The known words: paragraphs of buttons, and lines with a label."""

    buttons: re.Pattern[str]
    weak: re.Pattern[str]
    lines: re.Pattern[str]


@cache
def load_words() -> Words:
    """Return the packaged words of portals.

    Raises:
        TemplateError: the file is malformed.

    >>> bool(load_words().buttons.fullmatch("【打印本页】【关闭窗口】"))
    True
    """
    text = resources.files("textmine").joinpath(_NAME).read_text("utf-8")
    try:
        data = tomllib.loads(text)
        if set(data) != {"buttons", "weak", "lines"}:
            raise TemplateError(f"{_NAME}: the keys must be buttons, weak and lines, not {sorted(data)}")
        buttons, weak = (
            re.compile(f"(?:{_PUNCTUATION}|{'|'.join(sorted(map(re.escape, data[key]), key=len, reverse=True))})+")
            for key in ("buttons", "weak")
        )
        return Words(buttons, weak, re.compile(data["lines"], re.IGNORECASE))
    except (tomllib.TOMLDecodeError, re.error) as error:
        raise TemplateError(f"{_NAME}: {error}") from error


@dataclass(frozen=True, slots=True)
class Printed:
    """A block of a page and how many of its characters are links to other pages."""

    block: Block
    linked: int = 0


def drop_furniture(printed: list[Printed]) -> list[Block]:
    """Return the blocks without buttons, and without navigation and labelled lines around the running text.

    Between the first and the last running text (a sentence, a numbered heading, a table) only buttons are dropped.

    >>> from textmine.records import Piece
    >>> lines = ["首页", "某县2022年年度报告", "一、总体情况", "平稳。", "【打印】【关闭】", "上一篇：通知"]
    >>> printed = [Printed(Block((Piece(line),)), linked=2 if line == "首页" else 0) for line in lines]
    >>> [block.text for block in drop_furniture(printed)]
    ['某县2022年年度报告', '一、总体情况', '平稳。']
    """
    running = [at for at, item in enumerate(printed) if _is_running(item)]
    first, last = (running[0], running[-1]) if running else (len(printed), -1)
    kept = []
    for at, item in enumerate(printed):
        if is_button(item.block.text) and item.block.grid is None:
            continue
        if first <= at <= last or not (_is_navigation(item) or is_line(item.block.text)):
            kept.append(item.block)
    return kept


def is_button(text: str) -> bool:
    """Whether a paragraph consists of the words of buttons.

    >>> is_button("字体：大 中 小"), is_button("中")
    (True, False)
    """
    tight = re.sub(r"\s", "", text)
    words = load_words()
    if not re.sub(_PUNCTUATION, "", tight):
        return False
    return bool(words.buttons.fullmatch(tight)) and not words.weak.fullmatch(tight)


def is_line(text: str) -> bool:
    """Whether a paragraph is a line that portals print around an article: 上一篇, 责任编辑, 浏览次数 …"""
    return "。" not in text and bool(load_words().lines.fullmatch(re.sub(r"\s", "", text)))


def _is_navigation(item: Printed) -> bool:
    """Nearly all of a paragraph is links, it is no heading, and it says of itself that it is no annex."""
    text = re.sub(_PUNCTUATION, "", item.block.text)
    if item.block.grid is not None or item.block.heading_level or text.startswith("附件"):
        return False
    return bool(text) and item.linked >= _LINKS * len(text)


def _is_running(item: Printed) -> bool:
    text = item.block.text
    if item.block.grid is not None:
        return True
    return not _is_navigation(item) and not is_line(text) and ("。" in text or bool(_HEADING.match(text)))


def holds_text(element: Any) -> bool:
    """Whether an element holds running text outside links: two sentences, or a numbered heading, or a filled table."""
    sentences = 0
    for item in element.iter():
        if not isinstance(item.tag, str) or item.tag in {"script", "style"}:
            continue
        own = [item.text if item.tag != "a" else None, *(child.tail for child in item)]
        for text in filter(None, own):
            sentences += text.count("。")
            if _HEADING.match(text):
                return True
    return sentences > 1
