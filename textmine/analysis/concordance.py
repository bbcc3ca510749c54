"""How is a word used? Its places in the statements, aligned for reading (keyword in context)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from unicodedata import combining, east_asian_width

from textmine.analysis.errors import TermError
from textmine.analysis.evidence import find_evidence
from textmine.analysis.incidence import Frames, tidy

if TYPE_CHECKING:
    import pandas as pd

#: marks that turn or join text and would break the columns: controls, bidirectional marks, zero-width characters
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def kwic(
    frames: Frames,
    pattern: str,
    *,
    regex: bool = False,
    theme: str | None = None,
    role: str = "any",
    where: Mapping[str, Any] | None = None,
    width: int = 40,
    sort: str = "report",
    progress: bool = False,
) -> pd.DataFrame:
    """Return each place of a word with what stands before and behind it.

    Args:
        pattern: the word, found wherever its characters stand, or a regular expression with ``regex``.
        theme, role, where: which statements.
        width: columns of context on each side, a Chinese character being two.
        progress: show a progress bar.
        sort: ``report``, ``left`` (by what stands before, from its end) or ``right`` (by what stands behind).

    Returns:
        left, keyword, right (texts), statement_id, report_id, agency, year, path, role, start, end (offsets of the
        keyword in the report's text); empty where the word does not stand. For a share of reports with an interval
        ask :func:`textmine.keywords.keywords` with ``words=[pattern]``.

    Raises:
        FrameError, ThemeError, GroupError: what is missing, unknown or empty.
        TermError: an empty or malformed pattern, or an unknown order.

    >>> from textmine.analysis.demo import make_frames
    >>> kwic(make_frames(3), "培训")["keyword"].unique().tolist()
    ['培训']
    """
    if sort not in ("report", "left", "right"):
        raise TermError(f"unknown order {sort!r}; there are report, left, right")
    from tqdm import tqdm

    compiled = _compile(pattern, regex)
    rows = find_evidence(frames, theme=theme, role=role, where=where)
    owners, found = [], []
    texts = rows["text"].fillna("").tolist()
    for number, text in enumerate(tqdm(texts, disable=not progress, unit="statement", desc="kwic")):
        for match in compiled.finditer(text):
            if match.end() > match.start():
                owners.append(number)
                found.append((text, match.start(), match.end()))
    told = rows.iloc[owners].reset_index(drop=True).drop(columns=["text"])
    begins = told["start"].to_numpy(dtype="int64", na_value=0)
    told["end"] = begins + [end for _, _, end in found]
    told["start"] = begins + [start for _, start, _ in found]
    told = told.astype({"start": "Int64", "end": "Int64"})
    sides = tidy(
        {
            "left": [_last(text[:start], width) for text, start, _ in found],
            "keyword": [text[start:end] for text, start, end in found],
            "right": [cut_text(text[end:], width) for text, _, end in found],
        }
    ).astype("string")
    import pandas as pd

    joined = pd.concat([sides, told], axis=1)
    if sort == "left":
        return joined.sort_values("left", key=lambda c: c.str[::-1], kind="stable", ignore_index=True)
    return joined.sort_values("right", kind="stable", ignore_index=True) if sort == "right" else joined


def _compile(pattern: str, regex: bool) -> re.Pattern[str]:
    if not pattern:
        raise TermError("no word is given")
    try:
        return re.compile(pattern if regex else re.escape(pattern))
    except re.error as error:
        raise TermError(f"{pattern!r} is no regular expression: {error}") from error


def format_kwic(found: pd.DataFrame, *, width: int = 40) -> str:
    """Return a concordance as lines of text with the keyword in one column, in a font that gives 汉字 two columns.

    >>> import pandas as pd
    >>> rows = pd.DataFrame({"left": ["加强业务", "a"], "keyword": ["培训"] * 2, "right": ["。", "班"]})
    >>> print(format_kwic(rows, width=8))
    加强业务 【培训】 。
           a 【培训】 班
    """
    own = [name for name in ("agency", "year", "statement_id") if name in found.columns]
    lines = []
    for row in found.to_dict("records"):
        left, right = show_text(row["left"]), show_text(row["right"])
        place = " ".join(str(row[name]) for name in own if row[name] == row[name] and str(row[name]) != "<NA>")
        line = f"{pad_text(left, width, before=True)} 【{show_text(row['keyword'])}】 "
        lines.append((line + pad_text(right, width) + "  " + place if place else line + right).rstrip())
    return "\n".join(lines)


def text_width(text: str) -> int:
    """Return how many columns a text takes in a terminal: 汉字 and full-width marks two, combining marks none.

    Source: Unicode Standard Annex 11, "East Asian Width".

    >>> text_width("《条例》ab")
    10
    """
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def show_text(text: str) -> str:
    """Return a text without marks that would break a line or turn it round."""
    return _UNSEEN.sub(" ", text)


def pad_text(text: str, width: int, *, before: bool = False) -> str:
    """Return a text with blanks behind it (or before it) that bring it to ``width`` columns."""
    blank = " " * max(0, width - text_width(text))
    return blank + text if before else text + blank


def cut_text(text: str, width: int) -> str:
    """Return what of a text fits into ``width`` columns.

    >>> cut_text("业务培训", 5)
    '业务'
    """
    used = 0
    for number, char in enumerate(text):
        used += text_width(char)
        if used > width:
            return text[:number]
    return text


def _last(text: str, width: int) -> str:
    return cut_text(text[::-1], width)[::-1]
