"""The page of one dataset: a grid of its pictures that can be searched, filtered and chosen."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_POST

from accounts.roles import Capability
from labeling.core.errors import Invalid
from labeling.core.http import Request, get_visible_or_404, redirect_htmx
from labeling.core.listing import Column, ListPage, Selection, StrictFilterSet
from labeling.core.navigation import optional
from labeling.core.panels import panels_for
from labeling.core.workflow import Action, verbs_for
from labeling.operations.models import Operation
from labeling.projects.filters import DatasetItemFilter
from labeling.projects.models import Dataset, Item
from labeling.projects.referencing import count_missing
from labeling.projects.thumbnails import KIND as MAKE_THUMBNAILS
from labeling.projects.thumbnails import lacks_thumbnails
from labeling.projects.usage import PURGE
from labeling.projects.views.thumbs import thumb
from labeling.projects.views.verbs import ELSEWHERE

FETCH = "fetch-images"
# Verbs whose buttons are shown while there is something for them to do.
ONLY_WHEN_MISSING = frozenset({FETCH, MAKE_THUMBNAILS})
# Ids travel in an address, which servers cut off somewhere beyond this.
MOST_CHOSEN = 400
# The one status that a picture in several jobs shows: the one with most left to do.
STATUS_ORDER = ("in_progress", "on_review", "pending", "stopped", "completed")
SORTS = (
    ("position", gettext_lazy("Position")),
    ("name", gettext_lazy("Name")),
    ("-objects", gettext_lazy("Most objects")),
    ("objects", gettext_lazy("Fewest objects")),
    ("-labeled", gettext_lazy("Labeled last")),
    ("-size", gettext_lazy("Largest file")),
)


def export_url(request: Request, dataset: Dataset) -> str:
    """Where its labels leave, for those who may take them."""
    may_export = request.actor.can(Capability.EXPORT, dataset.team_id)
    return optional("exports:export-dataset", dataset.pk) if may_export else ""


def visible_dataset(request: Request, pk: int) -> Dataset:
    """The dataset, or a 404."""
    datasets = Dataset.objects.visible_to(request.actor)
    return get_visible_or_404(datasets.select_related("team", "project", "created_by"), pk)


class DatasetPage(ListPage[Item]):
    """The items of a dataset."""

    filterset_class = DatasetItemFilter
    nav = "projects"
    template_name = "projects/dataset.html"
    rows_template = "projects/item_grid.html"
    empty_template = "projects/no_items.html"
    count_words = ngettext_lazy("%(shown)s item", "%(shown)s items", "number")
    default_page_size = 100
    columns: ClassVar[Sequence[Column]] = (
        Column("position", gettext_lazy("Position"), is_number=True),
        Column("name", gettext_lazy("Name")),
        # Unknown while the picture is at its address.
        Column("width", gettext_lazy("Width"), value=lambda item: item.width or "", is_number=True),
        Column(
            "height", gettext_lazy("Height"), value=lambda item: item.height or "", is_number=True
        ),
        Column("objects", gettext_lazy("Objects"), value="object_count", is_number=True),
        Column("labeled", gettext_lazy("Labeled"), value="labeled_at"),
        Column("tags", gettext_lazy("Tags"), value=lambda item: ", ".join(item.shown_tags)),
        Column("status", gettext_lazy("Status"), value="shown_status"),
    )

    @cached_property
    def dataset(self) -> Dataset:
        """The dataset of the address."""
        return visible_dataset(self.request, self.kwargs["pk"])

    def get_queryset(self) -> QuerySet[Item]:
        """Its items."""
        return Item.objects.visible_to(self.request.actor).filter(dataset=self.dataset)

    def known_total(self, filterset: StrictFilterSet) -> int | None:
        """The dataset counts its items."""
        return self.dataset.item_count

    def decorate(self, rows: list[Item]) -> None:
        """The tags of the page's items, and the status of the jobs they are in: two queries."""
        found = Item.objects.visible_to(self.request.actor).filter(pk__in=[row.pk for row in rows])
        tags = tags_of(found)
        statuses = statuses_of(found)
        for row in rows:
            row.shown_tags = tags[row.pk]  # type: ignore[attr-defined]
            row.shown_status = statuses.get(row.pk, "")  # type: ignore[attr-defined]

    def get_bulk_url(self) -> str:
        """Where the chosen items go."""
        return reverse("projects:choose-items", args=[self.dataset.pk])

    def export_these(self) -> str:
        """Where the labels of what the filters match leave; empty without a filter."""
        url = export_url(self.request, self.dataset) if self.filterset.is_narrowed else ""
        return f"{url}?{urlencode({'filter': self.request.GET.urlencode()})}" if url else ""

    def csv_name(self) -> str:
        """Named after the dataset's number, for its name may be anything."""
        return f"labeldesk-dataset-{self.dataset.pk}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The dataset and what may be done with it; the rows' part needs none of it."""
        dataset, actor = self.dataset, self.request.actor
        context = {
            **kwargs,
            "title": dataset.name,
            "dataset": dataset,
            "current_team": dataset.team,
            "sorts": SORTS,
            "sort": self.filterset.ordering,
        }
        is_open = not (dataset.archived_at or dataset.project.archived_at)
        may_batch = is_open and actor.can(Capability.MANAGE_JOBS, dataset.team_id)
        batch_url = optional("jobs:batch-new", dataset.team_id) if may_batch else ""
        context["bulk_template"] = "projects/item_bulk.html" if batch_url else None
        context["thumbs"] = [thumb(row.obj, bool(batch_url)) for row in kwargs["rows"]]
        context["export_these"] = self.export_these()
        if kwargs["is_partial"]:
            return super().get_context_data(**context)
        may_upload = is_open and actor.can(Capability.MANAGE_PROJECTS, dataset.team_id)
        verbs = verbs_for(dataset, actor)
        away = count_missing(dataset)
        uploads = list(running_uploads(self.request, dataset))
        return super().get_context_data(
            **context,
            batch_url=f"{batch_url}?dataset={dataset.pk}" if batch_url else "",
            may_upload=may_upload,
            import_url=optional("exports:import-annotations", dataset.pk) if may_upload else "",
            export_url=export_url(self.request, dataset),
            verbs=[each for each in verbs if each.verb not in {*ELSEWHERE, *ONLY_WHEN_MISSING}],
            fetch_verb=next((each for each in verbs if away and each.verb == FETCH), None),
            thumbnails_verb=thumbnails_verb(dataset, verbs),
            away_count=away,
            uploads=uploads,
            is_being_purged=any(each.kind == PURGE for each in uploads),
            panels=panels_for(self.request, dataset),
        )


def tags_of(items: QuerySet[Item]) -> dict[int, list[str]]:
    """The tags of images in words, by item."""
    found: dict[int, list[str]] = defaultdict(list)
    tagged = items.filter(item_tags__isnull=False).order_by("pk", "item_tags__tag__position")
    for pk, name, value in tagged.values_list("pk", "item_tags__tag__name", "item_tags__value"):
        found[pk].append(f"{name}: {value}" if value else str(name))
    return found


def statuses_of(items: QuerySet[Item]) -> dict[int, str]:
    """The status to show for each item that is in a job."""
    in_jobs = items.filter(job_items__isnull=False, job_items__job__archived_at=None)
    found: dict[int, str] = {}
    for pk, status in in_jobs.order_by().values_list("pk", "job_items__job__status").distinct():
        known = found.get(pk)
        if known is None or STATUS_ORDER.index(status) < STATUS_ORDER.index(known):
            found[pk] = status
    return found


def thumbnails_verb(dataset: Dataset, verbs: Sequence[Action]) -> Action | None:
    """The verb that makes thumbnails, where some are missing."""
    found = next((each for each in verbs if each.verb == MAKE_THUMBNAILS), None)
    return found if found is not None and lacks_thumbnails(dataset) else None


def running_uploads(request: Request, dataset: Dataset) -> Iterable[Operation]:
    """Uploads and other work on the dataset that is not finished."""
    return Operation.objects.visible_to(request.actor).about(dataset).live()[:5]


@require_POST
def choose_items(request: Request, pk: int) -> HttpResponseBase:
    """Lead on to the batch form with the items that were ticked; changes nothing."""
    dataset = visible_dataset(request, pk)
    selection = Selection.parse(request.POST)
    items = Item.objects.visible_to(request.actor).filter(dataset=dataset)
    chosen = selection.apply(items, DatasetItemFilter, request).order_by("position")
    keys = list(chosen.values_list("pk", flat=True)[: MOST_CHOSEN + 1])
    if not keys or len(keys) > MOST_CHOSEN:
        message = _("Choose 1 to %(most)d items here. For more, give the batch a tag or a range.")
        raise Invalid({"selected": [message % {"most": MOST_CHOSEN}]})
    query = urlencode({"dataset": dataset.pk, "items": ",".join(map(str, keys))}, safe=",")
    return redirect_htmx(request, f"{reverse('jobs:batch-new', args=[dataset.team_id])}?{query}")
