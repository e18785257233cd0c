"""How much time people will have: many futures at once, hour by hour.

In a future every person comes or not on each day by their chance, and works as long as on one of
their own days.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from labeling.jobs.eta.days import AWAY_DAYS, DAY, HOUR, Clock, Presence, weekday_of
from labeling.jobs.eta.drawing import FUTURES, normal, uniform
from labeling.jobs.eta.facts import Flags, Floats, Integers

FINE_HOURS, MIDDLE_HOURS, COARSE_HOURS = 36, 10 * 24, 45 * 24
"""Steps of an hour at first, then of three, then of twelve, then of a week."""
LONGEST_DAYS = 400.0
DRAWN_DAYS = 70
"""Days drawn one by one; later ones repeat these, in whole weeks."""
MOOD = 0.12
"""Sigma of the logarithm of what a person does in the same time on different days."""
STARTED_BY = 0.35
"""Once this share of a usual day's work is behind, whoever has not come yet will not."""
LEFT_AFTER, STAYS = 0.15, 0.3
"""Who came today but did nothing for this share of a day's work goes on today with this chance."""
LEAST_SHARE = 1e-4
"""Less than this share of a day's work in an hour is none."""
JITTER_HOURS = 0.5
"""Sigma of when a person begins on different days; looked at in the fine steps."""
UNEVEN = 0.5
"""Sigma of what a person does in an hour of work, for breaks."""


@dataclass(frozen=True)
class Grid:
    """Steps of time.

    Attributes:
        edges: seconds since 1970, one more than there are steps; the first is now.
    """

    edges: Floats

    @property
    def lengths(self) -> Floats:
        """Seconds of each step."""
        return np.diff(self.edges)


HOLIDAY = 0.02
"""Chance that on a day nobody comes, whatever the reason."""
SPELL_HAZARD, SPELL_DAYS = 0.01, 2.5
"""Chance a day that somebody begins to be away for longer, and days which half of those exceed
twice; they have no upper bound, so that leaving for good is among them."""


def grid_of(clock: Clock, days: float, presences: Iterable[Presence] = ()) -> Grid:
    """Steps from now until so many days later, at full hours of the team's zone.

    Hours in a row in which nobody ever works are one step.
    """
    hours = np.concatenate(
        (
            np.arange(0, FINE_HOURS, 1),
            np.arange(FINE_HOURS, MIDDLE_HOURS, 3),
            np.arange(MIDDLE_HOURS, COARSE_HOURS, 12),
            np.arange(COARSE_HOURS, (int(LONGEST_DAYS) + 7) * 24, 7 * 24),
        )
    )
    hours = hours[: int(np.searchsorted(hours, days * 24)) + 1]
    local = np.floor((clock.now + clock.shift) / HOUR) * HOUR - clock.shift
    place = int((clock.now + clock.shift) // HOUR) - clock.today * 24
    place += int(weekday_of(np.array([clock.today]))[0]) * 24
    before = np.concatenate(([0], np.cumsum(np.tile(_busy(presences), int(LONGEST_DAYS) // 7 + 4))))
    is_quiet = np.diff(before[place + hours]) == 0
    kept = np.concatenate(([True], ~(is_quiet[1:] & is_quiet[:-1]), [True]))
    return Grid(np.concatenate(([clock.now], local + hours[kept][1:] * HOUR)))


def _busy(presences: Iterable[Presence]) -> Integers:
    """By hour of the week, whether anybody may work then, a little early or late included."""
    worked = np.zeros(7 * 24, dtype=np.bool_)
    for presence in presences:
        worked |= (np.diff(presence.hours, axis=1) > LEAST_SHARE).reshape(-1)
    if not worked.any():
        return np.ones(7 * 24, dtype=np.int64)
    return np.asarray(worked | np.roll(worked, 1) | np.roll(worked, -1), dtype=np.int64)


def capacity_of(
    clock: Clock,
    grid: Grid,
    people: Sequence[int],
    presences: Mapping[int, Presence],
    team_days: Floats,
) -> Floats:
    """Working seconds by step, person and future."""
    local = grid.edges + clock.shift
    day = (local // DAY).astype(np.int64) - clock.today
    crew = _Crew.of(people, [presences[person] for person in people])
    last = min(int(day[-1]) + 1, DRAWN_DAYS)
    amounts = _amounts(crew, clock, last, team_days)
    hour = (local % DAY) / HOUR
    low = hour.astype(np.int64)
    week = weekday_of(clock.today + day)
    before = crew.hours[:, week, low].T
    behind = before + (hour - low)[:, None] * (crew.hours[:, week, low + 1].T - before)
    whole = np.concatenate((np.zeros_like(amounts[:1]), np.cumsum(amounts, axis=0)))
    place = day % DRAWN_DAYS
    until = whole[place] + behind.astype(np.float32)[:, :, None] * amounts[place]
    until += (day // DRAWN_DAYS).astype(np.float32)[:, None, None] * whole[last]
    seconds = np.diff(until, axis=0)
    fine = min(FINE_HOURS - 1, len(seconds))
    shaken = _shaken(crew, amounts, (day[: fine + 1], hour[: fine + 1]))
    seconds[:fine] = np.where(crew.is_set[:, None], seconds[:fine], shaken)
    return np.asarray(np.maximum(seconds, 0.0, out=seconds))


@dataclass(frozen=True)
class _Crew:
    """Everybody's presence in arrays, a row or an entry for each person.

    Attributes:
        hours: by weekday and full hour, the share of the day's work that is behind.
        drawn, count: working seconds of own days, and how many there are.
        is_set: whether the hours were set and not observed.
    """

    numbers: Integers
    presences: Sequence[Presence]
    chance: Floats
    hours: Floats
    drawn: Floats
    count: Integers
    own: Floats
    is_set: Flags

    @classmethod
    def of(cls, people: Sequence[int], presences: Sequence[Presence]) -> Self:
        count = np.array([len(each.amounts) for each in presences], dtype=np.int64)
        drawn = np.zeros((len(presences), max(int(count.max(initial=0)), 1)), dtype=np.float32)
        for row, each in zip(drawn, presences, strict=True):
            row[: len(each.amounts)] = each.amounts
        return cls(
            np.array(people, dtype=np.int64),
            presences,
            np.array([each.chance for each in presences]).reshape(-1, 7),
            np.array([each.hours for each in presences]).reshape(-1, 7, 25),
            drawn,
            count,
            np.array([each.own if len(each.amounts) else 0.0 for each in presences]),
            np.array([each.schedule is not None for each in presences], dtype=np.bool_),
        )


def _shaken(crew: _Crew, amounts: Floats, at: tuple[Integers, Floats]) -> Floats:
    """People begin earlier or later and take breaks: in the fine steps no hour is the usual one."""
    day, hour = at
    jitter = normal(5, np.arange(day[-1] + 1)[:, None], crew.numbers) * JITTER_HOURS
    uneven = UNEVEN * normal(15, np.arange(len(day) - 1)[:, None], crew.numbers)
    # A lognormal factor with the mean 1: breaks move work within a day, and add none.
    uneven = np.exp(uneven - UNEVEN**2 / 2)
    moved = np.clip(hour[:, None, None].astype(np.float32) - jitter[day], 0.0, 23.999)
    low = moved.astype(np.int64)
    # Who has no set hours has the same ones on every day of the week.
    curve = crew.hours[:, 0].astype(np.float32).reshape(-1)
    first = np.arange(len(crew.numbers))[:, None] * 25
    behind = curve[first + low]
    behind += (moved - low) * (curve[first + low + 1] - behind)
    change = np.diff(behind, axis=0)
    # At midnight a day is over, however late it began.
    starts = day[1:] > day[:-1]
    change[starts] = (1 - behind[:-1] + behind[1:])[starts]
    return np.asarray(np.maximum(change, 0.0) * amounts[day[:-1]] * uneven)


def _amounts(crew: _Crew, clock: Clock, last: int, team_days: Floats) -> Floats:
    """Working seconds by day from today on, person and future."""
    days = np.arange(last + 1)
    numbers = clock.today + days
    week = weekday_of(numbers)
    chance = np.array(crew.chance[:, week].T, dtype=np.float32)
    chance[0] = [_today(each, int(week[0])) for each in crew.presences]
    comes, pool, which, mood = (
        uniform(kind, days[:, None], crew.numbers) for kind in (20, 21, 22, 23)
    )
    drawn = _pick(team_days, which)
    drawn = np.where(pool < crew.own[:, None], _pick_own(crew, which), drawn)
    # A triangular factor is near enough to a lognormal one, and costs one draw.
    drawn *= 1 + np.float32(MOOD * 2 * 1.7) * (mood - np.float32(0.5))
    drawn *= comes < chance[:, :, None]
    drawn *= ~_absent(crew, days, chance)
    is_holiday = uniform(6, days) < HOLIDAY
    is_holiday[0] = False
    drawn *= ~is_holiday[:, None, :]
    for place in np.flatnonzero(crew.is_set).tolist():
        each = crew.presences[place]
        assert each.schedule is not None
        usual = np.where(np.isin(numbers, list(each.days_off)), 0.0, each.schedule[week])
        there = ~_gone(each, crew.numbers[place : place + 1], chance[:, place : place + 1])[:, 0]
        drawn[:, place] = usual[:, None] * there * (chance[:, place] > 0)[:, None]
    return np.asarray(drawn)


def _absent(crew: _Crew, days: Integers, chance: Floats) -> Flags:
    """Who is away for days, or stays away, by day, person and future."""
    begins, lasts = uniform(24, crew.numbers), uniform(25, crew.numbers)
    spell = np.log(np.maximum(begins, 1e-9)) / np.log(1 - SPELL_HAZARD)
    ahead = days[:, None, None].astype(np.float32) - spell
    found = np.asarray((ahead > 0) & (ahead < SPELL_DAYS / np.maximum(lasts, 1e-6)))
    for place, each in enumerate(crew.presences):
        if each.away >= AWAY_DAYS and not each.today:
            mine = slice(place, place + 1)
            found[:, mine] |= _gone(each, crew.numbers[mine], chance[:, mine])
    return found


def _gone(presence: Presence, number: Integers, chance: Floats) -> Flags:
    """The longer somebody was away, the longer they stay away; many never come back."""
    if presence.away < AWAY_DAYS or presence.today:
        return np.zeros((len(chance), 1, FUTURES), dtype=np.bool_)
    until = 0.4 * presence.away**1.5 * (1 / np.maximum(uniform(26, number), 1e-6) - 1)
    return np.asarray(np.cumsum(chance, axis=0)[:, :, None] < until)


def _pick(values: Floats, which: Floats) -> Floats:
    places = np.minimum((which * len(values)).astype(np.int32), len(values) - 1)
    return np.asarray(values.astype(np.float32)[places])


def _pick_own(crew: _Crew, which: Floats) -> Floats:
    places = (which * crew.count[:, None]).astype(np.int32)
    places = np.clip(places, 0, np.maximum(crew.count[:, None] - 1, 0))
    first = np.arange(len(crew.numbers), dtype=np.int32)[:, None] * crew.drawn.shape[1]
    return np.asarray(crew.drawn.reshape(-1)[first + places])


def _today(presence: Presence, weekday: int) -> float:
    """The chance that somebody works in the rest of today."""
    if presence.today:
        return 1.0 if presence.waited < LEFT_AFTER else STAYS
    usual = presence.chance[weekday]
    absent_so_far = max(0.0, 1 - presence.waited / STARTED_BY)
    return float(usual * absent_so_far / max(1 - usual + usual * absent_so_far, 1e-9))
