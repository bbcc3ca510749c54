"""Frames of analyses → figures as data. Also for notebooks: ``draw(prevalence_figure(prevalence(frames)))``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textmine.summary.content import Figure, format_value
from textmine.summary.scope import as_key, evidence
from textmine.summary.words import Words

if TYPE_CHECKING:
    import pandas as pd

Naming = Callable[[str], str]


def plain(value: Any) -> Any:
    """Return a value of a frame as a plain Python value; a missing one is ``None``.

    >>> import pandas as pd
    >>> plain(pd.NA) is None
    True
    """
    import pandas as pd

    if isinstance(value, tuple | list):
        return value
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def order_themes(shares: pd.DataFrame) -> list[str]:
    """Return themes by their share as a problem, then as a measure, then in the order given."""
    first = {role: dict(zip(rows["theme"], rows["estimate"], strict=True)) for role, rows in shares.groupby("role")}
    themes = list(dict.fromkeys(shares["theme"]))

    def rank(theme: str) -> tuple[float, float]:
        return tuple(-(plain(first.get(role, {}).get(theme)) or 0.0) for role in ("problem", "measure"))  # type: ignore[return-value]

    return sorted(themes, key=rank)


def _labels(words: Words, value: str = "share_of_reports", **more: str) -> Mapping[str, str]:
    return {
        "value": words.label(value),
        "interval": words.label("interval_note"),
        "small": words.label("small"),
        **more,
    }


def _measured(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("estimate", "low", "high", "count", "n")
    return {name: plain(row[name]) for name in names} | {"small": bool(row["small"])}


def prevalence_figure(shares: pd.DataFrame, words: Words, name: Naming, *, note: str = "") -> Figure:
    """Return shares of themes with intervals, one mark a role.

    Args:
        shares: what :func:`textmine.analysis.prevalence` gives without groups.
        words, name: the language, and what names a theme.
        note: the caption below.
    """
    rows = []
    order = order_themes(shares)
    for row in sorted(shares.to_dict("records"), key=lambda row: order.index(row["theme"])):
        if plain(row["estimate"]) is None:
            continue
        keys = {"label": name(row["theme"]), "series": words.label(row["role"]), "theme": row["theme"]}
        rows.append(keys | {"role": row["role"], "query": evidence(row["theme"], row["role"]).query} | _measured(row))
    return _figure("themes", words("figures", "themes"), "intervals", rows, _labels(words), note)


def group_figure(
    shares: pd.DataFrame,
    by: str,
    role: str,
    words: Words,
    name: Naming,
    *,
    order: Sequence[str],
    key: str,
    title: str,
    note: str = "",
) -> Figure:
    """Return a heat map of themes by the values of a column.

    Args:
        shares: what :func:`textmine.analysis.prevalence` gives for ``by``.
        by, role: the column and the role shown.
        words, name: the language, and what names a theme.
        order: the themes, from above.
        key, title, note: of the figure.
    """
    kept = shares[shares["role"] == role]
    rows = []
    for theme in order:
        for row in kept[kept["theme"] == theme].to_dict("records"):
            value = plain(row[by])
            keys: dict[str, Any] = {
                "label": name(theme),
                "column": words.value(by, row[by]),
                "series": words.label(role),
            }
            keys |= {"theme": theme, "role": role, "group": as_key(row[by]), "year": value if by == "year" else None}
            keys["query"] = evidence(theme, role, **{by: row[by]}).query
            share = plain(row["estimate"])
            keys["short"] = "" if share is None else f"{100 * share:.0f}"
            rows.append(keys | _measured(row))
    return _figure(key, title, "heatmap", rows, _labels(words), note)


def trend_figure(
    shares: pd.DataFrame,
    words: Words,
    name: Naming,
    *,
    lines: Iterable[tuple[str, str]],
    key: str,
    title: str,
    note: str = "",
) -> Figure:
    """Return shares over the years as lines with bands.

    Args:
        shares: what :func:`textmine.analysis.prevalence` gives for ``year``.
        words, name: the language, and what names a theme.
        lines: pairs of theme and role.
        key, title, note: of the figure.
    """
    rows = []
    for theme, role in lines:
        kept = shares[(shares["theme"] == theme) & (shares["role"] == role) & shares["year"].notna()]
        for row in kept.sort_values("year").to_dict("records"):
            if plain(row["estimate"]) is None:
                continue
            keys = {"label": name(theme), "series": words.label(role), "x": int(row["year"])}
            keys |= {"theme": theme, "role": role, "year": int(row["year"])}
            rows.append(keys | {"query": evidence(theme, role, year=row["year"]).query} | _measured(row))
    return _figure(key, title, "lines", rows, _labels(words), note)


def bar_figure(
    counts: Iterable[tuple[str, str, int, str]], words: Words, *, key: str, title: str, value: str, note: str = ""
) -> Figure:
    """Return stacked bars.

    Args:
        counts: label of the bar, series, count, query of the evidence (may be empty).
        words: the language.
        key, title, note: of the figure.
        value: what the bars count.
    """
    rows: list[dict[str, Any]] = []
    ranks: dict[str, int] = {}
    for label, series, count, query in counts:
        rank = ranks.setdefault(series, len(ranks))
        rows.append({"label": label, "series": series, "count": count, "query": query, "rank": rank})
    return _figure(key, title, "bars", rows, {**_labels(words), "value": value}, note)


def presence_figure(rows: Sequence[Mapping[str, Any]], words: Words, *, title: str, note: str = "") -> Figure:
    """Return marks for the years in which a body states a theme."""
    return _figure("presence", title, "presence", rows, _labels(words), note)


def together_figure(
    pairs: Iterable[Mapping[str, Any]], words: Words, name: Naming, *, order: Sequence[str], title: str, note: str
) -> Figure:
    """Return a heat map of how much oftener than expected two themes stand together.

    Args:
        pairs: records with theme_a, theme_b, count, ratio, low, high.
        words, name: the language, and what names a theme.
        order: the themes, from above.
        title, note: of the figure.
    """
    known = {}
    for pair in pairs:
        known[pair["theme_a"], pair["theme_b"]] = known[pair["theme_b"], pair["theme_a"]] = pair
    rows = []
    for at, a in enumerate(order):
        for b in order[:at]:
            found = known.get((a, b))
            ratio = plain(found["ratio"]) if found else None
            if found is None or ratio is None:
                continue
            keys: dict[str, Any] = {"label": name(a), "column": name(b), "series": "", "theme": a, "with": b}
            keys |= {
                "estimate": ratio,
                "low": None,
                "high": None,
                "count": plain(found["count"]),
                "n": None,
                "small": bool(found["small"]),
            }
            keys["short"] = format_value(round(ratio, 1), "number")
            keys["query"] = f"theme={a}&with={b}&role=any"
            rows.append(keys)
    return _figure("together", title, "heatmap", rows, _labels(words, "ratio", kind="number"), note)


def _figure(
    key: str, title: str, kind: Any, rows: Iterable[Mapping[str, Any]], labels: Mapping[str, str], note: str
) -> Figure:
    listed = tuple(rows)
    return Figure(key, title, kind, listed, labels, _describe(title, listed, labels), note)


def _describe(title: str, rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> str:
    """What a chart shows, in words: its title and the first rows."""
    from textmine.plots import describe_row

    shown = "; ".join(describe_row(row, labels) for row in rows[:3])
    return f"{title}. {shown}{' …' if len(rows) > 3 else ''}" if rows else title
