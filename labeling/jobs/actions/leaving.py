"""When somebody is deactivated: the history stays, open jobs return to the pool."""

from django.utils import timezone

from accounts.actions import on_deactivate
from accounts.models import Membership
from labeling.jobs.models import Event, Job
from labeling.jobs.states import ANNOTATING, OPEN, any_of


@on_deactivate
def return_open_jobs(membership: Membership, by_id: int | None) -> int:
    """Unfinished jobs go back to the pool, and jobs to review lose their reviewer.

    Arguments:
        by_id: who deactivated the person, for the history.

    Returns how many jobs went back to the pool.
    """
    now = timezone.now()
    in_team = Job.objects.filter(team_id=membership.team_id)
    unfinished = in_team.filter(any_of(ANNOTATING), annotator_id=membership.user_id)
    ids = list(unfinished.values_list("pk", flat=True))
    in_team.filter(pk__in=ids).update(annotator=None, claimed_at=None, updated_at=now)
    in_team.filter(any_of(OPEN), reviewer_id=membership.user_id).update(
        reviewer=None, updated_at=now
    )
    Event.objects.bulk_create(
        [
            Event(
                team_id=membership.team_id,
                verb="release",
                actor_id=by_id,
                subject_type="job",
                subject_id=pk,
                job_id=pk,
                data={"annotator": [membership.user_id, None], "because": "deactivated"},
                at=now,
            )
            for pk in ids
        ]
    )
    return len(ids)
