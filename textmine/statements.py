"""Step 3: the problems part → statements with role, by the unit rules of the codebook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from textmine.records import Report, Role, Statement

_NUMERAL: Final = "一二三四五六七八九十"
#: printed enumerators; those in group "run" also begin a point in the middle of a line, after a sentence mark
_LABEL: Final = re.compile(
    rf"(?P<run>(?:[{_NUMERAL}]{{1,3}}(?:是|要)|其[{_NUMERAL}](?=[，,、是])|首先|其次|再次|最后(?=[，,])|第[{_NUMERAL}]{{1,2}}(?=[，,、是]))"
    rf"|[（(][{_NUMERAL}]{{1,3}}[）)]|[①-⑳]|[（(]\d{{1,2}}[）)]|\d{{1,2}}(?:[、．]|\.(?!\d)))"
    rf"|(?P<line>[{_NUMERAL}]{{1,3}}[、.．])"
)
_BREAK: Final = re.compile(r"(?<=[。！？!?；;：:，,\n])\s*|^\s*")
_BARE: Final = re.compile(
    r"(?:[（(]?[一二三四五六七八九十\d]{1,2}[）)、.．]\s*)?(?:本年度|当前|工作|主要|目前)?"
    r"(?:(?:存在|面临)?的?(?:主要)?(?:问题|不足|困难|短板)(?:和不足|与不足|及原因)?|(?:下一步|今后)?的?(?:工作)?(?:改进|整改|解决)?的?"
    r"(?:情况|措施|办法|打算|思路|意见|计划|安排|工作打算|方向)|改进|整改|问题|措施|下一步|下一步工作)[：:。]?\s*"
)
_DEFICIT: Final = re.compile(
    r"不够|不足|不强|不高|不全|不及时|不到位|不规范|不平衡|不均|不完善|不健全|不深|不多|不广|不畅|不实|不熟|不明显|不理想|不紧|不新|不细|不便|不清|不准|不稳"
    r"|有待|有差距|欠缺|欠|缺乏|缺少|薄弱|滞后|偏少|偏低|偏弱|较少|较低|较弱|较慢|单一|短板|困难|难以|问题|没有|未能|尚未|尚需|仍需|还需|需进一步|需要进一步|亟待|差距|断档|脱节|流于形式|少数|个别|兼职|流动性|参差|模糊|无人|依赖|停留"
)
_FUTURE: Final = re.compile(
    r"(?:^|[，。；：、\s])(?:下一步|下步|今后|明年|来年|接下来|针对|为此|将|要|拟|继续|进一步|切实|不断|着力|努力|认真|加强|加大|强化|完善|健全|优化|提高|提升|推进|推动|落实|规范|拓展|拓宽|丰富"
    r"|建立|开展|组织|深化|加快|制定|明确|严格|充实|扩大|创新|增强|定期|及时|积极|充分|做好|抓好|规定|安排|配备|邀请|打通|编制|开设|增设|聘请)"
)
_LEAD: Final = re.compile(
    r"(?:以下|如下|几个?方面|几点|主要(?:表现|体现)(?:在|为)|表现在|体现在|主要有|采取.{0,12}措施|存在.{0,12}(?:问题|不足|差距|短板|薄弱环节|困难)|挑战).{0,12}[：:。，,；;]?$"
    r"|还?(?:存在|有)(?:一定|一些|不少|较大).{0,6}(?:差距|问题|不足|短板).{0,10}[：:。，,]$"
)
_ACHIEVED: Final = re.compile(
    r"取得(?:了|一定|积极|明显|较好|新)|进展|成效|虽然|尽管|总体平稳|领导下|指导下|基本完成|圆满完成|全面完成"
)
_NONE: Final = re.compile(r"(?:本年度|我[局镇县区市])?(?:无|暂无|没有)[^，。；]{0,10}[。；]?")
_TURN: Final = re.compile(r"下一步|下步|今后|针对|为此|接下来|明年|来年|20\d\d年(?:将|，我)|下一学?年")
#: below this score of :func:`decide_role` the place in the part decides; chosen on the worked examples of the codebook
_SURE: Final = 0.75


@dataclass(frozen=True, slots=True)
class Unit:
    """A statement of a problems part: ``text == part[start:end]``; ``label`` is its printed enumerator."""

    n: int
    role: Role
    label: str
    start: int
    end: int
    text: str


def split_statements(report: Report) -> tuple[Statement, ...]:
    """Return the statements of all problems parts of a report, in order, with offsets into ``report.text``."""
    found: list[Statement] = []
    for section in report.section("problems"):
        for unit in split_text(section.text):
            n = len(found) + 1
            start, end = section.start + unit.start, section.start + unit.end
            name = f"{report.report_id}-{n:03d}"
            found.append(Statement(name, report.report_id, n, unit.role, unit.label, start, end, unit.text))
    return tuple(found)


def split_text(text: str) -> tuple[Unit, ...]:
    """Return the statements of a problems part.

    >>> [(u.role, u.label) for u in split_text("有以下不足：一是更新慢、不及时；二是人手不足。下一步，将配备专人。")]
    [('context', ''), ('problem', '一是'), ('problem', '二是'), ('measure', '')]
    """
    units: list[Unit] = []
    phase: Role = "problem"  # what the part is speaking of: decides where the wording does not
    for start, end, label in _pieces(text):
        piece = text[start:end]
        if not re.search(r"\w", piece):
            continue
        if _BARE.fullmatch(piece):
            phase = "measure" if re.search("改进|整改|措施|打算|下一步|今后|办法|思路|计划", piece) else "problem"
            continue
        role, score = decide_role(piece)
        if _TURN.match(piece):
            phase = "measure"
        elif score < _SURE and (units or label):
            role = phase
        units.append(Unit(len(units) + 1, role, label, start, end, piece))
    return tuple(units)


def _pieces(text: str) -> list[tuple[int, int, str]]:
    """Cut at enumerators; what no enumerator opens is cut into sentences."""
    marks = _marks(text)
    pieces: list[tuple[int, int, str]] = []
    bounds = [0, *(start for start, _ in marks), len(text)]
    labels = ["", *(label for _, label in marks)]
    for index, label in enumerate(labels):
        start, end = bounds[index], bounds[index + 1]
        pieces += _point(text, start, end, label) if label else _sentences(text, start, end)
    return pieces


def _marks(text: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for match in _BREAK.finditer(text):
        label = _LABEL.match(text, match.end())
        if label is None or (found and found[-1][0] == match.end()):
            continue
        line_start = match.end() == 0 or "\n" in text[match.start() - 1 : match.end()]
        # a comma opens a point only before 一是 and its like
        if (label["line"] and not line_start) or (
            text[match.start() - 1 : match.start()] in "，," and not label["run"]
        ):
            continue
        found.append((match.end(), label[0]))
    return found


def _point(text: str, start: int, end: int, label: str) -> list[tuple[int, int, str]]:
    """A point ends where a new paragraph or a turn to the measures begins that no enumerator opens."""
    # A turn is a sentence of its own after the point: 。下一步，… or a new line.
    turn = re.compile(
        r"\n(?!\s*$)|(?<=[。；;])\s*(?=下一步|下步|今后|针对(?:上述|以上|存在|这些)|为此|接下来|改进措施|整改措施|改进情况|改进思路|改进[：:]|整改[：:])"
    )
    title = re.compile(rf"{re.escape(label)}[^\n。；]{{2,30}}\n")
    first = start
    if titled := title.match(text, start):
        first = titled.end()
        if first >= end:
            return [_trimmed(text, start, end, label)]
    match = turn.search(text, first, end)
    if match is None:
        return [_trimmed(text, start, end, label)]
    return [_trimmed(text, start, match.start(), label), *_sentences(text, match.end(), end)]


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    depth = 0
    first = start
    for index in range(start, end):
        char = text[index]
        depth = max(0, depth + (char in "（(《“") - (char in "）)》”"))
        if char == "\n":
            depth = 0
        closing = char in "。！？；;\n" and depth == 0
        label_end = char in "：:" and _BARE.fullmatch(text[first : index + 1].strip())
        lead_end = char in "：:" and depth == 0 and _LEAD.search(text[first : index + 1])
        if closing or label_end or lead_end:
            found.append(_trimmed(text, first, index + 1, ""))
            first = index + 1
    found.append(_trimmed(text, first, end, ""))
    return [piece for piece in found if piece[0] < piece[1]]


def _trimmed(text: str, start: int, end: int, label: str) -> tuple[int, int, str]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end, label


def decide_role(text: str) -> tuple[Role, float]:
    """Return the role of a statement by what it does, and a rough score (0–1) of how clearly it does so.

    >>> decide_role("针对解读形式单一的问题，推出视频解读。")[0]
    'measure'
    """
    body = _LABEL.sub("", text, count=1) if _LABEL.match(text) else text
    if _NONE.fullmatch(body.strip()):
        return "context", 0.9
    if _LEAD.search(body.strip()) and not _LABEL.match(text):
        return "context", 0.8
    deficits = len(_DEFICIT.findall(body))
    actions = len(_FUTURE.findall(body))
    if re.match(r"\s*(?:下一步|今后|针对|为此|明年)", body) and actions:
        return "measure", 0.8
    if _ACHIEVED.search(body) and not _LABEL.match(text) and deficits == 0:
        return "context", 0.7
    if deficits and deficits >= actions:
        return "problem", 0.5 + 0.4 * deficits / (deficits + actions)
    if actions:
        return "measure", 0.5 + 0.4 * actions / (deficits + actions)
    return ("problem", 0.5) if deficits else ("measure", 0.3) if _LABEL.match(text) else ("context", 0.4)
