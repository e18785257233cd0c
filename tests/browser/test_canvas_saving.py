"""No label is ever lost: two tabs, a dead network, an ended session, a closed page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from labeling.jobs.models import Annotation, JobItem
from tests.browser.canvas import Canvas, box, store, stored
from tests.browser.conftest import session_cookie
from tests.browser.fruit import Fruit, fruit_job

REFUSED = r"the server responded with a status of (401|403|409|503)"
OFFLINE = "ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_ABORTED"


@pytest.fixture
def fruit(team, manager, annotator) -> Fruit:
    """Ana's job of three pictures."""
    return fruit_job(team, manager, annotator)


@pytest.fixture
def canvas(page_for, fruit, annotator) -> Canvas:
    """Ana's labeling page, on which requests may fail."""
    page = page_for(annotator, expected=(REFUSED, OFFLINE))
    return Canvas(page, fruit.job).open(fruit.items[0])


def draw(canvas: Canvas, column: int = 0) -> None:
    """One more lemon, beside the others."""
    canvas.press("Shift+R")
    canvas.drag((10 + 100 * column, 10), (80 + 100 * column, 90))


def drawn(item: JobItem) -> list[Any]:
    """The first corners of what is stored."""
    return [each["points"][0] for each in stored(item)["objects"]]


def state(canvas: Canvas, name: str) -> Any:
    """Waits for the indicator."""
    return expect(canvas.page.locator(f"#saving[data-state={name}]")).to_be_visible()


@pytest.fixture
def elsewhere(fruit) -> Callable[[], dict[str, Any]]:
    """Makes a second tab save a kiwi on the first picture, and an image tag."""

    def save() -> dict[str, Any]:
        kiwi = box("kiwi-of-tab-two", fruit.kiwi.pk, [400, 300], [500, 400])
        tags = [{"tag": fruit.origin.pk, "value": "Italy"}]
        store(fruit.items[0], {"objects": [kiwi], "tags": tags})
        return kiwi

    return save


@pytest.mark.parametrize(
    ("choice", "kept", "tags"),
    [
        ("Keep both", [[400, 300], [10, 10]], 1),
        ("Keep mine", [[10, 10]], 0),
        ("Take theirs", [[400, 300]], 1),
    ],
)
def test_a_save_from_elsewhere_is_shown_beside_mine_and_i_choose(
    canvas, fruit, elsewhere, choice, kept, tags
):
    elsewhere()
    draw(canvas)
    dialog = canvas.page.get_by_role("dialog")
    expect(dialog).to_contain_text("was changed meanwhile")
    expect(dialog.locator(".side")).to_have_count(2)
    expect(dialog.locator(".differs")).to_have_count(2)
    dialog.get_by_role("button", name=choice).click()
    canvas.saved()
    assert drawn(fruit.items[0]) == kept
    assert len(stored(fruit.items[0])["tags"]) == tags
    expect(canvas.page.locator(".object")).to_have_count(len(kept))


def test_taking_theirs_can_be_undone(canvas, fruit, elsewhere):
    elsewhere()
    draw(canvas)
    canvas.page.get_by_role("button", name="Take theirs").click()
    expect(canvas.page.locator(".object-row")).to_contain_text("kiwi")
    canvas.press("Control+z")
    expect(canvas.page.locator(".object-row")).to_contain_text("lemon")
    canvas.saved()
    assert drawn(fruit.items[0]) == [[10, 10]]


def test_a_conflict_put_off_keeps_the_work_and_asks_again(canvas, fruit, elsewhere):
    elsewhere()
    draw(canvas)
    canvas.page.get_by_role("dialog").wait_for()
    canvas.press("Escape")
    state(canvas, "conflict")
    draw(canvas, 1)
    assert drawn(fruit.items[0]) == [[400, 300]]
    canvas.page.get_by_role("button", name="Look at both").click()
    canvas.page.get_by_role("button", name="Keep both").click()
    canvas.saved()
    assert drawn(fruit.items[0]) == [[400, 300], [10, 10], [110, 10]]


def test_two_tabs_in_turn_lose_nothing(page_for, fruit, annotator):
    first = Canvas(page_for(annotator, expected=(REFUSED,)), fruit.job).open(fruit.items[0])
    second = Canvas(page_for(annotator, expected=(REFUSED,)), fruit.job).open(fruit.items[0])
    draw(first)
    first.saved()
    draw(second, 1)
    second.page.get_by_role("button", name="Keep both").click()
    second.saved()
    draw(first, 2)
    first.page.get_by_role("button", name="Keep both").click()
    first.saved()
    assert sorted(drawn(fruit.items[0])) == [[10, 10], [110, 10], [210, 10]]
    assert Annotation.objects.get(job_item=fruit.items[0]).version == 3


def test_without_a_network_the_work_waits_and_goes_out_by_itself(canvas, fruit):
    canvas.page.context.set_offline(True)
    draw(canvas)
    state(canvas, "waiting")
    expect(canvas.page.locator("#saving")).to_contain_text("out of reach")
    draw(canvas, 1)
    canvas.page.context.set_offline(False)
    canvas.saved()
    assert drawn(fruit.items[0]) == [[10, 10], [110, 10]]
    assert drafts(canvas.page) == 0


def test_another_picture_can_be_opened_while_the_first_still_waits(canvas, fruit):
    canvas.page.route(f"**/{fruit.items[0].pk}/annotation/", refuse_saves)
    draw(canvas)
    state(canvas, "waiting")
    canvas.press("Escape", "Escape", "PageDown")
    expect(canvas.page.locator("#item-name")).to_have_text(fruit.items[1].item.name)
    state(canvas, "waiting")
    canvas.page.unroute(f"**/{fruit.items[0].pk}/annotation/")
    canvas.page.get_by_role("button", name="Try now").click()
    state(canvas, "saved")
    assert drawn(fruit.items[0]) == [[10, 10]]


def refuse_saves(route: Any) -> None:
    """A server that is down for saves."""
    if route.request.method == "PUT":
        route.fulfill(status=503, body="down")
    else:
        route.continue_()


def drafts(page: Page) -> int:
    """How many drafts this browser keeps."""
    counting = "() => Object.keys(localStorage).filter((key) => key.includes('draft')).length"
    found: int = page.evaluate(counting)
    return found


@pytest.mark.parametrize(
    ("choice", "kept"),
    [("Restore my work", [[10, 10], [110, 10]]), ("Leave it as on the server", [[10, 10]])],
)
def test_work_that_a_closed_page_could_not_save_is_offered_again(canvas, fruit, choice, kept):
    draw(canvas)
    canvas.saved()
    # Not even the request that outlives the page gets through.
    canvas.page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError()); }")
    draw(canvas, 1)
    state(canvas, "waiting")
    canvas.page.reload()
    dialog = canvas.page.get_by_role("dialog")
    expect(dialog).to_contain_text("There is work that was not saved")
    dialog.get_by_role("button", name=choice).click()
    canvas.saved()
    expect(canvas.page.locator(".object")).to_have_count(len(kept))
    assert drawn(fruit.items[0]) == kept
    assert drafts(canvas.page) == 0


def test_leaving_right_after_the_last_stroke_still_saves_it(canvas, fruit):
    draw(canvas)
    canvas.page.goto(f"/jobs/{fruit.job.pk}/")
    canvas.open(fruit.items[0])
    expect(canvas.page.locator(".object")).to_have_count(1)
    expect(canvas.page.get_by_role("dialog")).to_have_count(0)
    assert drawn(fruit.items[0]) == [[10, 10]]


def test_an_ended_session_says_so_and_goes_on_after_signing_in(canvas, fruit, annotator):
    Session.objects.all().delete()
    draw(canvas)
    state(canvas, "signed-out")
    link = canvas.page.locator("#saving a")
    expect(link).to_have_attribute("href", reverse("account_login"))
    expect(link).to_have_attribute("target", "_blank")
    assert drafts(canvas.page) == 1
    origin = canvas.page.evaluate("location.origin")
    canvas.page.context.clear_cookies()
    canvas.page.context.add_cookies([session_cookie(annotator, origin)])
    canvas.page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    canvas.saved()
    assert drawn(fruit.items[0]) == [[10, 10]]


def test_nobody_saves_in_the_name_of_whoever_signed_in_since(canvas, fruit, annotator2):
    origin = canvas.page.evaluate("location.origin")
    canvas.page.context.clear_cookies()
    canvas.page.context.add_cookies([session_cookie(annotator2, origin)])
    draw(canvas)
    state(canvas, "signed-out")
    assert drawn(fruit.items[0]) == []
    assert drafts(canvas.page) == 1


def test_an_item_accepted_meanwhile_refuses_the_save_with_words(canvas, fruit):
    JobItem.objects.filter(pk=fruit.items[0].pk).update(state="accepted")
    draw(canvas)
    state(canvas, "refused")
    expect(canvas.page.locator("#notice")).to_contain_text("locked")
    expect(canvas.page.locator(".object")).to_have_count(1)
    assert drafts(canvas.page) == 1
    assert drawn(fruit.items[0]) == []
