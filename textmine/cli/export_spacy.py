"""``textmine export FRAMES -o FILE.spacy``: what the command ``export`` calls for this suffix."""

from __future__ import annotations

import click


@click.command("export-spacy")
@click.argument("folder", metavar="FRAMES")
@click.option("-o", "--output", required=True, help="a .spacy file")
@click.option("--dictionary", help="a dictionary file for the segmenter; without it, the words of the package")
def export_spacy(folder: str, output: str, dictionary: str | None) -> None:
    """Write the reports of a mined folder as spaCy documents.

    Example: textmine export mined -o reports.spacy
    """
    from textmine.segment import Segmenter
    from textmine.spacy_bridge.frames import export_docbin

    n = export_docbin(folder, output, segmenter=Segmenter(dictionary))
    click.echo(f"{n} documents are in {output}", err=True)
