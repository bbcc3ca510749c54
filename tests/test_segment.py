"""The segmenter gives jieba's words, whichever engine works, and leaves nothing behind."""

import json
import logging
import pickle
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.errors import DictionaryError, MissingExtraError
from textmine.segment import Segmenter, check_dictionary, load_dictionary_text, parse_dictionary

BENCH = Path(__file__).parents[2] / "shared/bench/government_work_reports.jsonl"
rjieba = pytest.importorskip("rjieba")
FAST, PURE = Segmenter(engine="fast"), Segmenter(engine="jieba")


@pytest.mark.parametrize("word", [entry.word for entry in parse_dictionary(load_dictionary_text())])
def test_each_word_of_the_dictionary_is_one_token(word: str) -> None:
    assert PURE.cut(word) == FAST.cut(word) == [word]


def test_the_dictionary_holds_hundreds_of_words_and_no_fault() -> None:
    assert len(PURE.entries) > 500
    assert check_dictionary(load_dictionary_text()) == ()


@pytest.mark.skipif(not BENCH.exists(), reason="the bench texts are not on this machine")
def test_engines_agree_on_government_prose() -> None:
    texts = [json.loads(line)["content"] for line in BENCH.read_text("utf-8").splitlines()]
    lines = [line for text in texts for line in text.split("\n") if line]
    clauses = [clause for line in lines[::3] for clause in re.split(r"(?<=[，。；：、])", line) if clause]
    assert len(clauses) > 20_000
    for text in (*lines[::3], *clauses):
        words = FAST.cut(text)
        assert words == PURE.cut(text) and "".join(words) == text


WORDS = [entry.word for entry in PURE.entries]
RARE = st.sampled_from("臌犷炝翩噜遐薤奕婕苣辚蓍渤鲒迥疬征舰濟壇艷龥鿕㐀𠀀⼯⻔")
PIECES = st.one_of(
    st.sampled_from(WORDS),
    RARE,
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD5), max_size=4),
    st.text(st.sampled_from("abcXYZ0123456789-_.+#&% \t\n，。、；①（）é😀"), max_size=4),
)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=6).map("".join), max_size=8))
def test_many_texts_are_cut_as_each_alone(texts: list[str]) -> None:
    assert FAST.cut_many(texts) == [PURE.cut(text) for text in texts]


@settings(max_examples=1500, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_engines_agree_on_mixed_scripts_and_words_join_to_the_text(text: str) -> None:
    words = FAST.cut(text)
    assert words == PURE.cut(text)
    assert "".join(words) == text
    assert [text[start:end] for start, end in FAST.spans(text)] == words


def test_engines_agree_on_ties_between_rare_characters() -> None:
    common = [bytes((row, cell)).decode("gb2312") for row in range(0xD8, 0xF0) for cell in range(0xA1, 0xFF)]
    chance = random.Random(3)
    for _ in range(300):
        few = chance.sample(common, 3)
        for _ in range(60):
            text = "".join(chance.choice(few) for _ in range(chance.randrange(3, 14)))
            assert FAST.cut(text) == PURE.cut(text)


def test_a_segmenter_is_rebuilt_in_another_process() -> None:
    own = Segmenter.from_text("临樟公开办\n", engine="jieba")
    again = pickle.loads(pickle.dumps(own))
    assert again.cut("临樟公开办通知") == own.cut("临樟公开办通知") == ["临樟公开办", "通知"]
    assert again.fingerprint == own.fingerprint != PURE.fingerprint
    assert FAST.fingerprint == PURE.fingerprint


def test_two_segmenters_do_not_know_each_others_words() -> None:
    own = Segmenter.from_text("公开办主任\n", engine="jieba")
    assert own.cut("公开办主任")[0] == "公开办主任"
    assert Segmenter.from_text("", engine="jieba").cut("公开办主任")[0] != "公开办主任"
    import jieba

    assert not jieba.dt.initialized and "公开办主任" not in jieba.dt.FREQ


def test_loading_is_silent_and_changes_no_settings() -> None:
    code = (
        "import warnings, logging, sys\n"
        "before = (warnings.filters[:], logging.getLogger().level, logging.getLogger('jieba').level)\n"
        "from textmine.segment import Segmenter\n"
        "assert Segmenter(engine='jieba').cut('公开工作') == ['公开', '工作']\n"
        "after = (warnings.filters[:], logging.getLogger().level)\n"
        "assert before[:2] == after\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert logging.getLogger("jieba").level <= logging.CRITICAL


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\ufeff公开", "byte-order mark"),
        ("公开，透明", "always cuts"),
        ("公开 0", "below 1"),
        ("公开 3 n 5", "expected"),
        ("公开 多", "neither a frequency"),
    ],
)
def test_malformed_entries_are_named(text: str, message: str) -> None:
    with pytest.raises(DictionaryError, match=message):
        parse_dictionary(text)
    (finding,) = check_dictionary(text)
    assert finding.problem == "malformed" and message in finding.detail


def test_entries_that_never_fire_or_break_words_are_found() -> None:
    never = check_dictionary("管理办 1\n")
    assert [(finding.problem, finding.line) for finding in never] == [("never_fires", 1)]
    broken = check_dictionary("政治协 999999\n")
    assert ("breaks_words", "政治协") in {(finding.problem, finding.word) for finding in broken}


def test_engines_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="unknown engine"):
        Segmenter(engine="slow")  # type: ignore[arg-type]
    monkeypatch.setattr("textmine.segment.find_spec", lambda name: None)
    assert Segmenter().engine == "jieba"
    with pytest.raises(MissingExtraError, match="textmine\\[fast\\]"):
        Segmenter(engine="fast")
