"""A real Chromium in front of the desk.

Every page that a test opens is watched: an error in its console (a refused script or style is one),
an exception, or a request to another host fails the test.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts.models import User
from tests.browser.demo_desk import DemoDesk, demo_of
from tests.browser.watching import DESKTOP as DESKTOP
from tests.browser.watching import PHONE as PHONE
from tests.browser.watching import Watch
from tests.server import desk

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--force-color-profile=srgb"]
# Without fetching style sheets once more, which our CSP refuses to axe on some pages.
AXE = (
    Axe().axe_script
    + "\naxe.run({resultTypes: ['violations'], preload: false}).then(found => found.violations)"
)
IMPACTS = frozenset({"serious", "critical"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run; every person gets a context of their own in it."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    assert executable, "the browser tests need Chromium: apt-get install chromium"
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


PageFor = Callable[..., Page]


@pytest.fixture
def page_for(chromium: Browser, live_server) -> Iterator[PageFor]:
    """Opens a page for a person, signed in by session cookie; None opens it for a visitor.

    The page resolves paths ("/jobs/1/") against the server. `expected` takes patterns of console
    lines that belong to the test's story; everything else fails it at the end.
    """
    opened: list[tuple[BrowserContext, Watch]] = []

    def make(
        user: User | None,
        size: tuple[int, int] = DESKTOP,
        scheme: Literal["light", "dark"] = "light",
        expected: tuple[str, ...] = (),
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            has_touch=size == PHONE,
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        if user is not None:
            context.add_cookies([session_cookie(user, live_server.url)])
        watch = Watch(urlsplit(live_server.url).netloc, list(expected))
        watch.attach(context)
        opened.append((context, watch))
        return context.new_page()

    yield make
    for context, _watch in opened:
        context.close()
    complaints = [line for _context, watch in opened for line in watch.unexpected()]
    assert not complaints, "\n".join(complaints)


@pytest.fixture(scope="session")
def served_demo(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoDesk]:
    """The demo behind `manage.py up`, started once for all tests."""
    with desk(tmp_path_factory.mktemp("demo") / "data") as server:
        yield demo_of(server, chromium)


@pytest.fixture
def demo(served_demo: DemoDesk) -> Iterator[DemoDesk]:
    """The demo; fails the test at its end when a page of it complained."""
    yield served_demo
    complaints = served_demo.complaints()
    served_demo.close()
    assert not complaints, "\n".join(complaints)


def session_cookie(user: User, url: str) -> Any:
    """The cookie of a fresh session of that person."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies["sessionid"]
    return {"name": cookie.key, "value": cookie.value, "url": url}


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Asserts that a page has no serious or critical violation of the accessibility rules."""

    def check(page: Page) -> None:
        found = [
            f"{rule['id']} ({rule['impact']}): {rule['help']}\n    "
            + "\n    ".join(node["html"][:160] for node in rule["nodes"][:5])
            for rule in page.evaluate(AXE)
            if rule["impact"] in IMPACTS
        ]
        assert not found, f"{page.url}\n" + "\n".join(found)

    return check


@pytest.fixture
def screenshot() -> Callable[[Page, str], None]:
    """Keeps a picture of a page under its name in the folder SCREENSHOTS, if that is set."""
    folder = os.environ.get("SCREENSHOTS")

    def take(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return take
