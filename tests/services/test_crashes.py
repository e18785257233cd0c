"""A server, or a worker beside it, is killed in the middle of its work and started again.

Whatever it was doing is then not begun, finished or taken up: nothing is lost and nothing doubled.
"""

import io
import json
import time
import zipfile
from typing import Any

from tests.factories import picture
from tests.server import PATIENCE, Desk, call, send_files

PICTURES = 150
JOBS, ITEMS = 60, 2


def furnish(desk: Desk) -> dict[str, Any]:
    """A team with jobs in the pool; the desk is migrated for it."""
    desk.manage("migrate", "--verbosity", "0")
    counts = ("--annotators", "2", "--jobs", str(JOBS), "--items", str(ITEMS))
    made: dict[str, Any] = json.loads(desk.python("-m", "tests.services.furnish", *counts))
    return made


def pictures(count: int) -> dict[str, bytes]:
    """Different pictures, large enough to take a moment each."""
    return {
        f"fruit-{number:03}.png": picture(640, 480, f"#{number:06x}") for number in range(count)
    }


def operation(desk: Desk, made: dict[str, Any], key: int) -> dict[str, Any]:
    """An operation as REST shows it."""
    found: dict[str, Any] = call(f"{desk.url}/api/operations/{key}/", made["manager"]).body
    return found


def wait_until_complete(desk: Desk, made: dict[str, Any], key: int) -> dict[str, Any]:
    """Wait for the end of an operation, which must be a good one."""
    deadline = time.monotonic() + PATIENCE
    while (found := operation(desk, made, key))["status"] in {"pending", "queued", "running"}:
        assert time.monotonic() < deadline, f"{found}\n{desk.log()}"
        time.sleep(0.2)
    assert found["status"] == "complete", found
    return found


def wait_until_begun(desk: Desk, made: dict[str, Any], key: int) -> None:
    """Wait until a worker has the operation and has done some of it, if there is time."""
    deadline = time.monotonic() + PATIENCE
    while operation(desk, made, key)["status"] in {"pending", "queued"}:
        assert time.monotonic() < deadline, desk.log()
        time.sleep(0.02)


def items_of(desk: Desk, made: dict[str, Any]) -> int:
    """How many items the dataset lists, which is what it says it has."""
    dataset = made["dataset"]
    listed = call(f"{desk.url}/api/items/?dataset={dataset}", made["manager"]).body["count"]
    said = call(f"{desk.url}/api/datasets/{dataset}/", made["manager"]).body["item_count"]
    assert listed == said
    return int(listed)


def upload(desk: Desk, made: dict[str, Any]) -> int:
    """Begin an upload; returns the operation's key."""
    url = f"{desk.url}/api/datasets/{made['dataset']}/upload/"
    answer = send_files(url, made["manager"], pictures(PICTURES))
    assert answer.status == 202, answer.body
    return int(answer.body["id"])


def export(desk: Desk, made: dict[str, Any]) -> int:
    """Begin an export of the whole dataset with its images; returns the operation's key."""
    wanted = {
        "scope": "dataset",
        "id": made["dataset"],
        "which": "all",
        "format": "coco",
        "images": True,
    }
    answer = call(f"{desk.url}/api/exports/", made["manager"], "POST", wanted)
    assert answer.status == 202, answer.body
    return int(answer.body["id"])


CHANGE = """
import sys, django
django.setup()
from accounts.actor import Actor
from accounts.models import Team, User
from labeling.jobs.models import Job
from labeling.operations.engine import start
team = Team.objects.get(pk=sys.argv[1])
manager = Actor.for_user(User.objects.get(username=f"max-{team.pk}"))
jobs = list(Job.objects.filter(team=team).values_list("pk", flat=True))
data = {"verb": "set-priority", "priority": "5", "jobs": jobs}
print(start("change-jobs", manager, team, data).pk)
"""


def change(desk: Desk, made: dict[str, Any]) -> int:
    """Put a change of every job on record, as the jobs list does; returns the operation's key."""
    return int(desk.python("-c", CHANGE, str(made["team"])))


def check_what_came_of_it(desk: Desk, made: dict[str, Any], keys: dict[str, int]) -> None:
    """Everything once: items, the files of the export, the changes and their rows."""
    expected = PICTURES + JOBS * ITEMS
    assert items_of(desk, made) == expected

    archive = call(f"{desk.url}/api/operations/{keys['export']}/download/", made["manager"]).body
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        assert found.testzip() is None
        images = [name for name in found.namelist() if name.endswith(".png")]
    assert len(images) == len(set(images)) == JOBS * ITEMS + PICTURES

    jobs = call(f"{desk.url}/api/jobs/?team={made['team']}&page_size=200", made["manager"]).body
    assert [job["priority"] for job in jobs["results"]] == [5] * JOBS
    for name, count in (("upload", PICTURES), ("change", JOBS)):
        url = f"{desk.url}/api/operations/{keys[name]}/rows/?page_size=500"
        rows = call(url, made["manager"]).body["results"]
        assert sorted(row["number"] for row in rows) == list(range(1, count + 1))
        assert {row["outcome"] for row in rows} == {"ok"}
    desk.manage("recount", "--check")


def test_a_server_that_is_killed_at_work_takes_it_up_again(alone: Desk):
    made = furnish(alone)
    alone.start()
    keys = {}
    for name, begin in (("upload", upload), ("export", export), ("change", change)):
        keys[name] = begin(alone, made)
        if name == "change":
            alone.kill()  # its ring went to nobody: the start finds it
            alone.start()
        wait_until_begun(alone, made, keys[name])
        alone.kill()
        alone.start()
        wait_until_complete(alone, made, keys[name])
    check_what_came_of_it(alone, made, keys)


def test_a_worker_that_is_killed_at_work_is_replaced_by_the_next(grown: Desk):
    made = furnish(grown)
    grown.start()
    grown.start_worker()
    keys = {}
    for name, begin in (("upload", upload), ("export", export), ("change", change)):
        keys[name] = begin(grown, made)
        wait_until_begun(grown, made, keys[name])
        grown.kill_workers()
        grown.start_worker()
        wait_until_complete(grown, made, keys[name])
    check_what_came_of_it(grown, made, keys)


def test_a_worker_that_is_asked_to_end_gives_its_work_back(grown: Desk):
    made = furnish(grown)
    grown.start()
    grown.start_worker()
    key = upload(grown, made)
    wait_until_begun(grown, made, key)
    grown.end_workers()
    left = operation(grown, made, key)
    assert left["status"] == "queued", "not finished, and not cut off"
    assert left["done"] < PICTURES
    grown.start_worker()
    wait_until_complete(grown, made, key)
    assert items_of(grown, made) == PICTURES + JOBS * ITEMS


def test_without_a_worker_work_waits_and_a_later_worker_does_it(grown: Desk):
    made = furnish(grown)
    grown.start()
    key = upload(grown, made)
    time.sleep(2)
    assert operation(grown, made, key)["status"] == "queued"
    grown.start_worker()
    wait_until_complete(grown, made, key)
    assert items_of(grown, made) == PICTURES + JOBS * ITEMS
