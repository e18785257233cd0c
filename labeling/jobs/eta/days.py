"""On which days and hours people work, and how long.

A day on which somebody had nothing to do says nothing about their presence. Few own days are mixed
with the team's. Who has been away for a while comes back the later, the longer that was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from labeling.jobs.eta.facts import Facts, Flags, Floats, Hours, Integers
from labeling.jobs.eta.paces import Gaps

DAY, HOUR = 86_400.0, 3_600.0
DAYS_KEPT = 42
HALF_LIFE_DAYS = 14.0
PRESENT_SECONDS = 600.0
"""Less work than this on a day is absence."""
ENOUGH_TIME = 0.5
"""A day with work to do for less than this share of it says nothing."""
DEFAULT_DAY = 5.5 * HOUR
OFFICE = np.array([0.0] * 9 + [1.0] * 8 + [0.0] * 7)
PRIOR_PRESENCE = np.array([0.85] * 5 + [0.06] * 2)
PRIOR_DAYS, OWN_DAYS = 3.0, 1.5
TEAM_HOURS = 2.0 * HOUR
AWAY_DAYS = 1.5
"""After so many days that somebody should have come, they are taken to be away."""


@dataclass(frozen=True)
class Presence:
    """When a person works.

    Attributes:
        chance: of coming, by weekday from Monday.
        amounts: working seconds of days on which they came.
        own: the share of days to draw from `amounts` and not from the team's.
        hours: seven rows of 25: the share of the day's work by each full hour, from 0 to 1.
        away: days that they should have come and did not, lately.
        today: whether they have worked today.
        waited: share of a usual day's work that they could have done today since they last did
            any; high means that they are not there.
        schedule: working seconds by weekday where that is set; None where it is observed.
        days_off: numbers of days since 1970.
    """

    chance: Floats
    amounts: Floats
    own: float
    hours: Floats
    away: float
    today: bool
    waited: float = 0.0
    schedule: Floats | None = None
    days_off: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Clock:
    """Days of the team's zone.

    Attributes:
        now: seconds since 1970.
        shift: seconds by which the zone is ahead of UTC now.
    """

    now: float
    shift: float

    @property
    def today(self) -> int:
        """Number of the day since 1970."""
        return int((self.now + self.shift) // DAY)


def clock_of(facts: Facts) -> Clock:
    """The clock at the moment of the estimate."""
    offset = facts.now.astimezone(facts.zone).utcoffset() or timedelta(0)
    return Clock(facts.now.timestamp(), offset.total_seconds())


def weekday_of(day: Integers) -> Integers:
    """Monday is 0; 1 January 1970 was a Thursday."""
    return (day + 3) % 7


def presences(
    facts: Facts, gaps: Gaps, people: Sequence[int]
) -> tuple[dict[int, Presence], Floats]:
    """Everybody's presence, and working seconds of the team's days."""
    clock = clock_of(facts)
    first = clock.today - DAYS_KEPT
    local = gaps.acts.at + clock.shift
    place = np.searchsorted(np.array(people, dtype=np.int64), gaps.acts.person)
    hour = (local % DAY // HOUR).astype(np.int64)
    by_hour = np.bincount(place * 24 + hour, weights=gaps.took, minlength=len(people) * 24)
    by_hour = by_hour.reshape(len(people), 24)
    team_hours = by_hour.sum(axis=0) + OFFICE * HOUR / 2
    hours = by_hour + TEAM_HOURS * team_hours / team_hours.sum()
    curve = np.concatenate(([0.0], np.cumsum(team_hours / team_hours.sum())))
    day = (local // DAY).astype(np.int64) - first
    kept = day >= 0
    active = np.bincount(
        place[kept] * (DAYS_KEPT + 1) + day[kept],
        weights=gaps.took[kept],
        minlength=len(people) * (DAYS_KEPT + 1),
    ).reshape(len(people), DAYS_KEPT + 1)
    waited = _waited(facts, gaps, people, clock, curve)
    free = np.array([_free(facts.idle.get(p, ()), first, clock, curve) for p in people])
    free = free.reshape(len(people), DAYS_KEPT)
    # Who has done nothing yet, and of whom nothing is known, is new and not away.
    is_new = np.array([person not in facts.idle for person in people], dtype=np.bool_)
    free[is_new & ~active.any(axis=1)] = 1.0
    has_time = free < 1 - ENOUGH_TIME
    past = active[:, :DAYS_KEPT]
    came = past > PRESENT_SECONDS
    amounts = past / np.maximum(1 - free, ENOUGH_TIME)
    team = _team_chance(came, has_time, first)
    found = {}
    for number, person in enumerate(people):
        found[person] = _presence(
            came[number] & has_time[number],
            (has_time | came)[number],
            amounts[number],
            team,
            first,
            _curve(hours[number]),
            bool(active[number, DAYS_KEPT] > 0),
            waited[number],
        )
        if person in facts.hours:
            found[person] = _scheduled(
                facts.hours[person], found[person], past[number], has_time[number], first
            )
    every_day = amounts[came & has_time]
    return found, every_day if len(every_day) >= 3 else np.append(every_day, [DEFAULT_DAY] * 3)


def _free(spans: Sequence[tuple[float, float]], first: int, clock: Clock, curve: Floats) -> Floats:
    """The share of each day's usual work that falls into spans without work."""
    free = np.zeros(DAYS_KEPT)
    grid = np.arange(25.0) * HOUR
    for begin, end in spans:
        start, stop = begin + clock.shift - first * DAY, end + clock.shift - first * DAY
        for day in range(max(0, int(start // DAY)), min(DAYS_KEPT, int(stop // DAY) + 1)):
            edges = np.clip([start - day * DAY, stop - day * DAY], 0, DAY)
            share = np.interp(edges, grid, curve)
            free[day] += share[1] - share[0]
    return np.minimum(free, 1.0)


def _waited(
    facts: Facts, gaps: Gaps, people: Sequence[int], clock: Clock, curve: Floats
) -> list[float]:
    """By person the share of a usual day's work since their last act today, idle time left out."""
    grid = np.arange(25.0) * HOUR
    begin = clock.today * DAY - clock.shift
    ends = np.searchsorted(gaps.acts.person, np.array(people, dtype=np.int64), side="right")
    found = []
    for person, end in zip(people, ends.tolist(), strict=True):
        since = begin
        if end and gaps.acts.person[end - 1] == person:
            since = max(begin, float(gaps.acts.at[end - 1]))
        gone = np.interp(clock.now - begin, grid, curve) - np.interp(since - begin, grid, curve)
        for start, stop in facts.idle.get(person, ()):
            edges = np.clip([start, stop], since, clock.now) - begin
            share = np.interp(edges, grid, curve)
            gone -= share[1] - share[0]
        found.append(float(max(gone, 0.0)))
    return found


def _curve(hours: Floats) -> Floats:
    """By each full hour the share of a day's work, the same on all weekdays."""
    share = np.concatenate(([0.0], np.cumsum(hours / hours.sum())))
    return np.tile(share, (7, 1))


def _recency(first: int) -> Floats:
    return np.asarray(0.5 ** ((DAYS_KEPT - np.arange(DAYS_KEPT)) / HALF_LIFE_DAYS))


def _team_chance(came: Flags, has_time: Flags, first: int) -> Floats:
    """The team's chance of coming by weekday, weekdays and weekends each taken together."""
    weekday = weekday_of(np.arange(first, first + DAYS_KEPT))
    ever = came.any(axis=1)
    chance = np.empty(7)
    for days in (slice(0, 5), slice(5, 7)):
        is_class = (weekday >= (days.start or 0)) & (weekday < days.stop)
        use = has_time[ever][:, is_class]
        hits = (came[ever][:, is_class] & use).sum()
        prior = PRIOR_PRESENCE[days][0]
        chance[days] = (hits + prior * PRIOR_DAYS) / (use.sum() + PRIOR_DAYS)
    return chance


def _presence(
    came: Flags,
    counts: Flags,
    amounts: Floats,
    team: Floats,
    first: int,
    hours: Floats,
    today: bool,
    waited: float,
) -> Presence:
    """One person's presence; days of being away now are not days like others."""
    weekday = weekday_of(np.arange(first, first + DAYS_KEPT))
    last = int(np.flatnonzero(came)[-1]) if came.any() else -1
    begun = int(np.flatnonzero(came)[0]) if came.any() else DAYS_KEPT
    since = (np.arange(DAYS_KEPT) > last) & counts
    weight = _recency(first) * counts * (np.arange(DAYS_KEPT) >= begun)
    chance = _own_chance(came, weight, team, weekday)
    away = 0.0 if today else float(chance[weekday[since]].sum())
    if away >= AWAY_DAYS:
        chance = _own_chance(came, weight * ~since, team, weekday)
        away = float(chance[weekday[since]].sum())
    drawn = amounts[came][-15:]
    return Presence(chance, drawn, len(drawn) / (len(drawn) + OWN_DAYS), hours, away, today, waited)


def _own_chance(came: Flags, weight: Floats, team: Floats, weekday: Integers) -> Floats:
    chance = np.empty(7)
    for days in (range(5), range(5, 7)):
        is_class = np.isin(weekday, list(days))
        total = weight[is_class].sum()
        whole = (weight[is_class & came].sum() + team[days[0]] * 1.0) / (total + 1.0)
        for day in days:
            mine = weekday == day
            chance[day] = (weight[mine & came].sum() + whole * 0.7) / (weight[mine].sum() + 0.7)
    return chance


def _scheduled(hours: Hours, seen: Presence, past: Floats, has_time: Flags, first: int) -> Presence:
    """Set hours instead of observed ones; of them as much is worked as was so far."""
    grid = np.arange(25.0) * 60
    planned, curves = np.zeros(7), np.tile(np.linspace(0, 1, 25), (7, 1))
    for day, spans in enumerate(hours.week):
        worked = sum(
            (np.clip(grid, begin, end) - begin for begin, end in spans), np.zeros_like(grid)
        )
        planned[day] = worked[-1] * 60
        if worked[-1] > 0:
            curves[day] = worked / worked[-1]
    off = frozenset((date.fromisoformat(day) - date(1970, 1, 1)).days for day in hours.days_off)
    days = np.arange(first, first + DAYS_KEPT)
    wanted = planned[weekday_of(days)] * has_time * ~np.isin(days, list(off))
    begun = np.arange(DAYS_KEPT) >= (np.flatnonzero(past)[0] if past.any() else DAYS_KEPT)
    total = float((wanted * begun).sum())
    usual_day = max(float(planned.max()), 1.0)
    use = (float((past * (wanted > 0))[begun].sum()) + usual_day) / (total + usual_day)
    return Presence(
        (planned > 0).astype(float),
        seen.amounts,
        1.0,
        curves,
        seen.away if seen.away >= AWAY_DAYS else 0.0,
        seen.today,
        seen.waited,
        planned * min(use, 1.0),
        off,
    )
