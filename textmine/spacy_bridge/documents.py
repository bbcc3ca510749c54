"""Report ↔ ``Doc``: our words as tokens; sections, statements and themes as span groups; all else as user data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textmine.errors import TextmineError
from textmine.records import ROLES, Check, Metadata, Report, Section, Statement, Tag, TagSource
from textmine.segment import Segmenter
from textmine.spacy_bridge.spans import Marked, read_records, set_records
from textmine.spacy_bridge.stored import pack, unpack
from textmine.spacy_bridge.tokenizer import cut_doc

if TYPE_CHECKING:
    from spacy.tokens import Doc, DocBin, Span
    from spacy.vocab import Vocab

    from textmine.pipeline import Mined
    from textmine.themes import Tagger

#: the key of ``doc.user_data`` under which the rest of a report stands
USER_KEY: Final = "textmine"
_ELSEWHERE: Final = ("text", "sections")


def to_doc(
    report: Report | Mined,
    *,
    statements: Sequence[Statement] | None = None,
    tags: Sequence[Tag] | None = None,
    segmenter: Segmenter | None = None,
    tagger: Tagger | None = None,
    vocab: Vocab | None = None,
) -> Doc:
    """Return a document with the words of our segmenter and the span groups ``sections``, ``statements``, ``themes``.

    Spans lie on tokens; exact offsets are those of :func:`~textmine.spacy_bridge.exact_offsets` and of
    :func:`from_doc`. The id of a statement's span is its ``statement_id``.

    Args:
        report: a parsed report, or what ``mine_file`` returned.
        statements: its statements; without them it is split.
        tags: their tags; without them they are tagged by ``tagger`` (the trained tagger of the package).
        segmenter: what cuts; without one, the segmenter with the words of the package.
        vocab: the vocabulary of the pipeline that goes on with the document; without one, a new Chinese one.

    Raises:
        TextmineError: a tag belongs to no statement.

    >>> from textmine import parse_report
    >>> from textmine.read import read_bytes
    >>> text = "某镇2022年政府信息公开工作年度报告\\n一、总体情况\\n平稳。\\n五、存在的主要问题\\n业务培训不够。"
    >>> doc = to_doc(parse_report(read_bytes(text.encode(), "a.txt")))
    >>> [(span.label_, span.text) for span in doc.spans["themes"]]
    [('training', '业务培训不够')]
    """
    checks: tuple[Check, ...] = ()
    if not isinstance(report, Report):
        statements = report.statements if statements is None else statements
        tags = report.tags if tags is None else tags
        checks, report = report.checks, report.report
    if statements is None:
        statements = _split(report, tagger)
    if tags is None:
        from textmine.themes import tag_statements

        tags = tag_statements(statements, tagger=tagger)
    doc = text_to_doc(report.text, segmenter=segmenter, vocab=vocab)
    doc.user_data[USER_KEY] = {**pack(report, without=_ELSEWHERE), "checks": pack(checks)}
    put_sections(doc, report.sections)
    put_statements(doc, statements)
    put_tags(doc, tags)
    return doc


def _split(report: Report, tagger: Tagger | None) -> tuple[Statement, ...]:
    """As mining does: a trained tagger decides the roles too."""
    from textmine.model_store import default_tagger
    from textmine.statements import split_statements

    chosen: Any = tagger if tagger is not None else default_tagger()
    decide = getattr(chosen, "decide_pieces", None)
    return split_statements(report) if decide is None else split_statements(report, decide=decide)


def to_docs(
    reports: Iterable[Report | Mined],
    *,
    segmenter: Segmenter | None = None,
    tagger: Tagger | None = None,
    vocab: Vocab | None = None,
) -> Iterator[Doc]:
    """Give a document for each report; all share one vocabulary, segmenter and tagger."""
    vocab = vocab if vocab is not None else new_vocab()
    for report in reports:
        yield to_doc(report, segmenter=segmenter, tagger=tagger, vocab=vocab)


def to_docbin(docs: Iterable[Doc], *, attrs: Sequence[str] | None = None) -> DocBin:
    """Return documents as a ``DocBin`` that keeps all that :func:`from_doc` needs.

    Args:
        docs: documents.
        attrs: what is kept of each token, as in ``DocBin``; ``("ORTH",)`` is enough for words and spans.
    """
    from spacy.tokens import DocBin

    options: dict[str, Any] = {} if attrs is None else {"attrs": attrs}
    return DocBin(store_user_data=True, docs=docs, **options)


def text_to_doc(text: str, *, segmenter: Segmenter | None = None, vocab: Vocab | None = None) -> Doc:
    """Return a document with the words of our segmenter and nothing else.

    >>> [token.text for token in text_to_doc("做好依申请公开工作")]
    ['做好', '依申请公开', '工作']
    """
    return cut_doc(text, segmenter or _default_segmenter(), vocab if vocab is not None else new_vocab())


@cache
def _default_segmenter() -> Segmenter:
    return Segmenter()


def new_vocab() -> Vocab:
    """Return a new vocabulary with spaCy's Chinese lexical attributes (``is_punct``, ``is_stop``, ``like_num`` …)."""
    from spacy.lang.zh import Chinese
    from spacy.vocab import create_vocab

    return create_vocab("zh", Chinese.Defaults)


# --- span groups --------------------------------------------------------------------------------------


def put_sections(doc: Doc, sections: Iterable[Section], *, key: str = "sections") -> None:
    """Put sections into a span group; labels are their codes."""
    set_records(
        doc,
        key,
        (
            Marked(f"section-{number}", item.section, item.start, item.end, pack(item, without=("text",)))
            for number, item in enumerate(sections, 1)
        ),
    )


def put_statements(doc: Doc, statements: Iterable[Statement], *, key: str = "statements") -> None:
    """Put statements into a span group; labels are their roles, ids their ``statement_id``."""
    set_records(
        doc,
        key,
        (
            Marked(item.statement_id, item.role, item.start, item.end, pack(item, without=("text",)))
            for item in statements
        ),
    )


def put_tags(doc: Doc, tags: Iterable[Tag], *, key: str = "themes", statements_key: str = "statements") -> None:
    """Put tags into a span group; a tag without words of its own lies on its whole statement.

    Raises:
        TextmineError: a tag belongs to no statement of the document.
    """
    places = {item.statement_id: (item.start, item.end) for item in statements_of(doc, key=statements_key)}
    seen: dict[str, int] = {}
    marked = []
    for tag in tags:
        if tag.statement_id not in places:
            raise TextmineError(
                f"the tag {tag.theme} is of {tag.statement_id!r}, which is no statement of the document"
            )
        name = f"{tag.statement_id}/{tag.theme}/{tag.source}"
        seen[name] = seen.get(name, 0) + 1
        start, end = places[tag.statement_id] if tag.start is None or tag.end is None else (tag.start, tag.end)
        own = f"{name}/{seen[name]}" if seen[name] > 1 else name
        marked.append(Marked(own, tag.theme, start, end, {**pack(tag), "placed": tag.start is not None}))
    set_records(doc, key, marked)


# --- the way back -------------------------------------------------------------------------------------


def from_doc(doc: Doc, *, added: TagSource = "human") -> Mined:
    """Return the report, statements, tags and checks that a document holds.

    What :func:`to_doc` put there comes back as it was. Labels are read from the spans, so what was relabelled or
    removed in the document (:func:`~textmine.spacy_bridge.replace_spans`) is so in the records; with a statement go its
    tags. Spans that others added to ``statements`` are statements where their label is a role; those added to
    ``themes`` become tags of the statement in which they begin, with the source ``added``.
    """
    from textmine.pipeline import Mined

    stored = dict(doc.user_data.get(USER_KEY) or {})
    checks = tuple(unpack(Check, item) for item in stored.pop("checks", ()))
    statements = statements_of(doc)
    if "report_id" in stored:
        report = unpack(Report, {**stored, "text": doc.text, "sections": ()})
    else:
        report = _bare_report(doc, statements)
    return Mined(replace(report, sections=sections_of(doc)), statements, tags_of(doc, added=added), checks)


def _bare_report(doc: Doc, statements: Sequence[Statement]) -> Report:
    """A document that was no report of ours, or lost its user data."""
    name = statements[0].report_id if statements else report_id_of(doc)
    digest = hashlib.sha256(doc.text.encode()).hexdigest()
    return Report(name, "", digest, "text", None, doc.text, "unknown", Metadata(), ())


def report_id_of(doc: Doc) -> str:
    """Return the id of the report in a document; for a text that is none, 16 digits of its digest."""
    stored: Mapping[str, Any] = doc.user_data.get(USER_KEY) or {}
    return str(stored.get("report_id") or hashlib.sha256(doc.text.encode()).hexdigest()[:16])


def sections_of(doc: Doc, *, key: str = "sections") -> tuple[Section, ...]:
    """Return the sections of a document, in order of the text."""
    found = []
    for span, record in read_records(doc, key):
        own = record or {"heading": None, "start": span.start_char, "end": span.end_char}
        text = doc.text[own["start"] : own["end"]]
        found.append(Section(**{**own, "section": span.label_, "text": text}))
    return tuple(sorted(found, key=lambda item: (item.start, item.end)))


def statements_of(doc: Doc, *, key: str = "statements") -> tuple[Statement, ...]:
    """Return the statements of a document, in order of the text; of the spans that others added, those with a role."""
    text, found, others = doc.text, [], []
    for span, record in read_records(doc, key):
        if record is not None:
            words = text[record["start"] : record["end"]]
            found.append(Statement(**{**record, "role": span.label_, "text": words}))
        elif span.label_ in ROLES:
            others.append(span)
    if others:
        found += _others_statements(doc, others, found)
    return tuple(sorted(found, key=lambda item: (item.start, item.n)))


def _others_statements(doc: Doc, spans: Sequence[Span], known: Sequence[Statement]) -> Iterator[Statement]:
    """Spans of others as statements; a span that has an id of its own keeps it."""
    name, taken = report_id_of(doc), {item.statement_id for item in known}
    n = max((item.n for item in known), default=0)
    for span in sorted(spans, key=lambda span: (span.start_char, span.end_char)):
        n += 1
        own = span.id_ if span.id_ and span.id_ not in taken else f"{name}-{n:03d}"
        taken.add(own)
        role: Any = span.label_
        yield Statement(own, name, n, role, "", span.start_char, span.end_char, span.text)


def tags_of(
    doc: Doc, *, key: str = "themes", statements_key: str = "statements", added: TagSource = "human"
) -> tuple[Tag, ...]:
    """Return the tags of a document, in the order of their span group; those of statements that are gone are too."""
    statements, found = statements_of(doc, key=statements_key), []
    names = {item.statement_id for item in statements}
    for span, record in read_records(doc, key):
        if record is not None and record["statement_id"] not in names:
            continue
        if record is not None:
            own = {name: value for name, value in record.items() if name != "placed"}
            if not record["placed"]:
                own |= {"start": None, "end": None}
            found.append(Tag(**{**own, "theme": span.label_}))
            continue
        start, end = span.start_char, span.end_char
        owner = next((item for item in statements if item.start <= start < item.end), None)
        if owner is not None:
            found.append(Tag(owner.statement_id, owner.report_id, span.label_, 1.0, added, None, start, end))
    return tuple(found)


# --- files --------------------------------------------------------------------------------------------


def write_docbin(docs: Iterable[Doc], path: str | Path, *, attrs: Sequence[str] | None = None) -> int:
    """Write documents to a ``.spacy`` file that is whole or not there; return how many; ``attrs`` as in
    :func:`to_docbin`.

    Raises:
        TextmineError: the file cannot be written.
    """
    import os

    target = Path(path)
    partial = target.with_name(f".{target.name}.partial")
    found = to_docbin(docs, attrs=attrs)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(found.to_bytes())
        os.replace(partial, target)
    except OSError as error:
        raise TextmineError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return len(found)


def read_docbin(path: str | Path, *, vocab: Vocab | None = None) -> Iterator[Doc]:
    """Give the documents of a ``.spacy`` file.

    Raises:
        TextmineError: the file cannot be read or is no ``DocBin``.
    """
    from spacy.tokens import DocBin

    try:
        found = DocBin().from_bytes(Path(path).read_bytes())
    except OSError as error:
        raise TextmineError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise TextmineError(f"{path} is no .spacy file: {error}") from error
    yield from found.get_docs(vocab if vocab is not None else new_vocab())
