"""When somebody is deactivated: the history stays, open jobs return to the pool."""

from django.db.models import Q
from django.utils import timezone

from accounts.actions import on_deactivate
from accounts.models import Membership
from labeling.jobs.models import Event, Job
from labeling.jobs.money.booking import follow
from labeling.jobs.settling import settle_batches
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
    theirs = in_team.filter(Q(annotator_id=membership.user_id) | Q(reviewer_id=membership.user_id))
    # In the order in which everybody takes the locks of jobs, so that nobody waits in a circle.
    list(theirs.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    unfinished = in_team.filter(any_of(ANNOTATING), annotator_id=membership.user_id)
    ids = list(unfinished.values_list("pk", flat=True))
    in_team.filter(pk__in=ids).update(
        annotator=None, claimed_at=None, lease_until=None, updated_at=now
    )
    follow(ids, now)
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
    settle_batches(in_team.filter(pk__in=ids).values_list("batch", flat=True))
    return len(ids)
