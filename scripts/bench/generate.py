"""Write generated reports for measuring speed: invented statements of the training part, about 60 % of them repeats.

Six statements in ten are drawn from four hundred; the others are put together from clauses of two statements, so that
hardly any stands twice. The texts say nothing; their lengths, tables and share of repeats are what counts. Usage:
python scripts/bench/generate.py FOLDER [--count 2000] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

LABELLED = Path(__file__).parents[2] / "corpora/labelled/train.jsonl"
COUNTIES = ["临樟县", "棠溪县", "枕河区", "云溯市", "青石县", "沐川里县", "白鹭区", "松屏县", "梨岭县", "石渠区"]
BODIES = [
    "教育局",
    "水利局",
    "民政局",
    "司法局",
    "财政局",
    "审计局",
    "统计局",
    "交通运输局",
    "农业农村局",
    "城市管理局",
]
COLUMNS = "自然人\t商业企业\t科研机构\t社会公益组织\t法律服务机构\t其他\t总计"
ROWS = """一、本年新收政府信息公开申请数量
二、上年结转政府信息公开申请数量
三、本年度办理结果\t（一）予以公开
（二）部分公开（区分处理的，只计这一情形，不计其他情形）
（三）不予公开\t1.属于国家秘密
2.其他法律行政法规禁止公开
3.危及“三安全一稳定”
4.保护第三方合法权益
5.属于三类内部事务信息
6.属于四类过程性信息
7.属于行政执法案卷
8.属于行政查询事项
（四）无法提供\t1.本机关不掌握相关政府信息
2.没有现成信息需要另行制作
3.补正后申请内容仍不明确
（五）不予处理\t1.信访举报投诉类申请
2.重复申请
3.要求提供公开出版物
4.无正当理由大量反复申请
5.要求行政机关确认或重新出具已获取信息
（六）其他处理\t1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请
2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请
3.其他
（七）总计
四、结转下年度继续办理""".splitlines()


def make_report(chance: random.Random, pool: list[str], number: int) -> str:
    """Return the text of one report: six parts, flattened tables, 20 to 30 statements."""
    body = f"{chance.choice(COUNTIES)}{chance.choice(BODIES)}"
    year = chance.randrange(2021, 2026)
    asked = chance.randrange(0, 40)
    lines = [f"{body}{year}年政府信息公开工作年度报告", f"编号{number}。", "一、总体情况"]
    lines.append(
        f"{year}年，{body}主动公开政府信息{chance.randrange(50, 900)}条，收到政府信息公开申请{asked}件，均已办结。"
    )
    lines += ["二、主动公开政府信息情况", "第二十条第（一）项", "信息内容\t本年制发件数\t本年废止件数\t现行有效件数"]
    lines += [f"规章\t0\t0\t0\n行政规范性文件\t{chance.randrange(4)}\t0\t{chance.randrange(4, 20)}"]
    lines += ["三、收到和处理政府信息公开申请情况", f"申请人情况\t{COLUMNS}"]
    for row in ROWS:
        value = asked if row.startswith("一") or "予以公开" in row or "总计" in row else 0
        lines.append(f"{row}\t{value}\t0\t0\t0\t0\t0\t{value}")
    lines += ["四、政府信息公开行政复议、行政诉讼情况", "行政复议"]
    lines += ["结果维持\t结果纠正\t其他结果\t尚未审结\t总计", "0\t0\t0\t0\t0"]
    lines += ["五、存在的主要问题及改进情况"]
    drawn = [
        mix_statement(chance, pool) if chance.random() < 0.4 else pool[chance.randrange(400)]
        for _ in range(chance.randrange(20, 31))
    ]
    lines.append("".join(f"{at}.{text}" for at, text in enumerate(drawn, 1)))
    lines += ["六、其他需要报告的事项", f"{year}年未收取信息处理费。"]
    return "\n".join(lines) + "\n"


def mix_statement(chance: random.Random, pool: list[str]) -> str:
    """Return the first clause of one statement with the last one of another."""
    first, last = chance.choice(pool), chance.choice(pool)
    return f"{first.rstrip('。').split('，')[0]}，{last.split('，')[-1]}"


def read_pool() -> list[str]:
    """Return the statements of the training part, without their enumerators, in a fixed order."""
    found: dict[str, None] = {}
    for line in LABELLED.read_text("utf-8").splitlines():
        passage: dict[str, Any] = json.loads(line)
        for statement in passage["statements"]:
            text = statement["text"].lstrip("一二三四五六七八九十是要、（）()0123456789.首先其次")
            if statement["role"] != "context" and len(text) > 8 and "\n" not in text:
                found[text.rstrip("；;") + ("" if text.endswith("。") else "。")] = None
    return list(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance, pool = random.Random(options.seed), read_pool()
    options.folder.mkdir(parents=True, exist_ok=True)
    for number in range(options.count):
        (options.folder / f"{number:06d}.txt").write_text(make_report(chance, pool, number), "utf-8")


if __name__ == "__main__":
    main()
