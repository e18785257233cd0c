"""An annotator's day on the labeling page, in Chromium."""

import pytest
from playwright.sync_api import expect

from labeling.jobs.models import Comment, Job, JobItem
from tests.browser.canvas import Canvas, box, store, stored
from tests.browser.conftest import PHONE
from tests.browser.fruit import Fruit, fruit_job

CONFLICT = r"the server responded with a status of 409"


@pytest.fixture
def fruit(team, manager, annotator) -> Fruit:
    """Ana's job of three pictures."""
    return fruit_job(team, manager, annotator)


@pytest.fixture
def canvas(page_for, fruit, annotator) -> Canvas:
    """Ana's labeling page."""
    return Canvas(page_for(annotator, expected=(CONFLICT,)), fruit.job).open()


def state_of(item: JobItem) -> str:
    """The item's state in the database."""
    return JobItem.objects.get(pk=item.pk).state


def test_a_job_is_labeled_and_handed_in_from_the_keyboard_alone(canvas, fruit, axe, screenshot):
    for number, item in enumerate(fruit.items):
        canvas.expect_item(item)
        canvas.press("Shift+R", "ArrowRight", "Enter", "Shift+ArrowRight", "Shift+ArrowDown")
        canvas.press("Enter", "Escape", "q", "q")
        axe(canvas.page)
        screenshot(canvas.page, f"labeling-{number}")
        canvas.press("Enter")
    canvas.message("Every picture is done.")
    canvas.press("Control+Enter")
    expect(canvas.page.get_by_role("dialog")).to_contain_text("All 3 items are done")
    axe(canvas.page)
    canvas.press("Enter")
    canvas.page.wait_for_url("**/my-work/")
    job = Job.objects.get(pk=fruit.job.pk)
    assert (job.stage, job.state, job.done) == ("annotation", "completed", 3)
    for item in fruit.items:
        [drawn] = stored(item)["objects"]
        assert drawn["points"] == [[320, 240], [330, 250]]
        assert drawn["tags"] == [{"tag": fruit.size.pk, "value": "medium"}]


def test_opening_a_new_job_begins_it(page_for, fruit, annotator):
    canvas = Canvas(page_for(annotator), fruit.job)
    with canvas.page.expect_response("**/start/"):
        canvas.open()
    assert Job.objects.get(pk=fruit.job.pk).state == "in_progress"


def test_tags_of_every_kind_are_set_by_key_and_by_hand(canvas, fruit):
    canvas.press("Shift+R")
    canvas.drag((100, 100), (200, 200))
    canvas.press("q", "o")
    canvas.page.keyboard.type("Spain")
    weight = canvas.page.locator("#panel-object-tags").get_by_label("weight")
    weight.fill("heavy")
    problem = canvas.page.locator(".field-error:visible")
    expect(problem).to_have_text("This tag takes a number.")
    weight.fill("2,5")
    canvas.press("Enter", "Escape", "Escape", "b")
    canvas.page.locator("#panel-image-tags").get_by_label("origin").fill("Italy")
    canvas.saved()
    document = stored(fruit.items[0])
    assert document["objects"][0]["tags"] == [
        {"tag": fruit.size.pk, "value": "small"},
        {"tag": fruit.origin.pk, "value": "Spain"},
        {"tag": fruit.weight.pk, "value": 2.5},
    ]
    assert document["tags"] == [
        {"tag": fruit.blurred.pk, "value": None},
        {"tag": fruit.origin.pk, "value": "Italy"},
    ]


def test_limits_hold_before_the_server_has_to_say_so(page_for, team, manager, annotator):
    fruit = fruit_job(team, manager, annotator, objects_limit=2, tags_limit=1)
    canvas = Canvas(page_for(annotator), fruit.job).open()
    canvas.press("Shift+R")
    for column in range(3):
        canvas.drag((10 + 100 * column, 10), (80 + 100 * column, 90))
    canvas.message("This job allows 2 objects on an image.")
    canvas.press("q")
    canvas.page.locator("#panel-image-tags").get_by_label("blurred").click()
    canvas.message("This job allows 1 tag on an image and its objects together.")
    canvas.saved()
    document = stored(fruit.items[0])
    assert len(document["objects"]) == 2
    assert document["tags"] == []


def test_a_class_key_wins_over_a_tool_and_the_sheet_says_so(canvas):
    canvas.press("r")
    expect(canvas.page.locator(".class-button", has_text="leaf")).to_have_attribute(
        "aria-pressed", "true"
    )
    canvas.press("Shift+R")
    expect(canvas.page.locator("[data-tool=rectangle]")).to_have_attribute("aria-pressed", "true")
    canvas.press("?")
    sheet = canvas.page.get_by_role("dialog")
    expect(sheet.locator(".sheet-row", has_text="Rectangle")).to_contain_text(
        "moved: R belongs to a class or tag here"
    )


def test_skipping_asks_for_a_reason(canvas, fruit):
    canvas.press("s")
    canvas.press("Enter")
    expect(canvas.page.get_by_role("dialog")).to_be_visible()
    canvas.page.keyboard.type("Not a fruit")
    canvas.press("Enter")
    canvas.expect_item(fruit.items[1])
    skipped = JobItem.objects.get(pk=fruit.items[0].pk)
    assert (skipped.state, skipped.skip_reason) == ("done", "Not a fruit")


def test_handing_in_early_says_how_many_are_left_and_leads_to_the_first(canvas, fruit):
    canvas.press("PageDown", "PageDown")
    canvas.expect_item(fruit.items[2])
    canvas.press("Control+Enter")
    expect(canvas.page.get_by_role("dialog")).to_contain_text("3 items are not done yet")
    canvas.page.get_by_role("button", name="Go to the first").click()
    canvas.expect_item(fruit.items[0])
    canvas.press("Control+Enter")
    canvas.page.get_by_role("button", name="Submit with 3 items not done").click()
    canvas.page.wait_for_url("**/my-work/")
    assert Job.objects.get(pk=fruit.job.pk).state == "completed"


def test_what_was_sent_back_shows_its_reason_and_what_was_accepted_is_locked(
    page_for, fruit, annotator, reviewer
):
    kiwi = box("kiwi", fruit.kiwi.pk, [100, 100], [200, 200])
    store(fruit.items[1], {"objects": [kiwi], "tags": []})
    Job.objects.filter(pk=fruit.job.pk).update(state="rejected")
    decided = JobItem.objects.filter(job=fruit.job)
    decided.filter(pk=fruit.items[0].pk).update(
        state="rejected", reason="Too loose", decided_by=reviewer
    )
    decided.filter(pk=fruit.items[1].pk).update(state="accepted", decided_by=reviewer)
    canvas = Canvas(page_for(annotator), fruit.job).open(fruit.items[0])
    expect(canvas.page.locator("#notice")).to_have_text("Sent back by Kim: Too loose")
    canvas.press("PageDown")
    canvas.expect_item(fruit.items[1])
    expect(canvas.page.locator("#notice")).to_have_text("Accepted by Kim. It is locked.")
    canvas.press("Shift+R")
    canvas.message("nothing can be changed here")
    canvas.click(150, 150)
    canvas.press("Delete", "ArrowRight")
    canvas.page.wait_for_timeout(1000)
    assert stored(fruit.items[1])["objects"] == [kiwi]


def test_tab_goes_through_the_objects_and_then_on(page_for, fruit, annotator):
    drawn = [box(f"b{n}", fruit.lemon.pk, [n * 100, 10], [n * 100 + 50, 60]) for n in range(3)]
    store(fruit.items[0], {"objects": drawn, "tags": []})
    canvas = Canvas(page_for(annotator), fruit.job).open(fruit.items[0])
    stage = canvas.page.locator("#stage")
    stage.focus()
    for each in drawn:
        canvas.press("Tab")
        expect(canvas.page.locator(".object.selected")).to_have_attribute("data-id", each["id"])
    canvas.press("Tab")
    expect(stage).not_to_be_focused()


def test_a_comment_is_pinned_read_and_resolved(canvas, fruit):
    canvas.press("m")
    canvas.click(320, 100)
    canvas.page.keyboard.type("Is this one a kiwi?")
    canvas.press("Control+Enter")
    remark = canvas.page.locator(".remark")
    expect(remark).to_contain_text("Is this one a kiwi?")
    said = Comment.objects.get(job_item=fruit.items[0])
    assert (said.x, said.y) == (320, 100)
    remark.get_by_role("button", name="Resolve").click()
    expect(remark).to_contain_text("Resolved by Ana")


def test_the_strip_stays_small_however_long_the_job(page_for, team, manager, annotator):
    fruit = fruit_job(team, manager, annotator, size=1)
    canvas = Canvas(page_for(annotator), fruit.job)
    many = """() => {
        const boot = document.getElementById('bootstrap');
        const read = JSON.parse(boot.textContent);
        const [item] = read.items;
        read.items = Array.from({ length: 5000 }, (_, n) => ({ ...item, id: item.id + n }));
        boot.textContent = JSON.stringify(read);
    }"""
    canvas.page.add_init_script(
        f"document.addEventListener('readystatechange', () => ({many})(), {{ once: true }});"
    )
    canvas.open(fruit.items[0])
    cells = canvas.page.locator(".cell")
    assert cells.count() < 60
    expect(cells.first).to_have_attribute("aria-label", "1 of 5000: picture-0001.png, not done")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, (1440, 900)])
def test_the_page_is_for_everybody(page_for, fruit, annotator, axe, screenshot, size, scheme):
    drawn = box("one", fruit.lemon.pk, [100, 100], [200, 200])
    store(fruit.items[0], {"objects": [drawn], "tags": []})
    canvas = Canvas(page_for(annotator, size, scheme), fruit.job).open(fruit.items[0])
    canvas.click(150, 150)
    axe(canvas.page)
    screenshot(canvas.page, f"labeling-{size[0]}-{scheme}")
    across = canvas.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert across


def test_those_who_may_not_label_look_without_touching(page_for, fruit, viewer):
    drawn = box("one", fruit.lemon.pk, [100, 100], [200, 200])
    store(fruit.items[0], {"objects": [drawn], "tags": []})
    canvas = Canvas(page_for(viewer), fruit.job).open(fruit.items[0])
    expect(canvas.page.locator("#notice")).to_contain_text("You are looking only")
    expect(canvas.page.get_by_role("button", name="Confirm")).to_have_count(0)
    canvas.click(150, 150)
    canvas.press("Delete", "Enter", "s")
    canvas.page.wait_for_timeout(1000)
    assert stored(fruit.items[0])["objects"] == [drawn]
    assert state_of(fruit.items[0]) == "none"
