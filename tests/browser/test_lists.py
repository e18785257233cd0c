"""Finding, keeping and changing jobs: the list's own keys, the address, and many at once."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.demo_desk import DemoDesk
from tests.browser.watching import DESKTOP

# A newer question of the filter form takes the place of one that is still asked.
REPLACED = r"htmx:(sendAbort|afterRequest)"
WORKING = 30_000  # milliseconds that a change of many jobs may take on a busy machine


def query_of(page: Page) -> dict[str, list[str]]:
    """What the address says."""
    return parse_qs(urlsplit(page.url).query)


def rows_of(page: Page):
    """The rows of the list."""
    return page.locator("#results tbody tr")


def launched(demo: DemoDesk, name: str, size: int) -> Page:
    """The manager's list of a batch of so many jobs in the pool."""
    demo.launch(name, size)
    page = demo.page("manager", DESKTOP)
    page.goto(f"/teams/{demo.facts['team_id']}/jobs/?q={name}&ordering=name")
    expect(rows_of(page)).to_have_count(size)
    return page


def test_the_address_carries_search_filters_and_order_and_back_goes_back(demo: DemoDesk):
    page = demo.page("manager", DESKTOP, expected=(REPLACED,))
    page.goto(f"/teams/{demo.facts['team_id']}/jobs/")
    page.keyboard.press("/")
    page.keyboard.type("june")
    expect(page).to_have_url(re.compile("q=june"))
    page.locator("#list-filters > summary").click()
    statuses = page.get_by_role("group", name="Status")
    statuses.get_by_label("completed").check()
    statuses.get_by_label("stopped").check()
    expect(page.locator("#list-chips .chip")).to_have_text([
        re.compile("completed"), re.compile("stopped"), "Clear all",
    ])  # fmt: skip
    page.keyboard.press("Escape")
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Name")
    assert query_of(page) == {
        "q": ["june"],
        "status": ["completed", "stopped"],
        "ordering": ["name"],
    }
    shown = rows_of(page).all_inner_texts()
    assert len(shown) == 4
    assert all("completed" in row or "stopped" in row for row in shown)
    page.locator("#list-chips .chip", has_text="stopped").click()
    expect(rows_of(page)).to_have_count(3)
    page.go_back()
    expect(rows_of(page)).to_have_count(4)
    page.reload()
    assert rows_of(page).all_inner_texts() == shown


def test_a_saved_view_is_ones_own(demo: DemoDesk):
    page = demo.page("manager", DESKTOP)
    page.goto(f"/teams/{demo.facts['team_id']}/jobs/?status=stopped")
    page.locator(".saved-views > summary").click()
    page.get_by_label("Name of the view").fill("Standing still")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".saved-views > summary")).to_contain_text("Standing still")
    page.goto(f"/teams/{demo.facts['team_id']}/jobs/")
    page.locator(".saved-views > summary").click()
    page.get_by_role("link", name="Standing still").click()
    assert query_of(page) == {"status": ["stopped"]}
    other = demo.page("owner", DESKTOP)
    other.goto(f"/teams/{demo.facts['team_id']}/jobs/")
    other.locator(".saved-views > summary").click()
    expect(other.get_by_role("link", name="All", exact=True)).to_be_visible()
    expect(other.get_by_role("link", name="Standing still")).to_have_count(0)


def test_jobs_are_chosen_stopped_and_taken_back_from_the_keyboard(demo: DemoDesk):
    page = launched(demo, "Keyboard", 4)
    for key in ("j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    expect(page.locator("[data-selected]")).to_have_text("3")
    page.get_by_role("button", name="Stop", exact=True).press("Enter")
    change = page.locator(".change").first
    expect(change).to_contain_text("3 jobs changed", timeout=WORKING)
    expect(rows_of(page).filter(has_text="stopped")).to_have_count(3, timeout=WORKING)
    change.get_by_role("button", name="Undo").press("Enter")
    expect(page.locator(".change").first).to_contain_text("3 jobs changed", timeout=WORKING)
    expect(rows_of(page).filter(has_text="pending")).to_have_count(4, timeout=WORKING)


def test_all_that_match_are_spread_evenly_and_each_row_tells_its_result(demo: DemoDesk):
    page = launched(demo, "Spread", 6)
    page.goto(page.url + "&page_size=25&status=pending")
    stopped = demo.every("manager", "jobs/?q=Spread&ordering=name")[0]
    page.locator("#select-page").check()
    demo.api("manager", f"jobs/{stopped['id']}/stop/", "POST")
    page.locator("#bulk-spread > summary").click()
    page.locator("#bulk-spread").get_by_label("Ana").check()
    page.locator("#bulk-spread").get_by_label("Ben").check()
    page.locator("#bulk-spread").get_by_role("button", name="Spread evenly").click()
    change = page.locator(".change").first
    expect(change).to_contain_text("5 jobs changed, 1 refused", timeout=WORKING)
    expect(change).to_contain_text(stopped["name"])
    change.get_by_role("link", name="Row by row").click()
    row = page.get_by_role("row").filter(has_text=stopped["name"])
    expect(row).to_contain_text("error")
    holders = [
        job["annotator"]["name"]
        for job in demo.every("manager", "jobs/?q=Spread")
        if job["annotator"]
    ]
    assert sorted(set(holders)) == ["Ana", "Ben"]


def test_what_is_shown_is_what_the_csv_file_holds(demo: DemoDesk):
    page = demo.page("manager", DESKTOP)
    page.goto(f"/teams/{demo.facts['team_id']}/jobs/?q=june&status=completed&ordering=name")
    names = page.locator("#results .row-link").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert [line.split('",')[0].strip('"') for line in lines[1:]] == names


def test_the_palette_goes_to_a_job_and_the_sheet_lists_the_keys(demo: DemoDesk):
    page = demo.page("manager", DESKTOP)
    page.goto(f"/teams/{demo.facts['team_id']}/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Ctrl")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("june 3/8")
    expect(page.get_by_role("dialog").get_by_role("option").first).to_contain_text("June 3/8")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lemons and kiwis, June 3/8")


def test_a_jobs_page_refreshes_itself_around_what_somebody_types(demo: DemoDesk):
    [job] = demo.launch("Refreshed", 1)
    me = demo.facts["users"]["annotator"]["id"]
    demo.api("manager", f"jobs/{job}/assign/", "POST", {"annotator": me})
    demo.api("annotator", f"jobs/{job}/start/", "POST")
    page = demo.page("manager", (1440, 500))
    page.goto(f"/jobs/{job}/comments/")
    page.get_by_role("textbox").fill("Half a thought")
    page.mouse.wheel(0, 200)
    page.wait_for_function("() => scrollY > 50")
    scrolled = page.evaluate("scrollY")
    [item] = demo.every("annotator", f"job-items/?job={job}")
    demo.api("annotator", f"job-items/{item['id']}/confirm-item/", "POST")
    done = page.locator(".job-figures-list div").filter(has_text="done")
    expect(done.locator("dd")).to_have_text("1", timeout=20_000)
    box = page.get_by_role("textbox")
    expect(box).to_be_focused()
    expect(box).to_have_value("Half a thought")
    assert page.evaluate("scrollY") == scrolled
