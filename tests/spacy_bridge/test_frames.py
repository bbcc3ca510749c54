"""Mined folders as documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from textmine import mine, mine_file
from textmine.cli import cli
from textmine.errors import FrameError
from textmine.spacy_bridge import from_doc, read_docbin
from textmine.spacy_bridge.frames import export_docbin, lay_out

TEXT = (
    "云溯市{n}局2022年政府信息公开工作年度报告\n一、总体情况\n平稳。\n五、存在的主要问题及改进情况\n\n"
    "一是业务培训不够；二是更新不及时。\n下一步，将加强培训。\n六、其他需要报告的事项\n无。\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("mined")
    (root / "reports").mkdir()
    for number in range(5):
        (root / f"reports/{number}.txt").write_text(TEXT.format(n="甲乙丙丁戊"[number]), "utf-8")
    mine(root / "reports", root / "mined")
    return root


def test_every_record_stands_where_it_stood(folder: Path) -> None:
    target = folder / "all.spacy"
    done = CliRunner().invoke(cli, ["export", str(folder / "mined"), "-o", str(target)])
    assert done.exit_code == 0, done.output
    docs = list(read_docbin(target))
    assert len(docs) == 5
    for doc in docs:
        found = from_doc(doc)
        mined = mine_file(found.report.path)
        assert (found.statements, found.tags, found.checks) == (mined.statements, mined.tags, mined.checks)
        assert found.report.cells == mined.report.cells
        assert len(doc.text) == len(mined.report.text)
        assert doc.text.split() == mined.report.text.split()
        for item in (*found.report.sections, *found.statements):
            assert mined.report.text[item.start : item.end] == item.text == doc.text[item.start : item.end]


def test_a_spacy_file_holds_whole_reports(folder: Path) -> None:
    arguments = ["export", str(folder / "mined"), "-o", str(folder / "x.spacy")]
    for odd in (["--theme", "training"], ["--bom"], ["--where", "year=2022"]):
        assert CliRunner().invoke(cli, [*arguments, *odd]).exit_code == 2


def test_a_bar_can_be_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export_docbin(folder / "mined", folder / "bar.spacy", progress=True) == 5
    assert "5/5" in capsys.readouterr().err
    assert export_docbin(folder / "mined", folder / "bar.spacy") == 5
    assert capsys.readouterr().err == ""


def test_a_folder_without_frames_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FrameError, match="no mined folder"):
        export_docbin(tmp_path, tmp_path / "x.spacy")


def test_headings_that_have_no_room_are_cut() -> None:
    assert lay_out(4, [{"heading": "一、甲甲甲", "start": 2, "end": 4, "text": "平稳"}]) == "一、平稳"
