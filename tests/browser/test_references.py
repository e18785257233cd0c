"""Pictures that are still kept elsewhere, in Chromium: waited for, missed, and had after all."""

import pytest
from playwright.sync_api import Page, expect

from labeling.projects.models import Item
from tests.browser.canvas import Canvas
from tests.browser.conftest import PHONE
from tests.browser.fruit import Fruit, fruit_job
from tests.factories import picture
from tests.labeling.projects.test_referencing import reference
from tests.web import Web, names, silent_web, web

__all__ = ["names", "silent_web", "web"]

CONFLICT = r"the server responded with a status of 409"


@pytest.fixture
def fruit(team, manager, annotator) -> Fruit:
    """Ana's job of three pictures."""
    return fruit_job(team, manager, annotator)


@pytest.fixture
def lost(fruit: Fruit, web: Web) -> Item:
    """The second of them is a reference to a picture that is not there now."""
    item = fruit.items[1].item
    away = reference(item.dataset, web.says("/lemon.png", status=404))
    Item.objects.filter(pk=item.pk).update(
        width=0, height=0, content_hash="", file="", thumbnail="", source_url=away.source_url
    )
    return item


def missed(page: Page, fruit: Fruit, kind: str = "label") -> Page:
    """The page of the item whose picture does not come."""
    page.goto(f"/jobs/{fruit.job.pk}/{kind}/?item={fruit.items[1].pk}")
    expect(page.locator(".absent-card")).to_contain_text("There is nothing at this address (404)")
    return page


@pytest.mark.parametrize("size", [(1440, 900), PHONE])
def test_a_picture_that_did_not_come_is_skipped_with_a_reason(
    page_for, fruit, lost, annotator, axe, screenshot, size
):
    page = missed(page_for(annotator, size=size, expected=(CONFLICT,)), fruit)
    axe(page)
    screenshot(page, f"missing-picture-{size[0]}")
    expect(page.locator(".zoom")).to_be_hidden()
    page.keyboard.press("Enter")  # confirms nothing that nobody has seen
    page.get_by_role("button", name="Skip with a reason").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("The address is dead")
    page.keyboard.press("Enter")
    expect(page.locator("#item-name")).not_to_have_text(lost.name)
    skipped = fruit.items[1]
    skipped.refresh_from_db()
    assert (skipped.state, skipped.skip_reason) == ("done", "The address is dead")


def test_a_picture_that_comes_later_is_labeled_like_any_other(
    page_for, fruit, lost, annotator, web
):
    page = missed(page_for(annotator, expected=(CONFLICT,)), fruit)
    web.says("/lemon.png", picture(200, 100, "gold"))
    page.get_by_role("button", name="Try again").click()
    canvas = Canvas(page, fruit.job)
    canvas.expect_item(fruit.items[1])
    expect(page.locator(".absent-card")).to_be_hidden()
    canvas.press("Shift+R")
    canvas.drag((20, 20), (120, 80))
    canvas.saved()
    expect(page.locator(".cell.current img")).to_be_visible()
    assert Item.objects.get(pk=lost.pk).width == 200


def test_a_reviewer_decides_about_what_was_skipped(page_for, fruit, lost, annotator, reviewer):
    fruit.job.job_items.update(state="done")
    fruit.job.job_items.filter(item=lost).update(skip_reason="The address is dead")
    type(fruit.job).objects.filter(pk=fruit.job.pk).update(
        stage="validation", state="in_progress", done=3
    )
    page = missed(page_for(reviewer, expected=(CONFLICT,)), fruit, "review")
    page.wait_for_timeout(350)
    page.keyboard.press("a")
    expect(page.locator("#item-name")).not_to_have_text(lost.name)
    fruit.items[1].refresh_from_db()
    assert fruit.items[1].state == "accepted"


def test_the_items_page_shows_the_picture_once_it_is_here(page_for, lost, manager, web, axe):
    page = page_for(manager)
    page.goto(f"/items/{lost.pk}/")
    expect(page.locator("#picture")).to_contain_text("There is nothing at this address (404)")
    axe(page)
    web.says("/lemon.png", picture(200, 100, "gold"))
    page.get_by_role("link", name="Try again").click()
    expect(page.locator(".picture-svg")).to_be_visible()
    expect(page.locator("#fetch-again")).to_have_count(0)
