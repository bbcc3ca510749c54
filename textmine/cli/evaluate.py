"""``textmine evaluate``."""

from __future__ import annotations

import click


@click.command()
@click.argument("model")
@click.argument("labelled", nargs=-1, required=True)
@click.option("-o", "--output", help="a folder for tables, errors with text and the calibration plot")
@click.option("--codebook", "codebook_folder", help="folder of the codebook of the model; without it, the packaged one")
@click.option("--other", help="another model, to list where the two differ")
@click.option("--curve", multiple=True, help="labelled files of the training: adds a learning curve, slowly")
def evaluate(
    model: str,
    labelled: tuple[str, ...],
    output: str | None,
    codebook_folder: str | None,
    other: str | None,
    curve: tuple[str, ...],
) -> None:
    """Score a model on labelled statements that it was not trained on.

    MODEL is the folder of a model, or the word "rules" for the rules of the codebook alone.

    Example: textmine evaluate models/themes-1.0 corpora/labelled/dev.jsonl -o scores
    """
    from textmine.evaluate import Evaluation, learning_curve, write_evaluation
    from textmine.evaluate import evaluate as score
    from textmine.model_store import load_model, load_tagger
    from textmine.themes import RuleTagger, load_codebook
    from textmine.themes.labelled import load_labelled

    book = load_codebook(codebook_folder)
    themes = [theme.code for theme in book.themes]
    items = load_labelled(labelled, themes)

    def scored(name: str) -> Evaluation:
        return score(RuleTagger(book) if name == "rules" else load_tagger(name, codebook=book), items, themes)

    result = scored(model)
    compared = scored(other) if other else None
    if output:
        write_evaluation(result, output, other=compared)
    click.echo(result.theme_table().round(3).to_string(index=False))
    for name, value in result.summary().items():
        beside = f"  {compared.summary()[name]:.4g}" if compared else ""
        click.echo(f"{name:24s}{value:.4g}{beside}")
    if curve:
        if model == "rules":
            raise click.UsageError("rules do not learn: --curve needs a model")
        grown = learning_curve(load_model(model, codebook=book), load_labelled(curve, themes), items).round(4)
        click.echo(grown.to_string(index=False))
        if output:
            grown.to_csv(f"{output}/learning_curve.csv", index=False)
