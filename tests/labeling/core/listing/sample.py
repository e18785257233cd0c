"""A list of jobs with a filter and a column of every kind."""

from typing import Any

import django_filters
from django.http import QueryDict
from django.test import RequestFactory
from django.utils import timezone

from accounts.actor import Actor
from labeling.core.listing import Column, ListPage, Order, StrictFilterSet, VisibleChoiceFilter
from labeling.jobs.models import Job
from labeling.jobs.states import State
from labeling.projects.models import Project


class JobFilter(StrictFilterSet):
    """A filter of every kind."""

    state = django_filters.MultipleChoiceFilter(choices=State.choices, label="State")
    project = VisibleChoiceFilter(Project, label="Project")
    overdue = django_filters.BooleanFilter(method="filter_overdue", label="Overdue")
    created = django_filters.DateFromToRangeFilter(field_name="created_at", label="Created")
    items = django_filters.NumberFilter(label="Items")

    class Meta:
        model = Job
        fields: list[str] = []

    search_fields = ("name", "batch__name")
    orderings = {"name": "name", "due": Order(("due_at",), empty_last=True), "state": "state"}
    default_ordering = ("name",)

    def filter_overdue(self, queryset, name, value):
        late = queryset.filter(due_at__lt=timezone.now())
        return late if value else queryset.exclude(pk__in=late)


class JobList(ListPage[Job]):
    """A list of jobs with a column of every kind."""

    filterset_class = JobFilter
    title = "Jobs"
    nav = "jobs"
    columns = (
        Column("name", "Name", ordering="name", priority=1, is_link=True),
        Column("annotator", "Annotator", value="annotator.name"),
        Column("size", "Items", value=lambda job: job.items, csv="items", is_number=True),
        Column("tools", "Tools", value=lambda job: "…", csv=None),
    )
    bulk_template = "components/empty.html"

    def get_queryset(self):
        return Job.objects.visible_to(self.request.actor).select_related("annotator")


def filtered(actor: Actor, query: str) -> JobFilter:
    """The filter set of a query string, checked."""
    request: Any = RequestFactory().get("/")
    request.actor = actor
    found = JobFilter(QueryDict(query), Job.objects.all(), request=request)
    found.check()
    return found


def names(actor: Actor, query: str) -> list[str]:
    """The names that a query string finds, in order."""
    return [job.name for job in filtered(actor, query).qs]
