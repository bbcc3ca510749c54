"""``textmine summarize``."""

from __future__ import annotations

import click


@click.command()
@click.argument("folder")
@click.option("-o", "--output", required=True, help="a .html, .docx, .xlsx, .md or .csv file")
@click.option("--by", multiple=True, help="a column of the reports frame to compare by: level, kind, province …")
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="language of the summary"
)
@click.option("--body", help="one body over its years: its name, or the part of it that only one has")
@click.option("--theme", help="one theme: its code or name")
@click.option("--region", help="one province, prefecture or county: its name")
def summarize(
    folder: str,
    output: str,
    by: tuple[str, ...],
    lang: str,
    body: str | None,
    theme: str | None,
    region: str | None,
) -> None:
    """Summarize a mined folder: findings, themes, change, groups, quotes, checks.

    \b
    Examples:
      textmine summarize mined -o summary.html --by level --by kind
      textmine summarize mined -o training.docx --theme training --lang en
      textmine summarize mined -o bureau.html --body 临樟县农业农村局
    """
    from textmine.summary.write import summarize as run

    run(folder, output, by=by, lang=lang, body=body, theme=theme, region=region)
