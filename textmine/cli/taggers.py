"""The tagger that options of a command name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from textmine.themes import Tagger


def choose_tagger(codebook: str | None, model: str | None, *, rules: bool = False) -> Tagger:
    """Return the tagger of a model folder; a codebook without a model is tagged by its rules.

    Args:
        codebook: folder of a codebook; ``None`` is the packaged one.
        model: folder of a trained model or of a spaCy text classifier; ``None`` is the packaged one.
        rules: tag by rules, whatever models there are.
    """
    from textmine.model_store import load_tagger
    from textmine.themes import RuleTagger, load_codebook

    if rules and model:
        raise click.UsageError("--rules tags without a model: leave out --rules or --model")
    book = load_codebook(codebook) if codebook else None
    by_rules = rules or (book is not None and model is None)
    return RuleTagger(book) if by_rules else load_tagger(model, codebook=book)
