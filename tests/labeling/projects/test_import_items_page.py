"""The page that takes a list, without scripts; and what the item's page tells of a row."""

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from labeling.operations import engine
from labeling.operations.models import Operation
from labeling.projects.views.imports import EXAMPLE
from tests.factories import ItemFactory

ROW = '{"row_data": "https://example.org/pear.png", "global_key": "pear-1"}'


def soup(response: Any) -> Any:
    """A page as one asks it."""
    return BeautifulSoup(response.content, "html.parser")


@pytest.fixture
def url(dataset) -> str:
    """The page's address."""
    return reverse("projects:import-items", args=[dataset.pk])


def test_the_dataset_leads_to_the_page_beside_upload(dataset, url, manager, viewer, client_for):
    page = soup(client_for(manager).get(dataset.get_absolute_url()))
    assert {page.select_one(each)["href"] for each in ("#import-list", "#empty-import")} == {url}
    ItemFactory.create(dataset=dataset)
    page = soup(client_for(viewer).get(dataset.get_absolute_url()))
    assert page.select_one("#import-list") is None


def test_rows_may_be_pasted_and_chosen_together(dataset, url, manager, client_for):
    file = SimpleUploadedFile("a.json", f"[{ROW}]".encode())
    pasted = ROW.replace("pear-1", "pear-2")
    sent = {"file": file, "rows": pasted, "fetch": "on", "key": "k"}
    response = client_for(manager).post(url, sent)
    operation = Operation.objects.get()
    assert response.url == operation.get_absolute_url()
    assert operation.plan["fetch"] is True
    Operation.objects.update(plan={**operation.plan, "fetch": False})
    engine.run(operation.pk)
    keys = dataset.items.order_by("position").values_list("global_key", flat=True)
    assert list(keys) == ["pear-1", "pear-2"]


def test_the_button_pressed_twice_starts_one_import(url, manager, client_for):
    client = client_for(manager)
    for _press in range(2):
        client.post(url, {"rows": ROW, "key": "the page's own"})
    assert Operation.objects.count() == 1


def test_the_example_that_is_offered_goes_in(dataset, url, manager, client_for):
    client = client_for(manager)
    shown = soup(client.get(url)).select_one("#example").text
    assert shown.strip() == EXAMPLE.strip()
    client.post(url, {"rows": shown})
    operation = Operation.objects.get()
    engine.run(operation.pk)
    operation.refresh_from_db()
    assert (operation.message, operation.error_count) == ("2 items added", 0)


def test_nothing_sent_is_told_and_nothing_typed_is_lost(url, manager, client_for, settings):
    client = client_for(manager)
    response = client.post(url, {"rows": "  "})
    assert response.status_code == 400
    assert "paste at least one row" in soup(response).select_one(".notice-error").text
    settings.LABELDESK_MAX_UPLOAD_BYTES = 10
    response = client.post(url, {"rows": ROW, "fetch": "on"})
    assert response.status_code == 400
    page = soup(response)
    assert page.select_one("#rows").text == ROW
    assert page.select_one("[name=fetch]").has_attr("checked")


def test_only_those_who_manage_projects_see_the_page(
    url, reviewer, viewer, outsider, client_for, dataset, manager, do
):
    for person, status in ((reviewer, 403), (viewer, 403), (outsider, 404)):
        assert client_for(person).get(url).status_code == status
        assert client_for(person).post(url, {"rows": ROW}).status_code == status
    do(manager, dataset, "archive")
    assert client_for(manager).get(url).status_code == 409
    assert not Operation.objects.exists()


def test_the_items_page_tells_keys_metadata_and_attachments(dataset, manager, client_for):
    item = ItemFactory.create(
        dataset=dataset,
        global_key="pear/1",
        external_id="<b>",
        metadata={"ripe": True, "orchard": "north", "grams": 182.5},
        attachments=[
            {"type": "IMAGE", "value": "https://example.org/t.jpg", "name": "Tree"},
            {"type": "RAW_TEXT", "value": "picked\nat noon", "name": ""},
        ],
    )
    response = client_for(manager).get(reverse("projects:item", args=[item.pk]))
    page = soup(response)
    facts = [each.text for each in page.select(".keyed dt, .keyed dd")]
    told = dict(zip(facts[::2], facts[1::2], strict=True))
    assert told == {
        "Global key": "pear/1",
        "External id": "<b>",
        "ripe": "yes",
        "orchard": "north",
        "grams": "182.5",
    }
    (link,) = page.select(".attached a")
    assert (link["href"], link.text) == ("https://example.org/t.jpg", "Tree")
    assert "noopener" in link["rel"]
    assert page.select_one(".attached-text").text == "picked\nat noon"
    loaded = [each.get("src", "") for each in page.select("img, script, iframe, embed")]
    assert not [each for each in loaded if "example.org" in each]


def test_an_item_without_a_list_has_no_empty_panels(dataset, manager, client_for):
    item = ItemFactory.create(dataset=dataset)
    page = soup(client_for(manager).get(reverse("projects:item", args=[item.pk])))
    assert page.select_one("#own-keys-title, #attachments-title") is None


def test_the_example_is_json_a_line():
    assert [set(json.loads(line)) >= {"row_data"} for line in EXAMPLE.splitlines()] == [True, True]
