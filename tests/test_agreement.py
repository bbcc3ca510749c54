"""Alpha against the worked examples of Krippendorff (2011) and the definition of MASI (Passonneau 2006)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.agreement import (
    bootstrap_alpha,
    krippendorff_alpha,
    masi_distance,
    nominal_distance,
    theme_agreement,
)


def column(text: str) -> list[str | None]:
    return [None if char == "." else char for char in text]


def test_binary_data_of_two_observers() -> None:
    assert round(krippendorff_alpha(zip("0100000010", "1110010000", strict=True)), 3) == 0.095


def test_nominal_data_of_four_observers_with_gaps() -> None:
    observers = [column("123321412..."), column("1233224125.3"), column(".3332342251."), column("12332441251.")]
    assert round(krippendorff_alpha(zip(*observers, strict=True)), 3) == 0.743


@pytest.mark.parametrize(
    ("left", "right", "distance"),
    [
        ("ab", "ab", 0.0),
        ("a", "ab", 1 - 1 / 2 * 2 / 3),
        ("ab", "bc", 1 - 1 / 3 * 1 / 3),
        ("a", "b", 1.0),
        ("", "a", 1.0),
    ],
)
def test_masi(left: str, right: str, distance: float) -> None:
    assert masi_distance(frozenset(left), frozenset(right)) == pytest.approx(distance)
    assert masi_distance(frozenset(right), frozenset(left)) == pytest.approx(distance)


def test_where_chance_cannot_be_told_alpha_is_not_a_number() -> None:
    assert math.isnan(krippendorff_alpha([("a", "a"), ("a", "a")]))
    assert math.isnan(krippendorff_alpha([("a", None)]))


SETS = st.frozensets(st.sampled_from("abc"))


@given(st.lists(st.tuples(SETS, SETS), min_size=2, max_size=12))
def test_alpha_does_not_depend_on_order_and_is_one_for_equal_coders(units: list[tuple[frozenset[str], ...]]) -> None:
    forth, back = krippendorff_alpha(units, masi_distance), krippendorff_alpha(units[::-1], masi_distance)
    assert forth == pytest.approx(back, nan_ok=True)
    equal = krippendorff_alpha([(a, a) for a, _ in units], masi_distance)
    assert math.isnan(equal) or equal == 1


def test_intervals_are_wider_when_whole_reports_are_resampled() -> None:
    units = [("a", "a")] * 20 + [("a", "b")] * 20 + [("b", "b")] * 20
    by_report = bootstrap_alpha(units, [index // 20 for index in range(60)], rounds=300)
    by_unit = bootstrap_alpha(units, list(range(60)), rounds=300)
    assert by_report.high - by_report.low > by_unit.high - by_unit.low
    assert by_report == bootstrap_alpha(units, [index // 20 for index in range(60)], rounds=300)
    with pytest.raises(ValueError, match="60 units"):
        bootstrap_alpha(units, [1])


def test_a_row_for_roles_sets_and_each_theme() -> None:
    left = {
        "r1-1": ("problem", frozenset({"a"})),
        "r1-2": ("measure", frozenset({"b"})),
        "r2-1": ("context", frozenset()),
    }
    right = left | {"r1-2": ("measure", frozenset({"a", "b"}))}
    frame = theme_agreement(left, right, ["a", "b"], {name: name[:2] for name in left}, rounds=20)
    assert frame["what"].tolist() == ["role", "themes", "a", "b"]
    assert frame.loc[0, "alpha"] == 1 and frame.loc[3, "alpha"] == 1 and frame.loc[2, "alpha"] < 1
    assert (frame.loc[2, "left"], frame.loc[2, "right"]) == (1, 2)
    assert nominal_distance("a", "a") == 0
