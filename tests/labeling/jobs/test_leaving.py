"""When somebody is deactivated: the history stays, open jobs return to the pool."""

import pytest

from accounts.models import Membership
from labeling.jobs.models import Event, Job, JobItem
from tests.factories import JobFactory, MembershipFactory


@pytest.fixture
def leave(act, manager, team):
    """Max deactivates somebody in the team."""

    def deactivate(user):
        return act(manager, Membership.objects.get(team=team, user=user), "deactivate")

    return deactivate


def test_unfinished_jobs_return_to_the_pool_with_what_is_done(leave, act, job, annotator):
    act(annotator, job.job_items.first(), "confirm-item")
    leave(annotator)
    job.refresh_from_db()
    assert (job.annotator, job.done) == (None, 1)
    assert job in Job.objects.in_pool()
    event = Event.objects.get(job=job, verb="release")
    assert event.data == {"annotator": [annotator.pk, None], "because": "deactivated"}


def test_what_was_handed_in_stays_the_persons(leave, submitted, annotator):
    leave(annotator)
    submitted.refresh_from_db()
    assert submitted.annotator == annotator
    assert JobItem.objects.filter(done_by=annotator).count() == 3


def test_reviews_lose_their_reviewer(leave, reviewed, reviewer):
    leave(reviewer)
    reviewed.refresh_from_db()
    assert reviewed.reviewer is None


def test_completed_jobs_keep_who_made_them(leave, act, reviewed, annotator, reviewer):
    act(reviewer, reviewed, "complete", accept_rest="on")
    leave(annotator)
    leave(reviewer)
    reviewed.refresh_from_db()
    assert (reviewed.annotator, reviewed.reviewer) == (annotator, reviewer)


def test_jobs_in_other_teams_are_kept(leave, job, annotator):
    other = JobFactory.create(annotator=annotator)
    MembershipFactory.create(team=other.team, user=annotator)
    leave(annotator)
    other.refresh_from_db()
    assert other.annotator == annotator


def test_whoever_left_gets_nothing_from_the_pool(leave, act, team, job, annotator, annotator2):
    leave(annotator)
    assert act(annotator2, team, "take-next").outcome.pk == job.pk
