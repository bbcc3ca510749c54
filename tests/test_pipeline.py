"""The flow over many files: order, reuse, interruption, files that hang or kill a worker."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from textmine.errors import ReadError, TextmineError
from textmine.folders import open_folder
from textmine.frames import load_frames
from textmine.parts import Store
from textmine.pipeline import Miner, Options, mine, mine_to_folder
from textmine.themes import RuleTagger

DEMO = Path(__file__).parents[1] / "corpora/demo/reports"

REPORT = """{body}2022年政府信息公开工作年度报告
一、总体情况
全年主动公开信息{n}条，工作总体平稳。
五、存在的主要问题及改进情况
一是业务培训偏少；二是第{n}号栏目更新不及时。
下一步，每季度组织一次培训。
六、其他需要报告的事项
无收费情况。
"""


def write_reports(folder: Path, count: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(count):
        (folder / f"{n:03d}.txt").write_text(REPORT.format(body="临樟县水利局", n=n), "utf-8")
    return folder


def assert_same(left: dict[str, pd.DataFrame], right: dict[str, pd.DataFrame]) -> None:
    assert left.keys() == right.keys()
    for name in left:
        pd.testing.assert_frame_equal(left[name], right[name])


def test_rows_do_not_depend_on_jobs_or_on_writing(tmp_path: Path) -> None:
    folder = write_reports(tmp_path / "in", 23)
    (folder / "005b.txt").write_text((folder / "005.txt").read_text("utf-8"), "utf-8")
    (folder / "021b.txt").write_text((folder / "002.txt").read_text("utf-8"), "utf-8")
    (folder / "007.pdf").write_bytes(b"%PDF-1.7 cut off")
    one = mine(folder)
    assert len(one["reports"]) == 23 and one["skipped"]["reason"].tolist() == ["duplicate", "damaged", "duplicate"]
    assert_same(one, mine(folder, jobs=3))
    assert_same(one, mine(folder, tmp_path / "out", jobs=2))
    assert_same(one, mine(folder, tmp_path / "out", jobs=1))


def test_only_what_changed_is_mined_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, out = write_reports(tmp_path / "in", 12), tmp_path / "out"
    mine(folder, out)
    read: list[str] = []
    real = Miner.mine_batch

    def spy(self: Miner, paths: Sequence[str], **kwargs: Any) -> Any:
        read.extend(Path(path).name for path in paths)
        return real(self, paths, **kwargs)

    monkeypatch.setattr(Miner, "mine_batch", spy)
    again = mine(folder, out)
    assert read == []
    (folder / "003.txt").write_text(REPORT.format(body="临樟县教育局", n=99), "utf-8")
    (folder / "000a.txt").write_text(REPORT.format(body="临樟县司法局", n=98), "utf-8")
    (folder / "009.txt").unlink()
    changed = mine(folder, out)
    assert read == ["000a.txt", "003.txt"]
    assert_same(changed, mine(folder))
    assert len(again["reports"]) == len(changed["reports"]) == 12
    read.clear()
    mine(folder, out, force=True)
    assert len(read) == 12


def test_a_duplicate_stays_when_its_first_is_gone(tmp_path: Path) -> None:
    folder, out = write_reports(tmp_path / "in", 3), tmp_path / "out"
    (folder / "001b.txt").write_text((folder / "001.txt").read_text("utf-8"), "utf-8")
    mine(folder, out)
    (folder / "001.txt").unlink()
    frames = mine(folder, out)
    assert [Path(path).name for path in frames["reports"]["path"]] == ["000.txt", "001b.txt", "002.txt"]
    assert frames["skipped"].empty
    assert_same(frames, mine(folder))


def trap_file(tmp_path: Path, source: str) -> dict[str, str]:
    """A sitecustomize that makes reading ``trap.txt`` fail in the worker, as a broken library would."""
    (tmp_path / "site").mkdir(exist_ok=True)
    (tmp_path / "site/sitecustomize.py").write_text(
        "import pathlib, os, time\nreal = pathlib.Path.read_bytes\n"
        f"def read(self):\n    if self.name == 'trap.txt':\n        {source}\n    return real(self)\n"
        "pathlib.Path.read_bytes = read\n",
        "utf-8",
    )
    return {"PYTHONPATH": str(tmp_path / "site")}


@pytest.mark.parametrize(
    ("source", "reason", "bounds"),
    [
        ("os._exit(11)", "worker_died", {}),
        ("os.kill(os.getpid(), 9)", "worker_died", {"timeout": 60}),
        ("time.sleep(60)", "timeout", {"timeout": 8}),
        ("much = b'x' * 1_200_000_000; time.sleep(60)", "memory", {"memory": 900}),
    ],
)
def test_a_file_that_hangs_kills_or_swells_costs_itself_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, reason: str, bounds: dict[str, float]
) -> None:
    folder = write_reports(tmp_path / "in", 9)
    (folder / "trap.txt").write_text("x", "utf-8")
    for name, value in trap_file(tmp_path, source).items():
        monkeypatch.setenv(name, value)
    frames = mine(folder, tmp_path / "out", jobs=2, **bounds)
    assert frames["skipped"]["reason"].tolist() == [reason]
    assert Path(frames["skipped"]["path"][0]).name == "trap.txt"
    assert len(frames["reports"]) == 9


def test_what_follows_the_reading_is_charged_to_no_file(tmp_path: Path) -> None:
    files = [str(path) for path in sorted(write_reports(tmp_path / "in", 3).iterdir())]
    said: list[str] = []
    Miner(Options()).mine_batch(files, before=said.append)
    assert said == [*files, ""]


def test_threads_of_one_process_read_pdf_files_in_turn() -> None:
    files = [str(path) for path in sorted(DEMO.rglob("*.pdf"))]
    expected = read_counts(files)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(read_counts, [files] * 8)) == [expected] * 8


def read_counts(files: list[str]) -> dict[str, int]:
    return {name: table.num_rows for name, table in Miner(Options()).mine_batch(files).tables.items()}


def test_a_bound_below_what_a_worker_needs_skips_all_files_and_ends(tmp_path: Path) -> None:
    frames = mine(write_reports(tmp_path / "in", 3), jobs=1, memory=5)
    assert frames["skipped"]["reason"].tolist() == ["memory"] * 3 and frames["reports"].empty


def test_an_internal_error_is_a_row_with_its_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_reports(tmp_path / "in", 2)
    from textmine import pipeline

    real = pipeline.parse_columns

    def fail(source: Any) -> Any:
        if source.path.endswith("001.txt"):
            raise IndexError("planted")
        return real(source)

    monkeypatch.setattr(pipeline, "parse_columns", fail)
    frames = mine(folder)
    assert frames["skipped"]["reason"].tolist() == ["internal_error"]
    assert "planted" in frames["skipped"]["detail"][0]


def test_strict_raises_at_the_first_bad_file(tmp_path: Path) -> None:
    folder = write_reports(tmp_path / "in", 2)
    (folder / "a.txt").write_text("今天天气很好。", "utf-8")
    with pytest.raises(ReadError, match="not_a_report"):
        mine(folder, strict=True)


def test_a_folder_that_cannot_be_written_is_a_stated_error(tmp_path: Path) -> None:
    folder = write_reports(tmp_path / "in", 1)
    (tmp_path / "file").write_text("in the way", "utf-8")
    with pytest.raises(TextmineError, match="cannot write"):
        mine(folder, tmp_path / "file")
    with pytest.raises(TextmineError, match="nothing fits"):
        mine([str(tmp_path / "none/*.pdf")])


def test_a_damaged_part_is_mined_again(tmp_path: Path) -> None:
    folder, out = write_reports(tmp_path / "in", 3), tmp_path / "out"
    whole = mine(folder, out)
    for part in (out / ".parts").iterdir():
        part.write_bytes(part.read_bytes()[: part.stat().st_size // 2])
    assert_same(whole, mine(folder, out))


def test_killed_at_random_moments_it_goes_on_and_ends_alike(tmp_path: Path) -> None:
    folder, out = write_reports(tmp_path / "in", 120), tmp_path / "out"
    command = [
        sys.executable,
        "-c",
        "from textmine.cli import main; main()",
        "mine",
        str(folder),
        "-o",
        str(out),
        "-j2",
    ]
    chance = random.Random(7)
    for _ in range(8):
        process = subprocess.Popen([*command, "-q"], start_new_session=True)
        time.sleep(chance.uniform(0.2, 1.6))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if (out / "manifest.json").exists():
            load_frames(out)  # what stands under its final name is whole
    assert subprocess.run(command, check=False).returncode == 0
    assert_same(load_frames(out), mine(folder))
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["counts"]["reports"] == 120
    assert not list((out / ".parts").glob("*.partial"))


def test_manifest_says_what_was_done(tmp_path: Path) -> None:
    folder = write_reports(tmp_path / "in", 2)
    (folder / "empty.txt").write_text("", "utf-8")
    manifest = mine_to_folder(folder, tmp_path / "out", jobs=1)
    assert manifest["skipped"] == {"empty": 1}
    assert manifest["tagger"]["codebook"]["version"] == "1.0"
    assert manifest["dictionary"]["fingerprint"].startswith("jieba-")
    assert manifest == json.loads((tmp_path / "out/manifest.json").read_text("utf-8"))


def test_a_tagger_that_cannot_travel_is_refused(tmp_path: Path) -> None:
    folder = write_reports(tmp_path / "in", 9)

    class Local(RuleTagger):
        def __reduce__(self) -> Any:
            raise TypeError("stays here")

    with pytest.raises(TextmineError, match="jobs=1"):
        mine(folder, tagger=Local(), jobs=2)
    assert len(mine(folder, tagger=Local(), jobs=1)["reports"]) == 9


def test_parts_of_another_version_are_not_used(tmp_path: Path) -> None:
    folder, out = write_reports(tmp_path / "in", 2), tmp_path / "out"
    mine(folder, out)
    assert Store(open_folder(out), "0" * 16).known == {}


def test_checks_between_years_are_in_the_frame(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    table = "申请人情况\t自然人\t商业企业\t科研机构\t社会公益组织\t法律服务机构\t其他\t总计\n"
    for year, carried_in, carried_out in ((2021, 0, 3), (2022, 4, 0)):
        text = REPORT.replace("2022", str(year)).format(body="临樟县水利局", n=1)
        rows = f"二、上年结转政府信息公开申请数量\t{carried_in}" + "\t0" * 5 + f"\t{carried_in}\n"
        rows += f"四、结转下年度继续办理\t{carried_out}" + "\t0" * 5 + f"\t{carried_out}\n"
        text = text.replace("五、", f"三、收到和处理政府信息公开申请情况\n{table}{rows}五、")
        (folder / f"{year}.txt").write_text(text, "utf-8")
    frames = mine(folder)
    checks = frames["checks"].set_index("check").loc["carry_over"]
    assert (checks["status"], checks["left"], checks["right"]) == ("fail", 3, 4)
    from textmine.checks import check_years

    own = frames["checks"][frames["checks"]["check"].str.startswith(("carry_over", "stock"))]
    assert own["check"].tolist() == [check.check for check in check_years(frames)]
    assert_same(frames, mine(folder, tmp_path / "out", jobs=2))
