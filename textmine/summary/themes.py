"""The sections on themes: how many reports state each, over time, by group. Sentences say what intervals allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from textmine.analysis.comparison import compare
from textmine.analysis.incidence import SMALL
from textmine.analysis.intervals import adjust_p
from textmine.analysis.shares import prevalence
from textmine.analysis.trend import trends
from textmine.summary.content import ROLES, Cell, Column, Section, Sentence, Table, format_value
from textmine.summary.figures import group_figure, order_themes, plain, prevalence_figure, trend_figure
from textmine.summary.scope import Scope, as_key, evidence

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]

#: differences are named where the rate of false discoveries stays below this
FALSE_DISCOVERIES: Final = 0.05
#: most sentences and names that a list in running text holds
_MOST: Final = 5
#: a year of fewer reports is named beside the trends that it is part of
FEW: Final = 5
#: most groups that a figure shows
_DRAWN: Final = 12


def theme_shares(scope: Scope, by: str | None = None) -> pd.DataFrame:
    """Return the prevalence of the scope's themes as problem and as measure, by a column where one is given."""
    return prevalence(scope.frames, by or (), role=ROLES, themes=scope.themes)


def share_cells(row: Row, **where: Any) -> tuple[Cell, Cell, Cell]:
    """Return count, share and interval of a row of prevalence, each with its evidence."""
    link = evidence(row["theme"], row["role"], **where)
    mark: Any = "small" if row["small"] else ""
    interval = (plain(row["low"]), plain(row["high"]))
    return Cell(plain(row["count"]), link, mark), Cell(plain(row["estimate"]), link, mark), Cell(interval, None, mark)


def build_themes(scope: Scope) -> Section:
    """Return the section on how many reports state each theme."""
    words, shares = scope.words, theme_shares(scope)
    n = int(shares["n"].max())
    columns = [Column("theme", words.label("theme")), Column("group", words.label("theme_group"))]
    for role in ROLES:
        columns += [
            Column(f"{role}_count", f"{words.label('as_' + role)}{words.label('colon')}{words.label('count')}", "count")
        ]
        columns += [Column(f"{role}_share", words.label("share"), "share")]
        columns += [Column(f"{role}_interval", words.label("interval"), "interval")]
    by_theme = {(row["theme"], row["role"]): row for row in shares.to_dict("records")}
    rows = [
        (
            Cell(scope.name(theme), evidence(theme, "any")),
            Cell(scope.group_of(theme)),
            *share_cells(by_theme[theme, "problem"]),
            *share_cells(by_theme[theme, "measure"]),
        )
        for theme in order_themes(shares)
    ]
    shown = format_value(n, "count")
    return Section(
        "themes",
        words("sections", "themes"),
        words("intros", "themes", n=shown),
        figures=(prevalence_figure(shares, words, scope.name, note=words("figure_notes", "themes", n=shown)),),
        tables=(Table("themes", words("tables", "themes"), tuple(columns), tuple(rows)),),
    )


# --- findings in sentences --------------------------------------------------------------------------


def tell_themes(scope: Scope) -> list[Sentence]:
    """Return sentences on the commonest and rarest themes, and on problems against measures."""
    shares = theme_shares(scope)
    rows = [row for row in shares.to_dict("records") if plain(row["estimate"]) is not None]
    if scope.theme is not None:
        return [tell_share(scope, row) for row in rows]
    found: list[Sentence] = []
    for role in ROLES:
        ranked = sorted((row for row in rows if row["role"] == role), key=lambda row: -row["estimate"])
        if ranked and ranked[0]["count"] > 0:
            found.append(_tell_top(scope, role, ranked))
    for role in ROLES:
        never = [row["theme"] for row in rows if row["role"] == role and row["count"] == 0]
        if never:
            found.append(
                Sentence(scope.words("sentences", "not_stated", role=scope.role(role), names=scope.names(never)))
            )
    return found + _tell_balance(scope, rows)


def tell_share(scope: Scope, row: Row) -> Sentence:
    """Return a sentence on the share of one theme in one role."""
    text = scope.words(
        "sentences",
        "theme_share",
        role=scope.role(row["role"]),
        k=format_value(row["count"], "count"),
        n=format_value(row["n"], "count"),
        share=format_value(row["estimate"], "share"),
        interval=format_value((row["low"], row["high"]), "interval"),
    )
    return Sentence(text, evidence(row["theme"], row["role"]))


def _tell_top(scope: Scope, role: str, ranked: Sequence[Row]) -> Sentence:
    """The first, where its interval lies above all others; else those whose intervals reach it, without an order."""
    first = ranked[0]
    level = [row for row in ranked if row["high"] >= first["low"]]
    fill: dict[str, Any] = {"role": scope.role(role), "name": scope.name(first["theme"])}
    fill |= {"share": format_value(first["estimate"], "share")}
    if len(level) == 1:
        fill |= {"k": format_value(first["count"], "count"), "n": format_value(first["n"], "count")}
        fill |= {"interval": format_value((first["low"], first["high"]), "interval")}
        return Sentence(scope.words("sentences", "top_one", **fill), evidence(first["theme"], role))
    shown = [row for row in level if row["count"] > 0][:3]
    fill |= {"m": len(level) - 1, "names": scope.names([row["theme"] for row in shown])}
    fill |= {"shares": scope.words.join([format_value(row["estimate"], "share") for row in shown])}
    key = "top_many" if len(level) <= 3 else "top_crowd"
    return Sentence(scope.words("sentences", key, **fill), evidence(first["theme"], role))


def _tell_balance(scope: Scope, rows: Sequence[Row]) -> list[Sentence]:
    by_theme = {(row["theme"], row["role"]): row for row in rows}
    found = []
    for role, other in (("problem", "measure"), ("measure", "problem")):
        clear = [
            row["theme"]
            for (theme, name), row in by_theme.items()
            if name == role and (theme, other) in by_theme and row["low"] > by_theme[theme, other]["high"]
        ]
        if clear:
            found.append(Sentence(scope.words("sentences", f"more_{role}", names=scope.names(clear))))
    return found


# --- over time --------------------------------------------------------------------------------------


def has_years(scope: Scope) -> bool:
    """Whether reports of two years or more are there."""
    return bool(scope.frames["reports"]["year"].dropna().nunique() > 1)


def build_years(scope: Scope) -> Section:
    """Return the section on change over the years; empty where no year is known."""
    words, title = scope.words, scope.words("sections", "years")
    years = sorted(scope.frames["reports"]["year"].dropna().unique())
    if len(years) < 2:
        text = [Sentence(words("sentences", "one_year", year=years[0]))] if years else []
        return Section("years", title, sentences=tuple(text))
    shares, slopes = theme_shares(scope, "year"), trends(scope.frames, role=ROLES, themes=scope.themes)
    shares = shares[shares["year"].notna()]
    note = words("figure_notes", "heatmap", small=SMALL)
    order = order_themes(theme_shares(scope))
    figures = []
    if scope.theme is None:
        for role in ROLES:
            title_of = words("figures", "heatmap", role=scope.role(role))
            key = f"years_{role}"
            heat = group_figure(
                shares, "year", role, words, scope.name, order=order, key=key, title=title_of, note=note
            )
            figures.append(heat)
        figures += _changing_lines(scope, shares, slopes)
    else:
        lines = [(scope.theme, role) for role in ROLES]
        title_of, note = words("figures", "theme_lines"), words("figure_notes", "lines", small=SMALL)
        figures.append(trend_figure(shares, words, scope.name, lines=lines, key="lines", title=title_of, note=note))
    return Section(
        "years",
        title,
        words("intros", "years", small=SMALL),
        tuple(tell_trends(scope, slopes)),
        tuple(figures),
        (*_pivots(scope, shares, "year", order), _trend_table(scope, slopes, order)),
        data=(_group_table(scope, shares, "year", order),),
    )


def _changing_lines(scope: Scope, shares: pd.DataFrame, slopes: pd.DataFrame) -> list[Any]:
    """A chart a role of the themes whose slope is clear; none where no slope is."""
    figures, words = [], scope.words
    for role in ROLES:
        clear = _clear_slopes(slopes, role)[:_MOST]
        if clear:
            lines = [(row["theme"], role) for row in clear]
            title, note = words("figures", "lines", role=scope.role(role)), words("figure_notes", "lines", small=SMALL)
            figures.append(
                trend_figure(shares, words, scope.name, lines=lines, key=f"lines_{role}", title=title, note=note)
            )
    return figures


def _clear_slopes(slopes: pd.DataFrame, role: str) -> list[Row]:
    """Trends whose interval leaves out 0 also after control of false discoveries, the steepest first."""
    rows = [row for row in slopes.to_dict("records") if row["role"] == role and _is_clear(row)]
    return sorted(rows, key=lambda row: -abs(row["estimate"]))


def survives(row: Row) -> bool:
    """Return whether a difference remains after control of false discoveries; one without a q value does not."""
    q = plain(row["q"])
    return q is not None and q < FALSE_DISCOVERIES


def _is_clear(row: Row) -> bool:
    return row["direction"] != "unclear" and not row["small"] and survives(row)


def _points(value: float) -> str:
    """Percentage points with their sign; two decimals where one would hide on which side of 0 they are."""
    places = 1 if abs(value) >= 0.0005 else 2
    return f"{100 * value:+.{places}f}".replace("-", "−")


def points_interval(row: Row, between: str) -> str:
    """Return the interval of a difference in percentage points."""
    low, high = plain(row["low"]), plain(row["high"])
    return "–" if low is None or high is None else f"{_points(low)}{between}{_points(high)}"


def tell_trends(scope: Scope, slopes: pd.DataFrame | None = None) -> list[Sentence]:
    """Return sentences on what rises and falls, and on jumps."""
    words = scope.words
    if not has_years(scope):
        return []
    slopes = trends(scope.frames, role=ROLES, themes=scope.themes) if slopes is None else slopes
    found, moving = [], False
    for role in ROLES:
        clear, rows = _clear_slopes(slopes, role), slopes[slopes["role"] == role]
        span = {"first": rows["first"].min(), "last": rows["last"].max(), "role": scope.role(role)}
        for direction in ("rising", "falling"):
            named = [row for row in clear if row["direction"] == direction][:_MOST]
            if named:
                items = words.join([_tell_slope(scope, row) for row in named])
                link = evidence(named[0]["theme"], role)
                found.append(Sentence(words("sentences", direction, names=items, **span), link))
        moving = moving or bool(clear)
        if not clear:
            key = "no_trend" if scope.theme is None else "no_trend_theme"
            found.append(Sentence(words("sentences", key, **span)))
    if moving and (few := _few_reports(scope)):
        years = words.join([words("sentences", "year_reports", year=year, n=n) for year, n in few])
        found.append(Sentence(words("sentences", "few_year_reports", years=years)))
    jumps = [row for row in slopes.to_dict("records") if plain(row["change_year"]) is not None and not row["small"]]
    found += [_tell_jump(scope, row) for row in jumps]
    if jumps:
        found.append(Sentence(words("sentences", "jump_many", m=len(slopes)), main=False))
    return found


def _few_reports(scope: Scope) -> list[tuple[int, int]]:
    """Years between the first and the last of which fewer than ``FEW`` reports have statements, with their number."""
    reports, statements = scope.frames["reports"], scope.frames["statements"]
    years = reports[reports["report_id"].isin(statements["report_id"])]["year"].dropna()
    counted = years.astype(int).value_counts().sort_index()
    return [(int(year), int(n)) for year, n in counted.items() if n < FEW]


def _tell_slope(scope: Scope, row: Row) -> str:
    slope, interval = _points(row["estimate"]), points_interval(row, scope.words.label("between"))
    return scope.words("sentences", "trend_item", name=scope.phrase(row["theme"]), slope=slope, interval=interval)


def _tell_jump(scope: Scope, row: Row) -> Sentence:
    low, high = sorted(abs(row[key]) for key in ("change_low", "change_high"))
    text = scope.words(
        "sentences",
        "jump_up" if row["change"] > 0 else "jump_down",
        name=scope.phrase(row["theme"]),
        role=scope.role(row["role"]),
        year=row["change_year"],
        from_=row["change_from"],
        to=row["change_to"],
        change=f"{100 * abs(row['change']):.1f}",
        interval=f"{100 * low:.1f}–{100 * high:.1f}",
    )
    return Sentence(text, evidence(row["theme"], row["role"], year=row["change_year"]), main=False)


def _trend_table(scope: Scope, slopes: pd.DataFrame, order: Sequence[str]) -> Table:
    words = scope.words
    columns = [Column("theme", words.label("theme")), Column("role", words.label("role"))]
    columns += [
        Column("slope", words.label("change_per_year"), "number"),
        Column("interval", words.label("interval"), "range"),
    ]
    columns += [Column("q", words.label("q_value"), "p"), Column("direction", words.label("direction"))]
    rows = []
    for row in sorted(slopes.to_dict("records"), key=lambda row: (row["role"] != "problem", order.index(row["theme"]))):
        scaled = [None if plain(row[key]) is None else round(100 * row[key], 2) for key in ("estimate", "low", "high")]
        direction = row["direction"] if _is_clear(row) else "unclear"
        q = plain(row["q"])
        cells = (
            Cell(scope.name(row["theme"]), evidence(row["theme"], row["role"])),
            Cell(words.label(row["role"])),
            Cell(scaled[0]),
            Cell((scaled[1], scaled[2])),
            Cell(None if q is None else round(q, 4)),
            Cell(words.label(direction)),
        )
        rows.append(cells)
    return Table("trends", words("tables", "trends"), tuple(columns), tuple(rows))


def _pivots(scope: Scope, shares: pd.DataFrame, by: str, order: Sequence[str]) -> list[Table]:
    """A table a role: themes below each other, years or groups beside each other, with the reports of each."""
    words, tables = scope.words, []
    values = list(shares[by].drop_duplicates())
    name = words.label(by) if words.lang == "zh" else words.label(by).lower()
    for role in ROLES:
        rows_of = {(row["theme"], as_key(row[by])): row for row in shares[shares["role"] == role].to_dict("records")}
        columns = [Column("theme", words.label("theme"))]
        columns += [Column(as_key(value) or "-", words.value(by, value), "share") for value in values]
        rows = []
        for theme in order:
            found = [rows_of[theme, as_key(value)] for value in values]
            cells = [share_cells(row, **{by: value})[1] for row, value in zip(found, values, strict=True)]
            rows.append((Cell(scope.name(theme), evidence(theme, role)), *cells))
        sizes = [rows_of[order[0], as_key(value)] for value in values]
        marks = [Cell(f"n = {format_value(row['n'], 'count')}", None, "small" if row["small"] else "") for row in sizes]
        rows.append((Cell(words.label("n")), *marks))
        title = words("tables", "pivot", name=name, role=scope.role(role))
        tables.append(Table(f"{by}_{role}", title, tuple(columns), tuple(rows)))
    return tables


def _group_table(scope: Scope, shares: pd.DataFrame, by: str, order: Sequence[str]) -> Table:
    words = scope.words
    columns = [Column("theme", words.label("theme")), Column("role", words.label("role"))]
    columns += [
        Column(by, words.label(by), "year" if by == "year" else "text"),
        Column("count", words.label("count"), "count"),
    ]
    columns += [Column("n", words.label("n"), "count"), Column("share", words.label("share"), "share")]
    columns += [Column("interval", words.label("interval"), "interval")]
    at = {theme: k for k, theme in enumerate(order)}
    rows = []
    for row in sorted(shares.to_dict("records"), key=lambda row: (at[row["theme"]], row["role"] != "problem")):
        value = plain(row[by]) if by == "year" else words.value(by, row[by])
        count, share, interval = share_cells(row, **{by: row[by]})
        n = Cell(plain(row["n"]), None, count.mark)
        rows.append(
            (Cell(scope.name(row["theme"])), Cell(words.label(row["role"])), Cell(value), count, n, share, interval)
        )
    name = words.label(by) if words.lang == "zh" else words.label(by).lower()
    title = words("tables", "years") if by == "year" else words("tables", "groups", name=name)
    return Table(f"by_{by}", title, tuple(columns), tuple(rows))


# --- by group ---------------------------------------------------------------------------------------


def build_groups(scope: Scope, by: str) -> Section:
    """Return the section that compares groups of reports."""
    words = scope.words
    name = words.label(by) if words.lang == "zh" else words.label(by).lower()
    shares, order = theme_shares(scope, by), order_themes(theme_shares(scope))
    shown, note = _largest_groups(shares, by), words("figure_notes", "heatmap", small=SMALL)
    if shown[by].nunique(dropna=False) < shares[by].nunique(dropna=False):
        note += " " + words("figure_notes", "heatmap_many", m=_DRAWN)
    figures = [
        group_figure(
            shown,
            by,
            role,
            words,
            scope.name,
            order=order,
            key=f"{by}_{role}",
            title=words("figures", "groups", name=name, role=scope.role(role)),
            note=note,
        )
        for role in ROLES
    ]
    clear = find_differences(scope, by, shares)
    sentences, tables = tell_groups(scope, by, shares, clear), [*_pivots(scope, shown, by, order)]
    if clear:
        tables.insert(0, _difference_table(scope, by, clear))
    data = (_group_table(scope, shares, by, order),)
    title, intro = words("sections", "groups", name=name), words("intros", "groups", small=SMALL)
    return Section(f"by_{by}", title, intro, tuple(sentences), tuple(figures), tuple(tables), data=data)


def _largest_groups(shares: pd.DataFrame, by: str) -> pd.DataFrame:
    """The rows of the groups with most reports, as many as a figure holds."""
    sizes = shares.drop_duplicates(by).sort_values("n_reports", ascending=False, kind="stable")
    kept = sizes[by].head(_DRAWN)
    return shares[shares[by].isin(kept.dropna()) | (shares[by].isna() & bool(kept.isna().any()))]


def find_differences(scope: Scope, by: str, shares: pd.DataFrame) -> list[Row]:
    """Return where a group differs from all others, false discoveries controlled over all groups, the largest first."""
    import numpy as np
    import pandas as pd

    sizes = shares[[by, "n_reports"]].drop_duplicates()
    total = sizes["n_reports"].sum()
    large = sizes[sizes[by].notna() & (sizes["n_reports"] >= SMALL) & (total - sizes["n_reports"] >= SMALL)]
    if large.empty:
        return []
    parts = [
        compare(scope.frames, by, value, role=ROLES, themes=scope.themes).assign(value=value) for value in large[by]
    ]
    rows = pd.concat(parts, ignore_index=True)
    q = adjust_p(rows["p"].to_numpy(dtype=float, na_value=np.nan))
    rows = rows.assign(q=q)
    clear = [
        row
        for row in rows.to_dict("records")
        if survives(row) and ((plain(row["low"]) or 0) > 0 or (plain(row["high"]) or 0) < 0)
    ]
    return sorted(clear, key=lambda row: -abs(row["estimate"]))


def tell_groups(scope: Scope, by: str, shares: pd.DataFrame, clear: Sequence[Row]) -> list[Sentence]:
    """Return sentences on groups that differ from the rest."""
    words = scope.words
    name = words.label(by) if words.lang == "zh" else words.label(by).lower()
    found = [_tell_difference(scope, by, row, main=at < 2) for at, row in enumerate(clear[:_MOST])]
    if not clear:
        found.append(Sentence(words("sentences", "group_none", by=name)))
    few = shares[shares["small"].astype(bool) & shares[by].notna()][by].drop_duplicates()
    if len(few):
        names = [words.value(by, value) for value in few]
        listed = words.join(names[:8]) + (" …" if len(names) > 8 else "")
        found.append(Sentence(words("sentences", "group_small", groups=listed, small=SMALL), main=False))
    return found


def _tell_difference(scope: Scope, by: str, row: Row, *, main: bool) -> Sentence:
    text = scope.words(
        "sentences",
        "group_high" if row["estimate"] > 0 else "group_low",
        group=scope.words.value(by, row["value"]),
        name=scope.phrase(row["theme"]),
        role=scope.role(row["role"]),
        share=format_value(row["share_a"], "share"),
        rest=format_value(row["share_b"], "share"),
        difference=_points(row["estimate"]),
        interval=points_interval(row, scope.words.label("between")),
    )
    return Sentence(text, evidence(row["theme"], row["role"], **{by: row["value"]}), main)


def _difference_table(scope: Scope, by: str, clear: Sequence[Row]) -> Table:
    words = scope.words
    columns = [Column(by, words.label(by)), Column("theme", words.label("theme")), Column("role", words.label("role"))]
    columns += [Column("count", words.label("count"), "count"), Column("n", words.label("n"), "count")]
    columns += [
        Column("share", words.label("share"), "share"),
        Column("difference", words.label("difference"), "number"),
    ]
    columns += [Column("interval", words.label("interval"), "range"), Column("q", words.label("q_value"), "p")]
    rows = []
    for row in clear:
        link = evidence(row["theme"], row["role"], **{by: row["value"]})
        cells = (
            Cell(words.value(by, row["value"])),
            Cell(scope.name(row["theme"])),
            Cell(words.label(row["role"])),
            Cell(plain(row["count_a"]), link),
            Cell(plain(row["n_a"])),
            Cell(plain(row["share_a"]), link),
            Cell(round(100 * row["estimate"], 1)),
            Cell((round(100 * row["low"], 1), round(100 * row["high"], 1))),
            Cell(round(row["q"], 4)),
        )
        rows.append(cells)
    return Table(f"differences_{by}", words("tables", "differences"), tuple(columns), tuple(rows))
