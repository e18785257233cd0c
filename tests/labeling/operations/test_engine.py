"""An operation from the asking to the end: chunks, failures, cancelling, scratch files."""

import errno
import logging
import os
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError

from accounts.actor import Actor
from labeling.core.errors import Conflict, Forbidden
from labeling.core.workflow import actions, perform, verbs_for
from labeling.operations import engine, scratch, tasks
from labeling.operations.engine import claims, stopping
from labeling.operations.kinds import OperationFailed, Restart, scratch_folder
from labeling.operations.models import Operation
from labeling.operations.states import TRANSITIONS, Outcome, Status
from tests.labeling.operations.counting import marks, meanwhile, raising


def cancel(operation, user):
    return perform(actions[Operation, "cancel"], operation, Actor.for_user(user), {})


def test_an_operation_runs_to_its_end_with_each_row_once(count, fate):
    operation = count(to=25, by=10)
    assert operation.status == Status.QUEUED

    engine.run(operation.pk)

    ended = fate(operation)
    assert ended.status == Status.COMPLETE
    assert (ended.done, ended.total, ended.error_count) == (25, 25, 2)
    assert marks(operation) == list(range(1, 26))
    assert list(ended.rows.values_list("number", flat=True)) == list(range(1, 26))
    assert list(ended.rows.filter(outcome=Outcome.ERROR).values_list("name", flat=True)) == [
        "n10",
        "n20",
    ]
    assert ended.result == {"last": 25}
    assert ended.completed_at is not None
    assert ended.cleaned_at is not None
    assert ended.claimed_by == ""


def test_running_a_finished_operation_again_changes_nothing(count, fate):
    operation = count(to=5)
    engine.run(operation.pk)
    before = Operation.objects.filter(pk=operation.pk).values().get()
    engine.run(operation.pk)
    assert Operation.objects.filter(pk=operation.pk).values().get() == before
    assert marks(operation) == [1, 2, 3, 4, 5]


def test_cancel_lets_the_chunk_in_progress_end_and_keeps_it(count, fate, manager):
    operation = count(to=100, by=10)

    def press(chunk):
        if chunk.cursor.get("after") == 10:
            cancel(operation, manager)

    with meanwhile(preparing=press):
        engine.run(operation.pk)

    ended = fate(operation)
    assert ended.status == Status.CANCELED
    assert ended.done == 20
    assert marks(operation) == list(range(1, 21))
    assert ended.cleaned_at is not None


def test_cancel_is_heard_inside_a_long_preparation(count, fate, manager, monkeypatch):
    monkeypatch.setattr(claims, "BEAT", 0)
    operation = count(to=100, by=10)

    def press_and_go_on(chunk):
        if chunk.cursor.get("after") == 10:
            chunk.progress(3)
            assert fate(operation).shown_done == 13
            cancel(operation, manager)
            chunk.progress(4)

    with meanwhile(preparing=press_and_go_on):
        engine.run(operation.pk)

    ended = fate(operation)
    assert (ended.status, ended.done, ended.chunk_done) == (Status.CANCELED, 10, 0)
    assert marks(operation) == list(range(1, 11))


def test_cancel_of_what_waits_ends_it_at_once_and_puts_its_input_away(
    count, fate, manager, rings, django_capture_on_commit_callbacks
):
    operation = count(hold=True)
    with django_capture_on_commit_callbacks(execute=True):
        change = cancel(operation, manager)
    assert change.obj.status == Status.CANCELED
    assert rings == [operation.pk]

    cleaned = []
    with meanwhile(cleaning=lambda chunk: cleaned.append(chunk.operation.pk)):
        engine.run(operation.pk)
    assert cleaned == [operation.pk]
    assert marks(operation) == []


def test_cancel_of_what_is_over_is_refused_with_its_state(count, manager):
    operation = count()
    engine.run(operation.pk)
    with pytest.raises(Conflict) as refused:
        cancel(operation, manager)
    assert refused.value.details == {"state": "complete"}


def test_only_who_started_it_or_a_manager_cancels_it(count, reviewer, manager, annotator):
    of_the_manager = count()
    with pytest.raises(Forbidden, match="Only who started it"):
        cancel(of_the_manager, reviewer)
    with pytest.raises(Forbidden, match="Your role"):
        cancel(of_the_manager, annotator)
    of_the_reviewer = count(asker=reviewer)
    assert cancel(of_the_reviewer, reviewer).obj.status == Status.CANCELED
    assert [action.verb for action in verbs_for(of_the_manager, Actor.for_user(manager))] == [
        "cancel"
    ]


def test_a_failure_says_what_to_do_and_keeps_the_traceback_in_the_log(count, fate, caplog):
    operation = count(to=30)
    with meanwhile(written=raising(ValueError("secret detail"), after=10)):
        engine.run(operation.pk)

    ended = fate(operation)
    assert ended.status == Status.FAILED
    assert "Retry" in ended.message
    assert str(operation.pk) in ended.message
    assert "secret detail" not in ended.message
    assert "secret detail" in caplog.text
    assert (ended.done, marks(operation)) == (10, list(range(1, 11)))
    assert ended.cleaned_at is None


def test_a_kind_that_gives_up_says_so_in_its_own_words(count, fate):
    operation = count()
    with meanwhile(preparing=raising(OperationFailed("The archive is empty. Choose another."))):
        engine.run(operation.pk)
    assert fate(operation).message == "The archive is empty. Choose another."
    assert fate(operation).status == Status.FAILED


def test_a_full_disk_is_told_as_such(count, fate):
    operation = count()
    with meanwhile(preparing=raising(OSError(errno.ENOSPC, "No space left on device"))):
        engine.run(operation.pk)
    assert "disk is full" in fate(operation).message


def test_a_retry_goes_on_where_it_failed(count, fate, manager):
    operation = count(to=30)
    with meanwhile(written=raising(ValueError(), after=10)):
        engine.run(operation.pk)
    perform(actions[Operation, "retry"], operation, Actor.for_user(manager), {})
    assert fate(operation).message == ""

    engine.run(operation.pk)

    assert fate(operation).status == Status.COMPLETE
    assert marks(operation) == list(range(1, 31))


def test_trouble_with_the_database_is_tried_again_later(count, fate, caplog):
    operation = count(to=30)
    with meanwhile(preparing=raising(OperationalError("the server went away"), after=10)):
        engine.run(operation.pk)
    assert fate(operation).status == Status.QUEUED

    engine.run(operation.pk)
    assert fate(operation).status == Status.COMPLETE
    assert marks(operation) == list(range(1, 31))


def test_what_stops_the_server_each_time_fails_in_the_end(count, fate, caplog):
    operation = count()
    with meanwhile(preparing=raising(OperationalError())):
        for _attempt in range(claims.MOST_STALLED_ATTEMPTS):
            engine.run(operation.pk)
            assert fate(operation).status == Status.QUEUED
        engine.run(operation.pk)
    assert fate(operation).status == Status.FAILED
    assert "without coming forward" in fate(operation).message


def test_attempts_count_anew_once_a_chunk_is_done(count, fate, caplog):
    operation = count(to=200, by=10)
    for attempt in range(12):
        with meanwhile(preparing=raising(OperationalError(), after=10 * (attempt + 1))):
            engine.run(operation.pk)
    assert fate(operation).status == Status.QUEUED
    assert fate(operation).attempts == 12


def test_a_kind_that_this_version_does_not_know_fails_in_words(count, fate):
    operation = count()
    Operation.objects.filter(pk=operation.pk).update(kind="of-tomorrow")
    engine.run(operation.pk)
    assert "of-tomorrow" in fate(operation).message


def test_a_process_that_ends_gives_its_operation_back(count, fate):
    operation = count(to=100, by=10)

    def end(chunk):
        if chunk.cursor.get("after") == 20:
            stopping.ask()

    try:
        with meanwhile(preparing=end):
            engine.run(operation.pk)
        assert fate(operation).status == Status.QUEUED
        assert fate(operation).done == 30
        engine.run(operation.pk)
        assert fate(operation).done == 30
    finally:
        stopping.forget()
    engine.run(operation.pk)
    assert marks(operation) == list(range(1, 101))


def test_the_processes_that_a_worker_forked_are_asked_to_end_with_it():
    asked, told = os.pipe()
    ended, telling = os.pipe()
    child = os.fork()
    if not child:
        os.read(asked, 1)
        os.write(telling, b"y" if stopping.is_set() else b"n")
        os._exit(0)
    try:
        tasks.give_back_what_is_at_work()
        os.write(told, b".")
        assert os.read(ended, 1) == b"y"
    finally:
        stopping.forget()
        os.waitpid(child, 0)
        for each in (asked, told, ended, telling):
            os.close(each)
    assert not stopping.is_set()


def test_a_restart_begins_from_the_first_chunk_with_empty_rows(count, fate):
    operation = count(to=30)
    lost = iter([Restart()])

    def lose(chunk):
        error = next(lost, None) if chunk.cursor.get("after") == 20 else None
        if error:
            raise error

    with meanwhile(preparing=lose):
        engine.run(operation.pk)
    ended = fate(operation)
    assert (ended.status, ended.done, ended.error_count) == (Status.COMPLETE, 30, 3)
    assert ended.rows.count() == 30


def test_a_kind_that_restarts_for_ever_fails(count, fate):
    operation = count(to=30)
    with meanwhile(preparing=raising(Restart())):
        engine.run(operation.pk)
    assert fate(operation).status == Status.FAILED


def test_scratch_files_are_cut_to_what_is_committed(tmp_path):
    path = tmp_path / "part"
    with scratch.append_from(path, 0) as file:
        file.write(b"committed, lost with the crash")
    with scratch.append_from(path, len(b"committed")) as file:
        file.write(b" and more")
    assert path.read_bytes() == b"committed and more"
    with pytest.raises(Restart):
        scratch.append_from(path, 1000)
    with pytest.raises(Restart):
        scratch.append_from(tmp_path / "of another machine", 1)


def test_a_result_file_is_kept_under_a_harmless_name_and_scratch_goes(count, fate, monkeypatch):
    operation = count(to=5)
    kept = []

    def keep(chunk):
        path = chunk.scratch() / "part"
        path.write_bytes(b"result")
        kept.append(chunk.keep(path, "../../etc/lemons June?.zip"))
        kept.append(chunk.keep(path, "../../etc/lemons June?.zip"))

    with meanwhile(preparing=keep):
        engine.run(operation.pk)
    assert kept == [f"operations/{operation.pk}/etclemons_June.zip"] * 2
    with default_storage.open(kept[0]) as file:
        assert file.read() == b"result"
    assert not Path(scratch_folder(operation.pk)).exists()


def test_every_status_has_its_transitions():
    assert set(TRANSITIONS) == set(Status)
    reached = set().union(*TRANSITIONS.values())
    assert reached == set(Status) - {Status.PENDING}


def test_the_log_says_when_an_operation_begins(count, caplog):
    operation = count(to=1)
    with caplog.at_level(logging.INFO, logger="labeling.operations"):
        engine.run(operation.pk)
    assert f"operation {operation.pk} (test-count)" in caplog.text
