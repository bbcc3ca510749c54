"""Trains spaCy's textcat_multilabel on labelled statements and says how good it is beside the other taggers.

    python scripts/train_textcat.py corpora/labelled/train.jsonl --dev corpora/labelled/dev.jsonl -o textcat

needs textmine installed, for spaCy finds the tokenizer through its entry point. One author of the training part is held
out of training: when to stop and the threshold are chosen on that part, never on the development part.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
import spacy
from spacy.cli.train import train

from textmine.evaluate import evaluate, micro_f1
from textmine.spacy_bridge import write_docbin
from textmine.spacy_bridge.textcat import TextcatTagger, labelled_docs
from textmine.themes import load_codebook
from textmine.themes.labelled import Labelled, load_labelled

CONFIG = Path(__file__).parent / "textcat" / "config.cfg"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", nargs="+", help="JSON lines of passages")
    parser.add_argument("--dev", help="JSON lines of passages on which the result is measured")
    parser.add_argument("-o", "--output", required=True, help="folder of the pipeline")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    book = load_codebook()
    items = load_labelled(options.labelled, book.codes)
    began = time.perf_counter()
    tagger = learn(items, Path(options.output), options.seed)
    print(f"trained in {time.perf_counter() - began:.0f} s; threshold {tagger.threshold:.2f}")
    if options.dev:
        held = load_labelled([options.dev], book.codes)
        result = evaluate(tagger, held, book.codes)
        print(json.dumps({name: round(float(value), 4) for name, value in result.summary().items()}, indent=1))
        print(result.theme_table().round(3).to_string(index=False))


def learn(items: tuple[Labelled, ...], output: Path, seed: int) -> TextcatTagger:
    """Train on all authors but the smallest; choose the threshold on what was held out; save the pipeline."""
    book = load_codebook()
    authors = [item.author for item in items]
    out = min(set(authors), key=lambda name: (authors.count(name), name))
    held = [item for item in items if item.author == out]
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": "textmine.Segmenter.v1"}}})
    with tempfile.TemporaryDirectory() as folder:
        parts = {"train": [item for item in items if item.author != out], "dev": held}
        for name, part in parts.items():
            write_docbin(labelled_docs(part, book, nlp.make_doc), f"{folder}/{name}.spacy")
        paths = {f"paths.{name}": f"{folder}/{name}.spacy" for name in parts}
        train(CONFIG, folder, overrides={**paths, "system.seed": seed})
        trained = spacy.load(f"{folder}/model-best")
    trained.meta["textmine_threshold"] = 0.5
    trained.to_disk(output)
    trained.meta["textmine_threshold"] = _threshold(TextcatTagger(output), held)
    trained.to_disk(output)
    return TextcatTagger(output)


def _threshold(tagger: TextcatTagger, held: list[Labelled]) -> float:
    spoken = [item for item in held if item.role != "context"]
    shares = tagger.predict_proba([item.text for item in spoken], [item.role for item in spoken])
    truth = np.array([[code in item.themes for code in tagger.classes_] for item in spoken])
    return max(np.arange(0.1, 0.9, 0.05).round(2).tolist(), key=lambda value: micro_f1(truth, shares >= value))


if __name__ == "__main__":
    main()
