"""The card of a model: what it is, what it learned from, how good it is, where it is weak."""

from __future__ import annotations

from typing import Any, Final

#: held-out F1 below which the card names a theme as weak
_WEAK: Final = 0.8

_CARD: Final = """\
# A tagger for problem parts of 政府信息公开工作年度报告

Made by `textmine train`; do not edit. Tags statements with the {count} themes of codebook {version} (`{codebook}`)
and decides their roles. Data only: `arrays.npz` (numbers, read with `allow_pickle=False`; sha256
`{sha256}`) and `model.json`.

## How it works

Logistic regressions on n-grams of {shortest} to {longest} characters, taught by labelled statements and, more lightly,
by the terms of the codebook. A second step judges the themes of a statement together (how each stands among the others,
whether one clause speaks for it alone) and, where that leaves a doubt, asks the rules of the codebook. No segmenter is
used, so no dictionary has to fit.

## What it learned from

{statements} statements of {passages} passages by {authors} authors (digest `{digest}`). Where these are the
statements of `corpora/labelled`, they are invented, written and labelled with the help of a language model.

## How good it is

On statements held out by {grouped} in training ({folds} folds): micro F1 {micro:.3f}, macro F1 {macro:.3f},
expected calibration error {error:.3f} over decisions with a probability of 0.02 or more. Thresholds and calibration
were chosen on the same statements, and the rules of the codebook may have been written by people who read them: the
scores on a development or test part (`textmine evaluate`) are the honest ones.

A statement is marked `uncertain` where the probability that all its themes are right is below {below}: {unsure:.0%} of
the held-out statements, of which {error_unsure:.0%} had a wrong set of themes; of the others {error_sure:.0%}.

| theme | statements | held-out F1 |
|---|---|---|
{rows}

## Weaknesses

- It knows words, not the world: a theme that is only implied, in words that no training statement and no term of the
  codebook uses, is missed.
- Its probabilities are of labels as these coders gave them. Other coders, other kinds of text (news, plans) and other
  themes need labels of their own.
- Themes below {weak_below} held out: {weak}.
"""


def write_card(facts: dict[str, Any], sha256: str) -> str:
    """Return the card of a model in Markdown.

    Args:
        facts: what ``model.json`` holds.
        sha256: digest of the arrays.
    """
    data = facts["trained_on"]
    scores, parameters = data["held_out"], facts["parameters"]
    themes = scores["themes"].items()
    return _CARD.format(
        count=len(facts["themes"]),
        version=facts["codebook"]["version"],
        codebook=facts["codebook"]["digest"][:16],
        sha256=sha256[:32],
        shortest=parameters["sizes"][0],
        longest=parameters["sizes"][1],
        statements=data["statements"],
        passages=data["passages"],
        authors=data["authors"],
        digest=data["digest"][:16],
        grouped="author" if data["authors"] >= 3 else "passage",
        folds=data["folds"],
        micro=scores["micro_f1"],
        macro=scores["macro_f1"],
        error=scores["calibration_error"],
        below=parameters["uncertain_below"],
        unsure=scores["uncertain"],
        error_unsure=scores["error_where_uncertain"],
        error_sure=scores["error_where_sure"],
        rows="\n".join(f"| `{code}` | {row['n']} | {_number(row['f1'])} |" for code, row in themes),
        weak_below=_WEAK,
        weak=", ".join(f"`{code}`" for code, row in themes if row["f1"] is not None and row["f1"] < _WEAK) or "none",
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
