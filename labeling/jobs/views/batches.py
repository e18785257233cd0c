"""Batches: the list, the form that makes one, and the page of one."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Team
from accounts.roles import Capability
from labeling.core.errors import Forbidden, Invalid
from labeling.core.http import Request, get_visible_or_404, redirect_htmx, render_page, toast
from labeling.core.markdown import render_markdown
from labeling.core.workflow import actions, perform, verbs_for
from labeling.jobs.actions.batch_form import BatchForm
from labeling.jobs.dashboards import with_progress
from labeling.jobs.estimates.reading import job_estimates
from labeling.jobs.history import described
from labeling.jobs.meanings import MEANINGS
from labeling.jobs.models import Batch, Event, Job
from labeling.jobs.panels import batches_of
from labeling.jobs.states import BatchStatus
from labeling.jobs.views.batch_estimate import estimate_context
from labeling.jobs.views.previews import choices_of, summary_of
from labeling.operations.models import Operation
from labeling.projects.models import Dataset, Project

SHOWN_EVENTS = 20
SHOWN_JOBS = 100

# The page of such a batch asks again by itself.
LIVE = (
    BatchStatus.LOADING,
    BatchStatus.QUEUED,
    BatchStatus.PROCESSING,
    BatchStatus.NO_MONEY,
    BatchStatus.STOPPING,
)
# Nothing has to be said aloud of these.
PLAIN = (BatchStatus.PROCESSING, BatchStatus.COMPLETED)


@require_http_methods(["GET", "POST"])
def batch_form(request: Request, team_id: int) -> HttpResponseBase:
    """One page with a live preview; POST makes the batch and launches it."""
    team = get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    if not request.actor.can(Capability.MANAGE_JOBS, team.pk):
        raise Forbidden(_("Only managers and owners launch batches."))
    dataset = chosen_dataset(request, team)
    if dataset is None:
        return _form_page(request, team, None, None)
    if request.method == "GET":
        return _form_page(request, team, dataset, blank_form(request, dataset))
    try:
        change = perform(_create(), dataset, request.actor, request.POST)
    except Invalid:
        return _form_page(request, team, dataset, bound_form(request, dataset), status=422)
    is_new = change.outcome.status == BatchStatus.NEW
    said = (
        _("“%s” is saved. Launch it when it is ready.") if is_new else _("“%s” is being launched.")
    )
    toast(request, said % change.outcome.name)
    return redirect_htmx(request, change.outcome)


@require_POST
def preview(request: Request, pk: int) -> HttpResponse:
    """What the form would make of the dataset, as a partial; changes nothing."""
    dataset = get_visible_or_404(_datasets(request), pk)
    form = bound_form(request, dataset)
    instructions = render_markdown(form.data.get("instructions", ""))
    context = {"form": form, "summary": summary_of(form), "instructions": instructions}
    return render(request, "jobs/batch_preview.html", context)


def _create() -> Any:
    return actions[Dataset, "create-batch"]


def _datasets(request: Request) -> Any:
    live = Dataset.objects.visible_to(request.actor).select_related("project", "team")
    return live.filter(archived_at=None, project__archived_at=None)


def chosen_dataset(request: Request, team: Team) -> Dataset | None:
    """The dataset that the address or the form names, if the actor sees it."""
    named = request.POST.get("dataset") or request.GET.get("dataset")
    if not named:
        return None
    found: Dataset = get_visible_or_404(_datasets(request).filter(team=team), named)
    return found


def bound_form(request: Request, dataset: Dataset) -> BatchForm:
    """The form with what was sent."""
    return BatchForm(data=request.POST, **_create().form_kwargs(dataset, request.actor))


def blank_form(request: Request, dataset: Dataset) -> BatchForm:
    """The form with its defaults: all classes and tags, and the items that the address names."""
    kwargs = _create().form_kwargs(dataset, request.actor)
    form = BatchForm(**kwargs)
    chosen = [word for word in request.GET.get("items", "").split(",") if word.isdecimal()]
    form.initial = {
        "name": _("%(dataset)s, batch %(number)d")
        % {"dataset": dataset.name, "number": dataset.batches.count() + 1},
        "classes": [each.pk for each in form.fields["classes"].queryset],  # type: ignore[attr-defined]
        "tags": [each.pk for each in form.fields["tags"].queryset],  # type: ignore[attr-defined]
        "jobs_a_person": 1,
        "overlap": 1,
        "segment_size": 50,
        "item_ids": chosen,
    }
    return form


def _form_page(
    request: Request,
    team: Team,
    dataset: Dataset | None,
    form: forms.BaseForm | None,
    status: int | None = None,
) -> HttpResponse:
    datasets = _datasets(request).filter(team=team).order_by("project__name", "name")
    context = {
        "title": _("New batch"),
        "nav": "batches",
        "current_team": team,
        "datasets": datasets,
        "dataset": dataset,
        "form": form,
        "choices": choices_of(form, team.pk, dataset.project_id) if form and dataset else (),
    }
    return render_page(request, "jobs/batch_form.html", context, partial="form", status=status)


@require_GET
def batch(request: Request, pk: int) -> HttpResponse:
    """One batch: its progress, jobs, settings and history."""
    context = _batch_context(request, pk)
    return render(
        request, "jobs/batch.html", {**context, **estimate_context(request, context["batch"])}
    )


@require_GET
def batch_progress(request: Request, pk: int) -> HttpResponse:
    """The part of the page that refreshes itself while the batch is open."""
    return render(request, "jobs/batch.html#progress", _batch_context(request, pk))


@require_GET
def latest_of_project(request: Request, pk: int) -> HttpResponse:
    """The part of a project's page that shows its batches, as it refreshes itself."""
    project = get_visible_or_404(Project.objects.visible_to(request.actor), pk)
    return render(request, "jobs/panels/project_batches.html", batches_of(request, project))


def _batch_context(request: Request, pk: int) -> dict[str, Any]:
    visible = Batch.objects.visible_to(request.actor).select_related(
        "project", "dataset", "reviewer", "created_by", "operation", "team", "skill"
    )
    found = get_visible_or_404(with_progress(visible), pk)
    jobs = Job.objects.visible_to(request.actor).filter(batch=found)
    if found.archived_at is None:
        jobs = jobs.filter(archived_at=None)
    shown = list(jobs.select_related("annotator", "reviewer").order_by("number")[:SHOWN_JOBS])
    estimates = job_estimates(shown)
    for job in shown:
        job.estimate = estimates.get(job.pk)  # type: ignore[attr-defined]
    return {
        "title": found.name,
        "nav": "batches",
        "current_team": found.team,
        "batch": found,
        "meaning": MEANINGS[found.status],
        "is_plain": found.status in PLAIN,
        "is_live": found.status in LIVE,
        "operation": _operation(request, found),
        "jobs": shown,
        "verbs": verbs_for(found, request.actor),
        "may_export": request.actor.can(Capability.EXPORT, found.team_id),
        "lines": described(_events(request, found)),
        "classes": found.classes.all(),
        "tags": found.tags.all(),
        "people": found.people.all(),
    }


def _events(request: Request, found: Batch) -> Any:
    own = Event.objects.visible_to(request.actor).filter(batch=found, job=None)
    return own.select_related("actor", "job_item")[:SHOWN_EVENTS]


def _operation(request: Request, found: Batch) -> Operation | None:
    if found.operation_id is None:
        return None
    return Operation.objects.visible_to(request.actor).filter(pk=found.operation_id).first()
