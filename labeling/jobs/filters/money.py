"""Filters of the ledger."""

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from labeling.core.listing import KeyFilter, StrictFilterSet, VisibleChoiceFilter
from labeling.jobs.filters.choices import PersonFilter
from labeling.jobs.models import LedgerEntry, Price, Terms
from labeling.jobs.states import EntryKind, Work
from labeling.projects.models import Project


class ProjectLedgerFilterSet(StrictFilterSet):
    """The lines of one project."""

    kind = django_filters.MultipleChoiceFilter(choices=EntryKind.choices, label=_("What"))
    work = django_filters.MultipleChoiceFilter(choices=Work.choices, label=_("Work"))
    person = PersonFilter(label=_("Person"))
    batch = KeyFilter(field_name="batch", label=_("Batch"))
    job = KeyFilter(field_name="job", label=_("Job"))
    since = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte", label=_("Since"))
    until = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt", label=_("Until"))

    orderings = {"at": "at", "amount": "amount"}
    default_ordering = ("-at",)

    class Meta:
        model = LedgerEntry
        fields: list[str] = []


class LedgerFilterSet(ProjectLedgerFilterSet):
    """Every line that one may see."""

    team = VisibleChoiceFilter(Team, label=_("Team"))
    project = VisibleChoiceFilter(Project, label=_("Project"))

    class Meta(ProjectLedgerFilterSet.Meta):
        pass


class TermsFilterSet(StrictFilterSet):
    """Every way to choose terms."""

    project = VisibleChoiceFilter(Project, label=_("Project"))

    orderings = {"project": "project"}
    default_ordering = ("project",)

    class Meta:
        model = Terms
        fields: list[str] = []


class PriceFilterSet(StrictFilterSet):
    """Every way to choose prices."""

    project = VisibleChoiceFilter(Project, label=_("Project"))
    batch = KeyFilter(field_name="batch", label=_("Batch"))
    work = django_filters.MultipleChoiceFilter(choices=Work.choices, label=_("Work"))

    orderings = {"project": "project", "amount": "amount"}
    default_ordering = ("project",)

    class Meta:
        model = Price
        fields: list[str] = []
