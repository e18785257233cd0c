"""A job from the pool is lent: it goes back without work, and stays while somebody works."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from labeling.jobs.history import described
from labeling.jobs.models import Batch, Event, Job
from labeling.jobs.queue.leases import return_expired
from labeling.operations.engine.sweeping import sweep
from tests.factories import JobFactory


@pytest.fixture
def lent(act, team, batch, annotator) -> Job:
    """Ana's job of two items, taken from the pool for thirty minutes."""
    Batch.objects.update(lease_minutes=30)
    JobFactory.create(batch=batch, size=2)
    return act(annotator, team, "take-next").outcome


def later(minutes: float):
    return timezone.now() + timedelta(minutes=minutes)


def test_a_claim_begins_the_lease_where_the_batch_has_one(act, team, batch, lent, annotator2):
    assert lent.lease_until == lent.claimed_at + timedelta(minutes=30)
    Batch.objects.update(lease_minutes=None)
    JobFactory.create(batch=batch)
    assert act(annotator2, team, "take-next").outcome.lease_until is None


def test_a_lease_that_is_over_gives_the_job_back_with_what_was_done(act, lent, annotator):
    act(annotator, lent.job_items.first(), "confirm-item")
    assert return_expired(later(29)) == 0
    assert return_expired(later(31)) == 1
    lent.refresh_from_db()
    assert (lent.annotator, lent.claimed_at, lent.lease_until, lent.done) == (None, None, None, 1)
    assert return_expired(later(99)) == 0
    (line,) = described(Event.objects.filter(job=lent, verb="release").select_related("actor"))
    assert line.text == "It went back to the pool, since Ana did not work on it in time"


@pytest.mark.parametrize("verb", ["confirm-item", "save-annotation", "skip-item"])
def test_work_renews_the_lease(act, lent, annotator, verb):
    Job.objects.update(lease_until=later(1))
    data = {"version": 0, "document": '{"objects": [], "tags": []}', "reason": "dark"}
    act(annotator, lent.job_items.first(), verb, **data)
    assert return_expired(later(29)) == 0
    assert return_expired(later(31)) == 1


def test_work_after_the_end_keeps_a_job_that_nobody_has_taken_back_yet(act, lent, annotator):
    Job.objects.update(lease_until=later(-5))
    act(annotator, lent.job_items.first(), "confirm-item")
    assert return_expired() == 0


def test_the_sweeper_looks_for_leases(lent):
    Job.objects.update(lease_until=later(-1))
    sweep()
    assert Job.objects.get().annotator is None


@pytest.mark.parametrize("change", [{"state": "completed"}, {"stopped_at": "2026-01-01T00:00Z"}])
def test_what_is_handed_in_or_stopped_is_not_taken_back(lent, change):
    Job.objects.update(**change)
    assert return_expired(later(31)) == 0


def test_who_is_assigned_keeps_the_job_and_who_gives_it_back_ends_the_lease(
    act, lent, annotator2, manager
):
    assert act(manager, lent, "assign", annotator=annotator2.pk).obj.lease_until is None
    Job.objects.update(lease_until=later(1))
    assert act(annotator2, lent, "release").obj.lease_until is None


def test_handing_in_ends_the_lease(act, lent, annotator):
    assert act(annotator, lent, "submit", anyway="on").obj.lease_until is None


def test_its_annotator_reads_until_when(client_for, api_for, team, lent, annotator):
    until = timezone.localtime(lent.lease_until).strftime("%H:%M")
    page = client_for(annotator).get(reverse("jobs:my-work", args=[team.pk])).content.decode()
    assert f"yours until {until}" in page
    assert api_for(annotator).get(f"/api/jobs/{lent.pk}/").json()["lease_until"]
