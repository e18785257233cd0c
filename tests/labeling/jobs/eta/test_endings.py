"""The long tail: the last items in anybody's hands, what comes back, what was taken home."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from labeling.jobs.eta.capacity import capacity_of, grid_of
from labeling.jobs.eta.days import DAY, clock_of
from labeling.jobs.eta.drawing import FUTURES, even_normal, normal, uniform
from labeling.jobs.eta.endings import Ended, Homes
from labeling.jobs.eta.facts import Acts, Did, Facts, Launch
from labeling.jobs.eta.forecasting import forecast
from labeling.jobs.eta.observing import habits_of
from labeling.jobs.eta.paces import gaps_of
from labeling.jobs.eta.tails import PRIOR_HELD, held_chance
from tests.labeling.jobs.eta.test_forecasting import (
    MONDAY,
    NOW,
    answers_of,
    facts,
    mean,
    steady,
    work,
)

HOUR = 3_600.0


def ended_batch(batch, late):
    """Ten people finish a batch of 200 items in the afternoon; the last item comes so much later.

    Half of the people have gone home by noon.
    """
    begin = MONDAY.timestamp() + batch * DAY + 9 * HOUR
    rows = []
    for number in range(200):
        person = number % 10 if number < 100 else 5 + number % 5
        rows.append((begin + number * 120.0, person, batch, int(Did.DONE)))
    rows[-1] = (rows[-2][0] + late, *rows[-1][1:])
    return rows, Launch(begin, batch, 1, 200, tuple(range(10)))


def chance(late):
    histories = [ended_batch(batch, late) for batch in range(8)]
    acts = Acts.of(sorted(row for rows, _launch in histories for row in rows))
    return held_chance(acts, gaps_of(acts), [launch for _rows, launch in histories])


def test_batches_whose_last_item_came_the_next_day_say_that_items_are_taken_home():
    assert chance(120.0) < PRIOR_HELD < chance(17 * HOUR)
    assert chance(17 * HOUR) > 0.1


def test_without_a_finished_batch_the_chance_is_the_usual_one():
    assert held_chance(Acts.of([]), gaps_of(Acts.of([])), []) == PRIOR_HELD


NEVER = (np.full(2, -np.inf), np.zeros(2, dtype=np.int64))


def homes(chance, before=NEVER):
    """Two people; the second is there in the first of four hours and in the last."""
    edges = np.array([0.0, 1.0, 2.0, 3.0, 4.0]) * HOUR
    seconds = np.full((4, 2, FUTURES), HOUR)
    seconds[1:3, 1] = 0.0
    return Homes(edges, seconds, np.array([1, 2]), chance, before), seconds


def ended(finish, begun=0):
    begun = np.full(FUTURES, begun)
    return Ended(1, 5, np.array([0, 1]), begun, np.full(FUTURES, finish))


def test_an_item_that_somebody_took_home_is_finished_when_they_are_back():
    always, free = homes(1.0)
    assert set(always.finish([ended(1.5 * HOUR)], free)[0]) == {3.0 * HOUR}
    never, free = homes(0.0)
    assert set(never.finish([ended(1.5 * HOUR)], free)[0]) == {1.5 * HOUR}


@pytest.mark.parametrize(
    ("gone_at", "batch", "expected"),
    [
        (-2 * HOUR, 5, 2.0 * HOUR),
        (-2 * HOUR, 6, 0.5 * HOUR),
        (-26 * HOUR, 5, 0.5 * HOUR),
        (-22.7 * HOUR, 5, 1.3 * HOUR),
    ],
)
def test_whoever_went_home_before_now_may_hold_an_item_of_the_batch(gone_at, batch, expected):
    """Back in the third hour; an item goes back into the queue after a day, if that is sooner."""
    before = (np.array([0.0, gone_at]), np.array([5, batch]))
    edges = np.array([0.0, 1.0, 1.3, 2.0, 4.0]) * HOUR
    seconds = np.full((4, 2, FUTURES), HOUR)
    seconds[:3, 1] = 0.0
    team = Homes(edges, seconds, np.array([1, 2]), 1.0, before)
    assert set(team.finish([ended(0.5 * HOUR)], seconds)[0]) == {expected}


def test_whoever_is_there_or_left_before_it_began_holds_nothing():
    always, free = homes(1.0)
    assert set(always.finish([ended(0.5 * HOUR)], free)[0]) == {0.5 * HOUR}
    assert set(always.finish([ended(1.5 * HOUR, begun=1)], free)[0]) == {1.5 * HOUR}
    assert set(always.finish([ended(3.5 * HOUR)], free)[0]) == {3.5 * HOUR}


def test_what_is_sent_back_is_done_again():
    rows = steady((1, 2))
    decided = [(at + 20, 3, 1) for at, *_rest in steady((3,))]
    often = [(*row, Did.REJECTED if n % 2 else Did.ACCEPTED) for n, row in enumerate(decided)]
    never = [(*row, Did.ACCEPTED) for row in decided]
    reviewed = work(600, people=(1, 2), review=True)
    strict, kind = (
        forecast(facts(reviewed, people=(1, 2), rows=sorted([*rows, *decisions])))["a"]
        for decisions in (often, never)
    )
    assert mean(strict) > mean(kind) + 3 * HOUR


def test_the_last_items_take_as_long_as_the_longest_of_them():
    few = facts(work(6, people=(1, 2)), people=(1, 2))
    even = habits_of(few)
    ratios = np.concatenate((np.full(120, 0.7), np.full(80, 4.0)))
    odd = replace(even, labeling=replace(even.labeling, ratios=ratios))
    many, luck = np.full(FUTURES, 30.0), uniform(1)
    assert odd.labeling.longest(many, luck).mean() > 3.5
    assert odd.labeling.longest(many / 30, luck).mean() < 2.7
    long, short = (answers_of(few, habits)["a"] for habits in (odd, even))
    assert long.p90 > short.p90 + timedelta(seconds=15)


def test_an_end_after_everybody_went_home_is_when_the_first_is_back():
    team, _free = homes(0.0)
    ends = np.full((1, FUTURES), 1.5 * HOUR)
    assert set(team.at_work([np.array([1])], ends)[0]) == {3 * HOUR}
    assert set(team.at_work([np.array([0, 1])], ends)[0]) == {1.5 * HOUR}


def test_tomorrow_carries_no_more_work_than_the_same_day_next_week():
    given = facts(work(500, people=tuple(range(1, 30))), people=tuple(range(1, 30)))
    habits, clock = habits_of(given), clock_of(given)
    # Nobody leaves in a week, so that only the width of the steps differs.
    grid = grid_of(clock, 14.0, habits.presences.values())
    seconds = capacity_of(clock, grid, habits.people, habits.presences, habits.team_days)
    by_step = seconds.sum(axis=1).mean(axis=1)
    day = (grid.edges[:-1] // DAY).astype(int) - clock.today
    tomorrow, next_week = by_step[day == 1].sum(), by_step[day == 8].sum()
    assert tomorrow == pytest.approx(next_week * 1.05, rel=0.08)


def test_draws_hang_on_their_key_alone():
    many = np.arange(1, 2_000)
    assert (uniform(3, many)[41] == uniform(3, 42)).all()
    assert (normal(3, many)[41] == normal(3, 42)).all()
    assert uniform(3, many).mean() == pytest.approx(0.5, abs=0.01)
    assert normal(4, many).std() == pytest.approx(1.0, abs=0.02)
    assert abs(np.corrcoef(uniform(3, many).ravel(), uniform(4, many).ravel())[0, 1]) < 0.02
    assert (
        abs(np.corrcoef(uniform(3, many)[:-1].ravel(), uniform(3, many)[1:].ravel())[0, 1]) < 0.02
    )
    assert even_normal(3, many).mean(axis=1) == pytest.approx(0, abs=1e-6)


def test_a_launch_for_everybody_makes_what_is_less_urgent_later():
    rows = steady((1, 2))
    urgent = [
        Launch((NOW - timedelta(days=day)).timestamp(), 1, 1, 400, (1, 2)) for day in range(1, 9)
    ]
    idle_queue = facts(work(900, people=(1, 2), order=(3, 1)), people=(1, 2), rows=rows)
    busy_queue = replace(idle_queue, launches=urgent)
    first = replace(busy_queue, works=[work(900, people=(1, 2), order=(1, 1))])
    assert mean(forecast(busy_queue)["a"]) > mean(forecast(idle_queue)["a"]) + DAY
    assert mean(forecast(first)["a"]) < mean(forecast(busy_queue)["a"]) - DAY


def test_jobs_batches_projects_and_people_all_have_their_dates():
    jobs = [
        replace(
            work(100 * number, people=(person,), key=f"job {number}", order=(2, number)),
            groups=("batch 1", "project 1", f"person {person}"),
        )
        for number, person in ((1, 1), (2, 1), (3, 2))
    ]
    answers = answers_of(Facts(NOW, facts().zone, jobs, Acts.of(steady((1, 2)))))
    assert set(answers) == {
        *(f"job {number}" for number in (1, 2, 3)),
        "batch 1",
        "project 1",
        "person 1",
        "person 2",
    }
    assert all(each.p10 <= each.p50 <= each.p90 and not each.reason for each in answers.values())
    assert answers["person 1"] == answers["job 2"]
    assert answers["batch 1"].p50 >= max(answers[f"job {n}"].p50 for n in (1, 2, 3))
