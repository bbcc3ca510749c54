"""``textmine plot``."""

from __future__ import annotations

import click


@click.command()
@click.argument("folder")
@click.argument("figure", default="themes")
@click.option("-o", "--output", help="a .png, .svg or .json (Vega-Lite) file; without it the figures are listed")
@click.option("--by", multiple=True, help="a column of the reports frame to compare by: level, kind, province …")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="language of the figure")
@click.option("--body", help="one body over its years")
@click.option("--theme", help="one theme: its code or name")
@click.option("--region", help="one province, prefecture or county")
@click.option(
    "--width", type=click.IntRange(200, 4000), default=640, show_default=True, help="of the drawing, in pixels"
)
@click.option("--scale", type=click.FloatRange(0.5, 8), default=2.0, show_default=True, help="pixels of a PNG for each")
@click.option("--dark", is_flag=True, help="for a dark ground")
def plot(
    folder: str,
    figure: str,
    output: str | None,
    by: tuple[str, ...],
    lang: str,
    body: str | None,
    theme: str | None,
    region: str | None,
    width: int,
    scale: float,
    dark: bool,
) -> None:
    """Draw a figure of the summary of a mined folder.

    \b
    Examples:
      textmine plot mined themes -o themes.png
      textmine plot mined level_problem --by level -o levels.svg --lang en
      textmine plot mined
    """
    from textmine.plots import find_figures, save_figure
    from textmine.summary.build import build_content
    from textmine.summary.write import load_mined

    frames, manifest = load_mined(folder)
    content = build_content(frames, by=by, lang=lang, body=body, theme=theme, region=region, manifest=manifest)
    figures = find_figures(content)
    if output is None:
        for key, found in figures.items():
            click.echo(f"{key}\t{found.title}")
        return
    save_figure(figures, figure, output, width=width, scale=scale, dark=dark)
