"""Supervisely's own SDK, unmodified: projects, images and labels move here and back, exactly."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.factories import picture
from tests.server import Desk, desk
from tests.services.conftest import DATABASES, postgres_database
from tests.services.script import Script
from tests.services.vendor_environments import python_with, run
from tests.source import ROOT

SCRIPT = ROOT / "tests" / "services" / "vendors" / "supervisely_data_script.py"
PICTURES = ROOT.parent / "shared" / "data"


@pytest.fixture(params=DATABASES, scope="module")
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A running desk that may fetch pictures from this machine; once on each database."""
    variables = {"LABELDESK_FETCH_PRIVATE": "127.0.0.1/32"}
    folder = tmp_path_factory.mktemp("desk")
    if request.param == "sqlite":
        with desk(folder, **variables) as made:
            made.start()
            yield made
        return
    with postgres_database() as database, desk(folder, DATABASE_URL=database, **variables) as made:
        made.start()
        yield made


@pytest.fixture(scope="module")
def room(running: Desk) -> dict[str, Any]:
    """Two teams: one for the script, one with an item that it must not see."""
    made: dict[str, Any] = json.loads(running.python("-m", "tests.services.furnish", "--jobs", "0"))
    other = json.loads(running.python("-m", "tests.services.furnish", "--jobs", "1"))
    [item] = Script(running, other["manager"]).rows(f"items/?dataset={other['dataset']}")
    return made | {
        "other_project": other["project"],
        "other_dataset": other["dataset"],
        "other_item": item["id"],
    }


@pytest.fixture
def perform(running: Desk, room: dict[str, Any], tmp_path: Path):
    """Run one part of the script as the manager; returns what it found."""

    def performed(part: str, **given: Any) -> dict[str, Any]:
        facts = {
            **room,
            "server": f"{running.url}/supervisely",
            "token": room["manager"],
            "annotator": room["annotators"][0],
            "folder": str(tmp_path),
            "name": f"{part} by a script",
        }
        said = run(str(python_with("supervisely")), str(SCRIPT), part, json.dumps(facts | given))
        return json.loads(said.strip().rpartition("\n")[2])

    return performed


@pytest.fixture
def manager(running: Desk, room: dict[str, Any]) -> Script:
    """The same person's REST script."""
    return Script(running, room["manager"])


@pytest.fixture(scope="module")
def link() -> Iterator[str]:
    """The address of a picture of 60 x 50 pixels on this machine."""
    content = picture(60, 50)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: Any) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/1.png"
        server.shutdown()


def real_pictures(count: int, folder: str = "bccd") -> list[str]:
    """Paths of so many real pictures."""
    paths = sorted((PICTURES / folder).rglob("*.jpg"))[:count]
    if len(paths) < count:
        pytest.skip(f"needs {count} pictures of shared/data/{folder}")
    return [str(path) for path in paths]


def test_projects_and_datasets_are_made_found_changed_and_put_away(perform, manager):
    found = perform("projects")
    assert found["names"] == ["projects by a script", "projects by a script_001"]
    assert found["taken"][0] == "HTTPError"
    assert "400" in found["taken"][1]
    assert found["project"] in found["listed"]
    assert found["by_name"] == found["project"]
    assert found["description"] == ["changed", "changed"]
    assert found["type"] == "images"
    assert found["dataset"] == [True, "renamed", "changed"]
    assert found["datasets"] == found["tree"] == ["renamed"]
    assert found["datasets_count"] == 1
    assert found["gone"] == [None] * 5
    assert manager.get(f"projects/{found['project']}/")["description"] == "changed"


def test_the_meta_is_written_whole_and_a_second_run_changes_nothing(perform, manager):
    found = perform("meta")
    assert found["same"] == [True, True, True]
    first, again, read = found["ids"]
    assert first == again == read
    assert found["crate"] == [True, 5]
    assert set(found["tags"]) == {"size", "count", "note", "blurred"}
    size = next(each for each in found["json"]["tags"] if each["name"] == "size")
    assert size["values"] == ["small", "large", "a medium one"]
    assert set(size["classes"]) == {"crate", "cell"}
    for case, word in {
        "cuboid": "cuboid",
        "date": "date",
        "described": "description",
        "grouped": "grouped",
    }.items():
        kind, told = found["refused"][case]
        assert (kind, "400" in told, word in told) == ("HTTPError", True, True), told
    assert found["left"], "what was refused has changed the meta"
    assert "404" in found["foreign"][1]
    rows = list(manager.rows(f"classes/?project={found['project']}"))
    assert {each["name"] for each in rows if not each["removed_at"]} == {
        "crate",
        "field",
        "tree",
        "cell",
        "thing",
    }


def test_images_go_in_by_path_pixels_hash_id_and_link_and_come_out_as_they_were(perform, link):
    paths = real_pictures(7)
    found = perform("images", paths=paths, link=link)
    assert [each["name"] for each in found["infos"]] == found["names"]
    first = found["infos"][0]
    assert (first["width"], first["height"], first["mime"]) == (640, 480, "image/jpeg")
    assert first["size"] == Path(paths[0]).stat().st_size
    assert first["meta"] == {"camera": "left", "shot": 0}
    for name in ("order", "batches", "by_name", "by_ids", "pixels", "skipped", "copies"):
        assert found[name] is True, name
    assert found["sorted"] == sorted([*found["names"], "pixels.png"], reverse=True)
    assert found["filtered"] == [found["names"][1]]
    assert found["filename"] == ["pixels.png"]
    assert found["of_project"] == 7 + 1 + 4 + 2
    assert found["bytes"] == [True] * 7
    assert found["same_hash"] == [True, True]
    assert found["hashes"] == [True, False]
    assert found["link"] == [link, None, 60], "kept as a reference until its size is asked for"
    assert found["fetched"] == [f"{link}?2", 60, 50]
    assert found["count"][0] == found["count"][1]
    assert found["by_hash_bytes"] == [True]
    for ours, theirs in zip(found["files"], [*paths, paths[0]], strict=True):
        assert Path(ours).read_bytes() == Path(theirs).read_bytes()


def test_every_shape_and_every_tag_goes_in_and_comes_back_the_same(perform, manager):
    found = perform("annotations", paths=real_pictures(3))
    assert found["same"] == [True, True, True]
    assert found["counts"][0] == found["counts"][1]
    assert found["numbers"] == [True, True]
    assert found["appended"] is True
    assert found["tags"] == [True, "b"]
    assert found["figures"] == [9, "rectangle"]
    assert found["copied"] is True
    items = list(manager.rows(f"items/?dataset={found['dataset']}"))
    assert [each["object_count"] for each in items] == [9, 12, 12]


def test_a_project_moves_here_with_its_own_sdk_and_back_exactly(perform):
    found = perform("move", datasets=[real_pictures(6), real_pictures(5, "raccoon")], name="moved")
    assert found["names"] == ["moved", "moved_001"]
    source, *others = found["contents"]
    counts = {name: len(each) for name, each in source["datasets"].items()}
    assert counts == {"ds 0": 6, "ds 1": 5}
    assert source["meta"]["classes"]
    for each in others:
        assert each["datasets"] == source["datasets"]
        assert each["meta"]["classes"] == source["meta"]["classes"]
        assert each["meta"]["tags"] == source["meta"]["tags"]


def test_what_has_no_place_here_is_refused_with_its_name_and_its_reason(perform):
    found = perform("refusals", paths=real_pictures(2))
    for case, (status, *words) in {
        "outside": (400, "one.jpg", "objects[0]", "outside the image"),
        "wrong_shape": (400, "objects[0]", "rectangle", "point"),
        "cuboid": (400, "one.jpg", "objects[0]", "cuboid"),
        "empty_text": (400, "tags[0]", "1 to 200"),
        "described": (400, "description"),
        "other_size": (400, "641"),
        "object_tag": (400, "for objects only"),
        "same_name": (400, "one.jpg", "NONUNIQUE"),
        "same_picture": (400, "two.jpg", "same picture as", "one.jpg"),
        "broken": (400, "broken.jpg", "cut off"),
        "no_picture": (400, "text.jpg", "Not a JPEG"),
        "unknown_hash": (400, "x.jpg", "Upload them first"),
        "private_link": (400, "x.jpg"),
        "file_link": (400, "x.jpg"),
        "nested_meta": (400, "x.jpg", "metadata"),
        "remove": (400, "delete the dataset"),
        "videos": (400, "labels images"),
        "nested": (400, "do not exist here"),
        "other_dataset": (404,),
        "other_annotation": (404,),
        "other_copy": (400, "that you may see"),
        "annotator_meta": (403,),
        "annotator_upload": (403,),
        "annotator_labels": (403,),
        "annotator_reads": (403,),
        "annotator_project": (403,),
    }.items():
        kind, told = found[case]
        assert kind == "HTTPError", (case, told)
        assert told.startswith(str(status)), (case, told)
        assert all(word in told for word in words), (case, told)
    assert found["other_image"] is None
    assert found["labels"] == []
    assert found["images"] == ["one.jpg"]
