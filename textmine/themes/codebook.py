"""The codebook as data: themes, their rules and examples, read from a folder of TOML files.

A folder holds ``codebook.toml`` (version, order of the themes, groups, roles, deciding rules, purposes,
precedence), optionally ``lists.toml`` (term lists that several themes share) and one ``<theme>.toml`` for each
theme. Every key is known or refused, so a misspelt key cannot silently change what is coded.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from textmine.errors import CodebookError
from textmine.records import ROLES, Role

RuleRole = Literal["problem", "measure", "both"]
RuleKind = Literal["phrase", "pair"]
Scope = Literal["item", "clause", "sentence", "statement"]

RULE_ROLES: Final = ("problem", "measure", "both")
KINDS: Final = ("phrase", "pair")
SCOPES: Final = ("item", "clause", "sentence", "statement")
#: The packaged codebook that ``load_codebook()`` gives.
DEFAULT_VERSION: Final = "1.0"
#: What ``Codebook.check`` asks of each theme.
MIN_HITS: Final = 8
MIN_MISSES: Final = 5

_BOOK_KEYS: Final = {
    "version": str,
    "title_zh": str,
    "title_en": str,
    "themes": list,
    "groups": dict,
    "roles": dict,
    "deciding": list,
    "purpose": list,
    "precedence": list,
}
_THEME_KEYS: Final = {
    "code": str,
    "name_zh": str,
    "name_en": str,
    "group": str,
    "definition_zh": str,
    "definition_en": str,
    "lists": dict,
    "rules": list,
    "examples": dict,
}
_RULE_KEYS: Final = {
    "id": str,
    "role": str,
    "kind": str,
    "terms": (str, list),
    "objects": (str, list),
    "before": (str, list),
    "after": (str, list),
    "gap": int,
    "scope": str,
    "unless": (str, list),
    "not_in": (str, list),
    "needs": (str, list),
    "score": (int, float),
    "keep_in_purpose": bool,
    "yields_to": (str, list),
    "note": str,
}
_PURPOSE_KEYS: Final = {"place": str, "openers": (str, list), "closers": (str, list), "keep": (str, list), "note": str}
_PRECEDENCE_KEYS: Final = {"winner": str, "losers": list, "scope": str, "heading": bool, "note": str}
#: what stands for any few characters of a clause: … or {n}
GAP: Final = re.compile(r"…|\{(\d+)\}")
#: a term without gaps and choices, as most are
_PLAIN: Final = re.compile(r"[^…{}(|)]+")
_CHOICE: Final = re.compile(r"\(([^()]*)\)")
_NAME_KEYS: Final = {"name_zh": str, "name_en": str, "definition_zh": str, "definition_en": str}
_DECIDING_KEYS: Final = {"n": int, "zh": str, "en": str}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a theme.

    A ``phrase`` rule hits where one of ``terms`` stands. A ``pair`` rule hits where one of ``objects`` stands with a
    term of ``before`` ahead of it or a term of ``after`` behind it, at most ``gap`` characters apart and inside one
    ``scope``. ``…`` in a term stands for up to ``gap`` characters of the same clause, ``{n}`` for up to ``n``.
    A hit is dropped where a theme of ``yields_to`` speaks in the same item (``*``: any other, ``-theme``: but not it).
    ``unless`` voids a hit by a term in the same clause, ``not_in`` by a longer term that covers its object,
    ``needs`` asks for a term anywhere in the statement. ``(a|b)`` in a term is a choice. ``@name`` refers to a list.
    """

    id: str
    theme: str
    role: RuleRole = "both"
    kind: RuleKind = "phrase"
    terms: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    gap: int = 12
    scope: Scope = "item"
    unless: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    score: float = 0.8
    keep_in_purpose: bool = False
    yields_to: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence that must (``hit``) or must not carry the theme when it is read with ``role``."""

    text: str
    role: Role
    hit: bool


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme: its names, what it means, its rules and its examples."""

    code: str
    name_zh: str
    name_en: str
    group: str
    definition_zh: str
    definition_en: str
    rules: tuple[Rule, ...]
    examples: tuple[Example, ...]
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Purpose:
    """How a clause is known to state a purpose, so that it is not coded in a measure.

    ``place`` is ``later`` (the clause opens with an opener and another clause stands before it), ``any`` (also the
    first clause), or ``inside`` (from the opener to the end of the clause). With ``closers`` the clause must also
    end with one of them; a clause that holds a term of ``keep`` is an action after all.
    """

    place: Literal["later", "any", "inside"]
    openers: tuple[str, ...]
    closers: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Precedence:
    """Where ``winner`` hits, hits of ``losers`` in the same ``scope`` are dropped.

    With ``heading`` a winner in the short first sentence of a statement also rules over all that explains it.
    """

    winner: str
    losers: tuple[str, ...]
    scope: Scope = "clause"
    heading: bool = False


@dataclass(frozen=True, slots=True)
class CodebookFinding:
    """Something that ``Codebook.check`` holds against a codebook; ``severity`` is ``error`` or ``note``."""

    theme: str
    rule_id: str
    problem: str
    detail: str
    severity: Literal["error", "note"] = "error"


@dataclass(frozen=True)
class Codebook:
    """A loaded codebook. Equal digests mean equal coding."""

    version: str
    title_zh: str
    title_en: str
    groups: Mapping[str, Mapping[str, str]]
    roles: Mapping[str, Mapping[str, str]]
    deciding: tuple[Mapping[str, Any], ...]
    themes: tuple[Theme, ...]
    purposes: tuple[Purpose, ...]
    precedence: tuple[Precedence, ...]
    lists: Mapping[str, tuple[str, ...]]
    digest: str
    path: str

    @property
    def codes(self) -> tuple[str, ...]:
        """The theme codes in the order of the codebook."""
        return tuple(theme.code for theme in self.themes)

    def theme(self, code: str) -> Theme:
        """Return the theme with this code.

        Raises:
            KeyError: the codebook has no such theme.

        >>> load_codebook().theme("training").name_zh
        '业务培训'
        """
        for theme in self.themes:
            if theme.code == code:
                return theme
        raise KeyError(f"codebook {self.version} has no theme {code!r}")

    def expand(self, name: str, theme: Theme | None = None) -> tuple[str, ...]:
        """Return the terms of the list ``name``, those of the theme before those of the codebook.

        >>> "有待" in load_codebook().expand("lack")
        True
        """
        return _expand(name, theme.lists if theme else {}, self.lists, ())

    def check(self) -> tuple[CodebookFinding, ...]:
        """Return what is wrong or odd: failing or missing examples, repeated terms, unused lists.

        >>> [finding for finding in load_codebook().check() if finding.severity == "error"]
        []
        """
        from textmine.themes.codebook_check import check_codebook

        return check_codebook(self)


def load_codebook(source: str | Path | None = None) -> Codebook:
    """Return the codebook in the folder ``source``; without one, the packaged codebook 1.0.

    Args:
        source: a folder with ``codebook.toml`` and a TOML file for each theme, or ``None``.

    Raises:
        CodebookError: a file is missing or malformed, or holds an unknown key; says which.

    >>> book = load_codebook()
    >>> book.version, len(book.themes), book.theme("staffing").name_zh
    ('1.0', 20, '队伍人员')
    """
    if source is None:
        return _default_codebook()
    return _load(Path(source))


@cache
def _default_codebook() -> Codebook:
    return _load(_packaged(DEFAULT_VERSION))


def _packaged(version: str) -> Path:
    package = Path(__file__).resolve().parents[1]
    inside = package / "data" / "codebook" / version
    return inside if inside.is_dir() else package.parent / "corpora" / "codebook" / version


def identify_codebook() -> tuple[str, tuple[str, ...], str]:
    """Return version, codes of the themes and digest of the packaged codebook, which need not be understood for that.

    >>> version, codes, digest = identify_codebook()
    >>> book = load_codebook()
    >>> (version, codes, digest) == (book.version, book.codes, book.digest)
    True
    """
    folder, digest = _packaged(DEFAULT_VERSION), hashlib.sha256()
    book, codes = _index(folder, digest)
    for path in [folder / "lists.toml", *(folder / f"{code}.toml" for code in codes)]:
        if path.stem in codes or path.is_file():
            _read_text(path, digest)
    return _text(_require(book, "version", "codebook.toml"), "codebook.toml", "version"), codes, digest.hexdigest()


def _index(folder: Path, digest: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The contents of codebook.toml and the codes of its themes."""
    if not folder.is_dir():
        raise CodebookError(f"{folder}: no such folder; a codebook is a folder with codebook.toml")
    book = _read(folder / "codebook.toml", digest)
    _refuse_unknown(book, _BOOK_KEYS, "codebook.toml", "")
    codes = [_text(code, "codebook.toml", "themes") for code in _require(book, "themes", "codebook.toml")]
    _refuse_strangers(folder, codes)
    return book, tuple(codes)


def _load(folder: Path) -> Codebook:
    digest = hashlib.sha256()
    book, codes = _index(folder, digest)
    shared = _read(folder / "lists.toml", digest) if (folder / "lists.toml").is_file() else {}
    lists = {name: _terms(value, "lists.toml", name) for name, value in shared.items()}
    groups = _named(book.get("groups", {}), "groups")
    themes = tuple(_theme(folder / f"{code}.toml", code, groups, lists, digest) for code in codes)
    rules = [rule for theme in themes for rule in theme.rules]
    _refuse_repeated([rule.id for rule in rules], "rule id")
    for rule in rules:
        for code in rule.yields_to:
            if code.removeprefix("-") not in (*codes, "*"):
                raise CodebookError(f"{rule.theme}.toml: {rule.id}.yields_to: {code!r} is no theme of this codebook")
    return Codebook(
        version=_text(_require(book, "version", "codebook.toml"), "codebook.toml", "version"),
        title_zh=book.get("title_zh", ""),
        title_en=book.get("title_en", ""),
        groups=groups,
        roles=_named(book.get("roles", {}), "roles"),
        deciding=tuple(_deciding(entry, index) for index, entry in enumerate(book.get("deciding", []), 1)),
        themes=themes,
        purposes=tuple(_purpose(entry, lists) for entry in book.get("purpose", [])),
        precedence=tuple(_precedence(entry, list(codes)) for entry in book.get("precedence", [])),
        lists=lists,
        digest=digest.hexdigest(),
        path=str(folder),
    )


def _read(path: Path, digest: Any) -> dict[str, Any]:
    try:
        return tomllib.loads(_read_text(path, digest))
    except tomllib.TOMLDecodeError as error:
        raise CodebookError(f"{path}: not valid TOML: {error}") from error


def _read_text(path: Path, digest: Any) -> str:
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise CodebookError(f"{path}: the file is missing") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CodebookError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    digest.update(f"{path.name}\0{text}\0".encode())
    return text


def _theme(
    path: Path, code: str, groups: Mapping[str, Any], shared: Mapping[str, tuple[str, ...]], digest: Any
) -> Theme:
    data, name = _read(path, digest), path.name
    _refuse_unknown(data, _THEME_KEYS, name, "")
    if _require(data, "code", name) != code:
        raise CodebookError(f"{name}: code: is {data['code']!r}, but the file stands for {code!r}")
    if _require(data, "group", name) not in groups:
        raise CodebookError(f"{name}: group: {data['group']!r} is not among the groups of codebook.toml")
    lists = {key: _terms(value, name, f"lists.{key}") for key, value in data.get("lists", {}).items()}
    rules = tuple(_rule(entry, code, name, index) for index, entry in enumerate(data.get("rules", []), 1))
    for rule in rules:
        _refuse_bad_references(rule, lists, shared, name)
    return Theme(
        code=code,
        name_zh=_require(data, "name_zh", name),
        name_en=_require(data, "name_en", name),
        group=data["group"],
        definition_zh=data.get("definition_zh", ""),
        definition_en=data.get("definition_en", ""),
        rules=rules,
        examples=_examples(data.get("examples", {}), name),
        lists=lists,
    )


def _rule(entry: object, code: str, name: str, index: int) -> Rule:
    where = f"rules[{index}]"
    data = _table(entry, name, where)
    _refuse_unknown(data, _RULE_KEYS, name, where)
    rule_id = _require(data, "id", name, where)
    where = f"rules[{index}] ({rule_id})"
    kind = _choice(data.get("kind", "pair" if "objects" in data else "phrase"), KINDS, name, f"{where}.kind")
    lists = {
        key: _terms(data[key], name, f"{where}.{key}")
        for key in ("terms", "objects", "before", "after", "unless", "not_in", "needs")
        if key in data
    }
    score = float(data.get("score", 0.8))
    if not 0 < score <= 1:
        raise CodebookError(f"{name}: {where}.score: {score} is not above 0 and up to 1")
    if kind == "phrase" and not (lists.get("terms") and not lists.keys() & {"objects", "before", "after"}):
        raise CodebookError(f"{name}: {where}: a phrase rule has terms and no objects, before or after")
    if kind == "pair" and not (lists.get("objects") and lists.keys() & {"before", "after"} and "terms" not in lists):
        raise CodebookError(f"{name}: {where}: a pair rule has objects with before or after, and no terms")
    return Rule(
        id=rule_id,
        theme=code,
        role=_choice(data.get("role", "both"), RULE_ROLES, name, f"{where}.role"),
        kind=kind,
        gap=_positive(data.get("gap", 12), name, f"{where}.gap"),
        scope=_choice(data.get("scope", "item"), SCOPES, name, f"{where}.scope"),
        score=score,
        keep_in_purpose=data.get("keep_in_purpose", False),
        yields_to=_terms(data.get("yields_to", ""), name, f"{where}.yields_to"),
        note=data.get("note", ""),
        **lists,
    )


def _examples(data: Mapping[str, Any], name: str) -> tuple[Example, ...]:
    _refuse_unknown(data, {"hit": dict, "miss": dict}, name, "examples")
    found = []
    for verdict, by_role in data.items():
        _refuse_unknown(by_role, dict.fromkeys(ROLES, list), name, f"examples.{verdict}")
        for role in ROLES:
            for text in by_role.get(role, []):
                found.append(Example(_text(text, name, f"examples.{verdict}.{role}"), role, verdict == "hit"))
    return tuple(found)


def _purpose(entry: object, lists: Mapping[str, tuple[str, ...]]) -> Purpose:
    data = _table(entry, "codebook.toml", "purpose")
    _refuse_unknown(data, _PURPOSE_KEYS, "codebook.toml", "purpose")
    place = _choice(data.get("place", "later"), ("later", "any", "inside"), "codebook.toml", "purpose.place")
    parts = {
        key: _resolve(_terms(data.get(key, []), "codebook.toml", f"purpose.{key}"), {}, lists)
        for key in ("openers", "closers", "keep")
    }
    return Purpose(place, **parts)


def _precedence(entry: object, codes: list[str]) -> Precedence:
    data = _table(entry, "codebook.toml", "precedence")
    _refuse_unknown(data, _PRECEDENCE_KEYS, "codebook.toml", "precedence")
    winner, losers = _require(data, "winner", "codebook.toml"), _require(data, "losers", "codebook.toml")
    for code in (winner, *losers):
        if code not in codes:
            raise CodebookError(f"codebook.toml: precedence: {code!r} is no theme of this codebook")
    scope = _choice(data.get("scope", "clause"), SCOPES, "codebook.toml", "precedence.scope")
    return Precedence(winner, tuple(losers), scope, data.get("heading", False))


def _deciding(entry: object, index: int) -> Mapping[str, Any]:
    data = _table(entry, "codebook.toml", f"deciding[{index}]")
    _refuse_unknown(data, _DECIDING_KEYS, "codebook.toml", f"deciding[{index}]")
    return data


def _named(data: Mapping[str, Any], key: str) -> dict[str, Mapping[str, str]]:
    for name, entry in data.items():
        _refuse_unknown(_table(entry, "codebook.toml", f"{key}.{name}"), _NAME_KEYS, "codebook.toml", f"{key}.{name}")
    return dict(data)


# --- terms and lists ---------------------------------------------------------------------------


def _terms(value: object, name: str, where: str) -> tuple[str, ...]:
    """Terms stand in one string with blanks between them, or in an array."""
    if isinstance(value, str):
        items = value.split()
    elif isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value):
        items = [item.strip() for item in value]
    else:
        raise CodebookError(f"{name}: {where}: expected terms with blanks between them, or an array of terms")
    terms = tuple(dict.fromkeys(term for item in items for term in _spelled_out(item)))
    odd = next((term for term in terms if not sound_term(term)), None)
    if odd is not None:
        raise CodebookError(f"{name}: {where}: {odd!r} has brackets that do not pair, or a part with nothing in it")
    return terms


def _spelled_out(item: str) -> tuple[str, ...]:
    """A term without gaps is spelled out; one with gaps keeps its choices unless a gap stands inside of one."""
    if "(" not in item:
        return (item,)
    if GAP.search(item) and not any(GAP.search(inside) or "(" in inside for inside in _insides(item)):
        return (item,)
    return alternatives(item)


def _insides(item: str) -> list[str]:
    """The contents of the outermost brackets."""
    found, depth, start = [], 0, 0
    for place, char in enumerate(item):
        if char == "(":
            start = place + 1 if depth == 0 else start
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                found.append(item[start:place])
    return found


def sound_term(term: str) -> bool:
    """Tell whether brackets pair and each part between gaps is never empty.

    >>> sound_term("(没|无)人{2}管"), sound_term("没{2}(人|)")
    (True, False)
    """
    if term.startswith("@") or _PLAIN.fullmatch(term):
        return True
    parts = GAP.split(term)[::2]
    return all(part and not set(part) & set("(|)") for piece in parts for part in alternatives(piece))


def alternatives(item: str) -> tuple[str, ...]:
    """Return the terms that ``item`` stands for; ``(a|b)`` is a choice, and an empty member leaves it out.

    >>> alternatives("(没|无)人(管|)")
    ('没人管', '没人', '无人管', '无人')
    """
    inner = _CHOICE.search(item)
    if inner is None:
        return (item,)
    chosen = [f"{item[: inner.start()]}{member}{item[inner.end() :]}" for member in inner[1].split("|")]
    return tuple(dict.fromkeys(term for one in chosen for term in alternatives(one)))


def _expand(
    name: str, own: Mapping[str, tuple[str, ...]], shared: Mapping[str, tuple[str, ...]], seen: tuple[str, ...]
) -> tuple[str, ...]:
    if name in seen:
        raise CodebookError(f"list @{name} refers to itself through {' → '.join(f'@{item}' for item in seen)}")
    if name not in own and name not in shared:
        raise CodebookError(f"there is no term list @{name}")
    terms: dict[str, None] = {}
    for term in own.get(name, shared.get(name, ())):
        deeper = _expand(term[1:], own, shared, (*seen, name)) if term.startswith("@") else (term,)
        terms.update(dict.fromkeys(deeper))
    return tuple(terms)


def _resolve(
    terms: tuple[str, ...], own: Mapping[str, tuple[str, ...]], shared: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    flat: dict[str, None] = {}
    for term in terms:
        flat.update(dict.fromkeys(_expand(term[1:], own, shared, ()) if term.startswith("@") else (term,)))
    return tuple(flat)


def _refuse_bad_references(
    rule: Rule, own: Mapping[str, tuple[str, ...]], shared: Mapping[str, tuple[str, ...]], name: str
) -> None:
    for key in ("terms", "objects", "before", "after", "unless", "not_in", "needs"):
        try:
            _resolve(getattr(rule, key), own, shared)
        except CodebookError as error:
            raise CodebookError(f"{name}: {rule.id}.{key}: {error}") from None


# --- refusing what is not known ----------------------------------------------------------------


def _refuse_unknown(data: Mapping[str, Any], known: Mapping[str, Any], name: str, where: str) -> None:
    prefix = f"{where}." if where else ""
    for key, value in data.items():
        if key not in known:
            raise CodebookError(f"{name}: {prefix}{key}: unknown key; known are {', '.join(known)}")
        kind = known[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise CodebookError(f"{name}: {prefix}{key}: is {type(value).__name__}, which does not fit")


def _refuse_strangers(folder: Path, codes: list[str]) -> None:
    known = {f"{code}.toml" for code in codes} | {"codebook.toml", "lists.toml"}
    for path in sorted(folder.glob("*.toml")):
        if path.name not in known:
            raise CodebookError(f"{path.name}: the theme is not listed under themes in codebook.toml")
    _refuse_repeated(codes, "theme")


def _refuse_repeated(names: list[str], what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise CodebookError(f"{what} {name!r} stands twice")
        seen.add(name)


def _require(data: Mapping[str, Any], key: str, name: str, where: str = "") -> Any:
    if key not in data:
        raise CodebookError(f"{name}: {where + '.' if where else ''}{key}: is missing")
    return data[key]


def _table(value: object, name: str, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise CodebookError(f"{name}: {where}: expected a table")
    return value


def _text(value: object, name: str, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise CodebookError(f"{name}: {where}: expected a text")
    return value


def _choice(value: object, choices: tuple[str, ...], name: str, where: str) -> Any:
    if value not in choices:
        raise CodebookError(f"{name}: {where}: {value!r} is not one of {', '.join(choices)}")
    return value


def _positive(value: int, name: str, where: str) -> int:
    if value < 0:
        raise CodebookError(f"{name}: {where}: {value} is below 0")
    return value
