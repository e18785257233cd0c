"""Where the items of batches stand, in the client's words.

At the vendor an item is in one batch and has one status. Here it is in a batch with a place in each
job that has it: one place, unless several people label it or its label was rejected and is made
again. Before the jobs are made it has none, and is as its batch is.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    IntegerField,
    Max,
    Min,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accounts.actor import Actor
from labeling.core.key_lists import among
from labeling.jobs.models import Batch, JobItem
from labeling.jobs.selection import selected_items
from labeling.jobs.states import BatchStatus, ItemState, Status
from labeling.projects.models.datasets import ItemQuerySet

NEW, PROCESSING, COMPLETED, ERROR = "NEW", "PROCESSING", "COMPLETED", "ERROR"
CANCELLED, ARCHIVE, NO_MONEY, STOPPED = "CANCELLED", "ARCHIVE", "NO_MONEY", "STOPPED"

# Of an item with several places the first of these counts: it is finished once all of them are,
# and a label that was rejected is forgotten once there is another one.
BY_WEIGHT = (PROCESSING, STOPPED, NO_MONEY, NEW, CANCELLED, ARCHIVE, COMPLETED, ERROR)
ITEM_STATUSES: Mapping[str, str] = {word: word for word in BY_WEIGHT}

# Of a batch without jobs, what its items are.
WITHOUT_JOBS: Mapping[str, str] = {
    BatchStatus.NEW: NEW,
    BatchStatus.LOADING: NEW,
    BatchStatus.ERROR: ERROR,
    BatchStatus.CANCELED: CANCELLED,
    BatchStatus.ARCHIVED: ARCHIVE,
}
MAKING_JOBS = (BatchStatus.NEW, BatchStatus.LOADING, BatchStatus.ERROR)

# Jobs that are archived by themselves do not count, as on our pages.
SHOWN = Q(job__archived_at=None) | Q(job__batch__archived_at__isnull=False)

_FINISHED = (
    Q(state=ItemState.ACCEPTED)
    | Q(state=ItemState.DONE, job__batch__needs_review=False)
    | Q(job__status=Status.COMPLETED)
)
_NOT_BEGUN = Q(job__status=Status.PENDING)

# The status of one place: the first rule that fits. Begun is processing: somebody has it.
_RULES: Sequence[tuple[Q, str]] = (
    (Q(job__batch__status=BatchStatus.ARCHIVED), ARCHIVE),
    (Q(state=ItemState.REJECTED, job__status=Status.COMPLETED), ERROR),
    (_FINISHED, COMPLETED),
    (Q(job__batch__status=BatchStatus.CANCELED), CANCELLED),
    (Q(job__status=Status.STOPPED), STOPPED),
    (_NOT_BEGUN & Q(job__batch__status=BatchStatus.NO_MONEY), NO_MONEY),
    (_NOT_BEGUN, NEW),
)

PLACE_STATUS = Case(
    *(When(rule, then=Value(word)) for rule, word in _RULES),
    default=Value(PROCESSING),
    output_field=CharField(),
)
WEIGHT = Case(
    *(When(rule, then=Value(BY_WEIGHT.index(word))) for rule, word in _RULES),
    default=Value(BY_WEIGHT.index(PROCESSING)),
    output_field=IntegerField(),
)


def places_of(actor: Actor, batch_ids: Sequence[int]) -> QuerySet[JobItem]:
    """The places of the items of these batches, each with its `place_status`."""
    places = JobItem.objects.visible_to(actor).filter(SHOWN, job__batch__in=among(batch_ids))
    return places.annotate(place_status=PLACE_STATUS)


def standings(actor: Actor, batch_id: int) -> QuerySet[Any, Any]:
    """Where each item of a batch stands: one row an item, `weight` being of BY_WEIGHT.

    Grouped rather than looked up item by item: a database reads the places of a batch in one go.
    """
    ended = Coalesce("decided_at", "done_at", "job__completed_at")
    begun = Coalesce("job__started_at", "job__claimed_at")
    shown: Any = JobItem.objects.visible_to(actor).filter(SHOWN, job__batch=batch_id)
    grouped = shown.values("item", created_at=F("item__created_at")).annotate(
        weight=Min(WEIGHT), ended_at=Max(ended), begun_at=Min(begun)
    )
    is_finished = When(weight=BY_WEIGHT.index(COMPLETED), then=F("ended_at"))
    standing: QuerySet[Any, Any] = grouped.annotate(finished_at=Case(is_finished))
    return standing


def has_places(batch: Batch) -> bool:
    """Whether its items have places.

    Arguments:
        batch: with its `job_count`, as `with_progress` counts it.
    """
    return batch.status not in MAKING_JOBS and bool(batch.job_count)  # type: ignore[attr-defined]


def chosen_items(batch: Batch) -> ItemQuerySet:
    """The items of a batch whose jobs are not made."""
    return selected_items(batch.dataset, batch.selection)


def state_counts(actor: Actor, batches: Iterable[Batch]) -> dict[int, Counter[str]]:
    """How many places each batch has by status; without jobs, how many items.

    One query, and one for each batch without jobs that was not made of chosen items.
    """
    counts: dict[int, Counter[str]] = {}
    placed: list[int] = []
    for batch in batches:
        counts[batch.pk] = Counter()
        if has_places(batch):
            placed.append(batch.pk)
        else:
            word = WITHOUT_JOBS.get(batch.status, COMPLETED)
            counts[batch.pk][word] = _number_chosen(batch)
    if placed:
        places: Any = places_of(actor, placed).order_by()
        by_status = places.values_list("job__batch", "place_status")
        for batch_id, word, count in by_status.annotate(Count("pk")):
            counts[batch_id][word] += count
    return counts


def _number_chosen(batch: Batch) -> int:
    chosen = batch.selection.get("item_ids")
    if chosen and len(batch.selection) == 1:
        return len(chosen)
    return chosen_items(batch).count()
