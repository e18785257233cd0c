"""What people have to do, how fast they are and what limits them: the facts of every spreading."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from django.db.models import Count, F, QuerySet, Sum

from accounts.models import Membership
from labeling.core.key_lists import among
from labeling.jobs.models import Job, Pace
from labeling.jobs.spreading import Able
from labeling.jobs.states import ANNOTATING, any_of

UNSEEN_SECONDS = 60.0
"""The pace while nobody in the team has shown one: then only how people compare matters."""


@dataclass(frozen=True)
class Wanted:
    """Who is to get items of a project, and by which limits.

    Attributes:
        weights: by person; 1 where nothing was said.
        items_a_person: at most so many items of the batch for one person.
        batch_id: the batch, where it has jobs already.
        without: jobs that are given out anew, so that nobody is charged with them.
    """

    team_id: int
    project_id: int
    person_ids: Sequence[int]
    weights: Mapping[int, float] | None = None
    items_a_person: int | None = None
    batch_id: int | None = None
    without: Sequence[int] = ()


@dataclass(frozen=True)
class Load:
    """What somebody has open: jobs, items left in them, and the working seconds that these take."""

    jobs: int = 0
    items: int = 0
    seconds: float = 0


def able_people(wanted: Wanted) -> list[Able]:
    """These people with their pace, the work they have and the room that their limits leave."""
    paces = Paces(wanted.team_id, wanted.person_ids)
    loads = loads_of(wanted, paces)
    limits = dict(
        Membership.objects.filter(team=wanted.team_id, user__in=wanted.person_ids).values_list(
            "user", "most_jobs"
        )
    )
    taken, items = _items_taken(wanted), wanted.items_a_person
    found = []
    for person in wanted.person_ids:
        load, most = loads.get(person, Load()), limits.get(person)
        seconds, is_known = paces.of(person, wanted.project_id)
        found.append(
            Able(
                person,
                1 if wanted.weights is None else wanted.weights.get(person, 0),
                seconds,
                load.seconds,
                None if items is None else max(items - taken.get(person, 0), 0),
                None if most is None else max(most - load.jobs, 0),
                is_known,
            )
        )
    return found


def _items_taken(wanted: Wanted) -> dict[int, int]:
    """The items of the batch that each person has or had, the jobs in `without` left aside."""
    if wanted.items_a_person is None or wanted.batch_id is None:
        return {}
    theirs = Job.objects.filter(
        annotator__in=wanted.person_ids, batch=wanted.batch_id, archived_at=None
    ).exclude(pk__in=among(wanted.without))
    taken = theirs.order_by().values("annotator").annotate(taken=Sum("items"))
    return dict(taken.values_list("annotator", "taken"))


class Paces:
    """Usual seconds an item, of some people in a team.

    What is not known of a person on a project is told from others on it, then from the person's
    other projects, then from the team.
    """

    def __init__(self, team_id: int, person_ids: Iterable[int]) -> None:
        rows = Pace.objects.filter(project__team=team_id, usual_seconds__gt=0)
        self.own: dict[tuple[int, int], float] = {}
        self.of_project: dict[int, list[float]] = {}
        self.of_person: dict[int, list[float]] = {}
        wanted = set(person_ids)
        for user, project, usual in rows.values_list("user", "project", "usual_seconds"):
            seconds = float(usual or UNSEEN_SECONDS)
            self.of_project.setdefault(project, []).append(seconds)
            if user in wanted:
                self.own[user, project] = seconds
                self.of_person.setdefault(user, []).append(seconds)
        everything = [seconds for each in self.of_project.values() for seconds in each]
        self.of_team = median(everything) if everything else UNSEEN_SECONDS

    def of(self, person: int, project: int) -> tuple[float, bool]:
        """The seconds, and whether they were seen of this person on this project."""
        own = self.own.get((person, project))
        if own is not None:
            return own, True
        others = self.of_project.get(project) or self.of_person.get(person)
        return (median(others) if others else self.of_team), False


def loads_of(wanted: Wanted, paces: Paces) -> dict[int, Load]:
    """What each of the people has open in the team, the jobs in `without` left aside."""
    found: dict[int, Load] = {}
    rows = _open_jobs(wanted.team_id, wanted.person_ids).exclude(pk__in=among(wanted.without))
    summed = rows.values_list("annotator", "project").annotate(
        Count("pk"), items_left=Sum(F("items") - F("done"))
    )
    for person, project, jobs, left in summed:
        before = found.get(person, Load())
        seconds, _is_known = paces.of(person, project)
        found[person] = Load(
            before.jobs + jobs, before.items + left, before.seconds + left * seconds
        )
    return found


def held_items(team_id: int, person_ids: Sequence[int], without: Sequence[int]) -> dict[int, int]:
    """The items that people still have to do in a team, those of some jobs left aside."""
    held = dict.fromkeys(person_ids, 0)
    aside = set(without)
    open_jobs = _open_jobs(team_id, person_ids).values("pk", "annotator")
    for row in open_jobs.annotate(items_left=Sum(F("items") - F("done"))):
        if row["pk"] not in aside:
            held[row["annotator"]] += row["items_left"]
    return held


def rooms_left(team_id: int, person_ids: Sequence[int], without: Sequence[int]) -> dict[int, int]:
    """So many more jobs those people may have who have a limit, some jobs left aside."""
    members = Membership.objects.filter(team=team_id, user__in=person_ids, most_jobs__isnull=False)
    limits = dict(members.values_list("user", "most_jobs"))
    rows = _open_jobs(team_id, list(limits)).exclude(pk__in=among(without))
    counts = dict(rows.values_list("annotator").annotate(Count("pk")))
    return {person: max((most or 0) - counts.get(person, 0), 0) for person, most in limits.items()}


def _open_jobs(team_id: int, person_ids: Sequence[int]) -> QuerySet[Job]:
    jobs = Job.objects.live().filter(any_of(ANNOTATING), team=team_id, annotator__in=person_ids)
    return jobs.order_by()
