"""What became of each row: told in order whatever their number, and the failed ones done again."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actor import Actor
from accounts.roles import Role
from labeling.core.errors import Conflict, Forbidden
from labeling.core.workflow import actions, perform, verbs_for
from labeling.operations import engine
from labeling.operations.actions import CANNOT_RETRY_ROWS
from labeling.operations.kinds import kinds
from labeling.operations.models import Operation, OperationRow
from labeling.operations.states import Status
from tests.factories import MembershipFactory
from tests.labeling.operations.counting import Count, marks


def retry_failed(operation, user):
    return perform(actions[Operation, "retry-failed"], operation, Actor.for_user(user), {}).outcome


def verbs(operation, user):
    return [action.verb for action in verbs_for(operation, Actor.for_user(user))]


def test_only_the_failed_rows_are_done_again_by_another_operation(count, fate, manager, rings):
    done = count(to=25)
    engine.run(done.pk)
    assert verbs(fate(done), manager) == ["retry-failed"]

    again = retry_failed(done, manager)

    assert again != done
    assert (again.status, again.total, again.created_by) == (Status.QUEUED, 2, manager)
    engine.run(again.pk)
    assert fate(again).status == Status.COMPLETE
    assert marks(again) == [10, 20]
    assert fate(done).status == Status.COMPLETE
    assert fate(done).error_count == 2, "what it reported stays"


def test_it_is_about_the_same_thing_and_may_be_retried_in_turn(count, fate, manager, rings, team):
    done = engine.start("test-count", Actor.for_user(manager), team, {"to": 10}, subject=team)
    engine.run(done.pk)
    again = retry_failed(done, manager)
    assert (again.subject_type, again.subject_id) == ("accounts.team", team.pk)
    engine.run(again.pk)
    assert retry_failed(fate(again), manager) not in (done, again)


def test_pressed_twice_it_is_one_operation_unless_that_was_canceled(count, manager, rings):
    done = count(to=25)
    engine.run(done.pk)
    again = retry_failed(done, manager)
    same = retry_failed(done, manager)
    assert same == again
    assert same.is_repeat
    perform(actions[Operation, "cancel"], again, Actor.for_user(manager), {})
    assert retry_failed(done, manager) != again


def test_without_failed_rows_there_is_nothing_to_do_again(count, fate, manager, rings):
    done = count(to=9)
    engine.run(done.pk)
    assert verbs(fate(done), manager) == []
    with pytest.raises(Conflict, match="No row failed"):
        retry_failed(done, manager)
    with pytest.raises(Conflict) as refused:
        retry_failed(count(to=25), manager)
    assert refused.value.details == {"state": "queued"}


def test_a_kind_that_cannot_says_so(count, fate, manager, rings, monkeypatch):
    done = count(to=25)
    engine.run(done.pk)
    with monkeypatch.context() as patched:
        patched.setattr(Count, "retries", False)
        with pytest.raises(Conflict) as refused:
            retry_failed(done, manager)
    assert refused.value.message == CANNOT_RETRY_ROWS
    monkeypatch.delattr(Count, "retry_rows")
    assert verbs(fate(done), manager) == []
    with pytest.raises(Conflict, match="by themselves"):
        retry_failed(done, manager)


def test_it_needs_what_a_start_needs(count, manager, annotator, viewer, rings, monkeypatch, team):
    done = count(to=25)
    engine.run(done.pk)
    other = MembershipFactory.create(team=team, role=Role.MANAGER).user
    assert retry_failed(done, other).created_by == other
    for person in (annotator, viewer):
        with pytest.raises(Forbidden):
            retry_failed(done, person)


def test_rows_come_in_order_by_queries_that_begin_after_the_last_one(count, rings):
    done = count(to=1)
    engine.run(done.pk)
    OperationRow.objects.bulk_create(
        OperationRow(operation=done, number=number) for number in range(2, 5001)
    )
    with CaptureQueriesContext(connection) as queries:
        numbers = [row.number for row in done.rows.in_order()]
    assert numbers == list(range(1, 5001))
    assert len(queries) == 4, "where they end, and three times two thousand"
    assert all("OFFSET" not in query["sql"] for query in queries)
    assert all("LIMIT 2000" in query["sql"] for query in list(queries)[1:])
    assert [row.number for row in done.rows.in_order(after=4998)] == [4999, 5000]


def test_rows_with_gaps_are_all_found_by_few_queries(count, rings):
    done = count(to=1)
    engine.run(done.pk)
    far = [1, 2, 7, 999_999, 1_000_000, 5_000_000]
    OperationRow.objects.bulk_create(
        OperationRow(operation=done, number=number) for number in far[1:]
    )
    with CaptureQueriesContext(connection) as queries:
        assert [row.number for row in done.rows.in_order()] == far
    assert len(queries) < 20
    assert [row.number for row in done.rows.in_order(at_once=1)] == far
    assert list(done.rows.none().in_order()) == []


def test_results_are_the_rows_unless_the_kind_knows_better(count, fate, rings):
    done = count(to=10)
    engine.run(done.pk)
    results = list(kinds["test-count"].results(fate(done)))
    assert len(results) == 10
    assert results[9] == {
        "number": 10,
        "name": "n10",
        "outcome": "error",
        "message": "Ten is too round.",
        "data": {},
    }
