"""Items whose picture is still at its address: formats say nothing that is not so."""

import json

import pytest

from labeling.operations.states import Outcome
from labeling.projects.models import Item
from tests.labeling.exports.conftest import archive, coco, label
from tests.labeling.projects.test_referencing import reference


@pytest.fixture
def away(dataset) -> Item:
    """The fourth item of the table: a reference."""
    return reference(dataset, "https://pictures.example/lemon.png", name="lemon.png")


@pytest.mark.parametrize("name", ["coco", "voc", "yolo", "cvat"])
def test_an_image_of_unknown_size_is_left_out_and_told(dataset, box, away, export, name):
    label(dataset.items.first(), box("a"))
    operation = export(dataset, format=name)
    assert operation.result["items"] == 3
    assert operation.result["never_fetched"] == 1
    assert "1 image was never fetched" in operation.message
    written = archive(operation)
    texts = [written.read(each) for each in written.namelist()]
    assert not any(b"lemon.png" in text for text in texts)
    assert not any("lemon" in each for each in written.namelist())


def test_no_image_of_coco_is_without_a_size(dataset, away, export):
    assert all(each["width"] for each in coco(export(dataset))["images"])


def test_lines_that_lose_nothing_hold_it(dataset, away, export):
    operation = export(dataset, format="native")
    assert operation.result["items"] == 4
    assert operation.result["never_fetched"] == 0
    (name,) = archive(operation).namelist()
    lines = archive(operation).read(name).decode().splitlines()
    assert json.loads(lines[-1])["name"] == "lemon.png"


def test_with_images_its_row_says_that_it_was_never_fetched(dataset, away, export):
    operation = export(dataset, images=True)
    (row,) = operation.rows.filter(outcome=Outcome.ERROR)
    assert "never fetched" in row.message
    assert "lemon.png" in row.name
