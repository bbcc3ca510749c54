"""How good a tagger is: scores per theme and role, calibration, confusion between themes, errors with their text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from textmine.errors import TextmineError
from textmine.records import ROLES
from textmine.themes.labelled import Labelled
from textmine.themes.linear import Doubles, Flags

if TYPE_CHECKING:
    import pandas as pd

    from textmine.themes.classifier import ThemeClassifier
    from textmine.themes.tagger import Prediction, Tagger

#: bins of the expected calibration error, of equal width
BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a tagger said of labelled statements, beside what the coders said.

    ``truth``, ``found`` and ``shares`` are statements × themes; ``roles`` are the roles that the tagger decided without
    being told. Themes are predicted with the coders' roles, so that an error is one of themes.
    """

    items: tuple[Labelled, ...]
    themes: tuple[str, ...]
    truth: Flags
    found: Flags
    shares: Doubles
    roles: tuple[str, ...]
    uncertain: Flags

    def summary(self) -> dict[str, Any]:
        """Return the scores over all themes, 0 to 1; statements that are context by the coders are left out of those
        of themes."""
        spoken = np.array([item.role != "context" for item in self.items])
        truth, found = self.truth[spoken], self.found[spoken]
        indirect = np.array([item.indirect for item in self.items])[spoken]
        wrong = (truth != found).any(axis=1)
        right_roles = [item.role == role for item, role in zip(self.items, self.roles, strict=True)]
        unsure = self.uncertain[spoken]
        return {
            "statements": len(self.items),
            "micro_f1": micro_f1(truth, found),
            "macro_f1": float(np.nanmean(theme_f1(truth, found))),
            "micro_f1_indirect": micro_f1(truth[indirect], found[indirect]),
            "micro_f1_direct": micro_f1(truth[~indirect], found[~indirect]),
            "exact_sets": float((~wrong).mean()) if len(wrong) else float("nan"),
            "role_accuracy": float(np.mean(right_roles)),
            "calibration_error": calibration_error(truth, self.shares[spoken]),
            "uncertain": float(unsure.mean()) if len(unsure) else float("nan"),
            "error_where_uncertain": float(wrong[unsure].mean()) if unsure.any() else float("nan"),
            "error_where_sure": float(wrong[~unsure].mean()) if (~unsure).any() else float("nan"),
        }

    def theme_table(self) -> pd.DataFrame:
        """Return a row for each theme: n, precision, recall, f1, problem_f1, measure_f1, calibration_error (0–1)."""
        import pandas as pd

        spoken = np.array([item.role != "context" for item in self.items])
        roles = np.array([item.role for item in self.items])
        rows = []
        for column, theme in enumerate(self.themes):
            truth, found = self.truth[spoken, column], self.found[spoken, column]
            right = int((truth & found).sum())
            row: dict[str, Any] = {
                "theme": theme,
                "n": int(truth.sum()),
                "precision": right / found.sum() if found.any() else float("nan"),
                "recall": right / truth.sum() if truth.any() else float("nan"),
                "f1": float(theme_f1(truth[:, None], found[:, None])[0]),
            }
            for role in ("problem", "measure"):
                at = roles == role
                row[f"{role}_f1"] = float(theme_f1(self.truth[at, column, None], self.found[at, column, None])[0])
            row["calibration_error"] = calibration_error(truth[:, None], self.shares[spoken, column, None])
            rows.append(row)
        return pd.DataFrame(rows)

    def confusion(self) -> pd.DataFrame:
        """Return how often a statement lacks one theme that it carries (row) and has one that it does not (column)."""
        import pandas as pd

        missed, invented = self.truth & ~self.found, self.found & ~self.truth
        counts = missed.astype(int).T @ invented.astype(int)
        frame = pd.DataFrame(counts, index=list(self.themes), columns=list(self.themes))
        frame["(missed only)"] = (missed & ~invented.any(axis=1, keepdims=True)).sum(axis=0)
        only = (invented & ~missed.any(axis=1, keepdims=True)).sum(axis=0)
        frame.loc["(invented only)"] = [*only.tolist(), 0]
        return frame

    def role_table(self) -> pd.DataFrame:
        """Return the counts of roles by the coders (rows) and by the tagger (columns)."""
        import pandas as pd

        truth = pd.Categorical([item.role for item in self.items], categories=ROLES)
        return pd.crosstab(truth, pd.Categorical(self.roles, categories=ROLES), dropna=False)

    def calibration(self) -> pd.DataFrame:
        """Return low, high, n, mean probability and share of true themes of each bin of probability."""
        import pandas as pd

        spoken = np.array([item.role != "context" for item in self.items])
        return pd.DataFrame(calibration_bins(self.truth[spoken], self.shares[spoken]))

    def errors(self) -> list[dict[str, Any]]:
        """Return the statements whose role or themes are wrong, with their text."""
        rows = []
        for item, role, truth, found, share, unsure in zip(
            self.items, self.roles, self.truth, self.found, self.shares, self.uncertain, strict=True
        ):
            if role != item.role or (truth != found).any():
                names = np.array(self.themes)
                rows.append(
                    {
                        "id": item.id,
                        "text": item.text,
                        "role": item.role,
                        "role_found": role,
                        "missed": names[truth & ~found].tolist(),
                        "invented": names[found & ~truth].tolist(),
                        "themes": names[truth].tolist(),
                        "scores": {name: round(float(share[i]), 3) for i, name in enumerate(names) if share[i] >= 0.1},
                        "uncertain": bool(unsure),
                        "indirect": item.indirect,
                    }
                )
        return rows


def evaluate(tagger: Tagger, items: Sequence[Labelled], themes: Sequence[str]) -> Evaluation:
    """Return what a tagger says of labelled statements.

    Args:
        tagger: any tagger; one with ``predict_proba`` tells probabilities of all themes, others only of what they take.
        items: labelled statements, passages together.
        themes: the codes of the codebook, in order.
    """
    texts, roles = [item.text for item in items], [item.role for item in items]
    predictions = tagger.predict(texts, roles)
    truth = np.array([[theme in item.themes for theme in themes] for item in items], dtype=bool)
    found = np.array([[theme in prediction.themes for theme in themes] for prediction in predictions], dtype=bool)
    if hasattr(tagger, "predict_proba"):
        shares = tagger.predict_proba(texts, roles)
    else:
        shares = np.array([_shares(prediction, themes) for prediction in predictions])
    return Evaluation(
        tuple(items),
        tuple(themes),
        truth,
        found,
        shares,
        tuple(_roles(tagger, items)),
        np.array([prediction.uncertain for prediction in predictions], dtype=bool),
    )


def _shares(prediction: Prediction, themes: Sequence[str]) -> list[float]:
    scores = {hit.theme: hit.score for hit in prediction.best()}
    return [scores.get(theme, 0.0) for theme in themes]


def _roles(tagger: Any, items: Sequence[Labelled]) -> list[str]:
    """The roles that the tagger decides without being told: in the passage where it can, else by the text alone."""
    if hasattr(tagger, "decide_passages"):
        decided = tagger.decide_passages(
            [item.text for item in items], [item.passage for item in items], [item.before for item in items]
        )
        return [role for role, _ in decided]
    return [prediction.role for prediction in tagger.predict([item.text for item in items], [None] * len(items))]


def theme_f1(truth: Flags, found: Flags) -> Doubles:
    """Return the F1 of each theme; not a number where nobody gave the theme."""
    both, total = (truth & found).sum(axis=0), truth.sum(axis=0) + found.sum(axis=0)
    return np.where(total > 0, 2 * both / np.maximum(total, 1), np.nan)


def micro_f1(truth: Flags, found: Flags) -> float:
    """Return F1 over all decisions.

    >>> micro_f1(np.array([[True, False], [True, True]]), np.array([[True, False], [False, True]]))
    0.8
    """
    total = int(truth.sum() + found.sum())
    return float(2 * (truth & found).sum() / total) if total else float("nan")


def calibration_bins(truth: Flags, shares: Doubles) -> list[dict[str, float]]:
    """Return the bins of the calibration error: low, high, n, mean probability, share of true ones."""
    flat, hits = shares.ravel(), truth.ravel()
    place = np.minimum((flat * BINS).astype(int), BINS - 1)
    rows = []
    for number in range(BINS):
        inside = place == number
        n = int(inside.sum())
        rows.append(
            {
                "low": number / BINS,
                "high": (number + 1) / BINS,
                "n": n,
                "probability": float(flat[inside].mean()) if n else float("nan"),
                "share": float(hits[inside].mean()) if n else float("nan"),
            }
        )
    return rows


def calibration_error(truth: Flags, shares: Doubles) -> float:
    """Return the expected calibration error over decisions that were open (probability 0.02 or more).

    The great mass of themes that nobody would think of is left out: it would make every tagger look calibrated.
    """
    considered = shares >= 0.02
    if not considered.any():
        return float("nan")
    bins = calibration_bins(truth[considered], shares[considered])
    total = sum(row["n"] for row in bins)
    return sum(row["n"] / total * abs(row["probability"] - row["share"]) for row in bins if row["n"])


def learning_curve(
    model: ThemeClassifier, train: Sequence[Labelled], items: Sequence[Labelled], *, steps: int = 4
) -> pd.DataFrame:
    """Return how the scores grow with the training part: statements, micro_f1, macro_f1, role_accuracy.

    Args:
        model: its parameters are used; it is not changed.
        train: what it was trained on; each step takes a share of its passages, evenly spread.
        items: what is scored.
        steps: shares of the training part, evenly spaced up to the whole.
    """
    import pandas as pd

    from textmine.themes.classifier import ThemeClassifier

    order = {name: number for number, name in enumerate(dict.fromkeys(item.passage for item in train))}
    rows = []
    for step in range(1, steps + 1):
        part = [item for item in train if order[item.passage] % steps < step]
        fitted = ThemeClassifier(**model.get_params()).fit_labelled(part)
        summary = evaluate(fitted, items, fitted.themes_).summary()
        names = ("micro_f1", "macro_f1", "role_accuracy", "calibration_error")
        rows.append({"statements": len(part)} | {name: summary[name] for name in names})
    return pd.DataFrame(rows)


def write_evaluation(result: Evaluation, folder: str | Path, *, other: Evaluation | None = None) -> None:
    """Write tables, errors and, with matplotlib installed, the calibration plot to a folder.

    Raises:
        TextmineError: the folder cannot be written.
    """
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        text = json.dumps(_rounded(result.summary()), ensure_ascii=False, indent=1) + "\n"
        (target / "summary.json").write_text(text, "utf-8")
        for name, frame, index in (
            ("themes", result.theme_table().round(4), False),
            ("confusion", result.confusion(), True),
            ("roles", result.role_table(), True),
            ("calibration", result.calibration().round(4), False),
        ):
            frame.to_csv(target / f"{name}.csv", index=index)
        _put_lines(target / "errors.jsonl", result.errors())
        if other is not None:
            _put_lines(target / "differences.jsonl", differences(result, other))
        plot_calibration(result, target / "calibration.svg")
    except OSError as error:
        raise TextmineError(f"cannot write {folder}: {error.strerror or error}") from error


def _put_lines(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: (None if value != value else round(value, 4)) if isinstance(value, float) else value
        for name, value in values.items()
    }


def differences(one: Evaluation, other: Evaluation) -> list[dict[str, Any]]:
    """Return the statements to which two taggers give different themes, with what the coders gave."""
    names, rows = np.array(one.themes), []
    for item, truth, left, right in zip(one.items, one.truth, one.found, other.found, strict=True):
        if (left != right).any():
            rows.append(
                {
                    "id": item.id,
                    "text": item.text,
                    "themes": names[truth].tolist(),
                    "this": names[left].tolist(),
                    "other": names[right].tolist(),
                }
            )
    return rows


def plot_calibration(result: Evaluation, path: Path) -> bool:
    """Draw probability against the share of true themes; return whether matplotlib is there to draw it."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return False
    rows = [row for row in calibration_bins(result.truth, result.shares) if row["n"]]
    figure = Figure(figsize=(4.5, 4.5))
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    axes.plot([row["probability"] for row in rows], [row["share"] for row in rows], marker="o")
    axes.set(xlabel="probability that the model gives", ylabel="share that the coders gave", xlim=(0, 1), ylim=(0, 1))
    figure.savefig(path, metadata={"Date": None})
    return True
