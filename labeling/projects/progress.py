"""How much of projects and datasets is labeled: counted for the rows of one page at a time."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from labeling.projects.models import Dataset, Item, Project


def with_sizes(projects: QuerySet[Project]) -> QuerySet[Project]:
    """Projects with `dataset_count` and `item_count`, archived datasets left out."""
    own = Dataset.objects.filter(project=OuterRef("pk"), archived_at=None).order_by()
    grouped = own.values("project")
    return projects.annotate(
        dataset_count=_number(grouped.annotate(number=Count("pk"))),
        item_count=_number(grouped.annotate(number=Sum("item_count"))),
    )


def _number(grouped: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(grouped.values("number"), output_field=IntegerField()), 0)


def labeled_by_dataset(datasets: Iterable[Dataset]) -> Mapping[int, int]:
    """How many items of each dataset have labels."""
    labeled = Item.objects.filter(dataset__in=list(datasets), labeled_at__isnull=False)
    return dict(labeled.order_by().values_list("dataset").annotate(Count("pk")))


def labeled_by_project(projects: Iterable[Project]) -> Mapping[int, int]:
    """How many items of each project have labels, archived datasets left out."""
    labeled = Item.objects.filter(
        dataset__project__in=list(projects),
        dataset__archived_at=None,
        labeled_at__isnull=False,
    )
    return dict(labeled.order_by().values_list("dataset__project").annotate(Count("pk")))
