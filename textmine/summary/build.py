"""Frames → the content of a summary: which sections, in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textmine.summary.about import (
    build_cautions,
    build_checks,
    build_corpus,
    build_method,
    count_bodies,
    describe_years,
    make_facts,
)
from textmine.summary.bodies import build_peers, build_presence, tell_body
from textmine.summary.content import Section, Sentence, SummaryContent, format_value
from textmine.summary.scope import Scope, list_statements, make_scope
from textmine.summary.texts import build_terms, build_together, build_typical
from textmine.summary.themes import build_groups, build_themes, build_years, tell_themes
from textmine.themes.codebook import Codebook

if TYPE_CHECKING:
    import pandas as pd


def build_content(
    frames: Mapping[str, pd.DataFrame],
    *,
    by: Sequence[str] = (),
    lang: str = "zh",
    body: str | None = None,
    theme: str | None = None,
    region: str | None = None,
    codebook: Codebook | None = None,
    manifest: Mapping[str, Any] | None = None,
    sections: Sequence[Section] = (),
) -> SummaryContent:
    """Return what a summary of frames says. The same frames give the same content.

    Args:
        frames: what :func:`textmine.mine` gives; ``reports``, ``statements`` and ``tags`` are needed.
        by: columns of the reports frame to group by; the years are always shown.
        lang: ``zh`` or ``en``; quotes stay as they are.
        body: narrow to one body, by its name or the part of it that only one has.
        theme: narrow to one theme, by its code or name.
        region: narrow to one province, prefecture or county, by its name.
        codebook: names and order of themes; the packaged one without it.
        manifest: the manifest of the mined folder.
        sections: further ones, shown before those on the corpus.

    Raises:
        FrameError, GroupError, ThemeError, TextmineError: what is missing, empty or unknown.

    >>> from textmine.analysis.demo import make_frames
    >>> content = build_content(make_frames(60), lang="en")
    >>> content.sections[0].title
    'Main findings'
    """
    scope = make_scope(
        frames, by=by, lang=lang, body=body, theme=theme, region=region, codebook=codebook, manifest=manifest
    )
    middle = _middle(scope)
    told = _findings(scope, middle)
    about = [build_checks(scope), build_corpus(scope), build_method(scope), build_cautions(scope)]
    every, statements = [told, *middle, *sections, *about], list_statements(scope)
    return SummaryContent(
        scope.words.lang,
        _title(scope),
        _subtitle(scope),
        make_facts(scope, statements),
        tuple(section for section in every if not section.empty),
        {code: scope.name(code) for code in scope.themes},
        {code: scope.group_of(code) for code in scope.themes},
        {column: scope.words.label(column) for column in dict.fromkeys(("year", *scope.by))},
        statements,
    )


def _middle(scope: Scope) -> list[Section]:
    """The sections between the findings and the corpus."""
    if scope.body is not None:
        return [build_presence(scope), build_peers(scope), build_typical(scope)]
    found = [build_themes(scope), build_years(scope)]
    found += [build_groups(scope, column) for column in scope.by]
    return [*found, build_together(scope), build_terms(scope), build_typical(scope)]


def _findings(scope: Scope, middle: Sequence[Section]) -> Section:
    """The findings: the sentences on themes, then those of the sections that compare."""
    first = tell_body(scope) if scope.body is not None else tell_themes(scope)
    told: list[Sentence] = list(first)
    for section in middle:
        if section.key != "typical":
            told += [sentence for sentence in section.sentences if sentence.main]
    return Section("findings", scope.words("sections", "findings"), sentences=tuple(told), quotes=())


def _title(scope: Scope) -> str:
    words = scope.words
    if scope.body is not None:
        return words("labels", "body_title", name=scope.body)
    title = words("labels", "corpus_title")
    if scope.region is not None:
        title = words("labels", "region_title", name=scope.region)
    if scope.theme is not None:
        named = words("labels", "theme_title", name=scope.name(scope.theme))
        title = f"{named}{words.label('colon')}{scope.region}" if scope.region else named
    return title


def _subtitle(scope: Scope) -> str:
    counts = {"reports": len(scope.frames["reports"]), "bodies": count_bodies(scope)}
    told = [
        scope.words("labels", f"{'one' if n == 1 else 'n'}_{key}", n=format_value(n, "count"))
        for key, n in counts.items()
    ]
    return " · ".join([describe_years(scope), *told])
