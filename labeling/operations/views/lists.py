"""The operations of a team, and the rows of one operation, as lists."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.models import Team
from accounts.roles import Capability
from labeling.core.http import get_visible_or_404
from labeling.core.listing import Column, ListPage
from labeling.core.navigation import nav_item
from labeling.core.templatetags.desk import status_badge
from labeling.operations import cells
from labeling.operations.filters import OperationFilter, OperationRowFilter
from labeling.operations.models import Operation, OperationRow
from labeling.operations.states import Outcome

POLL_SECONDS = 2

# How an outcome looks, in the words of labeling.core.badges.
OUTCOME_BADGES = {Outcome.OK: "complete", Outcome.ERROR: "error", Outcome.SKIPPED: "skipped"}

# A row of the list reads these and no more: a plan or a cursor may be large.
SHOWN = (
    "team_id", "kind", "label", "status", "total", "done", "chunk_done", "error_count",
    "created_at", "started_at", "completed_at",
    "created_by__display_name", "created_by__username",
)  # fmt: skip


@nav_item(
    "operations",
    label=gettext_lazy("Operations"),
    icon="operations",
    url_name="operations:list",
    capability=Capability.VIEW,
    order=90,
    on_phone=False,
)
class OperationsPage(ListPage[Operation]):
    """What the desk does in the background for a team: running, waiting and past."""

    filterset_class = OperationFilter
    title = gettext_lazy("Operations")
    count_words = ngettext_lazy("%(shown)s operation", "%(shown)s operations", "number")
    nav = "operations"
    empty_text = gettext_lazy(
        "Nothing yet. Uploads, imports, exports and bulk changes show their progress here."
    )
    columns: ClassVar[Sequence[Column]] = (
        Column("name", gettext_lazy("Name"), "label", ordering="name", priority=1, is_link=True),
        Column("kind", gettext_lazy("Kind"), cells.kind_label, ordering="kind", priority=3),
        Column("who", gettext_lazy("Who"), cells.who_cell, csv=cells.who_name),
        Column(
            "status",
            gettext_lazy("Status"),
            cells.status_cell,
            ordering="status",
            csv="status",
            priority=1,
        ),
        Column("progress", gettext_lazy("Progress"), cells.bar, csv=cells.figures, priority=1),
        Column(
            "errors",
            gettext_lazy("Errors"),
            cells.errors_cell,
            ordering="errors",
            csv="error_count",
            is_number=True,
        ),
        Column(
            "created",
            gettext_lazy("Started"),
            cells.created_cell,
            ordering="created",
            csv="created_at",
        ),
    )

    @cached_property
    def team(self) -> Team:
        """The team of the address; another team's is a 404."""
        teams = Team.objects.visible_to(self.request.actor)
        return get_visible_or_404(teams, self.kwargs["team_id"])

    def get_queryset(self) -> QuerySet[Operation]:
        """The team's operations that the actor may see."""
        found = Operation.objects.visible_to(self.request.actor).filter(team=self.team)
        return found.select_related("created_by").only(*SHOWN)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The list refreshes itself as long as something on it still moves."""
        if any(row.obj.is_live for row in kwargs["rows"]):
            kwargs["poll_seconds"] = POLL_SECONDS
        return kwargs

    def csv_name(self) -> str:
        """Named after the list."""
        return "labeldesk-operations"


def outcome_cell(row: OperationRow) -> Any:
    """The outcome as a badge."""
    return status_badge(OUTCOME_BADGES[Outcome(row.outcome)])


class OperationRowsPage(ListPage[OperationRow]):
    """What became of each row of an operation's input."""

    filterset_class = OperationRowFilter
    title = gettext_lazy("Rows")
    nav = "operations"
    template_name = "operations/rows.html"
    empty_text = gettext_lazy("No rows yet.")
    columns: ClassVar[Sequence[Column]] = (
        Column("number", gettext_lazy("Row"), ordering="number", priority=1, is_number=True),
        Column("name", gettext_lazy("Name"), ordering="name", priority=1),
        Column(
            "outcome",
            gettext_lazy("Outcome"),
            outcome_cell,
            ordering="outcome",
            csv="outcome",
            priority=1,
        ),
        Column("message", gettext_lazy("Message"), priority=1),
    )

    @cached_property
    def operation(self) -> Operation:
        """The operation of the address."""
        found = Operation.objects.visible_to(self.request.actor).select_related("team")
        return get_visible_or_404(found, self.kwargs["pk"])

    def get_queryset(self) -> QuerySet[OperationRow]:
        """The operation's rows."""
        visible = OperationRow.objects.visible_to(self.request.actor)
        return visible.filter(operation=self.operation)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The operation, for the way back."""
        title = _("Rows: %(name)s") % {"name": self.operation.label}
        return {
            **kwargs,
            "title": title,
            "operation": self.operation,
            "current_team": self.operation.team,
        }

    def csv_name(self) -> str:
        """Named after the operation."""
        return f"operation-{self.operation.pk}-rows"
