"""The command line: the verbs of the Python interface, one file a command, no logic of its own."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

import click

from textmine import __version__
from textmine.errors import TextmineError

__all__ = ["cli", "main"]

#: command -> what it does, in one line; the module of its name holds it and is loaded when it is called
COMMANDS: Final = {
    "mine": "Mine files, folders or globs into Parquet frames.",
    "summarize": "Write the theme summary of a mined folder: page, Word, Excel, Markdown.",
    "plot": "Draw a figure of the summary.",
    "export": "Write a frame, statements or words for Excel, R, Stata, quanteda.",
    "parse": "Print one report as JSON: metadata, sections, tables.",
    "check": "Show what does not add up in reports, and what explains it.",
    "split": "Split problems parts into statements with roles.",
    "tag": "Tag statements with themes.",
    "annotate": "Exchange statements with Prodigy, Label Studio and doccano.",
    "show": "Draw a report as a page: sections, roles, themes.",
    "train": "Train a tagger on labelled statements.",
    "evaluate": "Score a model on labelled statements.",
    "codebook": "Show, check and compare codebooks.",
    "dictionary": "Check the words of a segmenter dictionary.",
    "prevalence": "How common is each theme, by group?",
    "trend": "Which themes rise or fall over the years?",
    "compare": "In which themes do two groups of reports differ?",
    "profile": "What does one body state, beside its peers?",
    "cooccurrence": "Which themes are stated together?",
    "regress": "What goes with stating a theme?",
    "sample": "Draw reports to code by hand, with their probabilities.",
    "exemplars": "Which statements show a theme best, or are unusual?",
    "evidence": "Print the statements behind a figure.",
    "keywords": "What are the keywords of each group?",
    "collocations": "Which words go together in a clause?",
    "kwic": "Show each place of a word in its context.",
    "newwords": "Which words are missing from the dictionary?",
    "topics": "What does the codebook miss?",
    "stopwords": "Show and check stop words and word lists.",
}


class _Lazy(click.Group):
    """Lists all commands without loading them, so that ``--help`` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"textmine.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise click.UsageError(f"{error.message} There are: {', '.join(COMMANDS)}.", ctx) from None


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Text mining for 政府信息公开工作年度报告: from the published file to themes.

    \b
    textmine mine reports/ -o mined
    textmine summarize mined -o summary.html --by year
    """


def main() -> None:
    """Run the command line; a stated error becomes one line and exit code 1."""
    try:
        cli()
    except TextmineError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
