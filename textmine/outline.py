"""The printed structure of a problems part: enumerators → headings, points and sentences, without their roles.

Three steps: find the enumerators, decide which of them are headings over others, cut the text between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from textmine.wording import load_wording, weigh_role

_HAN: Final = "一二三四五六七八九十"
_CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑❶❷❸❹❺❻❼❽❾❿㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩"
_ADVERBS: Final = {"首先": 1, "其次": 2, "再次": 3, "再者": 3, "最后": 0}
#: Enumerators by style: what counts on in one list has one style.
_LABEL: Final = re.compile(
    rf"(?P<spoken>[{_HAN}]{{1,3}})(?:是要|是|要)"
    rf"|第(?P<ordinal>[{_HAN}]{{1,2}})(?:个?方面|点|项|个问题)?(?=[，,、：:]|是|要)"
    r"|(?P<adverb>首先|其次|再次|再者|最后(?=[，,是要]))"
    rf"|其(?P<its>[{_HAN}])(?=[，,、：:是])"
    rf"|[（(] ?(?P<bracket>[{_HAN}]{{1,3}}) ?[）)]、?"
    r"|[（(] ?(?P<digits>\d{1,2}) ?[）)]、?|(?P<half>\d{1,2})[）)]"
    rf"|(?P<circled>[{_CIRCLED}])[.．、]?"
    r"|(?P<digit>\d{1,2}) ?(?:[、．]|\.(?!\d)|\.(?=20\d\d年))"
    rf"|(?P<numeral>[{_HAN}]{{1,3}}) ?(?:[、．]|\.(?!\d))"
    rf"|(?P<named>(?:问题|不足|短板|困难|措施|对策|整改|改进)之?(?:[{_HAN}]{{1,2}}|\d{{1,2}}))(?=[：:、，])"
    r"|(?P<bullet>[●○■□◆◇▲★•·►※☆]|[-*—](?= ))"
)
#: Styles that open a point after any sentence mark, even where no neighbour of their list is found.
_SURE: Final = frozenset({"spoken", "ordinal", "bracket", "digits", "circled", "named", "its"})
_BRACKETED: Final = r"[（(《“][^（()）《》“”\n]{0,200}[）)》”]"
_STOP: Final = re.compile(rf"{_BRACKETED}|[。！？!?；;\n：:]")
_WORD: Final = re.compile(r"\w")
#: A heading line has at most this many characters; the longest seen in labelled parts has 21.
_TITLE_LENGTH: Final = 30
#: Evidence from which on a sentence is clearly a measure.
_CLEAR: Final = -2.5


@dataclass(frozen=True, slots=True)
class Piece:
    """What will be one statement, and what its surroundings say of it: all that a model of roles needs beside the text.

    Attributes:
        body: offset at which the wording begins, behind enumerator and turn.
        label: the printed enumerator, or empty.
        style: the kind of enumerator (``spoken`` 一是, ``bracket`` （一）, ``digit`` 1. …), empty without one.
        run: counts lists and stretches of prose from 0; the pieces of one list share it.
        named: ``problem`` or ``measure`` where a heading or bare label above names one alone, else empty.
        turn: whether the piece opens with a turn (下一步, 针对上述问题).
    """

    start: int
    end: int
    body: int
    label: str = ""
    style: str = ""
    run: int = 0
    named: str = ""
    turn: bool = False


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int  # of the turn before the enumerator, where one stands there
    at: int
    end: int
    style: str
    number: int  # 0 where the enumerator has none
    line: bool  # whether it opens a line
    sure: bool

    def follows(self, other: _Mark) -> bool:
        """Whether this goes on with the list of ``other``; one lost number is forgiven."""
        if self.style != other.style:
            return False
        return self.number == 0 or self.style in {"bullet", "named"} or 0 < self.number - other.number <= 2


def outline_text(text: str) -> tuple[Piece, ...]:
    """Return the statements-to-be of a problems part, in order; headings and bare labels are left out.

    >>> [(p.label, p.named) for p in outline_text("存在问题：一是人手少；二是更新慢。改进措施：配备专人。")]
    [('一是', 'problem'), ('二是', 'problem'), ('', 'measure')]
    """
    return tuple(piece for piece in _Outliner(text).pieces() if _WORD.search(text, piece.start, piece.end))


# --- enumerators -------------------------------------------------------------------------------


def _find_marks(text: str) -> list[_Mark]:
    """Return the enumerators that open a point; where the place alone is no proof, a neighbour of the list must be."""
    idioms = [match.span() for match in load_wording().idiom.finditer(text)]
    found = [
        mark
        for match in _LABEL.finditer(text)
        if not any(start <= match.start() < end for start, end in idioms) and (mark := _mark(text, match))
    ]
    kept: list[_Mark] = []
    for index, mark in enumerate(found):
        if mark.sure or _has_neighbour(mark, kept, found[index + 1 :]):
            kept.append(mark)
    return kept


def _has_neighbour(mark: _Mark, before: list[_Mark], after: list[_Mark]) -> bool:
    if mark.number == 1:
        second = next((other for other in after if other.style == mark.style), None)
        return second is not None and second.number == 2
    last = next((other for other in reversed(before) if other.style == mark.style), None)
    return last is not None and mark.number - last.number == 1


def _mark(text: str, match: re.Match[str]) -> _Mark | None:
    style = match.lastgroup or ""
    number = _number(style, match[style])
    style = "ordinal" if style == "adverb" else style
    start = at = match.start()
    while start and text[start - 1] in " \t":
        start -= 1
    before = text[start - 1] if start else "\n"
    line, sure = before == "\n", False
    if before in "\n。；;！？!?：:…”）)":
        sure = line or (style in _SURE and before not in "”）)") or (before in "：:" and number == 1)
        start = at
    else:
        clause = max(text.rfind(stop, 0, start) for stop in "\n。；;！？!?：:") + 1
        turned = load_wording().turn_open.fullmatch(text[clause:at].strip())
        sure = turned is not None or (style == "spoken" and before in "，,")
        if not sure and before not in "，,、" and style != "spoken":
            return None
        if before in "第周期月初" or before in _HAN:
            return None
        start = clause + len(text[clause:at]) - len(text[clause:at].lstrip()) if turned else at
    return _Mark(start, at, match.end(), style, number, line, sure)


def _number(style: str, digits: str) -> int:
    if style == "adverb":
        return _ADVERBS[digits]
    if style in {"bullet", "named"}:
        return 0
    if style == "circled":
        return _CIRCLED.index(digits) % 10 + 1 if digits not in _CIRCLED[:20] else _CIRCLED.index(digits) + 1
    if digits.isdigit():
        return int(digits)
    tens, _, ones = digits.rpartition("十") if "十" in digits else ("", "", digits)
    ten = 10 * (_HAN.index(tens) + 1 if tens else 1) if "十" in digits else 0
    return ten + (_HAN.index(ones) + 1 if ones else 0)


# --- cutting -----------------------------------------------------------------------------------


class _Outliner:
    """Walks once through a part and remembers what the last label named."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = load_wording()
        self.marks = _find_marks(text)
        self.headings = self._find_headings()
        self.run = 0
        self.named = ""

    def pieces(self) -> Iterator[Piece]:
        first = self.marks[0].start if self.marks else len(self.text)
        yield from self._prose(0, first)
        for index, mark in enumerate(self.marks):
            end = self.marks[index + 1].start if index + 1 < len(self.marks) else len(self.text)
            if index in self.headings:
                stop = self._first_stop(mark.end, end)
                self._name(self.text[mark.end : stop])
                yield from self._prose(stop, end)
            else:
                yield from self._point(index, end)

    # headings

    def _find_headings(self) -> set[int]:
        found: set[int] = set()
        for index, mark in enumerate(self.marks):
            end = self.marks[index + 1].start if index + 1 < len(self.marks) else len(self.text)
            head = self.text[mark.end : self._first_stop(mark.end, end)]
            if self._is_label(head) or (mark.line and self._is_title(head)) or self._is_outer(index, found):
                found.add(index)
        return found

    def _is_label(self, head: str) -> bool:
        return self.words.label.fullmatch(head.strip().strip("（()）")) is not None

    def _is_title(self, head: str) -> bool:
        """A short line of its own that names problems or measures, in free words."""
        words = head.strip()
        return (
            head.endswith("\n")
            and len(words) <= _TITLE_LENGTH
            and re.search("[，。；]", words) is None
            and re.search("(?:问题|不足|困难)(?:[及和与].*|$)|(?:整改|改进|工作)(?:措施|情况|打算|思路)$", words) is not None
        )

    def _is_outer(self, index: int, headings: set[int]) -> bool:
        """Whether the next enumerator is the first of a list inside this point."""
        if index + 1 == len(self.marks):
            return False
        mark, inner = self.marks[index], self.marks[index + 1]
        if inner.style == mark.style or inner.number > 1:
            return False
        tail = self._tail(mark, inner.start)
        if tail is not None and not self.text[tail : inner.start].rstrip().endswith(("：", ":")):
            return False
        if tail is not None and self.words.turn.match(self.text, tail):
            return False
        before = next((i for i in range(index - 1, -1, -1) if mark.follows(self.marks[i])), None)
        goes_on = any(other.follows(mark) for other in self.marks[index + 2 :])
        return goes_on or mark.number == 1 or (before is not None and before in headings)

    # points

    def _point(self, index: int, end: int) -> Iterator[Piece]:
        mark = self.marks[index]
        if not index or not mark.follows(self.marks[index - 1]):
            self.run += 1
        following = self.marks[index + 1] if index + 1 < len(self.marks) else None
        last = following is None or not following.follows(mark)
        cut = self._tail(mark, end) if last else None
        pair = self._pair(mark.end, cut or end)
        label = self.text[mark.at : mark.end]
        stop = pair[0] if pair else cut or end
        yield self._piece(mark.start, stop, mark.end, label, mark.style, turn=mark.start < mark.at)
        if pair:
            named = self.named
            self.named = "measure"
            yield self._piece(pair[1], cut or end, pair[1])
            self.named = named
        if cut is not None:
            yield from self._prose(cut, end)

    def _pair(self, start: int, end: int) -> tuple[int, int] | None:
        """问题：…措施：… inside one point: where the label begins and ends."""
        match = re.compile(r"(?<=[。；;\n])\s*(?:改进|整改|解决)?(?:措施|对策|办法|情况|改进|整改)[：:]").search(self.text, start, end)
        return match.span() if match else None

    def _tail(self, mark: _Mark, end: int) -> int | None:
        """Return where the last point of a list ends, if text that does not explain it stands behind."""
        titled = self._has_title(mark, end)
        first = self._first_stop(mark.end, end)
        for start in self._sentence_starts(mark.end, end):
            if self._opens_anew(start, end) or self._turns_over(first, start, mark, end):
                return start
            if self.text[:start].rstrip(" \t").endswith("\n"):
                if not titled:
                    return start
                titled = False
        return None

    def _has_title(self, mark: _Mark, end: int) -> bool:
        """Whether the first line of a point is its title, explained on the next."""
        line = self.text.find("\n", mark.end, end)
        return line >= 0 and re.search("[。；;]", self.text[mark.end : line]) is None and line - mark.end <= _TITLE_LENGTH

    def _opens_anew(self, start: int, end: int) -> bool:
        """Whether the sentence at ``start`` is a label, a turn, a lead-in or a closing line."""
        stop = self._first_stop(start, end)
        sentence = self.text[start:stop]
        if self._is_label(sentence) or self.words.turn.match(sentence):
            return True
        bare = sentence.strip().rstrip("。；：:;")
        if sentence.rstrip().endswith(("：", ":")):
            return stop >= end or (self.words.lead.search(bare) is not None and self._leads(stop, end))
        return stop >= end and self.words.closing.match(bare) is not None

    def _turns_over(self, first: int, start: int, mark: _Mark, end: int) -> bool:
        """Whether a problem ends and what stands from ``start`` to the end of the part speaks of measures."""
        if self.text[:start].rstrip()[-1:] not in "。！？" or end < len(self.text):
            return False
        rest = re.split("[。；;]", self.text[start:end].strip().rstrip("。；;"))
        clear = [weigh_role(part.strip()) for part in rest]
        return weigh_role(self.text[mark.end : first]) > 0 and clear[0] <= _CLEAR and sum(clear) <= _CLEAR * len(clear) / 2

    # prose

    def _prose(self, start: int, end: int) -> Iterator[Piece]:
        self.run += 1
        at = start
        while at < end:
            stop = self._sentence_stop(at, end)
            sentence = self.text[at:stop]
            if self._is_label(sentence):
                self._name(sentence)
                at = stop
                continue
            lead = len(sentence) - len(sentence.lstrip())
            turn = self.words.turn.match(sentence, lead)
            spirit = self.words.spirit.match(sentence, lead)
            if spirit and not sentence.rstrip().endswith(("：", ":")) and weigh_role(sentence[spirit.end() :]) <= _CLEAR:
                stop = at + spirit.end()
            yield self._piece(at, stop, at + (turn.end() if turn else lead), turn=turn is not None)
            at = stop

    def _sentence_stop(self, start: int, end: int) -> int:
        """End of the sentence, or of its part up to ； or of a lead-in up to ：."""
        for match in _STOP.finditer(self.text, start, end):
            char = match[0]
            if len(char) > 1:
                if char[-2] in "。！？" and match.end() < end and _WORD.match(self.text, match.end()):
                    return match.end()
                continue
            if char in "：:":
                head = self.text[start : match.end()]
                if not (self._is_label(head) or self._leads(match.end(), end)):
                    continue
            return match.end()
        return end

    def _leads(self, at: int, end: int) -> bool:
        """Whether a list stands behind the colon that ends at ``at``: points, a new line, or parts parted by ；."""
        rest = self.text[at:end].strip(" \t")
        if not rest.strip() or rest[0] == "\n":
            return True
        sentence = re.split(r"[。！？\n]", rest, maxsplit=1)[0]
        return "；" in sentence.rstrip("；") or ";" in sentence.rstrip(";") or sentence.endswith("；")

    # common

    def _first_stop(self, start: int, end: int) -> int:
        for match in _STOP.finditer(self.text, start, end):
            if len(match[0]) == 1:
                return match.end()
        return end

    def _sentence_starts(self, start: int, end: int) -> Iterator[int]:
        for match in _STOP.finditer(self.text, start, end):
            if len(match[0]) == 1 and match[0] not in "：:" and _WORD.search(self.text, match.end(), end):
                at = match.end()
                while self.text[at] in " \t":
                    at += 1
                yield at

    def _name(self, label: str) -> None:
        problem = self.words.label_problem.search(label) is not None
        measure = self.words.label_measure.search(label) is not None
        self.named = "" if problem == measure else "problem" if problem else "measure"

    def _piece(self, start: int, end: int, body: int, label: str = "", style: str = "", *, turn: bool = False) -> Piece:
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        return Piece(start, end, min(max(body, start), end), label, style, self.run, self.named, turn)
