"""Stop, resume, cancel, reopen, archive and unarchive; what each status says of itself."""

import re

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from labeling.core.errors import Conflict, Forbidden
from labeling.jobs.meanings import MEANINGS
from labeling.jobs.models import Batch, Event, Job
from labeling.jobs.states import BatchStatus, Status
from labeling.operations.models import Operation
from tests.factories import JobFactory, LabelClassFactory
from tests.source import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(act, job, annotator) -> Job:
    """Ana has begun her job; two others of the batch wait, one of them in the pool."""
    JobFactory.create(batch=job.batch, annotator=annotator, size=1)
    JobFactory.create(batch=job.batch, size=1)
    return act(annotator, job, "start").obj


def statuses(batch: Batch) -> list[str]:
    """Of its jobs, in their order."""
    return list(batch.jobs.order_by("number").values_list("status", flat=True))


@pytest.mark.parametrize("verb", ["stop", "cancel", "archive"])
@pytest.mark.parametrize("who", ["annotator", "reviewer", "viewer"])
def test_only_managers_stop_cancel_and_archive(act, batch, job, verb, who, request):
    with pytest.raises(Forbidden):
        act(request.getfixturevalue(who), batch, verb)


def test_a_stopping_batch_lets_jobs_in_progress_finish_and_then_is_stopped(
    act, batch, begun, annotator, reviewer, manager
):
    assert act(manager, batch, "stop").obj.status == BatchStatus.STOPPING
    assert statuses(batch) == ["in_progress", "stopped", "stopped"]
    for row in begun.job_items.all():
        act(annotator, row, "confirm-item")
    act(annotator, begun, "submit")
    batch.refresh_from_db()
    assert batch.status == BatchStatus.STOPPING
    act(reviewer, begun, "start-review")
    act(reviewer, begun, "complete", accept_rest="on")
    batch.refresh_from_db()
    assert (batch.status, batch.jobs.get(number=1).accepted) == (BatchStatus.STOPPED, 3)
    assert act(manager, batch, "resume").obj.status == BatchStatus.PROCESSING
    assert statuses(batch) == ["completed", "pending", "pending"]


def test_while_it_is_stopping_nobody_begins_or_takes_a_job(
    act, batch, begun, annotator, annotator2, manager, team
):
    act(manager, batch, "stop")
    with pytest.raises(Conflict, match="stopped"):
        act(annotator, batch.jobs.get(number=2), "start")
    with pytest.raises(Conflict, match="pool"):
        act(annotator2, team, "take-next")
    with pytest.raises(Conflict, match="stopping"):
        act(manager, batch.jobs.get(number=2), "resume")


@pytest.mark.parametrize(
    ("who", "verb"), [("annotator", "release"), ("manager", "assign")], ids=["release", "assign"]
)
def test_a_job_that_goes_back_to_the_pool_of_a_stopping_batch_stops_there(
    act, batch, begun, manager, who, verb, request
):
    act(manager, batch, "stop")
    act(request.getfixturevalue(who), begun, verb)
    batch.refresh_from_db()
    assert statuses(batch) == ["stopped"] * 3
    assert batch.status == BatchStatus.STOPPED


def test_a_stopping_batch_resumes_before_it_is_stopped(act, batch, begun, manager):
    act(manager, batch, "stop")
    assert act(manager, batch, "resume").obj.status == BatchStatus.PROCESSING
    assert statuses(batch) == ["in_progress", "pending", "pending"]


def test_the_last_job_that_is_stopped_by_itself_makes_it_stopped(act, batch, begun, manager):
    act(manager, batch, "stop")
    act(manager, begun, "stop")
    batch.refresh_from_db()
    assert batch.status == BatchStatus.STOPPED


def test_a_canceled_batch_closes_every_open_job_and_what_was_done_counts(
    act, batch, begun, annotator, manager
):
    act(annotator, begun.job_items.first(), "confirm-item")
    assert act(manager, batch, "cancel").obj.status == BatchStatus.CANCELED
    assert statuses(batch) == ["stopped"] * 3
    assert batch.jobs.get(number=1).done == 1
    for verb in ("resume", "clone"):
        with pytest.raises(Conflict, match="canceled"):
            act(manager, begun, verb)


@pytest.mark.parametrize("first", [None, "stop"])
def test_a_reopened_batch_is_what_it_was_with_jobs_that_were_stopped_before_still_stopped(
    act, batch, begun, manager, first
):
    act(manager, batch.jobs.get(number=3), "stop")
    if first:
        act(manager, batch, first)
    batch.refresh_from_db()
    before = (batch.status, statuses(batch))
    act(manager, batch, "cancel")
    act(manager, batch, "reopen")
    batch.refresh_from_db()
    assert (batch.status, statuses(batch)) == before
    assert Event.objects.filter(batch=batch, job=None, verb="reopen").count() == 1


def test_a_batch_whose_launch_was_canceled_has_nothing_to_reopen(act, batch, manager):
    Batch.objects.filter(pk=batch.pk).update(status=BatchStatus.CANCELED)
    with pytest.raises(Conflict, match="Clone it"):
        act(manager, batch, "reopen")


@pytest.mark.parametrize("status", ["new", "error", "canceled"])
def test_an_unarchived_batch_is_what_it_was(act, batch, manager, status):
    Batch.objects.filter(pk=batch.pk).update(status=status)
    archived = act(manager, batch, "archive").obj
    assert (archived.status, archived.archived_status) == ("archived", status)
    back = act(manager, batch, "unarchive").obj
    assert (back.status, back.archived_at, back.archived_status) == (status, None, "")


@pytest.mark.parametrize("status", ["loading", "queued", "processing", "no_money", "stopping"])
def test_a_batch_that_runs_is_stopped_before_it_is_archived(act, batch, job, manager, status):
    Batch.objects.filter(pk=batch.pk).update(status=status)
    with pytest.raises(Conflict):
        act(manager, batch, "archive")


def test_undoing_a_stop_and_a_cancel_is_one_click(client_for, manager, batch, job):
    client = client_for(manager)
    for verb, undo in (("stop", "resume"), ("cancel", "reopen")):
        answer = client.post(reverse("jobs:batch-verb", args=[batch.pk, verb]))
        (*_earlier, toast) = get_messages(answer.wsgi_request)
        assert toast.extra_tags == reverse("jobs:batch-verb", args=[batch.pk, undo])
        client.post(toast.extra_tags)
        assert set(statuses(batch)) == {Status.PENDING}


def test_a_launch_that_fails_is_an_error_and_its_retry_makes_the_jobs(
    act, client_for, manager, dataset, monkeypatch, django_capture_on_commit_callbacks
):
    from_kind = "labeling.jobs.operations.launching.fill_job"

    def refuse(*_args, **_kwargs):
        raise Conflict("The disk is full.")

    JobFactory.create(batch__dataset=dataset, size=2)
    LabelClassFactory.create(project=dataset.project, name="lemon")
    with monkeypatch.context() as patch:
        patch.setattr(from_kind, refuse)
        with django_capture_on_commit_callbacks(execute=True):
            made = act(manager, dataset, "create-batch", name="Fruit").outcome
    made.refresh_from_db()
    assert made.status == BatchStatus.ERROR
    page = client_for(manager).get(made.get_absolute_url()).content.decode()
    assert "could not be made" in page
    assert reverse("operations:operation", args=[made.operation_id]) in page
    with django_capture_on_commit_callbacks(execute=True):
        act(manager, Operation.objects.get(pk=made.operation_id), "retry")
    made.refresh_from_db()
    assert (made.status, made.jobs.get().items) == (BatchStatus.PROCESSING, 2)


@pytest.mark.parametrize("status", BatchStatus)
def test_the_page_of_a_batch_says_what_its_status_means(client_for, manager, batch, status):
    archived = {"archived_at": batch.created_at} if status == BatchStatus.ARCHIVED else {}
    Batch.objects.filter(pk=batch.pk).update(status=status, **archived)
    page = client_for(manager).get(batch.get_absolute_url()).content.decode()
    meaning = MEANINGS[status]
    for text in (meaning.means, meaning.todo):
        assert str(text).replace("'", "&#x27;") in page


def test_the_readme_says_the_same(settings):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \*([a-z ]+)\* \| (.+) \| (.+) \|$", readme, re.MULTILINE)
    told = [
        (str(BatchStatus(key).label), str(each.means), str(each.todo))
        for key, each in MEANINGS.items()
    ]
    assert rows == told
