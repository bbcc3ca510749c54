"""``textmine show``."""

from __future__ import annotations

import click

from textmine.cli.taggers import choose_tagger, tagger_options


@click.command()
@click.argument("file", metavar="REPORT")
@click.option("-o", "--output", required=True, help="an .html file; - is the standard output")
@tagger_options
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="language of the names")
def show(file: str, output: str, codebook_folder: str | None, model_folder: str | None, rules: bool, lang: str) -> None:
    """Draw a report as a page: its sections, the roles of its statements, their themes.

    The page needs no other file. REPORT may be - for the standard input. A codebook without a model is tagged by its
    rules.

    Example: textmine show report.pdf -o page.html
    """
    from textmine.cli.streams import open_output, read_input
    from textmine.pipeline import mine_source
    from textmine.read import read_bytes, read_file
    from textmine.spacy_bridge.display import draw
    from textmine.themes import load_codebook

    source = read_bytes(read_input(file), "<stdin>") if file == "-" else read_file(file)
    mined = mine_source(source, tagger=choose_tagger(codebook_folder, model_folder, rules=rules))
    picture = draw(mined, codebook=load_codebook(codebook_folder), lang="zh" if lang == "zh" else "en")
    with open_output(output) as stream:
        stream.write(picture.page())
