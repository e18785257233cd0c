"""The embedded default: a Celery worker in this very process, on the in-memory broker."""

import time

import pytest
from celery import current_app
from celery.worker import WorkController
from django.db import connection

from labeling.operations import embedded
from labeling.operations.engine import slots, stopping
from labeling.operations.models import Operation
from labeling.operations.queues import Queue
from labeling.operations.states import Status
from tests.labeling.operations.counting import Count, marks, meanwhile

PATIENCE = 30.0


@pytest.fixture
def worker(transactional_db):
    """The embedded worker of a web process, stopped at the end."""
    current_app.conf.task_always_eager = False
    started = embedded.EmbeddedWorker()
    yield started
    started.stop()
    for thread in started.threads:
        thread.join(PATIENCE)
    stopping.forget()
    slots.limit({})
    current_app.conf.task_always_eager = True


def until(condition):
    """Wait until it holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_it_takes_up_what_was_left_and_what_comes(worker, count, fate):
    left = count(to=5)
    worker.start()
    until(lambda: fate(left).cleaned_at)
    asked = time.monotonic()
    fresh = count(to=25)
    until(lambda: fate(fresh).cleaned_at)
    assert time.monotonic() - asked < 5
    assert marks(left) == [1, 2, 3, 4, 5]
    assert marks(fresh) == list(range(1, 26))


def test_it_gives_its_operation_back_when_the_process_ends(worker, count, fate):
    operation = count(to=1000, by=1)
    with meanwhile(preparing=lambda chunk: time.sleep(0.02)):
        worker.start()
        until(lambda: fate(operation).done > 3)
        began = time.monotonic()
        worker.stop()
        assert time.monotonic() - began < 5
    ended = fate(operation)
    assert ended.status == Status.QUEUED
    assert marks(operation) == list(range(1, ended.done + 1))


def test_a_thread_stays_free_for_quick_work(worker, count, fate, monkeypatch):
    with meanwhile(preparing=lambda chunk: time.sleep(0.02)):
        long = [count(to=1000, by=1) for _ in range(3)]
        worker.start()
        until(lambda: fate(long[0]).done)
        monkeypatch.setattr(Count, "queue", Queue.QUICK)
        quick = count(to=5)
        until(lambda: fate(quick).status == Status.COMPLETE)
        at_work = Operation.objects.filter(status=Status.RUNNING)
        assert [each.pk for each in at_work] == [long[0].pk], "long work has one thread"
        worker.stop()


def test_a_death_of_the_worker_is_told_and_it_starts_again(
    worker, monkeypatch, caplog, count, fate
):
    controller, deaths = WorkController, iter([SystemExit(1), ValueError("dead")])

    def dying(**kwargs):
        death = next(deaths, None)
        if death is not None:
            raise death
        return controller(**kwargs)

    monkeypatch.setattr("labeling.operations.embedded.WorkController", dying)
    monkeypatch.setattr(embedded, "BREATH", 0.05)
    worker.start()
    operation = count(to=5)
    until(lambda: fate(operation).cleaned_at)
    assert caplog.text.count("operations-worker died and starts again") == 2
    connection.close()


def test_it_is_wanted_without_a_broker_only(settings):
    settings.CELERY_BROKER_URL = "memory://"
    assert embedded.is_wanted()
    settings.CELERY_BROKER_URL = "redis://127.0.0.1/0"
    assert not embedded.is_wanted()
