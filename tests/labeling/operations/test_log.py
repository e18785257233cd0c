"""The log of an operation tells whatever happened to it, and who did it."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from accounts.actor import Actor
from labeling.core.workflow import actions, perform
from labeling.operations import engine
from labeling.operations.engine import claims
from labeling.operations.engine.pace import Pace
from labeling.operations.engine.sweeping import SILENCE
from labeling.operations.kinds import OperationFailed, Restart
from labeling.operations.models import LogLine, Operation
from labeling.operations.states import LogEvent, Status
from tests.labeling.operations.counting import meanwhile, raising


def told(operation):
    """The log: each event with the person and the details, where there are any."""
    lines = operation.log.select_related("by")
    return [(line.event, line.by and line.by.username, line.text) for line in lines]


def do(verb, operation, user):
    return perform(actions[Operation, verb], operation, Actor.for_user(user), {})


def lose(operation):
    """Its worker goes silent, and the sweeper comes by."""
    long_ago = timezone.now() - SILENCE - timedelta(seconds=1)
    Operation.objects.filter(pk=operation.pk).update(heartbeat_at=long_ago)
    engine.sweep()


def test_an_easy_life_is_asked_begun_complete(count, rings):
    operation = count()
    engine.run(operation.pk)
    assert told(operation) == [("asked", "max", ""), ("begun", None, ""), ("complete", None, "")]


def test_a_lost_worker_is_told_and_that_another_went_on(count, rings):
    operation = count()
    claims.take(operation.pk)
    lose(operation)
    engine.run(operation.pk)
    events = [event for event, _who, _text in told(operation)]
    assert events == ["asked", "begun", "lost", "went-on", "complete"]


def test_who_canceled_is_told_and_when_it_ended(count, rings, manager, reviewer):
    at_once = count(asker=reviewer)
    do("cancel", at_once, manager)
    assert told(at_once) == [("asked", "kim", ""), ("canceled", "max", "")]

    at_work = count(to=100, by=10)
    with meanwhile(preparing=lambda chunk: do("cancel", at_work, manager)):
        engine.run(at_work.pk)
    assert told(at_work)[2:] == [("canceling", "max", ""), ("canceled", None, "")]


def test_a_cancel_whose_worker_was_lost_tells_both(count, rings, manager):
    operation = count()
    claims.take(operation.pk)
    do("cancel", operation, manager)
    lose(operation)
    events = [event for event, _who, _text in told(operation)]
    assert events[2:] == ["canceling", "lost", "canceled"]


def test_a_failure_tells_why_and_a_retry_who_asked_for_it(count, rings, manager):
    operation = count()
    with meanwhile(preparing=raising(OperationFailed("No ink."), after=10)):
        engine.run(operation.pk)
    do("retry", operation, manager)
    engine.run(operation.pk)
    assert told(operation)[2:] == [
        ("failed", None, "No ink."),
        ("retried", "max", ""),
        ("went-on", None, ""),
        ("complete", None, ""),
    ]


def test_what_was_given_back_and_begun_again_is_told(count, rings, caplog):
    operation = count()
    with meanwhile(preparing=raising(OperationalError(), after=10)):
        engine.run(operation.pk)
    lost = iter([Restart()])

    def lose_files(chunk):
        error = next(lost, None)
        if error is not None:
            raise error

    with meanwhile(preparing=lose_files):
        engine.run(operation.pk)
    events = [event for event, _who, _text in told(operation)]
    assert events[2:] == ["returned", "went-on", "restarted", "complete"]


def test_files_that_arrived_and_files_that_never_did(count, rings):
    arrived, never = count(hold=True), count(hold=True)
    engine.release(arrived)
    Operation.objects.filter(pk=never.pk).update(created_at=timezone.now() - timedelta(hours=25))
    engine.sweep()
    assert told(arrived)[-1][0] == "released"
    assert told(never)[-1] == (
        "canceled",
        None,
        "Its files never arrived. Upload them again.",
    )


def test_a_line_is_seen_by_those_who_see_the_operation(count, rings, manager, annotator, outsider):
    count()
    assert LogLine.objects.visible_to(Actor.for_user(manager)).count() == 1
    for person in (annotator, outsider):
        assert not LogLine.objects.visible_to(Actor.for_user(person)).exists()


def test_a_line_reads_as_a_sentence(count, rings):
    assert str(count().log.get()) == "Asked for"
    assert set(LogEvent.values) >= {"lost", "went-on"}


def test_a_change_that_is_taken_back_leaves_no_line(count, rings, take):
    operation = take(count())
    Operation.objects.filter(pk=operation.pk).update(claimed_by="somebody else")
    with pytest.raises(claims.Lost):
        claims.let_go(operation, Status.FAILED, "no")
    assert [event for event, *_rest in told(operation)] == ["asked", "begun"]


def test_the_rate_follows_what_happens_lately(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("labeling.operations.engine.pace.monotonic", lambda: clock[0])
    pace = Pace(None, 0)
    clock[0] = 0.1
    assert pace.rate_at(50) is None, "too short to tell"
    clock[0] = 1.0
    assert pace.rate_at(100) == 100
    for _second in range(60):
        clock[0] += 1
        rate = pace.rate_at(pace.done + 10)
    assert rate is not None
    assert 10 <= rate < 11
