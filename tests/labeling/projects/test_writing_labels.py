"""Labels written by a script: all of them or none, by the project's rules, with their history."""

import pytest

from accounts.actor import Actor
from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.core.workflow import verbs_for
from labeling.jobs.models import Event
from labeling.projects.documents import Document, empty_document
from labeling.projects.labels import store_labels
from labeling.projects.models import Item, ItemLabels, ItemTag
from labeling.projects.views.verbs import ELSEWHERE
from tests.factories import ItemFactory, LabelClassFactory, ProjectFactory, TagDefinitionFactory


@pytest.fixture
def lemon(project):
    return LabelClassFactory.create(project=project, name="lemon", shape="rectangle")


@pytest.fixture
def ripe(project):
    return TagDefinitionFactory.create(project=project, name="ripe")


@pytest.fixture
def items(dataset):
    return [ItemFactory.create(dataset=dataset, width=40, height=30) for _number in range(2)]


def box(identity, lemon, right=9, **more):
    corners = [[1, 1], [right, 8]]
    kind = {"class": lemon.pk, "shape": "rectangle"}
    return {"id": identity, **kind, "points": corners, "tags": [], "source": "import", **more}


def labels_of(item):
    return ItemLabels.objects.get(item=item).document


def test_labels_are_set_with_counts_tags_and_one_line_of_history(
    manager, dataset, items, lemon, ripe, do
):
    first = {
        "objects": [box("a", lemon), box("b", lemon)],
        "tags": [{"tag": ripe.pk, "value": None}],
    }
    second = {"objects": [box("a", lemon)], "tags": []}
    do(manager, dataset, "set-labels", labels={items[0].pk: first, items[1].pk: second})

    assert labels_of(items[0]) == first
    assert labels_of(items[1]) == second
    items[0].refresh_from_db()
    assert (items[0].object_count, items[0].labeled_at is None) == (2, False)
    assert ItemTag.objects.get(item=items[0]).tag == ripe
    [line] = Event.objects.filter(verb="set-labels")
    assert line.data == {"name": dataset.name, "items": 2, "objects": 3}


def test_what_is_there_is_replaced_or_added_to(manager, dataset, items, lemon, ripe, do):
    [item, _other] = items
    old = Document(objects=[box("a", lemon)], tags=[{"tag": ripe.pk, "value": None}])
    store_labels(item, old)
    new = {"objects": [box("b", lemon)], "tags": []}
    do(manager, dataset, "set-labels", labels={item.pk: new}, existing="add")
    assert [each["id"] for each in labels_of(item)["objects"]] == ["a", "b"]
    assert labels_of(item)["tags"] == old["tags"]
    do(manager, dataset, "set-labels", labels={item.pk: new})
    assert labels_of(item) == new
    do(manager, dataset, "set-labels", labels={item.pk: empty_document()})
    assert labels_of(item) == empty_document()
    item.refresh_from_db()
    assert (item.object_count, item.labeled_at) == (0, None)


def test_objects_of_a_removed_class_survive_what_does_not_know_them(
    manager, dataset, items, project, lemon, do
):
    kiwi = LabelClassFactory.create(project=project, name="kiwi", shape="rectangle")
    store_labels(items[0], {"objects": [box("old", kiwi)], "tags": []})
    do(manager, kiwi, "remove-class")
    new = {"objects": [box("new", lemon)], "tags": []}
    do(manager, dataset, "set-labels", labels={items[0].pk: new})
    assert [each["id"] for each in labels_of(items[0])["objects"]] == ["old", "new"]


def test_one_thing_that_does_not_fit_keeps_everything_as_it_was(manager, dataset, items, lemon, do):
    good = {"objects": [box("a", lemon)], "tags": []}
    outside = {"objects": [box("a", lemon), box("b", lemon, right=41)], "tags": []}
    with pytest.raises(Invalid) as refusal:
        do(manager, dataset, "set-labels", labels={items[0].pk: good, items[1].pk: outside})
    [told] = refusal.value.as_dict()["errors"]["labels"]
    assert items[1].name in told
    assert "objects[1].points[1]" in told
    assert "41" in told
    assert not ItemLabels.objects.exists()
    assert not Event.objects.filter(verb="set-labels").exists()


def test_another_projects_class_and_another_datasets_item_do_not_fit(
    manager, dataset, items, lemon, do
):
    foreign = LabelClassFactory.create(project=ProjectFactory.create(team=dataset.team))
    elsewhere = ItemFactory.create()
    for labels in (
        {items[0].pk: {"objects": [box("a", foreign)], "tags": []}},
        {elsewhere.pk: {"objects": [box("a", lemon)], "tags": []}},
        {"first": empty_document()},
        [empty_document()],
        {items[0].pk: {"objects": 5}},
    ):
        with pytest.raises(Invalid):
            do(manager, dataset, "set-labels", labels=labels)
    assert not ItemLabels.objects.exists()


def test_a_picture_that_is_not_here_takes_no_labels(manager, dataset, lemon, do):
    reference = ItemFactory.create(dataset=dataset)
    nothing = {"width": 0, "height": 0, "content_hash": "", "file": "", "thumbnail": ""}
    Item.objects.filter(pk=reference.pk).update(source_url="https://a.example/1.png", **nothing)
    with pytest.raises(Conflict, match="not been fetched"):
        do(manager, dataset, "set-labels", labels={reference.pk: empty_document()})


def test_it_is_for_scripts_of_those_who_manage_projects(
    annotator, manager, dataset, items, lemon, do, api_for, client_for
):
    with pytest.raises(Forbidden):
        do(annotator, dataset, "set-labels", labels={items[0].pk: empty_document()})
    document = {"objects": [box("a", lemon)], "tags": []}
    answer = api_for(manager).post(
        f"/api/datasets/{dataset.pk}/set-labels/", {"labels": {str(items[0].pk): document}}, "json"
    )
    assert answer.status_code == 200, answer.content
    assert labels_of(items[0]) == document
    verbs = {each.verb for each in verbs_for(dataset, Actor.for_user(manager))}
    assert "set-labels" in verbs & ELSEWHERE
    assert client_for(manager).get(f"/datasets/{dataset.pk}/set-labels/").status_code == 404
