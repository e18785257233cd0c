"""A reference's picture is fetched when somebody first needs it, once, and then kept."""

from threading import Barrier, Thread

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse

from labeling.projects import referencing
from labeling.projects.filing import file_picture
from labeling.projects.models import Dataset, Item
from labeling.projects.pictures import decode
from labeling.projects.referencing import (
    PictureMissing,
    count_missing,
    ensure_picture,
    missing,
)
from tests.factories import ItemFactory, JobFactory, JobItemFactory
from tests.labeling.projects.conftest import drawn
from tests.web import names, silent_web, web

__all__ = ["names", "silent_web", "web"]


def reference(dataset: Dataset, url: str, **facts) -> Item:
    """An item whose picture lies at an address."""
    nothing = {"content_hash": "", "width": 0, "height": 0, "byte_size": 0, "media_type": ""}
    return ItemFactory.create(
        dataset=dataset, source_url=url, file="", **{"name": "lemon", **nothing, **facts}
    )


@pytest.fixture
def lemons(dataset, web) -> Item:
    """A reference to a picture that is there."""
    return reference(dataset, web.says("/lemon.png?sign=secret", drawn(), Content_Type="image/png"))


@pytest.fixture
def lost(dataset, web) -> Item:
    """A reference to a picture that is not."""
    return reference(dataset, web.says("/lost.png?sign=secret", b"private words", status=404))


def body(response) -> bytes:
    """What was streamed."""
    return b"".join(response.streaming_content)


def test_the_picture_is_kept_as_an_uploaded_one_is(lemons, web):
    ensure_picture(lemons)
    lemons.refresh_from_db()
    assert (lemons.width, lemons.height) == (40, 30)
    assert lemons.byte_size == len(drawn())
    assert lemons.media_type == "image/png"
    assert len(lemons.content_hash) == 64
    with default_storage.open(lemons.file.name) as file:
        assert file.read() == drawn()
    assert default_storage.exists(lemons.thumbnail.name)
    ensure_picture(lemons)
    assert len(web.asked) == 1


def test_two_references_to_one_picture_may_be_in_one_dataset(lemons, web):
    other = reference(lemons.dataset, lemons.source_url)
    assert ensure_picture(lemons).content_hash == ensure_picture(other).content_hash


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"status": 404}, "nothing at this address"),
        ({"body": b"<html>private words", "Content_Type": "text/html"}, "web page"),
        ({"body": b"private words"}, "Not a JPEG"),
        ({"body": drawn()[:60]}, "broken|cut off|damaged"),
        ({"body": drawn("GIF")}, "kind|picture"),
    ],
)
def test_what_did_not_come_is_told_in_one_sentence_and_changes_nothing(dataset, web, answer, why):
    item = reference(dataset, web.says("/lost?sign=secret", **answer))
    with pytest.raises(PictureMissing, match=why) as caught:
        ensure_picture(item)
    assert "127.0.0.1" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "private" not in str(caught.value)
    assert list(missing(Item.objects.all())) == [item]


def test_pictures_beyond_the_limits_are_refused(lemons, settings, monkeypatch):
    settings.LABELDESK_MAX_IMAGE_PIXELS = 100
    with pytest.raises(PictureMissing, match="megapixels"):
        ensure_picture(lemons)
    monkeypatch.setattr(referencing, "MOST_IMAGE_BYTES", 10)
    with pytest.raises(PictureMissing, match="larger than"):
        ensure_picture(lemons)


def test_an_address_inside_is_not_visited(dataset, silent_web):
    item = reference(dataset, silent_web.says("/lemon.png", drawn()))
    with pytest.raises(PictureMissing, match="not a public address"):
        ensure_picture(item)
    assert silent_web.asked == []


def test_who_was_quicker_counts_whatever_the_address_says_next(lemons, web, tmp_path):
    late = Item.objects.get(pk=lemons.pk)
    referencing.ensure_picture(lemons)
    web.says("/lemon.png?sign=secret", drawn(color="red", side=(10, 10)))
    file_picture(late, decode(drawn(color="red"), 10_000), tmp_path)
    assert not referencing.keep_brought(late)
    assert late.content_hash == lemons.content_hash == Item.objects.get().content_hash


def test_an_item_that_was_deleted_meanwhile_is_missed_politely(lemons):
    Item.objects.all().delete()
    lemons.width = 5
    with pytest.raises(PictureMissing, match="deleted"):
        referencing.keep_brought(lemons)


@pytest.mark.django_db(transaction=True)
def test_several_who_open_it_at_once_get_one_result(lemons, web):
    others = [Item.objects.get(pk=lemons.pk) for _each in range(3)]
    together = Barrier(3)

    def open_it(item: Item) -> None:
        together.wait()
        ensure_picture(item)
        connection.close()

    threads = [Thread(target=open_it, args=[each]) for each in others]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len({each.content_hash for each in others}) == 1
    assert Item.objects.get().content_hash == others[0].content_hash


def test_a_slow_host_does_not_take_every_request(lemons, monkeypatch):
    monkeypatch.setattr(referencing, "SECONDS_AT_THE_DOOR", 0.05)
    places = [referencing._door.acquire() for _each in range(referencing.MOST_WAITING)]
    try:
        with pytest.raises(PictureMissing, match="try again soon"):
            ensure_picture(lemons)
    finally:
        for _each in places:
            referencing._door.release()


def test_asking_for_the_image_fetches_it(lemons, viewer, client_for, web):
    client = client_for(viewer)
    url = reverse("projects:item-image", args=[lemons.pk])
    assert body(client.get(url)) == drawn()
    assert body(client.get(url)) == drawn()
    assert len(web.asked) == 1


def test_rest_says_what_is_known_and_fetches_the_image(lemons, viewer, api_for):
    api = api_for(viewer)
    here = reverse("api:item-detail", args=[lemons.pk])
    assert api.get(here).data["width"] is None
    small = api.get(reverse("api:item-thumbnail", args=[lemons.pk]))
    assert small.status_code == 409
    assert "still at its address" in small.data["detail"]
    assert body(api.get(reverse("api:item-image", args=[lemons.pk]))) == drawn()
    assert api.get(here).data["width"] == 40
    body(api.get(reverse("api:item-thumbnail", args=[lemons.pk])))


def test_rest_says_why_the_image_did_not_come(lost, viewer, api_for):
    answer = api_for(viewer).get(reverse("api:item-image", args=[lost.pk]))
    assert answer.status_code == 409
    assert "could not be fetched from 127.0.0.1" in answer.data["detail"]
    assert answer.data["state"] == "at its address"


def test_a_thumbnail_never_fetches(lemons, viewer, client_for, web):
    client = client_for(viewer)
    url = reverse("projects:item-thumbnail", args=[lemons.pk])
    answer = client.get(url)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("at-its-address.svg")
    assert answer.headers["Cache-Control"] == "no-store"
    assert web.asked == []
    ensure_picture(lemons)
    body(client.get(url))


def test_a_grid_says_where_the_picture_is_kept_and_does_not_ask_for_it(
    lemons, viewer, client_for, web
):
    page = client_for(viewer).get(lemons.dataset.get_absolute_url()).content.decode()
    assert "at its address" in page
    assert "kept at 127.0.0.1" in page
    assert "secret" not in page
    assert reverse("projects:item-thumbnail", args=[lemons.pk]) not in page
    assert web.asked == []


def test_a_table_leaves_out_a_size_that_nobody_knows(lemons, viewer, client_for):
    answer = client_for(viewer).get(f"{lemons.dataset.get_absolute_url()}?format=csv")
    assert b"1,lemon,,,0" in b"".join(answer)


def test_the_items_page_has_the_picture_fetched_and_is_drawn_anew(lemons, viewer, client_for):
    client = client_for(viewer)
    page = client.get(reverse("projects:item", args=[lemons.pk]))
    bring = reverse("projects:item-picture", args=[lemons.pk])
    assert f'hx-get="{bring}"' in page.content.decode()
    assert '<svg class="picture-svg"' not in page.content.decode()
    assert client.get(bring, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "40 × 30" in client.get(reverse("projects:item", args=[lemons.pk])).content.decode()


def test_the_items_page_says_why_it_did_not_come_and_offers_to_try_again(lost, viewer, client_for):
    bring = reverse("projects:item-picture", args=[lost.pk])
    part = client_for(viewer).get(bring, headers={"HX-Request": "true"}).content.decode()
    assert "nothing at this address" in part
    assert "fetch-again" in part
    assert "secret" not in part


def test_without_scripts_the_picture_is_fetched_by_a_link(lemons, lost, viewer, client_for):
    client = client_for(viewer)
    answer = client.get(reverse("projects:item-picture", args=[lemons.pk]))
    assert answer.headers["Location"] == reverse("projects:item", args=[lemons.pk])
    refused = client.get(reverse("projects:item-picture", args=[lost.pk]))
    assert refused.status_code == 409
    assert "nothing at this address" in refused.content.decode()


def test_the_canvas_learns_the_size_or_the_reason(lemons, lost, viewer, client_for):
    client = client_for(viewer)
    asks = {"Accept": "application/json"}
    found = client.get(reverse("projects:item-picture", args=[lemons.pk]), headers=asks)
    assert found.json()["width"] == 40
    assert found.json()["thumbnail"] == reverse("projects:item-thumbnail", args=[lemons.pk])
    gone = client.get(reverse("projects:item-picture", args=[lost.pk]), headers=asks)
    assert gone.status_code == 409
    assert "nothing at this address" in gone.json()["detail"]


def test_whoever_may_not_see_the_item_makes_the_desk_fetch_nothing(
    lemons, outsider, client_for, web
):
    for page in ("item-picture", "item-image", "item-thumbnail"):
        url = reverse(f"projects:{page}", args=[lemons.pk])
        assert client_for(outsider).get(url).status_code == 404
    assert web.asked == []


@pytest.fixture
def annotating(annotator, lemons):
    """Ana's job on the reference."""
    job = JobFactory.create(batch__dataset=lemons.dataset, annotator=annotator)
    return JobItemFactory.create(job=job, item=lemons)


def test_nothing_is_saved_or_confirmed_on_a_picture_that_nobody_has_seen(
    annotating, annotator, api_for
):
    api = api_for(annotator)
    labels = {"version": 0, "document": {"objects": [], "tags": []}}
    saved = api.put(f"/api/job-items/{annotating.pk}/annotation/", labels)
    assert saved.status_code == 409
    assert "not here yet" in saved.data["detail"]
    assert api.post(f"/api/job-items/{annotating.pk}/confirm-item/").status_code == 409
    assert api.get(f"/api/job-items/{annotating.pk}/").data["width"] is None
    ensure_picture(annotating.item)
    assert api.put(f"/api/job-items/{annotating.pk}/annotation/", labels).status_code == 200
    assert api.get(f"/api/job-items/{annotating.pk}/").data["width"] == 40


def test_what_cannot_be_seen_can_be_skipped_with_a_reason(annotating, annotator, api_for):
    api = api_for(annotator)
    data = {"reason": "The address does not answer"}
    skipped = api.post(f"/api/job-items/{annotating.pk}/skip-item/", data)
    assert skipped.status_code == 200
    assert skipped.data["state"] == "done"


def test_the_canvas_begins_without_the_picture(annotating, annotator, client_for, web):
    page = client_for(annotator).get(reverse("jobs:label", args=[annotating.job_id]))
    facts = page.context["bootstrap"]["items"][0]
    assert facts["away"] == reverse("projects:item-picture", args=[annotating.item_id])
    assert facts["host"] == "127.0.0.1"
    assert facts["thumbnail"] is None
    assert "secret" not in page.content.decode()
    assert web.asked == []
    ensure_picture(annotating.item)
    page = client_for(annotator).get(reverse("jobs:label", args=[annotating.job_id]))
    assert page.context["bootstrap"]["items"][0]["away"] is None


def test_that_a_dataset_has_no_references_is_remembered_until_its_items_change(
    dataset, web, count_queries
):
    ItemFactory.create(dataset=dataset)
    assert count_missing(dataset) == 0
    assert count_queries(lambda: count_missing(dataset)) == 0
    item = reference(dataset, web.says("/lemon.png", drawn()))
    dataset.refresh_from_db()
    assert count_missing(dataset) == 1
    ensure_picture(item)
    assert count_missing(dataset) == 0
