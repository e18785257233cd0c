"""Exports of what the grid of a dataset shows: by its filters, frozen in the plan."""

import pytest

from accounts.actor import Actor
from labeling.core.errors import Invalid
from labeling.operations import engine
from labeling.operations.states import Status
from labeling.projects.labels import store_labels
from tests.labeling.exports.conftest import coco, label, run


def test_only_the_images_that_match_go_out(export, dataset, box):
    first, second, _third = dataset.items.all()
    label(first, box("a"))
    label(second, box("b"))
    ripe = dataset.project.tag_definitions.get()
    store_labels(first, {"objects": [], "tags": [{"tag": ripe.pk, "value": None}]})
    done = export(dataset, filter=f"tag={ripe.pk}&ordering=-name&page=3")
    assert done.result["items"] == done.total == 1
    assert [each["file_name"] for each in coco(done)["images"]] == ["table/picture-0001.png"]
    assert done.plan["filter"] == f"tag={ripe.pk}"
    assert export(dataset, filter="labeled=true").result["items"] == 2
    assert export(dataset, filter="q=0003").result["items"] == 1


@pytest.mark.parametrize("query", ["colour=red", "tag=99", "labeled=perhaps", "q=a&q=b"])
def test_one_that_the_grid_does_not_know_is_refused(export, dataset, query):
    with pytest.raises(Invalid) as refused:
        export(dataset, filter=query)
    assert "filter" in refused.value.as_dict()["errors"]


def test_only_a_dataset_can_be_filtered(export, project):
    with pytest.raises(Invalid):
        export(project, filter="labeled=true")


def test_a_tag_that_is_gone_when_it_runs_ends_the_export_with_words(team, manager, dataset):
    ripe = dataset.project.tag_definitions.get()
    data = {"scope": "dataset", "id": dataset.pk, "which": "all", "format": "coco"}
    operation = engine.start(
        "export", Actor.for_user(manager), team, {**data, "filter": f"tag={ripe.pk}"}
    )
    ripe.delete()
    assert run(operation).status == Status.FAILED
    assert "gone" in operation.message
