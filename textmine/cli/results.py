"""What the commands of analysis share: their options, and result frames written in the form that the suffix names."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from textmine.errors import TextmineError

if TYPE_CHECKING:
    import pandas as pd

_Command = TypeVar("_Command", bound=Callable[..., Any])
_FORMS: Final = (".csv", ".jsonl", ".md", ".parquet")

#: the options that several commands have, by name
OPTIONS: Final[dict[str, Callable[[Any], Any]]] = {
    "output": click.option(
        "-o",
        "--output",
        default="-",
        show_default=True,
        help=".csv, .jsonl, .md or .parquet; - prints",
    ),
    "by": click.option("--by", multiple=True, help="columns of the reports frame: year,level,kind …"),
    "where": click.option(
        "--where", multiple=True, help="only reports with column=value; several with |, missing: column="
    ),
    "theme": click.option("--theme", help="only statements that carry this theme"),
    "themes": click.option("--theme", "themes", multiple=True, help="codes of themes; all without it"),
    "role": click.option("--role", type=click.Choice(["problem", "measure", "any"]), default="any", show_default=True),
    "roles": click.option(
        "--role", "roles", multiple=True, type=click.Choice(["problem", "measure", "any"]), help="problem and measure"
    ),
    "unit": click.option(
        "--unit", type=click.Choice(["reports", "statements"]), default="reports", show_default=True, help="of shares"
    ),
    "base": click.option(
        "--base",
        type=click.Choice(["with_part", "all"]),
        default="with_part",
        show_default=True,
        help="count reports with statements, or all",
    ),
    "cluster": click.option(
        "--cluster", default="report_id", show_default=True, help="what is independent: report_id or agency"
    ),
    "codes": click.option("--codes", help="CSV of hand codes: corrects the machine's figures"),
    "sample": click.option("--sample", help="CSV of the sample that the hand codes are of"),
    "level": click.option("--level", type=click.FloatRange(0, 1, True, True), default=0.95, show_default=True),
    "seed": click.option("--seed", type=int, default=0, show_default=True),
    "rounds": click.option("--rounds", type=click.IntRange(2), default=200, show_default=True, help="resamples"),
    "top": click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="rows (of each group)"),
    "min_count": click.option("--min-count", type=click.IntRange(1), default=3, show_default=True),
    "pos": click.option("--pos", help="parts of speech of candidates: n,v (jieba's tags)"),
    "words": click.option("--words", help="file of the only words to look at, one a line"),
    "stopwords": click.option("--stopwords", help="file of stop words; without it those of the package"),
    "dictionary": click.option("--dictionary", help="segmenter dictionary; without it the package's"),
    "quiet": click.option("-q", "--quiet", is_flag=True, help="no progress bar"),
}


def options(*names: str) -> Callable[[_Command], _Command]:
    """Give a command the options of these names, in this order."""

    def add(command: _Command) -> _Command:
        for name in reversed(names):
            command = OPTIONS[name](command)
        return command

    return add


def split_names(values: str | tuple[str, ...] | None) -> list[str]:
    """Return names that were given with commas, or several times.

    >>> split_names(("year,level", "kind"))
    ['year', 'level', 'kind']
    """
    listed = (values,) if isinstance(values, str) else values or ()
    return [name.strip() for value in listed for name in value.split(",") if name.strip()]


def parse_where(values: tuple[str, ...]) -> dict[str, list[str | None]]:
    """Return columns and their values; none behind ``=`` is a missing one.

    Raises:
        TextmineError: a condition without ``=``.

    >>> parse_where(("level=county|township", "province="))
    {'level': ['county', 'township'], 'province': [None]}
    """
    found = {}
    for value in values:
        name, mark, wanted = value.partition("=")
        if not mark:
            raise TextmineError(f"--where {value}: expected column=value")
        found[name.strip()] = [one or None for one in wanted.split("|")]
    return found


def load_analysis(folder: str) -> dict[str, pd.DataFrame]:
    """Return the frames that analyses need."""
    from textmine.frames import load_frames

    return load_frames(folder, "reports", "statements", "tags")


def load_hand(codes: str | None, sample: str | None) -> dict[str, Any]:
    """Return the arguments ``codes`` and ``sample``, read from files.

    Raises:
        TextmineError: one without the other, or a file that cannot be read.
    """
    from textmine.analysis.handcodes import read_codes, read_sample

    if (codes is None) != (sample is None):
        raise TextmineError("--codes and --sample belong together: the codes, and the sample that they are of")
    return {} if codes is None or sample is None else {"codes": read_codes(codes), "sample": read_sample(sample)}


def load_candidates(pos: str | None, words: str | None, stopwords: str | None) -> dict[str, Any]:
    """Return the arguments that say which words may be keywords."""
    from textmine.analysis.wordlists import load_words

    return {
        "pos": split_names(pos) or None,
        "words": load_words(words) if words else None,
        "stopwords": stopwords,
    }


def write_frame(frame: pd.DataFrame, output: str, *, for_excel: bool = False) -> None:
    """Write a result in the form that the suffix of ``output`` names; on a terminal as a rounded table that fits it.

    ``for_excel`` begins a CSV file with a byte-order mark, without which Excel does not read Chinese.

    Raises:
        TextmineError: another suffix, or the file cannot be written.
    """
    from textmine.cli.streams import open_output

    if output == "-" and sys.stdout.isatty():
        _show_table(frame)
        return
    suffix = "." + output.rpartition(".")[2] if output != "-" else ".csv"
    if suffix not in _FORMS:
        raise TextmineError(f"cannot write {output}: the suffix must be one of {', '.join(_FORMS)}")
    if suffix == ".parquet":
        _write_parquet(frame, output)
        return
    with open_output(output) as stream:
        if suffix == ".csv":
            stream.write("\ufeff" if for_excel and output != "-" else "")
            frame.to_csv(stream, index=False, lineterminator="\n")
        elif suffix == ".jsonl":
            frame.to_json(stream, orient="records", lines=True, force_ascii=False)
        else:
            stream.write(format_markdown(frame))


def _show_table(frame: pd.DataFrame) -> None:
    from shutil import get_terminal_size

    from textmine.cli.streams import open_output
    from textmine.cli.table import format_table

    text, left_out = format_table(frame, width=get_terminal_size().columns)
    with open_output("-") as stream:
        stream.write(text + "\n")
    if left_out:
        click.echo(f"{left_out}; -o result.csv writes all of them, unrounded", err=True)


def _write_parquet(frame: pd.DataFrame, output: str) -> None:
    target = Path(output)
    partial = target.with_name(f".{target.name}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        frame.to_parquet(partial, index=False)
        os.replace(partial, target)
    except OSError as error:
        raise TextmineError(f"cannot write {output}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            partial.unlink()


def format_markdown(frame: pd.DataFrame) -> str:
    """Return a frame as a Markdown table; report text stays text.

    >>> import pandas as pd
    >>> print(format_markdown(pd.DataFrame({"a": ["x|y"], "b": [0.12345]})), end="")
    | a | b |
    |---|---|
    | x\\|y | 0.1235 |
    """
    import pandas as pd

    def cell(value: Any) -> str:
        if pd.isna(value):
            return ""
        text = f"{value:.4g}" if isinstance(value, float) else str(value)
        return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")

    lines = ["| " + " | ".join(map(str, frame.columns)) + " |", "|" + "---|" * len(frame.columns)]
    lines += ["| " + " | ".join(map(cell, row)) + " |" for row in frame.itertuples(index=False)]
    return "\n".join(lines) + "\n"
