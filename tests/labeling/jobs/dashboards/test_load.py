"""Who has too much and who has nothing, from what everybody holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.jobs.dashboards.load import FAR_ABOVE, LEAST_ITEMS, Held, Load, loads
from labeling.jobs.states import Standing

HELD = st.builds(Held, st.integers(0, 500), st.integers(0, 3), st.sampled_from(list(Standing)))
TEAMS = st.lists(HELD, max_size=12)


def of(*items: int, pool: int = 0) -> list[Load]:
    return [verdict.load for verdict in loads([Held(each) for each in items], pool)]


def test_who_holds_nothing_while_others_do_is_idle():
    assert of(10, 0) == [Load.BUSY, Load.IDLE]


def test_who_holds_nothing_while_the_pool_has_work_is_idle():
    assert of(0, pool=1) == [Load.IDLE]


def test_where_there_is_no_work_nobody_is_idle():
    assert of(0, 0) == [Load.FREE, Load.FREE]


def test_far_above_the_median_is_overloaded_and_a_little_above_is_not():
    assert of(100, 40, 40) == [Load.OVERLOADED, Load.BUSY, Load.BUSY]
    assert of(80, 40, 40) == [Load.BUSY] * 3


def test_a_few_items_overload_nobody():
    assert of(LEAST_ITEMS - 1, 1, 1) == [Load.BUSY] * 3


@pytest.mark.parametrize(
    "behind",
    [Held(1, overdue=1), Held(1, 0, Standing.LATE), Held(1, 0, Standing.AT_RISK)],
)
def test_who_is_behind_the_due_dates_is_overloaded_however_little_it_is(behind):
    behind_all, _other = loads([behind, Held(90)], 0)
    assert behind_all.load == Load.OVERLOADED


@given(TEAMS, st.integers(0, 5))
def test_the_rule_holds_for_any_team(team, pool):
    verdicts = loads(team, pool)
    assert len(verdicts) == len(team)
    for held, verdict in zip(team, verdicts, strict=True):
        assert (held.open_items == 0) == (verdict.load in (Load.IDLE, Load.FREE))
        if verdict.load == Load.OVERLOADED:
            is_behind = held.overdue or held.standing in (Standing.LATE, Standing.AT_RISK)
            assert is_behind or verdict.times > FAR_ABOVE
    if pool:
        assert Load.FREE not in [verdict.load for verdict in verdicts]


@given(TEAMS.filter(bool), st.data())
def test_more_open_work_never_relieves(team, data):
    place = data.draw(st.integers(0, len(team) - 1))
    held = team[place]
    more = Held(held.open_items + data.draw(st.integers(1, 500)), held.overdue, held.standing)
    before = loads(team, 0)[place].load
    after = loads([*team[:place], more, *team[place + 1 :]], 0)[place].load
    assert not (before == Load.OVERLOADED and after != Load.OVERLOADED)
