"""Hand codes of a sample: a sheet to fill in, read back, and set against the machine's counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from textmine.analysis.errors import SampleError, ThemeError, name_choices
from textmine.analysis.estimating import Sample
from textmine.analysis.incidence import ROLES, Floats, Frames, ThemeCounts, check_frames
from textmine.frames import check_frame

if TYPE_CHECKING:
    import pandas as pd

_SHEET: Final = ("statement_id", "report_id", "role", "themes")
_SAMPLE: Final = ("report_id", "stratum", "stratum_size", "probability")
_STATEMENT: Final = r"^([0-9a-f]{16})-\d+$"
_ROLES: Final = ("problem", "measure", "context")


def make_sheet(frames: Frames, sample: pd.DataFrame) -> pd.DataFrame:
    """Return the statements of the sampled reports with empty columns ``role`` and ``themes`` to fill in.

    The machine's codes are left out on purpose: a coder who sees them agrees with them too often.

    Raises:
        FrameError: a column is missing.

    >>> from textmine.analysis.demo import make_frames
    >>> from textmine.analysis.sampling import draw_sample
    >>> frames = make_frames(20)
    >>> make_sheet(frames, draw_sample(frames, 4))["role"].isna().all()
    np.True_
    """
    check_frames(frames)
    check_frame("sample", sample, ("report_id",))
    statements = frames["statements"]
    rows = statements[statements["report_id"].isin(set(sample["report_id"]))]
    own = [name for name in ("agency", "year", "path") if name in frames["reports"].columns]
    sheet = rows[["statement_id", "report_id", "text"]].merge(frames["reports"][["report_id", *own]], on="report_id")
    sheet["role"] = sheet["themes"] = None
    sheet = sheet.astype({"role": "string", "themes": "string"})
    return sheet[["statement_id", "report_id", *own, "text", "role", "themes"]].sort_values(
        "statement_id", kind="stable", ignore_index=True
    )


def read_codes(sheet: pd.DataFrame | str | Path) -> pd.DataFrame:
    """Return hand codes from a filled-in sheet: a row for each theme of each statement.

    Args:
        sheet: a frame or a CSV file with statement_id, report_id, role (problem, measure, context) and themes (codes
            with ; or , between them; empty for none).

    Returns:
        statement_id, report_id, role, theme (missing for a statement without one).

    Raises:
        FrameError: a column is missing.
        SampleError: the file cannot be read, or a statement has no role or is there twice; says which.

    >>> import pandas as pd
    >>> row = {"statement_id": "a-1", "report_id": "a", "role": "problem", "themes": "staffing; training"}
    >>> read_codes(pd.DataFrame([row]))["theme"].tolist()
    ['staffing', 'training']
    """
    import pandas as pd

    frame = _read_csv(sheet) if isinstance(sheet, str | Path) else sheet
    check_frame("codes", frame, _SHEET)
    frame = frame[list(_SHEET)].astype("string")
    # A spreadsheet takes the report id 1269438000000e12 for a number; the statement's id holds it whole.
    own = frame["statement_id"].str.extract(_STATEMENT, expand=False)
    frame["report_id"] = own.fillna(frame["report_id"])
    twice = frame["statement_id"][frame["statement_id"].duplicated()]
    if len(twice):
        raise SampleError(f"the statement {twice.iloc[0]} is coded twice")
    frame["role"] = frame["role"].str.strip()
    bad = frame[~frame["role"].isin(_ROLES).fillna(False)]
    if len(bad):
        name, role = bad.iloc[0]["statement_id"], bad.iloc[0]["role"]
        told = "no role" if pd.isna(role) or not role else f"the role {role!r}"
        raise SampleError(
            f"{len(bad)} of {len(frame)} statements are not coded: {name} has {told}; there are {', '.join(_ROLES)}"
        )
    frame["theme"] = frame["themes"].fillna("").str.split(r"[;；,，、\s]+", regex=True)
    long = frame.drop(columns="themes").explode("theme", ignore_index=True)
    long["theme"] = long["theme"].astype("string").replace("", pd.NA)
    some = long.groupby("statement_id")["theme"].transform("count") > 0
    return long[long["theme"].notna() | ~some].drop_duplicates(ignore_index=True)


def _read_csv(path: str | Path) -> pd.DataFrame:
    import pandas as pd

    try:
        try:
            return pd.read_csv(path, dtype="string", encoding="utf-8-sig")
        except UnicodeDecodeError:  # as a Chinese Excel saves it
            return pd.read_csv(path, dtype="string", encoding="gb18030")
    except OSError as error:
        raise SampleError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, pd.errors.ParserError) as error:
        raise SampleError(f"cannot read {path}: {error}") from error


def read_sample(path: str | Path) -> pd.DataFrame:
    """Return a sample that ``textmine sample`` wrote as CSV.

    Raises:
        SampleError: the file cannot be read, or a number in it is none.
    """
    frame = _read_csv(path)
    check_frame("sample", frame, _SAMPLE)
    try:
        return frame.astype({"stratum": "Int64", "stratum_size": "Int64", "probability": "Float64"})
    except ValueError as error:
        raise SampleError(f"{path}: {error}") from error


@dataclass(frozen=True, slots=True)
class HandCounts:
    """Counts by hand of the sampled reports; arrays as in :class:`ThemeCounts`, a row a report."""

    sample: Sample
    hits: dict[str, Floats]
    statements: dict[str, Floats]

    def outcome(self, role: str, unit: str) -> tuple[Floats, Floats]:
        """Return the numerator and denominator of shares of ``unit``."""
        if unit == "reports":
            return (self.hits[role] > 0).astype(float), np.ones(len(self.sample.rows))
        return self.hits[role], self.statements[role]


def count_codes(codes: pd.DataFrame, sample: pd.DataFrame | None, counts: ThemeCounts) -> HandCounts:
    """Return the counts by hand of the reports of ``sample``, in the order of the machine's counts.

    Raises:
        FrameError: a column is missing.
        ThemeError: a code is no theme of the counts' codebook.
        SampleError: the sample is missing, was drawn from other reports, or was not coded whole: a report, or a
            statement of one, has no row.
    """
    if sample is None:
        raise SampleError("hand codes correct the machine's only with the sample they belong to; give it as 'sample'")
    check_frame("codes", codes, ("statement_id", "report_id", "role", "theme"))
    check_frame("sample", sample, _SAMPLE)
    sample = sample.drop_duplicates("report_id")
    rows = _locate(sample, counts)
    _check_coded(codes, sample, counts)
    drawn = Sample(rows, 1 / sample["probability"].to_numpy(dtype=float), sample["stratum"].to_numpy(dtype=np.int64))
    place = {report: number for number, report in enumerate(sample["report_id"])}
    at = codes["report_id"].map(place).to_numpy(dtype=np.int64)
    hits, totals = {}, {}
    for role in counts.roles:
        fits = codes["role"].isin(ROLES[role]).to_numpy(dtype=bool)
        first = ~codes["statement_id"].duplicated().to_numpy(dtype=bool)
        totals[role] = np.bincount(at[fits & first], minlength=len(place)).astype(float)
        table = np.zeros((len(place), len(counts.themes)))
        for number, theme in enumerate(counts.themes):
            has = fits & (codes["theme"] == theme).fillna(False).to_numpy(dtype=bool)
            table[:, number] = np.bincount(at[has], minlength=len(place))
        hits[role] = table
    return HandCounts(drawn, hits, totals)


def _locate(sample: pd.DataFrame, counts: ThemeCounts) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    import pandas as pd

    rows = np.asarray(pd.Index(counts.reports["report_id"]).get_indexer(sample["report_id"]), dtype=np.int64)
    if (rows < 0).any():
        name = sample["report_id"].iloc[int(np.flatnonzero(rows < 0)[0])]
        raise SampleError(f"the report {name} of the sample is not among the reports counted (or has no statements)")
    chance = sample["probability"].to_numpy(dtype=float)
    if not ((chance > 0) & (chance <= 1)).all():
        raise SampleError("the sample holds a probability that is not between 0 and 1")
    size = int(sample.drop_duplicates("stratum")["stratum_size"].sum())
    if size != len(counts.reports):
        raise SampleError(
            f"the sample was drawn from {size} reports, but {len(counts.reports)} are counted; "
            "use the frames (and the base) that it was drawn from, and 'by' for groups"
        )
    return rows


def _check_coded(codes: pd.DataFrame, sample: pd.DataFrame, counts: ThemeCounts) -> None:
    drawn, coded = set(sample["report_id"]), set(codes["report_id"])
    if stray := sorted(coded - drawn):
        raise SampleError(f"{len(stray)} coded reports are not in the sample: {_first(stray)}")
    silent = counts.reports["report_id"][sum(counts.statements.values()) == 0]
    if left := sorted(drawn - coded - set(silent)):
        raise SampleError(
            f"{len(left)} reports of the sample are not coded: {_first(left)}; leaving some out biases the estimates"
        )
    told = counts.told[counts.told["report_id"].isin(drawn)]
    lost = told[~told["statement_id"].isin(set(codes["statement_id"]))]
    if len(lost):
        n_reports, first = lost["report_id"].nunique(), _first(sorted(lost["statement_id"]))
        raise SampleError(
            f"{len(lost)} of {len(told)} statements (in {n_reports} sampled reports) lack a row in the codes: {first}; "
            "put the rows back (the role context for what is neither problem nor measure)"
        )
    for theme in codes["theme"].dropna().unique():
        if theme not in counts.themes and theme not in _codebook_themes():
            raise ThemeError(f"unknown theme {theme!r} in the codes; {name_choices(theme, counts.themes, most=30)}")


def _codebook_themes() -> set[str]:
    from textmine.themes.codebook import load_codebook

    return {theme.code for theme in load_codebook().themes}


def _first(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
