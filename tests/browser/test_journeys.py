"""The main job, from pictures to a file, by five people in their own browsers.

Nothing is set up behind the pages' back: what one person does is what the next one finds.
"""

import json
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from labeling.jobs.models import Job
from tests.browser.canvas import Canvas
from tests.browser.demo_desk import DemoDesk
from tests.browser.watching import DESKTOP

SIZE = (320, 240)
FRUIT = {"one.png": (40, 50), "two.png": (120, 80), "three.png": (200, 30)}  # left, top
SIDE = 60  # of every fruit, in pixels
WORKING = 60_000  # milliseconds that background work may take on a busy machine


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Three pictures with one fruit each, one of them twice, and something that is no picture."""
    found = []
    for name, (left, top) in FRUIT.items():
        image = Image.new("RGB", SIZE, (90, 70, 50 + left))
        corner = (left + SIDE - 1, top + SIDE - 1)
        ImageDraw.Draw(image).ellipse(((left, top), corner), fill="orange")
        image.save(tmp_path / name)
        found.append(tmp_path / name)
    again = tmp_path / "again.png"
    again.write_bytes(found[0].read_bytes())
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    return [*found, again, broken]


def box_of(name: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """The corners of the fruit in a picture."""
    left, top = FRUIT[name]
    return (left, top), (left + SIDE, top + SIDE)


def submit_dialog(page: Page, opener: str, button: str, **fields: str) -> None:
    """Open a verb's form over the page, fill it in and send it."""
    page.get_by_role("link", name=opener).first.click()
    dialog = page.get_by_role("dialog")
    for label, value in fields.items():
        dialog.get_by_role("textbox", name=label, exact=True).fill(value)
    dialog.get_by_role("button", name=button).click()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on that button."""
    for _press in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.innerText.trim()")
        if focused.startswith(name):
            return
    raise AssertionError(f"Tab never comes to {name!r}")


def canvas_of(page: Page) -> Canvas:
    """The labeling or review page that is open, with its picture drawn."""
    page.wait_for_url(re.compile(r"/jobs/\d+/(label|review)/"))
    found = re.search(r"/jobs/(\d+)/", page.url)
    assert found
    canvas = Canvas(page, Job(pk=int(found[1])))
    canvas.ready()
    return canvas


def on_picture(canvas: Canvas, name: str) -> None:
    """Wait until that picture is open."""
    expect(canvas.page.locator("#item-name")).to_have_text(name)
    canvas.ready()


def test_pictures_become_labels_that_were_reviewed(demo: DemoDesk, pictures: list[Path]):
    manager = demo.page("manager", DESKTOP)
    make_project(manager, demo.facts["team_id"])
    upload(manager, pictures)
    launch(manager)
    give_back_all(demo, "annotator")  # whoever has unfinished work goes on with that
    annotator = demo.page("annotator", DESKTOP)
    job_name = label(annotator, demo.facts["team_id"])
    reviewer = demo.page("reviewer", DESKTOP)
    send_back_by_keyboard(reviewer, demo.facts["team_id"], job_name)
    fix(annotator, demo.facts["team_id"], job_name)
    complete_by_keyboard(reviewer, demo.facts["team_id"], job_name)
    assert_exported(export(manager))


def make_project(page: Page, team_id: int) -> None:
    """A project with a class and a tag of three values; ends on its page."""
    page.goto(f"/teams/{team_id}/projects/")
    submit_dialog(page, "New project", "Create", Name="Citrus")
    expect(page.get_by_role("heading", level=1)).to_have_text("Citrus")
    page.get_by_role("link", name="Open").click()
    form = page.locator("#add-class")
    form.get_by_label("Name").fill("orange")
    form.get_by_label("Shape").select_option("rectangle")
    form.get_by_role("button", name="Add class").click()
    expect(page.locator(".row-name", has_text="orange")).to_be_visible()
    form = page.locator("#add-tag")
    form.get_by_label("Name").fill("ripeness")
    form.get_by_label("Value").select_option("choice")
    form.get_by_label("Choices").fill("green\nripe\nsoft")
    form.get_by_label("Applies to").select_option("objects")
    form.get_by_label("Hotkey").fill("q")
    form.get_by_role("button", name="Add tag").click()
    expect(page.locator(".row-fact", has_text="green, ripe, soft")).to_be_visible()
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="Citrus").click()


def upload(page: Page, pictures: list[Path]) -> None:
    """Pictures into another dataset; what is doubled or broken is reported by name."""
    submit_dialog(page, "New dataset", "Create", Name="Crate")
    page.get_by_role("link", name="Upload images").first.click()
    page.locator("#files").set_input_files(pictures)
    expect(page.locator("#upload-state")).to_contain_text("5 files")
    page.get_by_role("button", name="Upload", exact=True).click()
    page.wait_for_url("**/operations/*/")
    expect(page.get_by_text("complete", exact=True).first).to_be_visible(timeout=WORKING)
    problems = page.get_by_role("region", name="Errors and skipped rows")
    expect(problems.get_by_role("row", name=re.compile("broken.png"))).to_contain_text("error")
    expect(problems.get_by_role("row", name=re.compile("again.png"))).to_contain_text("skipped")
    page.get_by_role("link", name="Crate").first.click()
    expect(page.locator(".list-count")).to_have_text("3 items")


def launch(page: Page) -> None:
    """All three as one job into the pool, before everything else that waits there."""
    page.get_by_role("link", name="New batch").click()
    page.get_by_label("Name").fill("First crate")
    page.get_by_label("Instructions").fill("Draw **tight** boxes.")
    page.get_by_label("Split").select_option("segments")
    page.get_by_label("Items a job").fill("3")
    page.get_by_label("Priority").select_option("5")
    preview = page.get_by_role("region", name="Preview")
    expect(preview).to_contain_text(re.compile(r"3 items\s+1 job"))
    expect(preview.locator("strong", has_text="tight")).to_be_visible()
    page.get_by_role("button", name="Launch batch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("First crate")
    rows = page.get_by_role("region", name="Jobs").locator("tbody tr")
    expect(rows).to_have_count(1, timeout=WORKING)
    expect(rows).to_contain_text("pool")


def give_back_all(demo: DemoDesk, persona: str) -> None:
    """Let somebody's unfinished jobs go back to the pool."""
    person = demo.facts["users"][persona]["id"]
    unfinished = f"jobs/?annotator={person}&status=pending&status=in_progress"
    for job in demo.every("manager", unfinished):
        answer = demo.api("manager", f"jobs/{job['id']}/release/", "POST")
        assert answer.status < 400, answer.body


def label(page: Page, team_id: int) -> str:
    """Take the job, draw and tag what is in its pictures, hand it in; the job's name."""
    page.goto(f"/teams/{team_id}/my-work/")
    page.get_by_role("button", name="Take next job").click()
    canvas = canvas_of(page)
    job_name = page.locator(".desk-title .ellipsis").first.inner_text()
    assert job_name.startswith("First crate")
    for name in FRUIT:
        on_picture(canvas, name)
        canvas.press("r")
        canvas.drag(*box_of(name))
        canvas.press("q", "q")
        canvas.press("Escape", "Escape")
        canvas.saved()
        canvas.press("Enter")
    canvas.message("Every picture is done.")
    canvas.press("Control+Enter")
    expect(page.get_by_role("dialog")).to_contain_text("All 3 items are done")
    page.keyboard.press("Enter")
    page.wait_for_url("**/my-work/")
    handed_in = page.get_by_role("region", name="Handed in")
    expect(handed_in.get_by_role("link", name=job_name)).to_be_visible()
    return job_name


def open_for_review(page: Page, team_id: int, job_name: str) -> Canvas:
    """From the queue, without a pointer."""
    page.goto(f"/teams/{team_id}/review/")
    for _row in range(20):
        page.keyboard.press("j")
        if page.evaluate("document.activeElement.innerText.trim()") == job_name:
            break
    tab_to(page, "Review")
    page.keyboard.press("Enter")
    return canvas_of(page)


def send_back_by_keyboard(page: Page, team_id: int, job_name: str) -> None:
    """Accept two pictures, reject the one in the middle with a reason, send the job back."""
    canvas = open_for_review(page, team_id, job_name)
    on_picture(canvas, "one.png")
    page.wait_for_timeout(400)  # nobody decides on what was not seen
    canvas.press("a")
    on_picture(canvas, "two.png")
    page.wait_for_timeout(400)
    canvas.press("r")
    page.keyboard.type("It is not ripe.")
    canvas.press("Enter")
    on_picture(canvas, "three.png")
    page.wait_for_timeout(400)
    canvas.press("a")
    expect(page.locator("#panel-job .counts")).to_have_text("2 accepted  1 rejected  0 to go")
    tab_to(page, "Send back 1 item")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/")


def fix(page: Page, team_id: int, job_name: str) -> None:
    """What was sent back stands on top with its reason; accepted pictures are closed."""
    page.goto(f"/teams/{team_id}/my-work/")
    work = page.get_by_role("region", name="Sent back to you").get_by_role("article")
    work = work.filter(has_text=job_name)
    expect(work).to_contain_text("It is not ripe.")
    work.get_by_role("link", name="Fix 1 item").click()
    canvas = canvas_of(page)
    on_picture(canvas, "two.png")
    expect(page.locator("#notice")).to_contain_text("It is not ripe.")
    left, top = FRUIT["two.png"]
    canvas.click(left + SIDE / 2, top + SIDE / 2)
    canvas.press("q", "q", "q")
    canvas.press("Escape")
    canvas.saved()
    canvas.press("Enter")
    canvas.message("Every picture is done.")
    canvas.press("Control+Enter", "Enter")
    page.wait_for_url("**/my-work/")


def complete_by_keyboard(page: Page, team_id: int, job_name: str) -> None:
    """Only what was fixed waits; after it the job is complete."""
    canvas = open_for_review(page, team_id, job_name)
    on_picture(canvas, "two.png")
    page.wait_for_timeout(400)
    canvas.press("a")
    expect(page.locator("#panel-job .counts")).to_have_text("3 accepted  0 rejected  0 to go")
    canvas.press("Control+Enter")
    page.wait_for_url("**/review/")
    expect(page.get_by_role("link", name=job_name)).to_have_count(0)


def export(page: Page) -> bytes:
    """The batch as COCO with its images, downloaded."""
    page.reload()
    expect(page.get_by_role("region", name="Jobs")).to_contain_text("completed")
    page.get_by_role("link", name="Export").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("COCO (JSON)").check()
    dialog.get_by_label("With the images").check()
    dialog.get_by_role("button", name="Export").click()
    page.wait_for_url("**/operations/*/")
    link = page.get_by_role("link", name="Download")
    expect(link).to_be_visible(timeout=WORKING)
    with page.expect_download() as download:
        link.click()
    return download.value.path().read_bytes()


def assert_exported(packed: bytes) -> None:
    """The file holds the three pictures and the boxes that were drawn on the screen."""
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        names = archive.namelist()
        [document] = [name for name in names if name.endswith(".json")]
        coco: dict[str, Any] = json.loads(archive.read(document))
        pictures = {Path(name).name for name in names if name.endswith(".png")}
    assert pictures == set(FRUIT)
    assert [each["name"] for each in coco["categories"]] == ["orange"]
    images = {each["id"]: Path(each["file_name"]).name for each in coco["images"]}
    assert sorted(images.values()) == sorted(FRUIT)
    boxes = {images[each["image_id"]]: each["bbox"] for each in coco["annotations"]}
    assert len(coco["annotations"]) == len(FRUIT)
    for name, (left, top) in FRUIT.items():
        assert boxes[name] == pytest.approx([left, top, SIDE, SIDE], abs=1)


def test_an_archive_is_dropped_and_the_batch_form_follows_the_dataset(
    demo: DemoDesk, pictures: list[Path], tmp_path: Path
):
    page = demo.page("manager", DESKTOP)
    page.goto(f"/teams/{demo.facts['team_id']}/create-project/")
    page.get_by_role("textbox", name="Name").fill("Dropped")
    page.get_by_role("button", name="Create project").click()
    add_class(page, "pear")
    submit_dialog(page, "New dataset", "Create", Name="Heap")
    page.get_by_role("link", name="Upload images").first.click()
    drop(page, "#dropzone", zipped(pictures[:3], tmp_path / "heap.zip"))
    expect(page.locator("#upload-state")).to_contain_text("1 file")
    page.get_by_role("button", name="Upload", exact=True).click()
    page.wait_for_url("**/operations/*/")
    expect(page.get_by_text("3 pictures added")).to_be_visible(timeout=WORKING)
    page.goto(f"/teams/{demo.facts['team_id']}/batches/new/?dataset={demo.facts['dataset_id']}")
    expect(page.get_by_role("group", name="Classes")).to_contain_text("kiwi")
    page.get_by_role("combobox", name="Dataset").select_option(label="Heap (3)")
    expect(page.get_by_role("group", name="Classes")).to_contain_text("pear")
    expect(page.get_by_role("group", name="Classes")).not_to_contain_text("kiwi")
    preview = page.get_by_role("region", name="Preview")
    page.get_by_label("Ana", exact=True).check()
    page.get_by_label("Ben", exact=True).check()
    expect(preview).to_contain_text(re.compile(r"3 items\s+2 jobs"))
    page.get_by_label("Split").select_option("each")
    expect(preview).to_contain_text(re.compile(r"Ana\s*1\s*3\s*~.*Ben\s*1\s*3\s*~", re.DOTALL))
    page.get_by_text("Only some items").click()
    page.get_by_label("From item").fill("5")
    expect(preview.locator(".error")).not_to_have_count(0)


def add_class(page: Page, name: str) -> None:
    """A class on the schema page of the project that is open; ends on the project."""
    page.get_by_role("link", name="Open").click()
    form = page.locator("#add-class")
    form.get_by_label("Name").fill(name)
    form.get_by_role("button", name="Add class").click()
    expect(page.locator(".row-name", has_text=name)).to_be_visible()
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link").last.click()


def zipped(pictures: list[Path], path: Path) -> Path:
    """An archive of the pictures."""
    with zipfile.ZipFile(path, "w") as archive:
        for each in pictures:
            archive.write(each, f"folder/{each.name}")
    return path


def drop(page: Page, target: str, file: Path) -> None:
    """Drag a file from elsewhere over a part of the page and let go of it."""
    box = page.locator(target).bounding_box()
    assert box
    where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    held = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, **where, "data": held})
