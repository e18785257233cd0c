"""Toloka's own client, unmodified, against a running desk."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.factories import picture
from tests.server import Desk
from tests.services.script import Script
from tests.services.vendor_environments import python_with, run
from tests.source import ROOT

SCRIPT = ROOT / "tests" / "services" / "vendors" / "toloka_script.py"
URL = "https://pictures.example.org/night/1.jpg"
BOX = [[4, 6], [20, 22]]

Perform = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def room(running: Desk) -> dict[str, Any]:
    """Two teams: one for the script, one that it must not see."""
    made: dict[str, Any] = json.loads(
        running.python("-m", "tests.services.furnish", "--jobs", "0", "--annotators", "2")
    )
    other = json.loads(running.python("-m", "tests.services.furnish"))
    theirs = next(Script(running, other["manager"]).rows(f"items/?dataset={other['dataset']}"))
    strange = {name: str(other[name]) for name in ("team", "project")}
    return (
        made
        | {f"other_{name}": key for name, key in strange.items()}
        | {"other_item": str(theirs["id"])}
    )


@pytest.fixture
def perform(running: Desk, room: dict[str, Any]) -> Perform:
    """Run one part of the script as the manager; returns what it found."""

    def performed(part: str, **given: Any) -> dict[str, Any]:
        facts = {
            "endpoint": f"{running.url}/toloka",
            "token": room["manager"],
            "annotator": room["annotators"][0],
            "url": URL,
            **{name: room[name] for name in ("other_team", "other_project", "other_item")},
        }
        said = run(str(python_with("toloka")), str(SCRIPT), part, json.dumps(facts | given))
        found: dict[str, Any] = json.loads(said.strip().rpartition("\n")[2])
        return found

    return performed


@pytest.fixture
def manager(running: Desk, room: dict[str, Any]) -> Script:
    """The same person's REST script."""
    return Script(running, room["manager"])


def test_a_script_makes_a_project_loads_items_and_launches(perform, manager):
    found = perform("launch", name="orchard")

    assert found["apps"] == ["image-annotation"]
    assert found["inputs"] == ["id", "image_url", "item_id"]
    assert found["outputs"] == ["objects", "tags"]
    assert found["same"]
    project = found["shape"]
    assert (project["status"], project["read_only"]) == ("READY", False)
    assert [each["name"] for each in project["parameters"]["classes"]] == ["lemon", "leaf"]
    created = found["created"]
    assert (created["status"], created["items_count"]) == ("NEW", 12)
    assert (created["name"], created["priority_order"]) == ("first", "TWO")
    assert created["last_items_import"]["records_count"] == 12
    assert len(set(found["more"])) == 3
    assert found["item"] == found["found"]
    data = found["item"]["input_data"]
    assert data.pop("item_id").isdecimal()
    assert data == {"image_url": f"{URL}?one-0", "id": "one-0", "camera": "left"}
    assert found["patched"] == ["harvest", "ONE", 16]
    assert set(found["seen"]) <= {"LOADING", "PROCESSING"}
    running = found["running"]
    assert (running["items_count"], running["items_processed_count"]) == (16, 0)
    assert running["items_per_state"] == {"NEW": 16}
    assert found["zone"] == "UTC"
    assert found["states"] == ["NEW"] * 16

    batch = manager.get(f"batches/{found['batch']}/")
    assert (batch["name"], batch["status"], batch["priority"]) == ("harvest", "processing", 5)
    items = list(manager.rows(f"items/?dataset={batch['dataset']}"))
    assert [item["width"] for item in items] == [None] * 16, "an address is kept, not fetched"
    manager.post(f"batches/{found['batch']}/stop/")


def test_a_script_watches_a_batch_until_people_have_done_it_and_reads_the_labels(
    perform, running, room, manager
):
    project, dataset = uploaded(manager, room["team"], pictures=4)
    manager.post(
        f"projects/{project}/set-terms/",
        budget="100",
        currency="EUR",
        paid_for="accepted",
        price_annotation="0.07",
        price_review="0.03",
    )
    items = list(manager.rows(f"items/?dataset={dataset}"))
    made = perform("relabel", project=str(project), items=[str(item["id"]) for item in items])
    with ThreadPoolExecutor() as pool:
        watching = pool.submit(perform, "results", project=str(project), batch=made["batch"])
        work(running, room, int(made["batch"]))
        found = watching.result()

    batch = found["batch"]
    assert (batch["status"], batch["items_count"], batch["items_processed_count"]) == (
        "COMPLETED",
        4,
        4,
    )
    assert batch["items_per_state"] == {"COMPLETED": 4}
    assert batch["created_at"] < batch["started_at"] < batch["finished_at"]
    assert found["cost"] == ["0.1", "0.4", "0.4"]
    assert [item["status"] for item in found["items"]] == ["COMPLETED"] * 4
    for item, made_of in zip(found["items"], items, strict=True):
        assert item["input_data"]["item_id"] == str(made_of["id"])
        [drawn] = item["output_data"]["objects"]
        assert (drawn["class"], drawn["shape"], drawn["points"]) == ("lemon", "rectangle", BOX)
        assert [tag["name"] for tag in item["output_data"]["tags"]] == ["blurred"]
        assert item["started_at"] <= item["finished_at"]
    ends = [item["finished_at"] for item in found["newest"]]
    assert ends == sorted(ends, reverse=True)
    assert (found["later"], found["more"], found["errors"]) == (0, False, [])
    assert found["since"] >= 1


def uploaded(manager: Script, team: int, pictures: int) -> tuple[int, int]:
    """A project with a class and a tag, and a dataset of so many pictures."""
    project = manager.post(f"teams/{team}/create-project/", name="Uploaded")["id"]
    manager.post(f"projects/{project}/add-class/", name="lemon")
    manager.post(f"projects/{project}/add-tag/", name="blurred")
    dataset = manager.post(f"projects/{project}/create-dataset/", name="shelf")["id"]
    files = {f"{n}.png": picture(40, 30, f"rgb({n * 20}, 90, 40)") for n in range(pictures)}
    manager.finished(manager.send(f"datasets/{dataset}/upload/", files)["id"])
    return project, dataset


def work(running: Desk, room: dict[str, Any], batch: int) -> None:
    """Somebody labels every job of a batch, somebody else accepts it."""
    ana, kim = Script(running, room["annotators"][0]), Script(running, room["reviewers"][0])
    for job in list(Script(running, room["manager"]).rows(f"jobs/?batch={batch}")):
        taken = ana.post(f"teams/{room['team']}/take-next/")
        assert taken["id"] == job["id"]
        ana.post(f"jobs/{job['id']}/start/")
        [lemon] = ana.get(f"classes/?project={job['project']}")["results"]
        [blurred] = ana.get(f"tag-definitions/?project={job['project']}")["results"]
        box = {"id": "one", "class": lemon["id"], "shape": "rectangle", "points": BOX, "tags": []}
        for item in list(ana.rows(f"job-items/?job={job['id']}")):
            ana.put(
                f"job-items/{item['id']}/annotation/",
                version=0,
                document={"objects": [box], "tags": [{"tag": blurred["id"], "value": None}]},
            )
            ana.post(f"job-items/{item['id']}/confirm-item/")
        ana.post(f"jobs/{job['id']}/submit/")
        kim.post(f"jobs/{job['id']}/start-review/")
        kim.post(f"jobs/{job['id']}/complete/", accept_rest=True)


def test_a_batch_goes_through_its_life(perform):
    found = perform("life", name="life")

    assert found["seen"] == [
        "NEW",
        "ARCHIVE",
        "NEW",
        "PROCESSING",
        "STOPPED",
        "PROCESSING",
        "STOPPED",
        "ARCHIVE",
        "STOPPED",
    ]
    assert found["name"].startswith("Batch of ")
    assert found["priority"] == "FIVE"
    assert found["archived"] == ["ARCHIVE"] * 4
    for case in ("again", "too_soon", "not_stopped", "refused"):
        assert found[case][:2] == ["ConflictStateApiError", 409], (case, found[case])
    assert found["again"][3] == {"state": "processing"}
    assert found["counted"] == 6
    assert found["running"] == ["STOPPED", "STOPPED"]
    assert found["stopped"] == ["STOPPED"]
    assert found["away"] == ["ARCHIVED", True]
    assert found["back"] == "READY"
    assert found["copied"]


def test_lists_are_paged_filtered_and_sorted(perform):
    found = perform("lists", name="lists")

    assert (found["projects"], found["more"], found["paged"]) == (["c", "b"], True, 3)
    assert found["ready"]
    assert (found["other_app"], found["others"]) == (0, 0)
    assert found["by_name"] == ["again", "k", "l", "m"]
    assert found["by_name_down"] == ["m", "l", "k", "again"]
    assert sorted(found["from_l"]) == ["l", "m"]
    assert (found["new"], found["archive"]) == (["again", "l", "m"], ["k"])
    assert (found["one_a_page"], found["since"], found["soon"]) == (4, 4, 0)
    assert (found["items"], found["different"], found["away"]) == (12, 12, 3)
    assert found["of_one"] == [f"{URL}?l{n}" for n in range(3)]
    assert found["newest"] == [True, True, True]
    assert found["created"] == 12
    assert found["twice"] == [3, 3]


def test_whatever_a_script_does_wrong_raises_the_clients_own_exception(perform):
    found = perform("failures", name="failures")

    for case, (error, status) in {
        "wrong_key": ("AuthenticationApiError", 401),
        "annotator": ("AccessDeniedApiError", 403),
        "other_project": ("DoesNotExistApiError", 404),
        "other_team": ("DoesNotExistApiError", 404),
        "unknown_project": ("DoesNotExistApiError", 404),
        "words_for_an_id": ("DoesNotExistApiError", 404),
        "unknown_batch": ("DoesNotExistApiError", 404),
        "batch_elsewhere": ("DoesNotExistApiError", 404),
        "unknown_item": ("DoesNotExistApiError", 404),
        "item_elsewhere": ("DoesNotExistApiError", 404),
        "words_for_an_item": ("DoesNotExistApiError", 404),
        "unknown_app": ("DoesNotExistApiError", 404),
        "stop_new": ("ConflictStateApiError", 409),
        "sync": ("IncorrectActionsApiError", 400),
        "pools": ("IncorrectActionsApiError", 400),
        "requester": ("IncorrectActionsApiError", 400),
    }.items():
        assert found[case][:2] == [error, status], (case, found[case])
    for case, field in {
        "other_app": "app_id",
        "clone": "parent_app_project_id",
        "taken_name": "name",
        "no_name": "name",
        "bad_color": "parameters.classes.1.color",
        "same_class": "parameters.classes.1.name",
        "unknown_parameter": "parameters.default_language",
        "no_classes": "classes",
        "no_items": "items",
        "bad_priority": "priority_order",
        "long_name": "name",
        "patch_name": "name",
        "in_it_already": "items.0",
        "streaming": "batch_id",
        "too_large_page": "limit",
        "unknown_status": "status",
    }.items():
        error, status, message, payload = found[case]
        assert (error, status) == ("ValidationApiError", 400), (case, found[case])
        assert message, case
        assert list(payload) == [field], (case, payload)
    assert sorted(found["bad_items"][3]) == [f"items.{n}" for n in (0, 2, 3, 4, 5, 6)]
    assert found["nothing_came_of_it"]
    assert found["patch_nothing"][0] == "nothing"

    skipped = found["skipped"]
    assert (skipped["status"], skipped["items_count"]) == ("NEW", 1)
    told = skipped["last_items_import"]
    assert (told["records_skipped"], len(told["errors"])) == (4, 4)
    assert "image_url" in told["errors"]["1"]
    assert found["skipped_items"] == [f"{URL}?good"]
    assert found["batches"] == 2


def test_as_many_items_as_one_request_takes_are_there_within_the_clients_patience(perform):
    found = perform("many", name="many", items=10_000)
    assert (found["count"], found["items"]) == (10_000, 10_000)
    assert found["made_in"] < 10
    assert found["too_many"][0] == "ValidationApiError"
