"""Filters of the items of jobs."""

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from labeling.core.listing import StrictFilterSet
from labeling.jobs.filters.choices import CappedChoiceFilter, in_team
from labeling.jobs.models import Comment, Job, JobItem
from labeling.jobs.states import ItemState


def newest_in_team(request: Any, found: QuerySet[Any]) -> QuerySet[Any]:
    """Jobs of the page's team, the newest first."""
    return in_team(request, found)


class JobItemFilterSet(StrictFilterSet):
    """Job items by job, state, name and open comments."""

    job = CappedChoiceFilter(Job, narrow=newest_in_team, label=_("Job"))
    state = django_filters.MultipleChoiceFilter(choices=ItemState.choices, label=_("State"))
    skipped = django_filters.BooleanFilter(method="filter_skipped", label=_("Skipped"))
    commented = django_filters.BooleanFilter(method="filter_commented", label=_("Open comments"))

    search_fields = ("item__name",)
    orderings = {"position": ("job", "position"), "name": "item__name", "state": "state"}
    default_ordering = ("position",)

    class Meta:
        model = JobItem
        fields: list[str] = []

    def filter_skipped(
        self, queryset: QuerySet[JobItem], name: str, value: bool
    ) -> QuerySet[JobItem]:
        """Skipped by their annotator, or not."""
        return queryset.exclude(skip_reason="") if value else queryset.filter(skip_reason="")

    def filter_commented(
        self, queryset: QuerySet[JobItem], name: str, value: bool
    ) -> QuerySet[JobItem]:
        """With a comment that is not resolved, or without one."""
        open_ones = Exists(Comment.objects.filter(job_item=OuterRef("pk"), resolved_at=None))
        return queryset.filter(open_ones if value else ~open_ones)


class OwnItemFilterSet(JobItemFilterSet):
    """The same on the page of one job."""

    job = None  # type: ignore[assignment]

    class Meta(JobItemFilterSet.Meta):
        pass
