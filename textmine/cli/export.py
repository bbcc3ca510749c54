"""``textmine export``."""

from __future__ import annotations

import sys

import click

_FRAMES = ("statements", "tokens", "reports", "sections", "cells", "tags", "checks", "skipped")


@click.command()
@click.argument("folder")
@click.argument("table", type=click.Choice(_FRAMES), default="statements")
@click.option("-o", "--output", required=True, help="a .csv, .jsonl, .parquet, .dta (Stata) or .spacy file")
@click.option("--theme", help="statements that carry this theme")
@click.option("--role", type=click.Choice(["problem", "measure", "context", "any"]), help="statements of this role")
@click.option("--where", multiple=True, metavar="COLUMN=VALUE", help="reports with this value, for example year=2022")
@click.option("--bom", is_flag=True, help="begin a .csv with a byte-order mark, for Excel")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="labels in a .dta file")
@click.option("--dictionary", help="words for tokens; without it those that the package brings")
@click.option("-q", "--quiet", is_flag=True, help="no progress bar")
def export(
    folder: str,
    table: str,
    output: str,
    theme: str | None,
    role: str | None,
    where: tuple[str, ...],
    bom: bool,
    lang: str,
    dictionary: str | None,
    quiet: bool,
) -> None:
    """Write statements with their report and themes, their words, or a frame.

    \b
    Examples:
      textmine export mined -o training.csv --bom --theme training --role problem --where year=2022
      textmine export mined reports -o reports.dta --lang en
      textmine export mined tokens -o tokens.csv
      textmine export mined -o reports.spacy
    """
    if output.lower().endswith(".spacy"):
        from textmine.segment import Segmenter
        from textmine.spacy_bridge.frames import export_docbin

        if table != "statements" or theme or role or where or bom:
            raise click.UsageError("a .spacy file holds whole reports: no table, --theme, --role, --where or --bom")
        segmenter = Segmenter(dictionary) if dictionary else None
        export_docbin(folder, output, segmenter=segmenter, progress=not quiet and sys.stderr.isatty())
        return
    from textmine.export import export_frame, list_statements, list_tokens, parse_where
    from textmine.frames import load_frames
    from textmine.segment import Segmenter

    if table not in ("statements", "tokens"):
        if theme or role or where:
            raise click.UsageError("--theme, --role and --where choose statements; the other tables are written whole")
        frame = load_frames(folder, table)[table]
    else:
        frames = load_frames(folder, "reports", "statements", "tags")
        chosen = parse_where(where)
        if table == "tokens":
            segmenter = Segmenter(dictionary) if dictionary else None
            frame = list_tokens(frames, segmenter, theme=theme, role=role, where=chosen)
        else:
            frame = list_statements(frames, theme=theme, role=role, where=chosen)
    export_frame(frame, output, name=table, bom=bom, lang=lang)
