"""A team's own script on Labelbox's real client: `python labelbox_script.py <part> <json>`.

Runs in an environment of its own that has the vendor's package and nothing of ours. Each part does
what its name says and prints one JSON object; what the client raises is told by its class.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import labelbox
from labelbox import Client
from labelbox.schema.task import Task
from labelbox.schema.taskstatus import TaskStatus


def raised(call: Callable[[], Any]) -> list[str]:
    """The classes of what it raises, the nearest first; empty when it raises nothing."""
    try:
        call()
    except Exception as error:
        return [kind.__name__ for kind in type(error).__mro__[:-1]] + [str(error)]
    return []


def seed(client: Client, given: dict[str, Any]) -> dict[str, Any]:
    """Every code block of the vendor's page about tasks, in its order."""
    item_url = given["url"]
    dataset = client.get_dataset(given["dataset"])
    task = dataset.create_data_rows([{"row_data": item_url, "global_key": "seed-1"}])
    first = task.status
    task.wait_till_done(timeout_seconds=5_000, check_frequency=10)

    task = dataset.create_data_rows([{"row_data": item_url, "global_key": "seed-2"}])
    task.wait_till_done()
    result = task.result

    bad = dataset.create_data_rows([{"row_data": item_url, "global_key": "seed-2"}])
    bad.wait_till_done()

    known = client.get_task_by_id(task.uid)
    organization = client.get_organization()
    tasks = list(organization.tasks())
    in_progress = organization.tasks(where=Task.status_as_enum == TaskStatus.In_Progress)
    failed = organization.tasks(where=Task.status_as_enum == TaskStatus.Failed)
    complete = organization.tasks(where=Task.status_as_enum == TaskStatus.Complete)
    return {
        "first": first,
        "status": task.status,
        "as_enum": task.status_as_enum.name,
        "percentage": task.completion_percentage,
        "result": result,
        "no_result": bad.result,
        "no_errors": task.errors,
        "errors": bad.errors,
        "known": [known.uid == task.uid, type(known).__name__, known.status],
        "tasks": [each.uid for each in tasks],
        "in_progress": len(list(in_progress)),
        "failed": len(list(failed)),
        "complete": {each.uid: each.result for each in complete if each.uid == task.uid},
        "task": task.uid,
        "bad": bad.uid,
        "bad_as_plain_task": [each.errors for each in tasks if each.uid == bad.uid],
        "created_at": task.created_at.isoformat(),
    }


def cancel(client: Client, given: dict[str, Any]) -> dict[str, Any]:
    """Cancel an import that is still going on, then look."""
    dataset = client.get_dataset(given["dataset"])
    rows = [{"row_data": f"{given['url']}?{n}"} for n in range(given["rows"])]
    task = dataset.create_data_rows(rows)
    success = client.cancel_task(task.uid)
    assert success is True
    cancelled_task = client.get_task_by_id(task.uid)
    assert cancelled_task.status in ["CANCELING", "CANCELED"]
    again = cancelled_task
    while again.status == "CANCELING":
        time.sleep(0.3)
        again = client.get_task_by_id(task.uid)
    too_late = raised(lambda: client.cancel_task(task.uid))
    return {"status": again.status, "as_enum": again.status_as_enum.name, "too_late": too_late}


def make(client: Client, given: dict[str, Any]) -> dict[str, Any]:
    """A dataset of the script's own, with addresses, files, facts and attachments."""
    dataset = client.create_dataset(name=given["name"], description="by a script")
    rows = [
        {
            "row_data": given["url"],
            "global_key": f"{given['name']}-1",
            "external_id": "first",
            "attachments": [{"type": "RAW_TEXT", "value": "from the left camera", "name": "note"}],
            "metadata_fields": [
                {"name": "tag", "value": "night"},
                {"name": "split", "value": "train"},
            ],
        },
        {"row_data": given["files"][0], "global_key": f"{given['name']}-2"},
    ]
    mixed = dataset.create_data_rows(rows)
    mixed.wait_till_done()
    files = dataset.create_data_rows(given["files"][1:])
    files.wait_till_done()
    dataset = client.get_dataset(dataset.uid)
    return {
        "dataset": dataset.uid,
        "description": dataset.description,
        "row_count": dataset.row_count,
        "mixed": [mixed.status, mixed.result, mixed.errors],
        "files": [files.status, files.result, files.errors],
        "data_rows": [[row.external_id, row.global_key] for row in dataset.data_rows()],
        "by_external_id": dataset.data_row_for_external_id("first").global_key,
        "named": [
            each.name for each in client.get_datasets(where=labelbox.Dataset.name == given["name"])
        ],
        "single": dataset.create_data_row(row_data=given["url"]).row_data,
    }


def failures(client: Client, given: dict[str, Any]) -> dict[str, Any]:
    """Whatever a script does wrong."""
    dataset = client.create_dataset(name="taken")
    stranger = Client(api_key="no-such-token", endpoint=given["endpoint"])
    lesser = Client(api_key=given["annotator"], endpoint=given["endpoint"])
    rows = [
        {"row_data": "ftp://example.org/1.jpg", "global_key": "bad-1"},
        {"row_data": "not an address", "external_id": "bad-2"},
        {"row_data": given["url"], "global_key": "same"},
        {"row_data": given["url"], "global_key": "same"},
        {"row_data": given["url"], "media_type": "TEXT"},
        {"row_data": given["url"], "global_key": "good"},
    ]
    task = dataset.create_data_rows(rows)
    task.wait_till_done()
    return {
        "status": task.status,
        "good": sorted(row["global_key"] for row in task.result),
        "errors": task.errors,
        "unknown_dataset": raised(lambda: client.get_dataset("987654321")),
        "words_for_an_id": raised(lambda: client.get_dataset("<dataset id>")),
        "other_team": raised(lambda: client.get_dataset(given["other_dataset"])),
        "unknown_task": raised(lambda: client.get_task_by_id("987654321")),
        "wrong_key": raised(lambda: stranger.get_dataset(given["dataset"])),
        "annotator": raised(lambda: lesser.create_dataset(name="mine")),
        "no_rows": raised(lambda: dataset.create_data_rows([])),
        "no_such_query": raised(lambda: client.execute("query { everything { id } }")),
        "no_query": raised(lambda: client.execute("query {")),
        "taken_name": raised(lambda: client.create_dataset(name="taken")),
    }


def many(client: Client, given: dict[str, Any]) -> dict[str, Any]:
    """More rows than fit into one page of results, in several chunks."""
    dataset = client.get_dataset(given["dataset"])
    filler = "x" * 1500
    rows = [
        {"row_data": f"{given['url']}?{filler}{n}", "global_key": f"many-{n}"}
        for n in range(given["rows"])
    ]
    rows[17]["global_key"] = rows[16]["global_key"]
    task = dataset.create_data_rows(rows)
    task.wait_till_done(timeout_seconds=600)
    result = task.result
    return {
        "status": task.status,
        "result": len(result),
        "different": len({row["id"] for row in result}),
        "errors": len(task.errors),
        "row_count": client.get_dataset(given["dataset"]).row_count,
    }


PARTS = {part.__name__: part for part in (seed, cancel, make, failures, many)}

if __name__ == "__main__":
    name, given = sys.argv[1], json.loads(sys.argv[2])
    client = Client(api_key=given["token"], endpoint=given["endpoint"])
    print(json.dumps(PARTS[name](client, given)))
