"""Labelbox's own client, unmodified, against a running desk."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.factories import picture
from tests.server import Desk
from tests.services.script import Script
from tests.services.vendor_environments import python_with, run
from tests.source import ROOT

SCRIPT = ROOT / "tests" / "services" / "vendors" / "labelbox_script.py"
URL = "https://pictures.example.org/night/1.jpg"


@pytest.fixture(scope="module")
def room(running: Desk) -> dict[str, Any]:
    """Two teams: one with a dataset for the script, one that it must not see."""
    made: dict[str, Any] = json.loads(running.python("-m", "tests.services.furnish", "--jobs", "0"))
    other = json.loads(running.python("-m", "tests.services.furnish", "--jobs", "0"))
    return made | {"other_dataset": other["dataset"]}


@pytest.fixture
def perform(running: Desk, room: dict[str, Any]):
    """Run one part of the script as the manager; returns what it found."""

    def performed(part: str, **given: Any) -> dict[str, Any]:
        endpoint = f"{running.url}/labelbox/graphql"
        facts = {
            "endpoint": endpoint,
            "token": room["manager"],
            "dataset": room["dataset"],
            "url": URL,
        }
        said = run(str(python_with("labelbox")), str(SCRIPT), part, json.dumps(facts | given))
        return json.loads(said.strip().rpartition("\n")[2])

    return performed


def pictures(folder: Path, count: int) -> list[str]:
    """Paths of so many pictures of 40 x 30 pixels, each of another colour."""
    paths = [folder / f"{number}.png" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(picture(40, 30, f"rgb({number * 20}, 90, 40)"))
    return [str(path) for path in paths]


@pytest.fixture
def manager(running: Desk, room: dict[str, Any]) -> Script:
    """The same person's REST script."""
    return Script(running, room["manager"])


def test_every_code_block_of_the_vendors_page_about_tasks_runs(perform, manager):
    found = perform("seed")

    assert found["first"] in ("IN_PROGRESS", "COMPLETE")
    assert (found["status"], found["as_enum"], found["percentage"]) == ("COMPLETE", "Complete", 100)
    [row] = found["result"]
    assert row.pop("id").isdigit()
    assert row == {"external_id": None, "row_data": URL, "global_key": "seed-2"}
    assert found["no_errors"] is None
    assert found["created_at"].endswith("+00:00")
    assert found["known"] == [True, "DataUpsertTask", "COMPLETE"]
    assert {found["task"], found["bad"]} <= set(found["tasks"])
    assert (found["in_progress"], found["failed"]) == (0, 0)


def test_a_key_that_is_taken_is_an_error_of_its_row(perform):
    found = perform("seed", url=f"{URL}?again")
    assert found["no_result"] is None
    for errors in (found["errors"], *found["bad_as_plain_task"]):
        [error] = errors
        assert "seed-2" in error["message"]
        [failed] = error["failedDataRows"]
        assert failed["globalKey"] == "seed-2"


def test_a_script_makes_its_dataset_with_files_facts_and_attachments(perform, manager, tmp_path):
    files = pictures(tmp_path, 4)
    found = perform("make", name="night shift", files=files)

    assert (found["description"], found["row_count"]) == ("by a script", 5)
    status, result, errors = found["mixed"]
    assert (status, errors) == ("COMPLETE", None)
    assert {row["global_key"] for row in result} == {"night shift-1", "night shift-2"}
    status, result, errors = found["files"]
    assert (status, errors) == ("COMPLETE", None)
    assert sorted(row["external_id"] for row in result) == files[1:]
    assert len(found["data_rows"]) == 5
    assert found["by_external_id"] == "night shift-1"
    assert found["named"] == ["night shift"]
    assert found["single"] == URL

    items = list(manager.rows(f"items/?dataset={found['dataset']}"))
    by_key = {item["global_key"]: item for item in items if item["global_key"]}
    referred, uploaded = by_key["night shift-1"], by_key["night shift-2"]
    assert referred["source_url"] == URL
    assert referred["width"] is None, "an address is kept, not fetched"
    assert referred["metadata"] == {"tag": "night", "split": "train"}
    [note] = referred["attachments"]
    assert note == {"type": "RAW_TEXT", "value": "from the left camera", "name": "note"}
    assert (uploaded["width"], uploaded["height"]) == (40, 30)
    assert manager.get(f"datasets/{found['dataset']}/")["name"] == "night shift"


def test_whatever_a_script_does_wrong_raises_the_clients_own_exception(perform, room, running):
    annotator = json.loads(running.python("-m", "tests.services.furnish", "--jobs", "0"))[
        "annotators"
    ][0]
    found = perform(
        "failures",
        annotator=annotator,
        other_dataset=room["other_dataset"],
    )

    assert found["status"] == "COMPLETE"
    assert found["good"] == ["good", "same"]
    told = [(each["message"], each["failedDataRows"][0]) for each in found["errors"]]
    assert len(told) == 4
    assert {row["globalKey"] for _message, row in told} == {"bad-1", "same", None}
    assert all(message for message, _row in told)
    for case, error in {
        "unknown_dataset": "ResourceNotFoundError",
        "words_for_an_id": "ResourceNotFoundError",
        "other_team": "ResourceNotFoundError",
        "unknown_task": "ResourceNotFoundError",
        "wrong_key": "AuthenticationError",
        "annotator": "AuthorizationError",
        "no_rows": "MalformedQueryException",
        "no_such_query": "InvalidQueryError",
        "no_query": "InvalidQueryError",
        "taken_name": "MalformedQueryException",
    }.items():
        assert found[case][0] == error, (case, found[case])


def test_an_import_that_goes_on_is_canceled(perform):
    found = perform("cancel", rows=60_000)
    assert found["status"] == "CANCELED"
    assert found["as_enum"] == "Canceled"
    assert found["too_late"][0] == "LabelboxError"


def test_results_of_several_pages_and_chunks_come_back_whole(perform, room, manager):
    before = manager.get(f"datasets/{room['dataset']}/")["item_count"]
    found = perform("many", rows=12_001)
    assert (found["status"], found["result"], found["errors"]) == ("COMPLETE", 12_000, 1)
    assert found["different"] == 12_000
    assert found["row_count"] == before + 12_000
