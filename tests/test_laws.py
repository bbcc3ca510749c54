"""Laws of the flow from text to statements, on texts made of the pieces that real ones are made of."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from textmine.normalize import normalize_source, normalize_text
from textmine.outline import ENUMERATOR, _find_labels, outline_text
from textmine.parse.sections import find_sections
from textmine.read import read_bytes
from textmine.roles import decide_role, decide_roles
from textmine.statements import split_text

PIECES = [
    *"公开一二三十是要（）()、，。；：:;.\n\r\t 　1２3a⼯⻔\u200b\ufeff-—第页①②“”《》|【】",
    "一是",
    "二是",
    "三是",
    "首先，",
    "其次，",
    "（一）",
    "（二）",
    "1.",
    "2、",
    "①",
    "问题一：",
    "措施一：",
    "第一，",
    "十一是",
    "存在问题：",
    "改进措施：",
    "（一）存在的问题\n",
    "（二）改进措施\n",
    "存在以下问题：",
    "下一步，",
    "下一步将：",
    "针对上述问题，",
    "更新不够及时",
    "人手不足",
    "公开内容不全",
    "加强培训",
    "配备专人",
    "每周更新",
    "推动工作再上新台阶。",
    "无。",
    "取得一定成效，",
    "一、总体情况\n",
    "二、主动公开政府信息情况\n",
    "五、存在的主要问题及改进情况\n",
    "六、其他需要报告的事项\n",
    "附件：要点落实情况\n",
    "某县教育局2022年政府信息公开工作年度报告\n",
    "本年制发件数\t0\t0\n",
    "四、结转下年度继续办理\t0\n",
    "報(bào)告",
    "開放與實際",
    "- 1 -\n",
]
T2S = OpenCC("t2s")
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
LAW = settings(max_examples=300, deadline=None)


@LAW
@given(texts)
def test_statements_hold_their_text_in_order_without_overlap(text: str) -> None:
    end = 0
    for n, unit in enumerate(split_text(text), 1):
        assert unit.n == n and end <= unit.start < unit.end
        assert text[unit.start : unit.end] == unit.text == unit.text.strip()
        assert unit.label in re.sub(r"\s", "", unit.text)
        end = unit.end


@LAW
@given(texts)
def test_white_space_around_a_part_changes_nothing(text: str) -> None:
    plain = text.strip()
    padded = f"\n \n{plain}\n\n  \n"
    found = [(unit.role, unit.label, unit.text, unit.start) for unit in split_text(padded)]
    assert found == [(unit.role, unit.label, unit.text, unit.start + 3) for unit in split_text(plain)]


@LAW
@given(texts)
def test_pieces_tell_where_their_wording_begins_and_each_gets_one_role(text: str) -> None:
    pieces = outline_text(text)
    decisions = decide_roles(text, pieces)
    assert len(decisions) == len(pieces)
    for piece, decision in zip(pieces, decisions, strict=True):
        assert piece.start <= piece.body <= piece.end
        assert 0 <= decision.score <= 1 and decision.phase in {"problem", "measure"}
        assert decision.role in {decision.phase, "context"}


@LAW
@given(texts)
def test_a_role_alone_is_one_of_three(text: str) -> None:
    role, score = decide_role(text)
    assert role in {"problem", "measure", "context"} and 0 <= score <= 1


@LAW
@given(texts)
def test_sections_hold_their_text_in_order_without_overlap(text: str) -> None:
    end = 0
    for section in find_sections(text):
        first = section.start if section.heading_start is None else section.heading_start
        assert end <= first and section.start <= section.end
        assert text[section.start : section.end] == section.text
        if section.heading is not None:
            assert section.heading_end is not None and section.heading_end <= section.start
            assert text[section.heading_start : section.heading_end] == section.heading
        end = section.end


@LAW
@given(texts)
def test_normalizing_twice_changes_nothing_and_leads_back(text: str) -> None:
    once = normalize_text(text)
    assert normalize_text(once.text).text == once.text
    assert len(once.origins) == len(once.text) and list(once.origins) == sorted(set(once.origins))
    for offset, (origin, char) in enumerate(zip(once.origins, once.text, strict=True)):
        assert once.origin(offset) == origin and once.offset(origin) == offset
        repaired = normalize_text(f"公{text[origin]}公").text[1:-1]
        assert char in {text[origin], repaired, T2S.convert(text[origin])} or char in " \n"


@LAW
@given(texts)
def test_each_character_of_a_report_leads_to_its_line(text: str) -> None:
    raw = f"县政府信息公开工作年度报告\n{text}".encode()
    source = read_bytes(raw, "a.txt")
    normal = normalize_source(source)
    offsets = [offset for offset, _, _ in normal.places]
    assert offsets == sorted(set(offsets)) and all(offset < len(normal.text) for offset in offsets)
    assert offsets[0] == 0


#: what enumerators are made of and what stands around them
MARKS = st.lists(
    st.sampled_from(
        [
            *"一二三十1２9①A（()）第首其再最问不短困措对整改题足板难施策进先",
            *"次者后之是要、.:：。● -*人 ",
            "其次",
            "问题之一",
        ]
    ),
    max_size=16,
).map("".join)


@settings(max_examples=2000, deadline=None)
@given(st.one_of(MARKS, texts))
def test_the_quick_look_for_enumerators_finds_what_the_pattern_finds(text: str) -> None:
    assert [match.span() for match in _find_labels(text)] == [match.span() for match in ENUMERATOR.finditer(text)]
