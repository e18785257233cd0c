"""delete-dataset: what belongs to a dataset goes, what does not stays, whenever it is stopped."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from accounts.actor import Actor
from labeling.core.errors import Conflict
from labeling.core.workflow import actions, perform
from labeling.jobs.models import (
    Annotation,
    Batch,
    Comment,
    Event,
    Job,
    JobItem,
    LedgerEntry,
)
from labeling.operations import engine
from labeling.operations.kinds import kinds
from labeling.operations.models import Operation
from labeling.operations.states import Status
from labeling.projects.labels import store_labels
from labeling.projects.models import Dataset, Item
from labeling.projects.operations import deleting
from tests.factories import BatchFactory, CommentFactory, DatasetFactory, JobFactory


@pytest.fixture
def worked_on(dataset, manager, annotator, do) -> Dataset:
    """A deleted dataset with finished work of every sort, paid for."""
    fill(dataset, annotator)
    do(manager, dataset, "delete")
    dataset.refresh_from_db()
    return dataset


def fill(dataset: Dataset, annotator) -> Job:
    """A completed batch with a job of three items, talk, history and a ledger line."""
    batch = BatchFactory.create(dataset=dataset, status="completed")
    job = JobFactory.create(batch=batch, annotator=annotator, size=3)
    job.job_items.update(state="accepted")
    Job.objects.filter(pk=job.pk).update(done=3, accepted=3, stage="acceptance", state="completed")
    place = job.job_items.first()
    CommentFactory.create(job=job, job_item=place, author=annotator)
    CommentFactory.create(job=job, job_item=None, author=annotator)
    for subject in ({"job": job}, {"batch": batch}, {"job": job, "job_item": place}):
        Event.objects.create(
            team=job.team, verb="start", subject_type="job", subject_id=1,
            at=timezone.now(), **subject,
        )  # fmt: skip
    LedgerEntry.objects.create(
        team=job.team, project=job.project, batch=batch, job=job, job_item=place,
        person=annotator, kind="earned", amount=Decimal(3), currency="EUR",
    )  # fmt: skip
    for item in dataset.items.all():
        store_labels(item, {"objects": [], "tags": []})
    return job


def ask(user, dataset: Dataset) -> Operation:
    """The work that the button starts."""
    purge = actions[Dataset, "purge"]
    return perform(purge, dataset, Actor.for_user(user), {"name": dataset.name}).outcome


def run(operation: Operation) -> Operation:
    """To its end."""
    engine.run(operation.pk)
    operation.refresh_from_db()
    return operation


def test_everything_of_it_goes_and_the_ledger_stays(worked_on, annotator, manager):
    other = DatasetFactory.create(project=worked_on.project, name="July")
    kept = fill(other, annotator)
    files = [str(item.file.name) for item in worked_on.items.all()]
    done = run(ask(manager, worked_on))
    assert done.status == Status.COMPLETE, done.message
    assert (done.done, done.total) == (3, 3)
    assert done.message == "3 items and 1 job removed."
    removed = done.result["removed"]
    assert {name: removed[name] for name in ("items", "jobs", "batches", "job_items")} == {
        "items": 3, "jobs": 1, "batches": 1, "job_items": 3,
    }  # fmt: skip
    assert (removed["annotations"], removed["comments"]) == (3, 2)
    assert list(Dataset.objects.all()) == [other]
    assert not [name for name in files if default_storage.exists(name)]
    assert list(Job.objects.all()) == [kept]
    assert Batch.objects.count() == 1
    for model in (Item, JobItem, Annotation):
        assert model.objects.count() == 3
    assert Comment.objects.count() == 2
    lost, found = LedgerEntry.objects.order_by("pk")
    assert lost.amount == Decimal(3)
    assert {lost.batch, lost.job, lost.job_item} == {None}
    assert found.job == kept
    for item in other.items.all():
        assert default_storage.exists(str(item.file.name))
    call_command("recount", "--check")


def test_the_history_of_the_project_keeps_one_line(worked_on, project, manager, client_for):
    run(ask(manager, worked_on))
    (line,) = Event.objects.all()
    assert (line.verb, line.subject_type, line.subject_id) == ("purge", "project", project.pk)
    assert line.data["removed"]["items"] == 3
    text = client_for(manager).get(project.get_absolute_url()).content.decode()
    assert "deleted the dataset “June” for good" in text


def test_a_purge_in_small_steps_leaves_nothing_either(worked_on, manager, monkeypatch):
    monkeypatch.setattr(deleting, "ITEMS_A_CHUNK", 1)
    monkeypatch.setattr(deleting, "ROWS_A_CHUNK", 1)
    done = run(ask(manager, worked_on))
    assert (done.status, done.done) == (Status.COMPLETE, 3)
    assert not Dataset.objects.exists()
    assert done.result["removed"]["events"] == 5, "three of the work, two of the deletion"


def test_canceled_after_a_chunk_it_says_what_is_left_and_stays_deleted(
    worked_on, manager, monkeypatch, do, client_for
):
    monkeypatch.setattr(deleting, "ITEMS_A_CHUNK", 1)
    work = ask(manager, worked_on)
    kind = kinds["delete-dataset"]
    run_chunk = kind.run_chunk

    def cancel_then_run(chunk, prepared):
        if chunk.cursor and chunk.operation.done == 1:
            do(manager, work, "cancel")
        return run_chunk(chunk, prepared)

    monkeypatch.setattr(kind, "run_chunk", cancel_then_run)
    done = run(work)
    assert done.status == Status.CANCELED
    assert done.message == "2 items removed so far; what is left stays deleted."
    worked_on.refresh_from_db()
    assert worked_on.item_count == worked_on.items.count() == 1
    assert worked_on.lifecycle == "deleted"
    call_command("recount", "--check")
    with pytest.raises(Conflict, match="cannot be restored"):
        do(manager, worked_on, "restore")
    page = client_for(manager).get(worked_on.get_absolute_url()).content.decode()
    assert "1 item is left" in page
    monkeypatch.undo()
    again = run(ask(manager, worked_on))
    assert (again.status, again.done, again.total) == (Status.COMPLETE, 1, 1)
    assert not Dataset.objects.exists()


def test_restored_before_it_began_nothing_is_removed(worked_on, manager, do):
    work = ask(manager, worked_on)
    do(manager, worked_on, "restore")
    do(manager, worked_on, "delete")
    done = run(work)
    assert done.status == Status.COMPLETE
    assert "restored before this began" in done.message
    assert worked_on.items.count() == 3
    do(manager, worked_on, "restore")


def test_somebody_at_work_on_it_again_stops_it(worked_on, manager):
    work = ask(manager, worked_on)
    Job.objects.update(stage="annotation", state="in_progress")
    done = run(work)
    assert done.status == Status.FAILED
    assert "1 open job" in done.message
    assert worked_on.items.count() == 3


def test_after_its_days_the_desk_starts_it_once(worked_on, settings):
    settings.LABELDESK_PURGE_DAYS = 7
    kind = kinds["delete-dataset"]
    kind.sweep()
    assert not Operation.objects.exists()
    late = timezone.now() - timedelta(days=7, minutes=1)
    Dataset.objects.update(deleted_at=late)
    kind.sweep()
    kind.sweep()
    work = Operation.objects.get()
    assert work.created_by is None
    Operation.objects.update(status="canceled")
    kind.sweep()
    assert Operation.objects.count() == 1, "who stopped it meant it"
    Operation.objects.update(status="queued")
    assert run(work).status == Status.COMPLETE
    assert Event.objects.get().actor is None


def test_the_desk_waits_while_somebody_works_on_it(worked_on):
    Dataset.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    Job.objects.update(stage="annotation", state="in_progress")
    kinds["delete-dataset"].sweep()
    assert not Operation.objects.exists()


def test_a_file_that_is_gone_already_does_not_matter(worked_on, manager):
    default_storage.delete(worked_on.items.first().file.name)
    assert run(ask(manager, worked_on)).status == Status.COMPLETE


def test_the_number_of_queries_does_not_grow_with_the_items(
    project, manager, annotator, count_queries, do
):
    def queries(size: int) -> int:
        dataset = DatasetFactory.create(project=project)
        batch = BatchFactory.create(dataset=dataset, status="completed")
        JobFactory.create(
            batch=batch, annotator=annotator, size=size, stage="acceptance", state="completed"
        )
        do(manager, dataset, "delete")
        dataset.refresh_from_db()
        work = ask(manager, dataset)
        return count_queries(lambda: engine.run(work.pk))

    assert queries(12) <= queries(3)


def test_failed_rows_of_its_other_work_cannot_be_done_again(worked_on, manager, do):
    for kind in ("fetch-images", "make-thumbnails", "import-items"):
        Operation.objects.create(
            team=worked_on.team, kind=kind, label=kind, created_by=manager, status="complete",
            error_count=1, queue="bulk", plan={"dataset": worked_on.pk, "fetch": False},
        )  # fmt: skip
    run(ask(manager, worked_on))
    for old in Operation.objects.exclude(kind="delete-dataset"):
        with pytest.raises(Conflict, match="cannot be done again"):
            do(manager, old, "retry-failed")
