"""Places and marked words of a task that somebody else's tool wrote back."""

from __future__ import annotations

import pytest

from textmine.annotation.records import place_of, words_of

PLACE = {"statement_id": "r-001", "report_id": "r", "start": 10}


@pytest.mark.parametrize("value", [None, "", True, 1.5, ["r-001"]])
@pytest.mark.parametrize("name", ["statement_id", "report_id"])
def test_a_missing_id_is_no_id(name: str, value: object) -> None:
    with pytest.raises(ValueError, match="is no id"):
        place_of({**PLACE, name: value})


def test_ids_that_a_table_turned_into_numbers_are_read() -> None:
    assert place_of({**PLACE, "report_id": 2024}) == ("r-001", "2024", 10)


@pytest.mark.parametrize("value", [None, True, 1.5, -1, "ten"])
def test_an_offset_is_a_whole_number(value: object) -> None:
    with pytest.raises(ValueError):
        place_of({**PLACE, "start": value})


@pytest.mark.parametrize(("start", "end"), [(False, True), (0, 9), (2, 1), (-1, 2), (0.0, 2), (None, 2)])
def test_words_lie_in_their_text(start: object, end: object) -> None:
    with pytest.raises(ValueError, match="words from"):
        words_of("training", start, end, "培训不够")
