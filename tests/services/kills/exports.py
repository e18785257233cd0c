"""Labels that come in and go out."""

import json
import zipfile
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from labeling.exports.starting import start_export, start_import
from labeling.operations.kinds import scratch_folder
from labeling.operations.models import Operation
from labeling.projects.labels import store_labels
from labeling.projects.models import Dataset, ItemLabels, StagedFile
from tests.factories import ItemFactory, LabelClassFactory, picture
from tests.services.kills import Scenario, rows_once, scenario
from tests.services.kills.projects import dataset_of

IMAGES, BOXES = 40, 3


def box(number: int) -> list[int]:
    """A box in COCO's words: x, y, width, height."""
    return [number + 1, number + 2, 10, 12]


@scenario("import-annotations")
class ImportAnnotations(Scenario):
    """Boxes are added to what is there, so that a chunk done twice would leave twice as many."""

    sizes = {"labeling.exports.operations.importing:RECORDS_A_CHUNK": 5}

    def start(self) -> Operation:
        dataset = dataset_of(self, size=IMAGES)
        LabelClassFactory.create(project=dataset.project, name="lemon")
        file = SimpleUploadedFile("boxes.json", json.dumps(self._coco(dataset)).encode())
        wanted = {"format": "coco", "existing": "add", "create_classes": "on"}
        return start_import(self.manager, dataset, wanted, [file])

    def check(self, operation: Operation) -> None:
        rows_once(operation, IMAGES)
        dataset = Dataset.objects.get(pk=operation.plan["dataset"])
        stored = ItemLabels.objects.filter(item__dataset=dataset)
        counts = [len(each.document["objects"]) for each in stored]
        assert counts == [BOXES] * IMAGES
        names = dataset.project.classes.order_by("name").values_list("name", flat=True)
        assert list(names) == ["kiwi", "lemon"], "the missing class was made once"
        assert not StagedFile.objects.filter(operation=operation).exists()

    def _coco(self, dataset: Dataset) -> dict[str, Any]:
        names = dataset.items.order_by("position").values_list("name", flat=True)
        images: list[dict[str, Any]] = [
            {"id": number, "file_name": name, "width": 64, "height": 48}
            for number, name in enumerate(names, 1)
        ]
        annotations = [
            {
                "id": image["id"] * 10 + number,
                "image_id": image["id"],
                "category_id": 1 + number % 2,
                "bbox": box(number),
            }
            for image in images
            for number in range(BOXES)
        ]
        categories = [{"id": 1, "name": "lemon"}, {"id": 2, "name": "kiwi"}]
        return {"images": images, "annotations": annotations, "categories": categories}


@scenario("export")
class Export(Scenario):
    """COCO with its images, as one archive that is whole."""

    sizes = {
        "labeling.exports.operations.exporting:ITEMS_A_QUERY": 5,
        "labeling.exports.operations.exporting:SECONDS_A_CHUNK": 0.0,
    }

    def __init__(self) -> None:
        super().__init__()
        self.dataset = dataset_of(self)
        lemon = LabelClassFactory.create(project=self.dataset.project, name="lemon")
        for number in range(IMAGES):
            content = picture(64, 48, f"#{number:06x}")
            item = ItemFactory.create(dataset=self.dataset, byte_size=len(content))
            objects: list[Any] = [self._object(lemon.pk, n) for n in range(BOXES)]
            store_labels(item, {"objects": objects, "tags": []})

    def start(self) -> Operation:
        wanted = {"which": "all", "format": "coco", "images": "on"}
        return start_export(self.manager, self.team, self.dataset, wanted)

    def check(self, operation: Operation) -> None:
        with operation.file.open("rb") as file, zipfile.ZipFile(file) as archive:
            assert archive.testzip() is None
            names = archive.namelist()
            pictures = [name for name in names if name.endswith(".png")]
            (labels,) = [name for name in names if name.endswith(".json")]
            found = json.loads(archive.read(labels))
        assert len(names) == len(set(names))
        assert len(pictures) == len(found["images"]) == IMAGES
        assert len({each["id"] for each in found["images"]}) == IMAGES
        assert len({each["id"] for each in found["annotations"]}) == IMAGES * BOXES
        assert not scratch_folder(operation.pk).exists()

    def _object(self, label_class: int, number: int) -> dict[str, Any]:
        x, y, width, height = box(number)
        points = [[x, y], [x + width, y + height]]
        return {
            "id": f"o{number}",
            "class": label_class,
            "shape": "rectangle",
            "points": points,
            "tags": [],
            "source": "person",
        }
