"""The open work of a team as the estimate takes it: jobs, or shares of batches where they are many.

A job that somebody has is done by that person alone. Jobs of the pool go to whoever is free: few
of them to one person each, many as slices that all share, in the order of the queue.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Min, Q, QuerySet, Sum

from labeling.jobs.estimates.crew import Crew
from labeling.jobs.eta.facts import Work
from labeling.jobs.models import Batch, Job
from labeling.jobs.states import ANNOTATING, BatchStatus, ForecastOf, Priority, Status, any_of

LAUNCHED = (
    BatchStatus.QUEUED,
    BatchStatus.PROCESSING,
    BatchStatus.NO_MONEY,
    BatchStatus.STOPPING,
    BatchStatus.STOPPED,
)
PAUSED = (BatchStatus.NO_MONEY, BatchStatus.STOPPED)
MOST_WORKS = 400
"""With more open jobs than this, those that one person has of a batch are taken together."""
MOST_SHARES = 1_200
"""With more such shares, each batch is taken as one, shared by all who have part of it."""
MOST_SLICES = 6
TOP_LEVEL = max(Priority.values) + 1


@dataclass(frozen=True)
class Terms:
    """What of a batch its works go by."""

    batch: int
    project: int
    status: str
    review: bool
    own_review: bool
    skill: int | None
    skill_level: int
    reviewer: int | None


@dataclass(frozen=True)
class Lot:
    """Open jobs that are alike: one job, or all that one person has of a batch.

    Attributes:
        first: the lowest key among its jobs.
        jobs: how many.
        annotator, reviewer: None for the pool, and for any reviewer.
        in_pool: whether anybody who is able may take it.
    """

    batch: int
    first: int
    jobs: int
    annotator: int | None
    reviewer: int | None
    priority: int
    rank: int
    stopped: bool
    in_pool: bool
    items: int
    done: int
    accepted: int


@dataclass
class OpenWork:
    """What is left to do in a team.

    Attributes:
        terms: by batch.
        works: for the estimate.
        lots: by the key of their work, so that their jobs find their dates.
        each: whether every job is a work of its own, apart from those of the pool.
        live: projects that anybody can work on now.
        merged: by the key of a lot that of the work that it went into, where batches are taken as
            one.
    """

    terms: Mapping[int, Terms]
    works: list[Work] = field(default_factory=list)
    lots: dict[str, Lot] = field(default_factory=dict)
    each: bool = True
    live: set[int] = field(default_factory=set)
    merged: dict[str, str] = field(default_factory=dict)

    def key_of(self, lot: str) -> str:
        """The key of the work that a lot is in."""
        return self.merged.get(lot, lot)

    def is_paused(self, lot: Lot) -> bool:
        """Whether nobody can work on it now."""
        return lot.stopped or self.terms[lot.batch].status in PAUSED


def group_key(of: ForecastOf, subject_id: int) -> str:
    """The name of a subject in the estimate's answer."""
    return f"{of.value} {subject_id}"


def open_work_of(team_id: int, crew: Crew, most: int = MOST_WORKS) -> OpenWork:
    """The open work of a team, in three queries."""
    terms = {row[0]: Terms(*row) for row in _batches(team_id)}
    jobs = _open_jobs(team_id)
    held = jobs.exclude(_in_pool())
    each = len(held[: most + 1].values_list("pk")) <= most
    found = OpenWork(terms, each=each)
    load: Counter[int] = Counter()
    lots = [
        lot
        for lot in (*_lots(held, each=each), *_lots(jobs.filter(_in_pool()), each=False))
        if lot.batch in terms
    ]
    found.live = {terms[lot.batch].project for lot in lots if not found.is_paused(lot)}
    for lot in lots:
        if not lot.in_pool:
            load[lot.annotator or 0] += lot.items - lot.done
            _add(found, lot, crew, key=f"lot {lot.first}", people=[lot.annotator])
    for lot in lots:
        if lot.in_pool:
            _share_out(found, lot, crew, load)
    if len(found.works) > MOST_SHARES:
        _merge(found)
    return found


def _merge(found: OpenWork) -> None:
    """Take each batch as one work, what is paused of it as another."""
    parts: dict[tuple[int, bool, bool], list[Work]] = {}
    for work in found.works:
        parts.setdefault((work.batch, work.is_paused, bool(work.groups)), []).append(work)
    found.works = []
    for works in parts.values():
        whole = together(works)
        found.works.append(whole)
        found.merged.update((work.key, whole.key) for work in works)


def together(works: Sequence[Work]) -> Work:
    """Works of one batch as one, that all who may do part of it share."""
    return replace(
        works[0],
        order=min(work.order for work in works),
        people=list(dict.fromkeys(each for work in works for each in work.people)),
        to_do=sum(work.to_do for work in works),
        to_review=sum(work.to_review for work in works),
        reviewers=list(dict.fromkeys(each for work in works for each in work.reviewers or ())),
        groups=list(dict.fromkeys(group for work in works for group in work.groups)),
    )


def _batches(team_id: int) -> Any:
    running = Batch.objects.filter(team=team_id, status__in=LAUNCHED).order_by()
    return running.values_list(
        "pk",
        "project",
        "status",
        "needs_review",
        "allow_own_review",
        "skill",
        "skill_level",
        "reviewer",
    )


def _open_jobs(team_id: int) -> QuerySet[Job]:
    jobs = Job.objects.filter(team=team_id, archived_at=None, batch__status__in=LAUNCHED)
    return jobs.exclude(stopped_at=None, status=Status.COMPLETED).order_by()


def _in_pool() -> Q:
    return Q(annotator=None) & any_of(ANNOTATING)


def _lots(jobs: QuerySet[Job], *, each: bool) -> Iterator[Lot]:
    """The jobs one by one, or those that are alike together, in the order of the queue."""
    stopped = ExpressionWrapper(Q(stopped_at__isnull=False), output_field=BooleanField())
    pool = ExpressionWrapper(_in_pool(), output_field=BooleanField())
    alike = ("batch", "annotator", "reviewer", "priority", "rank", *(("pk",) if each else ()))
    rows = (
        jobs.values(*alike, is_stopped=stopped, is_pool=pool)
        .annotate(
            first=Min("pk"),
            jobs=Count("pk"),
            all_items=Sum("items"),
            all_done=Sum("done"),
            all_accepted=Sum("accepted"),
        )
        .order_by("-priority", "rank", "first")
    )
    for row in rows:
        yield Lot(
            row["batch"],
            row["first"],
            row["jobs"],
            row["annotator"],
            row["reviewer"],
            row["priority"],
            row["rank"],
            bool(row["is_stopped"]),
            bool(row["is_pool"]),
            row["all_items"],
            row["all_done"],
            row["all_accepted"],
        )


def _add(
    found: OpenWork, lot: Lot, crew: Crew, *, key: str, people: Sequence[int | None], place: int = 0
) -> None:
    terms = found.terms[lot.batch]
    found.lots[key] = lot
    found.works.append(
        Work(
            key=key,
            batch=lot.batch,
            order=(TOP_LEVEL - lot.priority, lot.rank, lot.first, place),
            people=[person for person in people if person is not None],
            to_do=max(lot.items - lot.done, 0),
            to_review=max(lot.done - lot.accepted, 0) if terms.review else 0,
            review=terms.review,
            reviewers=crew.deciders(lot.reviewer, lot.annotator, own=terms.own_review),
            groups=_groups(found, lot),
            is_paused=found.is_paused(lot),
        )
    )


def _groups(found: OpenWork, lot: Lot) -> list[str]:
    """What waits for a lot: its batch, its project and whoever has it.

    A job that was stopped by itself is not waited for: its batch goes on without it.
    """
    terms = found.terms[lot.batch]
    batch = group_key(ForecastOf.BATCH, lot.batch)
    project = group_key(ForecastOf.PROJECT, terms.project)
    if terms.status in PAUSED:
        return [batch] if terms.project in found.live else [batch, project]
    if lot.stopped:
        return []
    if lot.annotator is None:
        return [batch, project]
    return [batch, project, group_key(ForecastOf.PERSON, lot.annotator)]


def _share_out(found: OpenWork, lot: Lot, crew: Crew, load: Counter[int]) -> None:
    """Jobs of the pool: one person for each while they are fewer than the people, else slices."""
    terms = found.terms[lot.batch]
    without = None if terms.own_review else lot.reviewer
    able = crew.able(terms.skill, terms.skill_level, without)
    if 0 < lot.jobs < len(able):
        # Whoever has least to do comes first to the pool.
        free = sorted(able, key=lambda person: load[person])
        for number, part in enumerate(parts_of(lot, lot.jobs)):
            load[free[number]] += part.items - part.done
            key = f"pool {lot.first} {number}"
            _add(found, part, crew, key=key, people=[free[number]], place=number)
        return
    count = max(1, min(MOST_SLICES, lot.jobs // max(len(able), 1)))
    for number, part in enumerate(parts_of(lot, count)):
        _add(found, part, crew, key=f"pool {lot.first} {number}", people=able, place=number)


def parts_of(lot: Lot, count: int) -> Iterator[Lot]:
    """A lot in so many parts as equal as can be."""

    def share(whole: int, number: int) -> int:
        return whole * (number + 1) // count - whole * number // count

    for number in range(count):
        yield replace(
            lot,
            jobs=share(lot.jobs, number),
            items=share(lot.items, number),
            done=share(lot.done, number),
            accepted=share(lot.accepted, number),
        )


def jobs_of_lots(team_id: int, work: OpenWork, most: int) -> Iterator[tuple[int, str]]:
    """The open jobs in the order of the queue, each with the key of the work that it is in.

    Arguments:
        most: so many at most.
    """
    keys: dict[tuple[Any, ...], list[str]] = {}
    for key, lot in work.lots.items():
        keys.setdefault(_likeness(lot, each=work.each), []).append(key)
    rows = _open_jobs(team_id).order_by("-priority", "rank", "pk")
    columns = ("pk", "batch", "annotator", "reviewer", "priority", "stopped_at", "stage", "state")
    seen: Counter[tuple[Any, ...]] = Counter()
    for pk, batch, annotator, reviewer, priority, stopped_at, stage, state in rows.values_list(
        *columns
    )[:most]:
        in_pool = annotator is None and (stage, state) in ANNOTATING
        alike = (batch, annotator, reviewer, priority, stopped_at is not None, in_pool)
        name = (pk,) if work.each and not in_pool else alike
        if name not in keys:
            continue  # somebody changed it since the facts were read
        parts = keys[name]
        total = sum(work.lots[key].jobs for key in parts)
        place = min(seen[name] * len(parts) // max(total, 1), len(parts) - 1)
        seen[name] += 1
        yield pk, parts[place]


def _likeness(lot: Lot, *, each: bool) -> tuple[Any, ...]:
    if each and not lot.in_pool:
        return (lot.first,)
    return (lot.batch, lot.annotator, lot.reviewer, lot.priority, lot.stopped, lot.in_pool)
