"""What the benchmarks conclude from samples: nothing from noise, and the truth from a change."""

from __future__ import annotations

import random

import pytest

from benchmarks.measure import compare, interval, percentile

NOISE = [1.3, 0.8, 1.1, 0.9, 1.6, 1.0, 0.7, 1.2, 0.9, 1.0, 1.4]


def test_a_change_is_told_whose_direction_every_round_agrees_on() -> None:
    times = [2.0 * part for part in NOISE]
    change = compare([1.8 * part for part in NOISE], times, more_is_better=False)
    assert (round(change.ratio, 3), change.verdict) == (0.9, "better")
    assert compare([2.2 * part for part in NOISE], times, more_is_better=False).verdict == "worse"


def test_more_calls_a_second_are_better_and_more_milliseconds_are_not() -> None:
    more = [1.5 * part for part in NOISE]
    assert compare(more, NOISE, more_is_better=True).verdict == "better"
    assert compare(more, NOISE, more_is_better=False).verdict == "worse"


def test_the_machine_may_be_faster_in_one_round_than_in_another() -> None:
    """The rounds are compared one by one: what meets both versions alike does not count."""
    loads = [1.0, 9.0, 1.0, 4.0, 1.0, 7.0, 2.0, 1.0, 3.0, 1.0, 5.0]
    change = compare([0.9 * load for load in loads], loads, more_is_better=False)
    assert change.verdict == "better"
    assert change.low == pytest.approx(change.high)


def test_one_round_that_disagrees_among_few_leaves_it_open() -> None:
    mine = [0.8] * 10 + [1.1]
    assert compare(mine, [1.0] * 11, more_is_better=False).verdict == "no change"
    assert compare([0.8] * 15 + [1.1], [1.0] * 16, more_is_better=False).verdict == "better"


def test_neither_few_rounds_nor_a_slight_difference_are_a_change() -> None:
    assert compare([0.5] * 10, [1.0] * 10, more_is_better=False).verdict == "no change"
    assert compare([0.98] * 30, [1.0] * 30, more_is_better=False).verdict == "no change"


def test_equal_versions_are_hardly_ever_told_to_differ() -> None:
    """Some hundred figures are compared at once."""
    chance = random.Random(5)

    def rounds() -> list[float]:
        return [chance.lognormvariate(0, 0.4) for _ in range(12)]

    verdicts = [compare(rounds(), rounds(), more_is_better=False).verdict for _ in range(1000)]
    assert 1000 - verdicts.count("no change") <= 3


@pytest.mark.parametrize(("count", "left_out"), [(1, 0), (3, 0), (8, 0), (11, 0), (12, 1), (15, 2), (30, 7), (100, 36)])
def test_the_interval_leaves_out_as_many_samples_as_chance_allows(count: int, left_out: int) -> None:
    samples = [float(number) for number in range(count)]
    random.Random(1).shuffle(samples)
    assert interval(samples) == (left_out, count - 1 - left_out)


def test_a_percentile_is_one_of_the_samples() -> None:
    assert percentile([5, 1, 4, 2, 3], 50) == 3
    assert percentile([float(number) for number in range(1, 101)], 95) == 95
