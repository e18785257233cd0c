"""The status of a batch: the rule by itself, and what is stored when facts change."""

from itertools import product
from typing import Any

import pytest

from labeling.jobs import settling
from labeling.jobs.models import Batch, Job
from labeling.jobs.settling import LAUNCHED, Facts, batch_status, settle_batch, settle_queues
from labeling.jobs.states import BatchStatus, Status
from tests.factories import BatchFactory, JobFactory


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        (Facts(pending=2), "processing"),
        (Facts(in_progress=1, completed=4), "processing"),
        (Facts(on_review=1), "processing"),
        (Facts(completed=5), "completed"),
        (Facts(completed=1, stopped=1), "stopped"),
        (Facts(in_progress=1, stopped=3), "processing"),
        (Facts(in_progress=1, stopped=3, stop_asked=True), "stopping"),
        (Facts(on_review=1, completed=3, stop_asked=True), "stopping"),
        (Facts(stopped=3, stop_asked=True), "stopped"),
        (Facts(completed=3, stop_asked=True), "completed"),
        (Facts(pending=3, can_pay=False), "no_money"),
        (Facts(in_progress=1, can_pay=False, stop_asked=True), "stopping"),
        (Facts(completed=3, can_pay=False), "completed"),
        (Facts(pending=3, outranked=True), "queued"),
        (Facts(pending=3, on_review=1, outranked=True), "processing"),
        (Facts(pending=3, outranked=True, can_pay=False), "no_money"),
    ],
)
def test_the_first_fact_that_fits_decides(facts, status):
    assert batch_status(facts) == status


def test_whatever_the_facts_a_launched_batch_stays_launched_and_says_completed_truly():
    for *counts, asked, pays, outranked in product([0, 2], repeat=8):
        known: dict[str, Any] = dict(zip((each.value for each in Status), counts, strict=True))
        known |= {"stop_asked": bool(asked), "can_pay": bool(pays), "outranked": bool(outranked)}
        facts = Facts(**known)
        status = batch_status(facts)
        assert status in LAUNCHED
        nothing_left = not (facts.begun or facts.pending or facts.stopped)
        assert (status == BatchStatus.COMPLETED) == nothing_left


pytestmark = pytest.mark.django_db


def status_of(batch: Batch) -> str:
    batch.refresh_from_db()
    return batch.status


@pytest.mark.parametrize("status", ["new", "loading", "error", "canceled", "archived"])
def test_where_somebody_put_a_batch_it_stays(batch, job, status):
    Batch.objects.filter(pk=batch.pk).update(status=status)
    settle_batch(batch.pk)
    assert status_of(batch) == status


def test_a_project_without_money_stops_its_batches_and_they_go_on_by_themselves(
    batch, job, monkeypatch
):
    monkeypatch.setattr(settling, "pay_rules", [lambda batches: {batch.pk}])
    settle_batch(batch.pk)
    assert status_of(batch) == "no_money"
    monkeypatch.setattr(settling, "pay_rules", [lambda batches: ()])
    settle_batch(batch.pk)
    assert status_of(batch) == "processing"


@pytest.fixture
def urgent(dataset) -> Batch:
    """A batch that goes before the other one."""
    return BatchFactory.create(dataset=dataset, name="kiwis", priority=5)


def test_a_batch_whose_people_have_more_urgent_work_is_queued_until_that_is_done(
    act, batch, job, urgent, annotator, reviewer
):
    first = JobFactory.create(batch=urgent, annotator=annotator, size=1)
    settle_queues()
    assert (status_of(batch), status_of(urgent)) == ("queued", "processing")
    act(annotator, first.job_items.get(), "confirm-item")
    act(annotator, first, "submit")
    settle_queues()
    assert status_of(batch) == "processing"


def test_whoever_begins_a_queued_batch_makes_it_processing(act, batch, job, urgent, annotator):
    JobFactory.create(batch=urgent, annotator=annotator)
    settle_queues()
    act(annotator, job, "start")
    settle_queues()
    assert status_of(batch) == "processing"


def test_one_person_who_is_free_is_enough(batch, job, urgent, annotator, annotator2):
    JobFactory.create(batch=urgent, annotator=annotator)
    JobFactory.create(batch=batch, annotator=annotator2)
    settle_queues()
    assert status_of(batch) == "processing"


def test_the_pool_goes_by_priority_so_the_lower_batch_is_queued(batch, urgent, annotator):
    JobFactory.create(batch=batch)
    JobFactory.create(batch=urgent)
    settle_queues()
    assert (status_of(batch), status_of(urgent)) == ("queued", "processing")
    Job.objects.filter(batch=urgent).update(annotator=annotator)
    settle_queues()
    # Others of the team may label, and have nothing better to do.
    assert status_of(batch) == "processing"


def test_work_of_the_same_priority_and_of_other_teams_keeps_nobody_busy(batch, job, annotator):
    JobFactory.create(batch=BatchFactory.create(dataset=batch.dataset), annotator=annotator)
    JobFactory.create(batch=BatchFactory.create(priority=5))
    settle_queues()
    assert status_of(batch) == "processing"
