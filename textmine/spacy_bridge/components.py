"""Pipeline components, found by spaCy through entry points: ``nlp.add_pipe("textmine_themes")``.

Importing this module enters the three factories into spaCy's registry, as every package with components does, and sets
nothing else: no extension attributes, no codebook loaded. spaCy imports it whenever a pipeline is made. It reads the
annotations of the factories, which spaCy 3.7 can only where they are no texts: no ``from __future__`` here.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from spacy.language import Language
from spacy.pipeline import Pipe
from spacy.tokens import Doc

from textmine.model_store import open_tagger
from textmine.records import Section, Statement, Tag
from textmine.spacy_bridge.bundle import Bundle, read_bundle
from textmine.spacy_bridge.documents import (
    put_sections,
    put_statements,
    put_tags,
    report_id_of,
    sections_of,
    statements_of,
)
from textmine.spacy_bridge.spans import has_records
from textmine.spacy_bridge.tokenizer import SegmenterTokenizer

if TYPE_CHECKING:
    from textmine.themes import Tagger

_PROBLEMS: Final = "problems"


class _Component(Pipe):
    """What the components share: batches, and nothing to store."""

    def __init__(self, name: str) -> None:
        self.name = name

    def annotate(self, docs: list[Doc]) -> None:
        """Write what the component finds into the documents."""
        raise NotImplementedError

    def __call__(self, doc: Doc) -> Doc:
        self.annotate([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Give each document with what the component found; a batch at a time, one by one where a batch fails."""
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            try:
                self.annotate(batch)
            except Exception:
                yield from self._one_by_one(batch)
            else:
                yield from batch

    def _one_by_one(self, batch: list[Doc]) -> Iterator[Doc]:
        handle: Callable[..., Any] = self.get_error_handler()
        for doc in batch:
            try:
                self.annotate([doc])
            except Exception as error:
                handle(self.name, self, [doc], error)
            else:
                yield doc

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        return b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> "_Component":
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        Path(path).mkdir(parents=True, exist_ok=True)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "_Component":
        return self


class SectionFinder(_Component):
    """Finds the sections of a report by their headings."""

    def __init__(self, name: str, *, spans_key: str) -> None:
        super().__init__(name)
        self.spans_key = spans_key

    def annotate(self, docs: list[Doc]) -> None:
        for doc in docs:
            put_sections(doc, _find_sections(doc), key=self.spans_key)


class _Deciding(_Component):
    """A component with a tagger, made of a codebook and a model that are stored with the pipeline.

    They are read at the first document, so that a saved pipeline can be loaded where their folders are missing.
    """

    def __init__(
        self, name: str, *, codebook: str | None = None, model: str | None = None, rules: bool = False
    ) -> None:
        super().__init__(name)
        self._rules = rules
        self._codebook = codebook
        self._model = model
        self._bundle: Bundle | None = None
        self._tagger: Tagger | None = None

    @property
    def bundle(self) -> Bundle:
        """The files of codebook and model; raises the error of one that is missing."""
        if self._bundle is None:
            self._bundle = read_bundle(self._codebook, self._model, rules=self._rules)
        return self._bundle

    @property
    def tagger(self) -> "Tagger":
        """What decides; raises the error of a codebook or a model that is missing or damaged."""
        if self._tagger is None and self._bundle is None:
            self._tagger = open_tagger(self._codebook, self._model, rules=self._rules)
        if self._tagger is None:
            self._tagger = self.bundle.tagger()
        return self._tagger

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        return self.bundle.to_bytes()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> "_Deciding":
        self._bundle, self._tagger = Bundle.from_bytes(data), None
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        self.bundle.to_disk(path)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "_Deciding":
        self._bundle, self._tagger = Bundle.from_disk(path), None
        return self


class StatementSplitter(_Deciding):
    """Splits the problems parts into statements; the model decides their roles, or rules where they are asked for.

    ``scope`` is ``problems`` (only problems parts), ``text`` (the whole text is one) or ``auto``: the whole text where
    it has no heading of a report at all.
    """

    def __init__(
        self,
        name: str,
        *,
        spans_key: str = "statements",
        sections_key: str = "sections",
        scope: str = "auto",
        codebook: str | None = None,
        model: str | None = None,
        rules: bool = False,
    ) -> None:
        super().__init__(name, codebook=codebook, model=model, rules=rules)
        if scope not in ("auto", "problems", "text"):
            raise ValueError(f"unknown scope {scope!r}; there are auto, problems, text")
        self.spans_key = spans_key
        self.sections_key = sections_key
        self.scope = scope

    def annotate(self, docs: list[Doc]) -> None:
        for doc in docs:
            put_statements(doc, self.split(doc, self.tagger), key=self.spans_key)

    def split(self, doc: Doc, tagger: "Tagger") -> list[Statement]:
        """Return the statements of a document; a tagger that decides roles does so."""
        from textmine.statements import split_text

        decide = getattr(tagger, "decide_pieces", None)
        options = {"decide": decide} if decide is not None else {}
        name, found = report_id_of(doc), list[Statement]()
        for start, text in self._parts(doc):
            for unit in split_text(text, **options):
                n = len(found) + 1
                where = (start + unit.start, start + unit.end)
                found.append(Statement(f"{name}-{n:03d}", name, n, unit.role, unit.label, *where, unit.text))
        return found

    def _parts(self, doc: Doc) -> list[tuple[int, str]]:
        if self.scope == "text":
            return [(0, doc.text)]
        known = sections_of(doc, key=self.sections_key) if self.sections_key in doc.spans else _find_sections(doc)
        if self.scope == "auto" and all(item.section == "preamble" for item in known):
            return [(0, doc.text)]
        return [(item.start, item.text) for item in known if item.section == _PROBLEMS]


class ThemeTagger(_Deciding):
    """Tags statements with themes; a document without statements is split first, as ``textmine_statements`` would.

    Statements are those that ``textmine_statements`` found and spans of others in the same group with a role as label.
    """

    def __init__(
        self,
        name: str,
        *,
        spans_key: str = "themes",
        statements_key: str = "statements",
        codebook: str | None = None,
        model: str | None = None,
        rules: bool = False,
    ) -> None:
        super().__init__(name, codebook=codebook, model=model, rules=rules)
        self.spans_key = spans_key
        self.statements_key = statements_key

    def annotate(self, docs: list[Doc]) -> None:
        splitter = StatementSplitter(self.name, spans_key=self.statements_key)
        for doc in docs:
            if not has_records(doc, self.statements_key) and not statements_of(doc, key=self.statements_key):
                put_statements(doc, splitter.split(doc, self.tagger), key=self.statements_key)
        found = [statements_of(doc, key=self.statements_key) for doc in docs]
        tags = self._tag([statement for several in found for statement in several])
        at = 0
        for doc, statements in zip(docs, found, strict=True):
            own = [tag for several in tags[at : at + len(statements)] for tag in several]
            put_tags(doc, own, key=self.spans_key, statements_key=self.statements_key)
            at += len(statements)

    def _tag(self, statements: list[Statement]) -> list[list[Tag]]:
        """The tags of each statement, asked for at once; numbered, because equal texts have equal ids."""
        from textmine.themes import tag_statements

        numbered = [replace(item, statement_id=str(number)) for number, item in enumerate(statements)]
        found: list[list[Tag]] = [[] for _ in statements]
        for tag in tag_statements(numbered, tagger=self.tagger):
            number = int(tag.statement_id)
            found[number].append(replace(tag, statement_id=statements[number].statement_id))
        return found


def _find_sections(doc: Doc) -> tuple[Section, ...]:
    from textmine.parse.sections import find_sections

    return find_sections(doc.text)


def make_tokenizer(dictionary: str | None = None, engine: str = "auto") -> Callable[[Language], SegmenterTokenizer]:
    """Return what spaCy's config system calls for ``@tokenizers = "textmine.Segmenter.v1"``."""

    def create(nlp: Language) -> SegmenterTokenizer:
        chosen: Any = engine
        return SegmenterTokenizer(nlp.vocab, dictionary, engine=chosen)

    return create


@Language.factory("textmine_sections", assigns=["doc.spans"], default_config={"spans_key": "sections"})
def make_sections(nlp: Language, name: str, spans_key: str) -> SectionFinder:
    """Return the component ``textmine_sections``."""
    return SectionFinder(name, spans_key=spans_key)


@Language.factory(
    "textmine_statements",
    assigns=["doc.spans"],
    default_config={
        "spans_key": "statements",
        "sections_key": "sections",
        "scope": "auto",
        "codebook": None,
        "model": None,
        "rules": False,
    },
)
def make_statements(
    nlp: Language,
    name: str,
    spans_key: str,
    sections_key: str,
    scope: str,
    codebook: str | None,
    model: str | None,
    rules: bool,
) -> StatementSplitter:
    """Return the component ``textmine_statements``."""
    keys = {"spans_key": spans_key, "sections_key": sections_key}
    return StatementSplitter(name, **keys, scope=scope, codebook=codebook, model=model, rules=rules)


@Language.factory(
    "textmine_themes",
    assigns=["doc.spans"],
    default_config={
        "spans_key": "themes",
        "statements_key": "statements",
        "codebook": None,
        "model": None,
        "rules": False,
    },
)
def make_themes(
    nlp: Language,
    name: str,
    spans_key: str,
    statements_key: str,
    codebook: str | None,
    model: str | None,
    rules: bool,
) -> ThemeTagger:
    """Return the component ``textmine_themes``."""
    return ThemeTagger(
        name, spans_key=spans_key, statements_key=statements_key, codebook=codebook, model=model, rules=rules
    )
