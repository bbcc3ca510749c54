"""Plain text and Markdown, and the mess that text collects on its way."""

from __future__ import annotations

import codecs
import re
from typing import Final

from demo_files.flow import Block, make_flow
from demo_files.forms import Form
from demo_files.source import ReportSource

#: characters that PDF fonts give as radicals
KANGXI: Final = dict(
    zip("一工行民门人大小用文见自立生日月目水车长页", "⼀⼯⾏⺠⻔⼈⼤⼩⽤⽂⻅⾃⽴⽣⽇⽉⽬⽔⻋⻓⻚", strict=True)
)
_FULL: Final = {ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}
#: some characters of a mirror that prints their reading behind them
_READINGS: Final = {"鎮": "zhèn", "鄉": "xiāng", "縣": "xiàn"}


def write_text(source: ReportSource) -> bytes:
    """The bytes of a text or Markdown file."""
    lines: list[str] = []
    markdown = source.format == "markdown"
    for block in make_flow(source):
        lines += _block(source, block, markdown=markdown)
    text = make_mess(source, "\n".join(lines) + "\n")
    if "crlf" in source.mess:
        text = text.replace("\n", "\r\n")
    data = text.encode(source.encoding)
    if source.option("bom"):
        marks = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
        data = marks[source.encoding] + data
    return data


def _block(source: ReportSource, block: Block, *, markdown: bool) -> list[str]:
    if block.form is not None:
        style = source.option(block.form.code, {}).get("style") or source.option(
            "tables", "grid" if markdown else "tabs"
        )
        return ["", *flatten(block.form, style), ""]
    if block.kind == "picture":
        return [f"![]({block.text}.png)" if markdown else "[图片]", ""]
    if markdown:
        mark = {"title": "# ", "heading": "## "}.get(block.kind, "")
        if block.kind == "heading" and "bold_headings" in source.mess:
            return [f"**{block.text}**", ""]
        return [mark + block.text, ""]
    indent = "" if block.kind in {"title", "heading"} or "no_indent" in source.mess else "　　"
    return [indent + block.text]


def flatten(form: Form, style: str) -> list[str]:
    """A table as lines of text, in one of the ways in which tables are lost."""
    if style == "tabs":  # as a browser copies a table
        return ["\t".join(row) for row in form.rows()]
    if style == "cells":  # each cell a paragraph of its own
        return [text for row in form.rows() for text in row]
    if style == "oneline":
        return [" ".join(text for row in form.rows() for text in row)]
    if style == "spaces":
        return [" ".join(row) for row in form.rows()]
    if style == "pipes":
        return [" | ".join(row) + " |" for row in form.rows()]
    if style == "grid":  # a Markdown table, spans left blank
        rows = form.rows(spread=True)
        rule = "|" + " --- |" * form.n_columns
        return ["| " + " | ".join(rows[0]) + " |", rule, *("| " + " | ".join(row) + " |" for row in rows[1:])]
    raise ValueError(f"no table style {style!r}")


def make_mess(source: ReportSource, text: str) -> str:
    """The text with what its way to the file did to it."""
    for entry in source.mess:
        name, _, argument = entry.partition(":")
        if name == "traditional":
            text = _traditional(text)
        elif name == "spaces":
            for word in argument.split(","):
                text = text.replace(word, " ".join(word))
        elif name == "fullwidth":
            text = text.translate(_FULL)
        elif name == "kangxi":
            text = "".join(KANGXI.get(char, char) if n % 2 else char for n, char in enumerate(text))
        elif name == "halfwidth":
            text = halfwidth(text)
        elif name == "wrap":
            text = _wrap(text, int(argument))
        elif name == "pages":
            text = _pages(text, int(argument))
    return text


def halfwidth(text: str) -> str:
    """The text with half-width marks where many writers type them."""
    return text.translate(str.maketrans("（），：", "(),:"))


def _traditional(text: str) -> str:
    from opencc import OpenCC

    changed: str = OpenCC("s2t").convert(text)
    if OpenCC("t2s").convert(changed) != text:
        raise ValueError("the traditional text does not lead back")
    return re.sub("[鎮鄉縣]", lambda match: f"{match[0]}({_READINGS[match[0]]})", changed, count=6)


def _wrap(text: str, width: int) -> str:
    """Lines cut at a fixed width, in the middle of words; a table row is left alone."""
    lines = []
    for line in text.split("\n"):
        cut = line if "\t" in line or "|" in line else "\n".join(re.findall(f".{{1,{width}}}", line))
        lines.append(cut)
    return "\n".join(lines)


def _pages(text: str, height: int) -> str:
    """A page mark every so many lines, wherever that falls."""
    lines = []
    page = 0
    for number, line in enumerate(text.split("\n"), 1):
        lines.append(line)
        if number % height == 0:
            page += 1
            lines.append(f"- {page} -")
    return "\n".join(lines)
