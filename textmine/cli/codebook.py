"""``textmine codebook``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from textmine.themes import Codebook, Theme


@click.group()
def codebook() -> None:
    """Show, check and compare codebooks."""


@codebook.command()
@click.argument("theme", required=False)
@click.option("--codebook", "folder", help="folder of a codebook; without it, the packaged one")
def show(theme: str | None, folder: str | None) -> None:
    """Print the themes of a codebook, or all of one THEME: definition, rules, examples.

    Example: textmine codebook show staffing
    """
    from textmine.errors import CodebookError
    from textmine.themes import load_codebook

    book = load_codebook(folder)
    if theme is None:
        _show_book(book)
    elif theme in book.codes:
        _show_theme(book.theme(theme))
    else:
        raise CodebookError(f"codebook {book.version} has no theme {theme!r}; it has {', '.join(book.codes)}")


def _show_book(book: Codebook) -> None:
    click.echo(f"{book.title_zh} {book.version} ({book.path})")
    for theme in book.themes:
        click.echo(f"{theme.code}\t{theme.name_zh}\t{theme.group}\t{theme.definition_zh}")


def _show_theme(theme: Theme) -> None:
    click.echo(f"{theme.code} {theme.name_zh} ({theme.name_en})\n{theme.definition_zh}\n{theme.definition_en}")
    for rule in theme.rules:
        terms = rule.terms or rule.objects
        shown = " ".join(terms[:12]) + (f" … ({len(terms)})" if len(terms) > 12 else "")
        click.echo(f"\n[{rule.id}] {rule.kind}, {rule.role}, score {rule.score}\n  {shown}")
    for example in theme.examples:
        click.echo(f"{'+' if example.hit else '-'} {example.role}: {example.text}")


@codebook.command()
@click.argument("folder", required=False)
def check(folder: str | None) -> None:
    """Run the examples of a codebook and look through its terms; exit code 1 where there are errors.

    Example: textmine codebook check my-codebook/
    """
    from textmine.themes import load_codebook

    book = load_codebook(folder)
    findings = book.check()
    for finding in findings:
        place = finding.rule_id or finding.theme or "codebook"
        click.echo(f"{finding.severity}\t{place}\t{finding.problem}\t{finding.detail}")
    errors = sum(finding.severity == "error" for finding in findings)
    click.echo(f"codebook {book.version}: {errors} errors, {len(findings) - errors} notes", err=True)
    if errors:
        sys.exit(1)


@codebook.command()
@click.argument("first")
@click.argument("second")
@click.argument("statements")
@click.option("-o", "--output", default="-", show_default=True, help="a JSON lines file; - is the standard output")
def diff(first: str, second: str, statements: str, output: str) -> None:
    """Print the statements whose themes differ between two codebooks.

    FIRST and SECOND are folders of codebooks; - is the packaged one. STATEMENTS is a mined folder, a Parquet frame
    with text and role, or JSON lines or CSV with id, text and, where known, role.

    Example: textmine codebook diff - my-codebook/ mined/ -o changed.jsonl
    """
    from textmine.cli.streams import open_output, put_line

    items = _statements(statements)
    before, after = (_tagged(folder, items) for folder in (first, second))
    changed = 0
    with open_output(output) as stream:
        for item, old, new in zip(items, before, after, strict=True):
            if old == new:
                continue
            changed += 1
            gone, added = sorted(set(old) - set(new)), sorted(set(new) - set(old))
            put_line(stream, {"id": item["id"], "lost": gone, "gained": added, "text": item["text"]})
    click.echo(f"{changed} of {len(items)} statements change themes", err=True)


@codebook.command()
@click.option("--codebook", "folder", help="folder of a codebook; without it, the packaged one")
@click.option("-o", "--output", default="-", show_default=True, help="a JSON lines file; - is the standard output")
@click.option("--role", type=click.Choice(["problem", "measure"]), help="only rules for statements of this role")
@click.option("--rows", type=click.IntRange(min=0), default=0, show_default=True, help="rows of tokens for one rule")
@click.option("--words", is_flag=True, help="tokens are our words; without it they are characters, as in blank:zh")
def patterns(folder: str | None, output: str, role: str | None, rows: int, words: bool) -> None:
    """Write the rules as token patterns for spaCy's SpanRuler and Prodigy's --patterns.

    A pattern says less than its rule: it finds candidates. A row of tokens says what words with gaps between them
    say, and makes matching slow.

    Example: textmine codebook patterns -o patterns.jsonl
    """
    from collections import Counter

    from textmine.cli.streams import open_output
    from textmine.segment import Segmenter
    from textmine.spacy_bridge import export_patterns
    from textmine.themes import load_codebook

    found = export_patterns(load_codebook(folder), segmenter=Segmenter() if words else None, role=role, rows=rows)
    with open_output(output) as stream:
        stream.write(found.to_jsonl())
    said = Counter(note.coverage for note in found.notes)
    told = f"{said['whole']} rules said whole, {said['part']} in part, {said['none']} not at all"
    click.echo(f"{len(found.patterns)} patterns: {told}", err=True)


def _tagged(folder: str, items: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    from textmine.themes import RuleTagger, load_codebook

    tagger = RuleTagger(load_codebook(None if folder == "-" else folder))
    predictions = tagger.predict([item["text"] for item in items], [item.get("role") for item in items])
    return [tuple(sorted(prediction.themes)) for prediction in predictions]


def _statements(source: str) -> list[dict[str, Any]]:
    from pathlib import Path

    from textmine.cli.streams import read_input, read_items

    path = Path(source)
    if path.is_dir():
        path = path / "statements.parquet"
    return _frame_items(path) if path.suffix == ".parquet" else read_items(read_input(source), source)


def _frame_items(path: Any) -> list[dict[str, Any]]:
    import pandas as pd

    from textmine.errors import TextmineError

    try:
        frame = pd.read_parquet(path, columns=["statement_id", "text", "role"])
    except (OSError, ValueError, KeyError) as error:
        raise TextmineError(f"cannot read {path}: {error}") from error
    frame = frame.dropna(subset=["text"])
    return [
        {"id": name, "text": text, "role": None if pd.isna(role) else role}
        for name, text, role in zip(frame["statement_id"], frame["text"], frame["role"], strict=True)
    ]
