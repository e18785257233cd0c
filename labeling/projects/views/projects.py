"""The page of one project."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.roles import Capability
from labeling.core.http import Request, get_visible_or_404
from labeling.core.navigation import optional
from labeling.core.panels import panels_for
from labeling.core.workflow import Action, verbs_for
from labeling.projects.models import Dataset, Item, LabelClass, Project, TagDefinition
from labeling.projects.models.datasets import DatasetQuerySet
from labeling.projects.progress import labeled_by_dataset
from labeling.projects.views.cells import labeled_bar
from labeling.projects.views.verbs import ELSEWHERE

SHOWN_DATASETS = 100
PICTURES_A_CARD = 4


@dataclass(frozen=True)
class Card:
    """A dataset as its project shows it."""

    dataset: Dataset
    pictures: Sequence[Item]
    progress: SafeString


@dataclass(frozen=True)
class Deleted:
    """A deleted dataset, until it is gone for good."""

    dataset: Dataset
    verbs: Sequence[Action]


@require_GET
def project(request: Request, pk: int) -> HttpResponse:
    """Datasets, schema, and what higher packages bring."""
    projects = Project.objects.visible_to(request.actor)
    found = get_visible_or_404(projects.select_related("team", "workspace", "created_by"), pk)
    datasets = Dataset.objects.visible_to(request.actor).filter(project=found)
    archived = datasets.kept().exclude(archived_at=None)
    classes = LabelClass.objects.visible_to(request.actor).filter(project=found, removed_at=None)
    tags = TagDefinition.objects.visible_to(request.actor).filter(project=found, removed_at=None)
    verbs = [each for each in verbs_for(found, request.actor) if each.verb not in ELSEWHERE]
    context = {
        "title": found.name,
        "nav": "projects",
        "current_team": found.team,
        "project": found,
        "verbs": [each for each in verbs if each.verb != "create-dataset"],
        "create": next((each for each in verbs if each.verb == "create-dataset"), None),
        "cards": cards(request, datasets.filter(archived_at=None)[:SHOWN_DATASETS]),
        "archived_datasets": archived[:SHOWN_DATASETS],
        "deleted_datasets": deleted(request, datasets),
        "classes": classes,
        "tags": tags.prefetch_related("classes"),
        "export_url": export_url(request, found),
        "panels": panels_for(request, found),
        "no_classes": _("No classes yet: nothing can be drawn before there is one."),
    }
    return render(request, "projects/project.html", context)


def export_url(request: Request, project: Project) -> str:
    """Where its labels leave, for those who may take them."""
    may_export = request.actor.can(Capability.EXPORT, project.team_id)
    return optional("exports:export-project", project.pk) if may_export else ""


def deleted(request: Request, datasets: DatasetQuerySet) -> list[Deleted]:
    """The deleted datasets, the last one first, with what may still be done about each."""
    gone = datasets.exclude(deleted_at=None).select_related("project", "team")
    return [
        Deleted(
            dataset,
            [each for each in verbs_for(dataset, request.actor) if each.verb not in ELSEWHERE],
        )
        for dataset in gone.order_by("-deleted_at")[:SHOWN_DATASETS]
    ]


def cards(request: Request, datasets: Any) -> list[Card]:
    """The datasets with their first pictures; two queries for all of them."""
    shown = list(datasets)
    labeled = labeled_by_dataset(shown)
    pictures: dict[int, list[Item]] = defaultdict(list)
    first = Item.objects.visible_to(request.actor).filter(
        dataset__in=shown, position__lte=PICTURES_A_CARD
    )
    for item in first.only("dataset", "name", "position"):
        pictures[item.dataset_id].append(item)
    return [
        Card(
            dataset,
            pictures[dataset.pk],
            labeled_bar(dataset.item_count, labeled.get(dataset.pk, 0)),
        )
        for dataset in shown
    ]
