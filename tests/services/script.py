"""A person's script against a running desk: JSON, files, and waiting for what runs there."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.server import Answer, Desk, call, send_files

PATIENCE = 240.0
LIVE = {"pending", "queued", "running", "canceling"}


@dataclass
class Script:
    """One person's token at one desk. What is refused fails the test, except with `ask`."""

    desk: Desk
    token: str

    def get(self, path: str) -> Any:
        """What is there."""
        return good(self.ask("GET", path))

    def post(self, path: str, **data: Any) -> Any:
        """What a verb answers."""
        return good(self.ask("POST", path, data))

    def put(self, path: str, **data: Any) -> Any:
        """What a save answers."""
        return good(self.ask("PUT", path, data))

    def ask(self, method: str, path: str, data: Mapping[str, Any] | None = None) -> Answer:
        """Any answer, refusals included; `path` is below /api/."""
        return call(f"{self.desk.url}/api/{path}", self.token, method, data)

    def rows(self, path: str) -> Iterator[dict[str, Any]]:
        """Every row of a list, page after page."""
        mark = "&" if "?" in path else "?"
        page = 1
        while True:
            found = self.get(f"{path}{mark}page_size=500&page={page}")
            yield from found["results"]
            if not found["next"]:
                return
            page += 1

    def send(self, path: str, files: Mapping[str, bytes], **fields: str) -> Any:
        """Files in one request; answers the operation that takes them in."""
        return good(send_files(f"{self.desk.url}/api/{path}", self.token, files, **fields))

    def finished(self, operation: int) -> dict[str, Any]:
        """The operation once it is over."""
        deadline = time.monotonic() + PATIENCE
        while (shown := self.get(f"operations/{operation}/"))["status"] in LIVE:
            assert time.monotonic() < deadline, f"{shown}\n{self.desk.log()}"
            time.sleep(0.2)
        found: dict[str, Any] = shown
        return found


def good(answer: Answer) -> Any:
    """The body of an answer that is no refusal."""
    assert answer.status < 400, f"{answer.status} {answer.body}"
    return answer.body
