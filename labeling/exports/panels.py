"""What this package adds to the pages of projects and datasets: the ways out and in."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from labeling.core.http import Request
from labeling.core.panels import panel
from labeling.exports.operations.exporting import Export
from labeling.exports.operations.importing import ImportAnnotations
from labeling.operations.models import Operation
from labeling.projects.models import Dataset, Project

SHOWN_OPERATIONS = 3


@panel(Project, "labels", title=_("Labels in and out"), order=30)
def project_labels(request: Request, project: Project) -> SafeString:
    """Export of a project, and its latest exports."""
    return _drawn(request, project, reverse("exports:export-project", args=[project.pk]), "")


@panel(Dataset, "labels", title=_("Labels in and out"), order=30)
def dataset_labels(request: Request, dataset: Dataset) -> SafeString:
    """Export of a dataset, import into it, and the latest of both."""
    is_open = not (dataset.archived_at or dataset.project.archived_at)
    may_import = is_open and request.actor.can(Capability.MANAGE_PROJECTS, dataset.team_id)
    return _drawn(
        request,
        dataset,
        reverse("exports:export-dataset", args=[dataset.pk]),
        reverse("exports:import-annotations", args=[dataset.pk]) if may_import else "",
    )


def _drawn(
    request: Request, subject: Project | Dataset, export_url: str, import_url: str
) -> SafeString:
    if not request.actor.can(Capability.EXPORT, subject.team_id):
        return SafeString("")
    latest = Operation.objects.visible_to(request.actor).filter(
        kind__in=(Export.name, ImportAnnotations.name),
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
    )
    context = {
        "export_url": export_url,
        "import_url": import_url,
        "operations": latest.order_by("-pk")[:SHOWN_OPERATIONS],
    }
    return render_to_string("exports/panel.html", context, request=request)
