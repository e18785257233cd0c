"""Data rows that come in as lists, and the pictures that they refer to."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from labeling.operations import engine
from labeling.operations.models import Operation
from labeling.projects.importing import start_import_items
from labeling.projects.models import Dataset, Item, StagedFile
from tests.factories import ItemFactory
from tests.server import free_port
from tests.services.kills import Scenario, rows_once, scenario
from tests.services.kills.projects import check_items, colour, dataset_of

ROWS, PICTURES = 300, 40
PATIENCE = 30.0


@scenario("import-items")
class ImportItems(Scenario):
    """References with keys that the team may hold once, among them one twice and one of no use."""

    sizes = {"labeling.projects.operations.item_arrivals:ROWS_A_CHUNK": 20}

    def start(self) -> Operation:
        dataset = dataset_of(self)
        rows = [self._row(dataset, number) for number in range(ROWS)]
        rows.insert(100, {"row_data": "nowhere"})
        rows.insert(200, rows[7])
        text = "\n".join(json.dumps(row) for row in rows)
        file = SimpleUploadedFile("rows.ndjson", text.encode())
        return start_import_items(self.manager, dataset, [file], fetch=False)

    def check(self, operation: Operation) -> None:
        dataset = Dataset.objects.get(pk=operation.plan["dataset"])
        items = list(dataset.items.order_by("position"))
        expected = [self._row(dataset, number) for number in range(ROWS)]
        assert [item.global_key for item in items] == [row["global_key"] for row in expected]
        assert [item.metadata for item in items] == [row["metadata"] for row in expected]
        assert [item.position for item in items] == list(range(1, ROWS + 1))
        assert dataset.item_count == Item.objects.filter(imported_by=operation).count() == ROWS
        assert operation.done == ROWS + 2
        assert list(operation.rows.values_list("number", flat=True)) == [101, 201]
        assert not StagedFile.objects.filter(operation=operation).exists()

    def _row(self, dataset: Dataset, number: int) -> dict[str, Any]:
        return {
            "row_data": f"https://pictures.example.org/{number}.png",
            "global_key": f"{dataset.pk}-{number}",
            "metadata": {"number": number},
        }


@scenario("fetch-images")
class FetchImages(Scenario):
    """Pictures of a server beside, one of which it does not have."""

    sizes = {"labeling.projects.operations.fetching_images:PICTURES_A_CHUNK": 5}

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        for number in range(PICTURES):
            (Path(self.folder.name) / f"{number:02}.png").write_bytes(colour(number))
        self.port = free_port()
        folder = ("--bind", "127.0.0.1", "--directory", self.folder.name)
        self.server = subprocess.Popen(
            [sys.executable, "-m", "http.server", str(self.port), *folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until_heard(self.port)

    def start(self) -> Operation:
        dataset = dataset_of(self)
        for name in [*(f"{number:02}.png" for number in range(PICTURES)), "gone.png"]:
            url = f"http://127.0.0.1:{self.port}/{name}"
            reference = {"file": "", "content_hash": "", "media_type": "", "byte_size": 0}
            ItemFactory.create(
                dataset=dataset, name=name, source_url=url, width=0, height=0, **reference
            )
        return engine.start("fetch-images", self.manager, self.team, {"dataset": dataset.pk})

    def check(self, operation: Operation) -> None:
        rows_once(operation, PICTURES + 1)
        failed = operation.rows.exclude(outcome="ok")
        assert [(row.name, row.outcome) for row in failed] == [("gone.png", "error")]
        dataset = Dataset.objects.get(pk=operation.plan["dataset"])
        dataset.items.get(name="gone.png").delete()
        Dataset.objects.filter(pk=dataset.pk).update(item_count=PICTURES)
        check_items(dataset, [f"{number:02}.png" for number in range(PICTURES)])
        assert {item.width for item in dataset.items.all()} == {32}

    def end(self) -> None:
        self.server.kill()
        self.server.wait()
        self.folder.cleanup()


def wait_until_heard(port: int) -> None:
    """Wait until somebody listens there."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)
