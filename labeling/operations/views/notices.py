"""The bell: how much is news, what it is, and that somebody has looked."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Team
from labeling.core.http import (
    Request,
    get_visible_or_404,
    next_url,
    redirect_htmx,
    wants_partial,
)
from labeling.core.listing import Column, ListPage
from labeling.core.navigation import place
from labeling.core.workflow import actions, perform
from labeling.operations import cells
from labeling.operations.filters import NoticeFilter
from labeling.operations.models import Notice, Operation
from labeling.operations.states import LIVE

SHOWN = 8
# Whoever looks without scripts sees the page a moment after the look: it still marks what was new.
STILL_NEW = timedelta(seconds=20)

place("inbox", "operations:notices")
place("bell", "operations:bell")


def _team(request: Request, team_id: int) -> Team:
    return get_visible_or_404(Team.objects.visible_to(request.actor), team_id)


@require_safe
def bell(request: Request, team_id: int) -> HttpResponse:
    """The bell by itself, as it refreshes while something runs."""
    return render(request, "components/bell.html#button", {"current_team": _team(request, team_id)})


@require_POST
def mark_seen(request: Request, team_id: int) -> HttpResponseBase:
    """Look: what is news is shown, and is none any more."""
    team = _team(request, team_id)
    own = Notice.objects.visible_to(request.actor).filter(team=team).select_related("operation")
    shown = list(own[:SHOWN])
    for notice in shown:
        notice.is_fresh = notice.seen_at is None  # type: ignore[attr-defined]
    perform(actions[Team, "mark-seen"], team, request.actor)
    page = reverse("operations:notices", args=[team.pk])
    if not wants_partial(request):
        return redirect_htmx(request, next_url(request, page))
    context = {"notices": shown, "running": _running(request, team), "current_team": team}
    return render(request, "operations/bell_list.html", context)


def _running(request: Request, team: Team) -> int:
    """How many of the reader's own operations go on."""
    own = Operation.objects.visible_to(request.actor).filter(
        team=team, created_by=request.user.pk, status__in=LIVE
    )
    return own.count()


class NoticesPage(ListPage[Notice]):
    """What stands behind the bell: every operation of one's own that ended, the newest first."""

    filterset_class = NoticeFilter
    title = gettext_lazy("Finished for you")
    count_words = ngettext_lazy("%(shown)s notice", "%(shown)s notices", "number")
    nav = "operations"
    template_name = "operations/notices.html"
    empty_template = "operations/no_notices.html"
    columns: ClassVar[Sequence[Column]] = (
        Column(
            "name",
            gettext_lazy("Name"),
            "operation.label",
            ordering="name",
            priority=1,
            is_link=True,
        ),
        Column(
            "status",
            gettext_lazy("Status"),
            draw=cells.notice_badge,
            csv="operation.status",
            ordering="status",
            priority=1,
        ),
        Column("words", gettext_lazy("What came of it"), cells.notice_words, priority=1),
        Column(
            "finished",
            gettext_lazy("Finished"),
            draw=cells.notice_time,
            csv="at",
            ordering="finished",
        ),
    )

    @cached_property
    def team(self) -> Team:
        """The team of the address; another team's is a 404."""
        return _team(self.request, self.kwargs["team_id"])

    def get_queryset(self) -> QuerySet[Notice]:
        """The reader's own, in this team."""
        found = Notice.objects.visible_to(self.request.actor).filter(team=self.team)
        return found.select_related("operation")

    def decorate(self, rows: list[Notice]) -> None:
        """Which are news."""
        a_moment_ago = timezone.now() - STILL_NEW
        for row in rows:
            fresh = row.seen_at is None or (row.seen_at > a_moment_ago and row.seen_at != row.at)
            row.is_fresh = fresh  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether there is anything to mark as seen."""
        own = Notice.objects.visible_to(self.request.actor).filter(team=self.team)
        return {**kwargs, "team": self.team, "has_news": own.unseen().exists()}

    def csv_name(self) -> str:
        """Named after the list."""
        return "labeldesk-finished"
