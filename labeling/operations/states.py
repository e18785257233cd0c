"""The statuses of an operation, and which may follow which."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where an operation stands.

    `pending` waits for its input (files that are still being uploaded); `queued` waits for a
    worker. A worker that went silent is "lost": the sweeper puts its operation back to `queued`.
    """

    PENDING = "pending", _("pending")
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    CANCELING = "canceling", _("canceling")
    COMPLETE = "complete", _("complete")
    CANCELED = "canceled", _("canceled")
    FAILED = "failed", _("failed")


class Outcome(models.TextChoices):
    """What became of one row of an operation's input."""

    OK = "ok", _("done")
    ERROR = "error", _("error")
    SKIPPED = "skipped", _("skipped")


TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.QUEUED, Status.CANCELED}),
    Status.QUEUED: frozenset({Status.RUNNING, Status.CANCELED, Status.FAILED}),
    # Back to queued: its worker stopped, was lost, or the database was away for a moment.
    Status.RUNNING: frozenset({Status.QUEUED, Status.COMPLETE, Status.CANCELING, Status.FAILED}),
    # Complete: the last chunk was being committed while somebody pressed cancel.
    Status.CANCELING: frozenset({Status.CANCELED, Status.COMPLETE, Status.FAILED}),
    # By hand only: a retry goes on where the failure stopped it.
    Status.FAILED: frozenset({Status.QUEUED}),
    Status.COMPLETE: frozenset(),
    Status.CANCELED: frozenset(),
}

WAITING = frozenset({Status.PENDING, Status.QUEUED})
CLAIMED = frozenset({Status.RUNNING, Status.CANCELING})
LIVE = WAITING | CLAIMED
FINISHED = frozenset(set(Status) - LIVE)
