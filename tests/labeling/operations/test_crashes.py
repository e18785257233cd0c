"""A worker that dies, at every point where it can: nothing is lost and nothing is doubled."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from labeling.operations import engine
from labeling.operations.engine import claims
from labeling.operations.engine.sweeping import SILENCE
from labeling.operations.models import Operation
from labeling.operations.states import Status
from tests.labeling.operations.counting import marks, meanwhile

EVERY = list(range(1, 26))


class Killed(BaseException):
    """Like `kill -9`, nothing in the engine can catch it."""


class DiesAtStatement:
    """Ends the worker before its n-th SQL statement or commit, and then stays dead."""

    def __init__(self, deadly: int) -> None:
        self.deadly = deadly
        self.count = 0

    def tick(self) -> None:
        self.count += 1
        self.stay_dead()

    def stay_dead(self) -> None:
        if self.count >= self.deadly:
            raise Killed

    def __call__(self, execute, sql, params, many, context):
        self.tick()
        return execute(sql, params, many, context)


@pytest.mark.django_db(transaction=True)
def test_a_crash_before_any_statement_or_commit_loses_and_doubles_nothing(
    count, fate, rings, monkeypatch
):
    wrapper: Any = type(connections["default"])
    commit, set_autocommit = wrapper._commit, wrapper._set_autocommit
    deadly, died = 0, True
    while died:
        deadly += 1
        operation = count(to=25, by=10)
        death = DiesAtStatement(deadly)
        with monkeypatch.context() as patched:

            def dying(self, death=death):
                death.tick()
                return commit(self)

            def dead(self, autocommit, death=death):
                death.stay_dead()
                return set_autocommit(self, autocommit)

            patched.setattr(wrapper, "_commit", dying)
            patched.setattr(wrapper, "_set_autocommit", dead)
            died = False
            try:
                with connection.execute_wrapper(death):
                    engine.run(operation.pk)
            except Killed:
                died = True
        connection.close()  # the process is gone, and with it what was not committed
        recover(operation)
        assert fate(operation).status == Status.COMPLETE, deadly
        assert marks(operation) == EVERY, deadly
        assert list(fate(operation).rows.values_list("number", flat=True)) == EVERY, deadly
        assert (fate(operation).done, fate(operation).error_count) == (25, 2), deadly
        assert fate(operation).cleaned_at is not None, deadly
    assert deadly > 15, "there were points to die at"


def recover(operation: Operation) -> None:
    """Half a minute later the sweeper comes by, and then a worker."""
    long_ago = timezone.now() - SILENCE - timedelta(seconds=1)
    Operation.objects.filter(pk=operation.pk).update(heartbeat_at=long_ago)
    Operation.objects.filter(pk=operation.pk).exclude(completed_at=None).update(
        completed_at=long_ago, rung_at=long_ago
    )
    engine.sweep(patience=timedelta(0))
    engine.run(operation.pk)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_was_declared_lost_writes_nothing_more(count, fate, rings, caplog):
    operation = count(to=25, by=10)

    def be_overtaken(chunk):
        if chunk.cursor.get("after") == 10 and chunk.operation.attempts == 1:
            recover(operation)
            assert fate(operation).status == Status.COMPLETE

    with meanwhile(preparing=be_overtaken):
        engine.run(operation.pk)

    assert marks(operation) == EVERY
    assert fate(operation).attempts == 2
    assert fate(operation).done == 25
    assert "went on elsewhere" in caplog.text


def test_a_lost_worker_cannot_end_what_another_one_does(count, fate, take):
    operation = count()
    mine = take(operation)
    Operation.objects.filter(pk=operation.pk).update(claimed_by="somebody else")
    for end in (
        lambda: claims.let_go(mine, Status.FAILED, "no"),
        lambda: claims.let_go(mine, Status.QUEUED),
        lambda: claims.write(mine, done=7),
        lambda: claims.is_canceling(mine),
    ):
        with pytest.raises(claims.Lost), transaction.atomic():
            end()
    assert fate(operation).status == Status.RUNNING


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_that_hear_the_same_ring_one_does_the_work(count, fate, rings):
    operation = count(to=200, by=10)
    ready = threading.Barrier(8)

    def work():
        ready.wait()
        try:
            engine.run(operation.pk)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert fate(operation).attempts == 1
    assert fate(operation).status == Status.COMPLETE
    assert marks(operation) == list(range(1, 201))
