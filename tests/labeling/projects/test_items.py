"""The dataset's grid with its filters, and the page of one item."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from labeling.projects.documents import Document
from labeling.projects.documents.rle import from_rings
from labeling.projects.filters import ItemFilter
from labeling.projects.labels import store_labels
from labeling.projects.models import Item, TagDefinition
from tests.factories import (
    ItemFactory,
    JobFactory,
    JobItemFactory,
    MembershipFactory,
    UserFactory,
)

HTMX = {"HX-Request": "true"}


@pytest.fixture
def items(dataset) -> list[Item]:
    """Five items."""
    return ItemFactory.create_batch(5, dataset=dataset)


def shown(response) -> list[int]:
    """The positions of the items on a page."""
    assert response.status_code == 200, response.content
    return [row.obj.position for row in response.context["rows"]]


@pytest.fixture
def grid(dataset, manager, client_for):
    """Asks for the grid with a query; answers positions."""
    client = client_for(manager)
    return lambda **query: shown(client.get(dataset.get_absolute_url(), query))


def tag(item: Item, definition: TagDefinition, value: str | None) -> None:
    """Put a tag on an image."""
    store_labels(item, Document(objects=[], tags=[{"tag": definition.pk, "value": value}]))


def test_the_grid_shows_thumbnails_in_order(items, grid, dataset, viewer, client_for):
    assert grid() == [1, 2, 3, 4, 5]
    html = client_for(viewer).get(dataset.get_absolute_url()).content.decode()
    assert reverse("projects:item-thumbnail", args=[items[0].pk]) in html
    assert "5 items" in html


def test_search_and_filters_find_items(items, grid, size, dataset):
    Item.objects.filter(pk=items[1].pk).update(name="Lemon 7.png")
    tag(items[2], size, "large")
    tag(items[3], size, "small")
    assert grid(q="lemon") == [2]
    assert grid(labeled="true") == [3, 4]
    assert grid(labeled="false") == [1, 2, 5]
    assert grid(tag=size.pk) == [3, 4]
    assert grid(tag=size.pk, tag_value="large") == [3]
    assert grid(tag_value="small") == [4]
    assert grid(q="lemon", labeled="true") == []


def test_the_value_is_that_of_the_tag_and_not_of_another(items, grid, size, project):
    other = TagDefinition.objects.create(project=project, name="box", value_type="string")
    store_labels(
        items[0],
        Document(
            objects=[],
            tags=[{"tag": size.pk, "value": "small"}, {"tag": other.pk, "value": "large"}],
        ),
    )
    assert grid(tag=size.pk, tag_value="large") == []
    assert grid(tag=other.pk, tag_value="large") == [1]


def test_items_are_found_by_the_status_of_their_jobs_each_once(items, grid, dataset):
    pending = JobFactory.create(batch__dataset=dataset)
    another = JobFactory.create(batch=pending.batch)
    done = JobFactory.create(batch=pending.batch, stage="acceptance", state="completed")
    away = JobFactory.create(batch=pending.batch, archived_at=timezone.now())
    JobItemFactory.create(job=pending, item=items[0])
    JobItemFactory.create(job=another, item=items[0])
    JobItemFactory.create(job=done, item=items[1])
    JobItemFactory.create(job=away, item=items[2])
    assert grid(status="pending") == [1]
    assert grid(status="completed") == [2]
    assert grid(status="none") == [3, 4, 5]
    assert grid(status=["none", "completed"]) == [2, 3, 4, 5]
    assert grid(status="on_review") == []


def test_an_item_shows_the_status_that_has_most_left_to_do(items, dataset, manager, client_for):
    done = JobFactory.create(batch__dataset=dataset, stage="acceptance", state="completed")
    running = JobFactory.create(batch=done.batch, state="in_progress")
    for job in (done, running):
        JobItemFactory.create(job=job, item=items[0])
    response = client_for(manager).get(dataset.get_absolute_url())
    assert response.context["rows"][0].obj.shown_status == "in_progress"


@pytest.mark.parametrize(
    "query", [{"colour": "red"}, {"labeled": "maybe"}, {"status": "lost"}, {"tag": "0"}]
)
def test_what_is_no_filter_is_refused(dataset, manager, client_for, query):
    assert client_for(manager).get(dataset.get_absolute_url(), query).status_code == 400


def test_the_tags_of_another_team_are_no_choice(dataset, outsider, manager, client_for):
    theirs = TagDefinition.objects.create(
        project=dataset.project.__class__.objects.create(
            team=outsider.memberships.get().team,
            workspace=dataset.project.workspace,
            name="Theirs",
            created_by=outsider,
        ),
        name="secret",
    )
    response = client_for(manager).get(dataset.get_absolute_url(), {"tag": theirs.pk})
    assert response.status_code == 400


def test_sorting_and_pages(items, grid):
    Item.objects.filter(position=4).update(object_count=9)
    assert grid(ordering="-position") == [5, 4, 3, 2, 1]
    assert grid(ordering="-objects")[0] == 4
    assert grid(page=1, page_size=25) == [1, 2, 3, 4, 5]


def test_htmx_gets_the_grid_only(items, dataset, manager, client_for):
    html = client_for(manager).get(dataset.get_absolute_url(), headers=HTMX).content.decode()
    assert 'id="results"' in html
    assert "<html" not in html


def test_a_csv_file_holds_what_is_shown(items, dataset, size, manager, client_for):
    Item.objects.filter(pk=items[0].pk).update(name="=cmd()")
    tag(items[0], size, "large")
    response = client_for(manager).get(dataset.get_absolute_url(), {"format": "csv"})
    lines = response.getvalue().decode("utf-8-sig").splitlines()
    assert len(lines) == 6
    assert "'=cmd()" in lines[1]
    assert "size: large" in lines[1]


def test_chosen_items_go_on_to_a_batch(items, dataset, manager, client_for):
    url = reverse("projects:choose-items", args=[dataset.pk])
    client = client_for(manager)
    response = client.post(url, {"selected": [items[2].pk, items[0].pk]})
    assert response.status_code == 302
    assert response.url.endswith(f"?dataset={dataset.pk}&items={items[0].pk},{items[2].pk}")
    everything = client.post(url, {"all_matching": "1", "query": "ordering=-position"})
    assert everything.url.count(",") == 4
    assert client.post(url, {}).status_code == 400


def test_too_many_chosen_items_are_refused(items, dataset, manager, client_for, monkeypatch):
    monkeypatch.setattr("labeling.projects.views.datasets.MOST_CHOSEN", 3)
    url = reverse("projects:choose-items", args=[dataset.pk])
    response = client_for(manager).post(url, {"all_matching": "1", "query": ""})
    assert response.status_code == 400
    assert "tag or a range" in response.content.decode()


def test_scripts_filter_items_of_all_datasets(items, dataset, manager, actor_for, rf):
    ItemFactory.create(dataset__project=dataset.project)
    request = rf.get("/")
    request.actor = actor_for(manager)
    found = ItemFilter(
        {"dataset": dataset.pk, "name": items[3].name}, Item.objects.all(), request=request
    )
    found.check()
    assert list(found.qs) == [items[3]]


# The item's page


def page_of(item: Item, client) -> str:
    """Its HTML."""
    response = client.get(reverse("projects:item", args=[item.pk]))
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_page_draws_every_kind_of_object(dataset, lemon, size, viewer, client_for):
    item = ItemFactory.create(dataset=dataset)
    mask = from_rings([[[1, 1], [20, 1], [20, 20], [1, 20]]], item.height, item.width)
    common = {"class": lemon.pk, "tags": [], "source": "person"}
    shapes: list[dict[str, Any]] = [
        {"shape": "rectangle", "points": [[1.5, 2], [11.5, 12]]},
        {
            "shape": "polygon",
            "points": [[0, 0], [9, 0], [9, 9]],
            "holes": [[[1, 1], [2, 1], [2, 2]]],
        },
        {"shape": "polyline", "points": [[0, 0], [5, 5]]},
        {"shape": "point", "points": [[7, 8]]},
        {"shape": "bitmap", "points": [], "rle": mask},
        {
            "shape": "track",
            "points": [],
            "keyframes": [
                {"frame": 0, "shape": "rectangle", "points": [[3, 3], [4, 4]], "outside": False}
            ],
        },
    ]
    objects: list[Any] = [
        {**common, "id": str(number), **each} for number, each in enumerate(shapes)
    ]
    objects[0]["tags"] = [{"tag": size.pk, "value": "large"}]
    document: Document = {"objects": objects, "tags": [{"tag": size.pk, "value": "small"}]}
    store_labels(item, document)
    html = page_of(item, client_for(viewer))
    assert '<rect class="mark" x="1.5" y="2" width="10.0" height="10"' in html
    assert 'd="M0,0 9,0 9,9Z M1,1 2,1 2,2Z"' in html
    assert 'points="0,0 5,5"' in html
    assert 'cx="7" cy="8"' in html
    assert "data:image/png;base64," in html
    assert 'x="3" y="3"' in html
    assert "size: small" in html
    assert "size: large" in html
    assert "6 objects" in html
    assert lemon.color in html


def test_a_removed_class_is_shown_as_before(dataset, lemon, manager, client_for, do):
    item = ItemFactory.create(dataset=dataset)
    store_labels(
        item,
        {
            "objects": [
                {
                    "id": "1",
                    "class": lemon.pk,
                    "shape": "point",
                    "points": [[1, 1]],
                    "tags": [],
                    "source": "person",
                }
            ],
            "tags": [],
        },
    )
    do(manager, lemon, "remove-class")
    html = page_of(item, client_for(manager))
    assert "lemon" in html
    assert lemon.color in html


def test_the_page_leads_to_the_items_beside_it(items, viewer, client_for):
    html = page_of(items[1], client_for(viewer))
    assert reverse("projects:item", args=[items[0].pk]) in html
    assert reverse("projects:item", args=[items[2].pk]) in html
    assert 'id="previous"' not in page_of(items[0], client_for(viewer))


def test_the_page_names_the_jobs_that_the_reader_sees(items, dataset, viewer, client_for):
    job = JobFactory.create(batch__dataset=dataset, name="lemons 3/12")
    JobItemFactory.create(job=job, item=items[0])
    assert "lemons 3/12" in page_of(items[0], client_for(viewer))


def test_who_sees_only_own_work_sees_own_items_and_no_way_to_the_others(
    items, dataset, team, client_for
):
    restricted = UserFactory.create()
    MembershipFactory.create(team=team, user=restricted, restricted=True)
    job = JobFactory.create(batch__dataset=dataset, annotator=restricted)
    JobItemFactory.create(job=job, item=items[1])
    client = client_for(restricted)
    html = page_of(items[1], client)
    assert dataset.get_absolute_url() not in html
    assert reverse("projects:item", args=[items[0].pk]) not in html
    assert client.get(reverse("projects:item", args=[items[0].pk])).status_code == 404


def test_strangers_find_neither_dataset_nor_item(items, dataset, outsider, client_for):
    client = client_for(outsider)
    for url in (
        dataset.get_absolute_url(),
        reverse("projects:item", args=[items[0].pk]),
    ):
        assert client.get(url).status_code == 404
    url = reverse("projects:choose-items", args=[dataset.pk])
    assert client.post(url, {"selected": [items[0].pk]}).status_code == 404
