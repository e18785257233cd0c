"""Many jobs are changed while other people work on them: nobody blocks, nothing is lost."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.actor import Actor
from labeling.core.bulk_workflow import perform_many
from labeling.core.errors import Conflict, WorkflowError
from labeling.core.workflow import Change, actions, perform
from labeling.jobs.models import Batch, Event, Job
from labeling.jobs.settling import Facts, batch_status
from labeling.jobs.states import Status
from tests.factories import BatchFactory, JobFactory

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 20.0
ROUNDS = 6


def beside(*calls: Callable[[], Any]) -> list[Any]:
    """Run each call in a thread with a connection of its own; what each answered."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        gate.wait(SECONDS)
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def change_many(user, verb: str, jobs, **data: Any) -> list[Change | WorkflowError]:
    """The verb on many jobs at once; the answers in the order of their keys."""
    chosen = Job.objects.filter(pk__in=[job.pk for job in jobs])
    answers = perform_many(actions[Job, verb], chosen, Actor.for_user(user), data)
    return [answers[pk] for pk in sorted(answers)]


def change_one(user, verb: str, obj) -> Change | WorkflowError:
    """The verb on one object."""
    try:
        return perform(actions[type(obj), verb], obj, Actor.for_user(user))
    except WorkflowError as refusal:
        return refusal


@pytest.fixture
def jobs(dataset, annotator) -> list[Job]:
    """Ana's jobs of a batch that asks for no review."""
    batch = BatchFactory.create(dataset=dataset, needs_review=False)
    return [
        JobFactory.create(batch=batch, annotator=annotator, state="in_progress")
        for _number in range(5)
    ]


def first_then(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """The second begins while the first is done, but not yet committed."""
    done, begun = threading.Event(), threading.Event()

    def hold() -> Any:
        with transaction.atomic():
            answer = first()
            done.set()
            begun.wait(SECONDS)
            threading.Event().wait(0.2)  # it is waiting for our lock by now, or has read the past
        return answer

    def follow() -> Any:
        done.wait(SECONDS)
        begun.set()
        return second()

    former, latter = beside(hold, follow)
    return former, latter


def test_a_job_that_is_submitted_while_the_bulk_waits_says_so_and_the_rest_is_assigned(
    jobs, manager, annotator, annotator2
):
    submitted, answers = first_then(
        lambda: change_one(annotator, "submit", jobs[2]),
        lambda: change_many(manager, "assign", jobs, annotator=annotator2.pk),
    )
    assert isinstance(submitted, Change)
    refused = [isinstance(answer, Conflict) for answer in answers]
    assert refused == [False, False, True, False, False]
    assert "not possible now" in str(answers[2].message)
    holders = [job.annotator for job in Job.objects.order_by("pk")]
    assert holders == [annotator2, annotator2, annotator, annotator2, annotator2]
    assert Event.objects.filter(verb="assign").count() == 4


def test_who_submits_a_job_that_the_bulk_is_taking_away_is_told(
    jobs, manager, annotator, annotator2
):
    answers, submitted = first_then(
        lambda: change_many(manager, "assign", jobs, annotator=annotator2.pk),
        lambda: change_one(annotator, "submit", jobs[2]),
    )
    assert all(isinstance(answer, Change) for answer in answers)
    assert isinstance(submitted, WorkflowError)
    assert Job.objects.filter(annotator=annotator2, state="in_progress").count() == 5


def test_bulks_batches_and_single_jobs_never_wait_in_a_circle(
    dataset, jobs, manager, owner, annotator, annotator2
):
    more = [JobFactory.create(batch=BatchFactory.create(dataset=dataset)) for _number in range(3)]
    everything = [*jobs, *more]
    batch = jobs[0].batch

    def bulks(user, verbs, chosen, **data):
        return lambda: [
            answer
            for _round in range(ROUNDS)
            for verb in verbs
            for answer in change_many(user, verb, chosen, **data)
        ]

    def singles(user, verbs, objects):
        return lambda: [
            change_one(user, verb, obj)
            for _round in range(ROUNDS)
            for obj in objects
            for verb in verbs
        ]

    found = beside(
        bulks(manager, ["stop", "resume"], everything),
        bulks(
            owner, ["assign", "set-priority"], everything[::-1], annotator=annotator2.pk, priority=4
        ),
        bulks(owner, ["resume", "set-due"], more, due_at="2030-01-01"),
        singles(manager, ["stop", "resume"], jobs[::-1]),
        singles(owner, ["stop", "resume"], [batch]),
    )
    changes = [answer for answers in found for answer in answers if isinstance(answer, Change)]
    on_jobs = [change for change in changes if isinstance(change.obj, Job)]
    lines = Event.objects.filter(subject_type="job")
    own = [event for event in lines if "with_batch" not in event.data]
    assert len(own) == len(on_jobs) > 0
    for each in Batch.objects.all():
        statuses = list(each.jobs.values_list("status", flat=True))
        counted: dict[str, Any] = {s.value: statuses.count(s) for s in Status}
        assert each.status == batch_status(Facts(**counted))


def test_of_two_managers_who_stop_the_halves_of_a_batch_the_batch_counts_both(jobs, manager, owner):
    first_then(
        lambda: change_many(manager, "stop", jobs[:2]),
        lambda: change_many(owner, "stop", jobs[2:]),
    )
    assert Batch.objects.get().status == "stopped"
