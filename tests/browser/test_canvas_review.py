"""A reviewer's work in Chromium, by keyboard and by thumb."""

import pytest
from playwright.sync_api import expect

from labeling.jobs.models import Job, JobItem
from tests.browser.canvas import Canvas, box, store, stored
from tests.browser.conftest import PHONE
from tests.browser.fruit import Fruit, fruit_job

CONFLICT = r"the server responded with a status of 409"


@pytest.fixture
def fruit(team, manager, annotator, reviewer) -> Fruit:
    """Ana's job of four pictures, labeled, and Kim reviewing it."""
    fruit = fruit_job(team, manager, annotator, size=4)
    for item in fruit.items:
        drawn = box("one", fruit.lemon.pk, [100, 100], [200, 200])
        store(item, {"objects": [drawn], "tags": []})
    JobItem.objects.filter(job=fruit.job).update(state="done", done_by=annotator)
    Job.objects.filter(pk=fruit.job.pk).update(
        stage="validation", state="in_progress", reviewer=reviewer, done=4
    )
    return fruit


@pytest.fixture
def canvas(page_for, fruit, reviewer) -> Canvas:
    """Kim's review page."""
    return Canvas(page_for(reviewer, expected=(CONFLICT,)), fruit.job).open(kind="review")


def decision(item: JobItem) -> tuple[str, str]:
    """State and reason in the database."""
    fresh = JobItem.objects.get(pk=item.pk)
    return fresh.state, fresh.reason


def counts(canvas: Canvas, text: str) -> None:
    """Waits for the figures of the whole job."""
    expect(canvas.page.locator("#panel-job .counts")).to_have_text(text)


def test_a_job_is_reviewed_and_sent_back_from_the_keyboard_alone(canvas, fruit, axe, screenshot):
    canvas.look_at(fruit.items[0])
    axe(canvas.page)
    screenshot(canvas.page, "review")
    canvas.press("a")
    canvas.look_at(fruit.items[1])
    canvas.press("r", "Enter")
    expect(canvas.page.locator("#reason")).to_have_attribute("aria-invalid", "true")
    canvas.press("Alt+1")
    canvas.page.keyboard.type(" at the top")
    axe(canvas.page)
    canvas.press("Enter")
    canvas.look_at(fruit.items[2])
    counts(canvas, "1 accepted  1 rejected  2 to go")
    assert decision(fruit.items[0]) == ("accepted", "")
    assert decision(fruit.items[1]) == ("rejected", "Outline too loose at the top")
    canvas.press("ArrowLeft")
    canvas.look_at(fruit.items[1])
    expect(canvas.page.locator("#before")).to_have_text(
        "Rejected by Kim: Outline too loose at the top"
    )
    canvas.press("n")
    canvas.look_at(fruit.items[2])
    canvas.page.get_by_role("button", name="Send back 1 item").press("Enter")
    canvas.page.wait_for_url("**/review/")
    job = Job.objects.get(pk=fruit.job.pk)
    assert (job.stage, job.state) == ("annotation", "rejected")


def test_a_decision_can_be_changed_by_whoever_has_seen_it(canvas, fruit):
    canvas.look_at(fruit.items[0])
    canvas.press("a")
    canvas.look_at(fruit.items[1])
    canvas.press("ArrowLeft")
    canvas.look_at(fruit.items[0])
    canvas.press("r")
    canvas.page.keyboard.type("On second thoughts, no")
    canvas.press("Enter")
    canvas.look_at(fruit.items[1])
    assert decision(fruit.items[0]) == ("rejected", "On second thoughts, no")


def test_the_second_of_two_reviewers_is_told_what_the_first_decided(canvas, fruit, manager):
    canvas.look_at(fruit.items[0])
    JobItem.objects.filter(pk=fruit.items[0].pk).update(
        state="accepted", version=9, decided_by=manager
    )
    canvas.press("r")
    canvas.page.keyboard.type("Too loose")
    canvas.press("Enter")
    canvas.message("Max accepted this item meanwhile")
    expect(canvas.page.locator("#before")).to_have_text("Accepted by Max.")
    assert decision(fruit.items[0]) == ("accepted", "")


def test_a_key_pressed_twice_does_not_accept_what_nobody_has_seen(canvas, fruit):
    canvas.look_at(fruit.items[0])
    canvas.press("a", "a")
    canvas.look_at(fruit.items[1])
    canvas.page.keyboard.down("a")
    canvas.page.keyboard.down("a")
    canvas.page.keyboard.up("a")
    canvas.look_at(fruit.items[2])
    assert [decision(item)[0] for item in fruit.items] == ["accepted", "accepted", "done", "done"]


def test_completing_asks_before_it_accepts_the_rest(canvas, fruit):
    canvas.look_at(fruit.items[0])
    canvas.press("a")
    canvas.look_at(fruit.items[1])
    canvas.press("Control+Enter")
    dialog = canvas.page.get_by_role("dialog")
    expect(dialog).to_contain_text("3 items are undecided")
    dialog.get_by_role("button", name="Accept the other 3 and complete").click()
    canvas.page.wait_for_url("**/review/")
    job = Job.objects.get(pk=fruit.job.pk)
    assert (job.stage, job.state, job.accepted) == ("acceptance", "completed", 4)


def test_the_rejected_items_become_a_job_of_their_own(canvas, fruit):
    canvas.look_at(fruit.items[0])
    canvas.press("r")
    canvas.page.keyboard.type("Again please")
    canvas.press("Enter")
    canvas.look_at(fruit.items[1])
    canvas.page.get_by_role("button", name="Restart 1 rejected item").click()
    canvas.page.get_by_role("dialog").get_by_role("button", name="Restart 1").click()
    canvas.page.wait_for_url("**/review/")
    again = Job.objects.get(parent=fruit.job)
    assert (again.type, again.items) == ("rework", 1)


def test_reviewing_never_changes_a_label(canvas, fruit):
    before = stored(fruit.items[0])
    canvas.click(150, 150)
    canvas.press("Delete", "Control+d", "1", "Backspace")
    canvas.drag((150, 150), (250, 250))
    canvas.page.wait_for_timeout(1000)
    assert stored(fruit.items[0]) == before
    expect(canvas.page.locator(".object")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_thumbs_are_enough_on_a_phone(page_for, fruit, reviewer, axe, screenshot, scheme):
    canvas = Canvas(page_for(reviewer, PHONE, scheme), fruit.job).open(kind="review")
    axe(canvas.page)
    screenshot(canvas.page, f"review-phone-{scheme}")
    thumbs = canvas.page.locator("#thumbs")
    assert lowest(canvas, "#thumbs .accept")
    assert lowest(canvas, "#thumbs .reject")
    canvas.look_at(fruit.items[0])
    thumbs.get_by_role("button", name="Accept").tap()
    canvas.look_at(fruit.items[1])
    thumbs.get_by_role("button", name="Reject").tap()
    canvas.page.get_by_role("button", name="Object missed").tap()
    axe(canvas.page)
    thumbs.get_by_role("button", name="Reject").tap()
    canvas.look_at(fruit.items[2])
    assert decision(fruit.items[1]) == ("rejected", "Object missed")
    assert canvas.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def lowest(canvas: Canvas, selector: str) -> bool:
    """Whether a thumb reaches it: big, and in the lowest part of the screen."""
    found = canvas.page.locator(selector).bounding_box()
    return found is not None and found["height"] >= 56 and found["y"] > PHONE[1] - 120
