"""Asking for an operation: on record first, rung for on commit, once for one idempotency key."""

import threading

import pytest
from celery import current_app
from django import forms
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from accounts.actor import Actor
from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.operations import engine
from labeling.operations.doorbell import RUN_TASK
from labeling.operations.kinds import Plan, kinds
from labeling.operations.models import Operation
from labeling.operations.states import Status
from tests.labeling.operations.counting import Count, marks


@pytest.mark.django_db(transaction=True)
def test_a_start_rings_only_when_it_is_committed(count, rings):
    with transaction.atomic():
        kept = count()
        assert rings == []
    assert rings == [kept.pk]
    with transaction.atomic():
        count()
        transaction.set_rollback(True)
    assert rings == [kept.pk]
    assert Operation.objects.get() == kept


@pytest.mark.django_db(transaction=True)
def test_the_ring_reaches_a_worker(count, fate):
    operation = count(to=5)
    assert fate(operation).status == Status.COMPLETE
    assert marks(operation) == [1, 2, 3, 4, 5]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_does_not_spoil_the_request(count, fate, monkeypatch, caplog):
    def refuse(**kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(current_app.tasks[RUN_TASK], "apply_async", refuse)
    operation = count()
    assert fate(operation).status == Status.QUEUED
    assert "waits for the sweeper" in caplog.text


def test_a_message_names_the_queue_of_the_kind(
    count, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr(
        current_app.tasks[RUN_TASK], "apply_async", lambda **kwargs: sent.append(kwargs)
    )
    with django_capture_on_commit_callbacks(execute=True):
        operation = count()
    assert sent[0]["args"] == (operation.pk,)
    assert sent[0]["queue"] == "bulk" == operation.queue


def test_a_start_needs_the_kinds_capability(count, viewer, outsider):
    for person in (viewer, outsider):
        with pytest.raises(Forbidden):
            count(asker=person)
    assert not Operation.objects.exists()


def test_the_desk_itself_needs_none(count):
    assert count(asker=None).created_by is None


def test_the_form_of_a_kind_is_asked_first(count, monkeypatch):
    class Amount(forms.Form):
        to = forms.IntegerField(min_value=1)

    monkeypatch.setattr(Count, "form", Amount)
    assert count(to="7").plan["to"] == 7
    with pytest.raises(Invalid) as refused:
        count(to="0")
    assert "to" in refused.value.errors


def test_the_same_key_again_is_the_same_operation(count, team, manager):
    first = count(key="morning")
    assert not first.is_repeat
    again = count(key="morning")
    assert again == first
    assert again.is_repeat
    assert count(key="evening") != first
    assert count() != count(), "no key, no sameness"


def test_a_key_is_known_in_its_own_team_only(count, outsider):
    first = count(key="morning")
    actor = Actor.for_user(outsider)
    theirs = actor.memberships[next(iter(actor.team_ids))].team
    assert engine.start("test-count", actor, theirs, {}, idempotency_key="morning") != first


def test_a_key_of_something_else_is_a_conflict(count, team, manager, annotator, monkeypatch):
    count(key="morning")
    Operation.objects.update(kind="other")
    with pytest.raises(Conflict):
        count(key="morning")


@pytest.mark.django_db(transaction=True)
def test_one_key_from_many_threads_at_once_is_one_operation(count, rings):
    ready = threading.Barrier(6)
    found = []

    def ask():
        ready.wait()
        try:
            found.append(count(key="morning").pk)
        finally:
            connection.close()

    count_once = [threading.Thread(target=ask) for _ in range(6)]
    for thread in count_once:
        thread.start()
    for thread in count_once:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    assert rings == [found[0]]


def test_a_held_operation_waits_for_its_release(count, fate):
    operation = count(hold=True)
    assert operation.status == Status.PENDING
    engine.run(operation.pk)
    assert fate(operation).status == Status.PENDING

    engine.release(operation, Plan({"to": 3, "by": 2}, total=3, label="Three"))
    assert (operation.label, operation.total) == ("Three", 3)
    engine.run(operation.pk)
    assert fate(operation).status == Status.COMPLETE
    assert marks(operation) == [1, 2, 3]
    with pytest.raises(Conflict) as refused:
        engine.release(operation)
    assert refused.value.details == {"state": "complete"}


def test_what_an_operation_is_about_is_kept(team, manager, count):
    actor = Actor.for_user(manager)
    operation = engine.start("test-count", actor, team, {}, subject=team)
    assert (operation.subject_type, operation.subject_id) == ("accounts.team", team.pk)


def test_two_kinds_cannot_share_a_name():
    with pytest.raises(ValueError, match="registered twice"):
        kinds.add("test-count", Count())
