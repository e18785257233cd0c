"""`manage.py recount`: stored counts against what is there."""

import pytest
from django.core.management import CommandError, call_command

from labeling.projects.documents import LabelObject
from labeling.projects.labels import store_labels
from labeling.projects.models import Dataset, Item
from tests.factories import ItemFactory

OBJECT: LabelObject = {
    "id": "1",
    "class": 1,
    "shape": "point",
    "points": [[1, 1]],
    "tags": [],
    "source": "person",
}


@pytest.fixture
def counted(dataset: Dataset) -> Dataset:
    """A dataset with a labeled and an unlabeled item."""
    labeled, _bare = ItemFactory.create_batch(2, dataset=dataset)
    store_labels(labeled, {"objects": [OBJECT], "tags": []})
    return dataset


def test_right_counts_are_no_differences(counted, capsys):
    call_command("recount", "--check")
    assert "No differences." in capsys.readouterr().out


def test_differences_are_said_and_make_check_fail(counted, capsys):
    Dataset.objects.update(item_count=9)
    Item.objects.update(object_count=5)
    with pytest.raises(CommandError, match="3 differences"):
        call_command("recount", "--check")
    said = capsys.readouterr().out
    assert f"dataset {counted.pk} item_count: stored 9, counted 2" in said
    assert "object_count: stored 5, counted 1" in said
    assert "object_count: stored 5, counted 0" in said
    assert Dataset.objects.get().item_count == 9


def test_without_check_they_are_mended(counted):
    Dataset.objects.update(item_count=9)
    Item.objects.update(object_count=5)
    call_command("recount")
    assert Dataset.objects.get().item_count == 2
    assert sorted(Item.objects.values_list("object_count", flat=True)) == [0, 1]
    call_command("recount", "--check")


def test_an_empty_dataset_is_counted_too(dataset):
    Dataset.objects.update(item_count=1)
    call_command("recount")
    assert Dataset.objects.get().item_count == 0
