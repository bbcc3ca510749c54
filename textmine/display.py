"""How reports and tables of themes show themselves in Jupyter: HTML that stands for itself, text always escaped.

>>> from textmine.display import show_report, show_themes
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from textmine.records import Report, Statement, Tag
from textmine.summary.words import Words, load_words
from textmine.themes.codebook import load_codebook

if TYPE_CHECKING:
    import pandas as pd

#: role -> its colour as text and as ground, light and dark (the colours of the summary)
_STYLE: Final = """
.textmine { font: 0.95rem/1.75 "Source Han Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  color: #24221f; background: #fdfcf9; padding: 0.8rem 1rem; border: 1px solid #ddd7ca; border-radius: 0.3rem; }
.textmine h3 { margin: 0 0 0.2rem; font-size: 1.15rem; } .textmine h4 { margin: 0.9rem 0 0.2rem; font-size: 0.95rem; }
.textmine dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 0.8rem; margin: 0; color: #615c53; }
.textmine dd { margin: 0; color: #24221f; } .textmine p { margin: 0; white-space: pre-wrap; }
.textmine .s { border-bottom: 2px solid; } .textmine .problem { border-color: #b4482a; background: #f8e9e2; }
.textmine .measure { border-color: #1f6a94; background: #e3eef5; } .textmine .context { border-color: #b9b2a3; }
.textmine .t { font-size: 0.75rem; border: 1px solid #b9b2a3; border-radius: 0.8rem; padding: 0 0.4rem;
  margin-left: 0.2rem; white-space: nowrap; background: #fff; }
.textmine mark { background: #fff0c9; color: inherit; font-weight: 600; }
.textmine summary { cursor: pointer; } .textmine table { border-collapse: collapse; }
.textmine td, .textmine th { padding: 0.15rem 0.8rem 0.15rem 0; text-align: right; border-bottom: 1px solid #ddd7ca; }
.textmine th:first-child { text-align: left; }
.textmine .bar { display: inline-block; height: 0.6rem; background: #b4482a; }
.textmine .bar.measure { background: #1f6a94; } .textmine .few { color: #8a8478; font-style: italic; }
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """HTML that a notebook shows; as text, a line that says what it is."""

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


def show_report(
    report: Report, statements: Iterable[Statement] = (), tags: Iterable[Tag] = (), *, lang: str = "zh"
) -> Shown:
    """Return a report with its sections, statements underlined by role, words that spoke for a theme marked.

    Args:
        report: what :func:`textmine.parse_report` gives.
        statements, tags: of the report; those of other reports are left out.
        lang: language of the labels.

    >>> from textmine.parse import parse_report
    >>> from textmine.read import read_bytes
    >>> text = "甲县水利局2022年政府信息公开工作年度报告\\n一、总体情况\\n工作平稳。"
    >>> show_report(parse_report(read_bytes(text.encode(), "a.txt")))
    Report('甲县水利局', 2022, 1 sections, 0 statements)
    """
    words = load_words(lang)
    own = sorted((s for s in statements if s.report_id == report.report_id), key=lambda s: s.start)
    by_statement: dict[str, list[Tag]] = {}
    for tag in tags:
        by_statement.setdefault(tag.statement_id, []).append(tag)
    parts = [_head(report, words)]
    for section in report.sections:
        inside = [s for s in own if section.start <= s.start and s.end <= section.end]
        body = _section(report.text, section.start, section.end, inside, by_statement, words)
        heading = escape(section.heading or section.section)
        opened = " open" if inside else ""
        parts.append(f"<details{opened}><summary><strong>{heading}</strong></summary><p>{body}</p></details>")
    name = report.metadata.agency.value if report.metadata.agency else report.path
    year = report.metadata.year.value if report.metadata.year else "?"
    told = f"Report({name!r}, {year}, {len(report.sections)} sections, {len(own)} statements)"
    return Shown(_wrap("".join(parts)), told)


def _head(report: Report, words: Words) -> str:
    meta = report.metadata
    rows = [("agency", meta.agency), ("year", meta.year), ("level", meta.level), ("kind", meta.kind)]
    listed = [(words.label(key), words.value(key, field.value)) for key, field in rows if field is not None]
    listed.append((words.label("layout"), words.value("layout", report.layout)))
    listed.append((words.label("file"), report.path))
    title = meta.title.value if meta.title else report.path
    items = "".join(f"<dt>{escape(key)}</dt><dd><bdi>{escape(value)}</bdi></dd>" for key, value in listed)
    return f"<h3><bdi>{escape(title)}</bdi></h3><dl>{items}</dl>"


def _section(
    text: str, start: int, end: int, inside: Sequence[Statement], tags: Mapping[str, Sequence[Tag]], words: Words
) -> str:
    parts, at = [], start
    for statement in inside:
        own = tags.get(statement.statement_id, ())
        parts.append(escape(text[at : statement.start]))
        body = _marked(text, statement, own)
        chips = "".join(f'<span class="t">{escape(_theme_name(tag.theme, words))}</span>' for tag in own)
        role = escape(words.label(statement.role))
        parts.append(f'<bdi class="s {statement.role}" title="{role}">{body}</bdi>{chips}')
        at = statement.end
    parts.append(escape(text[at:end]))
    return "".join(parts)


def _marked(text: str, statement: Statement, tags: Iterable[Tag]) -> str:
    """The statement with the words that spoke for its themes marked; marks that overlap are one."""
    spans = sorted((t.start, t.end) for t in tags if t.start is not None and t.end is not None)
    parts, at = [], statement.start
    for begin, stop in spans:
        begin, stop = max(begin, at), min(stop, statement.end)
        if begin < stop:
            parts += [escape(text[at:begin]), f"<mark>{escape(text[begin:stop])}</mark>"]
            at = stop
    return "".join([*parts, escape(text[at : statement.end])])


def _theme_name(code: str, words: Words) -> str:
    for theme in load_codebook().themes:
        if theme.code == code:
            return theme.name_zh if words.lang == "zh" else theme.name_en
    return code


def show_themes(shares: pd.DataFrame, *, lang: str = "zh") -> Shown:
    """Return what :func:`textmine.analysis.prevalence` gives as a table with bars.

    >>> from textmine.analysis import prevalence
    >>> from textmine.analysis.demo import make_frames
    >>> show_themes(prevalence(make_frames(20), themes=["training"]), lang="en")
    ThemeTable(2 rows)
    """
    import pandas as pd

    from textmine.summary.content import format_value

    words = load_words(lang)
    fixed = ("theme", "role", "count", "n", "estimate", "low", "high", "small")
    known = {*fixed, "unit", "n_reports", "raw", "raw_low", "raw_high", "method", "n_coded"}
    groups = [column for column in shares.columns if column not in known]
    names = ["theme", "role", *groups, "count", "n", "share", "interval"]
    rows = ["<tr>" + "".join(f"<th>{escape(words.label(name))}</th>" for name in names) + "<th></th></tr>"]
    for row in shares.to_dict("records"):
        missing = pd.isna(row["estimate"])
        share = None if missing else float(row["estimate"])
        bounds = (None, None) if missing else (float(row["low"]), float(row["high"]))
        cells = [words.label(row["role"]), *(words.value(group, row[group]) for group in groups)]
        cells += [format_value(int(row["count"]), "count"), format_value(int(row["n"]), "count")]
        cells += [format_value(share, "share"), format_value(bounds, "interval")]
        told = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        bar = f'<span class="bar {escape(row["role"])}" style="width: {round(120 * (share or 0))}px"></span>'
        few = f' class="few" title="{escape(words.label("small"))}"' if row["small"] else ""
        rows.append(f"<tr{few}><th>{escape(_theme_name(row['theme'], words))}</th>{told}<td>{bar}</td></tr>")
    return Shown(_wrap(f"<table>{''.join(rows)}</table>"), f"ThemeTable({len(shares)} rows)")


def _wrap(body: str) -> str:
    return f'<div class="textmine"><style>{_STYLE}</style>{body}</div>'
