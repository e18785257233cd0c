"""App items: an item in a batch, under the keys of both ("12-345"), with its labels there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.actor import Actor
from labeling.clients.toloka.answers import shapes_of
from labeling.clients.toloka.batches import batch_of, batches_of
from labeling.clients.toloka.calls import Asking, not_found, serve
from labeling.clients.toloka.loading import add_items
from labeling.clients.toloka.places import (
    BY_WEIGHT,
    COMPLETED,
    ITEM_STATUSES,
    WITHOUT_JOBS,
    chosen_items,
    has_places,
    standings,
    state_counts,
)
from labeling.clients.toloka.searching import (
    DATE,
    ID,
    Fields,
    Search,
    in_order,
    listed,
    read_search,
)
from labeling.clients.toloka.wire import flag, text
from labeling.clients.toloka.words import one_of
from labeling.core.errors import Invalid
from labeling.core.http import is_key
from labeling.jobs.models import Batch
from labeling.projects.models import Item, Project

ITEMS = Fields(
    compared={"id": ID, "created": DATE, "finished": DATE},
    sorted=("id", "created", "finished", "status"),
    words=("batch_id", "status"),
)
FINISHED, FINISHED_AT = "finished", "finished_at"


@serve("POST", "app-projects/{project}/items")
def create_item(asking: Asking, project: str) -> Any:
    """One more item of a batch."""
    within = asking.project(project)
    batch = _batch_of_body(asking, within)
    [key] = add_items(asking.actor, batch, {}, [asking.body.get("input_data")])
    return _shown(asking.actor, within, f"{batch.pk}-{key}")


@serve("POST", "app-projects/{project}/items/bulk")
def create_items(asking: Asking, project: str) -> Any:
    """More items of a batch; the answer is their ids."""
    batch = _batch_of_body(asking, asking.project(project))
    keys = add_items(asking.actor, batch, asking.body, asking.body.get("items"))
    return [f"{batch.pk}-{key}" for key in keys]


def _batch_of_body(asking: Asking, project: Project) -> Batch:
    flag(asking.body, "force_new_original")  # labels are never copied from a duplicate here
    key = text(asking.body, "batch_id")
    if not key:
        told = _("Name a batch: here every item is in one. Create it first, and start it.")
        raise Invalid({"batch_id": [told]})
    return batch_of(asking.actor, project, key)


@serve("GET", "app-projects/{project}/items/{item}")
def get_item(asking: Asking, project: str, item: str) -> Any:
    """An item in a batch."""
    return _shown(asking.actor, asking.project(project), item)


def _shown(actor: Actor, project: Project, key: str) -> Any:
    batch_key, _dash, item_key = key.partition("-")
    batch = batch_of(actor, project, batch_key)
    if not is_key(item_key):
        raise not_found()
    alone = Search([(ID, "gte", key), (ID, "lte", key)], [ID], 1, {})
    found = _items_in(actor, batch, alone, most=1)
    if not found:
        raise not_found()
    return shapes_of(actor, project, batch, found)[0]


@serve("GET", "app-projects/{project}/items")
def find_items(asking: Asking, project: str) -> Any:
    """Items of a batch, or of all batches of a project, one batch after the other."""
    within, actor = asking.project(project), asking.actor
    search = read_search(asking.request, ITEMS)
    content: list[dict[str, Any]] = []
    for batch in _batches(actor, within, search):
        room = search.limit + 1 - len(content)
        content += shapes_of(actor, within, batch, _items_in(actor, batch, search, room))
        if len(content) > search.limit:
            break
    return listed(content[: search.limit], more=len(content) > search.limit)


def _batches(actor: Actor, project: Project, search: Search) -> Iterator[Batch]:
    """The batches in which items are looked for, in the order of the search."""
    if search.word("batch_id"):
        key = search.word("batch_id")
        if not is_key(key):
            raise not_found()
        yield batch_of(actor, project, key)
        return
    if [each.removeprefix("-") for each in search.order] != [ID]:
        told = _("Without a batch_id sort by id. Name a batch to sort by something else.")
        raise Invalid({"sort": [told]})
    batches = batches_of(actor, project)
    for field, comparison, value in search.comparisons:
        if field == ID:
            batches = batches.filter(**{f"pk__{comparison[:2]}e": _keys(comparison, value)[0]})
    found = list(batches.order_by("-pk" if search.order[0].startswith("-") else "pk"))
    wanted = search.word("status")
    if wanted:
        one_of("status", wanted, ITEM_STATUSES)
        counts = state_counts(actor, found)
        found = [batch for batch in found if counts[batch.pk][wanted]]
    yield from found


def _items_in(actor: Actor, batch: Batch, search: Search, most: int) -> list[Item]:
    """The first items of a batch that fit, with `app_status`, `finished_at` and `begun_at`."""
    if not has_places(batch):
        return _chosen(batch, search, most)
    rows = standings(actor, batch.pk)
    wanted = search.word("status")
    if wanted:
        rows = rows.filter(weight=BY_WEIGHT.index(one_of("status", wanted, ITEM_STATUSES)))
    columns = {ID: "item", "created": "created_at", FINISHED: FINISHED_AT, "status": "weight"}
    page = list(_matching(rows, batch, search, columns)[:most])
    items = Item.objects.visible_to(actor).in_bulk([row["item"] for row in page])
    for row in page:
        word = BY_WEIGHT[row["weight"]]
        _mark(items[row["item"]], word, row[FINISHED_AT], row["begun_at"])
    return [items[row["item"]] for row in page]


def _chosen(batch: Batch, search: Search, most: int) -> list[Item]:
    """The same of a batch without jobs: nothing is begun, and all are as the batch is."""
    word = WITHOUT_JOBS.get(batch.status, COMPLETED)
    finished = any(field == FINISHED for field, _comparison, _value in search.comparisons)
    if finished or one_of("status", search.word("status") or word, ITEM_STATUSES) != word:
        return []
    order = [each for each in search.order if each.removeprefix("-") in (ID, "created")]
    columns = {ID: "pk", "created": "created_at"}
    found = _matching(chosen_items(batch), batch, replace(search, order=order), columns)
    items: list[Item] = list(found[:most])
    for item in items:
        _mark(item, word, None, None)
    return items


def _mark(item: Any, word: str, finished_at: datetime | None, begun_at: datetime | None) -> None:
    item.app_status, item.finished_at, item.begun_at = word, finished_at, begun_at


def _matching(
    found: QuerySet[Any, Any], batch: Batch, search: Search, columns: Mapping[str, str]
) -> QuerySet[Any, Any]:
    for field, comparison, value in search.comparisons:
        if field == ID:
            found = found.filter(_beside(columns[ID], batch.pk, comparison, value))
        else:
            found = found.filter(**{f"{columns[field]}__{comparison}": value})
    return found.order_by(*in_order(search.order, columns), columns[ID])


def _beside(column: str, batch_id: int, comparison: str, value: str) -> Q:
    """Which items of a batch come behind, or before, an id: by batch, then by item."""
    batch_key, item_key = _keys(comparison, value)
    if batch_id == batch_key:
        return Q(**{f"{column}__{comparison}": item_key})
    fits = (batch_id > batch_key) == comparison.startswith("gt")
    return Q() if fits else Q(**{f"{column}__in": ()})


def _keys(comparison: str, value: str) -> Sequence[int]:
    """The keys of batch and item in an id.

    Raises:
        Invalid
    """
    parts = value.split("-")
    if len(parts) != 2 or not all(map(is_key, parts)):
        raise Invalid({f"id_{comparison}": [_("This is no id of an item.")]})
    return [int(part) for part in parts]
