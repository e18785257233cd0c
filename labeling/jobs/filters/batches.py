"""Filters of batches."""

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from labeling.core.listing import Order, StrictFilterSet, VisibleChoiceFilter
from labeling.jobs.estimates.lists import standing_in, with_eta
from labeling.jobs.filters.choices import CappedChoiceFilter, PersonFilter, by_name_in_team
from labeling.jobs.filters.jobs import NumberChoicesFilter
from labeling.jobs.models import Batch
from labeling.jobs.states import BatchStatus, ForecastOf, Priority, Standing
from labeling.projects.models import Dataset, Project


class BatchFilterSet(StrictFilterSet):
    """Every way to choose batches. Archived ones are hidden unless their status is asked for."""

    status = django_filters.MultipleChoiceFilter(choices=BatchStatus.choices, label=_("Status"))
    project = VisibleChoiceFilter(Project, narrow=by_name_in_team, label=_("Project"))
    dataset = CappedChoiceFilter(Dataset, narrow=by_name_in_team, label=_("Dataset"))
    priority = NumberChoicesFilter(Priority.choices, label=_("Priority"))
    standing = django_filters.MultipleChoiceFilter(
        choices=Standing.choices, method="filter_standing", label=_("Against the due date")
    )
    created_by = PersonFilter(label=_("Created by"))
    team = VisibleChoiceFilter(Team, label=_("Team"))

    search_fields = ("name",)
    orderings = {
        "name": "name",
        "project": "project__name",
        "status": "status",
        "priority": "priority",
        "eta": Order(("eta_at",), empty_last=True),
        "due": Order(("due_at",), empty_last=True),
        "created": "created_at",
    }
    default_ordering = ("-created",)

    class Meta:
        model = Batch
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Batch]) -> QuerySet[Batch]:
        """The batches, archived ones only when asked for."""
        if not self.form.cleaned_data.get("status"):
            queryset = queryset.exclude(status=BatchStatus.ARCHIVED)
        if self.ordering.removeprefix("-") == "eta":
            queryset = with_eta(queryset, ForecastOf.BATCH)
        found: QuerySet[Batch] = super().filter_queryset(queryset)
        return found

    def filter_standing(
        self, queryset: QuerySet[Batch], name: str, value: list[str]
    ) -> QuerySet[Batch]:
        """On time, at risk or late by the stored estimate."""
        return standing_in(queryset, ForecastOf.BATCH, value) if value else queryset


class TeamBatchFilterSet(BatchFilterSet):
    """The same on a team's own page, where the team is in the address."""

    team = None  # type: ignore[assignment]  # django-filter's way to leave one out

    class Meta(BatchFilterSet.Meta):
        pass


class ProjectBatchFilterSet(TeamBatchFilterSet):
    """The same on a project's own page."""

    project = None  # type: ignore[assignment]  # django-filter's way to leave one out

    class Meta(BatchFilterSet.Meta):
        pass
