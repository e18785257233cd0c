"""Items through Toloka's edge: where each stands, what people made of it, pages over batches."""

from typing import Any

import pytest

from labeling.clients.toloka import places
from labeling.core import workflow
from labeling.core.errors import Conflict
from labeling.jobs.models import Batch, Job, JobItem
from labeling.jobs.states import ItemState
from tests.factories import BatchFactory, DatasetFactory, JobFactory, JobItemFactory
from tests.labeling.clients.toloka.conftest import URL, run_launch

BOX = {"id": "a", "shape": "rectangle", "points": [[1, 2], [9, 9]], "tags": [], "source": "person"}


@pytest.fixture
def launched(project, annotator):
    """A batch in progress with one job of one item, Ana's."""
    batch = BatchFactory.create(dataset__project=project)
    JobFactory.create(batch=batch, annotator=annotator, size=1)
    return batch


@pytest.fixture
def stand(ask, manager, items):
    """The status and the whole of the one item of a batch."""

    def found(batch):
        [item] = ask(manager, "GET", items, batch_id=str(batch.pk)).body["content"]
        [again] = ask(manager, "GET", items, batch_id=str(batch.pk), status=item["status"]).body[
            "content"
        ]
        assert ask(manager, "GET", f"{items}/{item['id']}").body == item == again
        counts = ask(manager, "GET", f"app-projects/{batch.project_id}/batches/{batch.pk}").body
        assert counts["items_per_state"] == {item["status"]: 1}
        return item

    return found


IN_PROGRESS = {"state": "in_progress"}
ON_REVIEW = {"stage": "validation", "state": "in_progress"}
COMPLETED = {"stage": "acceptance", "state": "completed"}
STOPPED = {"stopped_at": "2026-01-01T00:00Z"}


@pytest.mark.parametrize(
    ("batch", "job", "state", "status"),
    [
        ({}, {}, "none", "NEW"),
        ({"status": "queued"}, {}, "none", "NEW"),
        ({"status": "no_money"}, {}, "none", "NO_MONEY"),
        ({"status": "no_money"}, IN_PROGRESS, "none", "PROCESSING"),
        ({}, IN_PROGRESS, "none", "PROCESSING"),
        ({}, IN_PROGRESS, "done", "PROCESSING"),
        ({"needs_review": False}, IN_PROGRESS, "done", "COMPLETED"),
        ({}, ON_REVIEW, "done", "PROCESSING"),
        ({}, ON_REVIEW, "rejected", "PROCESSING"),
        ({}, ON_REVIEW, "accepted", "COMPLETED"),
        ({"status": "completed"}, COMPLETED, "accepted", "COMPLETED"),
        ({"status": "completed"}, COMPLETED, "rejected", "ERROR"),
        ({"status": "stopping"}, IN_PROGRESS, "none", "PROCESSING"),
        ({"status": "stopped"}, STOPPED, "none", "STOPPED"),
        ({"status": "stopped"}, {**IN_PROGRESS, **STOPPED}, "done", "STOPPED"),
        ({"status": "canceled"}, STOPPED, "none", "CANCELLED"),
        ({"status": "canceled"}, {**COMPLETED, **STOPPED}, "accepted", "COMPLETED"),
        (
            {"status": "archived", "archived_at": "2026-01-01T00:00Z"},
            COMPLETED,
            "accepted",
            "ARCHIVE",
        ),
    ],
)
def test_an_item_stands_where_its_place_batch_and_job_say(
    launched, stand, batch, job, state, status
):
    Batch.objects.filter(pk=launched.pk).update(**batch)
    Job.objects.filter(batch=launched).update(**job)
    JobItem.objects.filter(job__batch=launched).update(state=state)
    assert stand(launched)["status"] == status


@pytest.mark.parametrize(("status", "word"), places.WITHOUT_JOBS.items())
def test_an_item_of_a_batch_without_jobs_is_as_its_batch(made, stand, status, word):
    batch = made(1)
    Batch.objects.filter(pk=batch.pk).update(status=status)
    assert stand(batch)["status"] == word


def test_a_rejected_item_says_why_until_it_is_labeled_again(launched, stand, annotator):
    Job.objects.filter(batch=launched).update(**COMPLETED)
    place = JobItem.objects.get(job__batch=launched)
    JobItem.objects.filter(pk=place.pk).update(state="rejected", reason="too small")
    item = stand(launched)
    assert item["output_data"] is None
    assert [error["message"] for error in item["errors"]] == ["too small"]


def test_labels_come_under_the_names_of_the_schema(
    ask, manager, items, launched, project, annotator
):
    lemon = project.classes.get()
    place = JobItem.objects.get(job__batch=launched)
    document = {"objects": [{**BOX, "class": lemon.pk}], "tags": []}
    place.annotation.document = document
    place.annotation.save()
    [before] = ask(manager, "GET", items).body["content"]
    assert before["output_data"] is None, "not before it is accepted"
    JobItem.objects.filter(pk=place.pk).update(state=ItemState.ACCEPTED)
    lemon.name = "citron"
    lemon.removed_at = "2026-01-01T00:00Z"
    lemon.save()
    [item] = ask(manager, "GET", items).body["content"]
    shown = {name: BOX[name] for name in ("id", "shape", "points", "tags")}
    assert item["output_data"] == {"objects": [{**shown, "class": "citron"}], "tags": []}


def test_an_item_of_several_people_is_completed_with_the_last_of_them(
    ask, manager, items, project, launched, annotator2
):
    first = JobItem.objects.get(job__batch=launched)
    job = JobFactory.create(batch=launched, annotator=annotator2)
    second = JobItemFactory.create(job=job, item=first.item)

    def done(place, person, minute):
        JobItem.objects.filter(pk=place.pk).update(
            state="accepted", done_by=person, done_at=f"2026-01-01T00:0{minute}Z"
        )
        Job.objects.filter(pk=place.job_id).update(**COMPLETED)

    done(first, first.job.annotator, 1)
    [item] = ask(manager, "GET", items).body["content"]
    assert (item["status"], item["output_data"]) == ("NEW", None)
    done(second, annotator2, 2)
    [item] = ask(manager, "GET", items).body["content"]
    assert item["status"] == "COMPLETED"
    assert [each["annotator"] for each in item["output_data"]["answers"]] == ["ana", "ben"]


def test_items_are_added_to_a_batch_that_runs_and_are_there_at_once(
    ask, manager, items, batches, made
):
    batch = made(2)
    ask(manager, "POST", f"{batches}/{batch.pk}/start")
    run_launch(batch)
    for number in range(3):
        body = {"batch_id": str(batch.pk), "input_data": {"image_url": f"{URL}?more{number}"}}
        item = ask(manager, "POST", items, body).body
        assert (item["status"], item["batch_id"]) == ("NEW", str(batch.pk))
        assert ask(manager, "GET", f"{items}/{item['id']}").body == item
    found = ask(manager, "GET", f"{batches}/{batch.pk}").body
    assert (found["items_count"], found["items_per_state"]) == (5, {"NEW": 5})


def test_items_that_two_requests_add_at_once_both_get_in(
    ask, manager, items, batches, made, monkeypatch
):
    """The second finds that items are being added; it waits for that and goes on."""
    batch = made(1)
    ask(manager, "POST", f"{batches}/{batch.pk}/start")
    run_launch(batch)
    refused: list[Any] = []

    def perform(action, *given):
        if action.verb == "add-items" and not refused:
            refused.append(action)
            raise Conflict("Items are being added already.")
        return workflow.perform(action, *given)

    monkeypatch.setattr("labeling.clients.toloka.loading.perform", perform)
    body = {"batch_id": str(batch.pk), "items": [{"image_url": f"{URL}?more"}]}
    assert len(ask(manager, "POST", f"{items}/bulk", body).body) == 1
    assert refused
    assert ask(manager, "GET", f"{batches}/{batch.pk}").body["items_count"] == 2


def test_items_are_not_added_where_the_verb_does_not_fit(ask, manager, items, batches, made):
    batch = made(1)
    ask(manager, "POST", f"{batches}/{batch.pk}/archive")
    body = {"batch_id": str(batch.pk), "items": [{"image_url": f"{URL}?more"}]}
    assert ask(manager, "POST", f"{items}/bulk", body).refusal == (409, "CONFLICT_STATE")
    assert batch.dataset.items.count() == 1


def test_an_item_is_in_a_batch_once(ask, manager, items, made):
    batch = made(2)
    [first, second] = ask(manager, "GET", items).body["content"]
    new = [{"item_id": first["input_data"]["item_id"]}, {"image_url": f"{URL}?new"}]
    body = {"batch_id": str(batch.pk), "items": new}
    assert ask(manager, "POST", f"{items}/bulk", body).fields == ["items.0"]
    ids = ask(manager, "POST", f"{items}/bulk", {**body, "ignore_errors": True}).body
    assert [each["id"] for each in ask(manager, "GET", items).body["content"]] == [
        first["id"],
        second["id"],
        *ids,
    ]
    for without in (None, "", 5):
        assert ask(manager, "POST", items, {**body, "batch_id": without}).fields == ["batch_id"]
    told = ask(manager, "POST", items, {**body, "batch_id": "987654"})
    assert told.refusal == (404, "DOES_NOT_EXIST")


def walk(ask, person, path, **query):
    """Every page, as the client's generator asks for them."""
    found = []
    while True:
        page = ask(person, "GET", path, **query).body
        found += [item["id"] for item in page["content"]]
        if not page["has_more"]:
            return found
        query["id_gt"] = found[-1]


@pytest.mark.parametrize("limit", ["1", "2", "3", "4", "100"])
def test_pages_go_over_all_batches_and_leave_nothing_out(ask, manager, items, made, limit):
    batches = [made(3, name=name) for name in "abc"]
    DatasetFactory.create(project=batches[0].project, size=2)
    found = walk(ask, manager, items, sort="id", limit=limit)
    assert len(found) == len(set(found)) == 9
    assert [key.split("-")[0] for key in found] == [str(b.pk) for b in batches for _ in range(3)]
    assert walk(ask, manager, items, limit=limit, batch_id=str(batches[1].pk)) == found[3:6]
    Batch.objects.filter(pk=batches[1].pk).update(status="archived")
    assert walk(ask, manager, items, limit=limit, status="ARCHIVE") == found[3:6]
    assert walk(ask, manager, items, limit=limit, status="NEW") == found[:3] + found[6:]
    backwards = ask(manager, "GET", items, sort="-id", id_lte=found[4]).body["content"]
    assert [item["id"] for item in backwards] == found[4::-1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"sort": "created"}, "sort"),
        ({"id_gt": "5"}, "id_gt"),
        ({"id_gt": "5-x"}, "id_gt"),
        ({"status": "SLEEPING"}, "status"),
        ({"finished_gt": "soon"}, "finished_gt"),
    ],
)
def test_what_cannot_be_asked_of_items_is_refused(ask, manager, items, made, query, field):
    made(1)
    assert ask(manager, "GET", items, **query).fields == [field]


def test_a_longer_list_asks_no_more_of_the_database(ask, manager, items, launched, count_queries):
    JobItem.objects.filter(job__batch=launched).update(state="accepted")
    few = count_queries(lambda: ask(manager, "GET", items))
    JobFactory.create(batch=launched, size=4)
    JobItem.objects.filter(job__batch=launched).update(state="accepted")
    assert count_queries(lambda: ask(manager, "GET", items)) == few
