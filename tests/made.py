"""Tables made for tests, and their forms: grid, HTML, Word, PDF and flattened text."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass

from textmine.parse.tables.templates import load_templates
from textmine.records import Grid, GridCell

FORM = {table.code: table for table in load_templates()[0].tables}
ROWS = [row for row in FORM["requests"].rows if row.code != "closed"]
COLUMNS = [column.code for column in FORM["requests"].columns]
HEADER = [column.labels[0] for column in FORM["requests"].columns]
TWO_LEVELS = ["申请人情况", "自然人", "法人或其他组织", "总计", *HEADER[1:-1]]
GROUPS = {
    "granted": "三、本年度办理结果",
    "denied_state_secret": "（三）不予公开",
    "unable_not_held": "（四）无法提供",
    "declined_petition": "（五）不予处理",
    "closed_no_correction": "（六）其他处理",
}
TITLE = "云溯市2022年政府信息公开工作年度报告"
Cells = dict[tuple[str, str, str], float]


@dataclass(frozen=True)
class Made:
    """The three tables of 2021 with numbers that add up; ``values`` are strings by table and row."""

    requests: dict[str, list[str]]
    disputes: list[str]
    proactive: dict[str, list[str]]

    def cells(self, *, without: str | None = None) -> Cells:
        """The cells that a reader must find; ``without`` is a row of part three that is lost."""
        found: Cells = {}
        for row, numbers in self.requests.items():
            if row != without:
                found |= {("requests", row, c): float(v) for c, v in zip(COLUMNS, numbers, strict=True)}
        table = FORM["disputes"]
        keys = [("disputes", row.code, column.code) for row in table.rows for column in table.columns]
        found |= dict(zip(keys, map(float, self.disputes), strict=True))
        for row in FORM["proactive"].rows:
            found |= {
                ("proactive", row.code, c): float(v) for c, v in zip(row.columns, self.proactive[row.code], strict=True)
            }
        return found


def make(seed: int) -> Made:
    """Return tables whose sums are right."""
    rnd = random.Random(seed)
    rows: dict[str, list[int]] = {}
    for row in ROWS:
        if row.code not in {"new", "total"}:
            parts = [rnd.choice([0, 0, 1, 3, 12, 140]) for _ in COLUMNS[:-1]]
            rows[row.code] = [*parts, sum(parts)]
    outcomes = [code for code in rows if code not in {"carried_in", "carried_out"}]
    rows["total"] = [sum(rows[code][i] for code in outcomes) for i in range(7)]
    rows["new"] = [t + o - i for t, o, i in zip(rows["total"], rows["carried_out"], rows["carried_in"], strict=True)]
    if min(rows["new"]) < 0:
        rows["carried_in"] = [0] * 7
        rows["new"] = [t + o for t, o in zip(rows["total"], rows["carried_out"], strict=True)]
    disputes = []
    for _ in range(3):
        parts = [rnd.choice([0, 1, 7]) for _ in range(4)]
        disputes += [*parts, sum(parts)]
    proactive = {row.code: [str(rnd.randint(0, 9999)) for _ in row.columns] for row in FORM["proactive"].rows}
    return Made({r.code: list(map(str, rows[r.code])) for r in ROWS}, list(map(str, disputes)), proactive)


def requests_rows(made: Made, *, without: str | None = None) -> list[list[str]]:
    """Part three as rows of label, group and values, with a header in one line."""
    rows = [["", "", *HEADER]]
    group = ""
    for row in ROWS:
        group = GROUPS.get(row.code, group if row.code not in {"total", "carried_out"} else "")
        if row.code != without:
            rows.append([group, row.labels[0], *made.requests[row.code]])
    return rows


def disputes_rows(made: Made) -> list[list[str]]:
    table = FORM["disputes"]
    courses = [row.labels[0] for row in table.rows for _ in table.columns]
    results = [column.labels[0] for _ in table.rows for column in table.columns]
    return [courses, results, made.disputes]


def proactive_rows(made: Made) -> list[list[str]]:
    table = FORM["proactive"]
    rows: list[list[str]] = []
    before: tuple[str, ...] = ()
    for row in table.rows:
        if row.columns != before:
            labels = [table.column(code).labels[0] for code in row.columns]
            rows.append(["信息内容", *labels, *labels[-1:] * (3 - len(labels))])
        before = row.columns
        values = made.proactive[row.code]
        rows.append([row.labels[0], *values, *values[-1:] * (3 - len(values))])
    return rows


def tables(made: Made, *, without: str | None = None) -> list[list[list[str]]]:
    return [proactive_rows(made), requests_rows(made, without=without), disputes_rows(made)]


def to_grid(rows: list[list[str]], page: int | None = None) -> Grid:
    """A grid in which equal neighbours in a row are one spanning cell, but values are not."""
    cells = []
    for r, row in enumerate(rows):
        c = 0
        while c < len(row):
            width = 1
            while c + width < len(row) and row[c + width] == row[c] and row[c] and not row[c][0].isdigit():
                width += 1
            cells.append(GridCell(r, c, row[c], 1, width, page))
            c += width
    return Grid(len(rows), max(map(len, rows)), tuple(cells), page=page)


def to_html(made: Made) -> bytes:
    body = "".join(
        "<table>" + "".join("<tr>" + "".join(f"<td>{t}</td>" for t in row) + "</tr>" for row in rows) + "</table>"
        for rows in tables(made)
    )
    text = "本报告由云溯市人民政府办公室编制，所列数据统计期限为一年，如有疑问，请联系。"
    return f"<html><body><h1>{TITLE}</h1><p>{text}</p><p>一、总体情况</p><p>工作平稳。</p>{body}</body></html>".encode()


def to_docx(made: Made) -> bytes:
    import docx

    document = docx.Document()
    for line in (TITLE, "一、总体情况", "工作平稳。"):
        document.add_paragraph(line)
    for rows in tables(made):
        table = document.add_table(len(rows), max(map(len, rows)))
        for r, row in enumerate(rows):
            for c, text in enumerate(row):
                table.cell(r, c).text = text
        document.add_paragraph("")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def to_pdf(made: Made, *, cut: int | None = None) -> bytes:
    """Ruled tables; part three goes on over a page break after its row ``cut``."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.setFont("STSong-Light", 10)
    canvas.drawString(60, 800, TITLE)
    canvas.drawString(60, 780, "一、总体情况")
    canvas.drawString(60, 765, "全年工作平稳，各项任务按要求完成，没有需要说明的情况。")
    proactive, requests, disputes = tables(made)
    _draw(canvas, proactive, 750, [120, 100, 100, 100])
    widths = [70, 190, *[30] * 7]
    parts = [requests] if cut is None else [requests[:cut], requests[cut:]]
    top = 750 - 18 * len(proactive) - 20
    for number, part in enumerate(parts):
        if number or top - 18 * len(part) < 40:
            canvas.showPage()
            top = 800
        top = _draw(canvas, part, top, widths) - 20
    canvas.showPage()
    _draw(canvas, disputes, 780, [32] * 15)
    canvas.save()
    return buffer.getvalue()


def _draw(canvas: object, rows: list[list[str]], top: float, widths: list[int]) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    xs = [50.0]
    for width in widths:
        xs.append(xs[-1] + width)
    for r in range(len(rows) + 1):
        canvas.line(xs[0], top - 18 * r, xs[-1], top - 18 * r)  # type: ignore[attr-defined]
    for x in xs:
        canvas.line(x, top, x, top - 18 * len(rows))  # type: ignore[attr-defined]
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            size = min(9.0, 9.0 * (widths[c] - 4) / max(stringWidth(text, "STSong-Light", 9), 1))
            canvas.setFont("STSong-Light", size)  # type: ignore[attr-defined]
            canvas.drawString(xs[c] + 2, top - 18 * r - 12, text)  # type: ignore[attr-defined]
    return top - 18 * len(rows)


def to_text(made: Made, separator: str, *, one_line: bool = False, without: str | None = None) -> str:
    """The tables flattened: fields joined by ``separator``; a blank label field and a repeated group are left out."""
    lines = []
    for rows in tables(made, without=without):
        group = ""
        for row in rows:
            fields = [text for text in row if text != group or text[:1].isdigit()]
            group = row[0] if row[0] in GROUPS.values() else group
            if rows[0][0] == "信息内容":
                fields = list(dict.fromkeys(fields)) if row[0] == "信息内容" else row[: 1 + _width(row[0])]
            if rows is not None and row == rows[0] and len(rows) == 3 and len(row) == 15:
                fields = list(dict.fromkeys(row))
            lines.append(separator.join(filter(None, fields)))
    return separator.join(lines) if one_line else "\n".join(lines)


def _width(label: str) -> int:
    return next(len(row.columns) for row in FORM["proactive"].rows if row.labels[0] == label)
