"""The codebook as data: themes with their rules, read from TOML files, unknown keys refused."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from textmine.errors import CodebookError

_THEME_KEYS: Final = {"code", "name_zh", "name_en", "group", "definition", "rule"}
_RULE_KEYS: Final = {"id", "role", "terms"}


@dataclass(frozen=True, slots=True)
class Rule:
    """Terms that state a theme in a statement of ``role`` (``problem``, ``measure`` or ``both``)."""

    id: str
    role: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Theme:
    code: str
    name_zh: str
    name_en: str
    group: str
    definition: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Codebook:
    """Themes in their fixed order; ``digest`` changes with any byte of the files."""

    version: str
    digest: str
    themes: tuple[Theme, ...]


def load_codebook(folder: str | Path | None = None) -> Codebook:
    """Return the codebook in ``folder``, or the packaged version 1.0.

    Raises:
        CodebookError: a file is missing or malformed; says which and where.

    >>> load_codebook().themes[0].name_zh
    '队伍人员'
    """
    root = Path(folder) if folder is not None else _packaged()
    index, digest = _load(root / "codebook.toml"), hashlib.sha256()
    themes = []
    for code in index.get("themes", []):
        path = root / f"{code}.toml"
        themes.append(_theme(_load(path), path))
        digest.update(path.read_bytes())
    if not themes:
        raise CodebookError(f"{root / 'codebook.toml'}: no themes are listed under 'themes'")
    return Codebook(str(index.get("version", "")), digest.hexdigest()[:16], tuple(themes))


def _packaged() -> Path:
    inside = Path(str(resources.files("textmine"))) / "data/codebook/1.0"
    return inside if inside.exists() else Path(__file__).parents[2] / "corpora/codebook/1.0"


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CodebookError(f"{path}: {error}") from error


def _theme(data: dict[str, Any], path: Path) -> Theme:
    _check_keys(data, _THEME_KEYS, path)
    rules = []
    for rule in data.get("rule", []):
        _check_keys(rule, _RULE_KEYS, path)
        rules.append(Rule(rule["id"], rule["role"], tuple(rule["terms"])))
    names = {key: data[key] for key in ("code", "name_zh", "name_en", "group", "definition")}
    return Theme(**names, rules=tuple(rules))


def _check_keys(data: dict[str, Any], known: set[str], path: Path) -> None:
    unknown, missing = set(data) - known, known - set(data) - {"rule"}
    if unknown or missing:
        raise CodebookError(f"{path}: unknown keys {sorted(unknown)}, missing keys {sorted(missing)}")
