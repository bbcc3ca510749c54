"""What goes wrong in an analysis, said so that the reader can act on it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from textmine.errors import TextmineError


class ThemeError(TextmineError):
    """A theme that neither the tags nor the codebook knows."""


class GroupError(TextmineError):
    """A group that does not exist, is empty, or is too small to say anything."""


class SampleError(TextmineError):
    """A sample that cannot be drawn, or hand codes that do not fit the sample that was drawn."""


class TermError(TextmineError):
    """A word, word list or text from which no terms come."""


def name_choices(wanted: object, choices: Iterable[object], *, most: int = 12) -> str:
    """Return the choices that look like ``wanted``, or the first few, as words for an error message.

    >>> name_choices("trainig", ["staffing", "training"])
    'did you mean training?'
    >>> name_choices("xyz", ["staffing", "training"])
    'there are staffing, training'
    """
    names = [str(choice) for choice in choices]
    close = get_close_matches(str(wanted), names, n=3, cutoff=0.75)
    if close:
        return f"did you mean {', '.join(close)}?"
    if not names:
        return "there are none"
    return f"there are {', '.join(names[:most])}" + (f" and {len(names) - most} more" if len(names) > most else "")
