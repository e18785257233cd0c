"""Deleting a job for good."""

from django.utils.translation import gettext_lazy as _

from labeling.core.workflow import Change, register
from labeling.jobs.actions.base import JobAction
from labeling.jobs.models import Annotation, Batch, Comment, Event, Forecast, Job
from labeling.jobs.settling import LAUNCHED, settle_batch
from labeling.jobs.states import BatchStatus, ForecastOf


@register
class DeleteJob(JobAction):
    """Delete an archived job with its labels, comments and history.

    What it published stays on the images, and what was paid for it stays in the accounts. The
    history of its batch keeps a line, since its own goes with it.
    """

    verb = "delete"
    label = _("Delete")
    description = _(
        "The job goes for good, with its comments and history. Labels that it published stay on "
        "the images, and what was paid stays in the accounts."
    )
    stopped = None
    archived = True
    destructive = True
    leads_to = "nothing: it is gone"
    order = 95
    recorded = False

    def effect(self, change: Change) -> None:
        """Remove it, and tell its batch."""
        job: Job = change.obj
        Event.objects.create(
            team_id=job.team_id,
            verb=self.verb,
            actor_id=change.actor.user.pk,
            subject_type="job",
            subject_id=job.pk,
            batch_id=job.batch_id,
            from_state=change.before[:40],
            data={"name": job.name, "items": job.items, "annotator": job.annotator_id},
            at=change.at,
        )
        Forecast.objects.filter(of=ForecastOf.JOB, subject_id=job.pk).delete()
        for rows in (
            Event.objects.filter(job=job.pk),
            Comment.objects.filter(job=job.pk),
            Annotation.objects.filter(job_item__job=job.pk),
            job.job_items.all(),
        ):
            rows.delete()
        batch_id = job.batch_id
        job.delete()
        _settle(batch_id, change)


def _settle(batch_id: int, change: Change) -> None:
    """A batch that lost its last job has nothing left to do."""
    batch = Batch.objects.filter(pk=batch_id, status__in=LAUNCHED)
    if Job.objects.filter(batch=batch_id).exists():
        settle_batch(batch_id)
    else:
        batch.update(status=BatchStatus.CANCELED, updated_at=change.at)
