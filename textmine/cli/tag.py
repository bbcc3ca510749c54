"""``textmine tag``."""

from __future__ import annotations

import click

from textmine.cli.taggers import choose_tagger, tagger_options


@click.command()
@click.argument("file", default="-")
@click.option("-o", "--output", default="-", show_default=True, help="a JSON lines file; - is the standard output")
@tagger_options
@click.option("--explain", is_flag=True, help="add the words and the rules that spoke for each theme")
def tag(
    file: str, output: str, codebook_folder: str | None, model_folder: str | None, rules: bool, explain: bool
) -> None:
    """Tag statements with themes, one line of JSON each.

    FILE is JSON lines or CSV with id, text and, where known, role; without a role it is decided. A codebook without a
    model is tagged by its rules.

    Example: textmine tag statements.csv -o themes.jsonl
    """
    from dataclasses import asdict

    from textmine.cli.streams import open_output, put_line, read_input, read_items
    from textmine.themes.tagger import explain as explained

    items = read_items(read_input(file), file)
    tagger = choose_tagger(codebook_folder, model_folder, rules=rules)
    predictions = tagger.predict([item["text"] for item in items], [item.get("role") for item in items])
    with open_output(output) as stream:
        for item, prediction in zip(items, predictions, strict=True):
            line = {
                "id": item["id"],
                "role": prediction.role,
                "themes": [asdict(hit) for hit in prediction.best()],
                "uncertain": prediction.uncertain,
            }
            if explain:
                told = explained(item["text"], prediction.role, tagger=tagger).hits
                line["why"] = [asdict(hit) | {"words": item["text"][hit.start : hit.end]} for hit in told]
            put_line(stream, line)
