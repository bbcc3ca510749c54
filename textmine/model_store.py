"""models/<name> ↔ fitted classifier: arrays and JSON, nothing that runs code when it is read."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from textmine.errors import ModelError
from textmine.model_card import write_card
from textmine.themes.classifier import ThemeClassifier
from textmine.themes.codebook import Codebook, identify_codebook, load_codebook

if TYPE_CHECKING:
    from textmine.themes.tagger import Tagger

#: of the files, not of what is in them: a model of another format is refused
FORMAT: Final = 1
#: what a saved spaCy pipeline holds
_SPACY: Final = "config.cfg"
#: the model that ``load_model()`` gives
DEFAULT_MODEL: Final = "themes-1.0"
_ARRAYS, _FACTS = "arrays.npz", "model.json"
#: no time of writing in the archive: the same model is the same bytes
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def save_model(model: ThemeClassifier, folder: str | Path) -> None:
    """Write a fitted classifier to a folder: ``arrays.npz`` and ``model.json``; the same model gives the same bytes.

    Raises:
        ModelError: the model is not trained, or the folder cannot be written.
    """
    data = _pack(model.arrays())
    facts = {
        "format": FORMAT,
        **model.describe(),
        "themes": list(model.themes_),
        "sha256": {_ARRAYS: hashlib.sha256(data).hexdigest()},
    }
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        (target / _ARRAYS).write_bytes(data)
        (target / "README.md").write_text(write_card(facts, facts["sha256"][_ARRAYS]), "utf-8", newline="\n")
        (target / _FACTS).write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", "utf-8", newline="\n")
    except OSError as error:
        raise ModelError(f"cannot write the model to {folder}: {error.strerror or error}") from error


def _pack(arrays: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in sorted(arrays.items()):
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, part.getvalue())
    return stream.getvalue()


def load_model(folder: str | Path | None = None, *, codebook: Codebook | None = None) -> ThemeClassifier:
    """Return the classifier in ``folder``, or the one that the package brings.

    Args:
        folder: a folder that :func:`save_model` wrote.
        codebook: the codebook that the model was trained with, where it is not the packaged one.

    Raises:
        ModelError: a file is missing, damaged or of another format, or the codebook is not the one of the training.
    """
    root = Path(folder) if folder is not None else packaged_model(DEFAULT_MODEL)
    facts = _read_facts(root / _FACTS)
    book = (codebook.version, codebook.codes, codebook.digest) if codebook is not None else identify_codebook()
    _check_codebook(root, facts, *book)
    arrays = _read_arrays(root / _ARRAYS, str(facts["sha256"].get(_ARRAYS)))
    try:
        parameters = dict(facts["parameters"])
        parameters["sizes"] = tuple(parameters["sizes"])
        return ThemeClassifier(codebook, **parameters).restore(facts, arrays)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ModelError(f"{root}: the model is damaged: {error!r}") from error


def load_tagger(folder: str | Path | None = None, *, codebook: Codebook | None = None) -> Tagger:
    """Return the tagger in a folder: a trained model of ours, or a spaCy pipeline with ``textcat_multilabel``.

    Args:
        folder: of the model; without one, the packaged one.
        codebook: as for :func:`load_model`.

    Raises:
        ModelError: the folder holds neither, or was trained with another codebook.

    >>> load_tagger().predict(["更新不及时。"])[0].themes
    ('timeliness',)
    """
    if folder is not None and (Path(folder) / _SPACY).is_file():
        from textmine.spacy_bridge.textcat import TextcatTagger

        return TextcatTagger(folder, codebook=codebook)
    return load_model(folder, codebook=codebook)


def find_model(model: str) -> Path:
    """Return the folder of a model: the folder itself, or that of a packaged model of this name.

    Raises:
        ModelError: there is neither.
    """
    for folder in (Path(model), packaged_model(model)):
        if folder.is_dir():
            return folder
    raise ModelError(f"{model}: no such folder, and no model of this name is packaged")


def open_tagger(codebook: str | None = None, model: str | None = None, *, rules: bool = False) -> Tagger:
    """Return the tagger that a codebook and a model make; a codebook without a model is tagged by its rules.

    Args:
        codebook: folder of a codebook; ``None`` is the packaged one.
        model: folder or name of a model, ours or a spaCy text classifier; ``None`` is the packaged one.
        rules: tag by the rules of the codebook, whatever models there are.

    Raises:
        CodebookError, ModelError: one is missing or damaged.
    """
    from textmine.themes.tagger import RuleTagger

    if not rules and model is not None:
        return load_tagger(find_model(model), codebook=load_codebook(codebook) if codebook else None)
    return default_tagger() if not rules and codebook is None else RuleTagger(load_codebook(codebook))


@cache
def default_tagger() -> ThemeClassifier:
    """Return the classifier that the package brings, loaded once in a process."""
    return load_model()


def packaged_model(name: str) -> Path:
    """Return the folder of a model that the package brings; it need not be there."""
    inside = Path(str(resources.files("textmine"))) / "data/models" / name
    return inside if inside.exists() else Path(__file__).parents[1] / "models" / name


def _read_facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ModelError(f"{path.parent} is no model: {path.name}: {error.strerror or error}") from error
    except ValueError as error:
        raise ModelError(f"{path} is damaged: {error}") from error
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise ModelError(f"{path}: this textmine reads models of format {FORMAT}; train it again with textmine train")
    needed = {"codebook", "parameters", "themes", "sha256", "trained_on"}
    if missing := sorted(needed - set(facts)):
        raise ModelError(f"{path} is damaged: {', '.join(missing)} missing")
    return facts


def _check_codebook(root: Path, facts: dict[str, Any], version: str, codes: tuple[str, ...], digest: str) -> None:
    trained = facts["codebook"]
    if facts["themes"] != list(codes):
        odd = sorted(set(codes) ^ set(facts["themes"])) or ["their order"]
        raise ModelError(f"{root}: the model and the codebook {version} differ in themes: {', '.join(odd)}")
    if trained["digest"] != digest:
        raise ModelError(
            f"{root}: the model was trained with codebook {trained['version']} ({trained['digest'][:12]}), not with "
            f"{version} ({digest[:12]}); give its codebook, or train again with textmine train"
        )


def _read_arrays(path: Path, digest: str) -> dict[str, Any]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path.parent} is no model: {path.name}: {error.strerror or error}") from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise ModelError(f"{path} is damaged: its digest is not the one in {_FACTS}")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (ValueError, OSError, zipfile.BadZipFile, KeyError) as error:
        raise ModelError(f"{path} is damaged: {error}") from error
