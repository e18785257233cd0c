"""Our words in Labelbox's, and back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from labeling.operations.models import Operation
from labeling.operations.states import Status

IMPORT = "import-items"
EXPORT = "export"

# The one type whose results the client reads page by page; the other types are our kinds' names.
IMPORT_TASK = "adv-upsert-data-rows"

# The client stops waiting at any word but IN_PROGRESS, so whatever waits is in progress to it.
STATUS_WORDS: Mapping[str, str] = {
    Status.PENDING: "IN_PROGRESS",
    Status.QUEUED: "IN_PROGRESS",
    Status.RUNNING: "IN_PROGRESS",
    Status.CANCELING: "CANCELING",
    Status.COMPLETE: "COMPLETE",
    Status.CANCELED: "CANCELED",
    Status.FAILED: "FAILED",
}


def statuses_of(word: str) -> list[str]:
    """Our statuses under a filter of the client; none for one that we never say."""
    wanted = "CANCELING" if word == "CANCELLING" else word
    return [ours for ours, theirs in STATUS_WORDS.items() if theirs == wanted]


def type_of(operation: Operation) -> str:
    """The task's type."""
    return IMPORT_TASK if operation.kind == IMPORT else operation.kind


def cancelable_type(kind: str) -> str:
    """A kind as the list of cancelable types has it; the client turns it into its own spelling."""
    task_type = IMPORT_TASK if kind == IMPORT else kind
    return "".join(part.capitalize() for part in task_type.split("-"))


def moment(when: datetime | None) -> str | None:
    """A time as the client parses it: UTC, milliseconds, a Z."""
    if when is None:
        return None
    utc = when.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def key_of(text: Any) -> int:
    """A database key of an id that a client sent; 0, which nothing has, for any other text."""
    word = str(text)
    return int(word) if word.isascii() and word.isdigit() and len(word) <= 18 else 0
