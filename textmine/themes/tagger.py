"""Statements → tags. Every tagger, by rules or trained, answers ``predict`` with the same records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, overload, runtime_checkable

from textmine.records import ROLES, Role, Statement, Tag, TagSource
from textmine.themes.codebook import Codebook, load_codebook
from textmine.themes.rules import RuleEngine

if TYPE_CHECKING:
    import pandas as pd

#: Below this a role or the best theme of a statement is a guess that a person should look at.
UNCERTAIN_BELOW: Final = 0.5


@dataclass(frozen=True, slots=True)
class Hit:
    """A theme with what spoke for it; ``start`` and ``end`` are offsets into the text of the statement."""

    theme: str
    score: float
    source: TagSource
    rule_id: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a tagger says of one statement; ``hits`` best first, several of one theme where several rules fired."""

    role: Role
    role_score: float
    hits: tuple[Hit, ...]
    uncertain: bool

    @property
    def themes(self) -> tuple[str, ...]:
        """The themes, each once, best first."""
        return tuple(dict.fromkeys(hit.theme for hit in self.hits))

    def best(self) -> tuple[Hit, ...]:
        """Return the best hit of each theme."""
        first: dict[str, Hit] = {}
        for hit in self.hits:
            first.setdefault(hit.theme, hit)
        return tuple(first.values())


@runtime_checkable
class Tagger(Protocol):
    """What ``tag_statements`` asks of a tagger."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the tagger could answer differently."""

    def describe(self) -> dict[str, Any]:
        """Return what the manifest says of the tagger."""

    def predict(self, texts: Sequence[str], roles: Sequence[str | None] | None = None) -> list[Prediction]:
        """Return one prediction for each text; a role of ``None`` is decided."""


class RuleTagger:
    """The tagger that reads the rules of a codebook.

    Args:
        codebook: a codebook, or ``None`` for the packaged one.

    >>> tagger = RuleTagger()
    >>> [prediction.themes for prediction in tagger.predict(["加强业务培训，确保信息公开及时准确。"], ["measure"])]
    [('training',)]
    """

    def __init__(self, codebook: Codebook | None = None) -> None:
        self.codebook = codebook if codebook is not None else load_codebook()
        self._engine = RuleEngine(self.codebook)

    def __reduce__(self) -> tuple[object, ...]:
        return RuleTagger, (self.codebook,)

    @property
    def fingerprint(self) -> str:
        """Return a text that changes when the codebook changes."""
        return f"rules:{self.codebook.version}:{self.codebook.digest[:16]}"

    def describe(self) -> dict[str, Any]:
        """Return what the manifest says of the tagger."""
        return {"kind": "rules", "codebook": {"version": self.codebook.version, "digest": self.codebook.digest}}

    def predict(self, texts: Sequence[str], roles: Sequence[str | None] | None = None) -> list[Prediction]:
        """Return a prediction for each text; equal texts with equal roles are read once.

        Args:
            texts: statements.
            roles: ``problem``, ``measure``, ``context`` or ``None`` (to be decided) for each.

        Raises:
            ValueError: the lengths differ, or a role is none of these.

        >>> RuleTagger().predict(["专职人员不足。"], ["problem"])[0].hits[0].theme
        'staffing'
        """
        known: dict[tuple[str, Role, float], Prediction] = {}
        predictions = []
        for text, (role, role_score) in zip(texts, decided_roles(texts, roles), strict=True):
            key = (text, role, role_score)
            if key not in known:
                known[key] = self._predict_one(text, role, role_score)
            predictions.append(known[key])
        return predictions

    def themes(self, texts: Sequence[str], roles: Sequence[Role]) -> list[set[str]]:
        """Return the themes of which a rule fires in each text, and nothing else of them.

        >>> RuleTagger().themes(["专职人员不足。"], ["problem"])
        [{'staffing'}]
        """
        ask = self._engine.hits
        return [{hit.theme for hit in ask(text, role)} for text, role in zip(texts, roles, strict=True)]

    def _predict_one(self, text: str, role: Role, role_score: float) -> Prediction:
        hits = tuple(
            Hit(hit.theme, round(hit.score, 4), "rule", hit.rule_id, hit.start, hit.end)
            for hit in self._engine.hits(text, role)
        )
        weak = bool(hits) and hits[0].score < UNCERTAIN_BELOW
        return Prediction(role, role_score, hits, weak or role_score < UNCERTAIN_BELOW)


def decided_roles(texts: Sequence[str], roles: Sequence[str | None] | None) -> list[tuple[Role, float]]:
    """Return role and score for each text: a given role is certain, a missing one is decided from the text.

    Raises:
        ValueError: the lengths differ, or a role is unknown.

    >>> decided_roles(["专职人员不足。"], ["problem"])
    [('problem', 1.0)]
    """
    given = list(roles) if roles is not None else [None] * len(texts)
    if len(given) != len(texts):
        raise ValueError(f"{len(texts)} texts, but {len(given)} roles")
    unknown = sorted({role for role in given if role is not None and role not in ROLES})
    if unknown:
        raise ValueError(f"unknown role {unknown[0]!r}; roles are {', '.join(ROLES)}")
    if None not in given:
        return [(role, 1.0) for role in given]  # type: ignore[misc]
    from textmine.statements import decide_role

    decided: list[tuple[Role, float]] = []
    for text, role in zip(texts, given, strict=True):
        decided.append((role, 1.0) if role is not None else decide_role(text))  # type: ignore[arg-type]
    return decided


@overload
def tag_statements(
    statements: Iterable[Statement], *, tagger: Tagger | None = None, codebook: Codebook | None = None
) -> tuple[Tag, ...]: ...
@overload
def tag_statements(
    statements: pd.DataFrame, *, tagger: Tagger | None = None, codebook: Codebook | None = None
) -> pd.DataFrame: ...
def tag_statements(
    statements: Iterable[Statement] | pd.DataFrame,
    *,
    tagger: Tagger | None = None,
    codebook: Codebook | None = None,
) -> tuple[Tag, ...] | pd.DataFrame:
    """Return the themes of statements, one tag for each theme a statement carries, best first.

    Args:
        statements: ``Statement`` records (then offsets of tags point into the report), or a frame with a column
            ``text`` and, where known, ``role``, ``statement_id``, ``report_id``, ``start``.
        tagger: what decides; without one, the trained tagger that the package brings.
        codebook: tag by the rules of this codebook instead. Not beside ``tagger``.

    Returns:
        A tuple of ``Tag`` for records; for a frame, the frame ``tags`` (statement_id, report_id, theme, score,
        source, rule_id, start, end).

    Raises:
        FrameError: the frame has no column ``text``.
        ValueError: ``tagger`` and ``codebook`` are both given.

    >>> statement = Statement("r-1", "r", 1, "problem", "一是", 10, 19, "一是更新不及时。")
    >>> [(tag.theme, tag.source) for tag in tag_statements([statement])]
    [('timeliness', 'model')]
    >>> [(tag.theme, tag.start, tag.end) for tag in tag_statements([statement], tagger=RuleTagger())]
    [('timeliness', 12, 17)]
    """
    if tagger is not None and codebook is not None:
        raise ValueError("give a tagger or a codebook, not both: a tagger has its codebook")
    chosen = _chosen(tagger, codebook)
    if hasattr(statements, "columns"):
        return _tag_frame(statements, chosen)
    return _tag_records(list(statements), chosen)


def _chosen(tagger: Tagger | None, codebook: Codebook | None) -> Tagger:
    if tagger is not None:
        return tagger
    if codebook is not None:
        return RuleTagger(codebook)
    from textmine.model_store import default_tagger  # the store knows the classifier, which knows this module

    return default_tagger()


def _tag_records(statements: Sequence[Statement], tagger: Tagger) -> tuple[Tag, ...]:
    tags, _ = TagMemo(tagger).read(statements)
    return tuple(Tag(*row) for row in tags)


class TagMemo:
    """Asks a tagger once for each distinct statement, whatever enumerator stands before it, and remembers the answers.

    Args:
        tagger: what decides.
        size: distinct statements that are remembered at the most.

    >>> labels = ["一是", "二是"]
    >>> statements = [Statement("r-1", "r", 1, "problem", label, 0, 6, f"{label}更新慢。") for label in labels]
    >>> [row[2] for row in TagMemo(RuleTagger()).read(statements)[0]]
    ['timeliness', 'timeliness']
    """

    def __init__(self, tagger: Tagger, size: int = 100_000) -> None:
        self.tagger, self.size = tagger, size
        self._known: dict[tuple[str, Role], tuple[bool, tuple[Hit, ...]]] = {}

    def read(self, statements: Sequence[Statement]) -> tuple[list[tuple[Any, ...]], list[bool]]:
        """Return tags as rows of the frame ``tags``, and for each statement whether it is doubtful."""
        # the printed enumerator says nothing of the theme
        shifts = [len(item.label) if item.text.startswith(item.label) else 0 for item in statements]
        keys = [(item.text[shift:], item.role) for item, shift in zip(statements, shifts, strict=True)]
        self._ask(keys)
        answers = [self._known[key] for key in keys]
        tags: list[tuple[Any, ...]] = []
        for item, shift, (_, hits) in zip(statements, shifts, answers, strict=True):
            own, start = (item.statement_id, item.report_id), item.start + shift
            for hit in hits:
                span = (None, None) if hit.start is None or hit.end is None else (hit.start + start, hit.end + start)
                tags.append((*own, hit.theme, hit.score, hit.source, hit.rule_id, *span))
        return tags, [doubtful for doubtful, _ in answers]

    def _ask(self, keys: Sequence[tuple[str, Role]]) -> None:
        fresh = [key for key in dict.fromkeys(keys) if key not in self._known]
        if len(self._known) + len(fresh) > self.size:
            self._known.clear()
            fresh = list(dict.fromkeys(keys))
        if fresh:
            predictions = self.tagger.predict([text for text, _ in fresh], [role for _, role in fresh])
            for key, prediction in zip(fresh, predictions, strict=True):
                hits = prediction.best() if prediction.role != "context" else ()
                self._known[key] = prediction.uncertain, hits


def _tag(hit: Hit, statement_id: str, report_id: str, offset: int) -> Tag:
    start = None if hit.start is None else hit.start + offset
    end = None if hit.end is None else hit.end + offset
    return Tag(statement_id, report_id, hit.theme, hit.score, hit.source, hit.rule_id, start, end)


def _tag_frame(frame: Any, tagger: Tagger) -> pd.DataFrame:
    from textmine.errors import FrameError

    if "text" not in frame.columns:
        raise FrameError(f"a column 'text' is needed; the frame has {', '.join(map(str, frame.columns)) or 'none'}")
    texts = ["" if _missing(value) else str(value) for value in frame["text"]]
    roles = [None if _missing(value) or value == "" else str(value) for value in _column(frame, "role")]
    ids = [
        str(number) if _missing(value) else str(value) for number, value in enumerate(_column(frame, "statement_id"), 1)
    ]
    reports = ["" if _missing(value) else str(value) for value in _column(frame, "report_id")]
    starts = [0 if _missing(value) else int(value) for value in _column(frame, "start")]
    tags = [
        _tag(hit, *place)
        for place, prediction in zip(zip(ids, reports, starts, strict=True), tagger.predict(texts, roles), strict=True)
        if prediction.role != "context"
        for hit in prediction.best()
    ]
    return _tags_frame(tags)


def _column(frame: Any, name: str) -> Iterable[Any]:
    return frame[name] if name in frame.columns else [None] * len(frame)


def _missing(value: object) -> bool:
    # None, NaN and pandas.NA differ from themselves or refuse to be compared; no import of pandas is needed
    return value is None or type(value).__name__ in ("NAType", "NaTType") or value != value


def _tags_frame(tags: Sequence[Tag]) -> pd.DataFrame:
    import pandas as pd

    types = {
        "statement_id": "string",
        "report_id": "string",
        "theme": "string",
        "score": "Float64",
        "source": "string",
        "rule_id": "string",
        "start": "Int64",
        "end": "Int64",
    }
    columns = {name: pd.array([getattr(tag, name) for tag in tags], dtype=dtype) for name, dtype in types.items()}
    return pd.DataFrame(columns)


def explain(
    text: str, role: str | None = None, *, tagger: Tagger | None = None, codebook: Codebook | None = None
) -> Prediction:
    """Return role and all hits of one statement, with the rules and the words that spoke for each theme.

    Args:
        text: a statement.
        role: its role where known; decided otherwise.
        tagger: what decides; without one, the rules of ``codebook``.
        codebook: the codebook of the rules; without one, the packaged one.

    >>> text = "专职人员不足，更新不及时。"
    >>> [text[hit.start : hit.end] for hit in explain(text, "problem").best()]
    ['专职人员不足', '更新不及时']
    """
    chosen = tagger if tagger is not None else RuleTagger(codebook)
    if hasattr(chosen, "explain"):  # a trained tagger tells the words too
        told: Prediction = chosen.explain(text, role)
        return told
    return chosen.predict([text], [role])[0]
