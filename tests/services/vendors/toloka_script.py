"""A team's own script on Toloka's real client: `python toloka_script.py <part> <json>`.

Runs in an environment of its own that has the vendor's package and nothing of ours. Each part does
what its name says and prints one JSON object; what the client raises is told by its class.
"""

import datetime
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

warnings.simplefilter("ignore")

import toloka.client as toloka  # noqa: E402 the package warns of its own imports
from toloka.client import TolokaClient  # noqa: E402

APP = "image-annotation"
CLASSES = ["lemon", {"name": "leaf", "shape": "polygon", "color": "#1e9e5a"}]


def raised(call: Callable[[], Any]) -> list[Any]:
    """The class of what it raises, its HTTP status, its message and payload; else what it gave."""
    try:
        found = call()
    except toloka.exceptions.ApiError as error:
        return [type(error).__name__, error.status_code, error.message, error.payload]
    except Exception as error:
        return [type(error).__name__, None, str(error), None]
    return ["nothing", None, repr(found), None]


def addresses(given: dict[str, Any], count: int, mark: str = "") -> list[dict[str, Any]]:
    """Items of pictures that lie somewhere."""
    return [{"image_url": f"{given['url']}?{mark}{n}", "id": f"{mark}{n}"} for n in range(count)]


def made_project(client: TolokaClient, name: str) -> toloka.AppProject:
    """A project with two classes and a tag."""
    project = toloka.AppProject(
        app_id=APP,
        name=name,
        parameters={"classes": CLASSES, "tags": ["blurred"], "description": "by a script"},
    )
    return client.create_app_project(project)


def until(
    client: TolokaClient, project: str, batch: str, *statuses: str, seconds: float = 60
) -> Iterator[toloka.AppBatch]:
    """The batch, again and again, until its status is one of these."""
    deadline = time.monotonic() + seconds
    while True:
        found = client.get_app_batch(project, batch)
        yield found
        if found.status.value in statuses:
            return
        assert time.monotonic() < deadline, found
        time.sleep(0.3)


def plain(thing: Any) -> Any:
    """What the client's object holds, as JSON."""
    if isinstance(thing, Decimal):
        return str(thing)
    return json.loads(json.dumps(toloka.unstructure(thing), default=str))


def launch(client: TolokaClient, given: dict[str, Any]) -> dict[str, Any]:
    """From the list of apps to a batch that people can work on."""
    apps = [app.id for app in client.get_apps()]
    app = client.get_app(APP, lang="EN")
    project = made_project(client, given["name"])
    again = client.get_app_project(project.id)
    batch = client.create_app_batch(
        project.id, name="first", items=addresses(given, 12), priority_order="TWO"
    )
    more = client.create_app_items(
        project.id, batch_id=batch.id, items=addresses(given, 3, "more-")
    )
    item = client.create_app_item(
        project.id,
        toloka.AppItem(
            batch_id=batch.id, input_data={**addresses(given, 1, "one-")[0], "camera": "left"}
        ),
        force_new_original=True,
    )
    patched = client.patch_app_batch(project.id, batch.id, name="harvest", priority_order="ONE")
    found = client.get_app_item(project.id, item.id)
    client.start_app_batch(project.id, batch.id)
    seen = [each.status.value for each in until(client, project.id, batch.id, "PROCESSING")]
    running = client.get_app_batch(project.id, batch.id)
    return {
        "apps": apps,
        "inputs": sorted(app.input_spec),
        "outputs": sorted(app.output_spec),
        "project": project.id,
        "same": plain(again) == plain(project),
        "shape": plain(project),
        "batch": batch.id,
        "created": plain(batch),
        "more": more,
        "item": plain(item),
        "found": plain(found),
        "patched": [patched.name, patched.priority_order.value, patched.items_count],
        "seen": sorted(set(seen)),
        "running": plain(running),
        "zone": str(running.created_at.tzinfo),
        "states": [each.status.value for each in client.get_app_items(project.id)],
    }


def relabel(client: TolokaClient, given: dict[str, Any]) -> dict[str, Any]:
    """A batch of items that the desk has already, launched before everything else."""
    items = [{"item_id": key} for key in given["items"]]
    batch = client.create_app_batch(given["project"], items=items, priority_order="ONE")
    client.start_app_batch(given["project"], batch.id)
    for _each in until(client, given["project"], batch.id, "PROCESSING"):
        pass
    return {"batch": batch.id}


def results(client: TolokaClient, given: dict[str, Any]) -> dict[str, Any]:
    """Watch a batch until it is done, and read what people made."""
    project, batch = given["project"], given["batch"]
    last = list(until(client, project, batch, "COMPLETED", seconds=given.get("seconds", 60)))[-1]
    items = list(client.get_app_items(project, batch_id=batch, batch_size=5))
    finished = client.find_app_items(
        project, batch_id=batch, status="COMPLETED", sort=["-finished"], limit=4
    )
    moment = finished.content[0].finished_at
    return {
        "batch": plain(last),
        "cost": [str(last.item_price), str(last.cost), str(last.cost_of_processed)],
        "items": [plain(item) for item in items],
        "newest": [plain(item) for item in finished.content],
        "more": finished.has_more,
        "later": len(client.find_app_items(project, finished_gt=moment).content),
        "since": len(client.find_app_items(project, finished_gte=moment).content),
        "errors": [item.id for item in client.get_app_items(project, status="ERROR")],
    }


def life(client: TolokaClient, given: dict[str, Any]) -> dict[str, Any]:
    """Everything that can happen to a batch and to a project without anybody at work."""
    project = made_project(client, given["name"])
    batch = client.create_app_batch(project.id, items=addresses(given, 4))
    seen = [batch.status.value]

    def then(verb: Callable[[str, str], None], *statuses: str) -> None:
        verb(project.id, batch.id)
        *_before, last = until(client, project.id, batch.id, *statuses)
        seen.append(last.status.value)

    then(client.archive_app_batch, "ARCHIVE")
    archived = [item.status.value for item in client.get_app_items(project.id)]
    then(client.unarchive_app_batch, "NEW")
    then(client.start_app_batch, "PROCESSING")
    again = raised(lambda: client.start_app_batch(project.id, batch.id))
    too_soon = raised(lambda: client.archive_app_batch(project.id, batch.id))
    not_stopped = raised(lambda: client.resume_app_batch(project.id, batch.id))
    running = client.create_app_items(
        project.id, batch_id=batch.id, items=addresses(given, 2, "later-")
    )
    counted = client.get_app_batch(project.id, batch.id).items_count
    then(client.stop_app_batch, "STOPPED")
    stopped = {item.status.value for item in client.get_app_items(project.id)}
    then(client.resume_app_batch, "PROCESSING")
    then(client.stop_app_batch, "STOPPED")
    then(client.archive_app_batch, "ARCHIVE")
    then(client.unarchive_app_batch, "STOPPED")
    away = client.archive_app_project(project.id)
    refused = raised(lambda: client.create_app_batch(project.id, items=addresses(given, 1, "no-")))
    back = client.unarchive_app_project(project.id)
    copy = client.create_app_project(
        toloka.AppProject(app_id=APP, name=f"{given['name']} 2", parameters=back.parameters)
    )
    return {
        "seen": seen,
        "name": batch.name,
        "priority": batch.priority_order.value,
        "archived": archived,
        "again": again,
        "too_soon": too_soon,
        "not_stopped": not_stopped,
        "running": [client.get_app_item(project.id, key).status.value for key in running],
        "counted": counted,
        "stopped": sorted(stopped),
        "away": [away.status.value, away.read_only],
        "refused": refused,
        "back": back.status.value,
        "copied": copy.parameters == back.parameters,
    }


def lists(client: TolokaClient, given: dict[str, Any]) -> dict[str, Any]:
    """Pages, filters and orders of projects, batches and items."""
    names = [f"{given['name']} {letter}" for letter in "cab"]
    projects = [made_project(client, name) for name in names]
    project = projects[0].id
    batches = [
        client.create_app_batch(
            project, name=name, priority_order=priority, items=addresses(given, 3, name)
        ).id
        for name, priority in (("m", "FIVE"), ("k", "ONE"), ("l", "THREE"))
    ]
    client.archive_app_batch(project, batches[1])
    mine = client.find_app_projects(sort=["-name"], scope="MY", id_gte=project, limit=2)
    now = datetime.datetime.now(datetime.UTC)
    soon, since = now + datetime.timedelta(hours=1), now - datetime.timedelta(hours=1)
    twice = client.create_app_batch(
        project,
        name="again",
        items=[{"item_id": item.input_data["item_id"]} for item in _items(client, project, "m")],
    )
    found = client.find_app_items(project, sort="-id", limit=2)
    return {
        "projects": [each.name.removeprefix(given["name"]).strip() for each in mine.content],
        "more": mine.has_more,
        "paged": len(
            [each for each in client.get_app_projects(batch_size=2) if each.name in names]
        ),
        "ready": {each.status.value for each in client.get_app_projects(status="READY")}
        == {"READY"},
        "other_app": len(list(client.get_app_projects(app_id="text-classification"))),
        "others": len(list(client.get_app_projects(scope="REQUESTER_LIST", requester_ids=["0"]))),
        "by_name": [each.name for each in client.find_app_batches(project, sort="name").content],
        "by_name_down": [
            each.name for each in client.find_app_batches(project, sort=["-name", "id"]).content
        ],
        "from_l": [each.name for each in client.find_app_batches(project, name_gte="l").content],
        "new": sorted(each.name for each in client.get_app_batches(project, status="NEW")),
        "archive": [each.name for each in client.get_app_batches(project, status="ARCHIVE")],
        "one_a_page": len(list(client.get_app_batches(project, batch_size=1))),
        "since": len(list(client.get_app_batches(project, created_gt=since, created_lt=soon))),
        "soon": len(list(client.get_app_batches(project, created_gt=soon))),
        "items": len(list(client.get_app_items(project, batch_size=2))),
        "different": len({item.id for item in client.get_app_items(project, batch_size=5)}),
        "of_one": [
            item.input_data["image_url"]
            for item in client.get_app_items(project, batch_id=batches[2])
        ],
        "newest": [item.batch_id == twice.id for item in found.content] + [found.has_more],
        "away": len(list(client.get_app_items(project, status="ARCHIVE", batch_size=2))),
        "created": len(client.find_app_items(project, created_gt=since, created_lt=soon).content),
        "twice": [twice.items_count, twice.last_items_import.records_count],
    }


def _items(client: TolokaClient, project: str, name: str) -> list[toloka.AppItem]:
    [batch] = [each for each in client.get_app_batches(project) if each.name == name]
    return list(client.get_app_items(project, batch_id=batch.id))


def failures(client: TolokaClient, given: dict[str, Any]) -> dict[str, Any]:
    """Whatever a script does wrong."""
    project = made_project(client, given["name"])
    empty = client.create_app_project(
        toloka.AppProject(app_id=APP, name=f"{given['name']} without classes", parameters={})
    )
    batch = client.create_app_batch(project.id, items=addresses(given, 2))
    [first, _second] = client.get_app_items(project.id)
    stranger = TolokaClient("no-such-token", url=given["endpoint"])
    lesser = TolokaClient(given["annotator"], url=given["endpoint"])
    elsewhere = TolokaClient(
        given["token"], url=given["endpoint"], act_under_account_id=given["other_team"]
    )
    bad = [
        {"image_url": "ftp://example.org/1.jpg"},
        {"image_url": f"{given['url']}?good"},
        {"item_id": "987654321"},
        {"camera": "left"},
        {"image_url": "not an address"},
        {"image_url": given["url"], "box": {"x": 1}},
        {"item_id": given["other_item"]},
    ]

    def make(**values: Any) -> Callable[[], Any]:
        return lambda: client.create_app_project(toloka.AppProject(**values))

    skipped = client.create_app_batch(project.id, items=bad, ignore_errors=True)
    before = len(list(client.get_app_items(project.id)))
    cases: dict[str, Callable[[], Any]] = {
        "wrong_key": lambda: list(stranger.get_apps()),
        "annotator": lambda: lesser.create_app_project(toloka.AppProject(app_id=APP, name="x")),
        "annotator_reads": lambda: lesser.get_app_project(project.id),
        "other_project": lambda: client.get_app_project(given["other_project"]),
        "other_team": lambda: list(elsewhere.get_app_projects()),
        "unknown_project": lambda: client.get_app_project("987654321"),
        "words_for_an_id": lambda: client.get_app_project("<project id>"),
        "unknown_batch": lambda: client.get_app_batch(project.id, "987654321"),
        "batch_elsewhere": lambda: client.get_app_batch(empty.id, batch.id),
        "unknown_item": lambda: client.get_app_item(project.id, f"{batch.id}-987654321"),
        "item_elsewhere": lambda: client.get_app_item(empty.id, first.id),
        "words_for_an_item": lambda: client.get_app_item(project.id, "item"),
        "other_app": make(app_id="text", name="x", parameters={}),
        "clone": make(app_id=APP, name="x", parent_app_project_id=project.id),
        "taken_name": make(app_id=APP, name=project.name),
        "no_name": make(app_id=APP, parameters={}),
        "bad_color": make(
            app_id=APP, name="red", parameters={"classes": ["a", {"name": "b", "color": "red"}]}
        ),
        "same_class": make(app_id=APP, name="same", parameters={"classes": ["a", "a"]}),
        "unknown_parameter": make(app_id=APP, name="what", parameters={"default_language": "en"}),
        "no_classes": lambda: client.create_app_batch(empty.id, items=addresses(given, 1)),
        "no_items": lambda: client.create_app_batch(project.id, name="empty"),
        "bad_items": lambda: client.create_app_batch(project.id, items=bad),
        "bad_priority": lambda: client.create_app_batch(
            project.id, items=addresses(given, 1), priority_order="SIX"
        ),
        "long_name": lambda: client.create_app_batch(
            project.id, name="x" * 300, items=addresses(given, 1)
        ),
        "patch_nothing": lambda: client.patch_app_batch(project.id, batch.id),
        "patch_name": lambda: client.patch_app_batch(project.id, batch.id, name=" "),
        "in_it_already": lambda: client.create_app_items(
            project.id, batch_id=batch.id, items=[{"item_id": first.input_data["item_id"]}]
        ),
        "streaming": lambda: client.create_app_items(project.id, items=addresses(given, 1)),
        "sync": lambda: client.start_sync_batch_processing(
            project.id, toloka.app.SyncBatchCreateRequest(name="now", items=addresses(given, 1))
        ),
        "stop_new": lambda: client.stop_app_batch(project.id, batch.id),
        "too_large_page": lambda: client.find_app_batches(project.id, limit=5_000),
        "unknown_status": lambda: list(client.get_app_batches(project.id, status="SLEEPING")),
        "unknown_app": lambda: client.get_app("text-classification"),
        "pools": lambda: list(client.get_pools()),
        "requester": client.get_requester,
    }
    told = {name: raised(call) for name, call in cases.items()}
    return {
        **told,
        "skipped": plain(skipped),
        "skipped_items": [item.input_data.get("image_url") for item in _of(client, skipped)],
        "nothing_came_of_it": len(list(client.get_app_items(project.id))) == before,
        "batches": len(list(client.get_app_batches(project.id))),
    }


def _of(client: TolokaClient, batch: toloka.AppBatch) -> Iterator[toloka.AppItem]:
    yield from client.get_app_items(batch.app_project_id, batch_id=batch.id)


def many(client: TolokaClient, given: dict[str, Any]) -> dict[str, Any]:
    """As many items as one request takes, at the client's usual patience."""
    project = made_project(client, given["name"])
    began = time.monotonic()
    batch = client.create_app_batch(project.id, items=addresses(given, given["items"]))
    made_in = time.monotonic() - began
    too_many = raised(
        lambda: client.create_app_batch(project.id, items=addresses(given, given["items"] + 1))
    )
    began = time.monotonic()
    items = list(client.get_app_items(project.id, batch_size=1_000))
    return {
        "made_in": made_in,
        "read_in": time.monotonic() - began,
        "count": batch.items_count,
        "items": len({item.id for item in items}),
        "too_many": too_many,
    }


PARTS = {part.__name__: part for part in (launch, relabel, results, life, lists, failures, many)}

if __name__ == "__main__":
    name, given = sys.argv[1], json.loads(sys.argv[2])
    client = TolokaClient(given["token"], url=given["endpoint"])
    print(json.dumps(PARTS[name](client, given)))
