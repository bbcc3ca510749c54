"""Label Studio: a JSON file of tasks with predictions, the labeling configuration, and both of its JSON exports.

Label Studio counts offsets in UTF-16 units, as browsers do; they are converted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from textmine.annotation.records import Answer, Task, Words, listed, place_of, words_of
from textmine.records import ROLES
from textmine.themes.codebook import Codebook


def labeling_config(codebook: Codebook) -> str:
    """Return the labeling configuration to paste into a project: role, themes, and the words for each theme."""
    roles = "".join(_choice(role, str(codebook.roles.get(role, {}).get("name_zh", role))) for role in ROLES)
    themes = "".join(_choice(theme.code, theme.name_zh) for theme in codebook.themes)
    labels = "".join(
        f'    <Label value="{escape(theme.code)}" hint="{escape(theme.name_zh)}"/>\n' for theme in codebook.themes
    )
    return (
        "<View>\n"
        f'  <Labels name="words" toName="text">\n{labels}  </Labels>\n'
        '  <Text name="text" value="$text"/>\n'
        f'  <Choices name="role" toName="text" choice="single-radio" showInline="true">\n{roles}  </Choices>\n'
        f'  <Choices name="themes" toName="text" choice="multiple" showInline="true">\n{themes}  </Choices>\n'
        "</View>\n"
    )


def _choice(value: str, name: str) -> str:
    return f'    <Choice value="{escape(value)}" html="{escape(name)}" hint="{escape(value)}"/>\n'


def to_task(task: Task, codebook: Codebook) -> dict[str, Any]:
    """Return a task with one prediction."""
    result = [_choices("role", [task.role])]
    if task.themes:
        result.append(_choices("themes", list(task.themes)))
    for number, words in enumerate(task.words, 1):
        value = {
            "start": _units(task.text, words.start),
            "end": _units(task.text, words.end),
            "text": task.text[words.start : words.end],
            "labels": [words.theme],
        }
        result.append({"id": f"w{number}", "from_name": "words", "to_name": "text", "type": "labels", "value": value})
    prediction = {"model_version": f"codebook {codebook.version}", "score": task.score, "result": result}
    return {"data": {"text": task.text, **task.place()}, "predictions": [prediction]}


def _choices(name: str, values: list[str]) -> dict[str, Any]:
    return {"id": name, "from_name": name, "to_name": "text", "type": "choices", "value": {"choices": values}}


def _units(text: str, offset: int) -> int:
    return len(text[:offset].encode("utf-16-le")) // 2


def _offset(text: str, units: int) -> int:
    return len(text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore"))


def to_answers(row: Mapping[str, Any]) -> Iterator[Answer]:
    """Give the answers in one item of an export, JSON or JSON-MIN; cancelled annotations are left out.

    Raises:
        KeyError, ValueError: the item is no answer to a task of ours.
    """
    if "data" in row:
        row = {"annotations": None, **row}
    if "annotations" not in row:
        yield _from_flat(row)
        return
    for annotation in listed(row["annotations"]):
        if not annotation.get("was_cancelled"):
            yield _from_result(row["data"], annotation)


def _from_result(data: Mapping[str, Any], annotation: Mapping[str, Any]) -> Answer:
    roles: list[str] = []
    themes: list[str] = []
    words: list[Words] = []
    for item in listed(annotation["result"]):
        name, value = item.get("from_name"), item.get("value")  # relations have neither
        if name == "role":
            roles += listed(value["choices"])
        elif name == "themes":
            themes += listed(value["choices"])
        elif name == "words":
            words += _words(data["text"], value)
    who = annotation.get("completed_by", "")
    return _answer(data, roles, themes, words, who.get("email", "") if isinstance(who, Mapping) else who)


def _from_flat(row: Mapping[str, Any]) -> Answer:
    words = [found for value in listed(row.get("words")) for found in _words(row["text"], value)]
    return _answer(row, _choices_of(row.get("role")), _choices_of(row.get("themes")), words, row.get("annotator", ""))


def _choices_of(value: Any) -> list[str]:
    """JSON-MIN writes one choice as a text, several as ``{"choices": […]}``."""
    return listed(value["choices"] if isinstance(value, Mapping) else value or None)


def _words(text: str, value: Mapping[str, Any]) -> Iterator[Words]:
    units = len(text.encode("utf-16-le")) // 2
    for label in listed(value.get("labels")):
        found = words_of(label, value["start"], value["end"], "x" * units)
        yield Words(found.theme, _offset(text, found.start), _offset(text, found.end))


def _answer(
    data: Mapping[str, Any], roles: list[str], themes: list[str], words: list[Words], annotator: object
) -> Answer:
    if roles and roles[0] not in ROLES:
        raise ValueError(f"unknown role {roles[0]!r}; roles are {', '.join(ROLES)}")
    role = roles[0] if roles else None
    return Answer(*place_of(data), role, tuple(themes), tuple(words), str(annotator))
