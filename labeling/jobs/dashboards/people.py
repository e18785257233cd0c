"""Who holds what in a team, what they did, and who needs a manager."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, User
from accounts.roles import Capability, Role, roles_with
from labeling.jobs.dashboards.days import Period
from labeling.jobs.dashboards.load import Held, Load, Verdict, loads
from labeling.jobs.dashboards.throughput import NOTHING as NO_ACTS
from labeling.jobs.dashboards.throughput import Acts, acts_by_person, total
from labeling.jobs.estimates.reading import Estimate, estimates_of
from labeling.jobs.models import Activity, Job
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
        days: acts of every day of a period, oldest first, once `with_days` has read them.
    """

    user: User
    holding: Holding
    estimate: Estimate
    verdict: Verdict
    days: Sequence[Acts] = ()

    @property
    def load(self) -> Load:
        """How much they have."""
        return self.verdict.load

    @property
    def acts(self) -> Acts:
        """Of those days together."""
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
    worked: QuerySet[Activity],
    pool: int,
    now: datetime,
) -> Crowd:
    """The people of a team, in three queries.

    Arguments:
        members: of the team, that the reader may see.
        jobs: likewise.
        worked: the team's activity of late.
        pool: how many jobs anybody may take.
    """
    holdings = holdings_of(jobs, now)
    known = [
        member
        for member in _labelers(members, worked)
        if member.role == Role.ANNOTATOR or member.has_labeled or member.user_id in holdings
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
        )
        for member, verdict in zip(known, loads(held, pool), strict=True)
    ]
    return Crowd(sorted(people, key=_neediest_first))


def _labelers(members: QuerySet[Membership], worked: QuerySet[Activity]) -> QuerySet[Any]:
    """Who may label, with whether they did: a manager without open work is not idle."""
    active: Any = members.active()  # type: ignore[attr-defined]
    labeled = worked.filter(user=OuterRef("user"), done__gt=0)
    able = active.filter(role__in=roles_with(Capability.LABEL)).select_related("user")
    found: QuerySet[Any] = able.annotate(has_labeled=Exists(labeled))
    return found


def with_days(
    people: Sequence[Person], activity: QuerySet[Activity], period: Period
) -> Sequence[Person]:
    """The same people with what they did on each day of a period, in one query.

    Arguments:
        activity: of the team, as far as the reader sees it.
    """
    found = acts_by_person(activity, period, [each.user.pk for each in people])
    return [
        replace(each, days=[found.get(each.user.pk, {}).get(day, NO_ACTS) for day in period.dates])
        for each in people
    ]


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
