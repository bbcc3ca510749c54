"""A report as a flow of blocks, the same for every format: titles, headings, paragraphs, tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from demo_files.forms import Form, lay_out
from demo_files.source import TABLES, Part, ReportSource

Kind = Literal["title", "heading", "paragraph", "signature", "table", "picture"]
#: rows of a table above its first number
_HEADER_ROWS: Final = {"proactive": 2, "requests": 3, "disputes": 3, "annex": 1}


@dataclass(frozen=True)
class Block:
    kind: Kind
    text: str = ""
    form: Form | None = None


def make_flow(source: ReportSource) -> list[Block]:
    """The blocks of a report in order."""
    blocks = [] if "no_title" in source.mess else [Block("title", line) for line in source.title]
    blocks += [Block("paragraph", line) for line in source.preamble]
    for part in source.parts:
        blocks += _part(source, part)
    return blocks + [Block("signature", line) for line in source.option("signature", ())]


def _part(source: ReportSource, part: Part) -> list[Block]:
    blocks = [Block("heading", part.heading)] * (2 if part.again else 1) if part.heading else []
    paragraphs = part.paragraphs
    if part.stuck:
        blocks, paragraphs = [], [part.heading + paragraphs[0], *paragraphs[1:]]
    blocks += [Block("paragraph", line) for line in paragraphs]
    if part.section in TABLES and part.table != "no":
        if part.table == "picture":
            return [*blocks, Block("picture", part.section)]
        form = lay_out(source, part.section)
        if part.table == "header":
            rows = _HEADER_ROWS[part.section]
            slots = tuple(slot for slot in form.slots if slot.row < rows)
            blocks.append(Block("table", form=Form(form.code, rows, form.n_columns, slots, form.widths)))
        else:
            blocks.append(Block("table", form=form))
    return blocks
