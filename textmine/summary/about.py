"""The sections on the corpus, the checks of its tables, how the summary came about, and what to be careful about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from textmine.analysis.incidence import SMALL
from textmine.summary.content import Cell, Column, Evidence, Figure, Kind, Section, Sentence, Table, format_value
from textmine.summary.figures import bar_figure, plain
from textmine.summary.scope import Scope, evidence

if TYPE_CHECKING:
    import pandas as pd

#: a tag with a score below this is called uncertain: the source itself would be wrong in four of ten
UNCERTAIN: Final = 0.6
#: themes that the tagger knows worse than this are named
WEAK: Final = 0.7
#: most rows of failed checks and skipped files that a summary prints; the frames hold all
MOST_ROWS: Final = 200
_STATUSES: Final = ("pass", "explained", "fail")


def _count(value: Any) -> str:
    return format_value(int(value), "count")


def describe_years(scope: Scope) -> str:
    """Return the first and last year."""
    years = scope.frames["reports"]["year"].dropna()
    if not len(years):
        return scope.words.label("missing")
    first, last = int(years.min()), int(years.max())
    return str(first) if first == last else f"{first}–{last}"


def count_bodies(scope: Scope) -> int:
    """Return the number of bodies that are known by name."""
    return int(scope.frames["reports"]["agency"].nunique())


def count_with_part(scope: Scope) -> int:
    """Return the number of reports in which statements were found."""
    return int(scope.frames["statements"]["report_id"].nunique())


def make_facts(scope: Scope, statements: pd.DataFrame) -> tuple[tuple[str, Cell, Kind], ...]:
    """Return the numbers at the top of a summary whose statements are these."""
    words, frames = scope.words, scope.frames
    facts: list[tuple[str, Cell, Kind]] = [
        (words.label("reports"), Cell(len(frames["reports"])), "count"),
        (words.label("bodies"), Cell(count_bodies(scope)), "count"),
        (words.label("years"), Cell(describe_years(scope)), "text"),
        (words.label("with_part"), Cell(count_with_part(scope)), "count"),
        (words.label("statements"), Cell(len(statements), Evidence()), "count"),
    ]
    if scope.body is None and scope.region is None:  # a file that was not read has no body or region
        facts.append((words.label("skipped"), Cell(len(skipped_files(scope))), "count"))
    return tuple(facts)


def skipped_files(scope: Scope) -> pd.DataFrame:
    """Return what was skipped: of the whole corpus, since a file that was not read has no body or region."""
    from textmine.frames import to_frame

    return scope.everything.get("skipped", to_frame("skipped", []))


def build_corpus(scope: Scope) -> Section:
    """Return the section on what the corpus is."""
    words, reports = scope.words, scope.frames["reports"]
    sentences = [_tell_size(scope), _tell_roles(scope)]
    for column, key in (("agency", "agency_unknown"), ("year", "year_unknown")):
        missing = int(reports[column].isna().sum())
        if missing:
            sentences.append(Sentence(words("sentences", key, n=_count(missing))))
    sentences.append(tell_skipped(scope))
    sentences += tell_ocr(scope)
    tables = [_composition(scope)]
    if len(skipped_files(scope)):
        tables.append(_skipped_table(scope))
    return Section(
        "corpus", words("sections", "corpus"), "", tuple(sentences), tuple(_year_figure(scope)), tuple(tables)
    )


def _tell_size(scope: Scope) -> Sentence:
    n, k = len(scope.frames["reports"]), count_with_part(scope)
    text = scope.words(
        "sentences",
        "corpus",
        reports=_count(n),
        bodies=_count(count_bodies(scope)),
        years=describe_years(scope),
        with_part=_count(k),
        share=format_value(k / n, "share"),
        statements=_count(len(scope.frames["statements"])),
    )
    return Sentence(text, Evidence())


def _tell_roles(scope: Scope) -> Sentence:
    counts = scope.frames["statements"]["role"].value_counts()
    fill = {role: _count(counts.get(role, 0)) for role in ("problem", "measure", "context")}
    return Sentence(scope.words("sentences", "roles", **fill))


def tell_skipped(scope: Scope) -> Sentence:
    """Return the sentence on files that were not read, with the reasons."""
    skipped, words = skipped_files(scope), scope.words
    if skipped.empty:
        return Sentence(words("sentences", "skipped_none"))
    names = words.texts["skip_reasons"]
    reasons = [
        f"{names.get(str(reason), str(reason))} {_count(n)}" for reason, n in skipped["reason"].value_counts().items()
    ]
    return Sentence(words("sentences", "skipped", n=_count(len(skipped)), reasons=words.join(reasons)))


def tell_ocr(scope: Scope) -> list[Sentence]:
    """Return a sentence on reports that were read from pictures; none where there are none."""
    reports = scope.frames["reports"]
    read = int((reports["ocr_pages"].fillna(0) > 0).sum()) if "ocr_pages" in reports else 0
    return [Sentence(scope.words("sentences", "ocr", n=_count(read)))] if read else []


def _year_figure(scope: Scope) -> list[Figure]:
    reports, words = scope.frames["reports"], scope.words
    if not reports["year"].notna().any():
        return []
    counts = reports.groupby(["year", "layout"], dropna=False).size()
    bars = []
    for (year, layout), n in counts.items():
        bars.append(
            (
                words.value("year", year),
                words.value("layout", layout),
                int(n),
                f"year={'' if year is None else plain(year) or ''}",
            )
        )
    note, title = words("figure_notes", "corpus"), words("figures", "corpus")
    return [bar_figure(bars, words, key="corpus", title=title, value=words.label("number_of_reports"), note=note)]


def _composition(scope: Scope) -> Table:
    words, reports = scope.words, scope.frames["reports"]
    n, rows = len(reports), []
    columns = ["year", "layout", "source_format", "level", *scope.by]
    for column in dict.fromkeys(columns):
        for value, count in reports[column].value_counts(dropna=False, sort=False).sort_index().items():
            link = evidence(None, None, **{column: value}) if column in ("year", *scope.by) else None
            cells = (
                Cell(words.label(column)),
                Cell(words.value(column, value)),
                Cell(int(count), link),
                Cell(int(count) / n),
            )
            rows.append(cells)
    head = (
        Column("what", words.label("what")),
        Column("value", words.label("value")),
        Column("count", words.label("count"), "count"),
        Column("share", words.label("share"), "share"),
    )
    return Table("corpus", words("tables", "corpus"), head, tuple(rows))


def _skipped_table(scope: Scope) -> Table:
    words, skipped = scope.words, skipped_files(scope)
    names = words.texts["skip_reasons"]
    head = [("path", "file"), ("stage", "stage"), ("reason", "reason"), ("detail", "detail")]
    rows = []
    for row in skipped.head(MOST_ROWS).to_dict("records"):
        detail = str(plain(row["detail"]) or "").strip().splitlines()
        reason = names.get(row["reason"], row["reason"])
        rows.append((Cell(row["path"]), Cell(row["stage"]), Cell(reason), Cell(detail[-1] if detail else "")))
    columns = tuple(Column(key, words.label(label)) for key, label in head)
    return Table("skipped", words("tables", "skipped"), columns, tuple(rows), _cut_note(scope, len(skipped)))


def _cut_note(scope: Scope, n: int) -> str:
    return scope.words("sentences", "first_rows", shown=MOST_ROWS, n=_count(n)) if n > MOST_ROWS else ""


# --- checks -----------------------------------------------------------------------------------------


def build_checks(scope: Scope) -> Section:
    """Return the section on checks that fail or are explained."""
    words, checks = scope.words, scope.frames.get("checks")
    title = words("sections", "checks")
    if checks is None or checks.empty:
        return Section("checks", title, sentences=(Sentence(words("sentences", "checks_none")),))
    counts = Counter(checks["status"])
    fill = {status: _count(counts[status]) for status in (*_STATUSES, "not_assessable")}
    made = sum(counts[status] for status in _STATUSES)
    sentences = [Sentence(words("sentences", "checks_total", n=_count(made), **fill))]
    if made and made == counts["pass"]:
        sentences.append(Sentence(words("sentences", "checks_all_pass")))
    tables = [_check_table(scope, checks)]
    if counts["fail"] or counts["explained"]:
        tables.append(_check_rows(scope, checks))
    figures = [_check_figure(scope, checks)] if made else []
    return Section("checks", title, words("intros", "checks"), tuple(sentences), tuple(figures), tuple(tables))


def check_family(check: str) -> str:
    """Return the kind of a check: its name without the row or column.

    >>> check_family("requests.balance.total"), check_family("narrative.received")
    ('requests.balance', 'narrative')
    """
    parts = check.split(".")
    return ".".join(parts[:2]) if parts[0] in ("requests", "disputes") else parts[0]


def _families(checks: pd.DataFrame) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for check, status in zip(checks["check"], checks["status"], strict=True):
        found.setdefault(check_family(str(check)), Counter())[str(status)] += 1
    return dict(sorted(found.items()))


def _family_name(scope: Scope, family: str) -> str:
    return scope.words.texts["check_families"].get(family, family)


def _check_figure(scope: Scope, checks: pd.DataFrame) -> Figure:
    words = scope.words
    bars = [
        (_family_name(scope, family), words.label(status), counts[status], "")
        for family, counts in _families(checks).items()
        if sum(counts[status] for status in _STATUSES)
        for status in ("fail", "pass", "explained")  # the colours of problem, measure and a third
    ]
    note, title = words("figure_notes", "checks"), words("figures", "checks")
    return bar_figure(bars, words, key="checks", title=title, value=words.label("number_of_checks"), note=note)


def _check_table(scope: Scope, checks: pd.DataFrame) -> Table:
    words = scope.words
    statuses = (*_STATUSES, "not_assessable")
    columns = [Column("check", words.label("check"))]
    columns += [Column(status, words.label(status), "count") for status in statuses]
    rows = [
        (Cell(_family_name(scope, family)), *(Cell(counts[status]) for status in statuses))
        for family, counts in _families(checks).items()
    ]
    return Table("checks", words("tables", "checks"), tuple(columns), tuple(rows))


def _check_rows(scope: Scope, checks: pd.DataFrame) -> Table:
    words = scope.words
    named = ("agency", "year", "check", "status")
    columns = [Column(key, words.label(key), "year" if key == "year" else "text") for key in named]
    columns += [Column("left", words.label("left"), "number"), Column("right", words.label("right"), "number")]
    columns += [Column("explanation", words.label("explanation")), Column("path", words.label("file"))]
    told = "explanation" if words.lang == "zh" else "explanation_en"
    kept = checks[checks["status"].isin(["fail", "explained"])]
    kept = kept.merge(scope.frames["reports"][["report_id", "agency", "year", "path"]], on="report_id")
    kept = kept.assign(at=(kept["status"] != "fail").astype(int)).sort_values(["at"], kind="stable")
    rows = []
    for row in kept.head(MOST_ROWS).to_dict("records"):
        agency = plain(row["agency"]) or words.label("unknown_agency")
        cells = [
            agency,
            plain(row["year"]),
            row["check"],
            words.label(row["status"]),
            plain(row["left"]),
            plain(row["right"]),
        ]
        rows.append(tuple(Cell(value) for value in [*cells, plain(row[told]) or "", row["path"]]))
    return Table("check_rows", words("tables", "check_rows"), tuple(columns), tuple(rows), _cut_note(scope, len(kept)))


# --- method and cautions ----------------------------------------------------------------------------


def build_method(scope: Scope) -> Section:
    """Return the section on versions, codebook, tagger and manifest."""
    from textmine import __version__

    words, manifest = scope.words, scope.manifest
    tagger = manifest.get("tagger", {})
    listed: list[tuple[str, str]] = [("textmine", str(manifest.get("package") or __version__))]
    listed.append((words.label("codebook"), f"{scope.codebook.version} ({scope.codebook.digest})"))
    sources = scope.frames["tags"]["source"].value_counts() if "source" in scope.frames["tags"] else {}
    named = [f"{words.texts['sources'].get(str(source), str(source))} {_count(n)}" for source, n in sources.items()]
    listed.append((words.label("tags"), words.join(named)))
    if tagger:
        listed.append((words.label("tagger"), ", ".join(_flatten(tagger))))
    for key in ("fingerprint", "started", "python"):
        if manifest.get(key):
            listed.append((words.label(key), str(manifest[key])))
    if manifest.get("inputs"):
        listed.append((words.label("inputs"), words.join([str(item) for item in manifest["inputs"]])))
    if manifest.get("packages"):
        listed.append((words.label("packages"), ", ".join(f"{k} {v}" for k, v in manifest["packages"].items())))
    columns = (Column("what", words.label("what")), Column("value", words.label("value")))
    rows = tuple((Cell(name), Cell(value)) for name, value in listed if value)
    table = Table("method", words("tables", "method"), columns, rows)
    return Section("method", words("sections", "method"), words("intros", "method"), tables=(table,))


def _flatten(data: Mapping[str, Any], before: str = "") -> list[str]:
    found = []
    for key, value in data.items():
        if isinstance(value, Mapping):
            found += _flatten(value, f"{before}{key}.") if key not in ("scores", "themes") else []
        else:
            found.append(f"{before}{key} {value}")
    return found


def build_cautions(scope: Scope) -> Section:
    """Return the section on what to be careful about."""
    words = scope.words
    sentences = [*_tell_tagging(scope), *_tell_uncertain(scope)]
    scores = find_scores(scope.manifest)
    weak = [theme for theme, row in scores.items() if theme in scope.themes and float(row.get("f1", 1.0)) < WEAK]
    if weak:
        sentences.append(Sentence(words("sentences", "weak_themes", bound=WEAK, names=scope.names(weak))))
    if not scores:
        sentences.append(Sentence(words("sentences", "scores_missing")))
    sentences.append(Sentence(words("sentences", "raw_shares")))
    sentences.append(tell_skipped(scope))
    sentences += tell_ocr(scope)
    sentences += _tell_repeated(scope)
    twice = int((scope.frames["reports"]["agency"].value_counts() > 1).sum())
    if twice and scope.body is None:
        sentences.append(Sentence(words("sentences", "repeated_bodies", n=_count(twice))))
    if scope.body is None:
        sentences.append(Sentence(words("sentences", "small_groups", small=SMALL)))
        sentences.append(Sentence(words("sentences", "not_random")))
    tables = (_score_table(scope, scores),) if scores else ()
    return Section("cautions", words("sections", "cautions"), "", tuple(sentences), (), tables)


def _tell_tagging(scope: Scope) -> list[Sentence]:
    tags, words = scope.frames["tags"], scope.words
    sources = Counter(tags["source"]) if "source" in tags else Counter()
    found = []
    if sources["model"]:
        found.append(Sentence(words("sentences", "tagged_by_model")))
    elif sources["rule"]:
        found.append(Sentence(words("sentences", "tagged_by_rules")))
    if sources["human"]:
        share = format_value(sources["human"] / max(len(tags), 1), "share")
        found.append(Sentence(words("sentences", "tagged_by_human", share=share)))
    return found


def _tell_repeated(scope: Scope) -> list[Sentence]:
    """Bodies whose year is reported in several files; no other number shows that reports count twice."""
    known = scope.frames["reports"].dropna(subset=["agency", "year"])
    pairs = known.groupby(["agency", "year"], sort=True)["path"].agg(["size", "min"])
    several = pairs[pairs["size"] > 1]
    if several.empty:
        return []
    example = str(several["min"].iloc[0])
    return [Sentence(scope.words("sentences", "repeated_years", n=_count(len(several)), example=example))]


def _tell_uncertain(scope: Scope) -> list[Sentence]:
    tags, statements, words = scope.frames["tags"], scope.frames["statements"], scope.words
    found = []
    coded = statements[statements["role"].isin(["problem", "measure"])]
    bare = int((~coded["statement_id"].isin(tags["statement_id"])).sum())
    if bare:
        fill = {"share": format_value(bare / len(coded), "share"), "k": _count(bare), "n": _count(len(coded))}
        found.append(Sentence(words("sentences", "untagged", **fill), Evidence(theme="-", role="any")))
    if "uncertain" in statements and (doubted := int(statements["uncertain"].fillna(False).sum())):
        fill = {"share": format_value(doubted / len(statements), "share"), "k": _count(doubted)}
        found.append(Sentence(words("sentences", "doubted", n=_count(len(statements)), **fill)))
    low = int((tags["score"] < UNCERTAIN).fillna(False).sum()) if "score" in tags else 0
    if low:
        fill = {"share": format_value(low / len(tags), "share"), "k": _count(low), "n": _count(len(tags))}
        found.append(Sentence(words("sentences", "uncertain", bound=UNCERTAIN, **fill)))
    return found


def find_scores(manifest: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return precision, recall, F1 and support by theme from the card of the tagger; empty where it has none."""
    tagger = manifest.get("tagger", {})
    trained = tagger.get("trained_on")
    for place in (tagger, tagger.get("card", {}), trained.get("held_out", {}) if isinstance(trained, Mapping) else {}):
        scores = place.get("scores", place) if isinstance(place, Mapping) else None
        themes = scores.get("themes", scores) if isinstance(scores, Mapping) else None
        rows = themes.items() if isinstance(themes, Mapping) else ()
        found = {str(theme): dict(row) for theme, row in rows if isinstance(row, Mapping) and "f1" in row}
        if found:
            return found
    return {}


def _score_table(scope: Scope, scores: Mapping[str, Mapping[str, float]]) -> Table:
    words = scope.words
    kinds: list[tuple[str, Kind]] = [
        ("precision", "number"),
        ("recall", "number"),
        ("f1", "number"),
        ("support", "count"),
    ]
    known = {theme: {**row, "support": row.get("support", row.get("n"))} for theme, row in scores.items()}
    kinds = [(key, kind) for key, kind in kinds if any(row.get(key) is not None for row in known.values())]
    columns = [Column("theme", words.label("theme")), *(Column(key, words.label(key), kind) for key, kind in kinds)]
    rows = [(Cell(scope.name(theme)), *(Cell(row.get(key)) for key, _ in kinds)) for theme, row in known.items()]
    return Table("scores", words("tables", "scores"), tuple(columns), tuple(rows))
