"""Real pictures, from the upload to the export: 364 blood smears and what others have drawn there.

Through a running desk: by REST as scripts do it, and for one picture through the labeling page in
Chromium as a person does it.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree  # our own reader would prove nothing; the files are trusted
from zipfile import ZipFile

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.canvas import Canvas
from tests.browser.conftest import FLAGS
from tests.factories import PASSWORD
from tests.server import Desk, desk
from tests.services.script import Script
from tests.source import ROOT

BCCD = ROOT.parent / "shared" / "data" / "bccd"
FLAWED = {"BloodImage_00338.xml", "BloodImage_00343.xml"}
CORNERS = ("xmin", "ymin", "xmax", "ymax")
TOUCHED, REJECTED = 4, 2
EXTRA = [[10, 20], [50.5, 60.25]]
FIXED = [[11, 21], [51.5, 61.25]]

SET_PASSWORD = """
import sys, django
django.setup()
from accounts.models import User
user = User.objects.get(username=sys.argv[1])
user.set_password(sys.argv[2])
user.save()
"""

Box = tuple[str, float, float, float, float]

pytestmark = pytest.mark.skipif(
    not BCCD.is_dir(), reason="the BCCD pictures are not beside this checkout"
)


@dataclass
class Trial:
    """A desk with its people, each with their script."""

    desk: Desk
    team: int
    manager: Script
    reviewer: Script
    annotators: list[Script]


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    """A running desk on SQLite with a team and nothing else."""
    with desk(tmp_path / "desk") as running:
        running.manage("migrate", "--verbosity", "0")
        made = json.loads(running.python("-m", "tests.services.furnish", "--annotators", "3"))
        running.start()
        yield Trial(
            running,
            made["team"],
            Script(running, made["manager"]),
            Script(running, made["reviewers"][0]),
            [Script(running, token) for token in made["annotators"]],
        )


def files(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((BCCD / folder).iterdir())}


def boxes_of(voc: bytes) -> list[Box]:
    """The boxes of a VOC file that have an area, as an import should understand them."""
    found: list[Box] = []
    for element in ElementTree.fromstring(voc).iter("object"):
        x1, y1, x2, y2 = (int(element.findtext(f"bndbox/{corner}") or "") for corner in CORNERS)
        if x2 > x1 and y2 > y1:
            found.append((element.findtext("name") or "", x1, y1, x2, y2))
    return found


def test_real_pictures_go_in_are_labeled_on_reviewed_and_come_out_as_they_were(trial):
    project = trial.manager.post(f"teams/{trial.team}/create-project/", name="Blood")
    dataset = trial.manager.post(f"projects/{project['id']}/create-dataset/", name="BCCD")["id"]
    bring_in(trial, dataset)
    classes = {
        row["name"]: row["id"] for row in trial.manager.rows(f"classes/?project={project['id']}")
    }
    assert set(classes) == {"RBC", "WBC", "Platelets"}

    imported = {name.removesuffix(".xml"): boxes_of(voc) for name, voc in files("voc").items()}
    jobs = split(trial, dataset)
    touched = [item for job, ana in jobs for item in label_on(ana, job, classes["RBC"])]
    touched.append(draw_in_chromium(trial, *jobs[0]))
    for job, ana in jobs:
        hand_in(ana, job)
        review_with_a_round_of_corrections(trial.reviewer, ana, job)
    completed = trial.manager.get(f"jobs/?project={project['id']}")["results"]
    assert [(job["status"], job["accepted"] == job["items"]) for job in completed] == [
        ("completed", True)
    ] * 3
    (batch,) = trial.manager.get(f"batches/?project={project['id']}")["results"]
    assert batch["status"] == "completed"

    for name in ("coco", "native"):
        exported = take_out(trial, dataset, name)
        assert set(exported) == set(imported)
        for image, boxes in exported.items():
            more = Counter(boxes) - Counter(imported[image])
            assert not Counter(imported[image]) - Counter(boxes), f"{name} {image} lost a box"
            assert len(more) == touched.count(image), f"{name} {image} {more}"
    assert len(touched) == 3 * TOUCHED + 1
    trial.desk.manage("recount", "--check")


def bring_in(trial: Trial, dataset: int) -> None:
    """All pictures and all their labels; the two flawed boxes are told, each in its row."""
    pictures = files("images")
    assert len(pictures) == 364
    upload = trial.manager.send(f"datasets/{dataset}/upload/", pictures)
    done = trial.manager.finished(upload["id"])
    assert (done["status"], done["result"]["added"], done["error_count"]) == (
        "complete",
        364,
        0,
    )
    drawn = files("voc")
    begun = trial.manager.send(f"datasets/{dataset}/import-annotations/", drawn, format="voc")
    done = trial.manager.finished(begun["id"])
    assert done["status"] == "complete", done
    wrong = list(trial.manager.rows(f"operations/{begun['id']}/rows/?outcome=error"))
    assert {row["name"].partition(",")[0] for row in wrong} == FLAWED
    assert len(wrong) == 2
    assert all(row["message"] for row in wrong)
    assert done["result"]["records"] == 364
    assert done["result"]["objects"] == sum(len(boxes_of(voc)) for voc in drawn.values())
    items = list(trial.manager.rows(f"items/?dataset={dataset}&labeled=true"))
    assert sum(item["object_count"] for item in items) == done["result"]["objects"]


def split(trial: Trial, dataset: int) -> list[tuple[int, Script]]:
    """Three jobs, one for each person."""
    scripts = {script.get("me/")["id"]: script for script in trial.annotators}
    jobs = trial.manager.post("jobs/", dataset=dataset, name="Blood cells", people=list(scripts))
    assert sorted(job["items"] for job in jobs) == [121, 121, 122]
    return [(job["id"], scripts[job["annotator"]["id"]]) for job in jobs]


def label_on(ana: Script, job: int, label_class: int) -> list[str]:
    """Add a box to some items; answers their names."""
    ana.post(f"jobs/{job}/start/")
    names = []
    for item in list(ana.rows(f"job-items/?job={job}"))[:TOUCHED]:
        labels = ana.get(f"job-items/{item['id']}/annotation/")
        extra = {"id": "extra", "class": label_class, "shape": "rectangle", "points": EXTRA}
        labels["document"]["objects"].append(extra)
        saved = ana.put(
            f"job-items/{item['id']}/annotation/",
            version=labels["version"],
            document=labels["document"],
        )
        assert saved["version"] == labels["version"] + 1
        names.append(stem(item["name"]))
    return names


def draw_in_chromium(trial: Trial, job: int, ana: Script) -> str:
    """Draw a box on the page of the first untouched item; answers its name."""
    item = list(ana.rows(f"job-items/?job={job}"))[TOUCHED]
    before = ana.get(f"job-items/{item['id']}/annotation/")
    login = ana.get("me/")["login"]
    trial.desk.python("-c", SET_PASSWORD, login, PASSWORD)
    executable = shutil.which("chromium")
    assert executable, "the page is tried in Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        page = browser.new_page(base_url=trial.desk.url)
        page.goto("/account/login/")
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/teams/**")
        canvas = Canvas(page, SimpleNamespace(pk=job))  # type: ignore[arg-type]
        canvas.open(SimpleNamespace(pk=item["id"]))  # type: ignore[arg-type]
        canvas.press("r")
        canvas.drag((100, 100), (180, 160))
        canvas.saved()
        browser.close()
    after = ana.get(f"job-items/{item['id']}/annotation/")["document"]["objects"]
    assert after[:-1] == before["document"]["objects"]
    for drawn, meant in zip(after[-1]["points"], ([100, 100], [180, 160]), strict=True):
        assert drawn == pytest.approx(meant, abs=1)
    return stem(item["name"])


def hand_in(ana: Script, job: int) -> None:
    """Confirm every item and submit."""
    for item in ana.rows(f"job-items/?job={job}&state=none"):
        ana.post(f"job-items/{item['id']}/confirm-item/")
    ana.post(f"jobs/{job}/submit/")


def review_with_a_round_of_corrections(kim: Script, ana: Script, job: int) -> None:
    """Reject some, send back, let them be mended, accept, complete."""
    kim.post(f"jobs/{job}/start-review/")
    items = list(kim.rows(f"job-items/?job={job}"))
    for number, item in enumerate(items):
        if number < REJECTED:
            kim.post(f"job-items/{item['id']}/reject-item/", reason="a little to the right")
        else:
            kim.post(f"job-items/{item['id']}/accept-item/", version=item["version"])
    kim.post(f"jobs/{job}/send-back/")
    returned = list(ana.rows(f"job-items/?job={job}&state=rejected"))
    assert [item["reason"] for item in returned] == ["a little to the right"] * REJECTED
    for item in returned:
        labels = ana.get(f"job-items/{item['id']}/annotation/")
        labels["document"]["objects"][-1]["points"] = FIXED
        ana.put(
            f"job-items/{item['id']}/annotation/",
            version=labels["version"],
            document=labels["document"],
        )
        ana.post(f"job-items/{item['id']}/confirm-item/")
    locked = items[REJECTED]["id"]
    assert ana.ask("POST", f"job-items/{locked}/confirm-item/", {}).status == 409
    ana.post(f"jobs/{job}/submit/")
    kim.post(f"jobs/{job}/start-review/")
    for item in kim.rows(f"job-items/?job={job}&state=done"):
        kim.post(f"job-items/{item['id']}/accept-item/", version=item["version"])
    assert kim.post(f"jobs/{job}/complete/")["status"] == "completed"


def take_out(trial: Trial, dataset: int, name: str) -> dict[str, list[Box]]:
    """The accepted boxes by image, from an export of that format."""
    begun = trial.manager.post(
        "exports/", scope="dataset", id=dataset, which="accepted", format=name, images=True
    )
    done = trial.manager.finished(begun["id"])
    assert (done["status"], done["result"]["items"]) == ("complete", 364), done
    packed = trial.manager.get(f"operations/{begun['id']}/download/")
    with ZipFile(BytesIO(packed)) as archive:
        assert archive.testzip() is None
        members = archive.namelist()
        pictures = [each for each in members if each.endswith(".jpg")]
        assert {Path(each).name for each in pictures} == set(files("images"))
        assert archive.read(pictures[0]) == (BCCD / "images" / Path(pictures[0]).name).read_bytes()
        if name == "coco":
            (member,) = [each for each in members if each.endswith(".json")]
            return coco_boxes(json.loads(archive.read(member)))
        return native_boxes(archive.read("annotations.jsonl").decode())


def coco_boxes(coco: dict[str, Any]) -> dict[str, list[Box]]:
    """Boxes by image: COCO says corner and size."""
    images = {each["id"]: stem(each["file_name"]) for each in coco["images"]}
    names = {each["id"]: each["name"] for each in coco["categories"]}
    found: dict[str, list[Box]] = {name: [] for name in images.values()}
    for each in coco["annotations"]:
        x, y, width, height = each["bbox"]
        found[images[each["image_id"]]].append(
            (names[each["category_id"]], x, y, x + width, y + height)
        )
    return found


def native_boxes(lines: str) -> dict[str, list[Box]]:
    """Boxes by image: a line says what the classes are called, the others hold a document each."""
    header, *records = map(json.loads, lines.splitlines())
    names = {each["id"]: each["name"] for each in header["schema"]["classes"]}
    assert all(record["state"] == "accepted" for record in records)
    return {
        stem(record["path"]): [
            (names[each["class"]], *each["points"][0], *each["points"][1])
            for each in record["document"]["objects"]
        ]
        for record in records
    }


def stem(path: str) -> str:
    return Path(path).stem
