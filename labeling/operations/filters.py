"""Which operations, and which of their rows, a list shows."""

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from labeling.core.listing import KeyFilter, StrictFilterSet, VisibleChoiceFilter
from labeling.operations.kinds import kinds
from labeling.operations.models import Operation, OperationRow
from labeling.operations.states import Outcome, Status


def kind_choices() -> list[tuple[str, Any]]:
    """Every registered kind by its label."""
    return sorted(
        ((kind.name, kind.label) for kind in kinds.values()), key=lambda choice: str(choice[1])
    )


class OperationFilter(StrictFilterSet):
    """Operations of one team."""

    kind = django_filters.MultipleChoiceFilter(label=_("Kind"), choices=kind_choices)
    status = django_filters.MultipleChoiceFilter(label=_("Status"), choices=Status.choices)
    created_by = VisibleChoiceFilter(User, label=_("Who"))
    created = django_filters.DateFromToRangeFilter(label=_("Started"), field_name="created_at")

    search_fields = ("label",)
    orderings = {
        "created": "id",
        "name": "label",
        "kind": "kind",
        "status": "status",
        "finished": "completed_at",
        "errors": "error_count",
    }
    default_ordering = ("-created",)

    class Meta:
        model = Operation
        fields: tuple[str, ...] = ()


class OperationOfTeamsFilter(OperationFilter):
    """Operations of all one's teams, as REST lists them."""

    team = VisibleChoiceFilter(Team, label=_("Team"))
    subject_type = django_filters.CharFilter(label=_("Type of subject"))
    subject_id = KeyFilter(label=_("Subject"))


class OperationRowFilter(StrictFilterSet):
    """Rows of one operation."""

    outcome = django_filters.MultipleChoiceFilter(label=_("Outcome"), choices=Outcome.choices)

    search_fields = ("name", "message")
    orderings = {"number": "number", "name": "name", "outcome": "outcome"}
    default_ordering = ("number",)

    class Meta:
        model = OperationRow
        fields: tuple[str, ...] = ()
