"""What the first visit to the jobs list costs, over the wire of the real server."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.watching import DESKTOP

MOST_BYTES = 100_000
ROWS = 50  # of a full page


def test_the_first_load_of_a_full_jobs_page_is_light(demo):
    demo.launch("One by one", 48)  # and a dozen of the demo
    page = demo.page("manager", DESKTOP)
    answers = listen(page)
    page.goto(f"/teams/{demo.facts['team_id']}/jobs/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#results tbody tr")).to_have_count(ROWS)
    total = sum(answers.values())
    table = "\n".join(f"{size:>8} {url}" for url, size in sorted(answers.items()))
    assert total < MOST_BYTES, f"{total} bytes\n{table}"
    assert any(url.endswith(".js") for url in answers), "nothing was in the cache before"


def listen(page: Page) -> dict[str, int]:
    """Bytes as they came over the wire, headers included, by address; fills as the page loads."""
    answers: dict[str, int] = {}
    addresses: dict[str, str] = {}
    session = page.context.new_cdp_session(page)

    def on_response(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["response"]["url"]

    def on_finished(event: dict[str, Any]) -> None:
        url = addresses.get(event["requestId"], "")
        if not url.startswith("data:"):
            answers[url] = answers.get(url, 0) + int(event["encodedDataLength"])

    session.on("Network.responseReceived", on_response)
    session.on("Network.loadingFinished", on_finished)
    session.send("Network.enable")
    return answers
