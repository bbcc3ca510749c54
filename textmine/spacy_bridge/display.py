"""Pictures of reports by displaCy: sections, roles and themes, in notebooks and as a page of their own.

Colours are fixed and never the only sign: every bar carries its label, and a grey line under it shows how far a pale
bar goes. They are those of Paul Tol's schemes "light"
(bars; made for black labels on colour) and "muted" (edges of sections), which readers with any common colour blindness
tell apart (https://sronpersonalpages.nl/~pault/). Themes have the colour of their group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal

from textmine.records import ROLES, Report, Section, Statement
from textmine.spacy_bridge.documents import from_doc, text_to_doc, to_doc
from textmine.themes.codebook import Codebook, load_codebook

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from textmine.pipeline import Mined

Lang = Literal["zh", "en"]

ROLE_COLOURS: Final = {"problem": "#EE8866", "measure": "#77AADD", "context": "#DDDDDD"}
#: in the order of the groups of the packaged codebook; further groups begin again
GROUP_COLOURS: Final = ("#EEDD88", "#44BB99", "#99DDFF", "#FFAABB", "#BBCC33")
SECTION_COLOURS: Final = {
    "preamble": "#999933",
    "overview": "#117733",
    "proactive": "#44AA99",
    "requests": "#88CCEE",
    "disputes": "#332288",
    "problems": "#CC6677",
    "other_matters": "#AA4499",
}
SECTION_NAMES: Final = {
    "preamble": "前言",
    "overview": "总体情况",
    "proactive": "主动公开",
    "requests": "依申请公开",
    "disputes": "行政复议、行政诉讼",
    "problems": "问题及改进",
    "other_matters": "其他事项",
}
_STYLE: Final = """
.textmine{font-family:system-ui,"Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",sans-serif;
color:#000;background:#fff;max-width:56rem;margin:0 auto;padding:0 1rem;font-size:16px}
.textmine section{border-left:6px solid;padding:0 0 0 1rem;margin:1.5rem 0}
.textmine h1{font-size:1.4rem}.textmine h2{font-size:1.05rem;margin:.2rem 0}
.textmine .code{font-weight:normal;color:#555;font-size:.85rem;margin-left:.6rem}
.textmine .spans{margin:.2rem 0 .6rem;overflow-wrap:anywhere}.textmine .spans>span{font-weight:normal!important}
.textmine .spans>span>span>span{white-space:nowrap;font-size:.68em!important}
.textmine .legend{display:flex;flex-wrap:wrap;gap:.4rem .8rem;padding:0;list-style:none;font-size:.85rem}
.textmine .legend span{padding:.1rem .4rem;border-radius:3px;color:#000}
.textmine .spans>span>span:empty{box-shadow:0 1px #767676}.textmine .legend span{box-shadow:0 0 0 1px #767676}
@media screen and (prefers-color-scheme:dark){.textmine{color:#ececec;background:#16181b}.textmine .code{color:#b5b5b5}
.textmine section[data-section=overview]{border-color:#3fa35c!important}
.textmine section[data-section=disputes]{border-color:#8577d6!important}}
"""


#: of a page of its own: the ground around the report
_PAGE: Final = """
body{margin:0;padding:.5rem 0 2rem;background:#fff}
@media screen and (prefers-color-scheme:dark){body{background:#16181b}}
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A report drawn as HTML; a notebook shows it as the value of a cell."""

    title: str
    body: str

    def _repr_html_(self) -> str:
        return self.body

    def page(self) -> str:
        """Return a whole page that needs no other file."""
        return (
            '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta name="color-scheme" content="light dark"><title>{escape(self.title)}</title>'
            f"<style>{_PAGE}</style></head>\n<body>{self.body}</body></html>\n"
        )


def draw(report: Report | Mined | Doc, *, codebook: Codebook | None = None, lang: Lang = "zh") -> Picture:
    """Return a picture of a report: a block for each section, bars for roles and themes under the words they lie on.

    Args:
        report: a parsed report, what ``mine_file`` returned, or a document with our span groups.
        codebook: the names of themes and roles; without one, the packaged codebook.
        lang: names in Chinese (``zh``) or English (``en``).

    >>> from textmine.spacy_bridge import text_to_doc
    >>> draw(text_to_doc("没有标题。")).title
    '政府信息公开工作年度报告'
    """
    mined = from_doc(_as_doc(report))
    names = _Names(codebook if codebook is not None else load_codebook(), lang)
    title = mined.report.metadata.title
    heading = title.value if title is not None else "政府信息公开工作年度报告"
    blocks = "".join(_section(section, mined, names) for section in _sections(mined.report))
    body = f"<style>{_STYLE}</style><h1>{escape(heading)}</h1>{names.legend()}{blocks}"
    return Picture(heading, f'<div class="textmine tex2jax_ignore">{body}</div>')


def _as_doc(report: Report | Mined | Doc) -> Doc:
    from spacy.tokens import Doc

    return report if isinstance(report, Doc) else to_doc(report)


def _sections(report: Report) -> tuple[Section, ...]:
    return report.sections or (Section("preamble", None, 0, len(report.text), report.text),)


class _Names:
    """Names and colours of roles and themes."""

    def __init__(self, codebook: Codebook, lang: Lang) -> None:
        key: Any = f"name_{lang}"
        groups = {code: GROUP_COLOURS[number % len(GROUP_COLOURS)] for number, code in enumerate(codebook.groups)}
        self.lang = lang
        self.names = {theme.code: str(getattr(theme, key)) for theme in codebook.themes}
        self.names |= {role: str(codebook.roles.get(role, {}).get(key, role)) for role in ROLES}
        self.colours = {theme.code: groups[theme.group] for theme in codebook.themes} | ROLE_COLOURS
        self.groups = [(str(group.get(key, code)), groups[code]) for code, group in codebook.groups.items()]

    def name(self, code: str) -> str:
        return self.names.get(code, code)

    def options(self) -> dict[str, Any]:
        """What displaCy is told: it looks colours up by the label in capitals."""
        colours = {self.name(code).upper(): colour for code, colour in self.colours.items()}
        # room for the labels of three bars under a word
        return {"colors": colours, "top_offset": 34, "span_label_offset": 16, "offset_step": 18}

    def legend(self) -> str:
        entries = [(self.name(role), ROLE_COLOURS[role]) for role in ROLES] + self.groups
        items = "".join(f'<li><span style="background:{colour}">{escape(name)}</span></li>' for name, colour in entries)
        return f'<ul class="legend">{items}</ul>'


def _section(section: Section, mined: Mined, names: _Names) -> str:
    from spacy import displacy

    heading = section.heading or SECTION_NAMES.get(section.section, section.section)
    title = section.section if names.lang == "en" else SECTION_NAMES.get(section.section, "") if section.heading else ""
    colour = SECTION_COLOURS.get(section.section, "#777777")
    lines = list(_lines(section, mined, names))
    text = displacy.render(lines, style="span", manual=True, minify=True, jupyter=False, options=names.options())
    return (
        f'<section style="border-color:{colour}" data-section="{escape(section.section)}">'
        f'<h2>{escape(heading)}<span class="code">{escape(title)}</span></h2>{text}</section>'
    )


@dataclass(frozen=True, slots=True)
class _Bar:
    start: int
    end: int
    label: str


def _lines(section: Section, mined: Mined, names: _Names) -> Iterator[dict[str, Any]]:
    """What displaCy draws: a document for each line, with tokens that are cut where bars begin and end."""
    text, bars = mined.report.text, list(_bars(mined, names))
    at = section.start
    for line in text[section.start : section.end].split("\n"):
        if line.strip():
            end = at + len(line)
            inside = [bar for bar in bars if bar.start < end and bar.end > at]
            yield _line(line, [_Bar(max(b.start - at, 0), min(b.end, end) - at, b.label) for b in inside])
        at += len(line) + 1


def _bars(mined: Mined, names: _Names) -> Iterator[_Bar]:
    places: dict[str, Statement] = {}
    for item in mined.statements:
        places[item.statement_id] = item
        yield _Bar(item.start, item.end, names.name(item.role))
    for tag in mined.tags:
        item = places[tag.statement_id]
        start, end = (item.start, item.end) if tag.start is None or tag.end is None else (tag.start, tag.end)
        yield _Bar(start, end, names.name(tag.theme))


def _line(line: str, bars: list[_Bar]) -> dict[str, Any]:
    edges = {0, len(line), *(bar.start for bar in bars), *(bar.end for bar in bars)}
    covered = sorted((bar.start, bar.end) for bar in bars)
    # words can only break a line where they are tokens; displaCy puts a blank behind each token without a bar
    edges |= {at for at in _words(line) if line[at].isalnum() and any(start < at < end for start, end in covered)}
    cuts = sorted(edges)
    place = {at: number for number, at in enumerate(cuts)}
    tokens = [line[start:end] for start, end in pairwise(cuts)]
    spans = [
        {"start_token": place[bar.start], "end_token": place[bar.end], "label": bar.label, "kb_id": "", "kb_url": "#"}
        for bar in bars
    ]
    return {
        "text": line,
        "tokens": tokens,
        "spans": spans,
        "title": None,
        "settings": {"lang": "zh", "direction": "ltr"},
    }


def _words(line: str) -> Iterable[int]:
    return (token.idx for token in text_to_doc(line))
