"""Task files for Prodigy, Label Studio and doccano, and their exports read back."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from textmine import mine
from textmine.annotation import make_tasks, read_answers, to_tags, write_tasks
from textmine.annotation.label_studio import labeling_config
from textmine.annotation.records import words_of
from textmine.cli import cli
from textmine.errors import TextmineError
from textmine.records import ROLES, Statement, Tag
from textmine.themes import load_codebook

TEXT = "一是𠮷镇业务培训不够、更新不及时；"
STATEMENTS = (
    Statement("r-001", "r", 1, "problem", "一是", 100, 100 + len(TEXT), TEXT),
    Statement("r-002", "r", 2, "context", "", 130, 133, "下一步"),
)
TAGS = (
    Tag("r-001", "r", "training", 0.9, "rule", "a", 104, 110),
    Tag("r-001", "r", "timeliness", 0.6, "model", None),
)
CODES = load_codebook().codes


def tasks(tool: str) -> list[dict]:
    text = write_tasks(make_tasks(STATEMENTS, TAGS), tool)
    return json.loads(text) if tool == "label-studio" else [json.loads(line) for line in text.splitlines()]


def answers(rows: object, path: Path, **options):
    text = json.dumps(rows) if isinstance(rows, dict) else "\n".join(map(json.dumps, rows))
    path.write_text(json.dumps(rows) if options.pop("as_list", False) else text, "utf-8")
    return read_answers(path, themes=CODES, **options)


def human(theme: str, start: int | None = None, end: int | None = None) -> Tag:
    return Tag("r-001", "r", theme, 1.0, "human", None, start, end)


# --- Prodigy --------------------------------------------------------------------------------------


def test_prodigy_tasks_have_what_the_choice_interface_reads() -> None:
    task = tasks("prodigy")[0]
    ids = [option["id"] for option in task["options"]]
    assert ids == [*(f"role:{role}" for role in ROLES), *CODES]
    assert task["accept"] == ["role:problem", "training", "timeliness"] and set(task["accept"]) <= set(ids)
    assert [task["text"][s["start"] : s["end"]] for s in task["spans"]] == ["业务培训不够"]
    assert task["_view_id"] == "choice" and task["meta"]["score"] == 0.6
    assert tasks("prodigy")[1]["accept"] == ["role:context"]


def test_prodigy_answers(tmp_path: Path) -> None:
    first, second = tasks("prodigy")
    first |= {"answer": "accept", "accept": ["role:measure", "training"], "_annotator_id": "db-anna"}
    found = answers([first, second | {"answer": "reject"}], tmp_path / "a.jsonl")
    assert [(a.role, a.themes, a.annotator, a.words) for a in found] == [("measure", ("training",), "db-anna", ())]
    assert to_tags(found) == (human("training"),)


def test_prodigy_answers_with_marked_words(tmp_path: Path) -> None:
    task = tasks("prodigy")[0]
    task |= {"answer": "accept", "_view_id": "spans_manual", "accept": []}
    task["spans"] = [{"start": 11, "end": 16, "label": "timeliness", "token_start": 5, "token_end": 6}]
    assert to_tags(answers([task], tmp_path / "a.jsonl")) == (human("timeliness", 111, 116),)


# --- Label Studio ---------------------------------------------------------------------------------


def test_label_studio_tasks_fit_their_configuration() -> None:
    config = ElementTree.fromstring(labeling_config(load_codebook()))
    controls = {node.get("name"): node for node in config if node.get("toName") == "text"}
    task = tasks("label-studio")[0]
    assert config.find("Text").get("value") == "$text" and "text" in task["data"]
    for result in task["predictions"][0]["result"]:
        control = controls[result["from_name"]]
        assert control.tag.lower() == result["type"] and result["to_name"] == "text"
        values = {node.get("value") for node in control}
        assert set(result["value"].get("choices", result["value"].get("labels"))) <= values
    assert task["predictions"][0]["score"] == 0.6
    # browsers count the rare character as two units
    words = next(r for r in task["predictions"][0]["result"] if r["type"] == "labels")["value"]
    assert (words["start"], words["end"], words["text"]) == (5, 11, "业务培训不够")


def test_label_studio_json(tmp_path: Path) -> None:
    task = tasks("label-studio")[0]
    result = task.pop("predictions")[0]["result"]
    row = {**task, "id": 1, "annotations": [{"id": 1, "completed_by": {"email": "a@b.c"}, "result": result}]}
    row["annotations"].append({"id": 2, "was_cancelled": True, "result": []})
    found = answers([row], tmp_path / "a.json", as_list=True)
    assert to_tags(found) == (human("training", 104, 110), human("timeliness"))
    assert found[0].annotator == "a@b.c" and found[0].role == "problem"


@pytest.mark.parametrize("themes", ["training", {"choices": ["training", "timeliness"]}, None])
def test_label_studio_json_min(tmp_path: Path, themes: object) -> None:
    task = tasks("label-studio")[0]
    row = {**task["data"], "annotation_id": 5, "annotator": 1, "role": "problem", "themes": themes}
    row["words"] = [{"start": 12, "end": 17, "text": "更新不及时", "labels": ["timeliness"]}]
    tags = to_tags(answers([row], tmp_path / "a.json", as_list=True))
    given = [themes] if isinstance(themes, str) else (themes or {"choices": []})["choices"]
    assert {tag.theme for tag in tags} == {*given, "timeliness"}
    marked = next(tag for tag in tags if tag.theme == "timeliness")
    assert TEXT[marked.start - 100 : marked.end - 100] == "更新不及时"


# --- doccano --------------------------------------------------------------------------------------


def test_doccano(tmp_path: Path) -> None:
    task = tasks("doccano")[0]
    assert task["label"] == ["role:problem", "training", "timeliness"]
    exported = {"id": 7, **task, "label": ["role:problem", "publicity"], "Comments": []}
    found = answers([exported], tmp_path / "a.jsonl")
    assert to_tags(found) == (human("publicity"),) and found[0].role == "problem"
    assert to_tags(answers([exported], tmp_path / "b.json", as_list=True)) == (human("publicity"),)


@pytest.mark.parametrize(
    "labels",
    [
        {"label": [[11, 16, "timeliness"]]},
        {"entities": [{"id": 1, "label": "timeliness", "start_offset": 11, "end_offset": 16}], "relations": []},
        {"cats": ["role:problem"], "entities": [[11, 16, "timeliness"]]},
    ],
)
def test_doccano_spans(tmp_path: Path, labels: dict) -> None:
    task = {key: value for key, value in tasks("doccano")[0].items() if key != "label"}
    assert to_tags(answers([{**task, **labels}], tmp_path / "a.jsonl")) == (human("timeliness", 111, 116),)


# --- what all share -------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", ["prodigy", "label-studio", "doccano"])
def test_untouched_suggestions_come_back_as_human_tags(tmp_path: Path, tool: str) -> None:
    rows = tasks(tool)
    if tool == "prodigy":
        rows = [row | {"answer": "accept"} for row in rows]
    if tool == "label-studio":
        rows = [{"data": row["data"], "annotations": row["predictions"]} for row in rows]
    found = answers(rows, tmp_path / "a.json", tool=tool, as_list=True)
    assert [(answer.statement_id, answer.role) for answer in found] == [("r-001", "problem"), ("r-002", "context")]
    assert {(tag.statement_id, tag.theme, tag.source) for tag in to_tags(found)} == {
        ("r-001", "training", "human"),
        ("r-001", "timeliness", "human"),
    }


def test_two_annotators_must_be_told_apart(tmp_path: Path) -> None:
    task = tasks("prodigy")[0]
    rows = [
        task | {"answer": "accept", "_annotator_id": name, "accept": [theme]}
        for name, theme in (("anna", "training"), ("ben", "publicity"))
    ]
    found = answers(rows, tmp_path / "a.jsonl")
    with pytest.raises(TextmineError, match="labelled twice, by anna and ben"):
        to_tags(found)
    assert to_tags(found, annotator="ben") == (human("publicity"),)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"accept": ["nonsense"]}, "item 1: .*no theme 'nonsense'"),
        ({"accept": ["role:boss"]}, "unknown role 'boss'"),
        ({"accept": ["role:problem", "role:measure"]}, "two roles"),
        ({"textmine": {}}, "'statement_id' is missing"),
        ({"answer": "maybe"}, "unknown answer 'maybe'"),
        ({"accept": [5]}, "5 is no choice"),
        ({"accept": {"training": 1}}, "expected a list"),
        ({"textmine": {"statement_id": "r-001", "report_id": "r", "start": None}}, "None is no offset"),
        ({"textmine": {"statement_id": "r-001", "report_id": "r", "start": 1.5}}, "1.5 is no offset"),
        *(
            ({"_view_id": "spans_manual", "spans": [{"start": start, "end": end, "label": "training"}]}, message)
            for start, end, message in (
                (-5, 3, "outside the text"),
                (0, 300, "outside the text"),
                (3, 1, "outside the text"),
                ("0", "1", "whole numbers"),
            )
        ),
        ({"textmine": {"statement_id": "r-001", "report_id": "r", "start": -3}}, "-3 is no offset"),
        ({"accept": 7}, "expected a list, got 7"),
        ({"accept": [{"a": 1}]}, "is no choice"),
        ({"answer": "perhaps"}, "unknown answer 'perhaps'"),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, change: dict, message: str) -> None:
    with pytest.raises(TextmineError, match=message):
        answers([tasks("prodigy")[0] | {"answer": "accept"} | change], tmp_path / "a.jsonl")


PLACE = {"statement_id": "r-001", "report_id": "r", "start": 100}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([1], "expected an object"),
        ({"text": "abc", **PLACE}, "'label' is missing"),
        ({"text": "abc", "label": [[0, 20, "training"]], **PLACE}, "outside the text"),
        ({"text": "abc", "label": [[0, 2]], **PLACE}, "is no label"),
        (
            {
                "data": {"text": "abc", **PLACE},
                "annotations": [
                    {"result": [{"from_name": "words", "value": {"start": 0, "end": 9, "labels": ["training"]}}]}
                ],
            },
            "outside the text",
        ),
    ],
)
def test_bad_rows_of_other_tools_are_named(tmp_path: Path, row: object, message: str) -> None:
    with pytest.raises(TextmineError, match=f"item 1: .*{message}"):
        answers([row], tmp_path / "a.json", as_list=True)


@pytest.mark.parametrize(
    ("row", "themes"),
    [
        ({"text": "abc", "label": "training", **PLACE}, [("training",)]),
        ({"text": "abc", "labels": ["training"], **PLACE}, [("training",)]),
        ({"text": "abc", "label": None, **PLACE}, [()]),
        ({"text": "abc", "answer": "accept", "accept": None, "spans": None, "textmine": PLACE}, [()]),
        ({"data": {"text": "abc", **PLACE}, "predictions": []}, []),
        ({"data": {"text": "abc", **PLACE}, "annotations": None}, []),
        (
            {
                "data": {"text": "abc", **PLACE},
                "annotations": [
                    {
                        "result": [
                            {"type": "relation", "from_id": "a", "to_id": "b"},
                            {"from_name": "note", "type": "textarea", "value": {"text": ["?"]}},
                            {"from_name": "themes", "value": {"choices": ["training"]}},
                        ]
                    }
                ],
            },
            [("training",)],
        ),
        ({"text": "abc", "themes": "training", "words": None, "annotation_id": 1, **PLACE}, [("training",)]),
    ],
)
def test_forms_that_the_tools_also_write(tmp_path: Path, row: dict, themes: list) -> None:
    assert [answer.themes for answer in answers([row], tmp_path / "a.json", as_list=True)] == themes


def test_one_annotator_who_answered_twice_is_told_what_to_do(tmp_path: Path) -> None:
    rows = [tasks("prodigy")[0] | {"answer": "accept", "_annotator_id": "anna"}] * 2
    with pytest.raises(TextmineError, match="keep one of the two answers"):
        to_tags(answers(rows, tmp_path / "a.jsonl"), annotator="anna")


@pytest.mark.parametrize(("start", "end"), [(2, 900), (3, 3), (-1, 2), ("0", 2), (0, None)])
def test_marked_words_lie_in_their_statement(start: object, end: object) -> None:
    with pytest.raises(ValueError, match=r"outside the text|expected whole numbers"):
        words_of("training", start, end, "培训不够")


def test_bad_files(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with pytest.raises(TextmineError, match="cannot read"):
        read_answers(path, themes=CODES)
    path.write_text("no json", "utf-8")
    with pytest.raises(TextmineError, match="neither JSON nor JSON lines"):
        read_answers(path, themes=CODES)
    path.write_text("[" * 100_000, "utf-8")
    with pytest.raises(TextmineError, match="neither JSON nor JSON lines"):
        read_answers(path, themes=CODES)
    with pytest.raises(ValueError, match="unknown tool"):
        write_tasks([], "paper")


def test_the_command(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "某局2022年政府信息公开工作年度报告\n一、总体情况\n平稳。\n五、存在的主要问题\n一是业务培训不够。", "utf-8"
    )
    mine(tmp_path / "a.txt", tmp_path / "mined")
    out, config = tmp_path / "tasks.jsonl", tmp_path / "labels.xml"
    arguments = ["annotate", "tasks", str(tmp_path / "mined"), "-t", "doccano", "-o", str(out), "--config", str(config)]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0 and "1 tasks" in done.output and config.read_text("utf-8").startswith("<View>")
    done = CliRunner().invoke(cli, ["annotate", "read", str(out), "-t", "doccano"])
    assert done.exit_code == 0
    tag = json.loads(done.stdout.splitlines()[0])
    assert (tag["theme"], tag["source"]) == ("training", "human")
    assert CliRunner().invoke(cli, ["annotate", "read", str(tmp_path / "none")]).exit_code == 1
