"""What a report tells of itself, each value with the text that it was read from."""

from __future__ import annotations

import re
from typing import Final

from textmine.records import Field, Metadata, Source

_TITLE: Final = re.compile(
    r"^[ \t]*((?:[^\n。；\t]{2,40}\n)?[^\n。；\t]{0,50}?(20\d{2})(?:[—\-–至]20\d{2})?(?:年度?|学年度?)[^\n。；\t]{0,12}信息公开[^\n。；\t]{0,10}报告)",  # noqa: E501
    re.MULTILINE,
)
_PREPARED: Final = re.compile(r"本(?:年度)?报告由([^\s，。；（(]{3,40}?)(?:根据|按照|依据|编制|负责)")
_PERIOD: Final = re.compile(
    r"(?:自|从|为|限|[:：])?\s*(20\d{2})年(\d{1,2})月(\d{1,2})日?(?:起)?\s*[至到—\-–]+\s*(20\d{2})年(\d{1,2})月(\d{1,2})日"
)
_SIGNED: Final = re.compile(r"^(20\d{2})年(\d{1,2})月(\d{1,2})日$", re.MULTILINE)
_PORTAL_DATE: Final = re.compile(r"(20\d{2})[-年/.](\d{1,2})[-月/.](\d{1,2})")
_KINDS: Final = (
    ("street_office", "township", re.compile(r"街道办事处$|街道$")),
    ("township", "township", re.compile(r"[镇乡](?:人民政府)?$")),
    ("government", "province", re.compile(r"(?:省|自治区)人民政府(?:办公厅)?$")),
    ("government", "county", re.compile(r"[县区旗]人民政府(?:办公室)?$")),
    ("government", "prefecture", re.compile(r"(?:市|自治州|盟)人民政府(?:办公[室厅])?$")),
    ("development_zone", None, re.compile(r"(?:开发区|高新区|园区|新区).{0,4}(?:管理委员会|管委会)$")),
    ("university", None, re.compile(r"大学$|学院$")),
    ("school", None, re.compile(r"[中小]学$|学校$")),
    ("hospital", None, re.compile(r"医院$")),
    ("bureau", "province", re.compile(r"省.{2,20}(?:厅|局|委员会|办公室)$")),
    ("bureau", "county", re.compile(r"(?:县|旗|(?<!自治)(?<!开发)区).{2,20}(?:局|委员会|办公室|中心)$")),
    ("bureau", "prefecture", re.compile(r"市[^县区]{2,20}(?:局|委员会|办公室|中心)$")),
)


def find_metadata(text: str, source: Source) -> Metadata:
    """Return the metadata; a field is ``None`` where the report does not tell it.

    Regions with their codes, and kinds of bureau, are not read yet.
    """
    match = _TITLE.search(text[:4000])
    title = _field(match, 1) if match else None
    year = _field(match, 2) if match else None
    if title is None and source.title and "信息公开" in source.title:
        title = Field(source.title, source.title, "title")
        digits = re.search(r"20\d{2}", source.title)
        year = Field(digits[0], digits[0], "title") if digits else None
    period = _PERIOD.search(text[:6000])
    if year is None and period and period[1] == period[4]:
        year = _field(period, 1)
    agency = _agency(text, title, source)
    kind, level = _kind(agency)
    return Metadata(
        title=title,
        agency=agency,
        year=year,
        period_start=_date(period, 1) if period else None,
        period_end=_date(period, 4) if period else None,
        published=_published(text, source),
        level=level,
        kind=kind,
    )


def _field(match: re.Match[str], group: int) -> Field:
    raw = match[group]
    return Field(raw.replace("\n", ""), raw, "text", match.start(group), match.end(group))


def _date(match: re.Match[str], first: int) -> Field:
    year, month, day = match[first], match[first + 1], match[first + 2]
    raw = match.string[match.start(first) : match.end(first + 2)]
    return Field(f"{year}-{int(month):02d}-{int(day):02d}", raw, "text", match.start(first), match.end(first + 2))


def _agency(text: str, title: Field | None, source: Source) -> Field | None:
    """The body named in the title, in full where the preamble names it in full."""
    short = None
    if title is not None:
        head = re.match(r"(?:关于)?(.{2,40}?)(?:关于)?20\d{2}", title.value)
        name = head[1].strip("《 ") if head else ""
        if name:
            at = title.raw.find(name)
            start = None if title.start is None or at < 0 else title.start + at
            short = Field(name, name, title.origin, start, None if start is None else start + len(name))
    prepared = _PREPARED.search(text[:4000])
    full = _field(prepared, 1) if prepared else None
    if full is not None:
        value = (
            re.sub(r"(?<=人民政府)办公[室厅]$", "", full.value) if short and "人民政府" in short.value else full.value
        )
        if short is None or (value.endswith(short.value) and value != short.value):
            return Field(value, full.raw, "text", full.start, full.end)
    if short is None:
        for label, value in source.metadata:
            if label in {"发布机构", "发布单位", "发文机关"}:
                return Field(value, value, "metadata")
    return short


def _published(text: str, source: Source) -> Field | None:
    for label, value in source.metadata:
        found = _PORTAL_DATE.search(value)
        if label in {"发布日期", "发布时间", "公开日期"} and found:
            return Field(f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}", value, "metadata")
    signed = list(_SIGNED.finditer(text))
    return _date(signed[-1], 1) if signed else None


def _kind(agency: Field | None) -> tuple[Field | None, Field | None]:
    if agency is None:
        return None, None
    for kind, level, pattern in _KINDS:
        if found := pattern.search(agency.value):
            where = Field(kind, found[0], "table")
            return where, Field(level, found[0], "table") if level else None
    return None, None
