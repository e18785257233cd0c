"""Which operations, their rows, and what was told of them a list shows."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.filters import PersonFilter, team_of_page
from accounts.models import Team
from labeling.core.listing import KeyFilter, StrictFilterSet, VisibleChoiceFilter
from labeling.operations import subjects
from labeling.operations.kinds import kinds
from labeling.operations.models import Operation, OperationRow
from labeling.operations.notices.models import Delivery, Event, Notice, Webhook
from labeling.operations.states import Outcome, Status

DELIVERY_STATUSES = {
    "waiting": (_("waiting"), Q(attempt_count=0, delivered_at=None, given_up_at=None)),
    "retrying": (_("retrying"), Q(attempt_count__gt=0, delivered_at=None, given_up_at=None)),
    "delivered": (_("delivered"), Q(delivered_at__isnull=False)),
    "given_up": (_("given up"), Q(delivered_at=None, given_up_at__isnull=False)),
}


def kind_choices() -> list[tuple[str, Any]]:
    """Every registered kind by its label."""
    return sorted(
        ((kind.name, kind.label) for kind in kinds.values()), key=lambda choice: str(choice[1])
    )


def _projects(request: Any) -> QuerySet[Any]:
    """The projects that the actor may see; on a team's page only those of the team."""
    model = subjects.project_model()
    if model is None or request is None:  # the schema generator looks without any request
        nothing: QuerySet[Any] = Operation.objects.none()
        return nothing
    found: QuerySet[Any] = model._default_manager.visible_to(request.actor)
    team_id = team_of_page(request)
    return found.filter(team_id=team_id) if team_id else found


class ProjectFilter(django_filters.ModelChoiceFilter):
    """Operations of one project, whatever in it they are about."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=_projects, field_name="project_id", **kwargs)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """By the project's key: the column knows no model."""
        return qs if value is None else qs.filter(project_id=value.pk)


class OperationFilter(StrictFilterSet):
    """Operations of one team."""

    status = django_filters.MultipleChoiceFilter(label=_("Status"), choices=Status.choices)
    kind = django_filters.MultipleChoiceFilter(label=_("Kind"), choices=kind_choices)
    project = ProjectFilter(label=_("Project"))
    created_by = PersonFilter(label=_("Who"))
    created = django_filters.DateFromToRangeFilter(label=_("Asked"), field_name="created_at")

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


class OperationRowByKeyFilter(OperationRowFilter):
    """The same for scripts, which go on behind the last row that they have seen."""

    after = KeyFilter(label=_("After row"), field_name="number", lookup_expr="gt")


class NoticeFilter(StrictFilterSet):
    """What stands behind one's bell."""

    seen = django_filters.BooleanFilter(
        field_name="seen_at", lookup_expr="isnull", exclude=True, label=_("Seen")
    )
    status = django_filters.MultipleChoiceFilter(
        field_name="operation__status", label=_("Status"), choices=Status.choices
    )

    search_fields = ("operation__label",)
    orderings = {"finished": "at", "name": "operation__label", "status": "operation__status"}
    default_ordering = ("-finished",)

    class Meta:
        model = Notice
        fields: tuple[str, ...] = ()


class NoticeOfTeamsFilter(NoticeFilter):
    """The same in all one's teams, as REST lists them."""

    team = VisibleChoiceFilter(Team, label=_("Team"))


class WebhookFilter(StrictFilterSet):
    """Webhooks of one team."""

    enabled = django_filters.BooleanFilter(field_name="is_enabled", label=_("Enabled"))
    removed = django_filters.BooleanFilter(field_name="is_removed", label=_("Removed"))

    search_fields = ("url",)
    orderings = {"created": "id", "address": "url"}
    default_ordering = ("created",)

    class Meta:
        model = Webhook
        fields: tuple[str, ...] = ()


class WebhookOfTeamsFilter(WebhookFilter):
    """Webhooks of all one's teams, as REST lists them."""

    team = VisibleChoiceFilter(Team, label=_("Team"))


class DeliveryFilter(StrictFilterSet):
    """Deliveries of one webhook."""

    event = django_filters.MultipleChoiceFilter(label=_("Event"), choices=Event.choices)
    status = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[(key, label) for key, (label, _rule) in DELIVERY_STATUSES.items()],
        method="by_status",
    )

    search_fields = ("operation__label",)
    orderings = {"created": "id", "event": "event"}
    default_ordering = ("-created",)

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = ()

    def by_status(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """How far it came."""
        return queryset.filter(DELIVERY_STATUSES[value][1])


class DeliveryOfTeamsFilter(DeliveryFilter):
    """Deliveries that the actor may see, as REST lists them."""

    team = VisibleChoiceFilter(Team, label=_("Team"))
    webhook = KeyFilter(label=_("Webhook"))
    operation = KeyFilter(label=_("Operation"))
