"""Managers rebalance while others do, and while people begin: nobody loses or doubles a job."""

from collections import Counter
from typing import Any

import pytest

from accounts.actor import Actor
from labeling.core.errors import Conflict, WorkflowError
from labeling.core.workflow import Change, actions, perform
from labeling.jobs.models import Batch, Job, JobItem
from labeling.jobs.remainder import Wish, proposed
from tests.factories import JobFactory
from tests.labeling.jobs.test_bulk_races import beside, first_then

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 4


@pytest.fixture
def four(batch, annotator) -> list[Job]:
    """Ana has four jobs of six items."""
    return [JobFactory.create(batch=batch, annotator=annotator, size=6) for _ in range(4)]


def tried(user, obj, verb: str, **data: Any) -> Change | WorkflowError:
    """The verb on one object, or why it is refused."""
    try:
        return perform(actions[type(obj), verb], obj, Actor.for_user(user), data)
    except WorkflowError as refusal:
        return refusal


def seen_by(batch: Batch, people: list[int]) -> dict[str, Any]:
    """The input of a manager who has looked at the preview."""
    return {"people": people, "seen": proposed(batch, Wish(tuple(people))).seal()}


def whole(batch: Batch) -> None:
    """Every item lies in one job, and the counters say so."""
    held = Counter(JobItem.objects.filter(job__batch=batch).values_list("item", flat=True))
    assert set(held.values()) == {1}
    assert len(held) == 24
    for job in batch.jobs.all():
        assert job.items == job.job_items.count()


def test_of_two_managers_with_the_same_preview_one_is_told_it_is_stale(
    batch, four, manager, owner, annotator, annotator2
):
    both = [annotator.pk, annotator2.pk]
    shared, alone = seen_by(batch, both), seen_by(batch, both[1:])
    answers = beside(
        lambda: tried(manager, batch, "rebalance", **shared),
        lambda: tried(owner, batch, "rebalance", **alone),
    )
    assert sorted(type(each).__name__ for each in answers) == ["Change", "Conflict"]
    whole(batch)
    won = answers[0] if isinstance(answers[0], Change) else answers[1]
    expected = 12 if won is answers[0] else 24
    assert sum(job.items for job in batch.jobs.filter(annotator=annotator2)) == expected


def test_a_job_that_is_begun_while_the_rebalance_waits_stays(
    batch, four, manager, annotator, annotator2
):
    both = [annotator.pk, annotator2.pk]
    sent = seen_by(batch, both)
    moving = four[[job.pk for job in four].index(_first_moving(batch, both))]
    begun, refused = first_then(
        lambda: tried(annotator, moving, "start"),
        lambda: tried(manager, batch, "rebalance", **sent),
    )
    assert isinstance(begun, Change)
    assert isinstance(refused, Conflict)
    moving.refresh_from_db()
    assert (moving.annotator, moving.state) == (annotator, "in_progress")
    whole(batch)


def test_whoever_begins_a_job_while_it_moves_is_told(batch, four, manager, annotator, annotator2):
    both = [annotator.pk, annotator2.pk]
    sent = seen_by(batch, both)
    moving = Job.objects.get(pk=_first_moving(batch, both))
    moved, refused = first_then(
        lambda: tried(manager, batch, "rebalance", **sent),
        lambda: tried(annotator, moving, "start"),
    )
    assert isinstance(moved, Change)
    assert isinstance(refused, WorkflowError)
    moving.refresh_from_db()
    assert (moving.annotator, moving.state) == (annotator2, "new")


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_everything_at_once_leaves_each_item_in_one_job(
    batch, four, manager, owner, annotator, annotator2, _round
):
    both = [annotator.pk, annotator2.pk]
    beside(
        lambda: tried(manager, batch, "rebalance", people=both, may_cut="true"),
        lambda: tried(owner, batch, "rebalance", people=both[1:], may_cut="true"),
        lambda: tried(annotator, four[0], "start"),
        lambda: tried(owner, four[3], "assign", annotator=annotator2.pk),
    )
    whole(batch)
    four[0].refresh_from_db()
    assert four[0].state == "new" or four[0].annotator == annotator


def test_two_managers_cannot_give_one_person_twins(batch, manager, owner, annotator):
    twins = [JobFactory.create(batch=batch, segment=1, size=1) for _ in range(2)]
    answers = beside(
        lambda: tried(manager, twins[0], "assign", annotator=annotator.pk),
        lambda: tried(owner, twins[1], "assign", annotator=annotator.pk),
    )
    assert sum(isinstance(each, Change) for each in answers) == 1
    assert Job.objects.filter(annotator=annotator).count() == 1


def _first_moving(batch: Batch, people: list[int]) -> int:
    return proposed(batch, Wish(tuple(people))).moves[0].job.job_id
