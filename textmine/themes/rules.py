"""The rule engine: what a codebook's rules say of one text.

All terms are found in one pass; only rules whose object stands in the text are looked at, and each looks only at
the nearest signal before and behind its object, so the work grows with the length of the text and no faster.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from textmine.records import Role
from textmine.themes.codebook import GAP, Codebook, Purpose, Rule, Theme, alternatives
from textmine.themes.matcher import match_terms

Span = tuple[int, int]

_NONE: Final[list[Span]] = []

_CLAUSE_MARKS: Final = frozenset("，,。；;：:！!？?\n")
_SENTENCE_MARKS: Final = frozenset("。；;！!？?\n")
#: what ties an object to the one before it, so that a signal speaks of both
_TIES: Final = frozenset("、和及与或跟兼并")
#: words that nearly every report uses: to look around each of them would cost most of the time
_COMMON: Final = frozenset(
    {"公开", "信息", "政策", "数据", "申请", "文件", "群众", "发布", "公布", "答复", "公示", "没有", "内容", "问题"}
    | {"统一", "标准", "规范", "制度"}
    | set("是不没未少对有一三多个年、请前全定分")
)
#: A first sentence up to this long, with more behind it, is the heading of its statement.
_HEADING_LENGTH: Final = 26
#: What a hit keeps of its score where nothing but a purpose speaks for any theme.
_PURPOSE_SHARE: Final = 0.6


class RuleHit(NamedTuple):
    """A rule that fired: its theme, score and span, and where its object starts."""

    theme: str
    rule_id: str
    score: float
    start: int
    end: int
    anchor: int


@dataclass(frozen=True, slots=True, eq=False)
class _Sequence:
    """A term with gaps. The rarest of its parts (``pivot``) calls for a look at the others."""

    target: int
    parts: tuple[frozenset[int], ...]
    gaps: tuple[int, ...]
    pivot: int
    others: tuple[frozenset[int], ...]
    longest: tuple[int, ...]


#: of a term: the classes it belongs to, the sequences it is the pivot of
_Wanted = tuple[tuple[int, ...], tuple[_Sequence, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class _Compiled:
    """A rule with its terms as classes of terms."""

    rule: Rule
    order: int
    pair: bool
    targets: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    unless: tuple[int, ...]
    not_in: tuple[int, ...]
    needs: tuple[int, ...]


class _Compiler:
    """Numbers the terms and the classes of terms; a list that many rules share is one class."""

    def __init__(self, codebook: Codebook) -> None:
        self.codebook = codebook
        self.terms: dict[str, int] = {}
        self.classes: dict[tuple[str, ...], int] = {}
        #: class -> its terms without gaps, term -> its classes
        self.filled: dict[int, set[int]] = {}
        self.members: dict[int, set[int]] = {}
        self.sequences: dict[int, list[_Sequence]] = {}
        self.signals_before: set[int] = set()
        self.signals_after: set[int] = set()
        self.objects: set[int] = set()

    def _class(self, key: tuple[str, ...]) -> int:
        return self.classes.setdefault(key, len(self.classes))

    def _term(self, term: str) -> int:
        return self.terms.setdefault(term, len(self.terms))

    def rule(self, rule: Rule, theme: Theme, order: int) -> _Compiled:
        targets = rule.objects if rule.kind == "pair" else rule.terms
        return _Compiled(
            rule,
            order,
            rule.kind == "pair",
            self.slot(targets, theme, rule.gap, self.objects if rule.kind == "pair" else None),
            self.slot(rule.before, theme, rule.gap, self.signals_before),
            self.slot(rule.after, theme, rule.gap, self.signals_after),
            self.slot(rule.unless, theme, rule.gap),
            self.slot(rule.not_in, theme, rule.gap),
            self.slot(rule.needs, theme, rule.gap),
        )

    def slot(self, items: tuple[str, ...], theme: Theme, gap: int, also: set[int] | None = None) -> tuple[int, ...]:
        """The classes in which the terms of one key of a rule are found again."""
        literals = tuple(item for item in items if not item.startswith("@"))
        groups = [(("terms", str(gap), *literals), literals)] if literals else []
        for name in (item[1:] for item in items if item.startswith("@")):
            owner = theme.code if name in theme.lists else ""
            groups.append((("list", str(gap), owner, name), self.codebook.expand(name, theme)))
        return tuple(self._fill(key, terms, gap, also) for key, terms in groups)

    def _fill(self, key: tuple[str, ...], terms: tuple[str, ...], gap: int, also: set[int] | None) -> int:
        has_gaps = any("…" in term or "{" in term for term in terms)
        if not has_gaps:
            key = tuple(part for index, part in enumerate(key) if index != 1)  # the gap makes no difference
        known = key in self.classes
        number = self._class(key)
        if not known:
            self.filled[number] = self._put(terms, gap, number)
        if also is not None:
            also.update(self.filled[number])
        return number

    def _put(self, terms: tuple[str, ...], gap: int, number: int) -> set[int]:
        """Fill a class; the numbers of its terms without gaps."""
        plain: set[int] = set()
        for term in terms:
            if ("…" in term or "{" in term) and GAP.search(term):
                self._sequence(term, gap, number)
            else:
                plain.add(self._term(term))
        for term_number in plain:
            self.members.setdefault(term_number, set()).add(number)
        return plain

    def _sequence(self, term: str, gap: int, target: int) -> None:
        pieces = GAP.split(term)  # part, stated gap or None, part, …
        choices = [alternatives(piece) for piece in pieces[::2]]
        gaps = tuple(int(stated) if stated else gap for stated in pieces[1::2])
        parts = tuple(frozenset(self._term(choice) for choice in part) for part in choices)
        pivot = min(range(len(parts)), key=lambda index: _commonness(choices[index]))
        longest = tuple(max(map(len, part)) for part in choices)
        sequence = _Sequence(target, parts, gaps, pivot, parts[:pivot] + parts[pivot + 1 :], longest)
        for number in parts[pivot]:
            self.sequences.setdefault(number, []).append(sequence)

    def wanted(self, asked: set[int]) -> dict[int, _Wanted]:
        """For each term the classes it is of and the sequences it is the pivot of, where anything asks for them."""
        found: dict[int, _Wanted] = {}
        for number in self.members.keys() | self.sequences.keys():
            classes = self.members.get(number, set()) & asked
            sequences = [sequence for sequence in self.sequences.get(number, ()) if sequence.target in asked]
            if classes or sequences:
                found[number] = tuple(sorted(classes)), tuple(sequences)
        return found


def _commonness(part: tuple[str, ...]) -> tuple[bool, int, int]:
    """Orders parts: common words last, long terms before short ones, few before many."""
    return not _COMMON.isdisjoint(part), -min(map(len, part)), len(part)


class _Scan:
    """One text with all terms found in it and its units: items, clauses, sentences."""

    def __init__(self, text: str, role: Role, engine: RuleEngine) -> None:
        self.text = text
        self.occurrences = engine.matcher.scan(text)
        self.clauses = [place for place, char in enumerate(text) if char in _CLAUSE_MARKS]
        self.found: defaultdict[int, list[Span]] = defaultdict(list)
        self._collect(engine.wanted[role])
        self._objects = engine.objects
        self._heads: list[int] | None = None
        self._sorted: dict[tuple[int, ...], list[Span]] = {}
        self.items = self._item_breaks(engine) if "、" in text else self.clauses

    def _collect(self, wanted: Mapping[int, _Wanted]) -> None:
        found = self.found
        present = {occurrence[0] for occurrence in self.occurrences}
        chosen = wanted.keys() & present
        if not chosen:
            return
        for place, (term, start, end) in enumerate(self.occurrences):
            if term not in chosen:
                continue
            classes, sequences = wanted[term]
            span = (start, end)
            for number in classes:
                found[number].append(span)
            for sequence in sequences:
                for part in sequence.others:
                    if part.isdisjoint(present):
                        break
                else:
                    stretch = self._stretch(sequence, place, start, end)
                    if stretch is not None:
                        found[sequence.target].append(stretch)

    def _stretch(self, sequence: _Sequence, place: int, start: int, end: int) -> Span | None:
        """The span of the sequence around its rarest part, or nothing where another part is missing."""
        parts, gaps, pivot = sequence.parts, sequence.gaps, sequence.pivot
        first, last = start, end
        for index in range(pivot - 1, -1, -1):
            left = self._left(parts[index], place, first, gaps[index])
            if left is None:
                return None
            first = left
        for index in range(pivot + 1, len(parts)):
            right = self._right(parts[index], place, last, gaps[index - 1], sequence.longest[index])
            if right is None:
                return None
            last = right
        if self.clauses and bisect_right(self.clauses, first) != bisect_left(self.clauses, last):
            return None
        return first, last

    def _left(self, part: frozenset[int], place: int, before: int, gap: int) -> int | None:
        occurrences = self.occurrences
        for index in range(place - 1, -1, -1):
            term, start, end = occurrences[index]
            if end < before - gap:
                return None
            if end <= before and term in part:
                return start
        return None

    def _right(self, part: frozenset[int], place: int, behind: int, gap: int, longest: int) -> int | None:
        occurrences, bound = self.occurrences, behind + gap
        for index in range(place + 1, len(occurrences)):
            term, start, end = occurrences[index]
            if end > bound + longest:
                return None
            if behind <= start <= bound and term in part:
                return end
        return None

    def _item_breaks(self, engine: RuleEngine) -> list[int]:
        """A 、 ends an item where a deficit ends before it (人手少、更新慢) or an action starts behind it.

        It does not where a further deficit of the same subject follows at once (公开不全面、不及时).
        """
        after = [(start, end) for term, start, end in self.occurrences if term in engine.signals_after]
        ends, deficits = {end for _, end in after}, {start for start, _ in after}
        actions = self.starts(engine.signals_before)
        breaks = list(self.clauses)
        place = self.text.find("、")
        while place >= 0:
            behind = place + 1
            shared = behind in deficits or behind + 1 in deficits
            if (place in ends and not shared) or (behind in actions and not shared):
                breaks.append(place)
            place = self.text.find("、", behind)
        return sorted(breaks)

    def unit(self, scope: str, place: int) -> int:
        if scope == "statement":
            return 0
        marks = self.items if scope == "item" else self.clauses if scope == "clause" else self.sentences
        return bisect_right(marks, place) if marks else 0

    @property
    def sentences(self) -> list[int]:
        """Where sentences end."""
        return [mark for mark in self.clauses if self.text[mark] in _SENTENCE_MARKS]

    def starts(self, terms: frozenset[int]) -> set[int]:
        """Where any of the terms starts."""
        return {start for term, start, _ in self.occurrences if term in terms}

    def head_within(self, start: int, end: int) -> bool:
        """Tell whether an object starts from ``start`` on and before ``end`` that nothing ties to what precedes it."""
        if end - start < 2:
            return False
        if self._heads is None:
            self._heads = sorted(p for p in self.starts(self._objects) if self.text[p - 1 : p] not in _TIES)
        index = bisect_left(self._heads, start)
        return index < len(self._heads) and self._heads[index] < end

    def spans(self, slot: tuple[int, ...]) -> list[Span]:
        """The spans of the slot's terms, by start."""
        found = self.found
        if found.keys().isdisjoint(slot):
            return _NONE
        known = self._sorted.get(slot)
        if known is None:
            known = found[slot[0]] if len(slot) == 1 else [s for number in slot for s in found.get(number, _NONE)]
            if len(known) > 1:
                known = sorted(known)
            self._sorted[slot] = known
        return known


class RuleEngine:
    """The rules of a codebook, ready to read texts.

    >>> from textmine.themes.codebook import load_codebook
    >>> hits = RuleEngine(load_codebook()).hits("一是专职人员少、更新不及时。", "problem")
    >>> sorted({hit.theme for hit in hits})
    ['staffing', 'timeliness']
    """

    def __init__(self, codebook: Codebook) -> None:
        self.codebook = codebook
        compiler = _Compiler(codebook)
        self.rules = [
            compiler.rule(rule, theme, order)
            for order, (theme, rule) in enumerate((theme, rule) for theme in codebook.themes for rule in theme.rules)
        ]
        self.purposes = [(purpose, compiler.slot(purpose.openers, _NO_THEME, 0)) for purpose in codebook.purposes]
        self.signals_before, self.signals_after = frozenset(compiler.signals_before), frozenset(compiler.signals_after)
        self.objects = frozenset(compiler.objects)
        self.matcher = match_terms(compiler.terms)
        self._openers = [number for _, slot in self.purposes for number in slot]
        self.wanted: dict[Role, dict[int, _Wanted]] = {
            role: compiler.wanted(self._asked(role)) for role in ("problem", "measure")
        }
        self._yields = {rule.id: _yields_to(rule, codebook) for theme in codebook.themes for rule in theme.rules}
        self._kept = {rule.rule.id for rule in self.rules if rule.rule.keep_in_purpose}
        self._triggered: dict[Role, dict[int, list[_Compiled]]] = {"problem": {}, "measure": {}}
        for rule in self.rules:
            for role, triggered in self._triggered.items():
                if rule.rule.role in ("both", role):
                    for number in rule.targets:
                        triggered.setdefault(number, []).append(rule)

    def _asked(self, role: Role) -> set[int]:
        """The classes that anything asks for in a statement of this role."""
        asked = set(self._openers) if role == "measure" else set()
        for rule in self.rules:
            if rule.rule.role in ("both", role):
                asked.update(rule.targets, rule.before, rule.after, rule.unless, rule.not_in, rule.needs)
        return asked

    def hits(self, text: str, role: Role) -> list[RuleHit]:
        """Return what fires on ``text`` read as ``role``, best first; nothing on context."""
        if role == "context" or not text:
            return []
        scan = _Scan(text, role, self)
        hits: list[RuleHit] = []
        for rule in self._candidates(scan, role):
            hits.extend(self._fire(rule, scan))
        if role == "measure":
            hits = self._without_purposes(hits, scan)
        hits = self._settle(self._yielded(hits, scan), scan)
        if len(hits) > 1:
            hits.sort(key=lambda hit: (-hit.score, hit.start - hit.end, hit.start, hit.rule_id))
        return hits

    def _candidates(self, scan: _Scan, role: Role) -> list[_Compiled]:
        triggered = self._triggered[role]
        chosen = {rule.order: rule for number in triggered.keys() & scan.found for rule in triggered[number]}
        return [chosen[order] for order in sorted(chosen)]

    def _fire(self, rule: _Compiled, scan: _Scan) -> list[RuleHit]:
        """At most one hit of a rule in each clause: the longest."""
        if rule.needs and not scan.spans(rule.needs):
            return []
        found, pair = scan.found.keys(), rule.pair
        if pair and found.isdisjoint(rule.before) and found.isdisjoint(rule.after):
            return []
        hits: list[RuleHit] = []
        for start, end in self._standing(rule, scan):
            span = _joined(rule, scan, start, end) if pair else (start, end)
            if span is not None:
                hits.append(RuleHit(rule.rule.theme, rule.rule.id, rule.rule.score, *span, start))
        return hits if len(hits) < 2 else _longest(hits, scan)

    def _standing(self, rule: _Compiled, scan: _Scan) -> list[Span]:
        """The objects of the rule that no exception voids."""
        spans = scan.spans(rule.targets)
        if rule.not_in:
            covers = scan.spans(rule.not_in)
            if covers:
                spans = [span for span in spans if not any(c[0] <= span[0] and span[1] <= c[1] for c in covers)]
        if spans and rule.unless:
            voiding = scan.spans(rule.unless)
            if voiding:
                void = {scan.unit("clause", start) for start, _ in voiding}
                spans = [span for span in spans if scan.unit("clause", span[0]) not in void]
        return spans

    # --- purposes ------------------------------------------------------------------------------

    def _without_purposes(self, hits: list[RuleHit], scan: _Scan) -> list[RuleHit]:
        if not hits or scan.found.keys().isdisjoint(self._openers):
            return hits
        purposes = self._purpose_spans(scan)
        if not purposes:
            return hits
        main = [
            hit
            for hit in hits
            if hit.rule_id in self._kept or not any(start <= hit.anchor < end for start, end in purposes)
        ]
        return main or [hit._replace(score=hit.score * _PURPOSE_SHARE) for hit in hits]

    def _purpose_spans(self, scan: _Scan) -> list[Span]:
        edges = [-1, *scan.clauses, len(scan.text)]
        clauses = [(left + 1, right) for left, right in pairwise(edges)]
        actions = scan.starts(self.signals_before)
        spans: list[Span] = []
        for index, (start, end) in enumerate(clauses):
            opens = index == 0 or scan.text[start - 1] in _SENTENCE_MARKS
            goes_on = not opens and bool(spans) and spans[-1][1] == start - 1 and start not in actions
            begin = start if goes_on else self._purpose_start(scan, start, end, later=not opens)
            if begin is not None:
                spans.append((begin, end))
        return spans

    def _purpose_start(self, scan: _Scan, start: int, end: int, *, later: bool) -> int | None:
        clause = scan.text[start:end]
        for purpose, slot in self.purposes:
            begin: int | None = None
            if purpose.place == "inside":
                begin = next((span[0] for span in scan.spans(slot) if start < span[0] and span[1] <= end), None)
            elif (later or purpose.place == "any") and clause.startswith(purpose.openers):
                begin = start
            if begin is None or (purpose.closers and not clause.endswith(purpose.closers)):
                continue
            if not any(term in clause for term in purpose.keep):
                return begin
        return None

    # --- precedence ----------------------------------------------------------------------------

    def _yielded(self, hits: list[RuleHit], scan: _Scan) -> list[RuleHit]:
        """Without the hits of rules that give way to what other themes say in the same item."""
        if len(hits) < 2 or not any(self._yields[hit.rule_id] for hit in hits):
            return hits
        by_item: dict[int, list[RuleHit]] = {}
        for hit in hits:
            by_item.setdefault(scan.unit("item", hit.anchor), []).append(hit)
        return [hit for item in by_item.values() for hit in item if not self._gives_way(hit, item)]

    def _gives_way(self, hit: RuleHit, item: list[RuleHit]) -> bool:
        """Tell whether a theme it yields to speaks in its item; of two that yield to each other both stay."""
        yields = self._yields[hit.rule_id]
        return bool(yields) and any(
            other.theme in yields and hit.theme not in self._yields[other.rule_id] for other in item
        )

    def _settle(self, hits: list[RuleHit], scan: _Scan) -> list[RuleHit]:
        themes = {hit.theme for hit in hits}
        if len(themes) < 2:
            return hits
        heading = _heading(scan)
        for order in self.codebook.precedence:
            if order.winner not in themes or not themes.intersection(order.losers):
                continue
            winners = [hit for hit in hits if hit.theme == order.winner]
            units = {scan.unit(order.scope, hit.anchor) for hit in winners}
            rules_all = order.heading and any(hit.anchor < heading for hit in winners)
            hits = [
                hit
                for hit in hits
                if hit.theme not in order.losers
                or not (scan.unit(order.scope, hit.anchor) in units or (rules_all and hit.anchor >= heading))
            ]
        return hits


_NO_THEME: Final = Theme("", "", "", "", "", "", (), ())


def _longest(hits: list[RuleHit], scan: _Scan) -> list[RuleHit]:
    """The longest hit in each clause."""
    best: dict[int, RuleHit] = {}
    for hit in hits:
        clause = scan.unit("clause", hit.anchor)
        old = best.get(clause)
        if old is None or hit.end - hit.start > old.end - old.start:
            best[clause] = hit
    return list(best.values())


def _yields_to(rule: Rule, codebook: Codebook) -> frozenset[str]:
    codes = set(codebook.codes) if "*" in rule.yields_to else set(rule.yields_to)
    return frozenset(codes - {rule.theme} - {code[1:] for code in rule.yields_to if code.startswith("-")})


def _heading(scan: _Scan) -> int:
    """Where the heading of the statement ends; 0 where it has none."""
    sentences = scan.sentences
    if not sentences:
        return 0
    end = sentences[0]
    return end if end <= _HEADING_LENGTH and end + 2 < len(scan.text) else 0


def _joined(rule: _Compiled, scan: _Scan, start: int, end: int) -> Span | None:
    """The span from object to nearest signal; behind the object before ahead of it.

    Where another object stands between the two and nothing ties it to this one (公开的机制不健全), the signal
    speaks of the other; so does an action ahead of an object that only qualifies the next (公开平台建设).
    """
    scope, gap = rule.rule.scope, rule.rule.gap
    behind = scan.spans(rule.after) if rule.after else []
    index = bisect_left(behind, (end, 0))
    if index < len(behind):
        signal = behind[index]
        near = signal[0] - end <= gap and scan.unit(scope, end - 1) == scan.unit(scope, signal[0])
        if near and not scan.head_within(end, signal[0]):
            return start, signal[1]
    ahead = scan.spans(rule.before) if rule.before else []
    for signal in reversed(ahead[: bisect_left(ahead, (start, 0))]):
        if start - signal[1] > gap:
            break
        if signal[1] <= start and scan.unit(scope, signal[1] - 1) == scan.unit(scope, start):
            return signal[0], end
    return None


def unused_lists(codebook: Codebook) -> list[tuple[str, str]]:
    """Return ``(theme or "", list)`` of the term lists that nothing refers to.

    >>> from textmine.themes.codebook import load_codebook
    >>> unused_lists(load_codebook())
    []
    """
    used: set[tuple[str, str]] = set()

    def follow(items: Iterable[str], theme: Theme) -> None:
        for name in (item[1:] for item in items if item.startswith("@")):
            key = (theme.code if name in theme.lists else "", name)
            if key not in used:
                used.add(key)
                follow(theme.lists.get(name) or codebook.lists.get(name, ()), theme)

    for theme in codebook.themes:
        for rule in theme.rules:
            for items in (rule.terms, rule.objects, rule.before, rule.after, rule.unless, rule.not_in, rule.needs):
                follow(items, theme)
    own = [(theme.code, name) for theme in codebook.themes for name in theme.lists]
    return [key for key in (*(("", name) for name in codebook.lists), *own) if key not in used]


__all__ = ["Purpose", "RuleEngine", "RuleHit", "unused_lists"]
