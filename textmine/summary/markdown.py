"""Content → Markdown that renders on code hosts; report text cannot become markup."""

from __future__ import annotations

import re
from typing import Final

from textmine.summary.content import Cell, Column, Evidence, Section, SummaryContent, Table, format_value
from textmine.summary.words import Words, load_words

_SPECIAL: Final = re.compile(r"([\\`*_\[\]|~#$@])")
_RIGHT: Final = {"count", "share", "number", "interval", "range", "p", "year"}


def escape_markdown(text: str) -> str:
    r"""Return text as it is to be read, whatever marks it holds.

    >>> escape_markdown("a|b <script> *c* http://d.e")
    'a\\|b &lt;script&gt; \\*c\\* http:\\/\\/d.e'
    """
    text = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # code hosts make links of bare addresses; isolate marks that turn the direction of what follows
    text = text.replace("://", ":\\/\\/").replace("www.", "www\\.")
    return f"⁨{text}⁩" if re.search("[‎‏‪-‮⁦-⁩]", text) else text


def render_markdown(content: SummaryContent) -> str:
    """Return the summary as Markdown; figures stand as their tables."""
    words = load_words(content.lang)
    anchors = {group.key for section in content.sections for group in section.quotes}
    lines = [f"# {escape_markdown(content.title)}", "", escape_markdown(content.subtitle), ""]
    lines += ["| " + " | ".join(label for label, _, _ in content.facts) + " |"]
    lines += ["|" + "---|" * len(content.facts)]
    lines += ["| " + " | ".join(format_value(cell.value, kind) for _, cell, kind in content.facts) + " |", ""]
    lines += [f"- [{escape_markdown(section.title)}](#{section.key})" for section in content.sections]
    for section in content.sections:
        lines += _section(section, words, anchors)
    lines += ["", "---", "", words("ui", "evidence_how")]
    return "\n".join(lines) + "\n"


def _section(section: Section, words: Words, anchors: set[str]) -> list[str]:
    lines = ["", f'<a id="{section.key}"></a>', "", f"## {escape_markdown(section.title)}", ""]
    if section.intro:
        lines += [escape_markdown(section.intro), ""]
    for sentence in section.sentences:
        target = evidence_anchor(sentence.evidence, anchors)
        link = f" [{words('ui', 'evidence')}](#{target})" if target else ""
        lines.append(f"- {escape_markdown(sentence.text)}{link}")
    for table in section.tables:
        lines += ["", *_table(table, words, anchors)]
    for group in section.quotes:
        lines += ["", f'<a id="{group.key}"></a>', "", f"### {escape_markdown(group.title)}", ""]
        for quote in group.quotes:
            place = words("labels", "offsets", start=quote.start, end=quote.end)
            more = f" · {escape_markdown(quote.why)}" if quote.why else ""
            told = f"{escape_markdown(quote.source)}{more} · {escape_markdown(quote.path)} · {place}"
            told += f" · {escape_markdown(quote.statement_id)}"
            lines += [f"> {escape_markdown(quote.text)}", ">", f"> <sub>{told}</sub>", ""]
    return lines


def evidence_anchor(evidence: Evidence | None, anchors: set[str]) -> str | None:
    """Return the key of the quotes that show a figure's theme and role; ``None`` where there are none."""
    if evidence is None or evidence.theme is None:
        return None
    for role in (evidence.role, "problem", "measure") if evidence.role != "any" else ("problem", "measure"):
        key = f"typical_{evidence.theme}_{role}"
        if key in anchors:
            return key
    return None


def _table(table: Table, words: Words, anchors: set[str]) -> list[str]:
    lines = [f"**{escape_markdown(table.title)}**", ""]
    lines.append("| " + " | ".join(escape_markdown(column.label) for column in table.columns) + " |")
    lines.append("|" + "|".join("---:" if column.kind in _RIGHT else "---" for column in table.columns) + "|")
    for row in table.rows:
        cells = (_cell(cell, column, words, anchors) for cell, column in zip(row, table.columns, strict=True))
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, "", escape_markdown(table.note)] if table.note else lines


def _cell(cell: Cell, column: Column, words: Words, anchors: set[str]) -> str:
    text = escape_markdown(format_value(cell.value, column.kind))
    if cell.mark and column.kind in ("count", "share"):
        text += "\\*"
    target = evidence_anchor(cell.evidence, anchors)
    return f"[{text}](#{target})" if target and column.kind == "count" else text
