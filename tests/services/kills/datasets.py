"""Datasets that are deleted for good, get their thumbnails anew, and are counted again."""

from django.core.files.storage import default_storage
from django.utils import timezone

from labeling.jobs.models import Job
from labeling.operations import engine
from labeling.operations.models import Operation
from labeling.projects.models import Dataset, Item
from tests.factories import BatchFactory, JobFactory
from tests.services.kills import Scenario, rows_once, scenario
from tests.services.kills.projects import dataset_of

ITEMS, JOBS = 60, 3


@scenario("delete-dataset")
class DeleteDataset(Scenario):
    """Nothing of it is left, and nothing of its neighbour is gone."""

    sizes = {
        "labeling.projects.operations.deleting:ITEMS_A_CHUNK": 5,
        "labeling.projects.operations.deleting:ROWS_A_CHUNK": 5,
    }

    def __init__(self) -> None:
        super().__init__()
        self.neighbour = dataset_of(self, size=5)

    def start(self) -> Operation:
        dataset = dataset_of(self, size=ITEMS - JOBS * 2)
        batch = BatchFactory.create(dataset=dataset, status="completed")
        for _number in range(JOBS):
            JobFactory.create(batch=batch, size=2, stage="acceptance", state="completed")
        Dataset.objects.filter(pk=dataset.pk).update(
            deleted_at=timezone.now(), archived_at=timezone.now()
        )
        self.files = [str(item.file.name) for item in dataset.items.all()]
        return engine.start("delete-dataset", self.manager, self.team, {"dataset": dataset.pk})

    def check(self, operation: Operation) -> None:
        dataset = operation.plan["dataset"]
        assert not Dataset.objects.filter(pk=dataset).exists()
        assert not Item.objects.filter(dataset=dataset).exists()
        assert not Job.objects.filter(dataset=dataset).exists()
        assert operation.result["removed"]["items"] == ITEMS
        assert operation.result["removed"]["jobs"] == JOBS
        assert not [name for name in self.files if default_storage.exists(name)]
        assert self.neighbour.items.count() == 5


@scenario("make-thumbnails")
class MakeThumbnails(Scenario):
    """Every picture has one in the end, whatever was lost before."""

    sizes = {"labeling.projects.operations.thumbnails:PICTURES_A_CHUNK": 5}

    def start(self) -> Operation:
        dataset = dataset_of(self, size=ITEMS)
        data = {"dataset": dataset.pk, "which": "missing"}
        return engine.start("make-thumbnails", self.manager, self.team, data)

    def check(self, operation: Operation) -> None:
        rows_once(operation, ITEMS)
        for item in Item.objects.filter(dataset=operation.plan["dataset"]):
            assert item.thumbnail
            assert default_storage.exists(str(item.thumbnail.name))


@scenario("recount")
class Recount(Scenario):
    """Counts that are wrong are right in the end; each is told once."""

    def __init__(self) -> None:
        super().__init__()
        self.datasets = [dataset_of(self, size=1) for _number in range(ITEMS)]

    def start(self) -> Operation:
        Dataset.objects.filter(team=self.team).update(item_count=7)
        return engine.start("recount", self.manager, self.team, {})

    def check(self, operation: Operation) -> None:
        rows_once(operation, ITEMS)
        counts = Dataset.objects.filter(team=self.team).values_list("item_count", flat=True)
        assert set(counts) == {1}
