"""What this package adds to the pages of projects and datasets: the latest exports and imports."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from labeling.core.http import Request
from labeling.core.panels import panel
from labeling.exports.operations.exporting import Export
from labeling.exports.operations.importing import ImportAnnotations
from labeling.operations.models import Operation
from labeling.projects.models import Dataset, Project

SHOWN_OPERATIONS = 5


@panel(Project, "labels", title=_("Exports"), order=30)
def project_labels(request: Request, project: Project) -> SafeString:
    """The latest exports of a project."""
    return _latest(request, project)


@panel(Dataset, "labels", title=_("Exports and imports"), order=30)
def dataset_labels(request: Request, dataset: Dataset) -> SafeString:
    """The latest exports of a dataset, and imports into it."""
    return _latest(request, dataset)


def _latest(request: Request, subject: Any) -> SafeString:
    if not request.actor.can(Capability.EXPORT, subject.team_id):
        return SafeString("")
    operations = Operation.objects.visible_to(request.actor).filter(
        kind__in=(Export.name, ImportAnnotations.name),
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
    )
    shown = list(operations.order_by("-pk")[:SHOWN_OPERATIONS])
    if not shown:
        return SafeString("")
    return render_to_string("exports/panel.html", {"operations": shown}, request=request)
