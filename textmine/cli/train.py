"""``textmine train``."""

from __future__ import annotations

import click


@click.command()
@click.argument("labelled", nargs=-1, required=True)
@click.option("-o", "--output", required=True, help="the folder of the model")
@click.option("--codebook", "codebook_folder", help="folder of a codebook; without it, the packaged one")
@click.option("--seed", default=0, show_default=True, help="the same labels and seed give the same model")
@click.option("-q", "--quiet", is_flag=True, help="say nothing but errors")
def train(labelled: tuple[str, ...], output: str, codebook_folder: str | None, seed: int, quiet: bool) -> None:
    """Train a tagger on labelled statements.

    LABELLED are JSON lines, a passage each, as in corpora/labelled. The themes are those of the codebook.

    Example: textmine train corpora/labelled/train.jsonl -o models/mine
    """
    from textmine.model_store import save_model
    from textmine.themes import load_codebook
    from textmine.themes.classifier import ThemeClassifier
    from textmine.themes.labelled import load_labelled

    book = load_codebook(codebook_folder)
    items = load_labelled(labelled, [theme.code for theme in book.themes])
    model = ThemeClassifier(book, seed=seed).fit_labelled(items)
    save_model(model, output)
    if not quiet:
        click.echo(f"trained on {len(items)} statements; the model is in {output}", err=True)
