"""Supervisely's own SDK, unmodified, against a running desk: its page about labeling jobs."""

import json
import os
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from tests.factories import PASSWORD, picture
from tests.server import Desk
from tests.services.page import Person
from tests.services.vendor_environments import python_with, run
from tests.source import ROOT

SCRIPT = ROOT / "tests" / "services" / "vendors" / "supervisely_script.py"
PATIENCE = 90.0

Given = dict[str, Any]


@pytest.fixture(scope="module")
def room(running: Desk) -> Given:
    """A team with a manager, a reviewer and an annotator; and another team."""
    made: Given = json.loads(running.python("-m", "tests.services.furnish"))
    return made | {"other": json.loads(running.python("-m", "tests.services.furnish"))}


def variables(running: Desk, token: str, room: Given, **more: str) -> dict[str, str]:
    """What a team puts into `supervisely.env` and `local.env`."""
    return {
        "SERVER_ADDRESS": f"{running.url}/supervisely",
        "API_TOKEN": token,
        "CONTEXT_TEAMID": str(room["team"]),
        "CONTEXT_USERLOGIN": f"max-{room['team']}",
        **more,
    }


@pytest.fixture(scope="module")
def perform(running: Desk, room: Given):
    """Run one part of the script, as the manager unless told otherwise; returns what it found."""

    def performed(part: str, token: str = "", project: int = 0, **given: Any) -> Given:
        told = run(
            str(python_with("supervisely")),
            str(SCRIPT),
            part,
            json.dumps({"team": room["team"], "project": project, **given}),
            **variables(running, token or room["manager"], room, CONTEXT_PROJECTID=str(project)),
        )
        found: Given = json.loads(told.strip().rpartition("\n")[2])
        return found

    return performed


@contextmanager
def waiting(running: Desk, room: Given, job: int, *statuses: str) -> Iterator[Queue[str]]:
    """A script that waits for these statuses of a job; the queue tells which it has reached."""
    command = [str(python_with("supervisely")), str(SCRIPT), "wait"]
    environment = {**os.environ, **variables(running, room["manager"], room)}
    given = json.dumps({"job": job, "statuses": statuses})
    reached: Queue[str] = Queue()

    def listen(lines: Iterable[str]) -> None:
        for line in lines:
            told = json.loads(line) if line.startswith("{") else {}
            if "reached" in told:
                reached.put(told["reached"])

    with subprocess.Popen(
        [*command, given], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        listener = threading.Thread(target=listen, args=(process.stdout,), daemon=True)
        listener.start()
        try:
            yield reached
            assert process.wait(timeout=PATIENCE) == 0
        finally:
            process.kill()
            listener.join()


@pytest.fixture(scope="module")
def lemons(perform, tmp_path_factory: pytest.TempPathFactory) -> Given:
    """The tutorial's project, made and filled by the SDK itself."""
    files = pictures(tmp_path_factory.mktemp("lemons"), 6)
    found: Given = perform("lemons", files=files)
    return found


def pictures(folder: Path, count: int) -> list[str]:
    """Paths of so many pictures, each of another colour."""
    paths = [folder / f"IMG_{number}.png" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(picture(64, 48, f"rgb({number * 20}, 90, 40)"))
    return [str(path) for path in paths]


@pytest.fixture(scope="module")
def seeded(perform, lemons: Given) -> Given:
    """What the page's code has found out, run once."""
    found: Given = perform("seed", project=lemons["project"])
    return found


def test_every_code_block_of_the_vendors_page_about_labeling_jobs_runs(seeded, lemons, room):
    assert seeded["roles"] == ["annotator", "annotator"]
    [first], [second] = seeded["first"], seeded["second"]
    for job, name, classes, tags, limits in (
        (first, "labeler1_lemons_task", ["lemon"], [], (None, None)),
        (
            second,
            "labeler2_kiwi_task_with_complex_settings",
            ["kiwi"],
            ["size", "origin"],
            (10, 20),
        ),
    ):
        assert job["name"] == name
        assert job["readme"] == "annotation manual for fruits in markdown format here (optional)"
        assert job["description"] == "short description is here (optional)"
        assert (job["team_id"], job["project_id"]) == (room["team"], lemons["project"])
        assert [job["workspace_id"], job["workspace_name"]] == lemons["workspace"]
        assert (job["project_name"], job["dataset_name"]) == ("Lemons (Test)", "ds1")
        assert job["dataset_id"] == lemons["dataset"]
        assert job["created_by_login"] == f"max-{room['team']}"
        assert job["created_at"].endswith("Z")
        assert (job["started_at"], job["finished_at"]) == (None, None)
        assert (job["status"], job["disabled"]) == ("pending", False)
        assert [job[f"{state}_images_count"] for state in ("finished", "rejected", "accepted")] == [
            0,
            0,
            0,
        ]
        assert job["classes_to_label"] == classes
        assert sorted(job["tags_to_label"]) == sorted(tags)
        assert job["images_range"] == [None, None]
        assert (job["objects_limit_per_image"], job["tags_limit_per_image"]) == limits
        for name in (
            "filter_images_by_tags",
            "include_images_with_tags",
            "exclude_images_with_tags",
        ):
            assert job[name] == []
    assert [first["assigned_to_login"], second["assigned_to_login"]] == ["labeler_1", "labeler_2"]
    assert [first["assigned_to_id"], second["assigned_to_id"]] == seeded["labelers"]
    assert (first["images_count"], second["images_count"]) == (6, 3)
    names = {int(key): name for key, name in lemons["images"].items()}
    for job in (first, second):
        assert len(job["entities"]) == job["images_count"]
        for entity in job["entities"]:
            assert entity["name"] == names[entity["id"]]
            assert entity["reviewStatus"] == "none"


def test_the_pages_lists_and_statuses_are_as_it_prints_them(seeded):
    first, second = seeded["first"][0]["id"], seeded["second"][0]["id"]
    assert seeded["nothing"] == [None, None]
    assert seeded["jobs"][-2:] == [first, second]
    assert seeded["by_creator"][-2:] == [first, second]
    assert seeded["by_both"] == [second]
    assert [job["status"] for job in seeded["active"][-2:]] == ["stopped", "pending"]
    assert seeded["statuses"] == [
        "<Status.STOPPED: 'stopped'>",
        "<Status.PENDING: 'pending'>",
        "<Status.COMPLETED: 'completed'>",
    ]
    assert first not in seeded["left"]
    assert second in seeded["left"]
    assert first in seeded["with_archived"]
    assert seeded["archived"]["disabled"] is True


def test_the_pages_meta_is_read_back(seeded):
    for line in ("kiwi", "lemon", "origin", "size", "objectsOnly", "oneof_string", "any_string"):
        assert line in seeded["meta"]
    assert "['small', 'medium', 'large']" in seeded["meta"]
    [dataset] = seeded["datasets"]
    assert (dataset["name"], dataset["images_count"]) == ("ds1", 6)


def test_the_page_runs_again_on_the_same_data(perform, seeded, lemons):
    again = perform("seed", project=lemons["project"])
    assert again["labelers"] == seeded["labelers"]
    assert again["meta"] == seeded["meta"]
    assert again["second"][0]["id"] > seeded["second"][0]["id"]


def test_a_script_waits_while_people_work_in_the_browser(running, room, perform, lemons, seeded):
    [made] = perform("seed", project=lemons["project"])["second"]
    job = made["id"]
    manager = Person(running, f"max-{room['team']}", PASSWORD)
    labeler = Person(running, "labeler_2", "22222abc")
    reviewer = Person(running, f"kim-{room['team']}", PASSWORD)
    here = f"/jobs/{job}/"
    with waiting(
        running, room, job, "completed", "stopped", "pending", "in_progress", "on_review",
        "completed",
    ) as reached:  # fmt: skip
        assert reached.get(timeout=PATIENCE) == "completed"
        manager.send(f"{here}set-status/", status="stopped")
        assert reached.get(timeout=PATIENCE) == "stopped"
        manager.send(f"{here}set-status/", status="pending")
        assert reached.get(timeout=PATIENCE) == "pending"
        labeler.send(f"{here}start/", page=here)
        assert reached.get(timeout=PATIENCE) == "in_progress"
        labeler.send(f"{here}submit/", anyway="on")
        assert reached.get(timeout=PATIENCE) == "on_review"
        reviewer.send(f"{here}start-review/", page=here)
        reviewer.send(f"{here}complete/", accept_rest="on")
        assert reached.get(timeout=PATIENCE) == "completed"


@pytest.fixture(scope="module")
def found(perform, lemons: Given, seeded: Given, room: Given) -> Given:
    """What the rest of the methods did, run once."""
    answered: Given = perform(
        "whole",
        dataset=lemons["dataset"],
        labelers=["labeler_1", "labeler_2"],
        reviewer=f"kim-{room['team']}",
        project=lemons["project"],
    )
    return answered


def test_jobs_for_several_people_are_listed_cloned_and_given_to_others(found, lemons):
    assert found["shares"] == [["labeler_1", 3], ["labeler_2", 3]]
    given = [image for share in found["entities"] for image in share]
    assert sorted(given) == sorted(map(int, lemons["images"]))
    assert found["custom"] == {"order": 17, "shop": "north"}
    assert found["assigned"] == "labeler_2"
    assert found["clone"] == ["again", "labeler_1", 3, found["reviewer"]]
    assert found["infos"] == [*found["ids"], None]
    assert set(found["ids"]) < set(found["listed"])
    assert found["with_entities"]
    assert found["meta"] == ["lemon"]


def test_jobs_are_reviewed_restarted_counted_and_removed(found):
    assert found["reviewed"] == [1, 2]
    [again] = found["again"]
    assert (again["name"], again["userId"]) == ("once more", found["first"])
    assert found["old"] == "completed"
    assert found["nothing"] == []
    assert found["annotations"] == [[48, 64]]
    assert {"launch", "image_review_status_updated", "set_status"} <= set(found["actions"])
    assert found["stats"]["imagesCount"] == 3
    assert found["removed"] == [None, None]


def test_queues_guides_and_issues_are_ours_in_the_sdks_words(found):
    name, status, labelers, reviewers = found["queue"]
    assert (name, status) == ("lemons for all", "pending")
    assert (labelers, reviewers) == ([found["first"]], [found["reviewer"]])
    assert found["queue_counts"] == [6, 6, 6]
    assert found["queue_images"] == 6
    assert found["queue_meta"] == ["lemon"]
    assert found["in_queue"] == [found["queue_id"]]
    assert found["queued_elsewhere"] == []
    assert found["guided"] == "look twice"
    assert "look twice" in found["guides"]
    assert found["issue"] == ["Is this ripe?", "open", "Yes.", "closed"]
    assert len(found["issues"]) == 2


def test_what_is_refused_is_told_at_once_and_in_words(perform, room, lemons, seeded, found):
    told = perform(
        "refusals",
        annotator=room["annotators"][0],
        login=f"max-{room['team']}",
        people=[seeded["labelers"][0]],
        dataset=lemons["dataset"],
        job=found["ids"][1],
        other={"team": room["other"]["team"], "job": room["other"]["jobs"][0]},
    )
    assert told["other_job"] is None
    for case, status, words in (
        ("annotator_creates", 403, "role"),
        ("annotator_adds", 403, "role"),
        ("annotator_stops", 403, "role"),
        ("stranger", 401, "not known"),
        ("other_stop", 404, "nothing"),
        ("other_list", 404, "nothing"),
        ("dynamic", 400, "dynamic_classes"),
        ("quality", 400, "enable_quality_check"),
        ("no_class", 400, "plum"),
        ("status", 400, "on_review"),
        ("by_name", 400, "value"),
        ("video", 400, "images"),
        ("unknown", 400, "teleports.list"),
        ("issue", 400, "x-job-id"),
        ("issue_removed", 400, "close"),
    ):
        kind, text = told[case]
        assert kind == "HTTPError", (case, text)
        assert text.startswith(f"{status} Client Error"), (case, text)
        assert words in text, (case, text)
    assert told["seconds"] < PATIENCE
