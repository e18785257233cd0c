"""Datasets that are deleted, taken back, or gone for good; and who may."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.core.workflow import verbs_for
from labeling.jobs.models import Event
from labeling.operations.models import Operation
from labeling.projects.models import Dataset
from tests.factories import BatchFactory, DatasetFactory, ItemFactory, JobFactory


@pytest.fixture
def deleted(dataset, manager, do) -> Dataset:
    """The dataset, deleted by Max."""
    do(manager, dataset, "delete")
    dataset.refresh_from_db()
    return dataset


def test_a_deleted_dataset_is_archived_with_it_and_comes_back_as_it_was(dataset, manager, do):
    do(manager, dataset, "delete")
    dataset.refresh_from_db()
    assert dataset.lifecycle == "deleted"
    assert dataset.archived_at == dataset.deleted_at
    do(manager, dataset, "restore")
    dataset.refresh_from_db()
    assert (dataset.lifecycle, dataset.archived_at) == ("active", None)


def test_one_that_was_archived_before_comes_back_archived(dataset, manager, do):
    do(manager, dataset, "archive")
    archived_at = Dataset.objects.get().archived_at
    do(manager, dataset, "delete")
    do(manager, dataset, "restore")
    dataset.refresh_from_db()
    assert (dataset.lifecycle, dataset.archived_at) == ("archived", archived_at)
    do(manager, dataset, "unarchive")
    assert Dataset.objects.get().lifecycle == "active"


def test_a_deleted_dataset_refuses_everything_but_to_come_back_or_go(
    deleted, manager, actor_for, do
):
    for verb, data in (
        ("edit-dataset", {"name": "x"}),
        ("archive", {}),
        ("unarchive", {}),
        ("delete", {}),
        ("fetch-images", {}),
        ("make-thumbnails", {}),
    ):
        with pytest.raises(Conflict, match="deleted"):
            do(manager, deleted, verb, **data)
    offered = [each.verb for each in verbs_for(deleted, actor_for(manager))]
    assert offered == ["restore", "create-batch", "purge"], "a batch is refused by its form"


def test_uploads_to_a_deleted_dataset_are_refused(deleted, upload):
    with pytest.raises(Conflict, match="Restore it first"):
        upload(deleted, {"a.png": b"x"})


def test_open_work_is_named_and_stands_in_the_way(dataset, manager, do):
    batch = BatchFactory.create(dataset=dataset)
    JobFactory.create_batch(2, batch=batch)
    with pytest.raises(Conflict) as refused:
        do(manager, dataset, "delete")
    assert "2 open jobs, 1 open batch" in str(refused.value.message)
    batch.jobs.update(archived_at=timezone.now())
    batch.status = "completed"
    batch.save()
    do(manager, dataset, "delete")


def test_machine_work_stands_in_the_way_too(dataset, manager, upload, do):
    working = upload(dataset, {"a.png": b"x"}, run=False)
    with pytest.raises(Conflict, match="1 running operation"):
        do(manager, dataset, "delete")
    Operation.objects.filter(pk=working.pk).update(status="canceled")
    do(manager, dataset, "delete")


def test_its_name_is_free_again_and_must_be_when_it_comes_back(deleted, project, manager, do):
    second = do(manager, project, "create-dataset", name="June").outcome
    with pytest.raises(Conflict, match="called “June” by now"):
        do(manager, deleted, "restore")
    do(manager, second, "edit-dataset", name="July")
    do(manager, deleted, "restore")


def test_nothing_comes_back_once_its_purge_has_begun(deleted, manager, do):
    Dataset.objects.update(purge_began_at=timezone.now())
    with pytest.raises(Conflict, match="cannot be restored"):
        do(manager, deleted, "restore")


def test_a_purge_asks_for_the_name(deleted, dataset, manager, do):
    with pytest.raises(Invalid) as refused:
        do(manager, deleted, "purge", name="june")
    assert "not the name" in str(refused.value.errors)
    work = do(manager, deleted, "purge", name="June").outcome
    assert (work.kind, work.label) == ("delete-dataset", "Delete “June” for good")
    with pytest.raises(Conflict, match="already"):
        do(manager, deleted, "purge", name="June")


def test_only_what_is_deleted_can_be_purged(dataset, manager, do):
    with pytest.raises(Conflict, match="active"):
        do(manager, dataset, "purge", name="June")


@pytest.mark.parametrize("role", ["reviewer", "annotator", "viewer", "outsider"])
def test_only_managers_and_owners_delete(role, request, dataset, manager, do):
    person = request.getfixturevalue(role)
    with pytest.raises(Forbidden):
        do(person, dataset, "delete")
    do(manager, dataset, "delete")
    for verb, data in (("restore", {}), ("purge", {"name": "June"})):
        with pytest.raises(Forbidden):
            do(person, dataset, verb, **data)


def test_the_toast_offers_the_way_back_and_there_again(dataset, manager, client_for):
    client = client_for(manager)
    for verb, undo in (("delete", "restore"), ("restore", "delete")):
        url = reverse("projects:dataset-verb", args=[dataset.pk, verb])
        text = client.post(url, follow=True).content.decode()
        assert reverse("projects:dataset-verb", args=[dataset.pk, undo]) in text
    for verb, undo in (("archive", "unarchive"), ("unarchive", "archive")):
        url = reverse("projects:dataset-verb", args=[dataset.pk, verb])
        text = client.post(url, follow=True).content.decode()
        assert reverse("projects:dataset-verb", args=[dataset.pk, undo]) in text


def test_its_page_says_until_when_it_can_be_restored(deleted, manager, client_for):
    text = client_for(manager).get(deleted.get_absolute_url()).content.decode()
    due = deleted.deleted_at + timedelta(days=30)
    assert f"gone for good on {date_format(due, 'j F Y')}" in text
    Dataset.objects.update(purge_began_at=timezone.now())
    text = client_for(manager).get(deleted.get_absolute_url()).content.decode()
    assert "when somebody stopped that" in text


def test_its_project_shows_it_apart_with_what_may_be_done(
    deleted, project, manager, viewer, client_for
):
    DatasetFactory.create(project=project, name="July")
    text = client_for(manager).get(project.get_absolute_url()).content.decode()
    assert "Deleted datasets" in text
    assert reverse("projects:dataset-verb", args=[deleted.pk, "restore"]) in text
    assert reverse("projects:dataset-verb", args=[deleted.pk, "purge"]) in text
    assert "Archived datasets" not in text
    assert f"/datasets/{deleted.pk}/create-batch/" not in text
    page = client_for(manager).get(reverse("projects:dataset-verb", args=[deleted.pk, "purge"]))
    assert "“June” holds 0 items." in page.content.decode()
    text = client_for(viewer).get(project.get_absolute_url()).content.decode()
    assert "Deleted datasets" in text
    assert reverse("projects:dataset-verb", args=[deleted.pk, "purge"]) not in text


def test_lists_leave_it_out_unless_it_is_asked_for(deleted, project, manager, api_for):
    july = DatasetFactory.create(project=project, name="July")
    api = api_for(manager)
    assert [row["id"] for row in api.get("/api/datasets/").json()["results"]] == [july.pk]
    (row,) = api.get("/api/datasets/", {"deleted": "true"}).json()["results"]
    assert row["id"] == deleted.pk
    assert row["deleted_at"] < row["purge_due_at"]
    assert row["purge_began_at"] is None
    assert api.get(f"/api/datasets/{deleted.pk}/").status_code == 200


def test_menus_leave_it_out(deleted, project, manager, team, client_for):
    DatasetFactory.create(project=project, name="July")
    page = client_for(manager).get(reverse("jobs:job-list", args=[team.pk])).content.decode()
    assert ">July</option>" in page
    assert ">June</option>" not in page


def test_over_rest_it_is_deleted_restored_and_purged(dataset, manager, api_for):
    api, url = api_for(manager), f"/api/datasets/{dataset.pk}"
    assert api.post(f"{url}/delete/").json()["deleted_at"]
    assert api.post(f"{url}/restore/").json()["deleted_at"] is None
    assert api.post(f"{url}/purge/", {"name": "June"}).status_code == 409
    api.post(f"{url}/delete/")
    assert api.post(f"{url}/purge/", {"name": "Juno"}).status_code == 400
    answer = api.post(f"{url}/purge/", {"name": "June"})
    assert (answer.status_code, answer.json()["kind"]) == (201, "delete-dataset")


def test_the_history_tells_who_deleted_it(deleted, project, manager, do, client_for):
    do(manager, deleted, "restore")
    assert set(Event.objects.values_list("verb", flat=True)) >= {"delete", "restore"}
    text = client_for(manager).get(project.get_absolute_url()).content.decode()
    assert "deleted the dataset “June”" in text
    assert "restored the dataset “June”" in text


def test_an_item_of_it_can_still_be_seen(deleted, manager, client_for):
    item = ItemFactory.create(dataset=deleted)
    assert client_for(manager).get(reverse("projects:item", args=[item.pk])).status_code == 200
