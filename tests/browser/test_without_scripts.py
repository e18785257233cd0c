"""The main verbs of a manager where no script runs: a page is a page."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo_desk import DemoDesk, sign_in
from tests.browser.watching import DESKTOP
from tests.factories import picture

WORKING = 30.0  # seconds


@pytest.fixture
def page(demo: DemoDesk) -> Page:
    """The manager's browser, without scripts."""
    return demo.page("manager", DESKTOP, scripts=False)


def reload_until(page: Page, text: str) -> None:
    """Without scripts nothing refreshes itself: press reload until the page says it."""
    for _try in range(int(WORKING / 0.5)):
        if page.get_by_text(text).count():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"{page.url} never says {text!r}")


def test_people_sign_in_and_out(demo: DemoDesk):
    page = demo.page(None, DESKTOP, scripts=False)
    sign_in(page, demo.facts["users"]["reviewer"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")
    page.locator(".account-menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()


def test_jobs_are_filtered_sorted_and_turned_over(demo: DemoDesk, page: Page):
    page.goto(f"/teams/{demo.facts['team_id']}/jobs/")
    page.locator("#list-filters > summary").click()
    page.get_by_role("group", name="Status").get_by_label("completed").check()
    page.get_by_role("button", name="Apply").click()
    rows = page.locator("#results tbody tr")
    assert "status=completed" in page.url
    found = rows.count()
    assert found
    expect(rows.filter(has_text="completed")).to_have_count(found)
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    assert "status=completed" in page.url
    assert "ordering=name" in page.url
    page.get_by_role("link", name=re.compile("completed")).first.click()
    assert "status" not in page.url
    assert rows.count() > found


def test_a_verb_asks_on_a_page_of_its_own(demo: DemoDesk, page: Page):
    [job] = demo.launch("Plain", 1)
    page.goto(f"/jobs/{job}/")
    page.get_by_role("link", name="Assign").click()
    page.get_by_role("combobox").select_option(label="Ben")
    page.get_by_role("button", name="Assign").click()
    expect(page.locator(".job-people")).to_contain_text("Ben")
    page.locator("#job-more > summary").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("h1 + .badge")).to_have_text("stopped")


def test_many_jobs_are_changed_at_once(demo: DemoDesk, page: Page):
    demo.launch("Plainly", 2)
    page.goto(f"/teams/{demo.facts['team_id']}/jobs/?q=Plainly")
    for box in page.locator("[name=selected]").all():
        box.check()
    page.get_by_role("button", name="Stop", exact=True).click()
    reload_until(page, "2 jobs changed")
    expect(page.locator("#results tbody tr").filter(has_text="stopped")).to_have_count(2)


def test_pictures_are_uploaded_and_launched(demo: DemoDesk, page: Page, tmp_path: Path):
    page.goto(f"/projects/{demo.facts['project_id']}/")
    page.get_by_role("link", name="New dataset").click()
    page.get_by_label("Name").fill("Plain crate")
    page.get_by_role("button", name="Create dataset").click()
    page.get_by_role("link", name="Upload images").first.click()
    file = tmp_path / "plain.png"
    file.write_bytes(picture(64, 48, "peru"))
    page.locator("#files").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    reload_until(page, "1 picture added")
    page.get_by_role("link", name="Plain crate").first.click()
    page.get_by_role("link", name="New batch").click()
    page.get_by_label("Name").fill("Plain batch")
    page.get_by_label("Ben", exact=True).check()
    page.get_by_role("button", name="Launch batch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Plain batch")
    page.reload()
    reload_until(page, "Plain batch")
    expect(page.get_by_role("region", name="Jobs").locator("tbody tr")).to_have_count(1)
