"""The pages that take labels out of something and bring labels into a dataset."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts.views.verbs import refused_status
from labeling.core.errors import Forbidden, Invalid
from labeling.core.http import Request, get_visible_or_404, next_url, redirect_htmx, render_page
from labeling.core.listing import Chip, FilterError
from labeling.exports.formats import readable, writable
from labeling.exports.item_filter import ItemFilter
from labeling.exports.operations.export_form import ExportForm
from labeling.exports.operations.exporting import Export
from labeling.exports.operations.import_form import ImportForm
from labeling.exports.operations.importing import ImportAnnotations
from labeling.exports.scopes import ScopeKind, Subject
from labeling.exports.starting import start_export, start_import
from labeling.jobs.models import Batch, Job
from labeling.operations.kinds import Kind
from labeling.projects.models import Dataset, Project
from labeling.projects.staging import refuse_archived, refuse_large_body

NAV: Mapping[str, str] = {
    ScopeKind.PROJECT: "projects",
    ScopeKind.DATASET: "projects",
    ScopeKind.BATCH: "batches",
    ScopeKind.JOB: "jobs",
}


@require_http_methods(["GET", "POST"])
def export_project(request: Request, pk: int) -> HttpResponseBase:
    """Export a project."""
    projects = Project.objects.visible_to(request.actor).select_related("team")
    return _export_page(request, ScopeKind.PROJECT, get_visible_or_404(projects, pk))


@require_http_methods(["GET", "POST"])
def export_dataset(request: Request, pk: int) -> HttpResponseBase:
    """Export a dataset."""
    datasets = Dataset.objects.visible_to(request.actor).select_related("team")
    return _export_page(request, ScopeKind.DATASET, get_visible_or_404(datasets, pk))


@require_http_methods(["GET", "POST"])
def export_batch(request: Request, pk: int) -> HttpResponseBase:
    """Export a batch."""
    batches = Batch.objects.visible_to(request.actor).select_related("team")
    return _export_page(request, ScopeKind.BATCH, get_visible_or_404(batches, pk))


@require_http_methods(["GET", "POST"])
def export_job(request: Request, pk: int) -> HttpResponseBase:
    """Export a job."""
    jobs = Job.objects.visible_to(request.actor).select_related("team")
    return _export_page(request, ScopeKind.JOB, get_visible_or_404(jobs, pk))


def _export_page(request: Request, scope: ScopeKind, subject: Subject) -> HttpResponseBase:
    _refuse_role(request, Export, subject.team_id)
    fixed = {"scope": scope, "id": subject.pk}
    kwargs: dict[str, Any] = {"team": subject.team, "actor": request.actor}
    query = request.POST.get("filter") or request.GET.get("filter", "")
    form, status = ExportForm(initial={**fixed, "filter": query}, **kwargs), 200
    if request.method == "POST":
        data = _sent(request, form, without=fixed)
        try:
            operation = start_export(request.actor, subject.team, subject, data, _key(request))
        except Invalid:
            form, status = ExportForm({**data, **fixed}, **kwargs), refused_status(request)
        else:
            return redirect_htmx(request, operation)
    context = {
        **_context(request, form, subject),
        "title": _("Export of “%(name)s”") % {"name": subject},
        "nav": NAV[scope],
        "formats": writable(),
        "chips": _chips(query, request) if scope == ScopeKind.DATASET else [],
    }
    return render_page(request, "exports/export.html", context, partial="form", status=status)


def _chips(query: str, request: Request) -> list[Chip]:
    """What a filter says; one that makes no sense says nothing, and the form refuses it."""
    try:
        return ItemFilter.parse(query, request.actor).chips()
    except FilterError:
        return []


@csrf_exempt  # asked by the inner view, once the body is known to be of a size worth reading
@require_http_methods(["GET", "POST"])
def import_annotations(request: Request, pk: int) -> HttpResponseBase:
    """Import annotations into a dataset."""
    refuse_large_body(request)
    return _import_page(request, pk)


@csrf_protect
def _import_page(request: Request, pk: int) -> HttpResponseBase:
    datasets = Dataset.objects.visible_to(request.actor).select_related("team", "project")
    dataset = get_visible_or_404(datasets, pk)
    _refuse_role(request, ImportAnnotations, dataset.team_id)
    refuse_archived(dataset)
    fixed = {"dataset": dataset.pk}
    kwargs: dict[str, Any] = {"team": dataset.team, "actor": request.actor}
    form, status, problem = ImportForm(initial=fixed, **kwargs), 200, ""
    if request.method == "POST":
        data, files = _sent(request, form, without=fixed), request.FILES.getlist("file")
        try:
            operation = start_import(request.actor, dataset, data, files, _key(request))
        except Invalid as error:
            form, status = ImportForm({**data, **fixed}, **kwargs), refused_status(request)
            problem = " ".join(error.as_dict()["errors"].get("file", []))
        else:
            return redirect_htmx(request, operation)
    context = {
        **_context(request, form, dataset),
        "title": _("Import annotations"),
        "nav": "projects",
        "formats": readable(),
        "dataset": dataset,
        "problem": problem,
        "endings": [*(ending for each in readable() for ending in each.accepts), ".zip"],
    }
    return render_page(request, "exports/import.html", context, status=status)


def _refuse_role(request: Request, kind: type[Kind], team_id: int) -> None:
    """Say no before somebody fills in a form that would be refused anyway."""
    if not request.actor.can(kind.capability, team_id):
        raise Forbidden(_("Your role in this team does not allow this: %s") % kind.label)


def _sent(request: Request, form: forms.Form, without: Mapping[str, Any]) -> dict[str, Any]:
    """What was posted for the form's fields; what the address says is not asked again."""
    return {
        name: request.POST[name]
        for name in form.fields
        if name in request.POST and name not in without
    }


def _key(request: Request) -> str:
    """The page's own key: pressing the button twice starts one operation."""
    return request.POST.get("key", "")[:64]


def _context(request: Request, form: forms.Form, subject: Subject) -> dict[str, Any]:
    return {
        "form": form,
        "subject": subject,
        "current_team": subject.team,
        "key": uuid.uuid4().hex,
        "url": request.path,
        "next": next_url(request, subject.get_absolute_url()),
    }
