"""Teams take turns: nobody's millions keep somebody else's ten waiting."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actor import Actor
from labeling.operations import doorbell, engine
from labeling.operations.engine import claims, lanes, slots, turns
from labeling.operations.kinds import scratch_folder
from labeling.operations.models import Operation
from labeling.operations.queues import Queue
from labeling.operations.states import Status
from tests.labeling.operations.counting import marks, meanwhile


@pytest.fixture
def count_for_otto(outsider):
    """Starts counting for Otto's team."""
    actor = Actor.for_user(outsider)
    team = actor.memberships[next(iter(actor.team_ids))].team

    def start(**data):
        return engine.start("test-count", actor, team, data)

    return start


@pytest.fixture
def one_worker(monkeypatch):
    """Works off what is rung for, one ring after the other, as a single worker does."""
    waiting: list[int] = []
    monkeypatch.setattr(doorbell, "ring", lambda operation_id, queue: waiting.append(operation_id))

    def work():
        while waiting:
            engine.answer(waiting.pop(0))

    return work


def write_something(chunk):
    """The chunk leaves files in the making on this machine."""
    chunk.scratch()


def order_of_ends():
    """Operations in the order in which they were complete."""
    return list(Operation.objects.order_by("completed_at").values_list("pk", flat=True))


def test_ten_rows_of_one_team_are_done_within_a_turn_of_another_teams_million(
    count, count_for_otto, fate, one_worker, monkeypatch
):
    monkeypatch.setattr(lanes, "TURN", timedelta(0))
    ten: list[Operation] = []
    seen: list[int] = []

    def arrive(chunk):
        """While the million is at its second chunk, Otto asks for his ten rows."""
        if chunk.cursor.get("after") == 10 and not ten:
            ten.append(count_for_otto(to=10))
        if ten and chunk.operation.pk == ten[0].pk:
            seen.append(fate(million).done)

    million = count(to=300, by=10)
    with meanwhile(preparing=arrive):
        one_worker()

    assert seen == [20], "the worker was his after the chunk in progress"
    assert order_of_ends() == [ten[0].pk, million.pk]
    assert marks(million) == list(range(1, 301))
    assert marks(ten[0]) == list(range(1, 11))
    assert fate(million).attempts == 1, "giving way is no attempt that came to nothing"
    assert [line.event for line in million.log.all()] == ["asked", "begun", "complete"]


def test_without_anybody_waiting_a_worker_stays_with_its_operation(
    count, fate, one_worker, monkeypatch
):
    monkeypatch.setattr(lanes, "TURN", timedelta(0))
    first, second = count(to=60, by=10), count(to=60, by=10)
    one_worker()
    assert order_of_ends() == [first.pk, second.pk]


def test_two_long_operations_of_two_teams_take_turns(
    count, count_for_otto, one_worker, monkeypatch
):
    monkeypatch.setattr(lanes, "TURN", timedelta(0))
    order = []
    with meanwhile(preparing=lambda chunk: order.append(chunk.operation.pk)):
        mine, theirs = count(to=30, by=10), count_for_otto(to=30, by=10)
        one_worker()
    assert order == [mine.pk, theirs.pk] * 3


def test_a_turn_lasts_ten_seconds(count, count_for_otto, take, monkeypatch):
    mine = take(count())
    count_for_otto()
    now = time.monotonic()
    turn = turns.Turn(mine)
    for seconds in (1, 5, 9):
        monkeypatch.setattr(turns, "monotonic", lambda later=now + seconds: later)
        turn.check()
    monkeypatch.setattr(turns, "monotonic", lambda: now + 10.5)
    with pytest.raises(turns.Over):
        turn.check()


def test_quick_work_that_waits_two_seconds_ends_the_turn_of_long_work(count, take):
    mine, quick = take(count()), count()
    turn = turns.Turn(mine)
    turn.looked -= 2
    Operation.objects.filter(pk=quick.pk).update(queue=Queue.QUICK)
    turn.check()
    Operation.objects.filter(pk=quick.pk).update(queued_at=timezone.now() - timedelta(seconds=3))
    turn.looked -= 2
    with pytest.raises(turns.Over):
        turn.check()


def test_small_operations_of_one_team_are_done_in_one_turn(
    count, count_for_otto, one_worker, monkeypatch
):
    mine = [count(to=5) for _ in range(3)]
    theirs = [count_for_otto(to=5) for _ in range(3)]
    one_worker()
    assert order_of_ends() == [each.pk for each in mine + theirs]


def test_who_has_less_at_work_comes_first(count, count_for_otto, take, rings):
    take(count())
    late = count_for_otto()
    count()
    taken = lanes.take_next("bulk")
    assert taken == late


def test_a_team_has_no_more_at_work_than_its_limit(count, fate, rings, settings):
    settings.LABELDESK_TEAM_OPERATIONS = 2
    waiting = [count() for _ in range(4)]
    taken = [lanes.take_next("bulk") for _ in waiting]
    assert taken == [waiting[0], waiting[1], None, None]
    assert taken[0] is not None
    claims.let_go(taken[0], Status.CANCELED)
    assert lanes.take_next("bulk") == waiting[2]


def test_when_one_ends_the_next_of_the_limit_is_rung_for(
    count, fate, rings, settings, django_capture_on_commit_callbacks
):
    settings.LABELDESK_TEAM_OPERATIONS = 1
    first, second = count(to=5), count(to=5)

    def hear_too_early(chunk):
        engine.answer(second.pk)
        assert fate(second).status == Status.QUEUED

    with (
        meanwhile(preparing=hear_too_early),
        django_capture_on_commit_callbacks(execute=True),
    ):
        engine.answer(first.pk)
    assert rings == [second.pk]


@pytest.mark.django_db(transaction=True)
def test_the_limit_holds_when_many_workers_hear_at_once(count, rings, settings):
    settings.LABELDESK_TEAM_OPERATIONS = 2
    operations = [count() for _ in range(6)]
    ready = threading.Barrier(6)
    taken = []

    def hear():
        ready.wait()
        try:
            taken.append(lanes.take_next("bulk"))
        finally:
            connection.close()

    workers = [threading.Thread(target=hear) for _ in operations]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len([each for each in taken if each is not None]) == 2
    assert Operation.objects.filter(status=Status.RUNNING).count() == 2


def test_what_has_files_in_the_making_stays_on_its_machine_for_a_while(
    count, count_for_otto, fate, rings, monkeypatch
):
    monkeypatch.setattr(lanes, "TURN", timedelta(0))
    mine = count(to=30, by=10)
    count_for_otto(to=10)
    with meanwhile(preparing=write_something):
        engine.run(mine.pk)
    given = fate(mine)
    assert (given.status, given.done) == (Status.QUEUED, 10)
    assert scratch_folder(mine.pk).exists()
    Operation.objects.exclude(pk=mine.pk).delete()

    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("socket.gethostname", lambda: "another-machine")
        assert lanes.take_next("bulk") is None
    Operation.objects.filter(pk=mine.pk).update(
        queued_at=timezone.now() - lanes.KEPT - timedelta(seconds=1)
    )
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("socket.gethostname", lambda: "another-machine")
        assert lanes.take_next("bulk") == mine


def test_a_worker_goes_on_with_what_only_its_machine_has(count, count_for_otto, fate, monkeypatch):
    monkeypatch.setattr(lanes, "TURN", timedelta(0))
    monkeypatch.setattr(doorbell, "ring", lambda operation_id, queue: None)
    mine, theirs = count(to=20, by=10), count_for_otto(to=5)
    with meanwhile(preparing=write_something):
        engine.answer(mine.pk)
        assert fate(mine).status == Status.QUEUED
        engine.answer(theirs.pk)
    assert fate(theirs).status == fate(mine).status == Status.COMPLETE


def test_a_cancel_during_the_turn_is_not_lost_by_giving_way(
    count, count_for_otto, fate, rings, monkeypatch
):
    monkeypatch.setattr(lanes, "TURN", timedelta(0))
    mine = count(to=30, by=10)
    count_for_otto()
    look = lanes.would_go_elsewhere

    def cancel_first(operation):
        Operation.objects.filter(pk=operation.pk).update(status=Status.CANCELING)
        return look(operation)

    monkeypatch.setattr(lanes, "would_go_elsewhere", cancel_first)
    engine.run(mine.pk)
    assert fate(mine).status == Status.CANCELED


def test_slots_of_a_process_are_counted_and_given_back():
    try:
        slots.limit({"bulk": 1})
        with slots.one("bulk") as first, slots.one("bulk") as second, slots.one("quick") as quick:
            assert (first, second, quick) == (True, False, True)
        with slots.one("bulk") as again:
            assert again
    finally:
        slots.limit({})
