"""Paces: robust to what is not work, told apart by person and batch, shrunk to the team's."""

import numpy as np
import pytest

from labeling.jobs.eta.facts import Acts, Did
from labeling.jobs.eta.paces import COMMON_SIGMA, gaps_of, station

DAY = 86_400.0


def pace(acts, person, batch=1):
    """Seconds an item, and the sigmas."""
    found = station(gaps_of(Acts.of(sorted(acts))), review=False)
    one, place = np.array([0]), np.array([0])
    log, *sigmas = found.paces(np.array([person]), np.array([batch]), one, place)
    return float(np.exp(log[0])), [float(each[0]) for each in sigmas]


def items(person, seconds, begin=0.0, batch=1):
    """One item after the other, each taking so long."""
    at = begin + np.cumsum(seconds)
    return [(float(each), person, batch, int(Did.DONE)) for each in at]


def test_a_break_and_a_night_are_not_work():
    steady = items(1, [60.0] * 300)
    with_breaks = [60.0] * 300
    with_breaks[50], with_breaks[120], with_breaks[200] = 1_500.0, 3_000.0, 16 * 3600.0
    assert pace(items(1, with_breaks), 1)[0] == pytest.approx(pace(steady, 1)[0], rel=0.02)


def test_an_outlier_is_not_the_pace():
    odd = [60.0] * 300
    odd[100] = 470.0
    assert pace(items(1, odd), 1)[0] == pytest.approx(60, rel=0.04)


def test_what_is_slow_at_the_start_only_is_not_told_to_stay_so():
    learning = [60 + 120 * np.exp(-number / 15) for number in range(400)]
    acts = [row for person in (1, 2, 3) for row in items(person, learning)]
    beginner = items(4, learning[:20])
    assert np.mean(learning[:20]) > 115
    assert pace([*acts, *beginner], 4)[0] < 90


def test_few_items_are_shrunk_to_the_team_and_many_are_believed():
    team = [row for person in (1, 2, 3) for row in items(person, [60.0] * 300)]
    few, unsure = pace([*team, *items(4, [180.0] * 4)], 4)
    many, sure = pace([*team, *items(4, [180.0] * 300)], 4)
    assert 60 < few < 90
    assert 160 < many < 185
    assert unsure[0] > sure[0]
    assert unsure[2] > sure[2]


def test_whoever_was_never_seen_has_the_teams_pace_on_the_batch():
    easy = [row for person in (1, 2) for row in items(person, [30.0] * 300)]
    hard = [
        row for person in (1, 2) for row in items(person, [120.0] * 300, begin=DAY * 2, batch=2)
    ]
    assert pace([*easy, *hard], 9, batch=1)[0] == pytest.approx(30, rel=0.25)
    assert pace([*easy, *hard], 9, batch=2)[0] == pytest.approx(120, rel=0.25)


def weeks(paces):
    """Five people who work at another pace each week."""
    return [
        row
        for week, seconds in enumerate(paces)
        for person in range(1, 6)
        for row in items(person, [seconds] * 100, begin=week * 7 * DAY + DAY, batch=person % 2)
    ]


def common(paces):
    return station(gaps_of(Acts.of(sorted(weeks(paces)))), review=False).common


def test_a_team_whose_weeks_differed_is_told_with_a_wider_band():
    steady, restless = common([60] * 7), common([60, 150, 40, 170, 40, 160, 60])
    assert steady < COMMON_SIGMA < restless
    assert restless > COMMON_SIGMA + 0.1


def test_a_team_that_was_not_seen_for_weeks_has_the_usual_band():
    assert common([60]) == COMMON_SIGMA
