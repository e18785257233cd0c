"""The schema: what is changed or removed takes nothing away from what people labeled."""

import pytest
from django.urls import reverse

from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.core.workflow import verbs_for
from labeling.projects.documents import Document, LabelObject
from labeling.projects.labels import store_labels
from labeling.projects.models import ItemLabels, LabelClass, TagDefinition
from labeling.projects.usage import uses_of
from tests.factories import (
    AnnotationFactory,
    BatchFactory,
    ItemFactory,
    JobFactory,
    JobItemFactory,
    LabelClassFactory,
    ProjectFactory,
)

HTMX = {"HX-Request": "true"}


def box(number: int, class_id: int, tags=()) -> LabelObject:
    """An object with an id of its own."""
    return {
        "id": f"o{number}",
        "class": class_id,
        "shape": "rectangle",
        "points": [[1, 1], [5 + number, 6]],
        "tags": [{"tag": tag, "value": value} for tag, value in tags],
        "source": "person",
    }


def labeled(dataset, *classes: int, tags=()) -> ItemLabels:
    """An item with one object of each class, and tags."""
    item = ItemFactory.create(dataset=dataset)
    document = Document(
        objects=[box(number, pk) for number, pk in enumerate(classes)],
        tags=[{"tag": tag, "value": value} for tag, value in tags],
    )
    store_labels(item, document)
    return ItemLabels.objects.get(item=item)


def names(project) -> list[str]:
    """The offered classes in their order."""
    return [each.name for each in project.classes.filter(removed_at=None)]


# Classes


def test_a_class_gets_a_place_and_a_colour_of_its_own(project, manager, do):
    first = do(manager, project, "add-class", name="lemon").outcome
    second = do(manager, project, "add-class", name="kiwi", shape="polygon", hotkey="k").outcome
    assert first.color != second.color
    assert (first.shape, second.shape, second.hotkey) == ("any", "polygon", "k")
    assert names(project) == ["lemon", "kiwi"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": "lemon"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x", "hotkey": "1"}, "hotkey"),
        ({"name": "x", "hotkey": "s"}, "hotkey"),
        ({"name": "x", "hotkey": "ab"}, "hotkey"),
        ({"name": "x", "hotkey": "!"}, "hotkey"),
        ({"name": "x", "color": "red"}, "color"),
        ({"name": "x", "shape": "circle"}, "shape"),
    ],
)
def test_a_class_that_does_not_fit_is_refused_by_field(
    project, lemon, size, manager, do, data, field
):
    TagDefinition.objects.filter(pk=size.pk).update(hotkey="s")
    with pytest.raises(Invalid) as refused:
        do(manager, project, "add-class", **data)
    assert set(refused.value.errors) == {field}


def test_the_same_name_is_fine_in_another_project(lemon, manager, team, do):
    other = ProjectFactory.create(team=team)
    do(manager, other, "add-class", name="lemon", hotkey="1")


def test_an_edit_changes_what_is_sent_and_no_label(dataset, lemon, manager, do):
    labels = labeled(dataset, lemon.pk)
    do(manager, lemon, "edit-class", name="citrus")
    lemon.refresh_from_db()
    assert (lemon.name, lemon.hotkey, lemon.shape) == ("citrus", "1", "rectangle")
    assert ItemLabels.objects.get(pk=labels.pk).document == labels.document


def test_objects_of_another_shape_stay_when_the_shape_changes(dataset, lemon, manager, do):
    labels = labeled(dataset, lemon.pk)
    do(manager, lemon, "edit-class", shape="polygon")
    assert ItemLabels.objects.get(pk=labels.pk).document == labels.document


def test_a_removed_class_stays_for_what_was_labeled_and_can_come_back(dataset, lemon, manager, do):
    labels = labeled(dataset, lemon.pk)
    do(manager, lemon, "remove-class")
    lemon.refresh_from_db()
    assert lemon.removed_at is not None
    assert names(lemon.project) == []
    assert ItemLabels.objects.get(pk=labels.pk).document == labels.document
    do(manager, lemon, "restore-class")
    assert names(lemon.project) == ["lemon"]


def test_a_removed_class_can_only_be_restored(lemon, manager, actor_for, do):
    do(manager, lemon, "remove-class")
    lemon.refresh_from_db()
    assert [each.verb for each in verbs_for(lemon, actor_for(manager))] == ["restore-class"]
    with pytest.raises(Conflict, match="removed"):
        do(manager, lemon, "edit-class", name="x")


def test_a_name_that_was_taken_meanwhile_cannot_be_restored(project, lemon, manager, do):
    do(manager, lemon, "remove-class")
    do(manager, project, "add-class", name="lemon")
    with pytest.raises(Conflict, match="added again"):
        do(manager, lemon, "restore-class")


def test_a_hotkey_that_was_taken_meanwhile_is_left_out(project, lemon, manager, do):
    do(manager, lemon, "remove-class")
    do(manager, project, "add-class", name="kiwi", hotkey="1")
    do(manager, lemon, "restore-class")
    lemon.refresh_from_db()
    assert lemon.hotkey == ""
    assert names(project) == ["kiwi", "lemon"]


@pytest.mark.parametrize(
    ("data", "order"),
    [
        ({"direction": "up"}, ["a", "c", "b", "d"]),
        ({"direction": "down"}, ["a", "b", "d", "c"]),
        ({"position": 1}, ["c", "a", "b", "d"]),
        ({"position": 99}, ["a", "b", "d", "c"]),
    ],
)
def test_move_changes_the_order_of_classes(project, manager, do, data, order):
    made = [do(manager, project, "add-class", name=name).outcome for name in "abcd"]
    do(manager, made[2], "move", **data)
    assert names(project) == order


def test_move_at_an_end_changes_nothing_and_needs_one_answer(project, lemon, manager, do):
    do(manager, lemon, "move", direction="up")
    for data in ({}, {"direction": "up", "position": 1}, {"direction": "sideways"}):
        with pytest.raises(Invalid):
            do(manager, lemon, "move", **data)


# Tags


def test_a_tag_keeps_its_choices_in_their_order(project, manager, do):
    tag = do(
        manager, project, "add-tag", name="size", value_type="choice", choices=["b", "a", "c"]
    ).outcome
    assert tag.choices == ["b", "a", "c"]
    do(manager, tag, "edit-tag", choices="a\n\n  b \n")
    tag.refresh_from_db()
    assert (tag.choices, tag.name, tag.value_type) == (["a", "b"], "size", "choice")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"value_type": "choice"}, "choices"),
        ({"value_type": "choice", "choices": "a\na"}, "choices"),
        ({"value_type": "choice", "choices": "x" * 201}, "choices"),
        ({"value_type": "color"}, "value_type"),
        ({"applies_to": "videos"}, "applies_to"),
        ({"classes": [0]}, "classes"),
        ({"name": "size"}, "name"),
        ({"hotkey": "1"}, "hotkey"),
    ],
)
def test_a_tag_that_does_not_fit_is_refused_by_field(
    project, lemon, size, manager, do, data, field
):
    with pytest.raises(Invalid) as refused:
        do(manager, project, "add-tag", **{"name": "ripe", **data})
    assert set(refused.value.errors) == {field}


def test_choices_and_classes_only_stay_where_they_mean_something(project, lemon, manager, do):
    tag = do(
        manager,
        project,
        "add-tag",
        name="ripe",
        choices="a\nb",
        applies_to="images",
        classes=[lemon.pk],
    ).outcome
    assert tag.choices == []
    assert list(tag.classes.all()) == []


def test_the_classes_of_another_project_cannot_be_chosen(project, manager, do):
    theirs = LabelClassFactory.create()
    with pytest.raises(Invalid):
        do(manager, project, "add-tag", name="ripe", classes=[theirs.pk])


def test_a_tag_keeps_its_removed_classes_for_when_they_come_back(project, lemon, manager, do):
    kiwi = do(manager, project, "add-class", name="kiwi").outcome
    tag = do(manager, project, "add-tag", name="ripe", classes=[lemon.pk, kiwi.pk]).outcome
    do(manager, kiwi, "remove-class")
    do(manager, tag, "edit-tag", name="ripeness")
    assert set(tag.classes.all()) == {lemon, kiwi}
    do(manager, tag, "edit-tag", classes=[])
    assert set(tag.classes.all()) == {kiwi}


def test_a_value_in_use_stays_labeled_when_its_choice_goes(dataset, size, manager, do):
    labels = labeled(dataset, tags=[(size.pk, "large")])
    do(manager, size, "edit-tag", choices="small")
    assert ItemLabels.objects.get(pk=labels.pk).document == labels.document
    assert labels.item.item_tags.get().value == "large"


def test_a_removed_tag_stays_where_it_was_put_and_can_come_back(dataset, size, manager, do):
    labels = labeled(dataset, tags=[(size.pk, "large")])
    do(manager, size, "remove-tag")
    assert ItemLabels.objects.get(pk=labels.pk).document == labels.document
    do(manager, size, "restore-tag")
    size.refresh_from_db()
    assert size.removed_at is None


@pytest.mark.parametrize("role", ["reviewer", "annotator", "viewer", "outsider"])
def test_only_managers_and_owners_change_the_schema(role, request, project, lemon, size, do):
    person = request.getfixturevalue(role)
    for thing, verb in (
        (project, "add-class"),
        (project, "add-tag"),
        (lemon, "edit-class"),
        (lemon, "remove-class"),
        (lemon, "move"),
        (size, "edit-tag"),
        (size, "remove-tag"),
        (size, "move"),
    ):
        with pytest.raises(Forbidden):
            do(person, thing, verb, name="x")


# What is affected


def used(subject) -> dict[str, int]:
    """Where it is in use, and how often."""
    return {use.key: use.number for use in uses_of(subject)}


def test_every_object_of_a_class_is_counted_and_no_other(dataset, lemon, project):
    # Numbers that begin alike must not be taken for each other.
    other = LabelClassFactory.create(project=project, pk=lemon.pk * 10 + 1)
    labeled(dataset, lemon.pk, lemon.pk, other.pk)
    labeled(dataset, lemon.pk)
    labeled(dataset, other.pk)
    assert used(lemon) == {"labels": 3}
    assert used(other) == {"labels": 2}
    (use,) = uses_of(lemon)
    assert use.text == "3 objects on 2 images"


def test_tags_of_images_and_of_objects_are_counted(dataset, lemon, size):
    item = ItemFactory.create(dataset=dataset)
    tags = [(size.pk, "large")]
    store_labels(
        item,
        Document(
            objects=[box(1, lemon.pk, tags), box(2, lemon.pk)],
            tags=[{"tag": size.pk, "value": "small"}],
        ),
    )
    assert used(size) == {"labels": 2}


def test_a_text_that_looks_like_a_label_is_not_counted(dataset, lemon, project):
    origin = TagDefinition.objects.create(project=project, name="origin", value_type="string")
    labeled(dataset, tags=[(origin.pk, f'"class": {lemon.pk},')])
    assert used(lemon) == {}


def test_open_work_with_a_class_is_counted(dataset, lemon):
    batch = BatchFactory.create(dataset=dataset)
    batch.classes.add(lemon)
    job = JobFactory.create(batch=batch)
    job_item = JobItemFactory.create(job=job, annotation=None)
    AnnotationFactory.create(
        job_item=job_item, document={"objects": [box(1, lemon.pk), box(2, lemon.pk)], "tags": []}
    )
    assert used(lemon) == {"open-jobs": 1, "drawn": 2}


# The editor


def editor(project) -> str:
    """Its address."""
    return reverse("projects:schema", args=[project.pk])


def test_the_editor_works_without_scripts(project, lemon, manager, client_for):
    client = client_for(manager)
    assert "lemon" in client.get(editor(project)).content.decode()
    add = reverse("projects:add-class", args=[project.pk])
    response = client.post(add, {"name": "kiwi", "shape": "any", "color": "#00ff00"})
    assert response.url == editor(project)
    assert names(project) == ["lemon", "kiwi"]
    refused = client.post(add, {"name": "kiwi"})
    assert refused.status_code == 400
    assert "This project has a class of that name." in refused.content.decode()
    edit = reverse("projects:class-verb", args=[lemon.pk, "edit-class"])
    assert "<h1>" in client.get(edit).content.decode()
    assert client.post(edit, {"name": "citrus"}).url == editor(project)
    move = reverse("projects:class-verb", args=[lemon.pk, "move"])
    client.post(move, {"direction": "down"})
    assert names(project) == ["kiwi", "citrus"]


def test_the_editor_answers_htmx_with_itself(project, lemon, manager, client_for):
    client = client_for(manager)
    add = reverse("projects:add-tag", args=[project.pk])
    response = client.post(
        add, {"name": "size", "value_type": "choice", "choices": "s\nl"}, headers=HTMX
    )
    assert response.headers["HX-Retarget"] == "#schema"
    html = response.content.decode()
    assert 'id="schema"' in html
    assert "<html" not in html
    assert "s, l" in html


def test_an_error_in_a_row_comes_back_with_the_row(project, lemon, manager, client_for, do):
    do(manager, project, "add-class", name="kiwi")
    client = client_for(manager)
    edit = reverse("projects:class-verb", args=[lemon.pk, "edit-class"])
    row = client.get(edit, headers=HTMX).content.decode()
    assert f'id="class-{lemon.pk}"' in row
    refused = client.post(edit, {"name": "kiwi"}, headers=HTMX)
    assert refused.status_code == 422
    assert "of that name" in refused.content.decode()


def test_the_page_says_what_is_affected_before_a_class_goes(dataset, lemon, manager, client_for):
    labeled(dataset, lemon.pk)
    client = client_for(manager)
    url = reverse("projects:class-verb", args=[lemon.pk, "remove-class"])
    said = client.get(url, headers=HTMX).content.decode()
    assert "1 object on 1 image" in said
    assert "stays" in said
    response = client.post(url, headers=HTMX)
    assert "close-dialog" in response.headers["HX-Trigger"]
    assert "restore-class" in response.headers["HX-Trigger"]


def test_the_page_says_what_is_affected_before_a_class_changes(dataset, lemon, manager, client_for):
    labeled(dataset, lemon.pk)
    url = reverse("projects:class-verb", args=[lemon.pk, "edit-class"])
    for headers in ({}, HTMX):
        said = client_for(manager).get(url, headers=headers).content.decode()
        assert "1 object on 1 image" in said
        assert "another shape stay" in said


def test_strangers_find_no_class_and_no_tag(lemon, size, outsider, client_for):
    client = client_for(outsider)
    for name, row, verb in (("class", lemon, "edit-class"), ("tag", size, "edit-tag")):
        url = reverse(f"projects:{name}-verb", args=[row.pk, verb])
        assert client.get(url).status_code == 404
        assert client.post(url, {"name": "x"}).status_code == 404
    assert LabelClass.objects.get().name == "lemon"
