"""What a query asks for, on pages as over REST: whose figures, of which days, in which table."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Team
from labeling.core.errors import Forbidden, Invalid
from labeling.core.http import get_visible_or_404
from labeling.jobs.dashboards.days import days_wanted
from labeling.jobs.dashboards.tables import Table
from labeling.jobs.dashboards.team import OwnFigures, TeamFigures

Query = Mapping[str, Any]


def team_figures(actor: Actor, team_id: int, query: Query) -> TeamFigures:
    """The figures of a team over the days of the query.

    Raises:
        Http404: not a team of the actor's.
        Forbidden: restricted annotators, who see nothing of others.
        Invalid: no such choice of days.
    """
    team = get_visible_or_404(Team.objects.visible_to(actor), team_id)
    if team.pk not in actor.unrestricted_team_ids:
        raise Forbidden(_("You see your own work in this team. Your figures are under My work."))
    return TeamFigures(actor, team, days_wanted(query.get("days", "")))


def own_figures(actor: Actor, team_id: int, query: Query) -> OwnFigures:
    """One's own figures in a team over the days of the query.

    Raises:
        Http404: not a team of the actor's.
        Invalid: no such choice of days.
    """
    team = get_visible_or_404(Team.objects.visible_to(actor), team_id)
    return OwnFigures(actor, team, days_wanted(query.get("days", "")))


def table_wanted(
    tables: Mapping[str, Table], query: Query, actor: Actor, team: Team
) -> tuple[str, Table]:
    """The key and the table that a query asks for; the first one where it asks for none.

    Raises:
        Forbidden: the reader's role does not show it.
        Invalid: there is no such table.
    """
    key = query.get("of") or next(iter(tables))
    if key not in tables:
        choices = ", ".join(tables)
        raise Invalid({"of": [_("Choose one of %(choices)s.") % {"choices": choices}]})
    if not actor.can(tables[key].capability, team.pk):
        raise Forbidden(_("Your role in this team does not show how single people do."))
    return key, tables[key]
