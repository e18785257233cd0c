"""Who may do which work of a team: labelers of the pool by skill, reviewers, working hours."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Capability, Role, roles_with
from labeling.core.zones import known_zones
from labeling.jobs.eta.facts import Hours
from labeling.jobs.models import PersonSkill, WorkingHours

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES


@dataclass(frozen=True)
class Crew:
    """The active members of a team, by what they may do and what they really do.

    Attributes:
        labelers: who takes from the pool, the most active first.
        reviewers: who decides, the most active first.
        levels: by skill and person.
    """

    labelers: Sequence[int]
    reviewers: Sequence[int]
    levels: Mapping[int, Mapping[int, int]]

    def able(self, skill_id: int | None, level: int, without: int | None = None) -> list[int]:
        """Who may take from the pool of a batch.

        Arguments:
            without: who reviews it, where nobody reviews own work.
        """
        people = [person for person in self.labelers if person != without]
        if skill_id is None:
            return people
        have = self.levels.get(skill_id, {})
        return [person for person in people if have.get(person, -1) >= level]

    def deciders(self, reviewer: int | None, annotator: int | None, *, own: bool) -> list[int]:
        """Who may decide on a job.

        Arguments:
            own: whether people may review what they labeled.
        """
        people = self.reviewers if reviewer is None else [reviewer]
        return [person for person in people if own or person != annotator]


def crew_of(team_id: int, done: Mapping[int, int], decided: Mapping[int, int]) -> Crew:
    """The crew of a team, in two queries.

    Managers may label, but whoever counts on them counts wrong: of those who are not annotators
    only people who did label lately are taken into account, and likewise for reviews. Where that
    leaves nobody, everybody who may is.

    Arguments:
        done, decided: lately, by person.
    """
    members = list(
        Membership.objects.active().filter(team=team_id).order_by("pk").values_list("user", "role")
    )
    levels: dict[int, dict[int, int]] = {}
    skills = PersonSkill.objects.filter(skill__team=team_id)
    for skill, person, level in skills.values_list("skill", "user", "level"):
        levels.setdefault(skill, {})[person] = level
    return Crew(
        _likely(members, Capability.LABEL, Role.ANNOTATOR, done),
        _likely(members, Capability.REVIEW, Role.REVIEWER, decided),
        levels,
    )


def _likely(
    members: Iterable[tuple[int, str]], capability: Capability, role: Role, did: Mapping[int, int]
) -> list[int]:
    roles = roles_with(capability)
    able = [(person, held) for person, held in members if held in roles]
    likely = [person for person, held in able if held == role or did.get(person)]
    people = likely or [person for person, _held in able]
    return sorted(people, key=lambda person: (-did.get(person, 0), person))


def hours_of(
    team_id: int, people: Collection[int], now: datetime
) -> tuple[tzinfo, dict[int, Hours]]:
    """The team's zone, and the set working hours by person in it; in one query.

    A person's own hours count before the team's. Without any the estimate goes by what it observes.
    """
    rows = {row.user_id: row for row in WorkingHours.objects.filter(team=team_id)}
    teams = rows.get(None)
    zone = _zone_of([teams] if teams else list(rows.values()))
    found = {}
    for person in people:
        row = rows.get(person, teams)
        if row is not None and any(row.week):
            found[person] = Hours(
                shifted(row.week, shift_minutes(row.time_zone, zone, now)), frozenset(row.days_off)
            )
    return zone, found


def _zone_of(rows: Sequence[WorkingHours]) -> tzinfo:
    """The zone that most of these name; the desk's where there are none."""
    names = [row.time_zone for row in rows if row.time_zone in known_zones()]
    if not names:
        return timezone.get_default_timezone()
    return ZoneInfo(max(sorted(set(names)), key=names.count))


def shift_minutes(name: str, zone: tzinfo, now: datetime) -> int:
    """By how many minutes the zone of this name is behind `zone` now."""
    own = ZoneInfo(name) if name in known_zones() else zone
    ahead = now.astimezone(zone).utcoffset() or timedelta(0)
    behind = now.astimezone(own).utcoffset() or timedelta(0)
    return round((ahead - behind).total_seconds() / 60)


def shifted(week: Sequence[Sequence[Sequence[int]]], minutes: int) -> list[list[tuple[int, int]]]:
    """A week's spans moved by so many minutes; what crosses midnight goes on the next day."""
    days: list[list[tuple[int, int]]] = [[] for _day in range(7)]
    for number, spans in enumerate(week):
        for begin, end in spans:
            start = (number * DAY_MINUTES + begin + minutes) % WEEK_MINUTES
            left = end - begin
            while left > 0:
                day, minute = divmod(start, DAY_MINUTES)
                part = min(left, DAY_MINUTES - minute)
                days[day].append((minute, minute + part))
                start, left = (start + part) % WEEK_MINUTES, left - part
    return [sorted(spans) for spans in days]
