"""What human work adds to the pages of projects, datasets and items."""

from typing import Any

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from labeling.core.http import Request
from labeling.core.panels import panel
from labeling.core.workflow import Action, verbs_for
from labeling.jobs.dashboards import with_progress
from labeling.jobs.estimates.reading import batch_estimates
from labeling.jobs.meanings import MEANINGS
from labeling.jobs.models import Batch, Event, JobItem, Terms
from labeling.jobs.money.showing import sums_shown
from labeling.jobs.project_history import described, events_of
from labeling.projects.models import Dataset, Item, Project

SHOWN_BATCHES = 8
SHOWN_OF_PROJECT = 25
STARTING_AND_STOPPING = ("launch", "stop", "resume")
SHOWN_EVENTS = 30
SHOWN_JOBS = 20


@panel(Project, "batches", title=_("Batches"), order=20)
def project_batches(request: Request, project: Project) -> SafeString:
    """The batches of a project in the order of the queue; it refreshes itself."""
    return _drawn(request, "jobs/panels/project_batches.html", batches_of(request, project))


@panel(Dataset, "batches", title=_("Batches"), order=20)
def dataset_batches(request: Request, dataset: Dataset) -> SafeString:
    """The latest batches of a dataset."""
    return _batches(request, Batch.objects.visible_to(request.actor).filter(dataset=dataset))


@panel(Project, "money", title=_("Money"), order=40)
def project_money(request: Request, project: Project) -> SafeString:
    """The sums of a project that pays, for those who manage its money."""
    terms = Terms.objects.visible_to(request.actor).filter(project=project)
    if not request.actor.can(Capability.MANAGE_JOBS, project.team_id) or not terms.exists():
        return SafeString("")
    context = {"project": project, "money": sums_shown(project.pk)}
    return _drawn(request, "jobs/panels/money.html", context)


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


def batches_of(request: Request, project: Project) -> dict[str, Any]:
    """What the panel of a project draws: what is not archived, first what goes first."""
    batches = Batch.objects.visible_to(request.actor).filter(project=project)
    shown = with_progress(batches.filter(archived_at=None)).order_by("-priority", "rank", "pk")
    rows = list(shown[:SHOWN_OF_PROJECT])
    estimates = batch_estimates(rows)
    return {
        "project": project,
        "total": batches.count(),
        "batches": [
            (
                batch,
                MEANINGS[batch.status],
                starting_and_stopping(request, batch),
                estimates.get(batch.pk),
            )
            for batch in rows
        ],
    }


def starting_and_stopping(request: Request, batch: Batch) -> list[Action]:
    """What the reader may do from here; the rest is on the batch's own page."""
    return [each for each in verbs_for(batch, request.actor) if each.verb in STARTING_AND_STOPPING]


def _batches(request: Request, batches: QuerySet[Batch]) -> SafeString:
    shown = with_progress(batches.filter(archived_at=None))[:SHOWN_BATCHES]
    return _drawn(request, "jobs/panels/batches.html", {"batches": shown})


def _drawn(request: Request, template: str, context: dict[str, Any]) -> SafeString:
    return render_to_string(template, context, request=request)
