"""Batches through Toloka's edge: what a request makes, what it leaves behind, what a batch says."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.utils import timezone

from labeling.clients.toloka import loading, words
from labeling.clients.toloka.wire import written
from labeling.jobs.models import Batch, Forecast
from labeling.jobs.states import BatchStatus, ForecastOf, Priority
from labeling.operations.models import Operation
from labeling.projects.models import Dataset, Item
from tests.factories import BatchFactory, DatasetFactory, ItemFactory, JobFactory, ProjectFactory
from tests.labeling.clients.toloka.conftest import URL, run_launch


def test_every_status_and_priority_has_its_word():
    assert set(words.STATUS_WORDS) == set(BatchStatus)
    assert len(words.STATUSES) == len(BatchStatus) == 11
    assert set(words.PRIORITIES.values()) == set(Priority)


def test_a_batch_of_addresses_is_saved_with_what_was_said_about_them(ask, manager, batches, team):
    new = [
        {"image_url": f"{URL}?b", "id": "second", "camera": "left", "lux": 5, "lens": None},
        {"image_url": f"{URL}?a"},
    ]
    said = {"name": "night", "priority_order": "TWO", "items": new}
    found = ask(manager, "POST", batches, said).body
    batch = Batch.objects.get(pk=found["id"])
    assert (batch.name, batch.status, batch.priority) == ("night", "new", Priority.HIGH)
    assert (batch.split, batch.segment_size) == ("segments", loading.ITEMS_A_JOB)
    assert batch.dataset.name == "Toloka"
    first, second = Item.objects.filter(dataset=batch.dataset).order_by("position")
    assert (first.source_url, first.external_id) == (f"{URL}?b", "second")
    assert first.metadata == {"camera": "left", "lux": 5}
    assert (second.source_url, second.metadata, second.width) == (f"{URL}?a", {}, 0)
    assert found["last_items_import"]["id"] == str(first.imported_by_id)


def test_without_a_name_and_a_priority_a_batch_gets_a_name_and_comes_last(made):
    batch = made(1)
    assert batch.name.startswith("Batch of 20")
    assert batch.priority == Priority.LOWEST


WRONG: tuple[dict[str, Any], ...] = (
    {"items": []},
    {"items": "x"},
    {"name": "x"},
    {"items": [{"image_url": "ftp://example.org/1"}]},
    {"items": [{"image_url": URL}, {"camera": "left"}]},
    {"items": [{"image_url": URL}, 5]},
    {"items": [{"image_url": 5}]},
    {"items": [{"image_url": "d9428888-122b-11e1-b85c-61cd3cbb3210"}]},
    {"items": [{"image_url": URL}, {"item_id": "987654"}]},
    {"items": [{"image_url": URL}, {"item_id": {}}]},
    {"items": [{"image_url": URL}], "name": 5},
    {"items": [{"image_url": URL}], "name": "x" * 201},
    {"items": [{"image_url": URL}], "priority_order": "SIX"},
    {"items": [{"image_url": URL}], "priority_order": ["ONE"]},
    {"items": [{"image_url": URL}], "ignore_errors": "yes"},
    {"items": [{"camera": "left"}], "ignore_errors": True},
)


@pytest.mark.parametrize("body", WRONG, ids=str)
def test_a_request_that_does_not_fit_makes_nothing(ask, manager, batches, body):
    assert ask(manager, "POST", batches, body).refusal == (400, "VALIDATION_ERROR")
    assert not Batch.objects.exists()
    assert not Item.objects.exists()
    assert not Operation.objects.exists()


def test_a_project_without_anything_to_label_makes_no_item(ask, manager, team):
    empty = ProjectFactory.create(team=team)
    path = f"app-projects/{empty.pk}/batches"
    assert ask(manager, "POST", path, {"items": [{"image_url": URL}]}).fields == ["classes"]
    assert not Item.objects.exists()


def test_wrong_items_can_be_left_out(ask, manager, batches):
    new = [{"image_url": f"{URL}?0"}, {"image_url": "x"}, {"item_id": "9"}, {"image_url": URL}]
    found = ask(manager, "POST", batches, {"items": new, "ignore_errors": True}).body
    assert found["items_count"] == 2
    told = found["last_items_import"]
    assert (told["records_count"], told["records_skipped"]) == (3, 1)
    assert list(told["errors"]) == ["2"]
    assert list(Item.objects.order_by("position").values_list("source_url", flat=True)) == [
        f"{URL}?0",
        URL,
    ]


@pytest.mark.parametrize("value", [10**30, [[]], "nested", None], ids=str)
def test_items_that_no_list_can_hold_are_left_out_too(ask, manager, batches, value):
    for _level in range(400 if value == "nested" else 0):
        value = [value]
    new = f'{{"image_url": "{URL}?odd", "odd": {json.dumps(value)}}}'
    body = f'{{"ignore_errors": true, "items": [{new}, {{"image_url": "{URL}"}}]}}'
    found = ask(manager, "POST", batches, orjson.Fragment(body)).body
    assert found["items_count"] == (2 if value is None else 1)


def test_more_items_than_one_request_takes_are_refused_before_they_are_read(
    ask, manager, batches, monkeypatch
):
    monkeypatch.setattr("labeling.clients.toloka.incoming.MOST_ITEMS", 2)
    assert ask(manager, "POST", batches, {"items": [{"image_url": URL}] * 3}).fields == ["items"]


def test_a_batch_of_items_that_are_there_lies_in_their_dataset(ask, manager, batches, project):
    dataset = DatasetFactory.create(project=project, size=3)
    first, second, _third = dataset.items.order_by("pk")
    new = [{"item_id": str(second.pk)}, {"image_url": URL}, {"item_id": first.pk}]
    found = ask(manager, "POST", batches, {"items": new}).body
    batch = Batch.objects.get(pk=found["id"])
    assert batch.dataset == dataset
    assert found["items_count"] == 3
    assert Dataset.objects.get() == dataset
    assert dataset.items.filter(source_url=URL).count() == 1


def test_items_of_another_dataset_project_or_team_do_not_get_into_a_batch(
    ask, manager, team, batches, items, project, made
):
    batch = made(1)
    own, other = (DatasetFactory.create(project=project, size=1).items.get() for _ in range(2))
    elsewhere = ItemFactory.create(dataset__project__team=team)
    strange = ItemFactory.create()
    both = [{"item_id": str(own.pk)}, {"item_id": str(other.pk)}]
    assert ask(manager, "POST", batches, {"items": both}).fields == ["items"]
    for item in (elsewhere, strange):
        new = [{"item_id": str(item.pk)}]
        assert ask(manager, "POST", batches, {"items": new}).fields == ["items.0"]
    for item in (own, elsewhere, strange):
        body = {"batch_id": str(batch.pk), "items": [{"item_id": str(item.pk)}]}
        assert ask(manager, "POST", f"{items}/bulk", body).fields == ["items.0"]
    assert list(Batch.objects.all()) == [batch]


def test_an_archived_project_takes_nothing_in(ask, manager, batches, items, project, made):
    batch = made(1)
    assert ask(manager, "POST", f"app-projects/{project.pk}/archive").status == 204
    new = {"items": [{"image_url": f"{URL}?more"}], "batch_id": str(batch.pk)}
    for path in (batches, f"{items}/bulk"):
        assert ask(manager, "POST", path, new).refusal == (409, "CONFLICT_STATE")
    assert Item.objects.count() == 1
    assert ask(manager, "GET", f"{batches}/{batch.pk}").body["read_only"] is True
    again = ask(manager, "POST", f"app-projects/{project.pk}/archive")
    assert again.refusal == (409, "CONFLICT_STATE")


def test_what_is_not_sent_in_a_patch_stays(ask, manager, batches, made):
    batch = made(1, name="night", priority_order="TWO")
    due = timezone.now() + timedelta(days=3)
    Batch.objects.filter(pk=batch.pk).update(due_at=due, needs_review=False, instructions="look")
    path = f"{batches}/{batch.pk}"
    assert ask(manager, "PATCH", path, {"name": "day"}).body["priority_order"] == "TWO"
    assert ask(manager, "PATCH", path, {"priority_order": "FOUR"}).body["name"] == "day"
    assert ask(manager, "PATCH", path).body["name"] == "day"
    batch.refresh_from_db()
    assert (batch.needs_review, batch.instructions) == (False, "look")
    assert abs(batch.due_at - due) < timedelta(seconds=1)
    wrong: list[dict[str, Any]] = [{"name": ""}, {"name": []}, {"priority_order": "SIX"}]
    for body in wrong:
        assert ask(manager, "PATCH", path, body).fields == list(body)


def test_a_verb_that_does_not_fit_the_status_is_a_conflict_that_names_it(
    ask, manager, batches, made
):
    batch = made(1)
    for verb in ("stop", "resume", "unarchive"):
        told = ask(manager, "POST", f"{batches}/{batch.pk}/{verb}")
        assert told.refusal == (409, "CONFLICT_STATE")
        assert told.body["payload"] == {"state": "new"}
    assert ask(manager, "POST", f"{batches}/{batch.pk}/start").status == 204
    assert ask(manager, "GET", f"{batches}/{batch.pk}").body["status"] == "LOADING"
    run_launch(batch)
    assert ask(manager, "GET", f"{batches}/{batch.pk}").body["status"] == "PROCESSING"


def test_amounts_are_exact_numbers(ask, manager, batches, project, made, act):
    batch = made(3)
    terms = {"currency": "EUR", "budget": "5", "paid_for": "accepted"}
    act(manager, project, "set-terms", price_annotation="0.07", price_review="0.0333", **terms)
    found = ask(manager, "GET", f"{batches}/{batch.pk}").body
    assert (found["item_price"], found["cost"]) == (0.1033, 0.3099)
    assert found["cost_of_processed"] == 0
    act(manager, batch, "set-prices", price_annotation="0.5", price_review="0")
    assert ask(manager, "GET", f"{batches}/{batch.pk}").body["item_price"] == 0.5


@pytest.mark.parametrize(
    ("amount", "number"),
    [
        ("12345678901234.5678", "12345678901234.5678"),
        ("100.00", "100"),
        ("0E-4", "0"),
        ("1E+3", "1000"),
        ("-0.0001", "-0.0001"),
    ],
)
def test_an_amount_is_written_with_all_of_its_digits(amount, number):
    assert written({"cost": Decimal(amount)}) == b'{"cost":%s}' % number.encode()


def test_a_batch_tells_when_it_will_be_done_and_a_queued_one_when_it_begins(
    ask, manager, batches, project, made
):
    now = timezone.now().replace(microsecond=0)
    first, queued, new = made(1, name="a"), made(1, name="b"), made(1, name="c")
    Batch.objects.filter(pk=first.pk).update(status="processing", priority=Priority.HIGHEST)
    Batch.objects.filter(pk=queued.pk).update(status="queued")
    for batch in (first, queued):
        JobFactory.create(batch=batch, size=1)
    for of, subject, hours in (
        (ForecastOf.BATCH, first.pk, 2),
        (ForecastOf.BATCH, queued.pk, 5),
        (ForecastOf.PROJECT, project.pk, 9),
    ):
        at = now + timedelta(hours=hours)
        values = {"p50_at": at, "p90_at": at, "computed_at": now}
        Forecast.objects.create(team=project.team, of=of, subject_id=subject, **values)

    def until(batch, field):
        value = ask(manager, "GET", f"{batches}/{batch.pk}").body[field]
        return value and (words.read_moment("x", value) - now) / timedelta(hours=1)

    assert [until(batch, "eta") for batch in (first, queued, new)] == [2, 5, None]
    assert [until(batch, "etd") for batch in (first, queued, new)] == [None, 2, None]
    assert until(new, "app_project_eta") == 9
    Forecast.objects.filter(subject_id=first.pk, of=ForecastOf.BATCH).delete()
    assert until(queued, "etd") is None
    Batch.objects.filter(project=project).update(status="stopped")
    assert until(new, "app_project_eta") is None


def test_batches_of_our_own_pages_are_listed_too(ask, manager, batches, project):
    batch = BatchFactory.create(dataset__project=project, name="by hand")
    JobFactory.create(batch=batch, size=2)
    [found] = ask(manager, "GET", batches).body["content"]
    assert (found["name"], found["items_count"], found["status"]) == ("by hand", 2, "PROCESSING")


def test_a_longer_list_asks_no_more_of_the_database(ask, manager, batches, project, count_queries):
    def fill(count):
        for _number in range(count):
            JobFactory.create(batch=BatchFactory.create(dataset__project=project), size=1)

    fill(2)
    few = count_queries(lambda: ask(manager, "GET", batches))
    fill(4)
    assert count_queries(lambda: ask(manager, "GET", batches)) == few
