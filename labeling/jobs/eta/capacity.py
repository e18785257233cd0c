"""How much time people will have: many futures at once, hour by hour.

In a future every person comes or not on each day by their chance, and works as long as on one of
their own days. All draws of a person come from a sequence of their own, so that two estimates of
nearly the same facts differ by what the facts differ in, not by luck.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from labeling.jobs.eta.days import AWAY_DAYS, DAY, HOUR, Clock, Presence, weekday_of
from labeling.jobs.eta.facts import Floats, Integers

FUTURES = 32
SEED = 20_260
FINE_HOURS, MIDDLE_HOURS, COARSE_HOURS = 36, 10 * 24, 45 * 24
"""Steps of an hour at first, then of three, then of twelve, then of two days."""
LONGEST_DAYS = 400
DRAWN_DAYS = 70
"""Days drawn one by one; later ones repeat these, in whole weeks."""
MOOD = 0.12
"""Sigma of the logarithm of what a person does in the same time on different days."""
STARTED_BY = 0.35
"""Once this share of a usual day's work is behind, whoever has not come yet will not."""
LEFT_AFTER, STAYS = 0.15, 0.3
"""Who came today but did nothing for this share of a day's work goes on today with this chance."""
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


def grid_of(clock: Clock, days: float) -> Grid:
    """Steps from now until so many days later, at full hours of the team's zone."""
    hours = np.concatenate(
        (
            np.arange(1, FINE_HOURS, 1),
            np.arange(FINE_HOURS, MIDDLE_HOURS, 3),
            np.arange(MIDDLE_HOURS, COARSE_HOURS, 12),
            np.arange(COARSE_HOURS, LONGEST_DAYS * 24 + 1, 48),
        )
    )
    hours = hours[: int(np.searchsorted(hours, days * 24)) + 1]
    local = np.floor((clock.now + clock.shift) / HOUR) * HOUR - clock.shift
    return Grid(np.concatenate(([clock.now], local + hours * HOUR)))


def capacity_of(
    clock: Clock,
    grid: Grid,
    people: Sequence[int],
    presences: Mapping[int, Presence],
    team_days: Floats,
) -> Floats:
    """Working seconds by person, future and step."""
    local = grid.edges + clock.shift
    day = (local // DAY).astype(np.int64) - clock.today
    hour = (local % DAY) / HOUR
    low = hour.astype(np.int64)
    part = hour - low
    week = weekday_of(clock.today + day)
    last = min(int(day[-1]) + 1, DRAWN_DAYS)
    found = np.empty((len(people), FUTURES, len(local) - 1), dtype=np.float32)
    dice = np.random.default_rng([SEED, 6])
    is_holiday = dice.random((DRAWN_DAYS + 1, FUTURES))[: last + 1].T < HOLIDAY
    is_holiday[:, 0] = False
    for number, person in enumerate(people):
        presence = presences[person]
        amounts = _amounts(person, presence, team_days, clock, last)
        if presence.schedule is None:
            amounts[is_holiday] = 0.0
        behind = presence.hours[week, low]
        behind = behind + part * (presence.hours[week, np.minimum(low + 1, 24)] - behind)
        whole = np.concatenate((np.zeros((FUTURES, 1)), np.cumsum(amounts, axis=1)), axis=1)
        turn, place = day // DRAWN_DAYS, day % DRAWN_DAYS
        until = turn * whole[:, last : last + 1] + whole[:, place] + behind * amounts[:, place]
        seconds = np.diff(until, axis=1)
        if presence.schedule is None:
            _shake(person, presence, amounts, seconds, (week, day, hour))
        found[number] = seconds
    return found


def _shake(
    person: int,
    presence: Presence,
    amounts: Floats,
    seconds: Floats,
    at: tuple[Integers, Integers, Floats],
) -> None:
    """People begin earlier or later and take breaks: in the fine steps no hour is the usual one."""
    fine = min(FINE_HOURS - 1, seconds.shape[1])
    week, day, hour = (each[: fine + 1] for each in at)
    dice = np.random.default_rng([SEED, 5, abs(person)])
    jitter = dice.normal(scale=JITTER_HOURS, size=(FUTURES, 4))
    uneven = np.exp(dice.normal(scale=UNEVEN, size=(FUTURES, FINE_HOURS))[:, :fine])
    moved = np.clip(hour[None] - jitter[:, day], 0.0, 23.999)
    low = moved.astype(np.int64)
    curve = presence.hours[week]
    place = np.arange(fine + 1)[None]
    behind = curve[place, low]
    behind = behind + (moved - low) * (curve[place, low + 1] - behind)
    # At midnight a day is over, however late it began.
    change = np.diff(behind, axis=1)
    starts = day[1:] > day[:-1]
    change[:, starts] = (1 - behind[:, :-1] + behind[:, 1:])[:, starts]
    seconds[:, :fine] = np.maximum(change, 0.0) * amounts[:, day[:-1]] * uneven


def _amounts(person: int, presence: Presence, team_days: Floats, clock: Clock, last: int) -> Floats:
    """Working seconds by future and day from today on."""
    dice = np.random.default_rng([SEED, abs(person), int(person < 0)])
    returns, begins, lasts = dice.random((3, FUTURES))
    comes, pool, which, mood = dice.random((DRAWN_DAYS + 1, 4, FUTURES))[: last + 1].transpose(
        1, 2, 0
    )
    numbers = clock.today + np.arange(last + 1)
    week = weekday_of(numbers)
    chance = np.tile(presence.chance[week], (FUTURES, 1))
    chance[:, 0] = _today(presence, int(week[0]))
    if presence.away >= AWAY_DAYS and not presence.today:
        # The longer somebody was away, the longer they stay away; many never come back.
        until = 0.4 * presence.away**1.5 * (1 / np.maximum(returns, 1e-6) - 1)
        chance = np.where(np.cumsum(chance, axis=1) < until[:, None], 0.0, chance)
    spell = np.log(np.maximum(begins, 1e-9)) / np.log(1 - SPELL_HAZARD)
    ahead = np.arange(last + 1)[None] - spell[:, None]
    is_away = (ahead > 0) & (ahead < SPELL_DAYS / np.maximum(lasts, 1e-6)[:, None])
    if presence.schedule is not None:
        amounts = np.tile(presence.schedule[week], (FUTURES, 1))
        amounts[:, np.isin(numbers, list(presence.days_off))] = 0.0
        return np.asarray(amounts * (chance > 0))
    drawn = _pick(team_days, which)
    if len(presence.amounts):
        drawn = np.where(pool < presence.own, _pick(presence.amounts, which), drawn)
    # A triangular factor is near enough to a lognormal one, and costs one draw.
    factor = 1 + MOOD * 2 * (mood - 0.5) * 1.7
    return np.asarray((comes < chance) * ~is_away * drawn * factor)


def _pick(values: Floats, which: Floats) -> Floats:
    return np.asarray(values[np.minimum((which * len(values)).astype(np.int64), len(values) - 1)])


def _today(presence: Presence, weekday: int) -> float:
    """The chance that somebody works in the rest of today."""
    if presence.today:
        return 1.0 if presence.waited < LEFT_AFTER else STAYS
    usual = presence.chance[weekday]
    absent_so_far = max(0.0, 1 - presence.waited / STARTED_BY)
    return float(usual * absent_so_far / max(1 - usual + usual * absent_so_far, 1e-9))
