"""Frames → files for other tools: Excel's CSV, JSON lines, Parquet (R, Python), Stata, quanteda, BERTopic, KeyBERT."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textmine.analysis.evidence import find_evidence
from textmine.analysis.incidence import ROLES, check_frames, filter_reports
from textmine.errors import FrameError, TextmineError
from textmine.frames import COLUMNS
from textmine.outputs import write_whole
from textmine.segment import Segmenter
from textmine.summary.words import Words, load_words
from textmine.themes.codebook import Codebook, load_codebook

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.feature_extraction.text import CountVectorizer  # type: ignore[import-untyped, unused-ignore]

#: suffix -> what is written
FORMS: Final = {".csv": "CSV", ".jsonl": "JSON lines", ".parquet": "Parquet", ".dta": "Stata 118"}
#: what can be exported beside the frames
TABLES: Final = ("statements", "tokens")
#: columns whose values are codes with names
_CODED: Final = ("role", "level", "kind", "layout", "source_format")
#: column names that Stata keeps for itself
_STATA_WORDS: Final = {"end", "if", "in", "using", "with", "byte", "int", "long", "float", "double", "strL", "_n", "_N"}
_BOM: Final = b"\xef\xbb\xbf"


def list_statements(
    frames: Mapping[str, pd.DataFrame],
    *,
    theme: str | None = None,
    role: str | None = None,
    where: Mapping[str, Any] | None = None,
    codebook: Codebook | None = None,
) -> pd.DataFrame:
    """Return statements with their report and themes, a row each.

    Args:
        frames: ``reports``, ``statements`` and ``tags``.
        theme, role, where: keep those that carry the theme, have the role (``any`` is problem or measure), and whose
            reports have these values; without them all are kept.
        codebook: the themes that become columns; the packaged one without it.

    Returns:
        statement_id, report_id, n, role, label, start, end, text, the columns of the reports frame that tell of the
        body and the file, themes (codes joined by ``;``), and a column ``t_<theme>`` (0 or 1) for each theme.

    Raises:
        FrameError, ThemeError, GroupError: what is missing, unknown or empty.

    >>> from textmine.analysis.demo import make_frames
    >>> found = list_statements(make_frames(20), theme="training", role="problem")
    >>> found["t_training"].unique().tolist()
    [1]
    """
    import pandas as pd

    check_frames(frames)
    if role not in (None, "context", *ROLES):
        raise FrameError(f"unknown role {role!r}; there are problem, measure, context, any")
    statements = frames["statements"]
    if theme is not None or role in ROLES:
        kept = find_evidence(frames, theme=theme, role=role or "any", where=where)["statement_id"]
        statements = statements[statements["statement_id"].isin(kept)]
    else:
        statements = filter_reports(frames, where)["statements"]
        statements = statements if role is None else statements[statements["role"] == role]
    told = [column.name for column in COLUMNS["reports"] if column.name not in ("sha256", "encoding", "n_chars")]
    reports = frames["reports"]
    joined = statements.merge(reports[[name for name in told if name in reports]], on="report_id", how="left")
    codes = [item.code for item in (codebook or load_codebook()).themes]
    codes += sorted(set(frames["tags"]["theme"].dropna()) - set(codes))
    tags = frames["tags"][["statement_id", "theme"]].drop_duplicates()
    table = pd.crosstab(tags["statement_id"], tags["theme"]) if len(tags) else pd.DataFrame()
    table = table.reindex(index=joined["statement_id"], columns=codes, fill_value=0).astype("int8")
    hits = table.to_numpy(dtype=bool)
    listed = [";".join(code for code, hit in zip(codes, row, strict=True) if hit) for row in hits]
    dummies = table.set_axis([f"t_{code}" for code in codes], axis=1).reset_index(drop=True)
    return pd.concat([joined.reset_index(drop=True), pd.Series(listed, name="themes", dtype="string"), dummies], axis=1)


def list_tokens(frames: Mapping[str, pd.DataFrame], segmenter: Segmenter | None = None, **which: Any) -> pd.DataFrame:
    """Return statements cut into words, for quanteda and others that split at blanks.

    In R: ``tokens(corpus(read.csv(f), docid_field = "doc_id", text_field = "tokens"), what = "fastestword")``.

    Args:
        frames, which: as for :func:`list_statements`.
        segmenter: what cuts; the words of the field without it.

    Returns:
        doc_id (the statement), tokens (words with a blank between them, punctuation left out), role, themes, agency,
        year.

    >>> from textmine.analysis.demo import make_frames
    >>> list_tokens(make_frames(1))["tokens"].iloc[1]
    '社会救助 工作人员 多为 兼职 人手不足'
    """
    import pandas as pd

    found = list_statements(frames, **which)
    words = (segmenter or Segmenter()).cut_many(found["text"].astype(str).tolist())
    joined = pd.Series([" ".join(filter(_is_word, cut)) for cut in words], dtype="string")
    told = [name for name in ("role", "themes", "agency", "year") if name in found]
    head = pd.DataFrame({"doc_id": found["statement_id"], "tokens": joined})
    return pd.concat([head, found[told]], axis=1)


def _is_word(word: str) -> bool:
    return any(char.isalnum() for char in word)


# --- BERTopic, KeyBERT, scikit-learn ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WordTokenizer:
    """Cuts a text into the words of a segmenter, punctuation left out; can be pickled and compared.

    >>> WordTokenizer(Segmenter())("一是业务培训不够；")
    ['一是', '业务培训', '不够']
    """

    segmenter: Segmenter

    def __call__(self, text: str) -> list[str]:
        return [word for word in self.segmenter.cut(text) if _is_word(word)]


def make_vectorizer(segmenter: Segmenter | None = None, **options: Any) -> CountVectorizer:
    """Return scikit-learn's CountVectorizer with our words: the ``vectorizer_model`` of BERTopic, the ``vectorizer`` of
    KeyBERT.

    Args:
        segmenter: what cuts; the words of the field without it.
        options: further ones of CountVectorizer (``ngram_range``, ``min_df``, ``stop_words`` …).

    >>> make_vectorizer().fit(["业务培训不够", "政策解读不够"]).get_feature_names_out().tolist()
    ['不够', '业务培训', '政策解读']
    """
    from sklearn.feature_extraction.text import CountVectorizer

    settings = {"tokenizer": WordTokenizer(segmenter or Segmenter()), "token_pattern": None, "lowercase": False}
    return CountVectorizer(**(settings | options))


def load_documents(frames: Mapping[str, pd.DataFrame], **which: Any) -> tuple[list[str], pd.DataFrame]:
    """Return the texts of statements and, row by row beside them, where they come from: a corpus for topic models.

    ``BERTopic(vectorizer_model=make_vectorizer()).fit_transform(texts)``;
    ``BERTopic.topics_over_time(texts, places["year"])``.

    Args:
        frames, which: as for :func:`list_statements`.

    >>> from textmine.analysis.demo import make_frames
    >>> texts, places = load_documents(make_frames(3), role="problem")
    >>> len(texts) == len(places)
    True
    """
    found = list_statements(frames, **which)
    return found["text"].astype(str).tolist(), found.drop(columns="text")


# --- files ------------------------------------------------------------------------------------------


def export_frame(
    frame: pd.DataFrame, path: str | Path, *, name: str = "statements", bom: bool = False, lang: str = "zh"
) -> None:
    """Write a frame; the suffix says how: .csv, .jsonl, .parquet or .dta (Stata 118 with labels).

    Args:
        frame: what is written; missing values are empty, ``null`` or missing.
        path: the file.
        name: which frame it is, for the labels of its columns.
        bom: begin a CSV with a byte-order mark, by which Excel knows that it is UTF-8.
        lang: language of the labels in a Stata file.

    Raises:
        TextmineError: another suffix, or a file that cannot be written.
    """
    form = Path(path).suffix.lower()
    if form not in FORMS:
        raise TextmineError(f"cannot write {Path(path).name}: the suffix must be one of {', '.join(FORMS)}")
    if bom and form != ".csv":
        raise TextmineError("only a .csv file takes a byte-order mark")
    if form == ".csv":
        data = (_BOM if bom else b"") + frame.to_csv(index=False, lineterminator="\n").encode()
    elif form == ".jsonl":
        data = _json_lines(frame)
    elif form == ".parquet":
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False)
        data = buffer.getvalue()
    else:
        data = _stata(frame, name, load_words(lang))
    write_whole(path, data)


def _json_lines(frame: pd.DataFrame) -> bytes:
    plain = frame.astype(object).where(frame.notna(), None)
    rows = plain.to_dict("records")
    return "".join(json.dumps(row, ensure_ascii=False, default=_as_plain) + "\n" for row in rows).encode()


def _as_plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)


def _stata(frame: pd.DataFrame, name: str, words: Words) -> bytes:
    """Codes become numbers with value labels, columns get labels; text of any length is kept."""
    import pandas as pd

    columns, labels = {}, {}
    for column in frame.columns:
        values = frame[column]
        if column in _CODED:
            names = {value: _value_name(words, str(column), value) for value in values.dropna().unique()}
            known = _known_values(words, str(column))
            order = sorted(names, key=lambda value: (known.index(value) if value in known else len(known), str(value)))
            shown = [None if pd.isna(value) else names[value] for value in values]
            columns[column] = pd.Series(pd.Categorical(shown, [names[value] for value in order]), index=values.index)
        elif pd.api.types.is_bool_dtype(values.dtype) or pd.api.types.is_integer_dtype(values.dtype):
            columns[column] = values.astype("float64") if values.isna().any() else values.astype("int64")
        elif pd.api.types.is_numeric_dtype(values.dtype):
            columns[column] = values.astype("float64")
        else:
            columns[column] = values.astype(object).where(values.notna(), "").map(str)
        labels[column] = _column_label(str(column), name, words)[:80]
    table = pd.DataFrame(columns)
    long = [
        c for c in table.columns if table[c].dtype == object and table[c].map(lambda v: len(v.encode())).max() > 2045
    ]
    for column in table.columns:
        if pd.api.types.is_string_dtype(table[column].dtype) and not isinstance(
            table[column].dtype, pd.CategoricalDtype
        ):
            table[column] = table[column].astype(object)
    safe = _stata_names(list(map(str, table.columns)))
    labels = {safe[column]: label for column, label in labels.items()}
    table, long = table.rename(columns=safe), [safe[column] for column in long]
    buffer = io.BytesIO()
    table.to_stata(buffer, write_index=False, version=118, variable_labels=labels, convert_strl=long)
    return buffer.getvalue()


def _stata_names(columns: Sequence[str]) -> dict[str, str]:
    """Names that Stata takes: letters, digits and underscores, 32 at the most, no word of its own (``end`` is one)."""
    names: dict[str, str] = {}
    for column in columns:
        base = re.sub(r"\W", "_", column, flags=re.ASCII)[:30]
        base = f"{base}_" if base in _STATA_WORDS else base
        name, n = base, 2
        while name in names.values():
            name, n = f"{base[:28]}_{n}", n + 1
        names[column] = name
    return names


def _known_values(words: Words, column: str) -> list[str]:
    if column == "role":
        return ["problem", "measure", "context"]
    group = {"level": "levels", "layout": "layouts", "source_format": "formats", "kind": "kinds"}[column]
    return list(words.texts[group])


def _value_name(words: Words, column: str, value: Any) -> str:
    return words.label(str(value)) if column == "role" else words.value(column, value)


def _column_label(column: str, name: str, words: Words) -> str:
    if column.startswith("t_"):
        for theme in load_codebook().themes:
            if theme.code == column[2:]:
                return theme.name_zh if words.lang == "zh" else theme.name_en
    if words.lang == "zh" and column in words.texts["columns"]:
        return words.texts["columns"][column]
    for frame in (name, "statements", "reports"):
        for found in COLUMNS.get(frame, ()):
            if found.name == column:
                return found.doc
    return column


def parse_where(pairs: Sequence[str]) -> dict[str, Any]:
    """Return the columns and values of ``column=value`` as the command line gives them; several values are one list.

    Raises:
        TextmineError: there is no ``=``.

    >>> parse_where(["year=2022", "year=2023", "level=county"])
    {'year': ['2022', '2023'], 'level': ['county']}
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        column, equals, value = pair.partition("=")
        if not equals or not column:
            raise TextmineError(f"{pair!r} must be column=value, for example year=2022")
        found.setdefault(column, []).append(value or None)
    return found
