"""What keeps one person from getting another job: limits, and items that they have had already.

Asked where work is pushed. Whoever pulls is asked the same of whole batches in `eligibility`.
"""

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, User
from labeling.jobs.models import Job, JobItem
from labeling.jobs.queue.eligibility import items_held
from labeling.jobs.states import ANNOTATING, JobType, any_of


def with_limits(people: QuerySet[User], team_id: int) -> QuerySet[User]:
    """The people, each with `most_jobs`: the most open jobs that are set for them in the team."""
    theirs = Membership.objects.filter(user=OuterRef("pk"), team=team_id)
    return people.annotate(most_jobs=Subquery(theirs.values("most_jobs")[:1]))


def hold_member(user_id: int, team_id: int) -> int | None:
    """Nobody else gives work to this person until the transaction ends; their most open jobs."""
    member = Membership.objects.select_for_update(no_key=True).filter(user=user_id, team=team_id)
    return member.values_list("most_jobs", flat=True).first()


def is_bounded(job: Job, person: Any) -> bool:
    """Whether anything beyond the job itself decides if the person may have it.

    Arguments:
        person: as `with_limits` reads them.
    """
    return (
        job.segment is not None
        or job.batch.items_a_person is not None
        or person.most_jobs is not None
    )


def reason_against(job: Job, person: Any) -> str | None:
    """Why the person cannot have the job, in words that say what to do; None when they can.

    The job is held, or about to be set by a compare-and-set. The person is held here.
    """
    most_jobs = hold_member(person.pk, job.team_id)
    is_open = (job.stage, job.state) in ANNOTATING
    if is_open and most_jobs is not None and open_jobs(person.pk, job) >= most_jobs:
        text = ngettext(
            "%(name)s has %(most)d open job, the most that is set. Raise that, or choose "
            "somebody else.",
            "%(name)s has %(most)d open jobs, the most that is set. Raise that, or choose "
            "somebody else.",
            most_jobs,
        )
        return text % {"name": person.name, "most": most_jobs}
    most_items = job.batch.items_a_person
    if most_items is not None:
        held = items_held(person.pk, [job.batch_id]).get(job.batch_id, 0)
        if held + job.items > most_items:
            text = _(
                "%(name)s has %(held)d items of this batch, and %(most)d are the most for one "
                "person. Raise that, or choose somebody else."
            )
            return text % {"name": person.name, "held": held, "most": most_items}
    if has_had_items_of(job, person.pk):
        text = _("%(name)s has or had the same items in another job. Choose somebody else.")
        return text % {"name": person.name}
    return None


def open_jobs(user_id: int, job: Job) -> int:
    """The jobs that the person has and has not handed in, besides this one."""
    theirs = Job.objects.live().filter(any_of(ANNOTATING), team=job.team_id, annotator=user_id)
    return theirs.exclude(pk=job.pk).count()


def has_had_items_of(job: Job, user_id: int) -> bool:
    """Whether the person has, or did, some of the same items in a job beside this one.

    The job that a rework repeats is no other: whoever did it may do it again.
    """
    if job.segment is None:
        return False
    beside = Job.objects.filter(batch=job.batch_id, segment=job.segment).exclude(pk=job.pk)
    if job.type == JobType.REWORK and job.parent_id is not None:
        beside = beside.exclude(pk=job.parent_id)
    if beside.filter(annotator=user_id).exists():
        return True
    return JobItem.objects.filter(Q(job__in=beside), done_by=user_id).exists()
