from labeling.operations import engine
from labeling.operations.states import Status
from tests.labeling.operations.counting import marks


def test_an_operation_runs_to_its_end_with_each_row_once(count):
    operation = count(to=25, by=10)
    assert operation.status == Status.QUEUED

    engine.run(operation.pk)

    operation.refresh_from_db()
    assert operation.status == Status.COMPLETE
    assert (operation.done, operation.total, operation.error_count) == (25, 25, 2)
    assert marks(operation) == list(range(1, 26))
    assert operation.rows.count() == 25
    assert operation.result == {"last": 25}
    assert operation.completed_at is not None
    assert operation.cleaned_at is not None
    assert operation.claimed_by == ""
