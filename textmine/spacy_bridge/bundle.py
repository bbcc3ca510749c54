"""What a tagger is made of, as bytes: the files of a codebook and of a model, so that a saved pipeline carries them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from textmine.errors import CodebookError
from textmine.model_store import find_model, load_tagger

if TYPE_CHECKING:
    from textmine.themes import Tagger

Files = Mapping[str, bytes]
_CODEBOOK, _MODEL = "codebook", "model"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of a codebook and, where a model decides, of the model: path inside its folder -> content."""

    codebook: Files
    model: Files | None = None

    def to_bytes(self) -> bytes:
        """Return all files in one."""
        import srsly

        data: bytes = srsly.msgpack_dumps({_CODEBOOK: dict(self.codebook), _MODEL: self.model and dict(self.model)})
        return data

    @classmethod
    def from_bytes(cls, data: bytes) -> Bundle:
        """Return what :meth:`to_bytes` gave."""
        import srsly

        found = srsly.msgpack_loads(data)
        return cls(found[_CODEBOOK], found[_MODEL])

    def to_disk(self, folder: str | Path) -> None:
        """Write the files to ``codebook/`` and ``model/`` in a folder."""
        for name, files in ((_CODEBOOK, self.codebook), (_MODEL, self.model or {})):
            for path, content in files.items():
                target = Path(folder) / name / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)

    @classmethod
    def from_disk(cls, folder: str | Path) -> Bundle:
        """Return what :meth:`to_disk` wrote."""
        model = Path(folder) / _MODEL
        return cls(_files(Path(folder) / _CODEBOOK), _files(model) if model.is_dir() else None)

    def tagger(self) -> Tagger:
        """Return the tagger that the files make.

        Raises:
            CodebookError, ModelError: a file is missing or damaged.
        """
        from textmine.themes import RuleTagger, load_codebook

        with TemporaryDirectory() as folder:
            self.to_disk(folder)
            book = load_codebook(Path(folder) / _CODEBOOK)
            return RuleTagger(book) if self.model is None else load_tagger(Path(folder) / _MODEL, codebook=book)


def read_bundle(codebook: str | None = None, model: str | None = None, *, rules: bool = False) -> Bundle:
    """Return the files of a codebook and a model.

    Args:
        codebook: a folder, or ``None`` for the packaged codebook.
        model: a folder or the name of a packaged model; without it, the one that the package brings, or, with a
            codebook of one's own, its rules.
        rules: the rules of the codebook decide, not a model.

    Raises:
        CodebookError, ModelError: there is no such folder.

    >>> bundle = read_bundle(rules=True)
    >>> "codebook.toml" in bundle.codebook, bundle.model
    (True, None)
    """
    from textmine.model_store import DEFAULT_MODEL
    from textmine.themes import load_codebook

    if rules:
        model = None
    elif model is None and codebook is None:
        model = DEFAULT_MODEL

    book = Path(codebook if codebook is not None else load_codebook().path)
    if not book.is_dir():
        raise CodebookError(f"{book}: no such folder; a codebook is a folder with codebook.toml")
    return Bundle(_files(book), None if model is None else _files(find_model(model)))


def _files(folder: Path) -> dict[str, bytes]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
