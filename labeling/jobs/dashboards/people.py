"""Who holds what in a team, what they did, and who needs a manager."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, User
from accounts.roles import Capability, Role, roles_with
from labeling.jobs.dashboards.load import Held, Load, Verdict, loads
from labeling.jobs.dashboards.throughput import Acts, Throughput, total
from labeling.jobs.estimates.reading import Estimate, estimates_of
from labeling.jobs.models import Job
from labeling.jobs.states import ANNOTATING, ForecastOf, Standing, any_of


@dataclass(frozen=True)
class Holding:
    """Somebody's unfinished live jobs, summed.

    Attributes:
        due_at: the last of their due dates; None where a job has none.
    """

    jobs: int = 0
    items: int = 0
    overdue: int = 0
    due_at: datetime | None = None


NOTHING = Holding()


@dataclass(frozen=True)
class Person:
    """A member who labels or holds work.

    Attributes:
        days: acts of every day of the period, oldest first.
    """

    user: User
    holding: Holding
    estimate: Estimate
    verdict: Verdict
    days: Sequence[Acts]

    @property
    def load(self) -> Load:
        """How much they have."""
        return self.verdict.load

    @property
    def acts(self) -> Acts:
        """Of the whole period."""
        return total(self.days)

    @property
    def why(self) -> str:
        """Why they need a manager, in one line; empty for those who need none."""
        if self.load == Load.IDLE:
            return _("has no open work")
        if self.load != Load.OVERLOADED:
            return ""
        if self.holding.overdue:
            number = self.holding.overdue
            words = ngettext("%d job is overdue", "%d jobs are overdue", number)
            return words % number
        if self.estimate.standing == Standing.LATE:
            return _("will finish after the due dates")
        if self.estimate.standing == Standing.AT_RISK:
            return _("may finish after the due dates")
        return _("holds %.1f times what is usual here") % self.verdict.times


@dataclass(frozen=True)
class Crowd:
    """Everybody who labels in a team or holds work of it; who needs a manager comes first."""

    people: Sequence[Person]

    def count(self, load: Load) -> int:
        """How many have such a load."""
        return sum(person.load == load for person in self.people)

    @property
    def idle(self) -> int:
        """How many could work and have nothing."""
        return self.count(Load.IDLE)

    @property
    def overloaded(self) -> int:
        """How many have too much."""
        return self.count(Load.OVERLOADED)


def crowd_of(
    team_id: int,
    members: QuerySet[Membership],
    jobs: QuerySet[Job],
    throughput: Throughput,
    pool: int,
    now: datetime,
) -> Crowd:
    """The people of a team, in three queries.

    Arguments:
        members: of the team, that the reader may see.
        jobs: likewise.
        pool: how many jobs anybody may take.
    """
    holdings = holdings_of(jobs, now)
    active = members.active().filter(role__in=roles_with(Capability.LABEL))  # type: ignore[attr-defined]
    known = [
        member
        for member in active.select_related("user")
        if is_of_the_crowd(member, holdings, throughput)
    ]
    ids = [member.user_id for member in known]
    due = {each: holdings.get(each, NOTHING).due_at for each in ids}
    estimates = estimates_of(ForecastOf.PERSON, ids, due, team_id=team_id)
    held = [
        Held(
            holdings.get(each, NOTHING).items,
            holdings.get(each, NOTHING).overdue,
            estimates[each].standing,
        )
        for each in ids
    ]
    people = [
        Person(
            member.user,
            holdings.get(member.user_id, NOTHING),
            estimates[member.user_id],
            verdict,
            throughput.of_person(member.user_id),
        )
        for member, verdict in zip(known, loads(held, pool), strict=True)
    ]
    return Crowd(sorted(people, key=_neediest_first))


def is_of_the_crowd(
    member: Membership, holdings: Mapping[int, Holding], throughput: Throughput
) -> bool:
    """Whether labeling is what somebody is here for: annotators, and whoever does it all the same.

    A manager without open work is not idle.
    """
    if member.role == Role.ANNOTATOR or member.user_id in holdings:
        return True
    return any(acts.done for acts in throughput.people.get(member.user_id, {}).values())


def holdings_of(jobs: QuerySet[Job], now: datetime) -> Mapping[int, Holding]:
    """What everybody holds, by person, in one query; nobody's jobs are left out."""
    live: Any = jobs.live()  # type: ignore[attr-defined]
    held = live.filter(any_of(ANNOTATING), annotator__isnull=False).order_by()
    counted = held.values_list("annotator").annotate(
        jobs=Count("pk"),
        left=Sum(F("items") - F("done")),
        overdue=Count("pk", filter=Q(due_at__lt=now)),
        due=Max("due_at"),
        undated=Count("pk", filter=Q(due_at=None)),
    )
    return {
        person: Holding(number, left, overdue, None if undated else due)
        for person, number, left, overdue, due, undated in counted
    }


def _neediest_first(person: Person) -> tuple[int, int, str]:
    order = list(Load).index(person.load)
    return order, -person.holding.items, person.user.name.casefold()
