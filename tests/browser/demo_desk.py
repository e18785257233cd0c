"""The demo, served as people get it: `manage.py up --demo`, with packed files and its own worker.

One desk serves all tests of this folder that ask for it. They reach it only as people and scripts
do: through pages and over REST.
"""

import json
import time
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.watching import PHONE, Watch
from tests.server import Answer, Desk, call

Scheme = Literal["light", "dark"]
LAUNCHING_SECONDS = 60.0
MAKING_SECONDS = 300.0  # on a machine that does much else; half a minute is usual


@dataclass
class DemoDesk:
    """The running demo and the people signed in to it.

    Attributes:
        facts: what `manage.py demo --json` prints.
        sessions: cookies of those who signed in before, by persona.
    """

    desk: Desk
    browser: Browser
    facts: dict[str, Any]
    sessions: dict[str, Any] = field(default_factory=dict)
    opened: list[tuple[BrowserContext, Watch]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.desk.url

    def api(
        self, persona: str, path: str, method: str = "GET", data: dict[str, Any] | None = None
    ) -> Answer:
        """One REST request of a persona, such as ("manager", "jobs/1/stop/", "POST")."""
        token = self.facts["users"][persona]["token"]
        return call(f"{self.url}/api/{path}", token, method, data)

    def every(self, persona: str, path: str) -> list[dict[str, Any]]:
        """The rows of a REST list's first page."""
        answer = self.api(persona, path)
        assert answer.status == 200, answer.body
        rows: list[dict[str, Any]] = answer.body["results"]
        return rows

    def launch(self, name: str, jobs: int) -> list[int]:
        """A batch of so many jobs of one item in the pool, behind all others; their ids."""
        classes = self.every("manager", f"classes/?project={self.facts['project_id']}")
        data = {
            "name": name, "split": "segments", "segment_size": 1, "first": 1, "last": jobs,
            "priority": 1, "classes": [row["id"] for row in classes],
        }  # fmt: skip
        path = f"datasets/{self.facts['dataset_id']}/create-batch/"
        answer = self.api("manager", path, "POST", data)
        assert answer.status < 300, answer.body
        deadline = time.monotonic() + LAUNCHING_SECONDS
        while True:
            found = self.every("manager", f"jobs/?batch={answer.body['id']}&page_size=100")
            if len(found) == jobs:
                return [job["id"] for job in found]
            assert time.monotonic() < deadline, f"{name} has {len(found)} of {jobs} jobs"
            time.sleep(0.2)

    def context(
        self,
        persona: str | None,
        size: tuple[int, int],
        scheme: Scheme = "light",
        *,
        scripts: bool = True,
        expected: tuple[str, ...] = (),
    ) -> BrowserContext:
        """A browser of its own, signed in unless the persona is None."""
        context = self.browser.new_context(
            base_url=self.url,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            has_touch=size == PHONE,
            reduced_motion="reduce",
            java_script_enabled=scripts,
            storage_state=self._session(persona) if persona else None,
        )
        context.set_default_timeout(15_000)
        watch = Watch(urlsplit(self.url).netloc, list(expected))
        watch.attach(context)
        self.opened.append((context, watch))
        return context

    def page(self, persona: str | None, size: tuple[int, int], **options: Any) -> Page:
        """The first page of such a browser."""
        return self.context(persona, size, **options).new_page()

    def complaints(self) -> list[str]:
        """What pages complained about since this was asked last."""
        found = [line for _context, watch in self.opened for line in watch.unexpected()]
        for _context, watch in self.opened:
            watch.complaints.clear()
        return found

    def close(self) -> None:
        """Close all browsers."""
        while self.opened:
            self.opened.pop()[0].close()

    def _session(self, persona: str) -> Any:
        if persona not in self.sessions:
            context = self.browser.new_context(base_url=self.url)
            sign_in(context.new_page(), self.facts["users"][persona])
            self.sessions[persona] = context.storage_state()
            context.close()
        return self.sessions[persona]


def sign_in(page: Page, user: dict[str, Any]) -> None:
    """Through the sign-in page, as everybody."""
    page.goto("/account/login/")
    page.fill("input[name=login]", user["login"])
    page.fill("input[name=password]", user["password"])
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/account/login/" not in url)


def demo_of(desk: Desk, browser: Browser) -> DemoDesk:
    """Start the desk with its demo."""
    desk.start("--demo", patience=MAKING_SECONDS)
    return DemoDesk(desk, browser, json.loads(desk.manage("demo", "--json")))
