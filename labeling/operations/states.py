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


class LogEvent(models.TextChoices):
    """What a line of an operation's log tells; each is written with the change that it tells of."""

    ASKED = "asked", _("Asked for")
    RELEASED = "released", _("Its input is complete")
    BEGUN = "begun", _("A worker began")
    LOST = "lost", _("Its worker was lost")
    RETURNED = "returned", _("Its worker gave it back")
    WENT_ON = "went-on", _("A worker went on with it")
    RESTARTED = "restarted", _("Files in the making were gone, so it began again")
    CANCELING = "canceling", _("Asked to cancel")
    CANCELED = "canceled", _("Canceled")
    FAILED = "failed", _("Failed")
    RETRIED = "retried", _("Asked to try again")
    COMPLETE = "complete", _("Finished")


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
