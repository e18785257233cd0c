"""Filters of jobs."""

from typing import Any

import django_filters
from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters.widgets import DateRangeWidget

from accounts.models import Team
from labeling.core.listing import Order, StrictFilterSet, VisibleChoiceFilter
from labeling.jobs.estimates.lists import standing_in, with_eta
from labeling.jobs.filters.choices import (
    CappedChoiceFilter,
    PersonFilter,
    by_name_in_team,
    in_team,
)
from labeling.jobs.models import Batch, Job
from labeling.jobs.states import (
    ForecastOf,
    JobType,
    Priority,
    Stage,
    Standing,
    State,
    Status,
)
from labeling.projects.models import Dataset, Project


class NumberChoicesFilter(django_filters.TypedMultipleChoiceFilter):
    """Any of some numbers with names."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices=choices, coerce=int, **kwargs)


class DayRangeFilter(django_filters.DateFromToRangeFilter):
    """From a day to a day, both included, in the reader's zone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=DateRangeWidget(attrs={"type": "date"}), **kwargs)


class JobFilterSet(StrictFilterSet):
    """Every way to choose jobs. Archived ones are hidden unless asked for."""

    status = django_filters.MultipleChoiceFilter(choices=Status.choices, label=_("Status"))
    annotator = PersonFilter(
        nobody="pool", nobody_label=_("nobody: the pool"), label=_("Annotator")
    )
    reviewer = PersonFilter(nobody="none", nobody_label=_("nobody yet"), label=_("Reviewer"))
    project = VisibleChoiceFilter(Project, narrow=by_name_in_team, label=_("Project"))
    dataset = CappedChoiceFilter(Dataset, narrow=by_name_in_team, label=_("Dataset"))
    batch = CappedChoiceFilter(Batch, narrow=in_team, label=_("Batch"))
    priority = NumberChoicesFilter(Priority.choices, label=_("Priority"))
    standing = django_filters.MultipleChoiceFilter(
        choices=Standing.choices, method="filter_standing", label=_("Against the due date")
    )
    overdue = django_filters.BooleanFilter(method="filter_overdue", label=_("Overdue"))
    sent_back = django_filters.BooleanFilter(method="filter_sent_back", label=_("Sent back"))
    created_by = PersonFilter(label=_("Created by"))
    due = DayRangeFilter(field_name="due_at", label=_("Due"))
    updated = DayRangeFilter(field_name="updated_at", label=_("Updated"))
    stage = django_filters.MultipleChoiceFilter(choices=Stage.choices, label=_("Stage"))
    state = django_filters.MultipleChoiceFilter(choices=State.choices, label=_("State"))
    type = django_filters.MultipleChoiceFilter(choices=JobType.choices, label=_("Type"))
    archived = django_filters.ChoiceFilter(
        choices=[("yes", _("only archived")), ("all", _("with archived"))],
        method="filter_archived",
        empty_label=_("hidden"),
        label=_("Archived"),
    )
    team = VisibleChoiceFilter(Team, label=_("Team"))

    search_fields = ("name",)
    orderings = {
        "name": ("batch__name", "number"),
        "project": "project__name",
        "annotator": Order(("annotator__display_name", "annotator__username"), empty_last=True),
        "reviewer": Order(("reviewer__display_name", "reviewer__username"), empty_last=True),
        "status": "status",
        "progress": "progress",
        "items": "items",
        "eta": Order(("eta_at",), empty_last=True),
        "due": Order(("due_at",), empty_last=True),
        "updated": "updated_at",
        "created": "created_at",
        "priority": "priority",
    }
    default_ordering = ("-updated",)

    class Meta:
        model = Job
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Job]) -> QuerySet[Job]:
        """The jobs, archived ones only when asked for; sorted also by what is computed."""
        if not self.form.cleaned_data.get("archived"):
            queryset = queryset.filter(archived_at=None)
        if self.ordering.removeprefix("-") == "progress":
            queryset = queryset.annotate(progress=progress_expression())
        if self.ordering.removeprefix("-") == "eta":
            queryset = with_eta(queryset, ForecastOf.JOB)
        found: QuerySet[Job] = super().filter_queryset(queryset)
        return found

    def filter_overdue(self, queryset: QuerySet[Job], name: str, value: bool) -> QuerySet[Job]:
        """Past their due date and not completed, or everything else."""
        late = Q(due_at__lt=timezone.now()) & ~Q(status=Status.COMPLETED)
        # Not `exclude`: a job without a due date is not overdue either.
        return queryset.filter(late) if value else queryset.filter(~late | Q(due_at=None))

    def filter_standing(
        self, queryset: QuerySet[Job], name: str, value: list[str]
    ) -> QuerySet[Job]:
        """On time, at risk or late by the stored estimate."""
        return standing_in(queryset, ForecastOf.JOB, value) if value else queryset

    def filter_sent_back(self, queryset: QuerySet[Job], name: str, value: bool) -> QuerySet[Job]:
        """Sent back by a reviewer and not submitted since, or everything else."""
        pair = {"stage": Stage.ANNOTATION, "state": State.REJECTED}
        return queryset.filter(**pair) if value else queryset.exclude(**pair)

    def filter_archived(self, queryset: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        """Only archived jobs, or all."""
        return queryset.filter(archived_at__isnull=False) if value == "yes" else queryset


def progress_expression() -> Case:
    """The share of items that are done, 0 to 1."""
    return Case(
        When(items=0, then=Value(1.0)),
        default=F("done") * 1.0 / F("items"),
        output_field=FloatField(),
    )


class TeamJobFilterSet(JobFilterSet):
    """The same on a team's own page, where the team is in the address."""

    team = None  # type: ignore[assignment]

    class Meta(JobFilterSet.Meta):
        pass


class ReviewQueueFilterSet(StrictFilterSet):
    """What a reviewer chooses among the jobs on review."""

    project = VisibleChoiceFilter(Project, narrow=by_name_in_team, label=_("Project"))
    batch = CappedChoiceFilter(Batch, narrow=in_team, label=_("Batch"))
    reviewer = PersonFilter(nobody="none", nobody_label=_("nobody yet"), label=_("Reviewer"))
    annotator = PersonFilter(label=_("Annotator"))

    search_fields = ("name",)
    orderings = {
        "queue": ("not_mine", "submitted_at"),
        "name": ("batch__name", "number"),
        "project": "project__name",
        "annotator": Order(("annotator__display_name", "annotator__username"), empty_last=True),
        "reviewer": Order(("reviewer__display_name", "reviewer__username"), empty_last=True),
        "priority": "priority",
        "submitted": Order(("submitted_at",), empty_last=True),
        "due": Order(("due_at",), empty_last=True),
        "items": "items",
    }
    default_ordering = ("queue",)

    class Meta:
        model = Job
        fields: list[str] = []
