"""The page of a project's money, and what a person earned in a month."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_GET

from accounts.models import Team, User
from accounts.roles import Capability
from labeling.core.errors import Forbidden
from labeling.core.http import Request, get_visible_or_404
from labeling.core.listing import Column, ListPage
from labeling.core.listing.csv_stream import csv_response
from labeling.core.workflow import actions, allows
from labeling.jobs.filters.money import ProjectLedgerFilterSet
from labeling.jobs.models import LedgerEntry
from labeling.jobs.money.showing import prices_shown, shown, sums_shown
from labeling.jobs.money.statements import (
    EarningsRow,
    Month,
    balances_of,
    rows_of,
    statement_person,
)
from labeling.jobs.states import Work
from labeling.projects.models import Project

VERBS = ("set-terms", "pay")


def amount_cell(line: Any) -> SafeString:
    """An amount with its currency."""
    return format_html("{} <span class='muted'>{}</span>", shown(line.amount), line.currency)


class MoneyPage(ListPage[LedgerEntry]):
    """A project's budget and what became of it; its ledger line by line."""

    filterset_class = ProjectLedgerFilterSet
    title = gettext_lazy("Money")
    count_words = ngettext_lazy("%(shown)s line", "%(shown)s lines", "number")
    nav = "projects"
    template_name = "jobs/money.html"
    empty_text = gettext_lazy(
        "Nothing is booked yet. Set the terms and prices; work then writes its lines by itself."
    )
    columns = (
        Column(
            "at",
            gettext_lazy("When"),
            template="jobs/columns/at.html",
            csv="at",
            ordering="at",
            priority=1,
        ),
        Column("kind", gettext_lazy("What"), "get_kind_display", csv="kind", priority=1),
        Column(
            "amount",
            gettext_lazy("Amount"),
            draw=amount_cell,
            csv="amount",
            ordering="amount",
            priority=1,
            is_number=True,
        ),
        Column("currency", gettext_lazy("Currency"), draw=lambda line: format_html("")),
        Column("work", gettext_lazy("Work"), "get_work_display", csv="work"),
        Column("person", gettext_lazy("Person"), "person.name", priority=1),
        Column("batch", gettext_lazy("Batch"), "batch.name"),
        Column("job", gettext_lazy("Job"), "job.name", priority=3),
        Column("made_by", gettext_lazy("By"), "made_by.name", priority=3),
        Column("note", gettext_lazy("Note"), priority=3),
    )

    @cached_property
    def project(self) -> Project:
        """The project of the address, for those who manage its money.

        Raises:
            Forbidden: others of its team.
        """
        projects = Project.objects.visible_to(self.request.actor).select_related("team")
        found = get_visible_or_404(projects, self.kwargs["pk"])
        if not self.request.actor.can(Capability.MANAGE_JOBS, found.team_id):
            raise Forbidden(_("Only managers and owners see a project's money."))
        return found

    def get_columns(self) -> Any:
        """On the page the currency stands beside its amount; the file has a column for it."""
        is_file = self.request.GET.get("format") == "csv"
        return [each for each in self.columns if is_file or each.name != "currency"]

    def get_queryset(self) -> QuerySet[LedgerEntry]:
        """The project's lines."""
        lines = LedgerEntry.objects.visible_to(self.request.actor).filter(project=self.project)
        return lines.select_related("person", "batch", "job", "made_by")

    def row_url(self, row: LedgerEntry) -> str:
        """A line has no page of its own."""
        return ""

    def csv_name(self) -> str:
        """The name of the file."""
        return f"ledger-{self.project.pk}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The sums, the prices and the verbs."""
        project, actor = self.project, self.request.actor
        verbs = [actions[Project, verb] for verb in VERBS]
        return super().get_context_data(
            **kwargs,
            project=project,
            current_team=project.team,
            verbs=[each for each in verbs if allows(each, project, actor)],
            money=sums_shown(project.pk),
            prices=prices_shown(project.pk),
        )


STATEMENT_COLUMNS = (
    Column("project", gettext_lazy("Project"), priority=1),
    Column("batch", gettext_lazy("Batch")),
    Column(
        "work",
        gettext_lazy("Work"),
        value=lambda row: Work(row.work).label,
        csv="work",
        priority=1,
    ),
    Column("items", gettext_lazy("Items"), priority=1, is_number=True),
    Column(
        "amount", gettext_lazy("Earned"), draw=amount_cell, csv="amount", priority=1, is_number=True
    ),
)
CURRENCY_COLUMN = Column("currency", gettext_lazy("Currency"))


@require_GET
def statement(request: Request, team_id: int) -> HttpResponseBase:
    """What a person of the team earned and was paid in a month; managers choose the person."""
    team = get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    month = _month(request)
    person = statement_person(request.actor, team.pk, request.GET.get("person", ""))
    lines = LedgerEntry.objects.visible_to(request.actor).filter(team=team, person=person)
    rows = rows_of(lines, month)
    if request.GET.get("format") == "csv":
        columns = (*STATEMENT_COLUMNS, CURRENCY_COLUMN)
        return csv_response(rows, columns, f"statement-{person.pk}-{month}", lambda _rows: None)
    return render(
        request,
        "jobs/statement.html",
        _statement_context(request, team, person, month, lines, rows),
    )


def _statement_context(
    request: Request,
    team: Team,
    person: User,
    month: Month,
    lines: QuerySet[LedgerEntry],
    rows: Sequence[EarningsRow],
) -> dict[str, Any]:
    may_choose = request.actor.can(Capability.MANAGE_PEOPLE, team.pk)
    balances = [
        {name: shown(getattr(each, name)) for name in ("before", "earned", "paid", "after")}
        | {"currency": each.currency}
        for each in balances_of(lines, month)
    ]
    return {
        "title": _("Earnings"),
        "nav": "people" if may_choose and person.pk != request.actor.user.pk else "my-work",
        "current_team": team,
        "person": person,
        "people": _earners(request, team) if may_choose else None,
        "month": month,
        "is_current": month == Month.of(timezone.now()),
        "balances": balances,
        "columns": STATEMENT_COLUMNS,
        "rows": [
            [(column, column.render(row, {})) for column in STATEMENT_COLUMNS] for row in rows
        ],
    }


def _month(request: Request) -> Month:
    text = request.GET.get("month", "")
    try:
        return Month.read(text) if text else Month.of(timezone.now())
    except ValueError:
        raise Http404 from None


def _earners(request: Request, team: Team) -> QuerySet[User]:
    people = User.objects.visible_to(request.actor).filter(memberships__team=team)
    return people.order_by("display_name", "username")
