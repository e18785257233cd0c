"""App batches: our batches."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Max, Min, QuerySet
from django.utils import timezone

from accounts.actor import Actor
from labeling.clients.toloka import loading
from labeling.clients.toloka.calls import Asking, serve
from labeling.clients.toloka.expected import expected
from labeling.clients.toloka.failures import NotOffered
from labeling.clients.toloka.loading import last_import, settings_of
from labeling.clients.toloka.places import has_places, state_counts
from labeling.clients.toloka.searching import (
    DATE,
    ID,
    NAME,
    Fields,
    listed,
    matching,
    page,
    read_search,
)
from labeling.clients.toloka.words import PRIORITY_WORDS, STATUS_WORDS, STATUSES, moment, one_of
from labeling.core.http import get_visible_or_404
from labeling.core.workflow import actions, perform
from labeling.jobs.dashboards import with_progress
from labeling.jobs.models import Batch, LedgerEntry
from labeling.jobs.money.arithmetic import price_of_next
from labeling.jobs.money.balance import PriceList
from labeling.jobs.money.sums import amount_of, sum_of_amounts
from labeling.jobs.states import BatchStatus, EntryKind
from labeling.projects.models import Project

BATCHES = Fields(
    compared={"id": ID, "name": NAME, "created": DATE},
    sorted=("id", "name", "created", "status"),
    words=("status",),
)
COLUMNS = {"id": "pk", "name": "name", "created": "created_at", "status": "status"}

VERBS: Mapping[str, str] = {
    "start": "launch",
    "stop": "stop",
    "resume": "resume",
    "archive": "archive",
    "unarchive": "unarchive",
}


@serve("GET", "app-projects/{project}/batches")
def find_batches(asking: Asking, project: str) -> Any:
    """A project's batches."""
    within = asking.project(project)
    search = read_search(asking.request, BATCHES)
    found = batches_of(asking.actor, within)
    if search.word("status"):
        found = found.filter(status=one_of("status", search.word("status"), STATUSES))
    rows, more = page(matching(found, search, COLUMNS), search.limit)
    return listed(shapes_of(asking.actor, within, rows), more=more)


@serve("POST", "app-projects/{project}/batches")
def create_batch(asking: Asking, project: str) -> Any:
    """A batch of new items, saved and not launched."""
    within = asking.project(project)
    made = loading.make_batch(asking.actor, within, asking.body)
    return _shown(asking, within, str(made.pk))


@serve("POST", "app-projects/{project}/batches/sync")
def start_sync(asking: Asking, project: str) -> Any:
    """Not for people's work."""
    asking.project(project)
    raise NotOffered(loading.NOT_SYNCHRONOUS)


@serve("GET", "app-projects/{project}/batches/{batch}")
def get_batch(asking: Asking, project: str, batch: str) -> Any:
    """A batch."""
    return _shown(asking, asking.project(project), batch)


@serve("PATCH", "app-projects/{project}/batches/{batch}")
def patch_batch(asking: Asking, project: str, batch: str) -> Any:
    """Another name, another priority; what is not sent stays."""
    within = asking.project(project)
    found = batch_of(asking.actor, within, batch)
    wanted = settings_of(asking.body)
    if wanted:
        perform(actions[Batch, "edit"], found, asking.actor, wanted)
    return _shown(asking, within, batch)


@serve("POST", "app-projects/{project}/batches/{batch}/{verb}")
def change_batch(asking: Asking, project: str, batch: str, verb: str) -> None:
    """Start, stop, resume, archive, unarchive."""
    found = batch_of(asking.actor, asking.project(project), batch)
    if verb not in VERBS:
        raise NotOffered(loading.NO_SUCH_VERB % {"verb": verb[:100]})
    perform(actions[Batch, VERBS[verb]], found, asking.actor)


def batches_of(actor: Actor, project: Project) -> QuerySet[Batch]:
    """A project's batches with the sums of their jobs."""
    found = Batch.objects.visible_to(actor).filter(project=project).select_related("dataset")
    return with_progress(found).annotate(
        begun_at=Min("jobs__started_at"), ended_at=Max("jobs__completed_at")
    )


def batch_of(actor: Actor, project: Project, key: str) -> Batch:
    """A batch of a project, else Http404."""
    return get_visible_or_404(batches_of(actor, project), key)


def _shown(asking: Asking, project: Project, key: str) -> Any:
    found = batch_of(asking.actor, project, key)
    shape = shapes_of(asking.actor, project, [found])[0]
    return {**shape, "last_items_import": last_import(asking.actor, found)}


def shapes_of(actor: Actor, project: Project, batches: Sequence[Batch]) -> list[dict[str, Any]]:
    """Batches of one project as the client has them."""
    counts = state_counts(actor, batches)
    soon = expected(actor, project, batches)
    prices = PriceList([project.pk])
    owed = _owed(actor, [batch.pk for batch in batches])
    now = moment(timezone.now())
    shapes = []
    for batch in batches:
        found: Any = batch  # with what `batches_of` annotates
        states, times = counts[batch.pk], soon[batch.pk]
        items = found.items if has_places(batch) else states.total()
        price = price_of_next(prices.of(project.pk, batch.pk), needs_review=batch.needs_review)
        is_over = batch.status == BatchStatus.COMPLETED
        shapes.append(
            {
                "id": str(batch.pk),
                "app_project_id": str(project.pk),
                "name": batch.name,
                "status": STATUS_WORDS[batch.status],
                "priority_order": PRIORITY_WORDS[batch.priority],
                "items_count": items,
                "items_processed_count": found.done,
                "items_per_state": dict(states),
                "item_price": price,
                "cost": price * items,
                "cost_of_processed": owed.get(batch.pk, Decimal(0)),
                "created_at": moment(batch.created_at),
                "started_at": moment(found.begun_at),
                "finished_at": moment(found.ended_at) if is_over else None,
                "eta": moment(times.end_at),
                "etd": moment(times.begin_at),
                "app_project_eta": moment(times.project_end_at),
                "current_time": now,
                "confidence_avg": None,
                "read_only": batch.archived_at is not None or project.archived_at is not None,
            }
        )
    return shapes


def _owed(actor: Actor, batch_ids: Sequence[int]) -> dict[int, Decimal]:
    """What was earned in each batch, as far as the person may see it."""
    lines = LedgerEntry.objects.visible_to(actor).filter(kind=EntryKind.OWED, batch__in=batch_ids)
    summed = lines.order_by().values_list("batch").annotate(total=sum_of_amounts())
    return {batch_id: amount_of(total) for batch_id, total in summed if batch_id is not None}
