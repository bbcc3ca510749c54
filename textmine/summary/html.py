"""Content → one HTML page that needs nothing else: no network, no second file.

Report text is data and never markup: the template escapes it, scripts read it from JSON and set it as text, and the
page's own policy allows the two scripts that belong to it (by their digests) and nothing from outside.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from textmine.plots import load_vega_script, vega_config, vega_spec
from textmine.summary.content import Cell, Evidence, Kind, QuoteGroup, Section, SummaryContent, format_value
from textmine.summary.figures import plain
from textmine.summary.scope import as_key
from textmine.summary.words import Words, load_words

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_ROLES: Final = ("problem", "measure", "context")


def render_html(content: SummaryContent, *, folder: str | Path = ".") -> str:
    """Return the summary as an HTML page.

    Args:
        content: what it says.
        folder: where the page will stand; links to files are relative to it.

    Raises:
        MissingExtraError: vl-convert-python, which brings the chart library, is not installed.
    """
    from markupsafe import Markup

    words, script, vega = load_words(content.lang), _read("page.js"), load_vega_script()
    page = _environment().get_template("page.html.j2")
    parts = _Parts(content, words, Path(folder))
    years, groups = _options(content, words)
    return page.render(
        content=content,
        ui=words.texts["ui"],
        lang_code="zh-CN" if content.lang == "zh" else "en",
        policy=_policy(vega, script),
        version=_version(),
        kicker=words.label("title"),
        css=Markup(_read("page.css")),
        js=Markup(script),
        vega=Markup(vega),
        data=Markup(to_script_json(_data(content, words, parts))),
        value=parts.value,
        href=lambda found: f"#q?{found.query}",
        row_keys=parts.row_keys,
        group_keys=parts.group_keys,
        file_link=parts.file_link,
        offsets=lambda start, end: words("labels", "offsets", start=start, end=end),
        blocks=parts.blocks,
        short=lambda path: str(path).replace("\\", "/").rsplit("/", 1)[-1],
        context_of=lambda found: (
            f"#q?report={quote(found.statement_id.rsplit('-', 1)[0])}&current={quote(found.statement_id)}"
        ),
        table_label=lambda n: words("ui", "table", n=format_value(n, "count")),
        filter_before=next((s.key for s in content.sections if s.figures), ""),
        theme_groups=list(dict.fromkeys(content.theme_groups.values())),
        roles={role: words.label(role) for role in _ROLES},
        any_role=words.label("any"),
        no_theme=words.label("no_theme"),
        years=years,
        groups={column: options for column, options in groups.items() if column != "year"},
        lookups=groups,
        statements_intro=words("ui", "statements_intro", n=format_value(len(content.statements), "count")),
        made_by=words("ui", "made_by", version=_version()),
    )


def to_script_json(data: Any) -> str:
    """Return JSON that can stand in a ``<script>`` whatever it holds.

    >>> to_script_json({"text": "</script><b>"})
    '{"text":"\\\\u003c/script\\\\u003e\\\\u003cb\\\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text.encode("utf-8", "replace").decode("utf-8")


class _Parts:
    """What the template asks for values, links and the keys that rows are filtered by."""

    def __init__(self, content: SummaryContent, words: Words, folder: Path) -> None:
        self.groupings = tuple(content.groupings)
        self.names = dict(content.themes)
        self.words = words
        self.folder = folder

    def value(self, cell: Cell, kind: Kind) -> Markup:
        from markupsafe import Markup, escape

        text = escape(format_value(cell.value, kind))
        if kind == "text":
            text = Markup("<bdi>{}</bdi>").format(text)
        if cell.mark and kind == "count":
            text += Markup('<span class="tag-small">{}</span>').format(self.words.label(cell.mark))
        if cell.evidence is None:
            return text
        return Markup('<a href="#q?{}">{}</a>').format(cell.evidence.query, text)

    def row_keys(self, row: tuple[Cell, ...]) -> list[tuple[str, str]]:
        """What all the evidence of a row agrees on."""
        return self._keys([cell.evidence for cell in row if cell.evidence is not None])

    def group_keys(self, group: QuoteGroup) -> list[tuple[str, str]]:
        return self._keys([group.evidence] if group.evidence else [])

    def blocks(self, section: Section) -> list[tuple[str, list[QuoteGroup]]]:
        """The groups of quotes of a theme together, under its name; others alone."""
        found: dict[str, tuple[str, list[QuoteGroup]]] = {}
        for group in section.quotes:
            theme = group.evidence.theme if group.evidence is not None else None
            title = self.names.get(theme, theme) if theme is not None else group.title
            found.setdefault(theme or group.key, (title, []))[1].append(group)
        return list(found.values())

    def _keys(self, found: list[Evidence]) -> list[tuple[str, str]]:
        keys = []
        for name in ("theme", "role", "with_theme"):
            values = {getattr(item, name) for item in found}
            if len(values) == 1 and (value := values.pop()):
                keys.append((name.removesuffix("_theme"), value))
        for column in self.groupings:
            values = {dict(item.where).get(column) for item in found}
            if len(values) == 1 and (value := values.pop()) is not None:
                keys.append(("year" if column == "year" else f"by-{column}", value))
        return keys

    def file_link(self, path: str) -> str:
        """A link from the page to a file: relative where the path is, so that both can be moved together."""
        if os.path.isabs(path):
            return f"file://{quote(Path(path).as_posix())}"
        return quote(Path(os.path.relpath(path, self.folder)).as_posix()).replace(":", "%3A")


def _options(content: SummaryContent, words: Words) -> tuple[list[int], dict[str, list[tuple[str, str]]]]:
    frame, groups = content.statements, {}
    for column in content.groupings:
        values = sorted(frame[column].dropna().unique())
        options = [(as_key(value), words.value(column, value)) for value in values]
        if frame[column].isna().any():
            options.append(("", words.label("missing")))
        groups[column] = options
    return sorted(map(int, frame["year"].dropna().unique())), groups


# --- data -------------------------------------------------------------------------------------------


def _data(content: SummaryContent, words: Words, parts: _Parts) -> dict[str, Any]:
    codes = list(content.themes)
    figures = {}
    for section in content.sections:
        for figure in section.figures:
            spec = vega_spec(figure)
            shares: Kind = "number" if figure.labels.get("kind") == "number" else "share"
            rows = [_as_shown(row, figure.key, content, shares) for row in spec.pop("data")["values"]]
            figures[figure.key] = {"spec": spec, "rows": rows}
    return {
        "ui": {key: words("ui", key) for key in ("found", "page", "none", "context")},
        "offsets": words("labels", "offsets"),
        "config": _page_config(),
        "figures": figures,
        "chart_columns": [
            ("label", words.label("theme")),
            ("column", ""),
            ("x", words.label("year")),
            ("series", words.label("role")),
            ("count_text", words.label("count")),
            ("n_text", words.label("n")),
            ("estimate_text", words.label("value")),
            ("interval_text", words.label("interval")),
        ],
        "theme_codes": codes,
        "theme_names": [content.themes[code] for code in codes],
        "theme_groups": dict(content.theme_groups),
        "role_codes": list(_ROLES),
        "role_names": [words.label(role) for role in _ROLES],
        "groups": {column: label for column, label in content.groupings.items() if column != "year"},
        "lookups": dict(content.groupings),
        "statements": _pack(content, codes, parts),
    }


def _as_shown(row: Mapping[str, Any], key: str, content: SummaryContent, shares: Kind) -> dict[str, Any]:
    """Rows of a chart with their numbers as text, and the group under the name of its column."""
    found = dict(row)
    for name, kind in (("count", "count"), ("n", "count"), ("estimate", shares)):
        if found.get(name) is not None:
            found[f"{name}_text"] = format_value(found[name], kind)  # type: ignore[arg-type]
    if found.get("low") is not None:
        found["interval_text"] = format_value((found["low"], found["high"]), "interval")
    group = found.pop("group", None)
    for column in content.groupings:
        if group is not None and key.startswith(f"{column}_") and column != "year":
            found[f"by:{column}"] = group
    return found


def _page_config() -> dict[str, Any]:
    """The configuration of charts with the colours of the page's style sheet, so that they follow light and dark."""
    config = vega_config()
    for name in ("axis", "legend", "header"):
        config[name] |= {"labelColor": "var(--ink)", "titleColor": "var(--soft)"}
    config["axis"] |= {key: "var(--line)" for key in ("gridColor", "domainColor", "tickColor")}
    ramp = [f"var(--r{k})" for k in range(6)]
    config["range"] = {"category": [f"var(--c{k})" for k in range(6)], "heatmap": ramp, "ramp": ramp}
    config["style"]["on-pale"]["color"] = "var(--on-pale)"
    config["style"]["on-strong"]["color"] = "var(--on-strong)"
    config["font"] = "sans-serif"
    return config


def _pack(content: SummaryContent, codes: list[str], parts: _Parts) -> dict[str, Any]:
    """Statements as columns of small numbers; texts that repeat, reports and sets of themes stand once."""
    import pandas as pd

    frame, unknown = content.statements, parts.words.label("unknown_agency")
    text, texts = pd.factorize(frame["text"])
    report, _ = pd.factorize(frame["report_id"])
    at = {code: k for k, code in enumerate(codes)}
    sets = [tuple(sorted(at[code] for code in listed if code in at)) for listed in frame["themes"]]
    distinct = {found: k for k, found in enumerate(dict.fromkeys(sets))}
    first = frame.drop_duplicates("report_id").to_dict("records")
    reports = [
        {
            "id": row["report_id"],
            "agency": plain(row["agency"]) or unknown,
            "year": plain(row["year"]),
            "path": row["path"],
            "href": parts.file_link(str(row["path"])),
            "keys": {column: as_key(row[column]) for column in content.groupings},
        }
        for row in first
    ]
    return {
        "texts": [str(value) for value in texts],
        "reports": reports,
        "theme_sets": [list(found) for found in distinct],
        "text": text.tolist(),
        "report": report.tolist(),
        "role": [_ROLES.index(role) for role in frame["role"]],
        "themes": [distinct[found] for found in sets],
        "start": [int(value) for value in frame["start"]],
        "end": [int(value) for value in frame["end"]],
        "id": [
            own.removeprefix(of)
            for own, of in zip(map(str, frame["statement_id"]), map(str, frame["report_id"]), strict=True)
        ],
    }


# --- the page's own files ---------------------------------------------------------------------------


def _policy(*scripts: str) -> str:
    digests = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts
    )
    return (
        f"default-src 'none'; script-src {digests}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def _environment() -> Environment:
    from jinja2 import DictLoader, Environment, StrictUndefined

    loader = DictLoader({"page.html.j2": _read("page.html.j2")})
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)


def _read(name: str) -> str:
    return (resources.files("textmine") / "data/summary" / name).read_text("utf-8")


def _version() -> str:
    from textmine import __version__

    return __version__
