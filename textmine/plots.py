"""Figures: the data of a figure → Vega-Lite (pages, notebooks, PNG, SVG) or matplotlib axes. Chinese text everywhere.

One description of each kind of figure serves the page, the Word file, ``textmine plot`` and notebooks, so that they
cannot differ. The font is a subset of Noto Sans CJK SC that the package brings and registers by path.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textmine.errors import MissingExtraError, TextmineError
from textmine.summary.content import Figure, SummaryContent, format_value

if TYPE_CHECKING:
    import altair
    from matplotlib.axes import Axes

FONT_FAMILY: Final = "Textmine Sans SC"
_STACK: Final = f"'{FONT_FAMILY}', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"

#: kind of figure -> the fields of its rows; all may hold ``query`` (the evidence) and ``theme``, ``role`` and ``year``
#: codes, by which a page filters
FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "intervals": ("label", "series", "estimate", "low", "high", "count", "n", "small"),
    "lines": ("label", "series", "x", "estimate", "low", "high", "count", "n", "small"),
    "heatmap": ("label", "column", "series", "estimate", "low", "high", "count", "n", "small"),
    "bars": ("label", "series", "count"),
    "presence": ("label", "x", "series", "count"),
}

#: The first classes of the ramp hold text in ``pale``, the others in ``strong``; tests measure the contrast of each.
PALE: Final = 3
#: opacity of the cells of few reports, whose text is always ``pale``
FADED: Final = 0.4
#: Two hues that stay apart for all kinds of colour blindness (blue and vermilion, after Okabe and Ito 2008); then
#: further ones for more series. Marks differ in shape or dash too.
_LIGHT: Final = {
    "category": ["#b4482a", "#1f6a94", "#8a6d00", "#4d7d5c", "#7a5195", "#5b6770"],
    "ramp": ["#f4f1ea", "#f0d9c8", "#e6b497", "#b65a35", "#933a19", "#6a270f"],
    "text": "#2b2b2b",
    "muted": "#66625a",
    "grid": "#e4e0d7",
    "pale": "#40200f",
    "strong": "#ffffff",
}
_DARK: Final = {
    "category": ["#f08a68", "#6db7e0", "#d9b84a", "#8fc6a0", "#bf9bd8", "#a9b4bd"],
    "ramp": ["#24211f", "#4a2d22", "#74402c", "#c9744d", "#e69a75", "#ffc9ad"],
    "text": "#e8e4dc",
    "muted": "#aaa49a",
    "grid": "#3a3733",
    "pale": "#f4e6dd",
    "strong": "#1b1715",
}


def load_colors(*, dark: bool = False) -> dict[str, Any]:
    """Return the colours of figures.

    >>> load_colors()["category"][:2]
    ['#b4482a', '#1f6a94']
    """
    return dict(_DARK if dark else _LIGHT)


def vega_config(*, dark: bool = False) -> dict[str, Any]:
    """Return the Vega-Lite configuration: font, colours, calm axes."""
    c = load_colors(dark=dark)
    return {
        "background": "transparent",
        "font": _STACK,
        "view": {"stroke": None},
        "axis": {
            "labelColor": c["text"],
            "titleColor": c["muted"],
            "gridColor": c["grid"],
            "domainColor": c["grid"],
            "tickColor": c["grid"],
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "labelLimit": 220,
        },
        "legend": {"labelColor": c["text"], "titleColor": c["muted"], "labelFontSize": 12, "titleFontSize": 12},
        "header": {"labelColor": c["text"], "titleColor": c["muted"], "labelFontSize": 13},
        "range": {"category": c["category"], "heatmap": c["ramp"], "ramp": c["ramp"]},
        "style": {
            "on-pale": {"color": c["pale"], "fontSize": 11},
            "on-strong": {"color": c["strong"], "fontSize": 11},
            "muted": {"color": c["muted"], "fontSize": 11},
        },
    }


def vega_spec(figure: Figure, *, width: int | str = "container") -> dict[str, Any]:
    """Return the Vega-Lite specification of a figure; its rows stand under the data name ``rows``.

    Args:
        figure: what is drawn.
        width: pixels, or ``container`` for a page.
    """
    parts = _BUILDERS[figure.kind](figure)
    if "facet" in parts:
        room = width if isinstance(width, int) else 640
        parts["spec"]["width"] = max(120, room // parts["columns"] - 55)
    else:
        parts["width"] = width
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": figure.description,
        "data": {"name": "rows", "values": [_with_tooltip(row, figure) for row in figure.rows]},
        **parts,
    }


def _with_tooltip(row: Mapping[str, Any], figure: Figure) -> dict[str, Any]:
    """Rows carry the words of their tooltip, formatted as everywhere else."""
    return {**row, "tip": describe_row(row, figure.labels)}


def describe_row(row: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """Return a row of a figure in words, for tooltips and screen readers.

    >>> describe_row({"label": "业务培训", "series": "问题", "count": 3, "n": 12, "estimate": 0.25}, {})
    '业务培训 · 问题 · 3/12 · 25.0%'
    """
    names = [str(row[key]) for key in ("label", "column", "x", "series") if row.get(key) not in (None, "")]
    if row.get("n") is not None:
        names.append(f"{format_value(row.get('count'), 'count')}/{format_value(row['n'], 'count')}")
    elif row.get("count") is not None:
        names.append(format_value(row["count"], "count"))
    if row.get("estimate") is not None:
        names.append(format_value(row["estimate"], labels.get("kind", "share")))  # type: ignore[arg-type]
    if row.get("low") is not None and row.get("high") is not None:
        names.append(f"{labels.get('interval', '95%')} {format_value((row['low'], row['high']), 'interval')}")
    if row.get("small"):
        names.append(labels.get("small", "small"))
    return " · ".join(names)


def _order(figure: Figure, key: str) -> list[Any]:
    """Values in the order of the rows; roles as problem, measure, so that each keeps its colour and mark."""
    rows: Sequence[Mapping[str, Any]] = figure.rows
    if key == "series":
        rows = sorted(rows, key=lambda row: row.get("role") == "measure")
    return list(dict.fromkeys(row[key] for row in rows))


def _label_axis(figure: Figure, *, row_height: int = 26) -> tuple[dict[str, Any], int]:
    labels = _order(figure, "label")
    axis = {"title": None, "domain": False, "ticks": False, "labelPadding": 8}
    return {"field": "label", "type": "nominal", "sort": labels, "axis": axis}, max(60, row_height * len(labels))


def _series(figure: Figure) -> dict[str, Any]:
    return {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": _order(figure, "series")},
        "legend": {"title": None, "orient": "top", "symbolSize": 90, "symbolOpacity": 1},
    }


def _share_axis(figure: Figure, **more: Any) -> dict[str, Any]:
    axis = {"title": figure.labels.get("value", ""), "format": "~%", "tickCount": 5, "domain": False, "ticks": False}
    return {"type": "quantitative", "axis": axis | more, "scale": {"domainMin": 0, "nice": True}}


_TIP: Final = {"field": "tip", "type": "nominal"}


def _intervals(figure: Figure) -> dict[str, Any]:
    y, height = _label_axis(figure, row_height=30)
    offset = {"field": "series", "type": "nominal", "sort": _order(figure, "series")}
    share, color = _share_axis(figure), _series(figure)
    base = {"y": y, "yOffset": offset, "color": color, "tooltip": _TIP}
    opacity = {"condition": {"test": "datum.small", "value": 0.45}, "value": 1}
    return {
        "height": height,
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2.5, "strokeCap": "round"},
                "encoding": {**base, "x": {**share, "field": "low"}, "x2": {"field": "high"}, "opacity": opacity},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 80, "cursor": "pointer"},
                "encoding": {
                    **base,
                    "x": {**share, "field": "estimate"},
                    "shape": {**color, "scale": {**color["scale"], "range": ["circle", "diamond", "square"]}},
                    "opacity": opacity,
                },
            },
        ],
    }


def _years_axis(figure: Figure) -> dict[str, Any]:
    years = _order(figure, "x")
    axis = {"title": None, "format": "d", "grid": False, "tickMinStep": 1, "tickCount": min(len(years), 5)}
    return {"field": "x", "type": "quantitative", "scale": {"zero": False, "nice": False}, "axis": axis}


def _lines(figure: Figure) -> dict[str, Any]:
    """Small multiples, one panel a theme: overlapping bands cannot be read."""
    x, color, share = _years_axis(figure), _series(figure), _share_axis(figure, title=None)
    labels = _order(figure, "label")
    if len(_order(figure, "series")) == 1:
        color = {**color, "legend": None}
    opacity = {"condition": {"test": "datum.small", "value": 0.4}, "value": 1}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "area", "opacity": 0.16},
            "encoding": {
                "x": x,
                "y": {**share, "field": "low"},
                "y2": {"field": "high"},
                "color": color,
            },
        },
        {
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {"x": x, "y": {**share, "field": "estimate"}, "color": color},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 45, "cursor": "pointer"},
            "encoding": {
                "x": x,
                "y": {**share, "field": "estimate"},
                "color": color,
                "shape": {**color, "scale": {**color["scale"], "range": ["circle", "diamond", "square"]}},
                "tooltip": _TIP,
                "opacity": opacity,
            },
        },
    ]
    header = {"title": None, "labelAnchor": "start", "labelFontWeight": 600}
    facet = {"field": "label", "type": "nominal", "sort": labels, "header": header}
    return {"facet": facet, "columns": min(3, len(labels)), "spec": {"height": 130, "layer": layers}}


def _heatmap(figure: Figure) -> dict[str, Any]:
    y, height = _label_axis(figure)
    columns = _order(figure, "column")
    angle = 0 if max((len(str(c)) for c in columns), default=0) * len(columns) <= 80 else -40
    x = {
        "field": "column",
        "type": "nominal",
        "sort": columns,
        "axis": {"title": None, "orient": "top", "labelAngle": angle, "domain": False, "ticks": False},
    }
    legend = {"title": figure.labels.get("value", ""), "format": "~%", "orient": "bottom", "direction": "horizontal"}
    if figure.labels.get("kind") == "number":
        legend["format"] = "~g"
    bounds = split_range(_highest(figure))
    scale = {"type": "threshold", "domain": bounds, "range": "heatmap"}
    fill = {"field": "estimate", "type": "quantitative", "scale": scale, "legend": legend}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rect", "cursor": "pointer", "cornerRadius": 2},
            "encoding": {
                "color": fill,
                "tooltip": _TIP,
                "opacity": {"condition": {"test": "datum.small", "value": FADED}, "value": 1},
            },
        }
    ]
    if len(columns) <= 20:
        strong = f"datum.estimate >= {bounds[PALE - 1]} && !datum.small"
        for test, style in ((f"!({strong})", "on-pale"), (strong, "on-strong")):
            layers.append(
                {
                    "transform": [{"filter": f"isValid(datum.estimate) && {test}"}],
                    "mark": {"type": "text", "style": style, "tooltip": None},
                    "encoding": {"text": {"field": "short", "type": "nominal"}, "tooltip": _TIP},
                }
            )
    return {"height": height, "encoding": {"x": x, "y": y}, "layer": layers}


def _highest(figure: Figure) -> float:
    """The highest share of a group that is not small: one report of two should not set the scale."""
    rows = [row for row in figure.rows if row["estimate"] is not None]
    solid = [row["estimate"] for row in rows if not row["small"]] or [row["estimate"] for row in rows]
    return max(solid, default=1.0) or 1.0


def split_range(top: float) -> list[float]:
    """Return five round bounds that cut 0 to ``top`` into six classes.

    >>> split_range(0.53)
    [0.1, 0.2, 0.3, 0.4, 0.5]
    """
    step = top / 6
    scale = 10.0 ** math.floor(math.log10(step))
    nice = next(factor for factor in (1, 2, 2.5, 5, 10) if factor * scale >= step * 0.999)
    return [round(nice * scale * k, 10) for k in range(1, 6)]


def _bars(figure: Figure) -> dict[str, Any]:
    y, height = _label_axis(figure, row_height=24)
    axis = {"title": figure.labels.get("value", ""), "format": ",d", "tickMinStep": 1, "domain": False, "ticks": False}
    return {
        "height": height,
        "mark": {"type": "bar", "height": {"band": 0.66}, "cursor": "pointer"},
        "encoding": {
            "y": y,
            "x": {"field": "count", "type": "quantitative", "axis": axis},
            "color": _series(figure),
            "order": {"field": "rank", "type": "quantitative"},
            "tooltip": _TIP,
        },
    }


def _presence(figure: Figure) -> dict[str, Any]:
    y, height = _label_axis(figure)
    axis = {"title": None, "orient": "top", "labelAngle": 0, "domain": False, "ticks": False, "grid": True}
    series, domain = _order(figure, "series"), {"scale": {"domain": _order(figure, "series")}}
    color = _series(figure)
    return {
        "height": height,
        "mark": {"type": "point", "filled": True, "size": 110, "cursor": "pointer"},
        "encoding": {
            "y": y,
            "x": {"field": "x", "type": "ordinal", "sort": sorted(_order(figure, "x")), "axis": axis},
            "xOffset": {"field": "series", "type": "nominal", "sort": series},
            "color": color,
            "shape": {**color, "scale": {**domain["scale"], "range": ["circle", "diamond", "square"]}},
            "tooltip": _TIP,
        },
    }


_BUILDERS: Final = {
    "intervals": _intervals,
    "lines": _lines,
    "heatmap": _heatmap,
    "bars": _bars,
    "presence": _presence,
}


# --- Vega: charts and files -----------------------------------------------------------------------


def chart(figure: Figure, *, width: int = 560, dark: bool = False) -> altair.Chart | altair.LayerChart:
    """Return the altair chart of a figure, for notebooks.

    Raises:
        MissingExtraError: altair is not installed.
    """
    try:
        import altair
    except ImportError as error:
        raise MissingExtraError("altair", "plots", "a chart") from error
    spec = vega_spec(figure, width=width) | {"config": vega_config(dark=dark)}
    found: altair.Chart | altair.LayerChart = altair.Chart.from_dict(spec)
    return found


def render_figure(
    figure: Figure, form: str, *, width: int = 640, scale: float = 2.0, dark: bool = False, titled: bool = True
) -> bytes:
    """Return a figure as a ``png``, ``svg`` or ``json`` (Vega-Lite) file; ``titled`` with title and note.

    Raises:
        MissingExtraError: vl-convert-python is not installed.
        TextmineError: another form.
    """
    spec = vega_spec(figure, width=width) | {"config": vega_config(dark=dark), "padding": 12}
    spec["background"] = "#1b1917" if dark else "#ffffff"
    if titled:
        told = {"text": figure.title, "subtitle": figure.note, "anchor": "start", "frame": "bounds", "offset": 14}
        colors = load_colors(dark=dark)
        spec["title"] = told | {
            "color": colors["text"],
            "subtitleColor": colors["muted"],
            "fontSize": 15,
            "subtitleFontSize": 12,
        }
    if form == "json":
        return (json.dumps(spec, ensure_ascii=False, indent=1) + "\n").encode()
    if form not in ("png", "svg"):
        raise TextmineError(f"cannot draw a figure as {form!r}; there are png, svg, json")
    vlc = _load_vega()
    if form == "svg":
        text: str = vlc.vegalite_to_svg(spec, allowed_base_urls=[])
        return text.encode()
    data: bytes = vlc.vegalite_to_png(spec, scale=scale, allowed_base_urls=[])
    return data


def find_figures(content: SummaryContent) -> dict[str, Figure]:
    """Return the figures of a summary by their keys."""
    return {figure.key: figure for section in content.sections for figure in section.figures}


def save_figure(
    figures: Mapping[str, Figure],
    key: str,
    path: str | Path,
    *,
    width: int = 640,
    scale: float = 2.0,
    dark: bool = False,
) -> None:
    """Write one of the figures to a .png, .svg or .json file.

    Raises:
        MissingExtraError: vl-convert-python is not installed.
        TextmineError: no such figure, another suffix, or a file that cannot be written.
    """
    from textmine.outputs import write_whole

    if key not in figures:
        raise TextmineError(f"no figure {key!r}; there are {', '.join(figures)}")
    form = Path(path).suffix.lower().lstrip(".")
    write_whole(path, render_figure(figures[key], form, width=width, scale=scale, dark=dark))


def load_vega_script() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one JavaScript for a page; it sets ``window.vegaEmbed``.

    Raises:
        MissingExtraError: vl-convert-python is not installed.
    """
    script: str = _load_vega().javascript_bundle()
    return script


@cache
def _load_vega() -> Any:
    try:
        import vl_convert
    except ImportError as error:
        raise MissingExtraError("vl-convert-python", "plots", "a figure") from error
    with resources.as_file(resources.files("textmine") / "data/fonts") as folder:
        vl_convert.register_font_directory(str(folder))
    return vl_convert


# --- matplotlib -----------------------------------------------------------------------------------


def font_path() -> Path:
    """Return the file of the font that the package brings.

    >>> font_path().name
    'TextmineSansSC-Regular.otf'
    """
    return Path(str(resources.files("textmine") / "data/fonts/TextmineSansSC-Regular.otf"))


def draw(figure: Figure, ax: Axes | None = None, *, dark: bool = False) -> Axes:
    """Draw a figure on matplotlib axes and return them; text is set in the font that the package brings.

    Args:
        figure: what is drawn.
        ax: where; new axes of a fitting size without it.
        dark: light text and lines, for a dark ground.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure as Canvas
    except ImportError as error:
        raise MissingExtraError("matplotlib", "plots", "a figure") from error
    c = load_colors(dark=dark)
    if ax is None:
        n = len(_order(figure, "label")) if figure.kind != "lines" else 10
        # a Figure of its own: no pyplot, so no global state and nothing to close
        ax = Canvas(figsize=(7.2, max(2.4, 0.34 * n + 1.2)), layout="constrained").subplots()
    _DRAWERS[figure.kind](figure, ax, c)
    ax.set_title(figure.title, loc="left", fontsize=12)
    _dress(ax, c)
    return ax


def _dress(ax: Axes, c: Mapping[str, Any]) -> None:
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

    for side in ("top", "right", "left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0, colors=c["text"])
    ax.set_axisbelow(True)
    for text in ax.findobj(Text):
        if isinstance(text, Text):
            size = text.get_fontsize()
            text.set_fontproperties(FontProperties(fname=font_path(), size=size))
    ax.title.set_color(c["text"])
    ax.xaxis.label.set_color(c["muted"])


def _percent(ax: Axes, axis: str, label: str, color: str) -> None:
    from matplotlib.ticker import PercentFormatter

    which = ax.xaxis if axis == "x" else ax.yaxis
    which.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.grid(axis=axis, color=color)  # type: ignore[arg-type]
    (ax.set_xlabel if axis == "x" else ax.set_ylabel)(label)


def _rows_of(figure: Figure, series: Any) -> list[Mapping[str, Any]]:
    return [row for row in figure.rows if row["series"] == series and row.get("estimate", 0) is not None]


def _set_labels(ax: Axes, labels: Sequence[Any]) -> None:
    ax.set_yticks(range(len(labels)), [str(label) for label in labels])
    ax.set_ylim(len(labels) - 0.5, -0.5)


def _draw_intervals(figure: Figure, ax: Axes, c: Mapping[str, Any]) -> None:
    labels, series = _order(figure, "label"), _order(figure, "series")
    for k, name in enumerate(series):
        rows, shift = _rows_of(figure, name), (k - (len(series) - 1) / 2) * 0.3
        for row in rows:
            y, alpha = labels.index(row["label"]) + shift, 0.45 if row.get("small") else 1.0
            ax.plot([row["low"], row["high"]], [y, y], color=c["category"][k], lw=2, alpha=alpha)
            ax.plot(row["estimate"], y, "oDs"[k % 3], color=c["category"][k], ms=5, alpha=alpha)
        ax.plot([], [], "oDs"[k % 3], color=c["category"][k], label=str(name))
    _set_labels(ax, labels)
    ax.set_xlim(left=0)
    _percent(ax, "x", figure.labels.get("value", ""), c["grid"])
    ax.legend(loc="lower right", frameon=False, labelcolor=c["text"])


def _draw_lines(figure: Figure, ax: Axes, c: Mapping[str, Any]) -> None:
    lines = list(dict.fromkeys((row["label"], row["series"]) for row in figure.rows))
    several = len({label for label, _ in lines}) > 1
    for k, (label, series) in enumerate(lines):
        rows = [row for row in figure.rows if (row["label"], row["series"]) == (label, series)]
        name, color = label if several else series, c["category"][k % len(c["category"])]
        x = [row["x"] for row in rows]
        style = ("-", "--", ":", "-.")[k % 4]
        ax.fill_between(x, [r["low"] for r in rows], [r["high"] for r in rows], color=color, alpha=0.14, lw=0)
        ax.plot(x, [row["estimate"] for row in rows], style, color=color, marker="oDs"[k % 3], ms=4, label=str(name))
    ax.set_ylim(bottom=0)
    years = sorted(_order(figure, "x"))
    ax.set_xticks(years, [str(year) for year in years], rotation=0 if len(years) <= 10 else 45)
    _percent(ax, "y", figure.labels.get("value", ""), c["grid"])
    ax.legend(frameon=False, labelcolor=c["text"], ncols=2)


def _draw_heatmap(figure: Figure, ax: Axes, c: Mapping[str, Any]) -> None:
    import numpy as np
    from matplotlib.colors import BoundaryNorm, ListedColormap

    labels, columns = _order(figure, "label"), _order(figure, "column")
    values, alpha = np.full((len(labels), len(columns)), np.nan), np.ones((len(labels), len(columns)))
    for row in figure.rows:
        if row["estimate"] is not None:
            at = labels.index(row["label"]), columns.index(row["column"])
            values[at], alpha[at] = row["estimate"], FADED if row["small"] else 1.0
    bounds = split_range(_highest(figure))
    norm = BoundaryNorm([0, *bounds, np.inf], 6)
    ax.imshow(values, cmap=ListedColormap(c["ramp"]), norm=norm, alpha=alpha, aspect="auto")
    for row in figure.rows:
        if row["estimate"] is not None and len(columns) <= 20:
            color = c["strong"] if row["estimate"] >= bounds[PALE - 1] and not row["small"] else c["pale"]
            x, y = columns.index(row["column"]), labels.index(row["label"])
            ax.text(x, y, row.get("short", ""), ha="center", va="center", fontsize=7.5, color=color)
    ax.set_xticks(range(len(columns)), [str(column) for column in columns], rotation=45 if len(columns) > 8 else 0)
    ax.xaxis.tick_top()
    _set_labels(ax, labels)


def _draw_bars(figure: Figure, ax: Axes, c: Mapping[str, Any]) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    labels = _order(figure, "label")
    left = [0.0] * len(labels)
    for k, name in enumerate(_order(figure, "series")):
        color = c["category"][k % len(c["category"])]
        for row in _rows_of(figure, name):
            at = labels.index(row["label"])
            ax.barh(at, row["count"], left=left[at], height=0.66, color=color)
            left[at] += row["count"]
        ax.barh(0, 0, color=color, label=str(name))
    _set_labels(ax, labels)
    ax.grid(axis="x", color=c["grid"])
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    ax.set_xlabel(figure.labels.get("value", ""))
    ax.legend(loc="lower right", frameon=False, labelcolor=c["text"])


def _draw_presence(figure: Figure, ax: Axes, c: Mapping[str, Any]) -> None:
    labels, series, years = _order(figure, "label"), _order(figure, "series"), sorted(_order(figure, "x"))
    for k, name in enumerate(series):
        rows, shift = _rows_of(figure, name), (k - (len(series) - 1) / 2) * 0.26
        x = [years.index(row["x"]) + shift for row in rows]
        y = [labels.index(row["label"]) for row in rows]
        ax.plot(x, y, "oDs"[k % 3], color=c["category"][k], ms=7, ls="", label=str(name))
    ax.set_xticks(range(len(years)), [str(year) for year in years])
    ax.xaxis.tick_top()
    _set_labels(ax, labels)
    ax.grid(color=c["grid"])
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 0), frameon=False, ncols=3, labelcolor=c["text"])


_DRAWERS: Final = {
    "intervals": _draw_intervals,
    "lines": _draw_lines,
    "heatmap": _draw_heatmap,
    "bars": _draw_bars,
    "presence": _draw_presence,
}
