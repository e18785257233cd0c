"""Imported rows become items: in order, each key once in the team, in one quick transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.core.bulk_insert import insert_rows
from labeling.core.key_lists import among
from labeling.operations.kinds import OperationFailed
from labeling.operations.models import Operation
from labeling.operations.states import Outcome
from labeling.projects.models import Dataset, Item
from labeling.projects.operations.item_arrivals import Arrival
from labeling.projects.uploads_ahead import claim

# Rivals that take one of our keys at the very moment are asked for once more, so many times.
ATTEMPTS = 3

FACTS = ("name", "source_url", "global_key", "external_id", "metadata", "attachments")
PICTURE = ("content_hash", "width", "height", "byte_size", "media_type", "file", "thumbnail")
OTHERS = ("team_id", "dataset_id", "imported_by_id", "created_at", "object_count")
COLUMNS = ("position", *FACTS, *PICTURE, *OTHERS)
NO_PICTURE = ("", 0, 0, 0, "", "", "")


def store(operation: Operation, dataset_id: int, arrivals: Sequence[Arrival]) -> int:
    """Make items of the rows that are good, in their order; the others are told why not.

    The dataset's row is locked first: two imports into one dataset take turns, so that positions
    follow each other.

    Returns:
        How many items were made.

    Raises:
        OperationFailed: the dataset is gone.
    """
    now = timezone.now()
    if not Dataset.objects.filter(pk=dataset_id).update(updated_at=now):
        raise OperationFailed(_("The dataset was deleted meanwhile. Import into another one."))
    shared = (operation.team_id, dataset_id, operation.pk, now, 0)
    in_dataset = Item.objects.filter(dataset=dataset_id)
    last = in_dataset.aggregate(last=Max("position"))["last"] or 0
    for attempt in range(ATTEMPTS):
        _refuse_taken(operation, arrivals)
        _skip_known(dataset_id, arrivals)
        good = [arrival for arrival in arrivals if arrival.is_good]
        try:
            with transaction.atomic():
                insert_rows(Item, COLUMNS, _rows(good, last, shared))
            break
        except IntegrityError:
            # An import into another dataset of the team took one of the keys meanwhile.
            if attempt == ATTEMPTS - 1:
                raise
    Dataset.objects.filter(pk=dataset_id).update(item_count=F("item_count") + len(good))
    used = [arrival.staged for arrival in good if arrival.staged is not None]
    if used:
        claim(operation, used)
    return len(good)


def _rows(good: Iterable[Arrival], last: int, shared: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for position, arrival in enumerate(good, last + 1):
        row, item = arrival.row, arrival.item
        if row is None:
            continue
        picture = NO_PICTURE if item is None else _picture(item)
        source_url = "" if arrival.is_uploaded else row.row_data
        name = row.name or arrival.name
        facts = (row.global_key, row.external_id, row.metadata, row.attachments)
        yield (position, name, source_url, *facts, *picture, *shared)


def _picture(item: Item) -> tuple[Any, ...]:
    """What PICTURE names, with files by their stored names."""
    values = (getattr(item, name) for name in PICTURE)
    return tuple(each if isinstance(each, str | int) else str(each.name) for each in values)


def _refuse_taken(operation: Operation, arrivals: Sequence[Arrival]) -> None:
    """A global key names one item in the team."""
    keys = [each.row.global_key for each in arrivals if each.row and each.is_good]
    taken = _owners(operation.team_id, [key for key in keys if key])
    used: set[str] = set()
    for arrival in arrivals:
        key = arrival.row.global_key if arrival.row and arrival.is_good else None
        if key is None:
            continue
        if key in used or (key in taken and taken[key] == operation.pk):
            arrival.refuse(
                _(
                    "The global key “%(key)s” is used by an earlier row of this list. Give this "
                    "row its own, or take it out."
                )
                % {"key": key}
            )
        elif key in taken:
            arrival.refuse(
                _(
                    "The global key “%(key)s” is taken by another item of the team. Give this "
                    "row its own, or take it out if it is the same item."
                )
                % {"key": key}
            )
        used.add(key)


def _owners(team_id: int, keys: Sequence[str]) -> Mapping[str, int | None]:
    """Which of the keys are taken, and by which import."""
    if not keys:
        return {}
    found = Item.objects.filter(team=team_id, global_key__in=among(keys), global_key__isnull=False)
    return {
        key: operation
        for key, operation in found.values_list("global_key", "imported_by").order_by()
        if key is not None
    }


def _skip_known(dataset_id: int, arrivals: Sequence[Arrival]) -> None:
    """An uploaded picture is in a dataset once, by the hash of its bytes."""
    fresh = [each for each in arrivals if each.is_good and each.is_uploaded and each.item]
    if not fresh:
        return
    hashes = {each.item.content_hash for each in fresh if each.item}
    known = dict(
        Item.objects.filter(dataset=dataset_id, source_url="", content_hash__in=hashes)
        .order_by()
        .values_list("content_hash", "name")
    )
    for arrival in fresh:
        content_hash = arrival.item.content_hash if arrival.item else ""
        if content_hash in known:
            # A key that would name nothing is worth an error; the picture alone is there already.
            has_key = arrival.row is not None and arrival.row.global_key
            arrival.refuse(
                _("the same picture as %s") % known[content_hash],
                Outcome.ERROR if has_key else Outcome.SKIPPED,
            )
        known.setdefault(content_hash, arrival.name)
