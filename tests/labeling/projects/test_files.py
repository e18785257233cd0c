"""Serving pictures: to whom, as what, and how long a browser keeps them."""

import pytest
from django.urls import reverse

from labeling.projects.models import Dataset, Item
from tests.factories import (
    ItemFactory,
    JobFactory,
    JobItemFactory,
    MembershipFactory,
    UserFactory,
)
from tests.labeling.projects.conftest import drawn

KINDS = ["item-image", "item-thumbnail"]


@pytest.fixture
def item(dataset: Dataset, upload) -> Item:
    """An uploaded picture."""
    upload(dataset, {"my photo.png": drawn()})
    return dataset.items.get()


def body(response) -> bytes:
    """What was streamed."""
    return b"".join(response.streaming_content)


def url_of(kind: str, item: Item) -> str:
    """Where it is."""
    return reverse(f"projects:{kind}", args=[item.pk])


def test_the_picture_is_what_was_uploaded(item, viewer, client_for):
    response = client_for(viewer).get(url_of("item-image", item))
    assert body(response) == drawn()
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Length"] == str(len(drawn()))
    assert response.headers["Content-Disposition"] == 'inline; filename="my photo.png"'


def test_the_thumbnail_is_a_webp(item, viewer, client_for):
    response = client_for(viewer).get(url_of("item-thumbnail", item))
    assert body(response)[8:12] == b"WEBP"
    assert response.headers["Content-Type"] == "image/webp"
    assert "my photo.png.webp" in response.headers["Content-Disposition"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_about_it_is_guessed_run_or_shared(kind, item, viewer, client_for):
    response = client_for(viewer).get(url_of(kind, item))
    headers = response.headers
    body(response)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"].startswith("private, max-age=")
    assert "immutable" in headers["Cache-Control"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_browser_that_has_it_gets_no_bytes(kind, item, viewer, client_for):
    client = client_for(viewer)
    first = client.get(url_of(kind, item))
    etag = first.headers["ETag"]
    body(first)
    again = client.get(url_of(kind, item), headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert again.headers["ETag"] == etag
    assert "sandbox" in again.headers["Content-Security-Policy"]


def test_picture_and_thumbnail_are_told_apart(item, viewer, client_for):
    client = client_for(viewer)
    answers = [client.get(url_of(kind, item)) for kind in KINDS]
    assert len({answer.headers["ETag"] for answer in answers}) == 2
    for answer in answers:
        body(answer)


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", ""])
def test_a_type_that_is_not_ours_is_served_as_bytes(media_type, item, viewer, client_for):
    Item.objects.update(media_type=media_type)
    response = client_for(viewer).get(url_of("item-image", item))
    body(response)
    assert response.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "name", ['a"b\r\nX: y.png', "фото.png", "a/b/../c.png", "x" * 250 + ".png", "no suffix"]
)
def test_any_name_makes_a_sound_header(name, item, viewer, client_for):
    Item.objects.update(name=name)
    response = client_for(viewer).get(url_of("item-image", item))
    body(response)
    header = response.headers["Content-Disposition"]
    assert header.startswith("inline")
    assert "\n" not in header
    assert "/" not in header
    assert ".png" in header


@pytest.mark.parametrize("kind", KINDS)
def test_strangers_find_no_picture(kind, item, outsider, client_for):
    assert client_for(outsider).get(url_of(kind, item)).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_who_sees_only_own_work_sees_its_pictures_only(kind, item, dataset, team, client_for):
    restricted = UserFactory.create()
    MembershipFactory.create(team=team, user=restricted, restricted=True)
    other = ItemFactory.create(dataset=dataset)
    job = JobFactory.create(batch__dataset=dataset, annotator=restricted)
    JobItemFactory.create(job=job, item=item)
    client = client_for(restricted)
    own = client.get(url_of(kind, item))
    body(own)
    assert own.status_code == 200
    assert client.get(url_of(kind, other)).status_code == 404


def test_an_item_without_a_thumbnail_shows_its_picture(dataset, viewer, client_for):
    item = ItemFactory.create(dataset=dataset)
    response = client_for(viewer).get(url_of("item-thumbnail", item))
    body(response)
    assert response.headers["Content-Type"] == "image/png"


def test_a_lost_file_is_a_404_and_pictures_are_only_read(item, viewer, client_for):
    client = client_for(viewer)
    assert client.post(url_of("item-image", item)).status_code == 405
    item.file.storage.delete(item.file.name)
    assert client.get(url_of("item-image", item)).status_code == 404
