"""Drives the labeling and review pages: image pixels in, screen positions out, and what is stored.

Positions are image pixels. Where they lie on the screen is read from the drawing itself, so a test
holds the page to what a person sees.
"""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from labeling.jobs.models import Annotation, Job, JobItem

WHERE = """() => {
    const world = document.querySelector('.world').getAttribute('transform');
    const [scale, , , , x, y] = world.match(/[-0-9.e]+/g).map(Number);
    const { left, top } = document.querySelector('.canvas').getBoundingClientRect();
    return { scale, x: x + left, y: y + top };
}"""
DRAWN = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"""


@dataclass
class Canvas:
    """A job open in a page."""

    page: Page
    job: Job

    def open(self, item: JobItem | None = None, kind: str = "label") -> "Canvas":
        """Go to the page and wait until an item's labels are on the table."""
        query = f"?item={item.pk}" if item else ""
        self.page.goto(f"/jobs/{self.job.pk}/{kind}/{query}")
        self.ready()
        return self

    def ready(self) -> None:
        """Wait until the picture is drawn and its labels are there."""
        self.page.wait_for_selector("#stage:not([data-waiting]) .picture[href]", state="attached")
        expect(self.page.locator("#saving")).not_to_be_empty()
        self.drawn()

    def drawn(self) -> None:
        """Wait for the next frame."""
        self.page.evaluate(DRAWN)

    @property
    def where(self) -> dict[str, float]:
        """Scale, and the screen position of the image's corner."""
        self.drawn()
        found: dict[str, float] = self.page.evaluate(WHERE)
        return found

    def screen(self, x: float, y: float) -> tuple[float, float]:
        """Where an image pixel lies on the screen."""
        where = self.where
        return x * where["scale"] + where["x"], y * where["scale"] + where["y"]

    def click(self, x: float, y: float) -> None:
        """Press on a point of the image."""
        self.page.mouse.click(*self.screen(x, y))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press at one point of the image and let go at another."""
        self.drag_screen(self.screen(*start), self.screen(*end))

    def drag_screen(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """The same in screen positions."""
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=4)
        self.page.mouse.up()

    def press(self, *keys: str) -> None:
        """Keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def saved(self) -> None:
        """Wait until the server has everything."""
        expect(self.page.locator("#saving[data-state=saved]")).to_contain_text("saved")

    def expect_item(self, item: JobItem) -> None:
        """Wait until this item is open."""
        expect(self.page.locator("#item-name")).to_have_text(item.item.name)
        self.ready()

    def look_at(self, item: JobItem) -> None:
        """Wait until a reviewer has had the time to see this item; before, no key decides it."""
        self.expect_item(item)
        self.page.wait_for_timeout(350)

    @property
    def messages(self) -> Locator:
        """What the page said in its corner."""
        return self.page.locator("#messages .message p")

    def message(self, text: str) -> None:
        """Wait for a message that holds the text."""
        expect(self.messages.filter(has_text=text).first).to_be_visible()

    def polygon(self, *points: tuple[float, float]) -> None:
        """Click the points slowly enough that no two are a double click."""
        for x, y in points:
            self.click(x, y)
            self.page.wait_for_timeout(380)


def stored(item: JobItem) -> dict[str, Any]:
    """The label document that the database holds of a job item."""
    document: dict[str, Any] = Annotation.objects.get(job_item=item).document
    return document


def store(item: JobItem, document: dict[str, Any], version: int = 1) -> None:
    """Labels that somebody saved elsewhere."""
    Annotation.objects.filter(job_item=item).update(document=document, version=version)


def box(identity: str, label: int, *points: list[float], **more: Any) -> dict[str, Any]:
    """A rectangle as documents hold it."""
    drawn = {"id": identity, "class": label, "shape": "rectangle", "points": list(points)}
    return {**drawn, "tags": [], "source": "person", **more}
