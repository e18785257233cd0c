"""fetch-images: many references at a time, each with its own outcome, whatever happens to it."""

from threading import Event
from time import monotonic, sleep

import pytest
from django.core.files.storage import default_storage

from accounts.actor import Actor
from labeling.core.errors import Conflict
from labeling.core.workflow import actions, perform
from labeling.operations import engine
from labeling.operations.engine.claims import Canceled
from labeling.operations.kinds import Chunk, kinds
from labeling.operations.models import Operation
from labeling.operations.states import Outcome, Status
from labeling.projects.models import Dataset, Item
from labeling.projects.operations import fetching_images
from labeling.projects.referencing import ensure_picture, missing
from tests.factories import ItemFactory
from tests.labeling.projects.conftest import drawn
from tests.labeling.projects.test_referencing import reference
from tests.web import names, silent_web, web

__all__ = ["names", "silent_web", "web"]


@pytest.fixture
def references(dataset, web) -> list[Item]:
    """Ten references, of which every fifth leads nowhere."""
    for number in range(10):
        if number % 5 == 4:
            web.says(f"/{number}.png", status=404)
        else:
            web.says(f"/{number}.png", drawn(color=(number, 0, 0)))
    return [reference(dataset, web.at(f"/{n}.png"), name=f"lemon {n}") for n in range(10)]


def ask(user, dataset: Dataset) -> Operation:
    """The work that the button starts."""
    return perform(actions[Dataset, "fetch-images"], dataset, Actor.for_user(user)).outcome


def run(operation: Operation) -> Operation:
    """To its end."""
    engine.run(operation.pk)
    operation.refresh_from_db()
    return operation


def test_every_picture_is_fetched_and_each_that_did_not_come_is_told(
    references, manager, dataset, upload
):
    upload(dataset, {"own.png": drawn()})
    done = run(ask(manager, dataset))
    assert done.status == Status.COMPLETE
    assert (done.done, done.total, done.error_count) == (10, 10, 2)
    assert done.result == {"dataset": dataset.pk, "fetched": 8, "known": 0, "failed": 2}
    assert done.message == "8 pictures fetched, 2 did not come"
    rows = list(done.rows.in_order())
    assert [row.name for row in rows] == [f"lemon {n}" for n in range(10)]
    told = [row for row in rows if row.outcome == Outcome.ERROR]
    assert [row.data["item"] for row in told] == [references[4].pk, references[9].pk]
    assert "nothing at this address" in told[0].message
    assert missing(dataset.items).count() == 2
    for item in dataset.items.exclude(width=0):
        assert default_storage.exists(item.file.name)
        assert default_storage.exists(item.thumbnail.name)


def test_several_are_fetched_at_a_time(dataset, manager, web):
    def slow(request):
        sleep(0.1)
        request.send_response(200)
        request.end_headers()
        request.wfile.write(drawn())

    for number in range(16):
        web.answers[f"/{number}"] = slow
        reference(dataset, web.at(f"/{number}"))
    began = monotonic()
    assert run(ask(manager, dataset)).error_count == 0
    assert monotonic() - began < 1.2


def test_a_chunk_ends_in_time_and_the_next_goes_on(references, manager, dataset, monkeypatch, web):
    monkeypatch.setattr(fetching_images, "SECONDS_A_CHUNK", 0)
    monkeypatch.setattr(fetching_images, "AT_A_TIME", 2)
    done = run(ask(manager, dataset))
    assert (done.done, done.error_count) == (10, 2)
    assert len(web.asked) == 10


def test_chunks_of_few_items_meet_each_item_once(references, manager, dataset, monkeypatch, web):
    monkeypatch.setattr(fetching_images, "PICTURES_A_CHUNK", 3)
    done = run(ask(manager, dataset))
    assert (done.done, done.total) == (10, 10)
    assert len(web.asked) == 10
    assert [row.number for row in done.rows.in_order()] == list(range(1, 11))


def test_only_what_failed_is_tried_again(references, manager, dataset, web):
    done = run(ask(manager, dataset))
    web.says("/4.png", drawn(color="red"))
    web.asked.clear()
    again = perform(actions[Operation, "retry-failed"], done, Actor.for_user(manager)).outcome
    again = run(again)
    assert again.kind == "fetch-images"
    assert (again.total, again.error_count) == (2, 1)
    assert {request.path for request in web.asked} == {"/4.png", "/9.png"}
    assert list(missing(dataset.items)) == [references[9]]


def test_what_somebody_opened_meanwhile_stays(references, manager, dataset, web):
    operation = ask(manager, dataset)
    ensure_picture(references[0])
    done = run(operation)
    assert (done.done, done.total) == (9, 9)
    assert done.result["fetched"] == 7


def test_who_opens_it_during_the_chunk_is_first(references, manager, dataset):
    kind, chunk = kinds["fetch-images"], chunk_of(ask(manager, dataset))
    hauled = kind.prepare(chunk)
    ensure_picture(references[0])
    step = kind.run_chunk(chunk, hauled)
    assert step.rows[0].outcome == Outcome.SKIPPED
    assert step.result["known"] == 1
    assert step.message == "8 pictures fetched, 2 did not come"


def test_an_item_that_is_deleted_during_the_chunk_is_a_row(references, manager, dataset):
    kind, chunk = kinds["fetch-images"], chunk_of(ask(manager, dataset))
    hauled = kind.prepare(chunk)
    references[0].delete()
    assert "deleted" in kind.run_chunk(chunk, hauled).rows[0].message


def chunk_of(operation: Operation, pulse=lambda _done: None) -> Chunk:
    """The first chunk, without an engine."""
    return Chunk(operation=operation, cursor={}, pulse=pulse)


def test_a_chunk_done_twice_changes_nothing_more(references, manager, dataset):
    kind, chunk = kinds["fetch-images"], chunk_of(ask(manager, dataset))
    kind.run_chunk(chunk, kind.prepare(chunk))
    before = list(dataset.items.values_list("pk", "content_hash", "file"))
    files = default_storage.listdir(f"items/{dataset.pk}")
    step = kind.run_chunk(chunk, kind.prepare(chunk))
    assert {row.outcome for row in step.rows} == {Outcome.ERROR}
    assert list(dataset.items.values_list("pk", "content_hash", "file")) == before
    assert default_storage.listdir(f"items/{dataset.pk}") == files


def test_whoever_cancels_does_not_wait_for_the_slowest_host(dataset, manager, web):
    released = Event()
    web.answers["/"] = lambda _request: released.wait(5)
    reference(dataset, web.at("/"))

    def pulse(_done: int) -> None:
        raise Canceled

    began = monotonic()
    with pytest.raises(Canceled):
        kinds["fetch-images"].prepare(chunk_of(ask(manager, dataset), pulse))
    assert monotonic() - began < 1
    released.set()


def test_there_must_be_something_to_fetch(dataset, manager):
    ItemFactory.create(dataset=dataset)
    with pytest.raises(Conflict, match="here already"):
        ask(manager, dataset)


def test_one_of_them_at_a_time_is_enough(references, dataset, manager):
    operation = ask(manager, dataset)
    Operation.objects.filter(pk=operation.pk).update(status=Status.RUNNING)
    with pytest.raises(Conflict, match="being fetched already"):
        ask(manager, dataset)


def test_the_button_says_how_many_and_is_not_there_without_any(
    references, dataset, manager, viewer, client_for
):
    page = client_for(manager).get(dataset.get_absolute_url()).content.decode()
    assert "Fetch 10 pictures" in page
    assert (
        "Fetch 10 pictures"
        not in client_for(viewer).get(dataset.get_absolute_url()).content.decode()
    )
    for item in dataset.items.all():
        item.delete()
    page = client_for(manager).get(dataset.get_absolute_url()).content.decode()
    assert 'data-verb="fetch-images"' not in page


def test_rest_starts_it(references, dataset, manager, viewer, api_for):
    url = f"/api/datasets/{dataset.pk}/fetch-images/"
    assert api_for(viewer).post(url).status_code == 403
    answer = api_for(manager).post(url)
    assert answer.status_code == 201
    assert answer.data["kind"] == "fetch-images"


def test_a_launch_fetches_what_it_hands_out_and_nothing_else(references, dataset, manager, lemon):
    actor = Actor.for_user(manager)
    data = {
        "name": "First",
        "last": 3,
        "classes": [lemon.pk],
        "split": "ordered",
    }
    batch = perform(actions[Dataset, "create-batch"], dataset, actor, data).outcome
    started = Operation.objects.get(kind="fetch-images")
    assert started.plan["items"] == [item.pk for item in references[:3]]
    assert run(started).done == 3
    assert batch.operation_id != started.pk


def test_a_launch_over_pictures_that_are_here_fetches_nothing(dataset, manager, lemon):
    ItemFactory.create(dataset=dataset)
    data = {"name": "First", "classes": [lemon.pk], "split": "ordered"}
    perform(actions[Dataset, "create-batch"], dataset, Actor.for_user(manager), data)
    assert not Operation.objects.filter(kind="fetch-images").exists()
