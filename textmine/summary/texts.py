"""The sections on what stands together and on the statements themselves: pairs of themes, typical and unusual ones."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from textmine.analysis.errors import GroupError, TermError
from textmine.analysis.examples import exemplars, unusual
from textmine.analysis.pairs import cooccurrence
from textmine.keywords import keywords
from textmine.summary.content import (
    ROLES,
    Cell,
    Column,
    Evidence,
    Quote,
    QuoteGroup,
    Section,
    Sentence,
    Table,
    format_value,
)
from textmine.summary.figures import order_themes, plain, together_figure
from textmine.summary.scope import Scope, evidence
from textmine.summary.themes import survives, theme_shares

#: quotes for each theme and role, and unusual statements in all
TYPICAL: Final = 3
UNUSUAL: Final = 8
#: distinctive words of a theme, and resamples for their intervals
_TERMS: Final = 8
_ROUNDS: Final = 100
#: rows of the table of pairs, and sentences on them
_PAIRS: Final = 15
_TOLD: Final = 3


def _is_clear(row: Mapping[str, Any]) -> bool:
    """Whether two themes go together beyond chance; of one report there is neither an interval nor a q value."""
    low = plain(row["low"])
    return low is not None and low > 0 and not row["small"] and survives(row)


def build_together(scope: Scope) -> Section:
    """Return the section on themes that are stated together in one report."""
    words = scope.words
    pairs = cooccurrence(scope.frames, unit="reports", role="any")
    records = [row for row in pairs.to_dict("records") if plain(row["estimate"]) is not None]
    if scope.theme is not None:
        records = [row for row in records if scope.theme in (row["theme_a"], row["theme_b"])]
    order = order_themes(theme_shares(scope))
    clear = [row for row in records if _is_clear(row)]
    sentences = [_tell_pair(scope, row, main=at == 0) for at, row in enumerate(clear[:_TOLD])]
    figures = ()
    if scope.theme is None:
        shown = [{**row, "ratio": row["lift"]} for row in records]
        note, title = words("figure_notes", "together"), words("figures", "together")
        figures = (together_figure(shown, words, scope.name, order=order, title=title, note=note),)  # type: ignore[assignment]
    return Section(
        "together",
        words("sections", "together"),
        words("intros", "together"),
        tuple(sentences) or (Sentence(words("sentences", "pair_none")),),
        figures,
        (_pair_table(scope, records),) if records else (),
    )


def _both(row: Mapping[str, Any]) -> Evidence:
    return Evidence(theme=row["theme_a"], role="any", with_theme=row["theme_b"])


def _odds(row: Mapping[str, Any]) -> list[float | None]:
    """The odds ratio with its interval, of which a single report has none."""
    logs = [plain(row[key]) for key in ("estimate", "low", "high")]
    return [None if log is None else round(math.exp(log), 2) for log in logs]


def _tell_pair(scope: Scope, row: Mapping[str, Any], *, main: bool) -> Sentence:
    odds, low, high = _odds(row)
    text = scope.words(
        "sentences",
        "pair",
        a=scope.phrase(row["theme_a"]),
        b=scope.phrase(row["theme_b"]),
        k=format_value(row["count"], "count"),
        expected=format_value(round(row["expected"]), "count"),
        odds=format_value(odds, "number"),
        interval=format_value((low, high), "range"),
    )
    return Sentence(text, _both(row), main)


def _pair_table(scope: Scope, records: list[Mapping[str, Any]]) -> Table:
    words = scope.words
    columns = [Column("theme_a", words.label("theme_a")), Column("theme_b", words.label("theme_b"))]
    columns += [
        Column("count", words.label("together"), "count"),
        Column("expected", words.label("expected"), "number"),
    ]
    columns += [Column("ratio", words.label("ratio"), "number"), Column("odds", words.label("odds"), "number")]
    columns += [Column("interval", words.label("interval"), "range")]
    rows = []
    for row in sorted(records, key=lambda row: (bool(row["small"]), -(plain(row["low"]) or 0.0)))[:_PAIRS]:
        odds, low, high = _odds(row)
        mark: Any = "small" if row["small"] else ""
        cells = (
            Cell(scope.name(row["theme_a"])),
            Cell(scope.name(row["theme_b"])),
            Cell(plain(row["count"]), _both(row), mark),
            Cell(round(row["expected"], 1)),
            Cell(round(row["lift"], 2), None, mark),
            Cell(odds, None, mark),
            Cell((low, high), None, mark),
        )
        rows.append(cells)
    return Table("together", words("tables", "together"), tuple(columns), tuple(rows))


def build_terms(scope: Scope) -> Section:
    """Return the section on the words that set the statements of a theme apart from all others."""
    words, title = scope.words, scope.words("sections", "terms")
    groups = None if scope.theme is None else [scope.theme]
    try:
        found = keywords(scope.frames, "theme", groups=groups, top=_TERMS, rounds=_ROUNDS)
    except (GroupError, TermError):  # nothing to compare with, or no term often enough
        return Section("terms", title)
    rows = [row for row in found.to_dict("records") if not row["small"] and survives(row)]
    rows = [row for row in rows if row["theme"] in scope.themes]
    if not rows:
        return Section("terms", title)
    order = order_themes(theme_shares(scope))
    by_theme = {theme: [row for row in rows if row["theme"] == theme] for theme in order}
    shown = [
        (Cell(scope.name(theme), evidence(theme, "any")), Cell(words.join([str(row["term"]) for row in listed])))
        for theme, listed in by_theme.items()
        if listed
    ]
    columns = (Column("theme", words.label("theme")), Column("terms", words.label("terms")))
    return Section(
        "terms",
        title,
        words("intros", "terms"),
        tables=(Table("terms", words("tables", "terms"), columns, tuple(shown)),),
        data=(_term_table(scope, [row for listed in by_theme.values() for row in listed]),),
    )


def _term_table(scope: Scope, rows: list[Mapping[str, Any]]) -> Table:
    words = scope.words
    columns = [Column("theme", words.label("theme")), Column("term", words.label("term"))]
    columns += [
        Column("times", words.label("occurrences"), "number"),
        Column("against", words.label("elsewhere"), "number"),
    ]
    columns += [Column("n_reports", words.label("reports"), "number"), Column("score", words.label("score"), "number")]
    columns += [Column("odds", words.label("log_odds"), "number"), Column("interval", words.label("interval"), "range")]
    listed = []
    for row in rows:
        numbers = [plain(row[key]) for key in ("count", "count_against", "n_reports")]
        rounded = [round(float(row[key]), 2) for key in ("z", "estimate", "low", "high")]
        cells = [Cell(scope.name(row["theme"])), Cell(str(row["term"])), *map(Cell, numbers), *map(Cell, rounded[:2])]
        listed.append((*cells, Cell((rounded[2], rounded[3]))))
    return Table("all_terms", words("tables", "terms"), tuple(columns), tuple(listed))


def build_typical(scope: Scope) -> Section:
    """Return the section with typical statements of each theme and the most unusual ones of all."""
    words, groups = scope.words, []
    chosen = order_themes(theme_shares(scope)) if scope.theme is None else [scope.theme]
    k = TYPICAL if scope.theme is None else 2 * TYPICAL
    for theme in chosen:
        for role in ROLES:
            found = exemplars(scope.frames, theme, role, k)
            if len(found):
                title = f"{scope.name(theme)}{words.label('colon')}{words.label('typical_' + role)}"
                quotes = tuple(make_quote(scope, row, theme) for row in found.to_dict("records"))
                groups.append(QuoteGroup(f"typical_{theme}_{role}", title, quotes, evidence(theme, role)))
    try:
        odd = unusual(scope.frames, scope.theme, k=UNUSUAL)
    except GroupError:  # too few statements to call one unusual
        odd = None
    if odd is not None and len(odd):
        quotes = tuple(make_quote(scope, row, scope.theme or "") for row in odd.to_dict("records"))
        groups.append(QuoteGroup("unusual", words.label("unusual"), quotes))
    return Section("typical", words("sections", "typical"), words("intros", "typical"), quotes=tuple(groups))


def make_quote(scope: Scope, row: Mapping[str, Any], theme: str = "") -> Quote:
    """Return a statement as a quote with its body, year and place."""
    words = scope.words
    source = [str(plain(row["agency"]) or words.label("unknown_agency"))]
    if plain(row["year"]) is not None:
        source.append(str(row["year"]))
    copies = int(plain(row.get("copies")) or 1)
    return Quote(
        str(row["statement_id"]),
        str(row["text"]),
        words.label("separator").join(source),
        str(row["path"]),
        int(row["start"]),
        int(row["end"]),
        str(row["role"]),
        theme,
        words("labels", "copies", n=format_value(copies, "count")) if copies > 1 else "",
    )
