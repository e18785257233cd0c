"""New items: each an address that becomes an item of ours, or an item that is there already.

At the vendor items are made by the request that brings them, so here the import runs within the
request: it is the same operation `import-items`, past the queue.
"""

import random
import time
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from labeling.clients.toloka.failures import Unfinished
from labeling.clients.toloka.incoming import (
    Incoming,
    in_client_words,
    line_of,
    read_items,
    refuse_wrong,
)
from labeling.clients.toloka.places import chosen_items, has_places, places_of
from labeling.clients.toloka.wire import flag, text
from labeling.clients.toloka.words import PRIORITIES, USUAL_PRIORITY, one_of
from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.core.workflow import actions, out_of_turn, perform, validated
from labeling.jobs.models import Batch
from labeling.jobs.selection import items_to_add
from labeling.jobs.states import BatchStatus, Split
from labeling.operations import engine
from labeling.operations.models import Operation, OperationRow
from labeling.operations.states import Outcome, Status
from labeling.projects.importing import start_import_items
from labeling.projects.models import Dataset, Item, Project
from labeling.projects.staging import refuse_archived

# At the vendor a project has no datasets; new items go into this one of ours.
DATASET_NAME = "Toloka"
# A batch of a script goes to whoever takes it, in jobs of so many items.
ITEMS_A_JOB = 10
# Seconds; the client itself gives up after ten, unless it was told otherwise.
PATIENCE = 30.0
BREATH = 0.05
MOST_TOLD = 100

NOT_SYNCHRONOUS = gettext_lazy(
    "People annotate pictures, so nothing is finished at once. Create a batch, start it, and ask "
    "for it until its status is COMPLETED."
)
NO_SUCH_VERB = gettext_lazy("A batch cannot be asked to “%(verb)s” by Toloka's client.")


def settings_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Name and priority of a batch, as far as they were sent.

    Raises:
        Invalid
    """
    wanted: dict[str, Any] = {}
    if body.get("name") is not None:
        wanted["name"] = text(body, "name")
    if body.get("priority_order") is not None:
        word = body["priority_order"]
        wanted["priority"] = one_of("priority_order", word, PRIORITIES).value
    return wanted


def make_batch(actor: Actor, project: Project, body: Mapping[str, Any]) -> Batch:
    """A batch of the items in a request, saved and not launched.

    Raises:
        Invalid: an item does not fit, unless wrong ones are to be skipped; or nothing is left.
        Forbidden, Conflict: as the verbs.
    """
    usual = {"name": _("Batch of %s") % timezone.now().strftime("%Y-%m-%d %H:%M:%S")}
    wanted = {
        **usual,
        "priority": PRIORITIES[USUAL_PRIORITY].value,
        **settings_of(body),
        "split": Split.SEGMENTS.value,
        "segment_size": ITEMS_A_JOB,
        "launch": False,
    }
    coming = read_items(body.get("items"))
    found = _known(actor, project, coming)
    dataset = _dataset(actor, project, coming, found)
    _refuse_settings(actor, dataset, wanted)
    refuse_wrong(coming, skip=flag(body, "ignore_errors"))
    keys = _bring_in(actor, dataset, coming)
    create = actions[Dataset, "create-batch"]
    made: Batch = perform(create, dataset, actor, {**wanted, "item_ids": keys}).outcome
    return made


def add_items(actor: Actor, batch: Batch, body: Mapping[str, Any], given: Any) -> list[int]:
    """Add items to a batch: the keys of all that are in it now, in the order given.

    Arguments:
        given: the items of the request.

    Raises:
        Invalid, Forbidden, Conflict: as `make_batch`.
    """
    action = actions[Batch, "add-items"]
    if not action.permits(batch, actor):
        raise Forbidden(_("Your role in this team does not allow this: %s") % action.label)
    batch = _at_rest(batch)
    if not action.is_source(batch):
        raise out_of_turn(action, batch)
    refuse_archived(batch.dataset)
    coming = read_items(given)
    known = _known(actor, batch.project, coming)
    for number, key in coming.keys.items():
        if known.get(key, batch.dataset_id) != batch.dataset_id:
            coming.problems[number] = _("It is in another dataset than the batch.")
    wanted = [key for number, key in coming.keys.items() if number not in coming.problems]
    # No ids at all would mean every item.
    fresh = items_to_add(batch, {"item_ids": wanted}) if wanted else Item.objects.none()
    addable = set(fresh.values_list("pk", flat=True))
    for number, key in coming.keys.items():
        if number not in coming.problems and key not in addable:
            coming.problems[number] = _("It is in the batch already.")
    refuse_wrong(coming, skip=flag(body, "ignore_errors"))
    keys = _bring_in(actor, batch.dataset, coming)
    _widen(actor, batch, keys)
    return keys


def _widen(actor: Actor, batch: Batch, keys: list[int]) -> None:
    """Add items to a batch, one request after the other: a script may send several at once.

    Raises:
        Conflict: the batch was stopped or put away meanwhile, or somebody added the same items.
        Unfinished: it took too long.
    """
    action = actions[Batch, "add-items"]
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            perform(action, batch, actor, {"item_ids": keys})
        except Conflict:
            batch = _at_rest(batch)
            is_new = items_to_add(batch, {"item_ids": keys}).exists()
            if not action.is_source(batch) or not is_new or time.monotonic() > deadline:
                raise
            time.sleep(BREATH * random.random())  # noqa: S311 nobody guesses whose turn it is
        else:
            _at_rest(batch)
            return


def _known(actor: Actor, project: Project, coming: Incoming) -> dict[int, int]:
    """The dataset of each item that is named by its key; those that are not there are problems."""
    keys = list(set(coming.keys.values()))
    visible = Item.objects.visible_to(actor).filter(dataset__project=project)
    found = dict(visible.filter(pk__in=keys).values_list("pk", "dataset"))
    for number, key in coming.keys.items():
        if key not in found:
            coming.problems[number] = _("This project has no item of that item_id.")
    return found


def _dataset(actor: Actor, project: Project, coming: Incoming, found: Mapping[int, int]) -> Dataset:
    """Where the batch takes its items from: the dataset of those named, else the usual one."""
    datasets = Dataset.objects.visible_to(actor).kept().filter(project=project)
    named = set(found.values())
    if len(named) > 1:
        told = _("They lie in several datasets. A batch has items of one: make several batches.")
        raise Invalid({"items": [told]})
    if named:
        own = datasets.filter(pk__in=named).first()
        if own is None:
            raise Conflict(_("The dataset of these items is deleted. Restore it first."))
        return own
    usual = datasets.filter(name=DATASET_NAME).first()
    if usual is not None:
        return usual
    try:
        wanted = {"name": DATASET_NAME}
        made: Dataset = perform(actions[Project, "create-dataset"], project, actor, wanted).outcome
    except Invalid:
        # Another request of the script was quicker.
        usual = datasets.filter(name=DATASET_NAME).first()
        if usual is None:
            raise
        return usual
    return made


def _refuse_settings(actor: Actor, dataset: Dataset, wanted: Mapping[str, Any]) -> None:
    """Ask the verb about everything but the items, before these are made for nothing.

    Raises:
        Forbidden, Invalid, Conflict
    """
    action = actions[Dataset, "create-batch"]
    if not action.permits(dataset, actor):
        raise Forbidden(_("Your role in this team does not allow this: %s") % action.label)
    refuse_archived(dataset)
    try:
        validated(action, dataset, actor, wanted)
    except Invalid as error:
        if not isinstance(error.errors, Mapping):
            raise
        about_items = ("__all__", "item_ids")
        wrong = {name: texts for name, texts in error.errors.items() if name not in about_items}
        if wrong:
            raise Invalid(wrong, error.message) from None


def _bring_in(actor: Actor, dataset: Dataset, coming: Incoming) -> list[int]:
    """The keys of all items that are no problem, in the order given; new ones are made.

    Raises:
        Conflict: something came in between.
        Unfinished: it took too long.
    """
    made: dict[int, int] = {}
    if any(number not in coming.problems for number in coming.rows):
        lines = b"\n".join(map(line_of, coming.rows.values()))
        file = UploadedFile[Any](BytesIO(lines), name="items.ndjson", size=len(lines))
        operation = finished(start_import_items(actor, dataset, [file], fetch=False))
        items = Item.objects.visible_to(actor).filter(imported_by=operation).order_by("position")
        good = [number for number in coming.rows if number not in coming.problems]
        keys = list(items.values_list("pk", flat=True))
        if operation.status != Status.COMPLETE or len(keys) != len(good):
            told = _("The import of the items did not end well: %s") % operation.message
            raise Conflict(told, operation=operation.pk)
        made = dict(zip(good, keys, strict=True))
    both = made | {n: key for n, key in coming.keys.items() if n not in coming.problems}
    if not both:
        raise Invalid({"items": [_("There is no item to take in. Send at least one.")]})
    return [both[number] for number in sorted(both)]


def _at_rest(batch: Batch) -> Batch:
    """The batch, once no jobs of further items are being made for it."""
    batch.refresh_from_db()
    if batch.operation is not None and batch.status != BatchStatus.LOADING:
        finished(batch.operation)
        batch.refresh_from_db()
    return batch


def finished(operation: Operation) -> Operation:
    """An operation once it is over; it is run here unless somebody else runs it already.

    Raises:
        Unfinished: not within PATIENCE.
    """
    deadline = time.monotonic() + PATIENCE
    engine.run(operation.pk)
    operation.refresh_from_db()
    while not operation.is_finished:
        if time.monotonic() > deadline:
            told = _("The server is busy: operation %d goes on. Look at it before trying again.")
            raise Unfinished(told % operation.pk, operation=operation.pk)
        time.sleep(BREATH)
        engine.run(operation.pk)
        operation.refresh_from_db()
    return operation


def last_import(actor: Actor, batch: Batch) -> dict[str, Any] | None:
    """The import that made the newest item of a batch; None where none is on record."""
    if has_places(batch):
        newest = places_of(actor, [batch.pk]).aggregate(last=Max("item"))["last"]
    else:
        chosen = batch.selection.get("item_ids")
        every = chosen_items(batch).order_by()
        newest = max(chosen) if chosen else every.aggregate(last=Max("pk"))["last"]
    made_by = Item.objects.visible_to(actor).filter(pk=newest).values("imported_by")
    operation = Operation.objects.visible_to(actor).filter(pk__in=made_by).first()
    if operation is None:
        return None
    rows = OperationRow.objects.visible_to(actor).filter(operation=operation)
    failed = rows.exclude(outcome=Outcome.OK).order_by("number")
    return {
        "id": str(operation.pk),
        "records_count": operation.total or 0,
        "records_processed": operation.done,
        "records_skipped": failed.count(),
        "errors": {str(row.number): in_client_words(row.message) for row in failed[:MOST_TOLD]},
    }
