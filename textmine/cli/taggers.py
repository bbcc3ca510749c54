"""The options that name a tagger, alike in all commands that tag."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from textmine.themes import Tagger

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--codebook", "codebook_folder", help="folder of a codebook; without it, the packaged one"),
    click.option("--model", "model_folder", help="folder of a model, ours or a spaCy text classifier"),
    click.option("--rules", is_flag=True, help="tag by the rules of the codebook alone"),
)


def tagger_options(command: Command) -> Command:
    """Give a command ``codebook_folder``, ``model_folder`` and ``rules``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def choose_tagger(codebook: str | None, model: str | None, *, rules: bool) -> Tagger:
    """Return the tagger that the options name; ``--rules`` with ``--model`` is wrong usage."""
    from textmine.model_store import open_tagger

    if rules and model:
        raise click.UsageError("--rules tags without a model: leave out --rules or --model")
    return open_tagger(codebook, model, rules=rules)
