"""On which days and hours people work, and how long.

A day on which somebody had nothing to do says nothing about their presence. Few own days are mixed
with the team's. Who has been away for a while comes back the later, the longer that was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

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
OWN_WEEKDAY = 0.7
"""Weight of a person's other days for one weekday, in days."""
MOST_OWN = 15
"""Own days to draw from."""
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
    # The acts are in order of people.
    ends = np.searchsorted(gaps.acts.person, np.array(people, dtype=np.int64), side="right")
    place = np.repeat(np.arange(len(people)), np.diff(ends, prepend=0))
    whole_hours = (local // HOUR).astype(np.int64)
    hour = whole_hours % 24
    by_hour = np.bincount(place * 24 + hour, weights=gaps.took, minlength=len(people) * 24)
    by_hour = by_hour.reshape(len(people), 24)
    team_hours = by_hour.sum(axis=0) + OFFICE * HOUR / 2
    hours = by_hour + TEAM_HOURS * team_hours / team_hours.sum()
    curve = np.concatenate(([0.0], np.cumsum(team_hours / team_hours.sum())))
    day = whole_hours // 24 - first
    kept = day >= 0
    active = np.bincount(
        place[kept] * (DAYS_KEPT + 1) + day[kept],
        weights=gaps.took[kept],
        minlength=len(people) * (DAYS_KEPT + 1),
    ).reshape(len(people), DAYS_KEPT + 1)
    spans = _Spans.of(facts, people, clock)
    waited = _waited(gaps, people, clock, curve, spans)
    free = _free(spans, len(people), first, curve)
    # Who has done nothing yet, and of whom nothing is known, is new and not away.
    is_new = np.array([person not in facts.idle for person in people], dtype=np.bool_)
    free[is_new & ~active.any(axis=1)] = 1.0
    has_time = free < 1 - ENOUGH_TIME
    past = active[:, :DAYS_KEPT]
    came = past > PRESENT_SECONDS
    amounts = past / np.maximum(1 - free, ENOUGH_TIME)
    team = _team_chance(came, has_time, first)
    chance, away = _chances(came, has_time, active[:, DAYS_KEPT] > 0, team, first)
    found = {}
    for number, person in enumerate(people):
        drawn = amounts[number, came[number] & has_time[number]][-MOST_OWN:]
        found[person] = Presence(
            chance[number],
            drawn,
            len(drawn) / (len(drawn) + OWN_DAYS),
            _curve(hours[number]),
            float(away[number]),
            bool(active[number, DAYS_KEPT] > 0),
            float(waited[number]),
        )
        if person in facts.hours:
            found[person] = _scheduled(
                facts.hours[person], found[person], past[number], has_time[number], first
            )
    every_day = amounts[came & has_time]
    return found, every_day if len(every_day) >= 3 else np.append(every_day, [DEFAULT_DAY] * 3)


@dataclass(frozen=True)
class _Spans:
    """Spans without work of everybody: places of people, from when and to when, in local time."""

    who: Integers
    begin: Floats
    end: Floats

    @classmethod
    def of(cls, facts: Facts, people: Sequence[int], clock: Clock) -> Self:
        rows = [
            (number, begin, end)
            for number, person in enumerate(people)
            for begin, end in facts.idle.get(person, ())
            if end > begin
        ]
        table = np.array(rows, dtype=np.float64).reshape(-1, 3)
        return cls(table[:, 0].astype(np.int64), *(table[:, 1:] + clock.shift).T)


def _share(seconds: Floats, curve: Floats) -> Floats:
    """The share of a day's usual work until so long after midnight."""
    hours = np.clip(seconds / HOUR, 0.0, 24.0)
    low = np.minimum(hours.astype(np.int64), 23)
    return np.asarray(curve[low] + (hours - low) * (curve[low + 1] - curve[low]))


def _free(spans: _Spans, people: int, first: int, curve: Floats) -> Floats:
    """By person the share of each day's usual work that falls into spans without work."""
    midnight = (first + np.arange(DAYS_KEPT)) * DAY
    inside = _share(spans.end[:, None] - midnight, curve)
    inside -= _share(spans.begin[:, None] - midnight, curve)
    free = np.zeros((people, DAYS_KEPT))
    np.add.at(free, spans.who, inside)
    return np.minimum(free, 1.0)


def _waited(
    gaps: Gaps, people: Sequence[int], clock: Clock, curve: Floats, spans: _Spans
) -> Floats:
    """By person the share of a usual day's work since their last act today, idle time left out."""
    midnight = clock.today * DAY
    now = clock.now + clock.shift - midnight
    ends = np.searchsorted(gaps.acts.person, np.array(people, dtype=np.int64), side="right")
    since = np.zeros(len(people))
    if len(gaps.acts):
        last = np.maximum(ends - 1, 0)
        is_own = (ends > 0) & (gaps.acts.person[last] == np.array(people, dtype=np.int64))
        at = gaps.acts.at[last] + clock.shift - midnight
        since = np.where(is_own, np.maximum(at, 0.0), 0.0)
    gone = _share(np.array(now), curve) - _share(since, curve)
    begin = np.clip(spans.begin - midnight, since[spans.who], now)
    end = np.clip(spans.end - midnight, since[spans.who], now)
    idle = np.bincount(spans.who, _share(end, curve) - _share(begin, curve), len(people))
    return np.asarray(np.maximum(gone - idle, 0.0))


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


def _chances(
    came: Flags, has_time: Flags, today: Flags, team: Floats, first: int
) -> tuple[Floats, Floats]:
    """By person the chance of coming by weekday, and days that they should have come lately.

    Days of being away now are not days like others.
    """
    weekday = weekday_of(np.arange(first, first + DAYS_KEPT))
    days = np.arange(DAYS_KEPT)
    came, counts = came & has_time, has_time | came
    last = np.where(came.any(axis=1), DAYS_KEPT - 1 - np.argmax(came[:, ::-1], axis=1), -1)
    begun = np.where(came.any(axis=1), np.argmax(came, axis=1), DAYS_KEPT)
    since = (days > last[:, None]) & counts
    weight = _recency(first) * counts * (days >= begun[:, None])
    chance = _own_chances(came, weight, team, weekday)
    without = _own_chances(came, weight * ~since, team, weekday)
    away = (chance[:, weekday] * since).sum(axis=1)
    is_away = (away >= AWAY_DAYS) & ~today
    chance = np.where(is_away[:, None], without, chance)
    away = np.where(is_away, (without[:, weekday] * since).sum(axis=1), away)
    return chance, np.where(today, 0.0, away)


def _own_chances(came: Flags, weight: Floats, team: Floats, weekday: Integers) -> Floats:
    """Weekdays shrunk to the person's kind of day, and that to the team's."""
    is_day = (weekday[:, None] == np.arange(7)).astype(np.float64)
    days, hits = weight @ is_day, (weight * came) @ is_day
    whole = np.empty_like(days)
    for kind in (slice(0, 5), slice(5, 7)):
        total = days[:, kind].sum(axis=1) + 1.0
        whole[:, kind] = ((hits[:, kind].sum(axis=1) + team[kind.start]) / total)[:, None]
    return np.asarray((hits + whole * OWN_WEEKDAY) / (days + OWN_WEEKDAY))


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
