"""Label Studio and Labeldesk at the same work: `python -m tests.bench.peers`.

Both are measured through their public API, from the first request to the last byte: an import of
tasks whose pictures stay where they are, and an export of annotated ones. One server at a time, on
one machine, in one sitting.

Label Studio, in an environment of its own (a minute, 1 GB; its first start takes half a minute):

    python3 -m venv /tmp/ls && /tmp/ls/bin/pip install label-studio
    LABEL_STUDIO_BASE_DATA_DIR=/tmp/ls/data /tmp/ls/bin/label-studio start --no-browser \\
        --port 8471 --username bench@example.com --password benchbench1 \\
        --user-token 0123456789abcdef0123456789abcdef01234567 --enable-legacy-api-token
    python -m tests.bench.peers label-studio --url http://127.0.0.1:8471 \\
        --token 0123456789abcdef0123456789abcdef01234567 --tasks 100000

Labeldesk, on a data folder of its own; the second command prints a token and two datasets, of
which the large one holds the annotated items:

    export LABELDESK_DATA=/tmp/bench DJANGO_SETTINGS_MODULE=labeling.settings
    python -m tests.bench.export_rows build --items 10000
    python manage.py up --port 8472
    python -m tests.bench.peers labeldesk --url http://127.0.0.1:8472 --token ldk_... \\
        --into 2 --annotated 1 --tasks 100000

Stop each server before the other is measured, and remove both folders afterwards.
"""

import argparse
import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.bench.drawn import HEIGHT, WIDTH, document

ANNOTATED, OBJECTS = 10_000, 5
CLASSES = ("lemon", "kiwi")
LABELS = "".join(f'<Label value="{name}"/>' for name in CLASSES)
CONFIG = f"""<View><Image name="image" value="$image"/>
<RectangleLabels name="box" toName="image">{LABELS}</RectangleLabels>
<PolygonLabels name="outline" toName="image">{LABELS}</PolygonLabels>
</View>"""


@dataclass
class Server:
    """A running server, and somebody's token at it; both systems take it the same way."""

    url: str
    token: str

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "json") -> bytes:
        """One request; anything refused is raised."""
        request = urllib.request.Request(self.url + path, method=method, data=body)
        request.add_header("Authorization", f"Token {self.token}")
        request.add_header("Content-Type", f"application/{kind}")
        with urllib.request.urlopen(request, timeout=1800) as answer:
            read: bytes = answer.read()
        return read

    def post(self, path: str, value: Any) -> Any:
        """JSON there and back."""
        return json.loads(self.ask("POST", path, json.dumps(value).encode()))


def label_studio(server: Server, chosen: argparse.Namespace) -> None:
    """Tasks into a new project; annotated ones into another and out again."""
    bare = [{"data": {"image": address(number)}} for number in range(chosen.tasks)]
    annotated = [
        {"data": {"image": address(number)}, "annotations": [{"result": results(number)}]}
        for number in range(ANNOTATED)
    ]
    projects = [
        server.post("/api/projects/", {"title": title, "label_config": CONFIG})["id"]
        for title in ("bare", "annotated")
    ]
    body, more = json.dumps(bare).encode(), json.dumps(annotated).encode()
    first, second = (f"/api/projects/{project}" for project in projects)
    timed(f"import of {chosen.tasks}", lambda: server.ask("POST", f"{first}/import", body))
    timed(f"import of {ANNOTATED} annotated", lambda: server.ask("POST", f"{second}/import", more))
    for _turn in range(chosen.rounds):
        whole = timed(
            f"export of {ANNOTATED} annotated, JSON",
            lambda: server.ask("GET", f"{second}/export?exportType=JSON"),
        )
        if len(json.loads(whole)) != ANNOTATED:
            raise RuntimeError("not every task came out")
    for project in projects:
        server.ask("DELETE", f"/api/projects/{project}/")


def labeldesk(server: Server, chosen: argparse.Namespace) -> None:
    """Data rows into one dataset; the labels of another, annotated one out."""
    run = time.time_ns()
    rows = [
        {"row_data": address(number), "global_key": f"{run}-{number}"}
        for number in range(chosen.tasks)
    ]
    body = json.dumps(rows).encode()
    into = f"/api/datasets/{chosen.into}/import-items/"
    timed(f"import of {chosen.tasks}", lambda: finished(server, server.ask("POST", into, body)))
    for _turn in range(chosen.rounds):
        for name in ("native", "coco"):
            export = partial(exported, server, chosen.annotated, name)
            timed(f"export of the annotated dataset, {name}", export)


def exported(server: Server, dataset: int, name: str) -> bytes:
    """The ZIP of one export, asked for, waited for and fetched."""
    wanted = {"scope": "dataset", "id": dataset, "which": "all", "format": name}
    begun = server.ask("POST", "/api/exports/", json.dumps(wanted).encode())
    return server.ask("GET", finished(server, begun)["download"])


def finished(server: Server, begun: bytes) -> Any:
    """An operation once it is complete."""
    shown = json.loads(begun)
    while shown["status"] in ("pending", "queued", "running"):
        time.sleep(0.1)  # asked more often, it answers instead of working
        shown = json.loads(server.ask("GET", f"/api/operations/{shown['id']}/"))
    if shown["status"] != "complete" or shown["error_count"]:
        raise RuntimeError(shown)
    return shown


def address(number: int) -> str:
    """Where a picture would lie."""
    return f"https://pictures.example.com/bench/picture-{number:06}.jpg"


def results(number: int) -> list[Any]:
    """The same labels in Label Studio's words: percent of the picture's sides."""
    found = document(number, OBJECTS, [0, 1], 0)["objects"]
    return [
        {
            "id": each["id"],
            "to_name": "image",
            "original_width": WIDTH,
            "original_height": HEIGHT,
            "image_rotation": 0,
            **(_box(each) if each["shape"] == "rectangle" else _outline(each)),
        }
        for each in found
    ]


def _box(each: Any) -> dict[str, Any]:
    (x1, y1), (x2, y2) = map(_percent, each["points"])
    value = {"x": x1, "y": y1, "width": x2 - x1, "height": y2 - y1, "rotation": 0}
    name = CLASSES[each["class"]]
    return {
        "from_name": "box",
        "type": "rectanglelabels",
        "value": value | {"rectanglelabels": [name]},
    }


def _outline(each: Any) -> dict[str, Any]:
    value = {"points": [_percent(point) for point in each["points"]], "closed": True}
    name = CLASSES[each["class"]]
    return {
        "from_name": "outline",
        "type": "polygonlabels",
        "value": value | {"polygonlabels": [name]},
    }


def _percent(point: list[float]) -> list[float]:
    return [point[0] / WIDTH * 100, point[1] / HEIGHT * 100]


def timed(name: str, work: Callable[[], Any]) -> Any:
    """Do it, and print how many seconds that took."""
    begin = time.perf_counter()
    answer = work()
    print(f"{name:44}{time.perf_counter() - begin:>9.2f} s", flush=True)
    return answer


def main() -> None:
    """Measure one of the two."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("system", choices=["label-studio", "labeldesk"])
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3, help="exports")
    parser.add_argument("--into", type=int, default=0, help="dataset of ours that takes the rows")
    parser.add_argument("--annotated", type=int, default=0, help="dataset of ours that goes out")
    chosen = parser.parse_args()
    server = Server(chosen.url.rstrip("/"), chosen.token)
    if chosen.system == "label-studio":
        label_studio(server, chosen)
    else:
        labeldesk(server, chosen)


if __name__ == "__main__":
    main()
