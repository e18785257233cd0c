"""The page of one item: its picture with its labels, and where it is being labeled."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from labeling.core.http import Request, get_visible_or_404
from labeling.core.panels import panels_for
from labeling.projects.drawing import Legend, drawn_objects
from labeling.projects.models import Dataset, Item, LabelClass, TagDefinition
from labeling.projects.referencing import host_of


@require_GET
def item(request: Request, pk: int) -> HttpResponse:
    """The picture, its labels read-only, its facts, and the items beside it."""
    items = Item.objects.visible_to(request.actor)
    found = get_visible_or_404(items.select_related("dataset__project", "team", "labels"), pk)
    dataset = found.dataset
    beside = items.filter(dataset=dataset).only("name", "position")
    classes = LabelClass.objects.visible_to(request.actor).filter(project=dataset.project_id)
    tags = TagDefinition.objects.visible_to(request.actor).filter(project=dataset.project_id)
    legend = Legend({each.pk: each for each in classes}, {each.pk: each.name for each in tags})
    document = labels_of(found)
    drawn = drawn_objects(document, legend)
    datasets = Dataset.objects.visible_to(request.actor)
    context = {
        "title": found.name,
        "nav": "projects",
        "current_team": found.team,
        "item": found,
        "host": host_of(found),
        "dataset": dataset,
        "sees_dataset": datasets.filter(pk=dataset.pk).exists(),
        "objects": drawn,
        "has_object_tags": any(shape.tags for shape in drawn.shapes),
        "tags": legend.tags_in_words(document["tags"]),
        "previous": beside.filter(position__lt=found.position).order_by("-position").first(),
        "following": beside.filter(position__gt=found.position).order_by("position").first(),
        "panels": panels_for(request, found),
        # Lines keep their width at any size of the picture; points need a size in its pixels.
        "dot": max(found.width, found.height) / 160,
    }
    return render(request, "projects/item.html", context)


def labels_of(found: Item) -> Any:
    """The item's labels; an empty document without any."""
    labels = getattr(found, "labels", None)
    return labels.document if labels else {"objects": [], "tags": []}
