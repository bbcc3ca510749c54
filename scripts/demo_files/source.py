"""A source of the demo corpus: one TOML file a report, read and checked; its problems part with marked statements.

The problems part is marked by hand: ``{p staffing training}``, ``{m oversight}``, ``{c}`` begin a statement with its
role and themes and reach to the next mark; ``{-}`` begins words that are no statement (bare labels, sub-headings).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

HEADINGS: Final = {
    "overview": "一、总体情况",
    "proactive": "二、主动公开政府信息情况",
    "requests": "三、收到和处理政府信息公开申请情况",
    "disputes": "四、政府信息公开行政复议、行政诉讼情况",
    "problems": "五、存在的主要问题及改进情况",
    "other_matters": "六、其他需要报告的事项",
}
TABLES: Final = ("proactive", "requests", "disputes", "annex")
_MARK: Final = re.compile(r"\{([pmc-])((?: [a-z_]+)*)\}")
_ROLES: Final = {"p": "problem", "m": "measure", "c": "context"}
_KEYS: Final = {
    *("body", "year", "title", "format", "encoding", "bom", "layout", "mess", "tables", "portal", "page_title"),
    *("published", "signature", "period", "preamble", "part", "planted", "note", *TABLES),
}
_PART_KEYS: Final = {"section", "heading", "again", "stuck", "text", "table"}


@dataclass(frozen=True)
class Marked:
    """A statement as marked: its role, its themes and its words."""

    role: str
    themes: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Part:
    """A part of a report. ``heading`` is ``""`` where it is lost; ``table`` is ``yes``, ``no``, ``header`` or
    ``picture``; ``again`` prints the heading twice, ``stuck`` prints it without a line break before the text.
    """

    section: str
    heading: str
    text: str
    table: str = "no"
    again: bool = False
    stuck: bool = False
    statements: tuple[Marked, ...] = ()

    @property
    def paragraphs(self) -> list[str]:
        return [line.strip() for line in self.text.split("\n") if line.strip()]


@dataclass(frozen=True)
class Body:
    """A reporting body."""

    slug: str
    name: str
    level: str | None
    kind: str
    site: str


@dataclass(frozen=True)
class ReportSource:
    """One invented report as written."""

    body: Body
    year: int
    title: tuple[str, ...]
    format: str
    encoding: str
    layout: str
    preamble: tuple[str, ...]
    parts: tuple[Part, ...]
    data: dict[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.body.slug}/{self.year}"

    @property
    def mess(self) -> tuple[str, ...]:
        return tuple(self.data.get("mess", ()))

    def option(self, key: str, default: Any = None) -> Any:
        return self.data.get(key, default)


def load_bodies(folder: Path) -> dict[str, Body]:
    data = tomllib.loads((folder / "bodies.toml").read_text("utf-8"))
    return {
        slug: Body(slug, entry["name"], entry.get("level"), entry["kind"], entry["site"])
        for slug, entry in data["body"].items()
    }


def load_sources(folder: Path) -> list[ReportSource]:
    bodies = load_bodies(folder)
    found = [_report(path, bodies) for path in sorted(folder.glob("*-20[0-9][0-9].toml"))]
    return sorted(found, key=lambda source: source.name)


def _report(path: Path, bodies: dict[str, Body]) -> ReportSource:
    data = tomllib.loads(path.read_text("utf-8"))
    if unknown := set(data) - _KEYS:
        raise ValueError(f"{path.name}: unknown keys {sorted(unknown)}")
    if path.stem != f"{data['body']}-{data['year']}":
        raise ValueError(f"{path.name}: body and year do not fit the file name")
    title = data["title"] if isinstance(data["title"], list) else [data["title"]]
    return ReportSource(
        bodies[data["body"]],
        data["year"],
        tuple(title),
        data["format"],
        data.get("encoding", "utf-8"),
        data.get("layout", "2021"),
        tuple(line.strip() for line in data.get("preamble", "").split("\n") if line.strip()),
        tuple(_part(entry, path.name) for entry in data["part"]),
        data,
    )


def _part(entry: dict[str, Any], name: str) -> Part:
    if unknown := set(entry) - _PART_KEYS:
        raise ValueError(f"{name}: unknown keys {sorted(unknown)} in part {entry['section']}")
    section, text = entry["section"], entry.get("text", "")
    statements: tuple[Marked, ...] = ()
    if section == "problems":
        text, statements = _read_marks(text, name)
    table = entry.get("table", "yes" if section in TABLES else "no")
    heading = entry.get("heading", HEADINGS.get(section, ""))
    return Part(section, heading, text, table, entry.get("again", False), entry.get("stuck", False), statements)


def _read_marks(text: str, name: str) -> tuple[str, tuple[Marked, ...]]:
    pieces = _MARK.split(text)
    if pieces[0].strip():
        raise ValueError(f"{name}: words before the first mark: {pieces[0][:20]}")
    statements = []
    for mark, themes, words in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        if mark != "-":
            statements.append(Marked(_ROLES[mark], tuple(themes.split()), words.strip()))
        elif themes:
            raise ValueError(f"{name}: {{-}} takes no themes")
    clean = "".join(pieces[3::3])
    if "{" in clean or "}" in clean:
        raise ValueError(f"{name}: a mark that cannot be read")
    return clean, tuple(statements)
