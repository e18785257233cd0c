"""What human work adds to the pages of projects, datasets and items."""

from typing import Any

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from labeling.core.http import Request
from labeling.core.panels import panel
from labeling.jobs.dashboards import with_progress
from labeling.jobs.models import Batch, Event, JobItem
from labeling.jobs.project_history import described, events_of
from labeling.projects.models import Dataset, Item, Project

SHOWN_BATCHES = 8
SHOWN_EVENTS = 30
SHOWN_JOBS = 20


@panel(Project, "batches", title=_("Batches"), order=20)
def project_batches(request: Request, project: Project) -> SafeString:
    """The latest batches of a project."""
    return _batches(request, Batch.objects.visible_to(request.actor).filter(project=project))


@panel(Dataset, "batches", title=_("Batches"), order=20)
def dataset_batches(request: Request, dataset: Dataset) -> SafeString:
    """The latest batches of a dataset."""
    return _batches(request, Batch.objects.visible_to(request.actor).filter(dataset=dataset))


@panel(Project, "history", title=_("History"), order=90)
def project_history(request: Request, project: Project) -> SafeString:
    """Who changed what of the project, its schema and its datasets."""
    events = events_of(project, Event.objects.visible_to(request.actor))
    return _drawn(request, "jobs/panels/history.html", {"lines": described(events[:SHOWN_EVENTS])})


@panel(Item, "jobs", title=_("Jobs"), order=20)
def item_jobs(request: Request, item: Item) -> SafeString:
    """The jobs that a picture is in, as far as the reader sees them."""
    places = JobItem.objects.visible_to(request.actor).filter(item=item, job__archived_at=None)
    shown = places.select_related("job__annotator", "job__reviewer").order_by("-job_id")
    return _drawn(request, "jobs/panels/item_jobs.html", {"places": shown[:SHOWN_JOBS]})


def _batches(request: Request, batches: QuerySet[Batch]) -> SafeString:
    shown = with_progress(batches.filter(archived_at=None))[:SHOWN_BATCHES]
    return _drawn(request, "jobs/panels/batches.html", {"batches": shown})


def _drawn(request: Request, template: str, context: dict[str, Any]) -> SafeString:
    return render_to_string(template, context, request=request)
