"""Invented frames of any size, for examples, tests and trials of memory; nothing in them was observed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from textmine.frames import to_frame

if TYPE_CHECKING:
    import pandas as pd

#: theme -> sentence as problem, sentence as measure; {0} is filled with a field, {1} with a number
_SENTENCES: Final = {
    "staffing": ("{0}工作人员多为兼职，人手不足。", "为{0}科室配备{1}名专职人员。"),
    "training": ("{0}工作人员业务不熟，培训偏少。", "组织{0}业务培训{1}次。"),
    "timeliness": ("{0}信息更新不及时。", "每月{1}日前更新{0}信息。"),
    "interpretation": ("{0}政策解读形式单一。", "对{0}文件制作图解{1}期。"),
    "platform": ("网站{0}栏目设置不够合理。", "调整网站{0}栏目{1}个。"),
    "oversight": ("对{0}公开的督查不够。", "把{0}公开纳入考核，通报{1}次。"),
}
_FIELDS: Final = ("财政预算", "教育", "医疗卫生", "征地拆迁", "环境保护", "社会救助", "交通", "水利")
_KINDS: Final = ("education", "transport", "finance", "government")
_LEVELS: Final = ("prefecture", "county", "township")


def make_frames(n: int, *, seed: int = 0, years: tuple[int, int] = (2018, 2024)) -> dict[str, pd.DataFrame]:
    """Return the frames ``reports``, ``statements`` and ``tags`` of ``n`` invented reports.

    ``interpretation`` falls over the years, ``oversight`` is commoner in counties, ``training`` is stated by half.

    >>> {name: len(frame) for name, frame in make_frames(3).items()}
    {'reports': 3, 'statements': 24, 'tags': 18}
    """
    generator = np.random.default_rng(seed)
    rows: dict[str, list[dict[str, Any]]] = {"reports": [], "statements": [], "tags": []}
    for number in range(n):
        body, year = number // 4, years[0] + int(generator.integers(0, years[1] - years[0] + 1))
        report = {
            "report_id": f"{number:016x}",
            "path": f"demo/{number:06d}.txt",
            "agency": f"第{body}号局",
            "year": year,
            "level": _LEVELS[body % 3],
            "kind": _KINDS[body % 4],
            "province": ("江苏省", "四川省")[body % 2],
        }
        rows["reports"].append(report)
        _add_statements(rows, report, generator)
    return {name: to_frame(name, listed) for name, listed in rows.items()}


def _add_statements(rows: dict[str, list[dict[str, Any]]], report: dict[str, Any], generator: Any) -> None:
    chance = dict.fromkeys(_SENTENCES, 0.5)
    chance["interpretation"] = max(0.1, 0.9 - 0.12 * (report["year"] - 2018))
    chance["oversight"] = 0.8 if report["level"] == "county" else 0.3
    said: list[tuple[str, str, str]] = [("context", "", "一年来，政府信息公开工作平稳推进。")]
    for role, place in (("problem", 0), ("measure", 1)):
        for theme, sentences in _SENTENCES.items():
            if generator.random() < chance[theme]:
                field, count = _FIELDS[generator.integers(0, len(_FIELDS))], generator.integers(2, 9)
                said.append((role, theme, sentences[place].format(field, count)))
        if generator.random() < 0.3:
            said.append((role, "", ("经费保障不够充足。", "申请专项经费予以保障。")[place]))
    at = 0
    for n, (role, theme, text) in enumerate(said, 1):
        own = {"statement_id": f"{report['report_id']}-{n:03d}", "report_id": report["report_id"]}
        place_of = {"start": at, "end": at + len(text)}
        rows["statements"].append(own | place_of | {"n": n, "role": role, "label": "", "text": text})
        if theme:
            rows["tags"].append(own | place_of | {"theme": theme, "score": 1.0, "source": "rule"})
        at += len(text)


def shuffle_frames(frames: dict[str, pd.DataFrame], *, seed: int = 1) -> dict[str, pd.DataFrame]:
    """Return the same frames with their rows in another order, to see that a result does not depend on it.

    >>> shuffle_frames(make_frames(3))["reports"]["report_id"].is_monotonic_increasing
    False
    """
    return {name: frame.sample(frac=1, random_state=seed).reset_index(drop=True) for name, frame in frames.items()}
