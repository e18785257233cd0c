"""Pictures that come in."""

from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from labeling.operations.models import Operation
from labeling.projects.models import Dataset, StagedFile
from labeling.projects.models.datasets import staged_folder
from labeling.projects.staging import upload_at_once
from tests.factories import DatasetFactory, picture
from tests.services.kills import Scenario, rows_once, scenario
from tests.services.kills.packing import zipped

LOOSE, PACKED = 24, 16


def dataset_of(made: Scenario, **facts: Any) -> Dataset:
    """A dataset of the scenario's manager."""
    dataset: Dataset = DatasetFactory.create(
        project__team=made.team, project__created_by=made.person, **facts
    )
    return dataset


def check_items(dataset: Dataset, names: list[str]) -> None:
    """Assert that a dataset holds these pictures, each once and in this order, with their files."""
    dataset.refresh_from_db()
    items = list(dataset.items.order_by("position"))
    assert [item.name for item in items] == names
    assert [item.position for item in items] == list(range(1, len(names) + 1))
    assert dataset.item_count == len(names)
    for item in items:
        assert default_storage.exists(str(item.file.name))
        assert default_storage.exists(str(item.thumbnail.name))


@scenario("upload-images")
class UploadImages(Scenario):
    """Loose pictures, an archive, one that is no picture and one that is there already."""

    sizes = {"labeling.projects.operations.uploading:PICTURES_A_CHUNK": 4}

    def __init__(self) -> None:
        super().__init__()
        self.loose = [(f"loose-{n:02}.png", colour(n)) for n in range(LOOSE)]
        packed = [(f"packed-{n:02}.png", colour(100 + n)) for n in range(PACKED)]
        self.packed = zipped(packed)
        self.names = [name for name, _content in self.loose + packed]

    def start(self) -> Operation:
        files = [SimpleUploadedFile(name, content) for name, content in self.loose]
        files += [
            SimpleUploadedFile("broken.png", b"no picture"),
            SimpleUploadedFile("again.png", self.loose[0][1]),
            SimpleUploadedFile("packed.zip", self.packed),
        ]
        return upload_at_once(self.manager, dataset_of(self), files)

    def check(self, operation: Operation) -> None:
        rows_once(operation, LOOSE + PACKED + 2)
        outcomes = dict(operation.rows.values_list("name", "outcome"))
        assert (outcomes["broken.png"], outcomes["again.png"]) == ("error", "skipped")
        check_items(Dataset.objects.get(pk=operation.plan["dataset"]), self.names)
        assert not StagedFile.objects.filter(operation=operation).exists()
        assert not default_storage.exists(staged_folder(operation.pk))


def colour(number: int) -> bytes:
    """A small picture unlike every other."""
    return picture(32, 24, f"#{number:06x}")
