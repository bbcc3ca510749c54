"""``textmine annotate``."""

from __future__ import annotations

import click

TOOL = click.Choice(["prodigy", "label-studio", "doccano"])


@click.group()
def annotate() -> None:
    """Exchange statements with annotation tools: tasks out, human labels in."""


@annotate.command()
@click.argument("folder", metavar="FRAMES")
@click.option("-t", "--tool", type=TOOL, required=True, help="the tool that the tasks are for")
@click.option("-o", "--output", default="-", show_default=True, help="a .json (Label Studio) or .jsonl file")
@click.option("--codebook", "codebook_folder", help="folder of a codebook; without it, the packaged one")
@click.option("--config", "config_file", help="write Label Studio's labeling configuration to this .xml file too")
def tasks(folder: str, tool: str, output: str, codebook_folder: str | None, config_file: str | None) -> None:
    """Write the statements of a mined folder as tasks, with their tags as suggestions.

    Example: textmine annotate tasks mined -t label-studio -o tasks.json --config labels.xml
    """
    from typing import Any

    from textmine.annotation import tasks_from_frames, write_tasks
    from textmine.annotation.label_studio import labeling_config
    from textmine.cli.streams import open_output
    from textmine.themes import load_codebook

    book, chosen = load_codebook(codebook_folder), tasks_from_frames(folder)
    named: Any = tool
    with open_output(output) as stream:
        stream.write(write_tasks(chosen, named, codebook=book))
    if config_file:
        with open_output(config_file) as stream:
            stream.write(labeling_config(book))
    click.echo(f"{len(chosen)} tasks", err=True)


@annotate.command()
@click.argument("file")
@click.option("-o", "--output", default="-", show_default=True, help="a JSON lines file; - is the standard output")
@click.option("-t", "--tool", type=TOOL, help="the tool that exported FILE; without it, the rows tell")
@click.option("--annotator", help="take the answers of this annotator only")
@click.option("--codebook", "codebook_folder", help="folder of a codebook; without it, the packaged one")
def read(file: str, output: str, tool: str | None, annotator: str | None, codebook_folder: str | None) -> None:
    """Read human labels from an export of a tool as tags of source human, one line of JSON each.

    Example: textmine annotate read export.json -o human.jsonl
    """
    from dataclasses import asdict
    from typing import Any

    from textmine.annotation import read_answers, to_tags
    from textmine.cli.streams import open_output, put_line
    from textmine.themes import load_codebook

    named: Any = tool
    answers = read_answers(file, themes=load_codebook(codebook_folder).codes, tool=named)
    found = to_tags(answers, annotator=annotator)
    with open_output(output) as stream:
        for tag in found:
            put_line(stream, asdict(tag))
    click.echo(f"{len(found)} tags", err=True)
