"""What waits for a decision: how much, since when, and at whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min, QuerySet, Sum

from labeling.jobs.models import Job


@dataclass(frozen=True)
class Waiting:
    """What waits at one reviewer, or at nobody yet.

    Attributes:
        reviewer_id: None for what anybody may take.
        items: done and not decided on.
        oldest: when the job that waits longest was handed in.
    """

    reviewer_id: int | None
    name: str
    jobs: int
    items: int
    oldest: datetime | None


@dataclass(frozen=True)
class Backlog:
    """What waits for review in a team, the longest waiting first."""

    reviewers: Sequence[Waiting]

    @property
    def jobs(self) -> int:
        """Jobs on review."""
        return sum(each.jobs for each in self.reviewers)

    @property
    def items(self) -> int:
        """Items that wait for a decision."""
        return sum(each.items for each in self.reviewers)

    @property
    def oldest(self) -> datetime | None:
        """When the job that waits longest was handed in."""
        return min((each.oldest for each in self.reviewers if each.oldest), default=None)

    def days_left(self, decided: Sequence[int]) -> float | None:
        """How many days of reviewing are left; None while nobody decides anything.

        Arguments:
            decided: how many decisions were made on each of some days. Days without any say
                nothing about how fast reviewing is.
        """
        worked = [number for number in decided if number]
        return self.items * len(worked) / sum(worked) if worked else None


def backlog_of(jobs: QuerySet[Job]) -> Backlog:
    """The backlog among some jobs, in one query.

    Arguments:
        jobs: those of the team that the reader may see.
    """
    waiting = jobs.awaiting_review().order_by()  # type: ignore[attr-defined]
    grouped = waiting.values_list("reviewer", "reviewer__display_name", "reviewer__username")
    counted = grouped.annotate(
        jobs=Count("pk"),
        waiting=Sum(F("items") - F("accepted") - F("rejected")),
        oldest=Min("submitted_at"),
    )
    found = [
        Waiting(pk, shown or login or "", jobs, items, oldest)
        for pk, shown, login, jobs, items, oldest in counted
    ]
    return Backlog(sorted(found, key=_longest_first))


def _longest_first(waiting: Waiting) -> tuple[bool, float, str]:
    oldest = waiting.oldest
    return oldest is None, oldest.timestamp() if oldest else 0.0, waiting.name
