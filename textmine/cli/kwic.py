"""``textmine kwic``."""

from __future__ import annotations

import sys

import click

from textmine.cli.results import options


@click.command()
@click.argument("word")
@click.argument("folder")
@click.option("--regex", is_flag=True, help="WORD is a regular expression")
@click.option("--width", type=click.IntRange(4, 200), default=40, show_default=True, help="columns on each side")
@click.option("--sort", type=click.Choice(["report", "left", "right"]), default="report", show_default=True)
@click.option("--top", type=click.IntRange(1), help="lines at the most")
@options("output", "theme", "role", "where", "quiet")
def kwic(
    word: str,
    folder: str,
    regex: bool,
    width: int,
    sort: str,
    top: int | None,
    output: str,
    theme: str | None,
    role: str,
    where: tuple[str, ...],
    quiet: bool,
) -> None:
    """Show each place of a word in its context; aligned text on the standard stream and in a .txt file, else a table.

    Example: textmine kwic 培训 mined --sort right
    """
    from textmine.analysis.concordance import format_kwic
    from textmine.analysis.concordance import kwic as run
    from textmine.cli.results import load_analysis, parse_where, write_frame
    from textmine.cli.streams import open_output

    found = run(
        load_analysis(folder),
        word,
        regex=regex,
        theme=theme,
        role=role,
        where=parse_where(where),
        width=width,
        sort=sort,
        progress=not quiet and sys.stderr.isatty(),
    )
    shown = found if top is None else found.head(top)
    if output == "-" or output.endswith(".txt"):
        with open_output(output) as stream:
            stream.write(format_kwic(shown, width=width) + "\n" if len(shown) else "")
    else:
        write_frame(shown, output)
    click.echo(f"{len(found)} places in {found['report_id'].nunique()} reports", err=True)
