"""What each status of a batch means, and what to do about it: one table for pages and README."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from labeling.jobs.states import BatchStatus


@dataclass(frozen=True)
class Meaning:
    """What a status says.

    Attributes:
        means: what is the case.
        todo: what people can do about it, or that there is nothing to do.
    """

    means: Any
    todo: Any

    def __str__(self) -> str:
        return f"{self.means} {self.todo}"


MEANINGS: Mapping[str, Meaning] = {
    BatchStatus.NEW: Meaning(
        _("It is saved, and nobody labels it yet."),
        _("Check its settings, add items if some are missing, and launch it."),
    ),
    BatchStatus.LOADING: Meaning(
        _("Its jobs are being made."),
        _("Wait for a moment, or cancel the operation to call it off."),
    ),
    BatchStatus.QUEUED: Meaning(
        _("Everybody who could do it is busy with work of higher priority."),
        _("It begins by itself. Raise its priority or add people to begin sooner."),
    ),
    BatchStatus.PROCESSING: Meaning(
        _("People label and review it."),
        _("Nothing to do. Stop it if nobody should begin another job."),
    ),
    BatchStatus.NO_MONEY: Meaning(
        _("The project's budget does not cover the next item."),
        _("Raise the budget: it goes on by itself."),
    ),
    BatchStatus.STOPPING: Meaning(
        _("Jobs in progress and on review are being finished; nobody begins another one."),
        _("Wait, stop the last jobs one by one, or resume it."),
    ),
    BatchStatus.STOPPED: Meaning(
        _("Its open jobs are hidden from their annotators. What was done counts."),
        _("Resume it to go on, or archive it."),
    ),
    BatchStatus.COMPLETED: Meaning(
        _("All of its jobs are completed."),
        _("Export the labels; archive it when nobody needs to see it."),
    ),
    BatchStatus.ERROR: Meaning(
        _("Its jobs could not be made."),
        _("Open the operation to see why, and retry it there; or cancel the batch."),
    ),
    BatchStatus.CANCELED: Meaning(
        _("It was called off; its open jobs are closed. What was done counts."),
        _("Reopen it if that was a mistake, clone it to do it anew, or archive it."),
    ),
    BatchStatus.ARCHIVED: Meaning(
        _("It is put away with its jobs."),
        _("Unarchive it to bring it back as it was."),
    ),
}
