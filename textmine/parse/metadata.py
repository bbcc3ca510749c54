"""What a report tells of itself, each value with the text that it was read from."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import PurePath
from typing import Final

from textmine.parse.regions import Named, RegionPath, find_region
from textmine.records import Field, Metadata, Source

#: characters from the start of the text within which a title, and further on a preamble, is looked for
_HEAD: Final = 4000
_DIGITS: Final = dict(zip("〇○Ｏ零一二三四五六七八九", "0000123456789", strict=True))
_YEAR: Final = r"(?:20\d{2}|二[〇○零][〇○零一二][〇○零一二三四五六七八九])"
_YEARS: Final = re.compile(rf"({_YEAR})\s*(?:[—\-–~至到]+\s*({_YEAR}))?\s*(?:学?年|政府信息)")
#: 信息公开 or 政务公开, then at some distance 报告 or 年报, within one line
_TITLE_WORDS: Final = re.compile(r"(?:信息|政务|校务|院务|企务)公开[^。；]{0,14}(?:报告|年报|工作总结)")
_TITLE_END: Final = re.compile(
    r"(?:工作)?(?:年度)?(?:的)?(?:情况)?(?:报告|年报|工作总结)(?:[（(][^）)]{1,12}[）)])?[》）)]?$"
)
#: a report on one line: the first heading stands right behind the title
_RUN_ON: Final = re.compile(r"[^。；]{6,50}?(?:报告|年报)(?=\s?一、)")
_NO_TITLE: Final = re.compile(
    r"[。；;]|根据|按照|现将|本报告|^\s*[一二三四五六七八九十]{1,3}[、.．]|上一篇|下一篇|当前位置|索引号|字体|^名称[：:]"
)
_BODY_END: Final = re.compile(
    r"(?:政府|局|厅|部|委员会|委|办公[室厅]|办事处|办|管委会|镇|乡|街道|学院|大学|[中小]学|学校|医院|公司|中心|院|所|站|队|会|社|署|集团|幼儿园|区|县|市)$"
)
_PREPARED: Final = re.compile(
    r"(?:本|此|该)?(?:年度)?(?:年报|报告)(?:是)?由([^\s，。；、]{3,40}?)(?:根据|按照|依据|依照|编制|负责|编写|汇总|起草|综合)"
    r"|(?<=[，。\n])([^\s，。；、]{4,30}?)编制了20\d{2}年"
)
_OWN: Final = re.compile(
    r"(?:^|\n|，|。)([^\s，。；、（(：:]{3,30}?)(?:[（(]以下简称|20\d{2}年政府信息公开工作年度报告)"
)
_PERIOD: Final = re.compile(
    r"(20\d{2})年(\d{1,2})月(\d{1,2})日?(?:起)?\s*(?:开始)?\s*[至到—\-–~]+\s*(?:(20\d{2})年|同年)?(\d{1,2})月(\d{1,2})日"
)
_SIGNED: Final = re.compile(
    rf"({_YEAR})年([\d一二三四五六七八九十]{{1,3}})月([\d一二三四五六七八九十]{{1,3}})日\s*$", re.MULTILINE
)
_PORTAL_DATE: Final = re.compile(r"(20\d{2})[-年/.](\d{1,2})[-月/.](\d{1,2})")
_PUBLISHER_LABELS: Final = ("发布机构", "发布单位", "发文机关", "公开主体", "信息来源", "来源")
_DATE_LABELS: Final = ("发布日期", "发布时间", "公开日期", "生成日期", "成文日期")
_SITE_TAIL: Final = re.compile(r"\s*[-_|—–]+\s*[^-_|—–]*(?:门户|网|政府|公开|平台|专栏|首页)[^-_|—–]*$")
_NATIONAL: Final = re.compile(
    r"^(?:国务院|国家|中国|中华人民共和国|[\u4e00-\u9fff]{2,10}部$|[\u4e00-\u9fff]{2,8}总[局署]$)"
)
_REGION_WORD: Final = re.compile("[省市县区州旗镇乡]")
#: a name shorter than this before the year is the end of one that the line above begins
_FRAGMENT: Final = 4
#: a place alone, which a signature may name in full
_PLACE: Final = re.compile(r"[县市区镇乡]$")
_SIGNER: Final = re.compile(
    rf"\n[ \t]*([^\s，。；：、]{{4,30}})[ \t]*\n+[ \t]*{_YEAR}年[\d一二三四五六七八九十]{{1,3}}月"
)
#: characters at the end of the text within which a signature stands
_FOOT: Final = 600


@dataclass(frozen=True, slots=True)
class _Title:
    field: Field
    agency: Field | None
    year: Field | None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of body: its code, its Chinese name, the pattern of its names, and a level that the name itself fixes."""

    code: str
    name_zh: str
    pattern: re.Pattern[str]
    level: str | None


@cache
def body_kinds() -> tuple[Kind, ...]:
    """Return the kinds of bodies in the order in which they are tried (``data/bodies.toml``)."""
    data = tomllib.loads(resources.files("textmine").joinpath("data/bodies.toml").read_text("utf-8"))
    return tuple(
        Kind(entry["code"], entry["name_zh"], re.compile(entry["pattern"]), entry.get("level"))
        for entry in data["kind"]
    )


def find_metadata(text: str, source: Source) -> Metadata:
    """Return the metadata; a field is ``None`` where the report does not tell it."""
    title = _find_title(text, source)
    period = _PERIOD.search(text[: _HEAD * 2])
    year = title.year if title and title.year else _other_year(text, source, period)
    agency = _agency(text, title.agency if title else None, source)
    number = int(year.value) if year else None
    context = text[:_HEAD] + "\n".join(value for _, value in source.metadata) + (source.title or "")
    path = find_region(agency.value, context, number) if agency else RegionPath()
    kind, level = _kind(agency, path)
    return Metadata(
        title=title.field if title else None,
        agency=agency,
        year=year,
        period_start=_period_date(period, 1) if period else None,
        period_end=_period_date(period, 4) if period else None,
        published=_published(text, source, number),
        province=_region_field(path.province, agency),
        prefecture=_region_field(path.prefecture, agency),
        county=_region_field(path.county, agency),
        region_code=Field(path.code, _last_name(path), "table") if path.code else None,
        level=level,
        kind=kind,
    )


# --- title, and the body and year it names -------------------------------------------------------


def _find_title(text: str, source: Source) -> _Title | None:
    found = list(_titles_in(_lines(text[:_HEAD]), text))
    if not found:
        return _outside_title(source)
    # Menus of portals name 信息公开年报 too, but no year.
    return _read_title(next((title for title in found if _YEARS.search(title.value)), found[0]))


def _titles_in(lines: list[tuple[int, str]], text: str) -> Iterator[Field]:
    for index, (start, line) in enumerate(lines[:60]):
        if run_on := _RUN_ON.match(line):
            line = run_on[0]
        if len(line) > 60 or _NO_TITLE.search(line) or not _TITLE_END.search(line):
            continue
        for first in _title_starts(lines, index):
            begin, end = lines[first][0], start + len(line)
            whole = text[begin:end].replace("\n", "")
            if _TITLE_WORDS.search(whole) and len(whole) <= 90:
                yield Field(whole, text[begin:end], "text", begin, end)
                break


def _title_starts(lines: list[tuple[int, str]], index: int) -> list[int]:
    """Line numbers at which a title that ends in line ``index`` may begin: a name or a year may stand above it."""
    starts = [index]
    if _YEARS.search(lines[index][1]) and _name_before_year(lines[index][1]):
        return starts
    for above in (index - 1, index - 2):
        line = lines[above][1] if above >= 0 else ""
        if not line or len(line) > 40 or _NO_TITLE.search(line) or line[-1] in "：:，,":
            break
        whole = _BODY_END.search(line) or _YEARS.search(line) or "公开" in line
        if whole or (_REGION_WORD.search(line) and len(_name_before_year(lines[above + 1][1])) in range(1, _FRAGMENT)):
            starts.insert(0, above)
    return starts


def _lines(text: str) -> list[tuple[int, str]]:
    found, at = [], 0
    for line in text.split("\n"):
        stripped = line.strip(" \t")
        if stripped:
            found.append((at + line.index(stripped), stripped))
        at += len(line) + 1
    return found


def _outside_title(source: Source) -> _Title | None:
    """The title of the page, of the portal's metadata, or of the file."""
    candidates = [(value, "metadata") for label, value in source.metadata if label == "标题"]
    if source.title:
        candidates.append((_SITE_TAIL.sub("", source.title), "title"))
    candidates.append((PurePath(source.path).stem, "path"))
    for value, origin in candidates:
        if _TITLE_WORDS.search(value):
            return _read_title(Field(value.strip(), value, origin))  # type: ignore[arg-type]
    return None


def _read_title(title: Field) -> _Title:
    years = _YEARS.search(title.raw)
    year = None
    if years:
        group = 2 if years[2] else 1  # a school year counts as the year in which it ends
        year = _part(title, years[group], years.start(group), _arabic(years[group]))
    name = _name_before_year(title.value) or _name_after_year(title.value)
    at = title.raw.replace("\n", "").find(name) if name else -1
    if not name or at < 0:
        return _Title(title, None, year)
    start = title.raw.find(name)
    raw = name if start >= 0 else title.raw
    return _Title(title, _part(title, raw, max(start, 0), name), year)


def _part(title: Field, raw: str, at: int, value: str) -> Field:
    if title.start is None:
        return Field(value, raw, title.origin)
    return Field(value, raw, "text", title.start + at, title.start + at + len(raw))


def _name_before_year(title: str) -> str:
    years = _YEARS.search(title)
    head = title[: years.start()] if years else re.split(r"(?:政府)?(?:信息|政务|校务)公开", title)[0]
    head = re.sub(r"^(?:关于|附件\d*[：:]?|《)+|(?:关于|的|《|[（(【\[])+$", "", head.strip()).strip()
    return head if len(head) >= 2 and _BODY_END.search(head) else ""


def _name_after_year(title: str) -> str:
    years = _YEARS.search(title)
    if not years:
        return ""
    rest = re.sub(r"^度", "", title[years.end() :].removeprefix("信息"))
    name = re.split(r"(?:政府)?(?:信息|政务|校务)公开", rest)[0].strip("关于的《 ")
    return name if len(name) >= 3 and _BODY_END.search(name) else ""


def _arabic(year: str) -> str:
    return "".join(_DIGITS.get(char, char) for char in year)


def _other_year(text: str, source: Source, period: re.Match[str] | None) -> Field | None:
    if period:
        last = 4 if period[4] else 1
        return Field(period[last], period[last], "text", period.start(last), period.end(last))
    for pattern in (r"(20\d{2})年(?:度)?[，,]", r"(20\d{2})年度?[^\n。]{0,20}(?:信息公开|政务公开)"):
        years = [m for m in re.finditer(pattern, text[:_HEAD])]
        if years and len({m[1] for m in years}) == 1:
            return Field(years[0][1], years[0][1], "text", years[0].start(1), years[0].end(1))
    spoken = list(re.finditer(r"(20\d{2})年(?!\d)", text[:_HEAD]))
    if spoken and len({match[1] for match in spoken}) == 1:
        return _found(spoken[0], 1)
    named = re.search(r"(20\d{2})年", PurePath(source.path).stem)
    return Field(named[1], named[0], "path") if named else None


# --- the body -------------------------------------------------------------------------------------


def _agency(text: str, short: Field | None, source: Source) -> Field | None:
    """The body named in the title, in full where the preamble or the portal names it in full."""
    prepared = _PREPARED.search(text[:_HEAD])
    group = prepared.lastindex if prepared else None
    full = _found(prepared, group) if prepared and group else None
    for candidate in (full, *_published_by(source)):
        if candidate is None:
            continue
        value = candidate.value
        if short and short.value.endswith("人民政府"):
            value = re.sub(r"(?<=人民政府)办公[室厅]$", "", value)
        if short is None or (value.endswith(short.value) and value != short.value):
            return Field(value, candidate.raw, candidate.origin, candidate.start, candidate.end)
    if short is None and (own := _OWN.search(text[:_HEAD])) and _BODY_END.search(own[1]):
        return _found(own, 1)
    signer = _signer(text)
    if signer and (short is None or (_PLACE.search(short.value) and signer.value.startswith(short.value))):
        return signer
    return short


def _signer(text: str) -> Field | None:
    """The body that signs below the last paragraph, above the date."""
    found = list(_SIGNER.finditer(text, max(0, len(text) - _FOOT)))
    return _found(found[-1], 1) if found and _BODY_END.search(found[-1][1]) else None


def _found(match: re.Match[str], group: int) -> Field:
    return Field(match[group], match[group], "text", match.start(group), match.end(group))


def _published_by(source: Source) -> list[Field]:
    pairs = dict(reversed(source.metadata))
    names = [pairs[label].strip() for label in _PUBLISHER_LABELS if label in pairs]
    return [Field(name, name, "metadata") for name in names if _BODY_END.search(name) and len(name) <= 40]


def _kind(agency: Field | None, path: RegionPath) -> tuple[Field | None, Field | None]:
    if agency is None:
        return None, None
    rest = agency.value[path.end :] or agency.value
    rank = path.last()
    level = Field(rank.rank, rank.name, "table") if rank else None
    if rank is None and _NATIONAL.match(agency.value):
        level = Field("national", agency.value, "table")
    for kind in body_kinds():
        if found := kind.pattern.search(rest):
            level = Field(kind.level, found[0], "table") if kind.level else level
            return Field(kind.code, found[0], "table"), level
    return None, level


def _region_field(named: Named | None, agency: Field | None) -> Field | None:
    if named is None or agency is None:
        return None
    if named.start is None or named.end is None:
        return Field(named.name, agency.value, "table")
    at = agency.raw.find(named.name)
    if agency.start is None or at < 0:
        return Field(named.name, named.name, agency.origin)
    return Field(named.name, named.name, "text", agency.start + at, agency.start + at + len(named.name))


def _last_name(path: RegionPath) -> str:
    last = path.last()
    return last.name if last else ""


# --- dates ----------------------------------------------------------------------------------------


def _period_date(match: re.Match[str], first: int) -> Field | None:
    year = match[first] or match[1]
    month, day = int(match[first + 1]), int(match[first + 2])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    start = match.start(first) if match[first] else match.start(first + 1)
    end = match.end(first + 2)
    return Field(f"{year}-{month:02d}-{day:02d}", match.string[start:end], "text", start, end)


def _published(text: str, source: Source, year: int | None) -> Field | None:
    """The portal's date, else the date under the signature; a date before the reported year ends is none."""
    pairs = dict(reversed(source.metadata))
    for label in _DATE_LABELS:
        found = _PORTAL_DATE.search(pairs.get(label, ""))
        if found:
            return Field(f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}", pairs[label], "metadata")
    for match in reversed(list(_SIGNED.finditer(text))):
        value = _signed_date(match)
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.end()]
        if value and len(line) <= 40 and (year is None or int(value[:4]) >= year):
            return Field(value, match[0].strip(), "text", match.start(), match.start() + len(match[0].rstrip()))
    return None


def _signed_date(match: re.Match[str]) -> str | None:
    month, day = _number(match[2]), _number(match[3])
    if month is None or day is None or not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{_arabic(match[1])}-{month:02d}-{day:02d}"


def _number(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return int(_DIGITS[text]) if len(text) == 1 and text in _DIGITS else None
    parts = [_DIGITS.get(tens, "1" if not tens else ""), _DIGITS.get(ones, "0" if not ones else "")]
    return int("".join(parts)) if all(parts) else None
