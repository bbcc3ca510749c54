"""What a summary is about: the frames narrowed to it, the names of themes, the columns to group by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from textmine.analysis.errors import GroupError, ThemeError, name_choices
from textmine.analysis.incidence import as_columns, check_frames, choose_themes, filter_reports
from textmine.summary.content import STATEMENT_COLUMNS, Evidence
from textmine.summary.words import Words, load_words
from textmine.themes.codebook import Codebook, load_codebook

if TYPE_CHECKING:
    import pandas as pd

#: columns of the reports frame in which a region is looked for, the smallest first
_REGIONS: Final = ("county", "prefecture", "province")


@dataclass(frozen=True, slots=True)
class Scope:
    """What the builders of sections read.

    Attributes:
        frames: the frames of the reports that the summary is about.
        everything: the frames of all reports, for comparisons with those outside.
        words: the words of the language.
        codebook: names and order of the themes.
        themes: codes of the themes that are reported on.
        by: columns of the reports frame to group by.
        body, theme, region: what the summary is narrowed to.
        manifest: what ``textmine mine`` wrote of its run; empty where there is none.
    """

    frames: Mapping[str, pd.DataFrame] = field(repr=False)
    everything: Mapping[str, pd.DataFrame] = field(repr=False)
    words: Words = field(repr=False)
    codebook: Codebook = field(repr=False)
    themes: tuple[str, ...]
    by: tuple[str, ...]
    body: str | None = None
    theme: str | None = None
    region: str | None = None
    manifest: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def name(self, theme: str) -> str:
        """Return the name of a theme; a code that the codebook does not know stands for itself."""
        for known in self.codebook.themes:
            if known.code == theme:
                return known.name_zh if self.words.lang == "zh" else known.name_en
        return theme

    def group_of(self, theme: str) -> str:
        """Return the name of a theme's group."""
        for known in self.codebook.themes:
            if known.code == theme:
                return self.words.texts["theme_groups"].get(known.group, known.group)
        return self.words.texts["theme_groups"]["other"]

    def role(self, role: str) -> str:
        """Return the name of a role as it stands in a sentence."""
        name = self.words.label(role)
        return name if self.words.lang == "zh" else name.lower()

    def phrase(self, theme: str) -> str:
        """Return the name of a theme as it stands in a sentence; the rest (其他) needs quotation marks there."""
        name = self.name(theme)
        return name if theme != "other" else f"“{name}”"

    def names(self, themes: Sequence[str]) -> str:
        """Return the names of themes as a list in running text."""
        return self.words.join([self.phrase(theme) for theme in themes])


def make_scope(
    frames: Mapping[str, pd.DataFrame],
    *,
    by: Sequence[str] = (),
    lang: str = "zh",
    body: str | None = None,
    theme: str | None = None,
    region: str | None = None,
    codebook: Codebook | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> Scope:
    """Return the scope of a summary.

    Raises:
        FrameError: a frame or a column to group by is missing.
        GroupError: no report of the body or region.
        ThemeError: no such theme.
        TextmineError: no such language.
    """
    check_frames(frames)
    words, everything = load_words(lang), dict(frames)
    groups = tuple(column for column in as_columns(frames["reports"], tuple(by)) if column != "year")
    codebook = codebook or load_codebook()
    narrowed = everything
    if region is not None:
        narrowed = filter_reports(narrowed, {_region_column(frames["reports"], region): region})
    if body is not None:
        narrowed = filter_reports(narrowed, {"agency": _body_name(narrowed["reports"], body)})
        body = str(narrowed["reports"]["agency"].iloc[0])
    themes = choose_themes(frames)
    if theme is not None:
        themes = choose_themes(frames, [_theme_code(theme, codebook)])
        theme = themes[0]
    return Scope(narrowed, everything, words, codebook, themes, groups, body, theme, region, dict(manifest or {}))


def _theme_code(theme: str, codebook: Codebook) -> str:
    """A theme may be asked for by its name too."""
    for known in codebook.themes:
        if theme in (known.code, known.name_zh, known.name_en):
            return known.code
    return theme


def _region_column(reports: pd.DataFrame, region: str) -> str:
    for column in _REGIONS:
        if column in reports and (reports[column] == region).any():
            return column
    there = sorted({str(v) for column in _REGIONS if column in reports for v in reports[column].dropna().unique()})
    raise GroupError(f"no report of the region {region!r}; {name_choices(region, there)}")


def _body_name(reports: pd.DataFrame, body: str) -> str:
    """The body of this name, or the only one whose name holds it."""
    names = sorted(set(map(str, reports["agency"].dropna())))
    if body in names:
        return body
    holding = [name for name in names if body in name]
    if len(holding) == 1:
        return holding[0]
    if holding:
        raise GroupError(f"several bodies have {body!r} in their name: {', '.join(holding[:8])}")
    raise GroupError(f"no report of the body {body!r}; {name_choices(body, names)}")


def list_statements(scope: Scope) -> pd.DataFrame:
    """Return all statements of the scope with what is looked up by: themes, body, year, place and groups.

    Raises:
        ThemeError: the summary is narrowed to a theme that no statement carries.
    """
    statements, tags, reports = (scope.frames[name] for name in ("statements", "tags", "reports"))
    order = {theme.code: at for at, theme in enumerate(scope.codebook.themes)}
    found: dict[str, set[str]] = {}
    for statement, theme in zip(tags["statement_id"], tags["theme"], strict=True):
        found.setdefault(statement, set()).add(theme)
    sets = {key: tuple(sorted(codes, key=lambda c: (order.get(c, len(order)), c))) for key, codes in found.items()}
    columns = ["report_id", "agency", "year", "path", *scope.by]
    columns = list(dict.fromkeys(columns))
    joined = statements.merge(reports[columns], on="report_id", how="inner", sort=False)
    joined["themes"] = [sets.get(statement, ()) for statement in joined["statement_id"]]
    if scope.theme is not None:
        joined = joined[[scope.theme in found for found in joined["themes"]]].reset_index(drop=True)
        if not len(joined):
            raise ThemeError(f"no statement carries the theme {scope.theme!r}")
    return joined[list(dict.fromkeys([*STATEMENT_COLUMNS, *scope.by]))]


def as_key(value: Any) -> str:
    """Return a value of a column as the text by which evidence names it; a missing one is empty."""
    import pandas as pd

    return "" if pd.isna(value) else str(value)


def evidence(theme: str | None, role: str | None, **where: Any) -> Evidence:
    """Return the evidence of a figure.

    >>> evidence("training", "any", year=2022).query
    'theme=training&role=any&year=2022'
    """
    return Evidence(theme=theme, role=role, where=tuple((column, as_key(value)) for column, value in where.items()))
