"""Keywords, terms, collocations, new words, concordance, word lists, topics, exemplars."""

import math
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency
from sklearn.feature_extraction.text import TfidfVectorizer

from textmine.analysis import (
    check_words,
    collocations,
    exemplars,
    find_topics,
    format_kwic,
    kwic,
    load_words,
    propose_words,
    unusual,
)
from textmine.analysis.association import associate
from textmine.analysis.concordance import text_width
from textmine.analysis.demo import make_frames, shuffle_frames
from textmine.analysis.errors import GroupError, TermError
from textmine.analysis.keyness import draw_weights, log_likelihood, log_odds
from textmine.analysis.multiword import c_values, find_phrases
from textmine.analysis.newwords import count_grams
from textmine.analysis.pos import PosTagger
from textmine.analysis.textrank import clause_edges, page_rank
from textmine.analysis.tokens import allowed_words, cut_statements
from textmine.analysis.wordlists import load_words_text
from textmine.frames import to_frame
from textmine.keywords import keywords
from textmine.segment import Segmenter

Frames = dict[str, pd.DataFrame]


def make_corpus(texts: list[str], theme: str = "training") -> Frames:
    """One report a text; the first half carries the theme."""
    ids = [f"{i:04d}" for i in range(len(texts))]
    rows = [
        {"statement_id": f"{i}-1", "report_id": i, "role": "problem", "start": 5, "end": 5 + len(t), "text": t}
        for i, t in zip(ids, texts, strict=True)
    ]
    tags = [{"statement_id": f"{i}-1", "report_id": i, "theme": theme} for i in ids[: len(ids) // 2]]
    reports = [{"report_id": i, "year": 2020 + n % 2, "agency": f"{i}局"} for n, i in enumerate(ids)]
    listed = {"reports": reports, "statements": rows, "tags": tags}
    return {name: to_frame(name, given) for name, given in listed.items()}


# --- keyness ---------------------------------------------------------------------------------------


def test_log_likelihood_is_dunnings_table_and_scipys() -> None:
    """Dunning 1993, table of bigrams: 270.72 for "the swiss" with 110, 2442, 111, 29114."""
    assert round(float(log_likelihood(110, 2442, 111, 29114)), 2) == 270.72
    generator = np.random.default_rng(0)
    for cells in generator.integers(1, 500, (20, 2, 2)):
        theirs = chi2_contingency(cells, correction=False, lambda_="log-likelihood").statistic
        assert float(log_likelihood(*cells.ravel())) == pytest.approx(theirs)
    assert log_likelihood([0], [5], [0], [5]).tolist() == [0]


def test_log_odds_is_the_formula_of_monroe_word_by_word() -> None:
    left, right = Counter("甲甲甲乙丙"), Counter("乙乙丙丙丁丁丁")
    both, strength = left + right, 6.0
    words = sorted(both)
    prior = {w: strength * both[w] / sum(both.values()) for w in words}
    delta, error = log_odds(
        [left[w] for w in words],
        [right[w] for w in words],
        sum(left.values()),
        sum(right.values()),
        [prior[w] for w in words],
        strength,
    )
    for i, w in enumerate(words):
        omega = [(c[w] + prior[w]) / (sum(c.values()) + strength - c[w] - prior[w]) for c in (left, right)]
        assert delta[i] == pytest.approx(math.log(omega[0] / omega[1]))
        assert error[i] == pytest.approx(math.sqrt(1 / (left[w] + prior[w]) + 1 / (right[w] + prior[w])))


def test_keywords_set_groups_apart(frames: Frames) -> None:
    found = keywords(frames, rounds=30, top=3)
    firsts = found[found["rank"] == 1].set_index("theme")["term"]
    assert firsts["platform"] in {"栏目", "网站"} and firsts["interpretation"] in {"政策解读", "图解", "文件", "制作"}
    assert (found["low"] <= found["estimate"]).all() and (found["estimate"] <= found["high"]).all()
    assert found["q"].max() < 0.05 and (found["n_reports"] <= found["count"]).all()
    by_likelihood = keywords(frames, method="log_likelihood", rounds=30, top=1).set_index("theme")
    assert by_likelihood["log_likelihood"].min() > 20


def test_counts_of_keywords_are_those_of_the_texts(frames: Frames) -> None:
    row = keywords(frames, groups=["platform"], words=["网站"], rounds=10).iloc[0]
    tagged = frames["tags"].loc[frames["tags"]["theme"] == "platform", "statement_id"]
    rows = frames["statements"][frames["statements"]["role"] != "context"]
    inside = rows["statement_id"].isin(set(tagged))
    assert row["count"] == rows[inside]["text"].str.count("网站").sum()
    assert row["count_against"] == rows[~inside]["text"].str.count("网站").sum()
    assert row["n_reports"] == rows[inside & rows["text"].str.contains("网站")]["report_id"].nunique()


def test_keywords_against_a_group_and_by_columns(frames: Frames) -> None:
    pair = keywords(frames, "year", groups=[2018], against=2024, role="problem", rounds=10, top=3)
    assert "政策解读" in pair["term"].tolist() or "解读" in "".join(pair["term"])
    assert keywords(frames, "role", rounds=10, top=1)["role"].tolist() == ["measure", "problem"]
    nouns = keywords(frames, pos=["n"], rounds=10, top=50)["term"].unique()
    tags = PosTagger().tag_words(nouns)
    assert len(nouns) and all(tag.startswith("n") for tag in tags.values())


def test_keywords_are_the_same_for_a_seed_and_any_order(frames: Frames) -> None:
    for method in ("log_odds", "tfidf", "textrank"):
        one = keywords(frames, method=method, rounds=10, top=5)  # type: ignore[arg-type]
        pd.testing.assert_frame_equal(one, keywords(shuffle_frames(frames), method=method, rounds=10, top=5))  # type: ignore[arg-type]


def test_intervals_come_from_reports_not_words() -> None:
    """One report that repeats a word a hundred times is one report."""
    often = make_corpus(["培训" + "，培训" * 99 + "。"] + [f"更新第{i}类栏目内容。" for i in range(19)])
    row = keywords(often, groups=["training"], words=["培训"], prior=1, rounds=200).iloc[0]
    assert row["n_reports"] == 1 and row["small"] and row["low"] < row["estimate"] - 2
    assert row["z"] > 3, "the formula alone takes the hundred for independent"


@pytest.mark.parametrize(
    ("arguments", "error", "told"),
    [
        ({"by": "yaer"}, Exception, "did you mean year"),
        ({"method": "tf-idf"}, TermError, "did you mean tfidf"),
        ({"groups": ["training"], "against": "staffing", "theme": "training"}, GroupError, "staffing"),
        ({"words": ["没有的词"]}, TermError, "no term is left"),
        ({"terms": "letters"}, TermError, "words, phrases, both"),
        ({"by": "year", "groups": [1900]}, GroupError, "no statement has year = 1900"),
        ({"theme": "digitalization"}, GroupError, "there are no statements with"),
    ],
)
def test_what_is_wrong_with_keywords_is_said(
    frames: Frames, arguments: dict[str, object], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        keywords(frames, **arguments)  # type: ignore[arg-type]


# --- other weights ---------------------------------------------------------------------------------


def test_tfidf_is_that_of_scikit_learn(frames: Frames) -> None:
    found = keywords(frames, "year", method="tfidf", rounds=5, top=10, min_count=1)
    segmenter, stop = Segmenter(), load_words()
    rows = frames["statements"][frames["statements"]["role"] != "context"]
    texts = rows.groupby("report_id")["text"].agg(list)

    def words(listed: list[str]) -> list[str]:
        return [w for t in listed for w in segmenter.cut(t)]

    model = TfidfVectorizer(analyzer=words, norm=None).fit(texts)
    rarity = dict(zip(model.get_feature_names_out(), model.idf_, strict=True))
    year = frames["reports"].set_index("report_id")["year"]
    own = words(rows.loc[rows["report_id"].map(year) == 2020, "text"].tolist())
    own = [w for w in own if any("\u4e00" <= c <= "\u9fff" for c in w)]
    counts = Counter(own)
    for row in found[found["year"] == 2020].to_dict("records"):
        assert row["term"] not in stop
        assert row["estimate"] == pytest.approx(counts[row["term"]] / len(own) * rarity[row["term"]])


def test_page_rank_solves_its_equation() -> None:
    generator = np.random.default_rng(0)
    weights = generator.random((8, 8)) * (generator.random((8, 8)) < 0.5)
    weights = np.triu(weights, 1) + np.triu(weights, 1).T
    weights[7] = weights[:, 7] = 0
    degree = weights.sum(axis=0)
    step = np.where(degree > 0, weights / np.where(degree > 0, degree, 1), 1 / 8)
    exact = np.linalg.solve(np.eye(8) - 0.85 * step, np.full(8, 0.15 / 8))
    assert np.allclose(page_rank(weights), exact, atol=1e-8)
    assert page_rank(weights).sum() == pytest.approx(1)


def test_clause_windows_end_with_the_clause() -> None:
    frames = make_corpus(["组织培训，更新栏目。", "组织更新。"])
    tokens = cut_statements(frames["statements"])
    left, right, text = clause_edges(tokens, np.ones(len(tokens.words), dtype=bool))
    pairs = {(tokens.words[a], tokens.words[b], int(t)) for a, b, t in zip(left, right, text, strict=True)}
    assert pairs == {("组织", "培训", 0), ("更新", "栏目", 0), ("组织", "更新", 1)}


def test_jieba_textrank_is_jiebas_without_its_process_wide_tokenizer() -> None:
    code = (
        "import jieba, jieba.posseg, jieba.analyse\n"
        "from textmine.analysis.pos import PosTagger\n"
        "from textmine.analysis.textrank import jieba_textrank\n"
        "from textmine.segment import Segmenter\n"
        "texts = ['业务培训偏少，业务骨干流动频繁。', '网站栏目更新不及时，业务培训偏少。'] * 2\n"
        "ours = jieba_textrank(texts, PosTagger(Segmenter.from_text('')))\n"
        "assert not jieba.dt.initialized\n"
        "theirs = jieba.analyse.textrank('\\n'.join(texts), topK=None, withWeight=True)\n"
        "assert ours == theirs, (ours, theirs)\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_parts_of_speech_of_words_are_those_in_their_sentences() -> None:
    tagger, plain = PosTagger(), Segmenter()
    text = "部分单位对政府信息公开工作重视不够，网站栏目更新缓慢，工作人员业务不熟。"
    inside = dict(tagger.cut(text))
    alone = tagger.tag_words(inside)
    known = [w for w in inside if tagger.jieba_tagger.tokenizer.FREQ.get(w)]
    assert len(known) > 8 and all(alone[w] == inside[w] for w in known)
    assert [w for w, _ in tagger.cut(text)] == plain.cut(text)


def test_c_value_is_the_worked_example_of_frantzi_2000() -> None:
    def term(text: str) -> tuple[str, ...]:
        return tuple(text.split())

    counts = {
        "adenoid cystic basal cell carcinoma": 5,
        "cystic basal cell carcinoma": 11,
        "ulcerated basal cell carcinoma": 7,
        "recurrent basal cell carcinoma": 5,
        "circumscribed basal cell carcinoma": 3,
        "basal cell carcinoma": 984,
    }
    found = c_values({term(name): count for name, count in counts.items()})
    assert found[term("adenoid cystic basal cell carcinoma")] == pytest.approx(11.61, abs=0.01)
    assert [found[term(name)] for name in list(counts)[1:5]] == [12, 14, 10, 6]
    assert found[term("basal cell carcinoma")] == pytest.approx(1551.36, abs=0.01)


def test_phrases_are_neighbours_and_are_counted_where_they_stand() -> None:
    texts = ["加强基层政务服务。", "基层政务服务不足，基层政务服务少。", "基层、政务服务。", "完善基层政务服务。"]
    tokens = cut_statements(make_corpus(texts)["statements"])
    tags = PosTagger().tag_words(tokens.words)
    found = find_phrases(tokens, tags, stopwords=["加强", "完善", "不足", "少"], min_count=3)
    names = {"".join(words): number for number, words in enumerate(found.words)}
    assert "基层政务服务" in names
    number = names["基层政务服务"]
    assert found.count[number] == 4
    per_text = dict(zip(tokens.texts, found.counts[:, [number]].toarray().ravel().tolist(), strict=True))
    assert [per_text[text] for text in texts] == [1, 2, 0, 1]
    both = keywords(make_corpus(texts * 3), terms="both", rounds=5, top=30, stopwords=["加强"])
    assert {"基层政务服务", "基层"} <= set(both["term"])


# --- collocations ----------------------------------------------------------------------------------


def test_association_scores_are_their_formulas() -> None:
    both, a, b, n = 30.0, 100.0, 60.0, 10_000.0
    found = associate(both, a, b, n)
    assert found["pmi"] == pytest.approx(math.log2(both / n / (a / n * b / n)))
    assert found["log_dice"] == pytest.approx(14 + math.log2(2 * both / (a + b)))
    table = [[both, a - both], [b - both, n - a - b + both]]
    theirs = chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    assert found["log_likelihood"] == pytest.approx(theirs)
    assert associate(10.0, 10.0, 10.0, 100.0)["log_dice"] == 14, "words that stand only together have 14"


def test_collocations_count_clauses(frames: Frames) -> None:
    found = collocations(frames, top=10, rounds=10)
    segmenter = Segmenter()
    rows = frames["statements"][frames["statements"]["role"] != "context"]
    import re

    clauses = [segmenter.cut(c) for t in rows["text"] for c in re.split(r"[，。；：]", t) if c]
    for row in found.to_dict("records"):
        a, b = row["word_a"], row["word_b"]
        assert row["count"] == sum(a in c and b in c for c in clauses)
        assert row["count_a"] == sum(a in c for c in clauses) and row["n"] == len(clauses)
        assert row["low"] <= row["estimate"] <= row["high"]
    pd.testing.assert_frame_equal(found, collocations(shuffle_frames(frames), top=10, rounds=10))


def test_adjacent_collocations_keep_their_order() -> None:
    frames = make_corpus(["政策解读单一。"] * 4 + ["解读好政策，单一。"] * 4)
    found = collocations(frames, adjacent=True, min_count=2, rounds=5, segmenter=Segmenter.from_text(""))
    pairs = {(r["word_a"], r["word_b"]): r["count"] for r in found.to_dict("records")}
    assert pairs == {("政策", "解读"): 4, ("解读", "单一"): 4}


def test_what_is_wrong_with_collocations_is_said(frames: Frames) -> None:
    with pytest.raises(TermError, match="is no word of these statements; it is cut as"):
        collocations(frames, "信息更新工作")
    with pytest.raises(TermError, match="unknown measure"):
        collocations(frames, measure="t-score")
    with pytest.raises(TermError, match="lower min_count"):
        collocations(frames, min_count=10**6)


# --- new words -------------------------------------------------------------------------------------


@given(st.lists(st.text("甲乙丙，", max_size=9), max_size=12), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_strings_are_counted_as_by_hand(texts: list[str], least: int) -> None:
    found = count_grams(texts, 3, least)
    expected = Counter(t[i : i + n] for t in texts for n in (2, 3) for i in range(len(t) - n + 1))
    expected = Counter({w: c for w, c in expected.items() if c >= least and "，" not in w})
    assert dict(zip(found.words, found.count.tolist(), strict=True)) == dict(expected)


def test_cohesion_and_entropy_by_hand() -> None:
    found = count_grams(["天甲乙地", "人甲乙", "甲乙地"], 2, 2)
    number = found.words.index("甲乙")
    assert found.cohesion[number] == pytest.approx(math.log2(3 * 10 / 9))
    assert found.entropy[number].tolist() == pytest.approx(
        [math.log2(3), -(2 / 3) * math.log2(2 / 3) + math.log2(3) / 3]
    )


def test_a_word_that_the_dictionary_lacks_is_proposed() -> None:
    starts = ["推广", "建立", "完善", "维护", "使用", "宣传", "改造", "检查"]
    ends = ["上线慢", "无人管", "内容旧", "打不开", "栏目少", "很好用", "常出错", "访问低"]
    texts = [f"{a}粤省事{b}。" for a, b in zip(starts, ends, strict=True)]
    found = propose_words(make_corpus(texts), min_count=4)
    assert found["word"].tolist()[0] == "粤省事"
    first = found.iloc[0]
    assert first["n_reports"] == 8 and first["estimate"] == 1 and first["cut_as"] != "粤省事"
    known = Segmenter.from_text(first["entry"])
    assert known.cut("使用粤省事打不开") == ["使用", "粤省事", "打不开"] or "粤省事" in known.cut("使用粤省事打不开")
    assert "粤省事" not in propose_words(make_corpus(texts), min_count=4, segmenter=known)["word"].tolist()


def test_pieces_of_known_words_are_not_proposed() -> None:
    texts = [f"{a}政务公开{b}。" for a in "抓推管促查评" for b in ("慢了些", "好得多", "还不够", "要加油")]
    found = propose_words(make_corpus(texts), min_count=4)
    assert not {"务公开", "政务公", "务公"} & set(found["word"])


# --- concordance -----------------------------------------------------------------------------------


def test_a_concordance_points_to_the_text(frames: Frames) -> None:
    found = kwic(frames, "培训", width=12)
    texts = frames["statements"].set_index("statement_id")
    assert len(found) == texts[texts["role"] != "context"]["text"].str.count("培训").sum()
    for row in found.to_dict("records"):
        own = texts.loc[row["statement_id"]]
        assert own["text"][row["start"] - own["start"] : row["end"] - own["start"]] == "培训"
        assert own["text"].find(row["left"] + "培训" + row["right"]) >= 0
        assert text_width(row["left"]) <= 12 and text_width(row["right"]) <= 12


def test_keywords_stand_in_one_column_whatever_their_context() -> None:
    texts = ["加强业务培训。", "《条例》abc 培训班e\u0301", "\u202e反培训", "<script>培训\n换行"]
    lines = format_kwic(kwic(make_corpus(texts), "培训", width=20), width=20).splitlines()
    assert len(lines) == 4
    assert {text_width(line[: line.index("【")]) for line in lines} == {21}
    assert not any("\u202e" in line for line in lines)


def test_concordances_sort_by_either_side() -> None:
    frames = make_corpus(["乙培训丙", "甲培训丁", "丙培训乙"])
    assert kwic(frames, "培训", sort="right")["right"].tolist() == sorted(["丙", "丁", "乙"])
    assert kwic(frames, "培训", sort="left")["left"].tolist() == sorted(["乙", "甲", "丙"])
    assert kwic(frames, "没有").empty and format_kwic(kwic(frames, "没有")) == ""
    assert len(kwic(frames, "[甲乙]培", regex=True)) == 2
    for pattern, told in (("", "no word"), ("[", "no regular expression")):
        with pytest.raises(TermError, match=told):
            kwic(frames, pattern, regex=True)
    with pytest.raises(TermError, match="unknown order"):
        kwic(frames, "培训", sort="up")


# --- word lists ------------------------------------------------------------------------------------


def test_every_stop_word_of_the_package_can_be_emitted() -> None:
    assert check_words(load_words_text()) == ()


def test_word_lists_are_files(tmp_path: Path) -> None:
    path = tmp_path / "stop.txt"
    path.write_text("\ufeff的\n培训  # 常见\n\n", "utf-8")
    assert load_words(path) == {"的", "培训"}
    assert [f.problem for f in check_words("培训\n信息更新工作\n两 词\n培训")] == [
        "never_emitted",
        "several_words",
        "repeated",
    ]
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(TermError, match="not UTF-8"):
        load_words(path)
    with pytest.raises(TermError, match="No such file"):
        load_words(tmp_path / "none.txt")
    path.write_text("# nothing\n", "utf-8")
    with pytest.raises(TermError, match="holds no word"):
        load_words(path)


def test_words_join_and_clauses_part() -> None:
    tokens = cut_statements(
        make_corpus(["一是培训、学习不够，更新12条。", "一是培训、学习不够，更新12条。"])["statements"]
    )
    assert len(tokens.texts) == 1 and tokens.text_of.tolist() == [0, 0]
    named = [tokens.words[i] for i in tokens.word]
    place = {w: (int(c), int(r)) for w, c, r in zip(named, tokens.clause, tokens.run, strict=True)}
    assert place["培训"][0] == place["学习"][0] != place["更新"][0], "、 parts no clause, ， does"
    assert place["培训"][1] != place["学习"][1], "but neighbours it parts"
    assert "12" not in named
    assert cut_statements(make_corpus([])["statements"]).words == []
    assert allowed_words(tokens, stopwords=["培训"]).sum() == len(tokens.words) - 1 - sum(
        len(w) < 2 for w in tokens.words
    )


def test_resamples_do_not_depend_on_the_size_of_blocks() -> None:
    whole = np.concatenate(list(draw_weights(7, 9, 3)))
    parts = np.concatenate(list(draw_weights(7, 9, 3, cells=14)))
    assert (whole == parts).all() and (whole.sum(axis=1) == 7).all()


# --- exemplars and topics --------------------------------------------------------------------------


def test_exemplars_are_typical_different_and_no_copies() -> None:
    copies = ["一是业务培训偏少。", "业务培训偏少；", "（二）业务培训偏少。", "2.业务培训偏少。"]
    texts = [*copies, "工作人员业务不熟，培训机会不多。", "业务培训次数少。", "缺少面向新任人员的系统培训。"]
    texts += ["网站打不开。"] * len(texts)
    found = exemplars(make_corpus(texts), "training", "problem", 4)
    assert len(found) == 4 and sum("业务培训偏少" in t for t in found["text"]) == 1
    assert found.loc[found["text"].str.contains("偏少"), "copies"].tolist() == [4]
    assert {"agency", "year", "statement_id", "start", "end"} <= set(found.columns)


def test_exemplars_of_nothing_are_none_and_unusual_needs_some(frames: Frames) -> None:
    assert exemplars(frames, "digitalization").empty
    with pytest.raises(GroupError, match="different statements"):
        unusual(make_corpus(["培训偏少。"] * 4))


def test_exemplars_do_not_depend_on_order(frames: Frames) -> None:
    for run in (exemplars, unusual):
        pd.testing.assert_frame_equal(run(frames, "platform"), run(shuffle_frames(frames), "platform"))


def test_the_odd_one_out_is_found() -> None:
    usual = [
        f"{a}{b}培训偏少，业务不熟。"
        for a in ("本局", "我委", "全县", "各镇")
        for b in ("组织", "安排", "开展", "举办")
    ]
    found = unusual(make_corpus([*usual, "船员常年漂在江上，上网看公告不现实。"]), k=1)
    assert "船员" in found["text"][0] and found["distance"][0] > 0.8


@pytest.fixture(scope="module")
def planted() -> Frames:
    """Three subjects that no theme covers."""
    kinds = {
        "经费": ["经费", "资金", "预算", "拨款", "财政"],
        "法规": ["法规", "条款", "解释", "界定", "依据"],
        "机构": ["机构", "改革", "职能", "划转", "合并"],
    }
    generator = np.random.default_rng(0)
    texts = [
        "、".join(generator.choice(words, 3, replace=False)) + "尚待明确。"
        for words in kinds.values()
        for _ in range(40)
    ]
    frames = make_corpus(texts)
    return frames | {"tags": frames["tags"].head(0)}


def test_planted_topics_are_found_and_stable(planted: Frames) -> None:
    found = find_topics(planted, 3, rounds=4)
    sizes = found.statements.groupby("topic").size().tolist()
    assert sizes == [40, 40, 40] and found.topics["count"].tolist() == sizes
    assert found.topics["stability_starts"].min() > 0.7
    assert found.topics["estimate"].tolist() == pytest.approx([1 / 3] * 3)
    for topic in (1, 2, 3):
        rows = found.statements[found.statements["topic"] == topic]
        assert rows["report_id"].astype(int).floordiv(40).nunique() == 1
    assert found.exemplars.groupby("topic").size().max() <= 3
    again = find_topics(planted, 3, rounds=4)
    pd.testing.assert_frame_equal(found.topics, again.topics)


def test_seed_words_start_their_topic(planted: Frames) -> None:
    found = find_topics(planted, 3, rounds=2, seeds={"改组": ["机构", "改革"], "钱": ["经费"]})
    names = found.topics.set_index("name")["terms"]
    assert {"机构", "改革"} <= set(names["改组"].split("、")) and "经费" in names["钱"]
    with pytest.raises(TermError, match="seed '钱'"):
        find_topics(planted, 3, rounds=2, seeds={"钱": ["金子"]})
    with pytest.raises(TermError, match="seeds for 2 topics"):
        find_topics(planted, 2, rounds=2, seeds={"a": ["机构"], "b": ["经费"], "c": ["法规"]})


def test_topics_need_statements_that_no_theme_covers(planted: Frames, frames: Frames) -> None:
    every = to_frame("tags", [{"statement_id": i, "theme": "staffing"} for i in planted["statements"]["statement_id"]])
    with pytest.raises(GroupError, match="nothing that the codebook misses"):
        find_topics(planted | {"tags": every}, 3)
    other = every.assign(theme="other").astype({"theme": "string"})
    assert find_topics(planted | {"tags": other}, 3, rounds=1).topics["n"].tolist() == [120] * 3
    with pytest.raises(GroupError, match="too few for 50 topics"):
        find_topics(planted, 50)


def test_the_reference_group_is_not_compared_with_itself() -> None:
    frames = make_frames(60)
    found = keywords(frames, "year", against=2024, role="problem", rounds=5, top=2)
    years = set(frames["reports"]["year"])
    assert 2024 in years and set(found["year"]) == years - {2024}
