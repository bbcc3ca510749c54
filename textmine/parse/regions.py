"""Regions named in a body's name, with their official codes (``data/regions.tsv``, GB/T 2260 up to 2023-06)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal

Rank = Literal["province", "prefecture", "county"]

RANKS: Final[tuple[Rank, ...]] = ("province", "prefecture", "county")
#: what stands before a region in the name of a body
_PREFIX: Final = re.compile(
    r"中国共产党|中共|中华人民共和国|国家税务总局|国家统计局|国家粮食和物资储备局|国网|中国人民银行|关于|《"
)
#: a region that the table does not know, by its last character
_UNKNOWN: Final = (
    ("province", re.compile(r"[\u4e00-\u9fff]{2,6}?(?:省|自治区)")),
    (
        "prefecture",
        re.compile(
            r"(?:(?![县旗])[\u4e00-\u9fff]){2,10}?(?:自治州|盟(?=[\u4e00-\u9fff])|地区|市(?![场政区县]|民|容|直))"
        ),
    ),
    (
        "county",
        re.compile(
            r"[\u4e00-\u9fff]{1,10}?(?:自治县|自治旗|县|旗|市(?![场政]|民|容|直)|(?<![园校社地城景库灌林矿山厂小街辖])区)"
        ),
    ),
)
#: ends of names that are zones and no divisions
_ZONE: Final = re.compile(
    r"(?:开发|园|新|示范|保税|试验|工业|旅游|风景|合作|先行|度假|高新|经开|功能|集中|集聚|产业|港|出口加工|综合保税)区$"
)


@dataclass(frozen=True, slots=True)
class Region:
    """A division of the table; ``until`` is the last revision (YYYYMM) that lists it, empty where it is in force."""

    code: str
    name: str
    rank: Rank
    until: str = ""

    def contains(self, other: Region) -> bool:
        """Return whether ``other`` lies in this region (by its code)."""
        width = {"province": 2, "prefecture": 4, "county": 6}[self.rank]
        return other.code[:width] == self.code[:width] and other.code != self.code


@dataclass(frozen=True, slots=True)
class Named:
    """A region as a text names it; ``start``/``end`` are offsets into that text, ``None`` where the table told it."""

    name: str
    rank: Rank
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class RegionPath:
    """Province, prefecture and county as far as a name and the table tell, and the code of the last of them."""

    province: Named | None = None
    prefecture: Named | None = None
    county: Named | None = None
    code: str | None = None
    end: int = 0

    def last(self) -> Named | None:
        """Return the smallest region."""
        return self.county or self.prefecture or self.province


@cache
def _table() -> tuple[dict[str, tuple[Region, ...]], dict[str, tuple[Region, ...]]]:
    """Return the regions by name and by code."""
    by_name: dict[str, list[Region]] = {}
    by_code: dict[str, list[Region]] = {}
    text = resources.files("textmine").joinpath("data/regions.tsv").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith(("#", "code\t")):
            continue
        code, name, until = line.split("\t")
        rank: Rank = "province" if code.endswith("0000") else "prefecture" if code.endswith("00") else "county"
        region = Region(code, name, rank, until)
        by_name.setdefault(name, []).append(region)
        by_code.setdefault(code, []).append(region)
    return {k: tuple(v) for k, v in by_name.items()}, {k: tuple(v) for k, v in by_code.items()}


def find_region(name: str, context: str = "", year: int | None = None) -> RegionPath:
    """Return the regions that ``name`` begins with.

    Args:
        name: the name of a body.
        context: other text of the report; it decides between regions of one name (鼓楼区) by what holds them.
        year: the year spoken of; of two codes of one name the one in force then is taken.

    >>> path = find_region("淮安市洪泽区水利局")
    >>> path.province.name, path.county.name, path.code
    ('江苏省', '洪泽区', '320813')
    >>> find_region("鼓楼区民政局").code, find_region("鼓楼区民政局", "福州市鼓楼区").code
    (None, '350102')
    """
    found = _named(name)
    if not found:
        return RegionPath()
    chosen = _choose(found, context, year)
    by_rank: dict[str, Named] = {item.rank: item for item in found}
    if chosen is not None:
        by_rank.pop(found[-1].rank, None)
        by_rank[chosen.rank] = Named(found[-1].name, chosen.rank, found[-1].start, found[-1].end)
        for holder in _holders(chosen, year):
            by_rank.setdefault(holder.rank, Named(holder.name, holder.rank))
    return RegionPath(
        by_rank.get("province"),
        by_rank.get("prefecture"),
        by_rank.get("county"),
        chosen.code if chosen else None,
        found[-1].end or 0,
    )


def _named(name: str) -> list[Named]:
    """Regions from the start of the name, each smaller than the one before."""
    by_name, _ = _table()
    found: list[Named] = []
    prefix = _PREFIX.match(name)
    at = prefix.end() if prefix else 0
    below = 0  # ranks from here on may follow
    while below < len(RANKS):
        known = next(
            (name[at : at + n] for n in range(15, 1, -1) if name[at : at + n] in by_name and at + n <= len(name)), None
        )
        if known is not None and (ranks := [r.rank for r in by_name[known] if RANKS.index(r.rank) >= below]):
            rank = ranks[0]
        else:
            match = _unknown(name, at, below)
            if match is None:
                break
            rank, known = match
        found.append(Named(known, rank, at, at + len(known)))
        at += len(known)
        below = RANKS.index(rank) + 1
    return found


def _unknown(name: str, at: int, below: int) -> tuple[Rank, str] | None:
    for rank, pattern in _UNKNOWN[below:]:
        match = pattern.match(name, at)
        if match and not _ZONE.search(match[0]) and len(match[0]) > 2 and len(name) > match.end():
            return rank, match[0]  # type: ignore[return-value]
    return None


def _choose(found: list[Named], context: str, year: int | None) -> Region | None:
    by_name, _ = _table()
    candidates = list(by_name.get(found[-1].name, ()))
    for item in found[:-1]:
        holders = by_name.get(item.name, ())
        candidates = [c for c in candidates if any(h.contains(c) for h in holders)]
    if year is not None and len(candidates) > 1:
        in_force = [c for c in candidates if not c.until or int(c.until[:4]) >= year]
        candidates = in_force or candidates
    if len({c.code for c in candidates}) > 1:
        current = [c for c in candidates if not c.until] if year is None else candidates
        candidates = current or candidates
    if len({c.code for c in candidates}) > 1:
        named = [c for c in candidates if any(h.name in context for h in _holders(c, year))]
        nearest = [c for c in named if any(h.rank == "prefecture" and h.name in context for h in _holders(c, year))]
        candidates = nearest or named
    return candidates[0] if len({c.code for c in candidates}) == 1 else None


def _holders(region: Region, year: int | None) -> list[Region]:
    """The regions that hold this one, in the names of that year."""
    _, by_code = _table()
    holders = []
    for code in (region.code[:2] + "0000", region.code[:4] + "00"):
        if code != region.code and code in by_code:
            names = by_code[code]
            fitting = [r for r in names if not r.until or (year is not None and int(r.until[:4]) >= year)]
            holders.append(min(fitting or names, key=lambda r: r.until or "999999"))
    return holders
