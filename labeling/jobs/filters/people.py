"""Filters of the people page."""

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.roles import Role
from labeling.core.listing import Order, StrictFilterSet


class PeopleFilterSet(StrictFilterSet):
    """People of a team by name and role; sorted by what they hold and how they do."""

    role = django_filters.MultipleChoiceFilter(choices=Role.choices, label=_("Role"))

    search_fields = ("user__display_name", "user__username")
    orderings = {
        "name": ("user__display_name", "user__username"),
        "role": "role",
        "open_jobs": "open_jobs",
        "open_items": "open_items",
        "done_today": "done_today",
        "done_week": "done_week",
        "pace": Order(("pace",), empty_last=True),
        "acceptance": Order(("acceptance",), empty_last=True),
        "backlog": "backlog",
    }
    default_ordering = ("name",)

    class Meta:
        model = Membership
        fields: list[str] = []
