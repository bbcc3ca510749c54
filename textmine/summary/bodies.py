"""The sections on one body: what it states in each year, and how it stands beside its peers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textmine.analysis.errors import GroupError
from textmine.analysis.profiles import profile
from textmine.summary.content import ROLES, Cell, Column, Section, Sentence, Table, format_value
from textmine.summary.figures import plain, presence_figure
from textmine.summary.scope import Scope, evidence, list_statements
from textmine.summary.themes import points_interval

_PEERS = ("level", "kind")


def _stated(scope: Scope) -> dict[tuple[str, str, int], int]:
    """(theme, role, year) → statements."""
    found: dict[tuple[str, str, int], int] = {}
    for row in list_statements(scope).to_dict("records"):
        if row["role"] in ROLES and plain(row["year"]) is not None:
            for theme in row["themes"]:
                key = (theme, str(row["role"]), int(row["year"]))
                found[key] = found.get(key, 0) + 1
    return found


def _years(scope: Scope) -> list[int]:
    reports = scope.frames["reports"]
    with_part = reports[reports["report_id"].isin(scope.frames["statements"]["report_id"])]
    return sorted(map(int, with_part["year"].dropna().unique()))


def build_presence(scope: Scope) -> Section:
    """Return the section on the themes that a body states in each year."""
    words, stated, years = scope.words, _stated(scope), _years(scope)
    themes = [theme for theme in scope.themes if any(key[0] == theme for key in stated)]
    themes.sort(key=lambda theme: -len({key[2] for key in stated if key[0] == theme}))
    marks = [
        {
            "label": scope.name(theme),
            "x": year,
            "series": words.label(role),
            "count": count,
            "theme": theme,
            "role": role,
            "year": year,
            "query": evidence(theme, role, year=year).query,
        }
        for theme in themes
        for role in ROLES
        for year in years
        if (count := stated.get((theme, role, year)))
    ]
    columns = [Column("theme", words.label("theme")), Column("role", words.label("role"))]
    columns += [Column(str(year), str(year), "count") for year in years]
    rows = []
    for theme in themes:
        for role in ROLES:
            counts = [Cell(stated.get((theme, role, y), 0), evidence(theme, role, year=y)) for y in years]
            rows.append((Cell(scope.name(theme)), Cell(words.label(role)), *counts))
    table = Table("presence", words("tables", "presence"), tuple(columns), tuple(rows))
    title = words("sections", "presence")
    figures = (presence_figure(marks, words, title=words("figures", "presence")),) if marks else ()
    return Section("presence", title, words("intros", "presence"), (), figures, (table,) if rows else ())


def tell_body(scope: Scope) -> list[Sentence]:
    """Return sentences on what a body states always, anew and no longer."""
    words, stated, years = scope.words, _stated(scope), _years(scope)
    listed = words.join([str(year) for year in years])
    found = [Sentence(words("sentences", "body_years", n=len(scope.frames["reports"]), years=listed))]
    if len(years) < 2:
        return found
    by_role = {role: {y: {t for t, r, at in stated if r == role and at == y} for y in years} for role in ROLES}
    for role in ROLES:
        always = set.intersection(*by_role[role].values())
        if always:
            names = scope.names([theme for theme in scope.themes if theme in always])
            text = words("sentences", "body_always", n=len(years), role=scope.role(role), names=names)
            found.append(Sentence(text))
    before, last = years[-2], years[-1]
    problems = by_role["problem"]
    earlier = set().union(*(problems[year] for year in years[:-1]))
    for key, themes in (("body_new", problems[last] - earlier), ("body_gone", problems[before] - problems[last])):
        if themes:
            names = scope.names([theme for theme in scope.themes if theme in themes])
            found.append(Sentence(words("sentences", key, year=last, before=before, names=names)))
    return found


def build_peers(scope: Scope) -> Section:
    """Return the section that compares a body with its peers; empty where it has none."""
    words, title = scope.words, scope.words("sections", "peers")
    peers = [column for column in _PEERS if scope.frames["reports"][column].notna().any()]
    try:
        found = profile(scope.everything, str(scope.body), peers, role=ROLES, themes=scope.themes)
    except GroupError:  # no peers, or a name that several bodies bear
        return Section("peers", title)
    rows = found.to_dict("records")
    sentences = []
    for key, fits in (("body_above", _above), ("body_below", _below)):
        clear = [row for row in rows if not row["small"] and fits(row)]
        if clear:
            items = words.join([_tell_item(scope, row) for row in clear])
            sentences.append(Sentence(words("sentences", key, names=items)))
    if not sentences:
        sentences.append(Sentence(words("sentences", "body_like_peers")))
    values = [words.value(column, scope.frames["reports"][column].dropna().iloc[0]) for column in peers]
    intro = words("intros", "peers", peers=words.join(values) or words.label("missing"))
    return Section("peers", title, intro, tuple(sentences), (), (_peer_table(scope, rows),))


def _above(row: Mapping[str, Any]) -> bool:
    return bool(row["difference_low"] > 0)


def _below(row: Mapping[str, Any]) -> bool:
    return bool(row["difference_high"] < 0)


def _tell_item(scope: Scope, row: Mapping[str, Any]) -> str:
    colon = scope.words.label("colon")
    own, peers = format_value(row["estimate"], "share"), format_value(row["peer_estimate"], "share")
    role = scope.role(row["role"])
    return f"{scope.name(row['theme'])} ({role}){colon}{own} / {peers}"


def _peer_table(scope: Scope, rows: list[Mapping[str, Any]]) -> Table:
    words = scope.words
    columns = [Column("theme", words.label("theme")), Column("role", words.label("role"))]
    columns += [Column("count", words.label("own"), "count"), Column("n", words.label("n"), "count")]
    columns += [Column("share", words.label("share"), "share"), Column("peers", words.label("peer_reports"), "count")]
    columns += [Column("peer_share", words.label("peer_share"), "share")]
    columns += [Column("difference", words.label("difference"), "number"), Column("interval", words.label("interval"))]
    listed = []
    for row in rows:
        mark: Any = "small" if row["small"] else ""
        bounds = {"low": row["difference_low"], "high": row["difference_high"]}
        cells = (
            Cell(scope.name(row["theme"])),
            Cell(words.label(row["role"])),
            Cell(plain(row["count"]), evidence(row["theme"], row["role"])),
            Cell(plain(row["n"])),
            Cell(plain(row["estimate"])),
            Cell(plain(row["peer_n"]), None, mark),
            Cell(plain(row["peer_estimate"]), None, mark),
            Cell(None if plain(row["difference"]) is None else round(100 * row["difference"], 1), None, mark),
            Cell(points_interval(bounds, words.label("between")), None, mark),
        )
        listed.append(cells)
    return Table("peers", words("tables", "peers"), tuple(columns), tuple(listed))
