"""make-thumbnails: pictures get the small version that they lack, or all a new one."""

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.urls import reverse

from accounts.actor import Actor
from labeling.core.errors import Conflict, Forbidden
from labeling.core.workflow import actions, perform
from labeling.operations import engine
from labeling.operations.models import Operation
from labeling.operations.states import Outcome, Status
from labeling.projects.models import Dataset, Item
from labeling.projects.operations import thumbnails
from labeling.projects.thumbnails import lacks_thumbnails
from tests.labeling.projects.conftest import drawn

VERB = "make-thumbnails"


@pytest.fixture
def pictures(dataset, upload) -> list[Item]:
    """Four pictures with their thumbnails."""
    cache.clear()
    upload(dataset, {f"{n}.png": drawn(color=(n, 0, 0)) for n in range(4)})
    dataset.refresh_from_db()
    return list(dataset.items.order_by("position"))


def ask(user, dataset: Dataset, **data: str) -> Operation:
    """The work that the button starts."""
    return perform(actions[Dataset, VERB], dataset, Actor.for_user(user), data).outcome


def run(operation: Operation) -> Operation:
    """To its end."""
    engine.run(operation.pk)
    operation.refresh_from_db()
    return operation


def test_missing_and_lost_ones_are_made_and_the_others_left(pictures, dataset, manager):
    first, second, third, _fourth = pictures
    default_storage.delete(first.thumbnail.name)
    default_storage.delete(third.thumbnail.name)
    Item.objects.filter(pk=third.pk).update(thumbnail="")
    done = run(ask(manager, dataset))
    assert (done.status, done.done, done.total) == (Status.COMPLETE, 4, 4)
    assert done.result == {"dataset": dataset.pk, "made": 2, "failed": 0}
    assert [row.number for row in done.rows.in_order()] == [1, 3]
    assert [row.data["item"] for row in done.rows.in_order()] == [first.pk, third.pk]
    for item in dataset.items.all():
        assert default_storage.exists(item.thumbnail.name)
    assert done.message == "2 thumbnails made, 4 pictures looked at"
    assert second.thumbnail.name == Item.objects.get(pk=second.pk).thumbnail.name


def test_all_are_made_anew_when_asked_for(pictures, dataset, manager):
    broken = default_storage.path(pictures[0].thumbnail.name)
    size = default_storage.size(pictures[0].thumbnail.name)
    with open(broken, "wb") as file:
        file.write(b"x" * size)
    done = run(ask(manager, dataset, which="all"))
    assert done.result["made"] == 4
    with default_storage.open(pictures[0].thumbnail.name) as file:
        assert file.read() != b"x" * size


def test_what_cannot_be_made_is_told_and_can_be_tried_again(pictures, dataset, manager, do):
    Item.objects.update(thumbnail="")
    lost, broken = pictures[:2]
    default_storage.delete(lost.file.name)
    with open(default_storage.path(broken.file.name), "wb") as file:
        file.write(b"no picture")
    done = run(ask(manager, dataset))
    assert (done.status, done.error_count) == (Status.COMPLETE, 2)
    problems = [row for row in done.rows.in_order() if row.outcome == Outcome.ERROR]
    assert "not in the store" in problems[0].message
    assert "Not a JPEG" in problems[1].message
    with open(default_storage.path(broken.file.name), "wb") as file:
        file.write(drawn(color=(1, 0, 0)))
    again = run(do(manager, done, "retry-failed").outcome)
    assert (again.done, again.total, again.error_count) == (2, 2, 1)
    assert Item.objects.get(pk=broken.pk).thumbnail


def test_many_chunks_do_each_picture_once(pictures, dataset, manager, monkeypatch):
    monkeypatch.setattr(thumbnails, "PICTURES_A_CHUNK", 1)
    Item.objects.update(thumbnail="")
    done = run(ask(manager, dataset))
    assert [row.number for row in done.rows.in_order()] == [1, 2, 3, 4]


def test_references_are_left_at_their_address(pictures, dataset, manager):
    Item.objects.create(
        team=dataset.team, dataset=dataset, position=9, name="far", source_url="https://x.org/a"
    )
    assert run(ask(manager, dataset)).total == 4


def test_the_button_is_there_while_some_are_missing(pictures, dataset, manager, client_for):
    client, url = client_for(manager), dataset.get_absolute_url()
    verb = reverse("projects:dataset-verb", args=[dataset.pk, VERB])
    assert verb not in client.get(url).content.decode()
    thumb = reverse("projects:item-thumbnail", args=[pictures[0].pk])
    default_storage.delete(pictures[0].thumbnail.name)
    answer = client.get(thumb)
    answer.getvalue()
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png"), "the picture itself"
    assert answer["Cache-Control"] == "no-store"
    assert verb in client.get(url).content.decode()
    run(ask(manager, dataset))
    assert verb not in client.get(url).content.decode()
    answer = client.get(thumb)
    assert (len(answer.getvalue()) > 0, answer["Content-Type"]) == (True, "image/webp")


def test_that_none_is_missing_is_remembered(pictures, dataset, count_queries):
    assert count_queries(lambda: lacks_thumbnails(dataset)) == 1
    assert count_queries(lambda: lacks_thumbnails(dataset)) == 0


def test_it_runs_once_at_a_time_and_needs_a_picture(pictures, dataset, project, manager, do):
    ask(manager, dataset)
    with pytest.raises(Conflict, match="already"):
        ask(manager, dataset)
    empty = do(manager, project, "create-dataset", name="Empty").outcome
    with pytest.raises(Conflict, match="no picture"):
        ask(manager, empty)


@pytest.mark.parametrize("role", ["reviewer", "annotator", "viewer"])
def test_only_managers_and_owners_ask_for_it(role, request, dataset):
    with pytest.raises(Forbidden):
        ask(request.getfixturevalue(role), dataset)
