"""The printed structure of a problems part: enumerators → headings, points and sentences, without their roles.

Three steps: find the enumerators, decide which of them are headings over others, cut the text between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from textmine.numerals import NUMERAL, read_numeral
from textmine.wording import load_wording, weigh_role

_CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑❶❷❸❹❺❻❼❽❾❿㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩"
_DIGITS: Final = "一二三四五六七八九十"
_ADVERBS: Final = {"首先": 1, "其次": 2, "再次": 3, "再者": 3, "最后": 0}
#: Enumerators by style: what counts on in one list has one style.
ENUMERATOR: Final = re.compile(
    rf"(?P<spoken>{NUMERAL})[ \n]?(?:是要|是|要)"
    rf"|第(?P<ordinal>{NUMERAL})(?:个?方面|点|项|个问题)?(?:、|(?=[，,：:]|是|要))"
    r"|(?P<adverb>首先|其次|再次|再者|最后(?=[，,是要]))"
    rf"|其(?P<its>{NUMERAL})(?=[，,、：:是])"
    rf"|[（(] ?(?P<bracket>{NUMERAL}) ?[）)]、?"
    r"|[（(] ?(?P<digits>\d{1,2}) ?[）)]、?|(?P<half>\d{1,2})[）)]"
    rf"|(?P<circled>[{_CIRCLED}])[.．、]?"
    r"|\d{1,2}\.(?P<decimal>\d{1,2})(?![\d.年月日%％倍万亿元个条件])(?=[^\W\d])"
    r"|(?P<digit>\d{1,2}) ?(?:[、．]|\.(?!\d)|\.(?=20\d\d年))"
    rf"|(?P<numeral>{NUMERAL}) ?(?:[、．]|\.(?!\d))"
    rf"|(?P<named>(?:问题|不足|短板|困难|措施|对策|整改|改进)之?(?:{NUMERAL}|\d{{1,2}}))(?=[：:、，])"
    r"|(?P<plain>\d{1,2})(?= ?[^\W\d_a-zA-Z])"
    r"|(?P<letter>[A-H])(?:[、．]|\.(?![\w.]*[A-Za-z]))"
    r"|(?P<bullet>[●○■□◆◇▲★•·►※☆]|[-*—](?= ))"
)
#: Where an enumerator may begin: to try the many patterns of ``ENUMERATOR`` at every character takes ten times longer.
_MAY_BEGIN: Final = re.compile(
    rf"[{_DIGITS}\d{_CIRCLED}A-H●○■□◆◇▲★•·►※☆\-*—（(第首其再最问不短困措对整改]"
    rf"(?:(?<![（(第首其再最问不短困措对整改])|(?<=[（(])(?= ?[{_DIGITS}\d])|(?<=第)(?=[{_DIGITS}])"
    rf"|(?<=其)(?=[{_DIGITS}次])|(?<=首)(?=先)|(?<=再)(?=[次者])|(?<=最)(?=后)|(?<=[问不短困措对整改])(?=[题足板难施策改进]之?[{_DIGITS}\d]))"
)
#: Styles that open a point after any sentence mark, even where no neighbour of their list is found.
_SURE: Final = frozenset({"spoken", "ordinal", "bracket", "digits", "circled", "named", "its"})
#: Styles that open a point at the head of a line.
_LINE: Final = frozenset({"half", "digit", "numeral", "decimal", "bullet"})
#: A spoken number up to this one may stand without its neighbours; 十一是旅游旺季 is no enumerator.
_LONE: Final = 5
_BRACKETED: Final = r"[（(《“][^（()）《》“”\n]{0,200}[）)》”]"
_QUOTED: Final = re.compile(_BRACKETED)
_STOP: Final = re.compile(
    rf"{_BRACKETED}|【[^】\n]{{1,20}}】|[。！？!?；;\n：:\t|]|(?<=[\u4e00-\u9fff])\.(?=[\u4e00-\u9fff\s]|$)"
)
#: signature and date that stand below the last paragraph
_SIGNATURE: Final = re.compile(
    r"(?:\n[^\n，。；：]{2,30})?\n[ \t]*(?:20\d\d|二[〇○零0][一二三四五六七八九〇○零]{2})年"
    r"[\d一二三四五六七八九十]{1,3}月[\d一二三四五六七八九十]{1,3}日\s*$"
)
#: A row of short cells is left over from a table, not wording.
_TABLE_ROW: Final = re.compile(r"\s*(?:[^\n\t|。；，]{0,8}[\t|]){2,}[^\n\t|。；，]{0,8}(?:\n|$)")
_HEADED: Final = re.compile(
    "(?:问题|不足|困难)(?:[及和与].*|$)|(?:整改|改进|工作|下一步)(?:措施|情况|打算|思路|设想|计划|安排)$"
)
_NUMBER: Final = re.compile(r"^\s*\d{1,2}(?=\s*\D)")
_WORD: Final = re.compile(r"\w")
_WORDS: Final = re.compile(r"[^\W\d_]")
_TERMINAL: Final = "。！？!?；;：:…）)”》"
_BLANK: Final = " \t\n\r\u3000|"
#: A line of at least this many characters that ends in the middle of words was broken by hand; shorter ones are titles.
_SOFT: Final = 16
_BROKEN: Final = re.compile(r"[^。；;！？!?：:…）)”\n]{16}$")
_SENTENCE_LIKE: Final = re.compile(
    r"(?:[，、；。：][^，、；。：！？!?;:]*|[^，、；。：！？!?;:）)”》]{16,})(?<![，。；：！？!?;:）)”》])$"
)
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
        style: the kind of enumerator (``spoken`` 一是, ``bracket`` （一）, ``digit`` 1. …), ``pair`` for the second
            half of 问题：…措施：…, empty for prose.
        number: what the enumerator counts, 0 without one.
        run: counts lists and stretches of prose from 0; the pieces of one list share it.
        named: ``problem`` or ``measure`` where a heading or bare label above names one alone, else empty.
        turn: whether the piece opens with a turn (下一步, 针对上述问题).
    """

    start: int
    end: int
    body: int
    label: str = ""
    style: str = ""
    number: int = 0
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
            spoken = {self.style, other.style} == {"spoken", "ordinal"}
            return spoken and 1 < self.number == other.number + 1
        return (
            self.number == 0
            or self.style in {"bullet", "named"}
            or 0 < self.number - other.number + (self.number > 1) <= 3
        )


def outline_text(text: str) -> tuple[Piece, ...]:
    """Return the statements-to-be of a problems part, in order; headings and bare labels are left out.

    >>> [(p.label, p.named) for p in outline_text("存在问题：一是人手少；二是更新慢。改进措施：配备专人。")]
    [('一是', 'problem'), ('二是', 'problem'), ('', 'measure')]
    """
    return tuple(_placed(text, _Outliner(text.strip())))


class Opening(NamedTuple):
    """How a piece begins: the fields of :class:`Piece` that can be told without its end."""

    start: int
    body: int
    label: str
    turn: bool


def read_opening(text: str) -> Opening | None:
    """Return how the first piece of :func:`outline_text` begins; ``None`` where there is no piece.

    >>> read_opening("一是人手少；二是更新慢。")
    Opening(start=0, body=2, label='一是', turn=False)
    """
    skip = len(text) - len(text.lstrip())
    outliner = _Outliner(text.strip())
    opening = outliner.opening()
    if opening is not None:
        return opening._replace(start=opening.start + skip, body=opening.body + skip) if skip else opening
    piece = next(_placed(text, outliner), None)
    return None if piece is None else Opening(piece.start, piece.body, piece.label, piece.turn)


def _placed(text: str, outliner: _Outliner) -> Iterator[Piece]:
    """The pieces with words, at their offsets in a text of which the outliner has what is not blank."""
    skip = len(text) - len(text.lstrip())
    found = outliner.pieces()
    placed = (replace(p, start=p.start + skip, end=p.end + skip, body=p.body + skip) for p in found) if skip else found
    return (piece for piece in placed if _WORDS.search(text, piece.body, piece.end))


# --- enumerators -------------------------------------------------------------------------------


def _find_marks(text: str) -> list[_Mark]:
    """Return the enumerators that open a point; where the place alone is no proof, a neighbour of the list must be."""
    matches = list(_find_labels(text))
    if not matches:
        return []
    # （一） is a bracket of its own; an enumerator inside a longer one, or a quotation, opens nothing.
    idioms = [match.span() for match in load_wording().idiom.finditer(text)]
    idioms += [(match.start() + 1, match.end()) for match in _QUOTED.finditer(text)]
    found = [
        mark
        for match in matches
        if not any(start <= match.start() < end for start, end in idioms) and (mark := _mark(text, match))
    ]
    kept: list[_Mark] = []
    for index, mark in enumerate(found):
        if mark.sure or _has_neighbour(mark, kept, found[index + 1 :]):
            kept.append(mark)
    return kept


def _find_labels(text: str) -> Iterator[re.Match[str]]:
    """Give what ``ENUMERATOR.finditer(text)`` gives."""
    end = 0
    for begin in _MAY_BEGIN.finditer(text):
        if begin.start() >= end and (match := ENUMERATOR.match(text, begin.start())):
            end = match.end()
            yield match


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
    while start and text[start - 1] in " \t\u3000":
        start -= 1
    before = text[start - 1] if start else "\n"
    line, sure = before == "\n", False
    if before in "\n。；;！？!?：:…”）)】":
        strong = style in _SURE and before not in "”）)" and (style != "spoken" or number <= _LONE)
        broken = line and number != 1 and _BROKEN.search(text, max(0, start - 60), max(0, start - 1)) is not None
        sure = (
            strong or (line and style in _LINE and not broken) or (before in "：:" and number == 1 and style != "plain")
        )
        start = at
    elif style in {"digit", "numeral", "plain", "decimal"} and (before == "、" or start == at):
        if before not in "，," or style == "plain":
            return None
    else:
        clause = max(text.rfind(stop, 0, start) for stop in "\n。；;！？!?：:") + 1
        head = clause + len(text[clause:at]) - len(text[clause:at].lstrip())
        turned = (turn := load_wording().turn_open.match(text, head)) is not None and text[
            turn.end() : at
        ].strip() == ""
        sure = turned or (style == "spoken" and before in "，,")
        if not sure and before not in "，,、" and style != "spoken" and start == at:
            return None
        if before in "第周期月初" or before in _DIGITS:
            return None
        start = head if turned else at
    return _Mark(start, at, match.end(), style, number, line, sure)


def _number(style: str, digits: str) -> int:
    if style == "adverb":
        return _ADVERBS[digits]
    if style in {"bullet", "named"}:
        return 0
    if style == "letter":
        return ord(digits) - ord("A") + 1
    if style == "circled":
        return _CIRCLED.index(digits) % 10 + 1 if digits not in _CIRCLED[:20] else _CIRCLED.index(digits) + 1
    return read_numeral(digits)


# --- cutting -----------------------------------------------------------------------------------


class _Outliner:
    """Walks once through a part and remembers what the last label named."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = load_wording()
        signature = _SIGNATURE.search(text) if "\n" in text else None
        self.size = signature.start() if signature and signature.start() else len(text)
        self.marks = [mark for mark in _find_marks(text) if mark.start < self.size]
        self.headings: dict[int, int] = {}
        self.run = 0
        self.named = ""

    def opening(self) -> Opening | None:
        """How the first piece begins, where that is plain to see; ``None`` where it takes :meth:`pieces` to tell."""
        if not self.marks or self.marks[0].start:
            return self._prose_opening(self.marks[0].start if self.marks else self.size)
        mark = self.marks[0]
        # What opens with a letter behind its enumerator does not end before it.
        if not self.text[mark.end : mark.end + 1].isalpha() or self._heading(0):
            return None
        turn = mark.start < mark.at or self._turns(mark.end)
        return Opening(mark.start, mark.end, self._label(mark), turn)

    def _prose_opening(self, end: int) -> Opening | None:
        if not self.text[:1].isalpha() or "\t" in self.text or "|" in self.text:
            return None
        stop = self._sentence_stop(0, end)
        if self._is_label(self.text[:stop]) or self.words.turn.match(self.text, 0, stop):
            return None
        return Opening(0, 0, "", False)

    def _label(self, mark: _Mark) -> str:
        return "".join(self.text[mark.at : mark.end].split())

    def pieces(self) -> Iterator[Piece]:
        yield from self._prose(0, self.marks[0].start if self.marks else self.size)
        for index, mark in enumerate(self.marks):
            end = self._end(index)
            if stop := self._heading(index):
                self.headings[index] = stop
                self._name(self.text[mark.end : stop])
                yield from self._prose(stop, end)
            else:
                yield from self._point(index, end)

    def _end(self, index: int) -> int:
        return self.marks[index + 1].start if index + 1 < len(self.marks) else self.size

    # headings

    def _heading(self, index: int) -> int:
        """Return where the heading that this enumerator opens ends, or 0 if it opens a point."""
        mark, end = self.marks[index], self._end(index)
        stop = self._first_stop(mark.end, end)
        head = self.text[mark.end : stop]
        if self._is_label(head) or (mark.line and self._is_title(head)) or self._is_outer(index):
            return stop
        stuck = self.words.stuck.match(self.text, mark.end) if mark.style == "numeral" else None
        return stuck.end() if stuck else 0

    def _is_label(self, head: str) -> bool:
        bare = "".join(_NUMBER.sub("", head).split() if head.lstrip()[:1].isdecimal() else head.split())
        bare = bare.strip("（()）【】")
        return self.words.label.fullmatch(bare) is not None

    def _is_title(self, head: str) -> bool:
        """A short line of its own that names problems or measures in free words."""
        words = head.strip()
        short = head.endswith("\n") and len(words) <= _TITLE_LENGTH and re.search("[，。；]", words) is None
        return short and _HEADED.search(words) is not None

    def _is_outer(self, index: int) -> bool:
        """Whether the next enumerator is the first of a list inside this point."""
        if index + 1 == len(self.marks):
            return False
        mark, inner = self.marks[index], self.marks[index + 1]
        if inner.style == mark.style or inner.number > 1 or inner.follows(mark):
            return False
        tail = self._tail(index, inner.start)
        if tail is None and self._ends_open(inner.start):
            return True
        if tail is not None and (self._turns(tail) or not self._ends_open(inner.start)):
            return False
        before = next((i for i in range(index - 1, -1, -1) if mark.follows(self.marks[i])), None)
        goes_on = any(other.follows(mark) for other in self.marks[index + 2 :])
        return goes_on or mark.number == 1 or (before is not None and before in self.headings)

    # points

    def _point(self, index: int, end: int) -> Iterator[Piece]:
        mark = self.marks[index]
        if not index or not mark.follows(self.marks[index - 1]):
            self.run += 1
        cut = self._tail(index, end) if self._is_last(index) else self._lead_at_end(mark.end, end)
        stop = end if cut is None else cut
        pair = self.words.pair.search(self.text, mark.end, stop)
        label = self._label(mark)
        first_stop = pair.start() if pair else stop
        turn = mark.start < mark.at or self._turns(mark.end)
        piece = self._piece(mark.start, first_stop, mark.end, label, mark.style, turn=turn)
        yield replace(piece, number=mark.number)
        if pair:
            named, self.named = self.named, "measure"
            yield self._piece(pair.end(), stop, pair.end(), style="pair")
            self.named = named
        if cut is not None:
            yield from self._prose(cut, end)

    def _is_last(self, index: int) -> bool:
        return index + 1 == len(self.marks) or not self.marks[index + 1].follows(self.marks[index])

    def _lead_at_end(self, start: int, end: int) -> int | None:
        """A turn to the points that follow, although their numbers go on: …。下一步：三是…"""
        starts = [
            at for at in self._sentence_starts(start, end) if self._turns(at) and self._first_stop(at, end) >= end
        ]
        return starts[-1] if starts and self._is_lead(starts[-1], end) else None

    def _tail(self, index: int, end: int) -> int | None:
        """Return where the last point of a list ends, if text that does not explain it stands behind."""
        mark = self.marks[index]
        titled = self._has_title(mark, end)
        paired = index > 0 and mark.follows(self.marks[index - 1]) and self._has_turn(self.marks[index - 1])
        first = self._first_stop(mark.end, end)
        for start in self._sentence_starts(mark.end, end):
            if self._opens_anew(start, end, paired=paired) or (
                not paired and self._turns_over(first, start, mark, end)
            ):
                return start
            line_end = self.text[:start].rstrip(" \t")
            if not titled and line_end[-1:] == "\n" and line_end.rstrip()[-1:] in _TERMINAL:
                return start
        return self._clause_before_list(index, end)

    def _has_turn(self, mark: _Mark) -> bool:
        """Whether a point holds its own measure (一是…。为此，…), so that the next may do so too."""
        end = self._end(self.marks.index(mark))
        return any(
            self._turns(start) and not self._is_lead(start, end) for start in self._sentence_starts(mark.end, end)
        )

    def _has_title(self, mark: _Mark, end: int) -> bool:
        """Whether the first line of a point is its title, explained on the next."""
        line = self.text.find("\n", mark.end, end)
        return 0 <= line <= mark.end + _TITLE_LENGTH and re.search("[。；;]", self.text[mark.end : line]) is None

    def _clause_before_list(self, index: int, end: int) -> int | None:
        """…，下一步从三个方面改进，一是…: a lead-in parted by commas only."""
        if index + 1 == len(self.marks) or self.marks[index + 1].number > 1 or self.text[end - 1] not in "，,":
            return None
        comma = max(self.text.rfind(char, self.marks[index].end, end - 1) for char in "，,")
        return comma + 1 if comma > 0 and self._turns(comma + 1) else None

    def _opens_anew(self, start: int, end: int, *, paired: bool) -> bool:
        """Whether the sentence at ``start`` is a label, a turn, a lead-in, a summary or a closing line."""
        stop = self._first_stop(start, end)
        sentence = self.text[start:stop]
        if self._is_label(sentence) or (self._turns(start) and not paired) or self.words.summary.match(sentence):
            return True
        if sentence.rstrip().endswith(("：", ":")) and self._is_lead(start, stop):
            return stop >= end or self._leads(stop, end)
        return stop >= end and self.words.closing.match(sentence.strip().rstrip("。；;")) is not None

    def _turns_over(self, first: int, start: int, mark: _Mark, end: int) -> bool:
        """Whether a problem ends and what stands from ``start`` to the end of the part speaks of measures."""
        if self.text[:start].rstrip()[-1:] not in "。！？" or end < self.size or self.named == "measure":
            return False
        rest = re.split("[。；;]", self.text[start:end].strip().rstrip("。；;"))
        clear = [weigh_role(part.strip()) for part in rest]
        return (
            weigh_role(self.text[mark.end : first]) > -1
            and clear[0] <= _CLEAR
            and sum(clear) <= _CLEAR * len(clear) / 3
        )

    # prose

    def _prose(self, start: int, end: int) -> Iterator[Piece]:
        self.run += 1
        at = start
        while at < end:
            if rest := _TABLE_ROW.match(self.text, at, end):
                at = rest.end()
                continue
            stop = self._sentence_stop(at, end)
            sentence = self.text[at:stop]
            if self._is_label(sentence.strip("\t| ")):
                self._name(sentence)
            else:
                head = at + len(sentence) - len(sentence.lstrip())
                turn = self.words.turn.match(self.text, head, stop)
                stop = self._spirit_stop(head, stop)
                yield self._piece(at, stop, turn.end() if turn else head, turn=turn is not None)
            at = stop

    def _spirit_stop(self, start: int, stop: int) -> int:
        """End of the clause 下一步，我局将按照…要求， before the actions, else of the sentence."""
        spirit = self.words.spirit.match(self.text, start, stop)
        if spirit is None or self.text[start:stop].rstrip().endswith(("：", ":")):
            return stop
        rest = self.text[spirit.end() : stop].strip()
        plain = self.words.lead.search(rest.rstrip("。")) or self.words.closing.match(rest.rstrip("。"))
        return spirit.end() if weigh_role(rest) <= _CLEAR and not plain else stop

    def _sentence_stop(self, start: int, end: int) -> int:
        """End of the sentence, or of its part up to ； or of a lead-in up to ：."""
        for match in _STOP.finditer(self.text, start, end):
            mark = match[0]
            if mark == "\n" and self._is_soft(start, match.start(), end):
                continue
            if mark in "：:" and not self._cuts_at_colon(start, match.end(), end):
                continue
            if mark[0] == "【" and not self._is_label(mark):
                continue
            if len(mark) > 1 and mark[0] != "【":
                whole = mark[-2] in "。！？" and _WORD.match(self.text, match.end())
                if not whole:
                    continue
            return match.end()
        return end

    def _is_soft(self, start: int, at: int, end: int) -> bool:
        """A line that breaks off in the middle of a sentence goes on in the next."""
        line = self.text[self.text.rfind("\n", 0, at) + 1 : at].rstrip()
        following = self.text[at + 1 : end].lstrip(" \t")
        if not line or "\t" in line or not following or following[0] == "\n" or self._is_label(self.text[start:at]):
            return False
        return len(line) >= _SOFT and _SENTENCE_LIKE.search(line) is not None and not self._turns(at + 1)

    def _cuts_at_colon(self, start: int, at: int, end: int) -> bool:
        head = self.text[start:at]
        if self._is_label(head) or self._leads(at, end):
            return True
        return self.words.announce.search(head.rstrip("：: ")) is not None

    def _leads(self, at: int, end: int) -> bool:
        """Whether a list stands behind the colon that ends at ``at``: points, a new line, or parts parted by ；."""
        rest = self.text[at:end].strip(" \t")
        if not rest.strip() or rest[0] == "\n":
            return True
        sentence = re.split(r"[。！？\n]", rest, maxsplit=1)[0]
        return "；" in sentence or ";" in sentence.rstrip(";")

    # common

    def _turns(self, start: int) -> bool:
        while start < self.size and self.text[start] in " \t\n":
            start += 1
        return self.words.turn.match(self.text, start) is not None

    def _is_lead(self, start: int, end: int) -> bool:
        return (
            self._ends_open(end) or self.words.lead.search(self.text[start:end].strip().rstrip("。，,；;")) is not None
        )

    def _ends_open(self, end: int) -> bool:
        return self.text[:end].rstrip().endswith(("：", ":"))

    def _first_stop(self, start: int, end: int) -> int:
        for match in _STOP.finditer(self.text, start, end):
            if len(match[0]) == 1:
                return match.end()
        return end

    def _sentence_starts(self, start: int, end: int) -> Iterator[int]:
        for match in _STOP.finditer(self.text, start, end):
            opens = len(match[0]) == 1 or self._is_label(match[0])
            if not opens or match[0] in "：:" or not _WORD.search(self.text, match.end(), end):
                continue
            if match[0] == "\n" and self._is_soft(start, match.start(), end):
                continue
            at = match.start() if len(match[0]) > 1 else match.end()
            while self.text[at] in " \t\n":
                at += 1
            yield at

    def _name(self, label: str) -> None:
        self.named = self.words.names(label)

    def _piece(self, start: int, end: int, body: int, label: str = "", style: str = "", *, turn: bool = False) -> Piece:
        while start < end and self.text[start] in _BLANK:
            start += 1
        while end > start and self.text[end - 1] in _BLANK:
            end -= 1
        return Piece(start, end, min(max(body, start), end), label, style, run=self.run, named=self.named, turn=turn)
