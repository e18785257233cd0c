"""What a manager does with a job besides giving it to somebody."""

from datetime import UTC, datetime

import pytest

from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.jobs.models import Annotation, Job
from labeling.jobs.states import Status
from tests.factories import JobFactory


@pytest.mark.parametrize("verb", ["stop", "clone", "set-priority", "set-due", "assign"])
@pytest.mark.parametrize("who", ["annotator", "reviewer", "viewer"])
def test_only_managers_steer(act, job, request, verb, who):
    with pytest.raises(Forbidden):
        act(request.getfixturevalue(who), job, verb, priority=5)


def test_a_stopped_job_rests_and_resumes_where_it_was(act, labeled, manager, annotator):
    stopped = act(manager, labeled, "stop").obj
    assert stopped.status == Status.STOPPED
    with pytest.raises(Conflict, match="stopped"):
        act(annotator, labeled, "submit")
    with pytest.raises(Conflict, match="stopped"):
        act(annotator, labeled.job_items.first(), "confirm-item")
    with pytest.raises(Conflict):
        act(manager, labeled, "stop")
    resumed = act(manager, labeled, "resume").obj
    assert (resumed.status, resumed.done) == (Status.IN_PROGRESS, 3)
    with pytest.raises(Conflict):
        act(manager, labeled, "resume")


def test_only_completed_and_stopped_jobs_are_archived(act, job, manager):
    with pytest.raises(Conflict):
        act(manager, job, "archive")
    act(manager, job, "stop")
    archived = act(manager, job, "archive").obj
    assert archived.archived_at is not None
    with pytest.raises(Conflict, match="archived"):
        act(manager, job, "resume")
    assert act(manager, job, "unarchive").obj.status == Status.STOPPED


def test_a_completed_job_is_archived_and_comes_back_completed(act, reviewed, reviewer, manager):
    act(reviewer, reviewed, "complete", accept_rest="on")
    act(manager, reviewed, "archive")
    assert act(manager, reviewed, "unarchive").obj.status == Status.COMPLETED


def test_a_completed_job_is_not_stopped(act, reviewed, reviewer, manager):
    act(reviewer, reviewed, "complete", accept_rest="on")
    with pytest.raises(Conflict):
        act(manager, reviewed, "stop")


@pytest.mark.parametrize("priority", [0, 6, "urgent", ""])
def test_there_are_five_priorities(act, job, manager, priority):
    with pytest.raises(Invalid):
        act(manager, job, "set-priority", priority=priority)


def test_priority_and_due_date_change_and_the_due_date_goes(act, job, manager):
    assert act(manager, job, "set-priority", priority=5).obj.priority == 5
    due = act(manager, job, "set-due", due_at="2030-01-02T10:00:00+01:00").obj.due_at
    assert due == datetime(2030, 1, 2, 9, tzinfo=UTC)
    assert act(manager, job, "set-due").obj.due_at is None


def test_a_clone_has_the_items_and_none_of_the_work(act, labeled, manager):
    clone = act(manager, labeled, "clone").outcome
    assert (clone.items, clone.done, clone.status) == (3, 0, Status.PENDING)
    assert (clone.parent, clone.annotator, clone.number) == (labeled, labeled.annotator, 2)
    assert list(clone.job_items.values_list("item", flat=True)) == list(
        labeled.job_items.values_list("item", flat=True)
    )
    assert Annotation.objects.filter(job_item__job=clone, version=0).count() == 3


def test_jobs_of_one_batch_never_share_a_number(act, job, manager):
    for _time in range(3):
        act(manager, job, "clone")
    numbers = list(Job.objects.values_list("number", flat=True))
    assert sorted(numbers) == [1, 2, 3, 4]


def test_a_batch_whose_open_jobs_are_all_stopped_is_stopped(act, batch, job, manager):
    other = JobFactory.create(batch=batch)
    act(manager, job, "stop")
    batch.refresh_from_db()
    assert batch.status == "processing"
    act(manager, other, "stop")
    batch.refresh_from_db()
    assert batch.status == "stopped"
    act(manager, other, "resume")
    batch.refresh_from_db()
    assert batch.status == "processing"


def test_an_archived_job_counts_no_more_for_its_batch(act, batch, reviewed, reviewer, manager):
    act(reviewer, reviewed, "complete", accept_rest="on")
    other = JobFactory.create(batch=batch)
    act(manager, other, "stop")
    act(manager, other, "archive")
    batch.refresh_from_db()
    assert batch.status == "completed"
    act(manager, other, "unarchive")
    batch.refresh_from_db()
    assert batch.status == "stopped"
