"""Step 8: frames → a first theme summary in Markdown or CSV: counts of reports, with examples traced to their file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textmine.errors import FrameError, TextmineError
from textmine.themes.codebook import load_codebook

if TYPE_CHECKING:
    import pandas as pd


def load_frames(folder: str | Path) -> dict[str, pd.DataFrame]:
    """Return the frames of a mined folder.

    Raises:
        FrameError: the folder does not hold them.
    """
    import pandas as pd

    try:
        return {
            name: pd.read_parquet(Path(folder) / f"{name}.parquet", dtype_backend="numpy_nullable")
            for name in ("reports", "statements", "tags", "skipped")
        }
    except OSError as error:
        raise FrameError(f"{folder} is no mined folder: {error}") from error


def count_themes(frames: dict[str, pd.DataFrame], by: str | None = None) -> pd.DataFrame:
    """Return, for each theme, role and group, how many reports state it: columns theme, role, ``by``, reports.

    Raises:
        FrameError: ``by`` is no column of the reports frame.
    """
    reports = frames["reports"]
    if by is not None and by not in reports:
        raise FrameError(f"cannot group by {by!r}; there are {', '.join(reports.columns)}")
    joined = frames["tags"].merge(frames["statements"][["statement_id", "role"]], on="statement_id")
    keys = ["theme", "role"]
    if by is not None:
        joined = joined.merge(reports[["report_id", by]], on="report_id")
        keys.append(by)
    counted = joined.groupby(keys, dropna=False)["report_id"].nunique().rename("reports").reset_index()
    return counted.sort_values("reports", ascending=False, kind="stable", ignore_index=True)


def summarize(folder: str | Path, out: str | Path, *, by: tuple[str, ...] = ()) -> None:
    """Write the summary of a mined folder to ``out`` (.md or .csv).

    Raises:
        TextmineError: another suffix, an unknown group, no mined folder, or an output that cannot be written.
    """
    frames, target = load_frames(folder), Path(out)
    if target.suffix == ".csv":
        text = count_themes(frames, by[0] if by else None).to_csv(index=False)
    elif target.suffix == ".md":
        text = _markdown(frames, by)
    else:
        raise TextmineError(f"cannot write {target.name}: the suffix must be .md or .csv")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    except OSError as error:
        raise TextmineError(f"cannot write {target}: {error}") from error


def _markdown(frames: dict[str, pd.DataFrame], by: tuple[str, ...]) -> str:
    names = {theme.code: theme.name_zh for theme in load_codebook().themes}
    counted = count_themes(frames)
    lines = ["# 主题摘要", "", f"报告 {len(frames['reports'])} 份，跳过 {len(frames['skipped'])} 项。", ""]
    lines += ["| 主题 | 作为问题（份） | 作为措施（份） |", "|---|---:|---:|"]
    wide = counted.pivot_table(index="theme", columns="role", values="reports", aggfunc="sum", fill_value=0)
    wide = wide.reindex(columns=["problem", "measure"], fill_value=0).sort_values(
        ["problem", "measure"], ascending=False, kind="stable"
    )
    lines += [f"| {names.get(t, t)} `{t}` | {p} | {m} |" for t, p, m in wide.itertuples()]
    for group in by:
        lines += ["", f"## 按 {group}", "", f"| 主题 | 角色 | {group} | 份 |", "|---|---|---|---:|"]
        lines += [
            f"| {names.get(t, t)} | {r} | {g} | {n} |" for t, r, g, n in count_themes(frames, group).itertuples(False)
        ]
    lines += ["", "## 例句", "", *_examples(frames, names)]
    return "\n".join(lines) + "\n"


def _examples(frames: dict[str, pd.DataFrame], names: dict[str, str]) -> list[str]:
    joined = frames["tags"][["statement_id", "theme"]].merge(frames["statements"], on="statement_id")
    joined = joined.merge(frames["reports"][["report_id", "path"]], on="report_id").drop_duplicates(["theme", "text"])
    lines = []
    for theme, rows in joined.groupby("theme", sort=False):
        lines.append(f"- **{names.get(theme, theme)}**")
        for row in rows.head(3).itertuples():
            quoted = row.text.replace("\n", " ").replace("|", "\\|").replace("<", "&lt;")
            lines.append(f"  - {quoted}（{row.path}，{row.statement_id}，{row.start}–{row.end}）")
    return lines
