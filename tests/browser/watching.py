"""What a page complained about while somebody used it."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request

PHONE = (390, 844)
DESKTOP = (1280, 800)


@dataclass
class Watch:
    """What went wrong on a page, without the lines that the test expects.

    Attributes:
        expected: patterns of console lines that belong to the story, such as a refused save.
    """

    host: str
    expected: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def attach(self, context: BrowserContext) -> None:
        """Listen to every page that the context opens."""
        context.on("console", self.on_console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", self.on_request)

    def on_console(self, message: ConsoleMessage) -> None:
        """Keep errors and refusals of the content security policy."""
        if message.type == "error" or "Content Security Policy" in message.text:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def on_request(self, request: Request) -> None:
        """Keep requests that leave the desk."""
        address = urlsplit(request.url)
        if address.scheme not in {"blob", "data"} and address.netloc != self.host:
            self.complaints.append(f"asked another host: {request.url}")

    def unexpected(self) -> list[str]:
        """The complaints that no expected pattern matches."""
        return [
            complaint
            for complaint in self.complaints
            if not any(re.search(pattern, complaint) for pattern in self.expected)
        ]
