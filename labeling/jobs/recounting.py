"""Counts that jobs and annotations store, counted afresh."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from labeling.core.recounting import Difference, Recounter, recounters
from labeling.jobs.actions.base import COUNTERS
from labeling.jobs.models import Annotation, Job, JobItem, LedgerEntry, Terms
from labeling.jobs.money.arithmetic import ZERO
from labeling.jobs.money.balance import terms_of
from labeling.jobs.money.booking import follow, missing_reservations, reserved_for
from labeling.jobs.money.sums import amount_of, steps_of, sum_of_amounts
from labeling.jobs.states import EntryKind
from labeling.projects.documents import count

# Documents may be large.
DOCUMENTS_AT_ONCE = 100
COLUMNS = ("items", "done", "accepted", "rejected")


class Jobs(Recounter):
    """Items, done, accepted and rejected of each job."""

    def rows(self, team_id: int | None = None) -> QuerySet[Job]:
        """Jobs."""
        return Job.objects.all() if team_id is None else Job.objects.filter(team=team_id)

    def differences(self, rows: QuerySet[Any]) -> Iterator[Difference]:
        """Counted by the database, state by state."""
        counted: dict[int, Counter[str]] = {}
        places = JobItem.objects.filter(job__in=rows.order_by().values("pk")).order_by()
        states = places.values_list("job", "state").annotate(number=Count("pk"))
        for job_id, state, number in states:
            tally = counted.setdefault(job_id, Counter())
            tally["items"] += number
            for column, each in COUNTERS[state].items():
                tally[column] += each * number
        for job in rows.order_by("pk").only(*COLUMNS):
            tally = counted.get(job.pk, Counter())
            wrong = {
                column: tally[column] for column in COLUMNS if getattr(job, column) != tally[column]
            }
            # One UPDATE mends all columns of a job: half of them might not fit its constraints.
            fix = partial(Job.objects.filter(pk=job.pk).update, **wrong)
            for column, number in wrong.items():
                what, stored = f"job {job.pk} {column}", getattr(job, column)
                yield Difference(job.pk, what, stored, number, fix)


class Annotations(Recounter):
    """Objects and tags of each annotation's document."""

    def rows(self, team_id: int | None = None) -> QuerySet[Annotation]:
        """Annotations."""
        found = Annotation.objects.all()
        return found if team_id is None else found.filter(job_item__job__team=team_id)

    def differences(self, rows: QuerySet[Any]) -> Iterator[Difference]:
        """Counted in the documents."""
        stored = rows.order_by("pk").only("document", "object_count", "tag_count")
        for annotation in stored.iterator(chunk_size=DOCUMENTS_AT_ONCE):
            counts = count(annotation.document)
            found = {"object_count": counts.objects, "tag_count": counts.tags}
            mend = Annotation.objects.filter(pk=annotation.pk).update
            for column, number in found.items():
                before = getattr(annotation, column)
                if before != number:
                    what = f"annotation {annotation.pk} {column}"
                    fix = partial(mend, **{column: number})
                    yield Difference(annotation.pk, what, before, number, fix)


class Reservations(Recounter):
    """What the ledger reserves for each job of the projects that pay.

    What is wrong is mended by a line of the difference: the ledger only grows.
    """

    def rows(self, team_id: int | None = None) -> QuerySet[Job]:
        """Jobs whose project has terms."""
        paying = Job.objects.filter(project__terms__isnull=False)
        return paying if team_id is None else paying.filter(team=team_id)

    def differences(self, rows: QuerySet[Any]) -> Iterator[Difference]:
        """From the jobs' rows, as the booking does it; in the smallest steps of an amount."""
        jobs = list(rows.order_by("pk").select_related("batch"))
        terms, stored = terms_of(job.project_id for job in jobs), reserved_for(jobs)
        for job, missing in missing_reservations(jobs, terms).items():
            if missing:
                before = stored.get(job.pk, ZERO)
                fix = partial(follow, [job.pk], timezone.now())
                what = f"job {job.pk} reserved"
                yield Difference(job.pk, what, steps_of(before), steps_of(before + missing), fix)


class Budgets(Recounter):
    """The budget of each project that pays, which is the sum of its ledger's lines."""

    def rows(self, team_id: int | None = None) -> QuerySet[Terms]:
        """Terms with a budget."""
        bounded = Terms.objects.filter(budget__isnull=False)
        return bounded if team_id is None else bounded.filter(project__team=team_id)

    def differences(self, rows: QuerySet[Any]) -> Iterator[Difference]:
        """Summed by the database, in the smallest steps of an amount."""
        lines = LedgerEntry.objects.filter(project__terms__in=rows.order_by().values("pk"))
        summed = lines.filter(kind=EntryKind.BUDGET).order_by().values_list("project")
        sums = dict(summed.annotate(total=sum_of_amounts()))
        for terms in rows.order_by("pk"):
            found = sums.get(terms.project_id, 0)
            stored = steps_of(terms.budget)
            if stored != found:
                fix = partial(Terms.objects.filter(pk=terms.pk).update, budget=amount_of(found))
                yield Difference(terms.pk, f"terms {terms.pk} budget", stored, found, fix)


recount_jobs = recounters.add("jobs", Jobs())
recount_annotations = recounters.add("annotations", Annotations())
recount_reservations = recounters.add("reservations", Reservations())
recount_budgets = recounters.add("budgets", Budgets())
