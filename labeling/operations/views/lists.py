"""The operations of a team, and the rows of one operation, as lists."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.models import Team
from accounts.roles import Capability
from labeling.core.http import get_visible_or_404
from labeling.core.listing import Column, ListPage
from labeling.core.navigation import nav_item, url_for
from labeling.core.workflow import allows, find
from labeling.operations import cells, subjects
from labeling.operations.filters import OperationFilter, OperationRowFilter
from labeling.operations.models import Operation, OperationRow
from labeling.operations.notices.models import MANAGES_WEBHOOKS
from labeling.operations.results import lines_response, row_as_json
from labeling.operations.states import LIVE

POLL_SECONDS = 2
# What is older is shown when its date is asked for.
RECENT_DAYS = 30
DATES = ("created_after", "created_before")

# A row of the list reads these and no more: a plan or a cursor may be large.
SHOWN = (
    "team_id", "kind", "label", "status", "total", "done", "chunk_done", "error_count", "rate",
    "project_id", "created_at", "started_at", "completed_at",
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
    """What the desk does in the background for a team: what is live, and what ended lately.

    A date in the filter shows older ones.
    """

    filterset_class = OperationFilter
    title = gettext_lazy("Operations")
    count_words = ngettext_lazy("%(shown)s operation", "%(shown)s operations", "number")
    nav = "operations"
    template_name = "operations/operations.html"
    empty_template = "operations/no_operations.html"
    columns: ClassVar[Sequence[Column]] = (
        Column("name", gettext_lazy("Name"), "label", ordering="name", priority=1, is_link=True),
        Column("kind", gettext_lazy("Kind"), cells.kind_label, ordering="kind", priority=3),
        Column(
            "project",
            gettext_lazy("Project"),
            draw=cells.project_cell,
            csv=cells.project_name,
            priority=3,
        ),
        Column("who", gettext_lazy("Who"), cells.who_cell, csv=cells.who_name),
        Column(
            "status",
            gettext_lazy("Status"),
            cells.status_cell,
            ordering="status",
            csv="status",
            priority=1,
        ),
        Column(
            "progress",
            gettext_lazy("Progress"),
            cells.progress_cell,
            csv=cells.figures,
            priority=1,
        ),
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
            gettext_lazy("Asked"),
            cells.created_cell,
            ordering="created",
            csv="created_at",
        ),
        Column(
            "finished",
            gettext_lazy("Finished"),
            cells.finished_cell,
            ordering="finished",
            csv="completed_at",
            priority=3,
        ),
    )

    @cached_property
    def team(self) -> Team:
        """The team of the address; another team's is a 404."""
        teams = Team.objects.visible_to(self.request.actor)
        return get_visible_or_404(teams, self.kwargs["team_id"])

    @property
    def is_dated(self) -> bool:
        """Whether the reader asks for certain days, however long ago."""
        return any(self.request.GET.get(name) for name in DATES)

    def get_queryset(self) -> QuerySet[Operation]:
        """The team's operations that the actor may see."""
        found = Operation.objects.visible_to(self.request.actor).filter(team=self.team)
        if not self.is_dated:
            recent = timezone.now() - timedelta(days=RECENT_DAYS)
            found = found.filter(Q(created_at__gte=recent) | Q(status__in=LIVE))
        return found.select_related("created_by").only(*SHOWN)

    def decorate(self, rows: list[Operation]) -> None:
        """The names of the projects, those that the reader may see: one query for the page."""
        model = subjects.project_model()
        keys = {row.project_id for row in rows} - {None}
        names: dict[int, str] = {}
        if model is not None and keys:
            seen = model._default_manager.visible_to(self.request.actor).filter(pk__in=keys)
            names = dict(seen.values_list("pk", "name"))
        for row in rows:
            row.project_name = names.get(row.project_id or 0, "")  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The list refreshes itself as long as something on it still moves."""
        if any(row.obj.is_live for row in kwargs["rows"]):
            kwargs["poll_seconds"] = POLL_SECONDS
        older = timezone.localdate() - timedelta(days=RECENT_DAYS)
        return {
            **kwargs,
            "team": self.team,
            "recent_days": None if self.is_dated else RECENT_DAYS,
            "older_query": f"created_before={older.isoformat()}",
            **self._recount(),
            "may_set_webhooks": self.request.actor.can(MANAGES_WEBHOOKS, self.team.pk),
        }

    def _recount(self) -> dict[str, Any]:
        """The verb that counts a team's things afresh, which a higher package brings."""
        verb, url = find(Team, "recount"), url_for("projects:recount", self.team)
        if verb is None or not url or not allows(verb, self.team, self.request.actor):
            return {}
        return {"recount": verb, "recount_url": url}

    def csv_name(self) -> str:
        """Named after the list."""
        return "labeldesk-operations"


class OperationRowsPage(ListPage[OperationRow]):
    """What became of each row of an operation's input."""

    filterset_class = OperationRowFilter
    title = gettext_lazy("Rows")
    nav = "operations"
    template_name = "operations/rows.html"
    empty_text = gettext_lazy("No rows yet.")
    columns: ClassVar[Sequence[Column]] = cells.ROW_COLUMNS

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
        """The operation, for the way back; the file of what is shown as lines of JSON."""
        title = _("Rows: %(name)s") % {"name": self.operation.label}
        lines_url = reverse("operations:rows-lines", args=[self.operation.pk])
        query = self.csv_query(self.request.GET.copy()).replace("format=csv", "").strip("&")
        return {
            **kwargs,
            "title": title,
            "operation": self.operation,
            "current_team": self.operation.team,
            "lines_url": f"{lines_url}?{query}" if query else lines_url,
        }

    def csv_name(self) -> str:
        """Named after the operation."""
        return f"operation-{self.operation.pk}-rows"


class OperationRowsLines(OperationRowsPage):
    """The same rows, by the same filters, as a file of JSON lines."""

    def answer(self) -> HttpResponseBase:
        """The file, streamed; raises FilterError."""
        self.filterset.check()
        self.check_reserved()
        rows: Any = self.filterset.qs
        return lines_response(map(row_as_json, rows.in_order()), self.csv_name())
