"""The codebook proves itself: its examples run, and each kind of malformed file is refused by name."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.errors import CodebookError
from textmine.themes import Codebook, Example, RuleTagger, explain, load_codebook
from textmine.themes.codebook import MIN_HITS, MIN_MISSES, alternatives
from textmine.themes.matcher import TermMatcher, match_terms

BOOK = load_codebook()
TAGGER = RuleTagger(BOOK)
EXAMPLES = [(theme.code, example) for theme in BOOK.themes for example in theme.examples]


@pytest.mark.parametrize(("theme", "example"), EXAMPLES, ids=lambda value: getattr(value, "text", value))
def test_every_example_passes(theme: str, example: Example) -> None:
    themes = TAGGER.predict([example.text], [example.role])[0].themes
    assert (theme in themes) == example.hit, themes


def test_the_packaged_codebook_has_no_errors_and_enough_examples() -> None:
    assert [finding for finding in BOOK.check() if finding.severity == "error"] == []
    for theme in BOOK.themes:
        assert sum(example.hit for example in theme.examples) >= MIN_HITS, theme.code
        assert sum(not example.hit for example in theme.examples) >= MIN_MISSES, theme.code
        assert theme.definition_zh and theme.definition_en and theme.name_zh and theme.name_en
    assert {entry["n"] for entry in BOOK.deciding} == set(range(1, 31))


@pytest.mark.parametrize(
    ("text", "role", "themes"),
    [
        ("加强业务培训，确保信息公开及时准确。", "measure", {"training"}),
        ("人员少、业务不熟。", "problem", {"staffing", "training"}),
        ("各股室主动性和时效性不强。", "problem", {"awareness", "timeliness"}),
        ("信息发布不够及时、全面。", "problem", {"timeliness", "content_breadth"}),
        ("政策解读形式单一、质量不高。", "problem", {"interpretation"}),
        ("依申请公开办理程序不规范。", "problem", {"request_handling"}),
        ("由于专职人员较少，信息更新不够及时。", "problem", {"staffing", "timeliness"}),
        ("人手少、经费紧张。", "problem", {"staffing", "other"}),
        ("进一步加大工作力度。", "measure", set()),
        ("进一步加大公开力度。", "measure", set()),
        ("公开力度不够。", "problem", {"content_breadth"}),
        ("举办政府开放日、召开座谈会。", "measure", {"interaction"}),
        ("加大宣传培训力度。", "measure", {"publicity", "training"}),
        ("组织干部职工学习宣传《条例》。", "measure", {"training"}),
        ("重发布、轻解读。", "problem", {"interpretation"}),
        ("兼职人员多、轮岗快。", "problem", {"staffing"}),
        ("加强业务培训。", "context", set()),
    ],
)
def test_deciding_rules(text: str, role: str, themes: set[str]) -> None:
    assert set(TAGGER.predict([text], [role])[0].themes) == themes


def test_spans_lie_in_the_text_and_best_is_one_hit_a_theme() -> None:
    text = "一是专职人员不足；二是更新不及时、形式单一。"
    prediction = explain(text, "problem")
    assert all(0 <= (hit.start or 0) < (hit.end or 0) <= len(text) for hit in prediction.hits)
    assert len(prediction.best()) == len(set(prediction.themes))


def test_the_matcher_finds_what_a_plain_search_finds() -> None:
    terms = ["公开", "主动公开", "开", "动公", "不"]
    text = "主动公开不公开"
    found = {(start, end, terms[number]) for number, start, end in TermMatcher(terms).scan(text)}
    plain = {
        (start, start + len(term), term) for term in terms for start in range(len(text)) if text.startswith(term, start)
    }
    assert found == plain


@given(
    st.lists(st.text("公开主动不𠮷a", min_size=1, max_size=4), min_size=1, unique=True), st.text("公开主动不𠮷a\ud800")
)
def test_both_matchers_find_the_same_in_the_same_order(terms: list[str], text: str) -> None:
    assert match_terms(terms).scan(text) == TermMatcher(terms).scan(text)


def test_the_rules_say_the_same_without_the_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not isinstance(match_terms(["公开"]), TermMatcher), "install the extra fast"
    monkeypatch.setitem(sys.modules, "ahocorasick_rs", None)
    assert isinstance(match_terms(["公开"]), TermMatcher)
    texts, roles = [example.text for _, example in EXAMPLES], [example.role for _, example in EXAMPLES]
    assert RuleTagger(BOOK).predict(texts, roles) == TAGGER.predict(texts, roles)


def test_alternatives_nest() -> None:
    assert set(alternatives("(没(人|谁)|无人)管")) == {"没人管", "没谁管", "无人管"}


# --- malformed files -------------------------------------------------------------------------------------------

THEME = """
code = "a"
name_zh = "甲"
name_en = "A"
group = "g"
[[rules]]
id = "a.one"
terms = "甲 乙"
"""
BOOKFILE = 'version = "x"\nthemes = ["a"]\n[groups.g]\nname_zh = "组"\n'


def make(folder: Path, theme: str = THEME, book: str = BOOKFILE, lists: str | None = None) -> Codebook:
    folder.mkdir(exist_ok=True)
    (folder / "codebook.toml").write_text(book, "utf-8")
    (folder / "a.toml").write_text(theme, "utf-8")
    if lists is not None:
        (folder / "lists.toml").write_text(lists, "utf-8")
    return load_codebook(folder)


def test_a_small_codebook_loads(tmp_path: Path) -> None:
    book = make(tmp_path)
    assert RuleTagger(book).predict(["有甲。"], ["problem"])[0].themes == ("a",)
    assert {finding.problem for finding in book.check()} == {"few_examples"}


RULE = '[[rules]]\nid = "a.one"\nterms = "甲 乙"\n'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name_en = "A"', 'nmae_en = "A"', "nmae_en: unknown key"),
        ('name_en = "A"\n', "", "name_en: is missing"),
        ('code = "a"', 'code = "b"', "the file stands for 'a'"),
        ('group = "g"', 'group = "h"', "'h' is not among the groups"),
        ('terms = "甲 乙"', 'term = "甲 乙"', r"rules\[1\].term: unknown key"),
        ('terms = "甲 乙"', 'objects = "甲"', "a pair rule has objects with before or after"),
        ('terms = "甲 乙"', 'terms = "甲"\nafter = "乙"', "a phrase rule has terms and no objects"),
        ('terms = "甲 乙"', 'terms = "甲"\nrole = "both sides"', "'both sides' is not one of problem, measure, both"),
        ('terms = "甲 乙"', 'terms = "甲"\nscore = 1.5', "is not above 0 and up to 1"),
        ('terms = "甲 乙"', 'terms = "甲"\ngap = -1', "is below 0"),
        ('terms = "甲 乙"', 'terms = "@none"', "there is no term list @none"),
        ('terms = "甲 乙"', 'terms = "(甲|乙"', "brackets that do not pair"),
        ('terms = "甲 乙"', 'terms = "甲{3}"', "a part with nothing in it"),
        ('terms = "甲 乙"', 'terms = "甲"\nyields_to = "zz"', "'zz' is no theme of this codebook"),
        ('terms = "甲 乙"', "terms = 3", "is int, which does not fit"),
        ('id = "a.one"\n', "", "id: is missing"),
        (RULE, RULE + RULE, "rule id 'a.one' stands twice"),
        ('code = "a"', 'code = "a', "not valid TOML"),
        (RULE, RULE + '[examples.hit]\nproblems = ["甲"]\n', "problems: unknown key"),
        (RULE, RULE + '[examples.hit]\nproblem = [""]\n', "expected a text"),
        (RULE, RULE + '[lists]\nx = "@x"\n[[rules]]\nid = "a.two"\nterms = "@x"\n', "refers to itself"),
    ],
)
def test_a_malformed_theme_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = THEME.replace(old, new)
    if "[lists]" in new:  # a table must stand ahead of the rules
        text = THEME.replace(RULE, '[lists]\nx = "@x"\n[[rules]]\nid = "a.two"\nterms = "@x"\n')
    assert text != THEME
    with pytest.raises(CodebookError, match=message):
        make(tmp_path, text)


@pytest.mark.parametrize(
    ("book", "message"),
    [
        (BOOKFILE.replace("themes", "theme"), "theme: unknown key"),
        ('themes = ["a"]\n[groups.g]\n', "version: is missing"),
        (BOOKFILE.replace('["a"]', '["a", "a"]'), "theme 'a' stands twice"),
        (BOOKFILE.replace('["a"]', '["a", "b"]'), "b.toml: the file is missing"),
        (BOOKFILE.replace('["a"]', "[]"), "a.toml: the theme is not listed"),
        (BOOKFILE + '[[precedence]]\nwinner = "z"\nlosers = ["a"]\n', "'z' is no theme"),
        (BOOKFILE + '[[purpose]]\nplace = "never"\n', "'never' is not one of"),
        (BOOKFILE + "[groups.h]\nname = 1\n", "name: unknown key"),
    ],
)
def test_a_malformed_codebook_is_refused(tmp_path: Path, book: str, message: str) -> None:
    with pytest.raises(CodebookError, match=message):
        make(tmp_path, book=book)


def test_a_missing_folder_and_a_file_of_another_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match="no such folder"):
        load_codebook(tmp_path / "none")
    make(tmp_path)
    (tmp_path / "a.toml").write_bytes("name_zh = '甲'".encode("gb18030"))
    with pytest.raises(CodebookError, match="cannot be read as UTF-8"):
        load_codebook(tmp_path)


def test_the_digest_follows_the_files(tmp_path: Path) -> None:
    shutil.copytree(BOOK.path, tmp_path / "copy")
    assert load_codebook(tmp_path / "copy").digest == BOOK.digest
    path = tmp_path / "copy" / "staffing.toml"
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert load_codebook(tmp_path / "copy").digest != BOOK.digest


def test_a_failing_example_and_an_unused_list_are_found(tmp_path: Path) -> None:
    theme = THEME + '[examples.hit]\nproblem = ["丙"]\n[examples.miss]\nproblem = ["甲"]\n'
    found = {finding.problem: finding for finding in make(tmp_path, theme, lists='x = "子"\n').check()}
    assert found["example_missed"].severity == found["example_hit"].severity == "error"
    assert "[甲]" in found["example_hit"].detail
    assert found["unused_list"].severity == "note"
