"""Step 8: frames → the theme summary as a page, a Word file, an Excel workbook or Markdown; counts as CSV."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textmine.errors import FrameError, TextmineError
from textmine.folders import open_folder
from textmine.frames import COLUMNS, load_frames
from textmine.outputs import write_whole
from textmine.summary.content import Section, SummaryContent

if TYPE_CHECKING:
    import pandas as pd

    from textmine.themes.codebook import Codebook

#: suffix -> what is written
FORMS: Final = {
    ".html": "one page that needs nothing else",
    ".docx": "Word",
    ".xlsx": "Excel",
    ".md": "Markdown",
    ".csv": "counts of reports only",
}
#: frames that a summary needs; ``checks`` and ``skipped`` are shown where they are there
_NEEDED: Final = ("reports", "statements", "tags")


def count_themes(frames: Mapping[str, pd.DataFrame], by: str | None = None) -> pd.DataFrame:
    """Return, for each theme, role and group, how many reports state it: columns theme, role, ``by``, reports.

    Raises:
        FrameError: ``by`` is no column of the reports frame.

    >>> from textmine.analysis.demo import make_frames
    >>> list(count_themes(make_frames(9), "year").columns)
    ['theme', 'role', 'year', 'reports']
    """
    reports = frames["reports"]
    if by is not None and by not in reports:
        raise FrameError(f"cannot group by {by!r}; there are {', '.join(reports.columns)}")
    joined = frames["tags"][["statement_id", "report_id", "theme"]].merge(
        frames["statements"][["statement_id", "role"]], on="statement_id"
    )
    keys = ["theme", "role"]
    if by is not None:
        joined = joined.merge(reports[["report_id", by]], on="report_id")
        keys.append(by)
    counted = joined.groupby(keys, dropna=False)["report_id"].nunique().rename("reports").reset_index()
    return counted.sort_values("reports", ascending=False, kind="stable", ignore_index=True)


def load_mined(folder: str | Path) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Return the frames that a summary is made from and the manifest of a mined folder.

    Raises:
        FrameError: the folder is no mined folder, or a frame or the manifest is damaged.
    """
    root = open_folder(folder)
    names = [name for name in COLUMNS if name in _NEEDED or root.has(f"{name}.parquet")]
    frames = load_frames(folder, *(name for name in names if name not in ("sections", "cells")))
    try:
        with root.open("manifest.json") as file:
            manifest = json.load(file)
    except FileNotFoundError:
        manifest = {}
    except (OSError, ValueError) as error:
        raise FrameError(f"{folder}/manifest.json is damaged: {error}") from error
    return frames, manifest


def summarize(
    source: str | Path | Mapping[str, pd.DataFrame],
    out: str | Path,
    *,
    by: Sequence[str] = (),
    lang: str = "zh",
    body: str | None = None,
    theme: str | None = None,
    region: str | None = None,
    codebook: Codebook | None = None,
    sections: Sequence[Section] = (),
) -> None:
    """Write the summary of a mined folder or of frames to ``out``; its suffix says in which form.

    Args:
        source: a folder that ``textmine mine`` wrote, or frames.
        out: a .html, .docx, .xlsx, .md or .csv file.
        by, lang, body, theme, region, codebook, sections: as for :func:`textmine.summary.build.build_content`.

    Raises:
        FrameError, GroupError, ThemeError: what is missing, empty or unknown.
        MissingExtraError: a form needs a package that is not installed.
        TextmineError: another suffix, an unknown language, or an output that cannot be written.
    """
    from textmine.summary.build import build_content

    target = Path(out)
    form = target.suffix.lower()
    if form not in FORMS:
        raise TextmineError(f"cannot write {target.name}: the suffix must be one of {', '.join(FORMS)}")
    frames, manifest = (source, {}) if isinstance(source, Mapping) else load_mined(source)
    if form == ".csv":
        if body or theme or region:
            raise TextmineError("counts as .csv are of the whole corpus; use .xlsx, or textmine export")
        write_whole(target, count_themes(frames, by[0] if by else None).to_csv(index=False).encode())
        return
    content = build_content(
        frames,
        by=by,
        lang=lang,
        body=body,
        theme=theme,
        region=region,
        codebook=codebook,
        manifest=manifest,
        sections=sections,
    )
    write_whole(target, render(content, form, folder=target.parent))


def render(content: SummaryContent, form: str, *, folder: str | Path = ".") -> bytes:
    """Return a summary in one of its forms: ``.html``, ``.docx``, ``.xlsx`` or ``.md``.

    Args:
        content: what it says.
        form: the suffix.
        folder: where the file will stand; a page links to reports relative to it.

    Raises:
        MissingExtraError: the form needs a package that is not installed.
        TextmineError: another suffix.
    """
    from textmine.summary.excel import render_excel
    from textmine.summary.html import render_html
    from textmine.summary.markdown import render_markdown
    from textmine.summary.word import render_word

    makers: dict[str, Callable[[], bytes]] = {
        ".html": lambda: render_html(content, folder=folder).encode(),
        ".docx": lambda: render_word(content),
        ".xlsx": lambda: render_excel(content),
        ".md": lambda: render_markdown(content).encode(),
    }
    if form not in makers:
        raise TextmineError(f"no summary as {form!r}; there are {', '.join(makers)}")
    return makers[form]()
