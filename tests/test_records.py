import pickle

import pytest

from textmine.errors import ReadError
from textmine.records import Grid, GridCell, Metadata, Place, Report


def test_a_spanning_cell_stands_in_every_slot_it_covers() -> None:
    wide = GridCell(0, 0, "申请人情况", column_span=2)
    low = GridCell(1, 1, "总计")
    grid = Grid(2, 2, (wide, low))
    assert grid.slots() == [[wide, wide], [None, low]]


def test_place_is_found_from_the_last_change_before_the_offset() -> None:
    report = Report(
        "r", "a.txt", "0" * 64, "text", "utf-8", "一二三四", "unknown", Metadata(), (), places=((0, 1, 1), (2, 2, 1))
    )
    assert report.place(1) == Place(1, 1)
    assert report.place(3) == Place(2, 1)
    with pytest.raises(IndexError):
        report.place(4)


def test_read_error_crosses_a_process_border_and_refuses_unknown_reasons() -> None:
    error = ReadError("a.pdf", "encrypted", "asks for a password")
    again = pickle.loads(pickle.dumps(error))
    assert (again.path, again.reason, again.detail) == ("a.pdf", "encrypted", "asks for a password")
    with pytest.raises(ValueError, match="unknown skip reason"):
        ReadError("a.pdf", "because")
