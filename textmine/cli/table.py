"""A result frame as an aligned, rounded table for a terminal; files hold every column and digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from textmine.analysis.concordance import cut_text, pad_text, show_text, text_width

if TYPE_CHECKING:
    import pandas as pd

#: a column of text is shortened to this many columns of the terminal at the least; ids are whole, to be copied
_LEAST: Final = 16
#: what gives way first where a table is too wide (a statement's id holds its report's), and what stays to the last
_FIRST: Final = ("start", "end", "report_id", "path", "expected", "log_likelihood", "pmi")
_LAST: Final = ("text", "estimate", "low", "high", "q", "small")
_CHANCES: Final = ("p", "q", "change_p", "change_q")
_GAP: Final = "  "


def format_table(frame: pd.DataFrame, *, width: int) -> tuple[str, str]:
    """Return a frame as aligned text at most ``width`` columns wide, and what was left out of it, as a sentence.

    Columns that hold one value in all rows are named once, above the table; those that repeat another (``raw`` of
    figures that nothing corrects) are left out; long texts are shortened; columns that do not fit are named.

    >>> import pandas as pd
    >>> rows = pd.DataFrame({"theme": ["staffing", "training"], "unit": ["reports"] * 2, "estimate": [0.123456, 0.5]})
    >>> print(format_table(rows, width=60)[0])
    unit: reports
    theme     estimate
    staffing    0.1235
    training    0.5000
    """
    frame = frame[[name for name in frame.columns if not _repeats(frame, name)]]
    same = [name for name in frame.columns if len(frame) > 1 and frame[name].nunique(dropna=False) == 1]
    caption = [f"{name}: {_cell(frame[name].iloc[0])}" for name in same if not frame[name].isna().all()]
    columns = {str(name): _column(frame[name]) for name in frame.columns if name not in same}
    numbers = {str(name) for name in frame.columns if frame[name].dtype.kind in "iufb"}
    widths = {name: max(map(text_width, [name, *cells])) for name, cells in columns.items()}
    _shrink(widths, numbers, width)
    shown, left_out = _fit(widths, width)
    lines = _wrap(caption, width)
    lines.append(_line({name: name for name in shown}, widths, numbers))
    lines += [_line({name: columns[name][row] for name in shown}, widths, numbers) for row in range(len(frame))]
    return "\n".join(lines), f"columns that do not fit: {', '.join(left_out)}" if left_out else ""


def _repeats(frame: pd.DataFrame, name: str) -> bool:
    twin = {"raw": "estimate", "raw_low": "low", "raw_high": "high"}.get(name)
    return twin in frame.columns and bool(frame[name].equals(frame[twin]))


def _column(column: pd.Series[Any]) -> list[str]:
    """Cells of a column. Shares and the like have four decimals throughout, so that their points stand in a line."""
    known = column.dropna()
    if column.name in _CHANCES:
        return ["" if value != value else "<0.0001" if value < 1e-4 else f"{value:.4f}" for value in _floats(column)]
    fixed = column.dtype.kind == "f" and bool(((known.abs() < 1e4) & ((known == 0) | (known.abs() >= 1e-4))).all())
    return [_cell(value, fixed=fixed) for value in column.tolist()]


def _floats(column: pd.Series[Any]) -> list[float]:
    values: list[float] = column.to_numpy(dtype=float, na_value=float("nan")).tolist()
    return values


def _cell(value: Any, *, fixed: bool = False) -> str:
    import pandas as pd

    if pd.isna(value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float):
        return f"{value:.4f}" if fixed else f"{value:.4g}"
    return show_text(str(value))


def _wrap(parts: list[str], width: int) -> list[str]:
    lines: list[str] = []
    for part in parts:
        if lines and text_width(lines[-1]) + 2 + text_width(part) <= width:
            lines[-1] += f"; {part}"
        else:
            lines.append(_short(part, width))
    return lines


def _shrink(widths: dict[str, int], numbers: set[str], width: int) -> None:
    """Take from the widest text until the table fits, or no text is long."""
    while sum(widths.values()) + len(_GAP) * (len(widths) - 1) > width:
        long = {name: max(2 * _LEAST if name == "text" else _LEAST, len(name)) for name in widths}
        texts = [n for n in widths if n not in numbers and not n.endswith("_id") and widths[n] > long[n]]
        if not texts:
            return
        widths[max(texts, key=lambda name: widths[name])] -= 1


def _fit(widths: dict[str, int], width: int) -> tuple[list[str], list[str]]:
    """Columns that fit, and those that give way: first ids and places, then from the last column on."""
    behind = [name for name in reversed(widths) if name not in (*_FIRST, *_LAST)]
    order = [*(name for name in _FIRST if name in widths and len(widths) > 1), *behind]
    shown = list(widths)
    while order and sum(widths[name] + len(_GAP) for name in shown) - len(_GAP) > width and len(shown) > 1:
        shown.remove(order.pop(0))
    return shown, [name for name in widths if name not in shown]


def _line(cells: dict[str, str], widths: dict[str, int], numbers: set[str]) -> str:
    parts = [pad_text(_short(cell, widths[name]), widths[name], before=name in numbers) for name, cell in cells.items()]
    return _GAP.join(parts).rstrip()


def _short(text: str, width: int) -> str:
    return text if text_width(text) <= width else cut_text(text, width - 1) + "…"
