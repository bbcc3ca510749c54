"""What a summary says, apart from how it looks: sections of sentences, figures, tables and quotes, all plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    import pandas as pd

Lang = Literal["zh", "en"]
#: how a value is meant and shown: ``share`` is 0–1 and shown in per cent, ``interval`` a pair of shares,
#: ``range`` a pair of numbers, ``p`` a p or q value
Kind = Literal["text", "code", "count", "year", "share", "number", "interval", "range", "p"]
FigureKind = Literal["intervals", "heatmap", "lines", "bars", "presence"]
Value = str | int | float | bool | tuple[float | None, float | None] | None

#: roles that a theme is counted in
ROLES: Final = ("problem", "measure")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The statements behind a figure: those of ``role`` with ``theme`` in reports that fit ``where``.

    A field that is ``None`` does not restrict; the theme ``-`` stands for statements without one. ``where`` holds pairs
    of a column of the reports frame and its value as text, ``""`` for a missing value. ``with_theme`` asks for the
    statements on either theme in reports that state both, ``words`` for those that hold this text. ``ids`` names single
    statements instead.

    >>> Evidence(theme="training", role="problem", where=(("year", "2022"),)).query
    'theme=training&role=problem&year=2022'
    """

    theme: str | None = None
    role: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    with_theme: str | None = None
    words: str | None = None
    ids: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The same as a text for links, percent-encoded."""
        from urllib.parse import quote

        parts = [
            ("theme", self.theme),
            ("with", self.with_theme),
            ("role", self.role),
            ("words", self.words),
            *self.where,
        ]
        parts += [("id", ",".join(self.ids))] if self.ids else []
        return "&".join(f"{name}={quote(value, safe=',')}" for name, value in parts if value is not None)


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with the statements behind it and a mark (``small``: too few reports to rest a claim on)."""

    value: Value
    evidence: Evidence | None = None
    mark: Literal["", "small"] = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its key, the label shown, and how its values are meant."""

    key: str
    label: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption that says what is counted and a note on how to read it."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def values(self, key: str) -> list[Value]:
        """Return the values of a column."""
        at = [column.key for column in self.columns].index(key)
        return [row[at].value for row in self.rows]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart as data: :mod:`textmine.plots` draws it.

    ``rows`` are records with the fields that the kind of figure asks for (:data:`textmine.plots.FIELDS`); ``labels``
    name axes and roles in the language of the summary; ``description`` says in words what is seen.
    """

    key: str
    title: str
    kind: FigureKind
    rows: tuple[Mapping[str, Any], ...]
    labels: Mapping[str, str]
    description: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A finding in words, with the statements behind it; ``main`` ones stand among the findings too."""

    text: str
    evidence: Evidence | None = None
    main: bool = True


@dataclass(frozen=True, slots=True)
class Quote:
    """A statement quoted with its place: file, half-open character offsets into the report's normalized text."""

    statement_id: str
    text: str
    source: str
    path: str
    start: int
    end: int
    role: str = ""
    theme: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class QuoteGroup:
    """Quotes under one heading, for example the typical problems of a theme."""

    key: str
    title: str
    quotes: tuple[Quote, ...]
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A section; all parts may be empty, but one.

    ``data`` holds the tables in full length behind those that are shown: a workbook has them too.
    """

    key: str
    title: str
    intro: str = ""
    sentences: tuple[Sentence, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    quotes: tuple[QuoteGroup, ...] = ()
    data: tuple[Table, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.sentences or self.figures or self.tables or self.quotes)


@dataclass(frozen=True, slots=True)
class SummaryContent:
    """A whole summary.

    Attributes:
        lang: language of all texts but the quotes.
        title, subtitle: what it is about.
        facts: the few numbers at the top, label and value.
        sections: in the order shown; sections of other analyses are added here.
        themes: code -> name in ``lang``, in the order of the codebook.
        theme_groups: code -> name of the theme's group.
        groupings: column of the reports frame -> its label, for those that the summary groups by.
        statements: one row a statement (:data:`STATEMENT_COLUMNS`), all of which can be looked up.
    """

    lang: Lang
    title: str
    subtitle: str
    facts: tuple[tuple[str, Cell, Kind], ...]
    sections: tuple[Section, ...]
    themes: Mapping[str, str]
    theme_groups: Mapping[str, str]
    groupings: Mapping[str, str]
    statements: pd.DataFrame = field(repr=False)

    def section(self, key: str) -> Section:
        """Return the section of this key.

        Raises:
            KeyError: there is none.
        """
        for section in self.sections:
            if section.key == key:
                return section
        raise KeyError(key)


#: the columns of ``SummaryContent.statements``; the columns that the summary groups by follow them
STATEMENT_COLUMNS: Final = (
    "statement_id",
    "report_id",
    "role",
    "themes",
    "text",
    "agency",
    "year",
    "path",
    "start",
    "end",
)


def format_value(value: Value, kind: Kind) -> str:
    """Return a value as it is shown; a missing one is an en dash.

    >>> [format_value(1234, "count"), format_value(0.256, "share"), format_value((0.1, 0.3), "interval")]
    ['1,234', '25.6%', '10.0%–30.0%']
    >>> format_value(None, "count")
    '–'
    """
    if value is None:
        return "–"
    if isinstance(value, tuple):
        low, high = value
        if low is None or high is None:
            return "–"
        if kind == "interval":
            return f"{format_value(low, 'share')}–{format_value(high, 'share')}"
        return f"[{format_value(low, 'number')}, {format_value(high, 'number')}]"  # a dash would look like a minus sign
    if isinstance(value, bool | str) or kind in ("text", "code", "year"):
        return str(value)
    if kind == "share":
        return f"{100 * value:.1f}%"
    if kind == "count":
        return f"{round(value):,}"
    if kind == "p":
        return "<0.001" if value < 0.001 else f"{value:.3f}"
    return (f"{value:,.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}").replace("-", "−")


def find_statements(content: SummaryContent, evidence: Evidence) -> pd.DataFrame:
    """Return the rows of ``content.statements`` that stand behind a figure."""
    frame = content.statements
    if evidence.ids:
        return frame[frame["statement_id"].isin(evidence.ids)]
    fits = frame["role"].notna()
    if evidence.role == "any":
        fits &= frame["role"].isin(ROLES)
    elif evidence.role is not None:
        fits &= frame["role"] == evidence.role
    if evidence.theme == "-":
        fits &= frame["themes"].map(len) == 0
    elif evidence.theme is not None:
        has = [
            frame["themes"].map(lambda listed, code=code: code in listed).astype(bool) & fits
            for code in (evidence.theme, evidence.with_theme)
            if code is not None
        ]
        both = set.intersection(*(set(frame.loc[one, "report_id"]) for one in has))
        fits &= (has[0] | has[-1]) & frame["report_id"].isin(both)
    if evidence.words is not None:
        fits &= frame["text"].str.contains(evidence.words, case=False, regex=False)
    for column, value in evidence.where:
        fits &= frame[column].astype("string").fillna("") == value
    return frame[fits]
