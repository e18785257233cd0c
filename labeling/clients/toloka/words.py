"""Our words in Toloka's, and back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from labeling.core.errors import Invalid
from labeling.core.http import is_key
from labeling.jobs.states import BatchStatus, Priority

# The one app: people draw and tag on pictures. See `solutions`.
APP = "image-annotation"

STATUS_WORDS: Mapping[str, str] = {
    BatchStatus.NEW: "NEW",
    BatchStatus.LOADING: "LOADING",
    BatchStatus.QUEUED: "QUEUED",
    BatchStatus.PROCESSING: "PROCESSING",
    BatchStatus.COMPLETED: "COMPLETED",
    BatchStatus.ERROR: "ERROR",
    BatchStatus.CANCELED: "CANCELLED",
    BatchStatus.NO_MONEY: "NO_MONEY",
    BatchStatus.ARCHIVED: "ARCHIVE",
    BatchStatus.STOPPING: "STOPPING",
    BatchStatus.STOPPED: "STOPPED",
}
STATUSES: Mapping[str, str] = {theirs: ours for ours, theirs in STATUS_WORDS.items()}

# The client counts from the top, we from the bottom.
PRIORITIES: Mapping[str, Priority] = {
    "ONE": Priority.HIGHEST,
    "TWO": Priority.HIGH,
    "THREE": Priority.NORMAL,
    "FOUR": Priority.LOW,
    "FIVE": Priority.LOWEST,
}
PRIORITY_WORDS: Mapping[int, str] = {ours: theirs for theirs, ours in PRIORITIES.items()}
# What a batch gets whose script says nothing, as at the vendor.
USUAL_PRIORITY = "FIVE"


def moment(when: datetime | None) -> str | None:
    """A time as the client reads it: UTC without saying so."""
    if when is None:
        return None
    return when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def read_moment(field: str, text: str) -> datetime:
    """A time that the client wrote; without a zone it is UTC.

    Raises:
        Invalid
    """
    try:
        read = datetime.fromisoformat(text)
        aware = read.replace(tzinfo=UTC) if read.tzinfo is None else read
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        told = _("Write a date and time like 2026-01-31T12:00:00.")
        raise Invalid({field: [told]}) from None


def key_of(text: Any) -> int:
    """A database key of an id that a client sent; 0, which nothing has, for any other text."""
    word = str(text)
    return int(word) if is_key(word) else 0


def one_of(field: str, word: Any, known: Mapping[str, Any]) -> Any:
    """What one of the client's words means here.

    Raises:
        Invalid: it is none of them.
    """
    if not isinstance(word, str) or word not in known:
        told = _("Use one of %(words)s.") % {"words": ", ".join(known)}
        raise Invalid({field: [told]})
    return known[word]
