"""The sweeper: whatever nobody looks after gets going again, and nothing else is touched."""

import socket
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from labeling.operations import engine, tasks
from labeling.operations.engine import claims, liveness, sweeping
from labeling.operations.models import Operation
from labeling.operations.states import Status
from tests.labeling.operations.counting import marks


@pytest.fixture
def sweep(django_capture_on_commit_callbacks):
    """Sweeps, rings included."""

    def once(run=engine.sweep, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            run(**kwargs)

    return once


def age(operation, **columns):
    """Make times of an operation lie that many seconds back."""
    now = timezone.now()
    Operation.objects.filter(pk=operation.pk).update(
        **{name: now - timedelta(seconds=seconds) for name, seconds in columns.items()}
    )


def test_a_silent_worker_loses_its_operation(count, fate, rings, sweep):
    operation = count()
    claims.take(operation.pk)
    age(operation, heartbeat_at=31)
    sweep()
    assert fate(operation).status == Status.QUEUED
    assert fate(operation).claimed_by == ""
    assert rings == [operation.pk]


def test_a_living_worker_keeps_its_operation(count, fate, rings, sweep):
    operation = count()
    claims.take(operation.pk)
    age(operation, heartbeat_at=29)
    sweep()
    sweep(engine.sweep_at_start)
    assert fate(operation).status == Status.RUNNING
    assert rings == []


def test_work_of_a_dead_process_goes_on_at_once(count, fate, rings, sweep):
    operation = count()
    claims.take(operation.pk)
    program = (
        "import fcntl, sys; file = open(sys.argv[1], 'xb');"
        "fcntl.flock(file, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()"
    )
    lock = settings.LABELDESK_DATA / "workers" / "99999-dead"
    lock.unlink(missing_ok=True)
    worker = subprocess.Popen(
        [sys.executable, "-c", program, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with worker:
        assert worker.stdout is not None
        worker.stdout.readline()
        token = f"{socket.gethostname()}:99999-dead:abc"
        Operation.objects.filter(pk=operation.pk).update(claimed_by=token)
        sweep(engine.sweep_at_start)
        assert fate(operation).status == Status.RUNNING, "it lives"
        worker.kill()
    sweep(engine.sweep_at_start)
    assert fate(operation).status == Status.QUEUED
    assert rings == [operation.pk]
    assert not lock.exists()


def test_nobody_judges_processes_of_other_machines():
    assert not liveness.is_dead("another-machine:1-a:b")
    assert not liveness.is_dead("")
    assert not liveness.is_dead(liveness.make_token())


def test_a_start_rings_at_once_for_everything_that_waits(count, rings, sweep):
    operations = [count(), count()]
    sweep(engine.sweep_at_start)
    assert rings == [operation.pk for operation in operations]


def test_a_ring_that_nobody_answers_is_repeated_after_a_while(count, rings, sweep):
    operation = count()
    sweep()
    assert rings == []
    age(operation, rung_at=31)
    sweep()
    sweep()
    assert rings == [operation.pk]


def test_rings_do_not_pile_up_behind_a_long_queue(count, rings, sweep):
    waiting = [count() for _ in range(sweeping.RINGS_AT_ONCE + 5)]
    for operation in waiting:
        age(operation, rung_at=31)
    sweep()
    sweep()
    assert rings == [operation.pk for operation in waiting[: sweeping.RINGS_AT_ONCE]]


def test_a_cancel_whose_worker_died_ends_canceled(count, fate, rings, sweep):
    operation = count()
    claims.take(operation.pk)
    Operation.objects.filter(pk=operation.pk).update(status=Status.CANCELING)
    age(operation, heartbeat_at=31)
    sweep()
    assert fate(operation).status == Status.CANCELED
    assert fate(operation).completed_at is not None
    assert rings == [operation.pk]


def test_an_abandoned_upload_is_canceled_after_a_day(count, fate, rings, sweep):
    old, young = count(hold=True), count(hold=True)
    age(old, created_at=25 * 3600)
    age(young, created_at=23 * 3600)
    sweep()
    assert (fate(old).status, fate(young).status) == (Status.CANCELED, Status.PENDING)
    assert rings == [old.pk]


def test_what_was_not_put_away_is_put_away_later(count, fate, rings, sweep):
    operation = count(to=3)
    engine.run(operation.pk)
    Operation.objects.filter(pk=operation.pk).update(cleaned_at=None)
    age(operation, completed_at=31, rung_at=31)
    sweep()
    assert rings == [operation.pk]
    engine.run(operation.pk)
    assert fate(operation).cleaned_at is not None
    assert marks(operation) == [1, 2, 3]


def test_a_sweep_with_nothing_to_do_only_looks(count, django_assert_max_num_queries):
    operation = count(to=3)
    engine.run(operation.pk)
    with django_assert_max_num_queries(14) as seen:  # some of them asked by sweeps of kinds
        engine.sweep()
    assert not [query["sql"] for query in seen if "UPDATE" in query["sql"]]


def test_the_schedule_sweeps(count, fate):
    operation = count()
    claims.take(operation.pk)
    age(operation, heartbeat_at=31)
    tasks.sweep.delay()
    assert fate(operation).status == Status.QUEUED
