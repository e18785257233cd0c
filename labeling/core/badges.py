"""How a status looks: tone, icon and word. One table, so that it looks the same everywhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Badge:
    """A status as drawn.

    Attributes:
        tone: grey, blue, violet, green, amber or red; a class of components.css.
        icon: a symbol of static/icons.svg. Tones alone say nothing to some readers.
    """

    tone: str
    icon: str
    word: Any


BADGES: Mapping[str, Badge] = {
    # Jobs
    "pending": Badge("grey", "circle", _("pending")),
    "in_progress": Badge("blue", "half", _("in progress")),
    "on_review": Badge("violet", "eye", _("on review")),
    "completed": Badge("green", "check-circle", _("completed")),
    "stopped": Badge("amber", "pause", _("stopped")),
    "sent_back": Badge("red", "back", _("sent back")),
    "late": Badge("red", "clock", _("late")),
    "at_risk": Badge("amber", "alert", _("at risk")),
    "archived": Badge("grey", "archive", _("archived")),
    "deleted": Badge("red", "trash", _("deleted")),
    "active": Badge("green", "check-circle", _("active")),
    # Items of a job
    "none": Badge("grey", "circle", _("to do")),
    "done": Badge("blue", "half", _("done")),
    "accepted": Badge("green", "check-circle", _("accepted")),
    "rejected": Badge("red", "cross-circle", _("rejected")),
    "skipped": Badge("grey", "skip", _("skipped")),
    # Batches
    "new": Badge("grey", "circle", _("new")),
    "loading": Badge("blue", "half", _("loading")),
    "queued": Badge("grey", "clock", _("queued")),
    "processing": Badge("blue", "half", _("processing")),
    "error": Badge("red", "alert", _("error")),
    "canceled": Badge("grey", "cross-circle", _("canceled")),
    "no_money": Badge("amber", "alert", _("no money")),
    "stopping": Badge("amber", "pause", _("stopping")),
    # Operations
    "running": Badge("blue", "half", _("running")),
    "complete": Badge("green", "check-circle", _("complete")),
    "canceling": Badge("amber", "pause", _("canceling")),
    "failed": Badge("red", "alert", _("failed")),
    # What is told of them
    "delivered": Badge("green", "check-circle", _("delivered")),
    "retrying": Badge("amber", "clock", _("retrying")),
    "waiting": Badge("grey", "clock", _("waiting")),
    "given_up": Badge("red", "cross-circle", _("given up")),
    "disabled": Badge("grey", "pause", _("disabled")),
    "removed": Badge("grey", "cross-circle", _("removed")),
    # People and what they hold
    "overloaded": Badge("red", "alert", _("overloaded")),
    "idle": Badge("amber", "pause", _("idle")),
    "busy": Badge("blue", "half", _("busy")),
    "free": Badge("grey", "circle", _("free")),
    "deactivated": Badge("grey", "cross-circle", _("deactivated")),
    "invited": Badge("blue", "mail", _("invited")),
    "expired": Badge("grey", "clock", _("expired")),
    "revoked": Badge("grey", "cross-circle", _("revoked")),
    "resolved": Badge("green", "check-circle", _("resolved")),
    "open": Badge("amber", "comment", _("open")),
}


def badge_of(subject: Any) -> Badge:
    """The badge of a status, or of an object with a `badge` or a `status`.

    An object's `badge` wins: a job that was sent back is in progress to the rules but shows red.
    An unknown status is shown in grey by its own name, never hidden.
    """
    key = subject
    if not isinstance(subject, str):
        key = getattr(subject, "badge", None) or getattr(subject, "status", "")
    key = str(key).replace("-", "_")
    return BADGES.get(key) or Badge("grey", "circle", key.replace("_", " "))
