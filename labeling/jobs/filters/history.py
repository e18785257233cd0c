"""Filters of comments and events."""

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from labeling.core.listing import KeyFilter, StrictFilterSet, VisibleChoiceFilter
from labeling.jobs.filters.choices import PersonFilter
from labeling.jobs.models import Comment, Event


class CommentFilterSet(StrictFilterSet):
    """Every way to choose comments."""

    job = KeyFilter(field_name="job", label=_("Job"))
    job_item = KeyFilter(field_name="job_item", label=_("Job item"))
    author = PersonFilter(label=_("Author"))
    resolved = django_filters.BooleanFilter(method="filter_resolved", label=_("Resolved"))

    search_fields = ("text",)
    orderings = {"created": "created_at"}
    default_ordering = ("created",)

    class Meta:
        model = Comment
        fields: list[str] = []

    def filter_resolved(
        self, queryset: QuerySet[Comment], name: str, value: bool
    ) -> QuerySet[Comment]:
        """Resolved ones, or open ones."""
        return queryset.filter(resolved_at__isnull=not value)


class EventFilterSet(StrictFilterSet):
    """Every way to choose history."""

    team = VisibleChoiceFilter(Team, label=_("Team"))
    batch = KeyFilter(field_name="batch", label=_("Batch"))
    job = KeyFilter(field_name="job", label=_("Job"))
    job_item = KeyFilter(field_name="job_item", label=_("Job item"))
    actor = PersonFilter(label=_("Who"))
    verb = django_filters.CharFilter(field_name="verb", label=_("Verb"))
    since = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte", label=_("Since"))

    orderings = {"at": "at"}
    default_ordering = ("-at",)

    class Meta:
        model = Event
        fields: list[str] = []
