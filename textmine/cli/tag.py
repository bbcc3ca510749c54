"""``textmine tag``."""

from __future__ import annotations

import click


@click.command()
@click.argument("file", default="-")
@click.option("-o", "--output", default="-", show_default=True, help="a JSON lines file; - is the standard output")
@click.option("--codebook", "codebook_folder", help="folder of a codebook; without it, the packaged one")
@click.option("--model", "model_folder", help="folder of a trained model; without it, the rules of the codebook")
def tag(file: str, output: str, codebook_folder: str | None, model_folder: str | None) -> None:
    """Tag statements with themes, one line of JSON each.

    FILE is JSON lines or CSV with id, text and, where known, role; without a role it is decided.

    Example: textmine tag statements.csv -o themes.jsonl
    """
    from dataclasses import asdict

    from textmine.cli.streams import open_output, put_line, read_input, read_items
    from textmine.model_store import load_model
    from textmine.themes import RuleTagger, Tagger, load_codebook

    items = read_items(read_input(file), file)
    book = load_codebook(codebook_folder) if codebook_folder else None
    tagger: Tagger = load_model(model_folder, codebook=book) if model_folder else RuleTagger(book)
    predictions = tagger.predict([item["text"] for item in items], [item.get("role") for item in items])
    with open_output(output) as stream:
        for item, prediction in zip(items, predictions, strict=True):
            themes = [asdict(hit) for hit in prediction.hits]
            put_line(stream, {"id": item["id"], "role": prediction.role, "themes": themes})
