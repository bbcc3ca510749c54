"""Trains spaCy's textcat_multilabel on labelled statements and says how good it is beside the other taggers.

    python scripts/train_textcat.py corpora/labelled/train.jsonl --dev corpora/labelled/dev.jsonl -o textcat
    textmine tag statements.csv --model textcat

needs textmine installed, for spaCy finds the tokenizer through its entry point. One author of the training part is held
out of training: when to stop and the threshold are chosen on that part, never on the development part. With one author
only, or none named, every tenth passage is held out instead.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import spacy
from spacy.cli.train import train
from spacy.util import load_config

from textmine.errors import TextmineError
from textmine.evaluate import evaluate, micro_f1
from textmine.spacy_bridge import write_docbin
from textmine.spacy_bridge.textcat import TextcatTagger, labelled_docs
from textmine.themes import Codebook, load_codebook
from textmine.themes.labelled import Labelled, load_labelled

CONFIGS = Path(__file__).parent / "textcat"
CONFIG = CONFIGS / "config.cfg"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", nargs="+", help="JSON lines of passages")
    parser.add_argument("--dev", help="JSON lines of passages on which the result is measured")
    parser.add_argument("-o", "--output", required=True, help="folder of the pipeline")
    parser.add_argument("--codebook", help="folder of a codebook; without it, the packaged one")
    parser.add_argument("--config", default=CONFIG, type=Path, help="spaCy's configuration of the training")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    try:
        run(options)
    except TextmineError as error:
        sys.exit(f"Error: {error}")


def run(options: argparse.Namespace) -> None:
    book = load_codebook(options.codebook)
    items = load_labelled(options.labelled, book.codes)
    held = load_labelled([options.dev], book.codes) if options.dev else ()
    began = time.perf_counter()
    tagger = learn(items, Path(options.output), book, config=options.config, seed=options.seed)
    print(f"trained in {time.perf_counter() - began:.0f} s; threshold {tagger.threshold:.2f}")
    if held:
        result = evaluate(tagger, held, book.codes)
        print(json.dumps({name: round(float(value), 4) for name, value in result.summary().items()}, indent=1))
        print(result.theme_table().round(3).to_string(index=False))


def learn(
    items: Sequence[Labelled], output: Path, book: Codebook, *, config: Path = CONFIG, seed: int = 0
) -> TextcatTagger:
    """Train on all authors but the smallest; choose the threshold on what was held out; save the pipeline."""
    known, held = by_author(items)
    nlp = fit(known, held, book, config=config, seed=seed)
    nlp.meta["textmine_threshold"] = 0.5
    nlp.to_disk(output)
    nlp.meta["textmine_threshold"] = _threshold(TextcatTagger(output, codebook=book), held)
    nlp.to_disk(output)
    return TextcatTagger(output, codebook=book)


def fit(
    known: Sequence[Labelled], held: Sequence[Labelled], book: Codebook, *, config: Path = CONFIG, seed: int = 0
) -> spacy.Language:
    """Return the pipeline that was best on ``held`` while it learned from ``known``."""
    settings = load_config(config)
    made = spacy.blank(settings["nlp"]["lang"], config={"nlp": {"tokenizer": settings["nlp"]["tokenizer"]}})
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(sys.stderr):
        paths = {}
        for name, part in (("train", known), ("dev", held)):
            paths[f"paths.{name}"] = f"{folder}/{name}.spacy"
            write_docbin(labelled_docs(part, book, made.make_doc), paths[f"paths.{name}"])
        train(config, folder, overrides={**paths, "system.seed": seed})
        return spacy.load(f"{folder}/model-best")


def by_author(items: Sequence[Labelled]) -> tuple[list[Labelled], list[Labelled]]:
    """Return the items of all authors but the smallest, and those of that one."""
    authors = [item.author for item in items]
    if len(set(authors)) < 2:
        return by_passage(items)
    out = min(set(authors), key=lambda name: (authors.count(name), name))
    return [item for item in items if item.author != out], [item for item in items if item.author == out]


def by_passage(items: Sequence[Labelled]) -> tuple[list[Labelled], list[Labelled]]:
    """Return nine passages of ten, and the tenth."""
    tenth = set(list(dict.fromkeys(item.passage for item in items))[::10])
    return [item for item in items if item.passage not in tenth], [item for item in items if item.passage in tenth]


def _threshold(tagger: TextcatTagger, held: Sequence[Labelled]) -> float:
    spoken = [item for item in held if item.role != "context"]
    shares = tagger.predict_proba([item.text for item in spoken], [item.role for item in spoken])
    truth = np.array([[code in item.themes for code in tagger.classes_] for item in spoken])
    return max(np.arange(0.1, 0.9, 0.05).round(2).tolist(), key=lambda value: micro_f1(truth, shares >= value))


if __name__ == "__main__":
    main()
