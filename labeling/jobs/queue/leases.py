"""Jobs of the pool are lent: without work on it a job goes back after its batch's minutes."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from labeling.jobs.models import Batch, Event, Job
from labeling.jobs.money.booking import follow
from labeling.jobs.settling import settle_batches
from labeling.jobs.states import ANNOTATING, any_of

# Who draws saves every second; the lease need not be written as often.
RENEWED_AFTER = timedelta(seconds=30)
AT_ONCE = 200


def lend(job: Job, at: datetime) -> None:
    """Begin the lease of a job that was just taken, where its batch has one."""
    minutes = job.batch.lease_minutes
    if minutes is not None:
        job.lease_until = at + timedelta(minutes=minutes)
        Job.objects.filter(pk=job.pk).update(lease_until=job.lease_until)


def lend_anew(batch: Batch, at: datetime) -> None:
    """The batch's lease was changed: what people took from the pool is theirs so long from now."""
    minutes = batch.lease_minutes
    taken = Job.objects.live().filter(any_of(ANNOTATING), batch=batch, claimed_at__isnull=False)
    until = None if minutes is None else at + timedelta(minutes=minutes)
    taken.filter(annotator__isnull=False).update(lease_until=until)


def renew(job: Job, at: datetime) -> None:
    """Somebody works on the job: its lease begins anew. Jobs without one stay so."""
    if job.lease_until is None or job.batch.lease_minutes is None:
        return
    until = at + timedelta(minutes=job.batch.lease_minutes)
    if until - job.lease_until >= RENEWED_AFTER:
        Job.objects.filter(pk=job.pk, lease_until__isnull=False).update(lease_until=until)


def return_expired(now: datetime | None = None) -> int:
    """Give jobs whose lease is over back to the pool; what was done stays. Returns how many.

    Each goes by an UPDATE that holds only while the lease is still over, so a save that comes at
    the same moment keeps the job.
    """
    now = now or timezone.now()
    over = Job.objects.live().filter(
        any_of(ANNOTATING), lease_until__lt=now, annotator__isnull=False
    )
    columns = ("pk", "annotator", "team", "batch", "stage", "state")
    seen = list(over.order_by("pk").values_list(*columns)[:AT_ONCE])
    if not seen:
        return 0
    with transaction.atomic():
        events = []
        for pk, annotator_id, team_id, batch_id, stage, state in seen:
            returned = over.filter(pk=pk, annotator=annotator_id).update(
                annotator=None, claimed_at=None, lease_until=None, updated_at=now
            )
            if returned:
                events.append(
                    Event(
                        team_id=team_id,
                        verb="release",
                        subject_type="job",
                        subject_id=pk,
                        batch_id=batch_id,
                        job_id=pk,
                        from_state=f"{stage} {state}",
                        to_state=f"{stage} {state}",
                        data={"annotator": [annotator_id, None], "because": "lease"},
                        at=now,
                    )
                )
        follow([event.subject_id for event in events], now)
        Event.objects.bulk_create(events)
        settle_batches(event.batch_id for event in events if event.batch_id)
    return len(events)
