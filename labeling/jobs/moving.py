"""Moving jobs that nobody has begun from person to person, and what is remembered of that."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from labeling.core.bulk_workflow import perform_many
from labeling.core.errors import WorkflowError
from labeling.core.key_lists import among
from labeling.core.workflow import Change, actions
from labeling.jobs.cutting import cut
from labeling.jobs.models import Batch, Job
from labeling.jobs.money.booking import follow
from labeling.jobs.remainder import Proposal, is_unbegun


class Moving(NamedTuple):
    """One job that goes from somebody to somebody; None is the pool."""

    job_id: int
    before: int | None
    after: int | None


def cut_up(proposal: Proposal, by_id: int | None, at: datetime) -> list[Moving]:
    """Cut the jobs that are to be cut; answers what moves then. The caller holds the jobs."""
    wanted = [dealt for dealt in proposal.moves if len(dealt.pieces) > 1]
    jobs = Job.objects.in_bulk([dealt.job.job_id for dealt in wanted])
    movings, touched = [], []
    for dealt in proposal.moves:
        made = [dealt.job.job_id]
        if len(dealt.pieces) > 1:
            sizes = [items for _owner, items in dealt.pieces]
            made = [each.pk for each in cut(jobs[dealt.job.job_id], sizes, by_id, at)]
            touched += made
        for job_id, (owner, _items) in zip(made, dealt.pieces, strict=True):
            if owner != dealt.job.holder:
                movings.append(Moving(job_id, dealt.job.holder, owner))
    follow(touched, at)
    return movings


def move(
    batch: Batch, movings: Sequence[Moving], actor: Any, at: datetime
) -> tuple[list[Moving], list[WorkflowError]]:
    """Assign the jobs anew, by the rules of `assign`; answers those moved, and the refusals.

    A job that somebody has begun meanwhile, or that is not any more with whom it was, stays.
    """
    by_job = {moving.job_id: moving for moving in movings}

    def wanted(job: Job) -> Mapping[str, Any] | None:
        moving = by_job[job.pk]
        if not is_unbegun(job) or job.annotator_id != moving.before:
            return None
        return {"annotator": "" if moving.after is None else moving.after}

    jobs = Job.objects.filter(batch=batch, pk__in=among(list(by_job)))
    answers = perform_many(actions[Job, "assign"], jobs, actor, wanted, at=at)
    moved = [by_job[pk] for pk, answer in answers.items() if isinstance(answer, Change)]
    refused = [answer for answer in answers.values() if isinstance(answer, WorkflowError)]
    return moved, refused
