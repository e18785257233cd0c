"""The zone whose days a team counts, and on which days somebody is expected to work."""

from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from labeling.core.zones import known_zones
from labeling.jobs.dashboards.streaks import Calendar
from labeling.jobs.models import WorkingHours


@dataclass(frozen=True)
class TeamDays:
    """How days are counted.

    Attributes:
        zone: that of the team's working hours; the reader's where the team set none.
        is_set: whether the team set it.
        calendar: of the person that was asked for, else the team's.
    """

    zone: tzinfo
    is_set: bool
    calendar: Calendar


def team_days(team_id: int, user_id: int | None = None) -> TeamDays:
    """How a team counts days, and when one of its people works. One query."""
    rows = WorkingHours.objects.filter(Q(user=None) | Q(user=user_id), team=team_id)
    hours = {row.user_id: row for row in rows}
    of_team, own = hours.get(None), hours.get(user_id)
    is_set = of_team is not None and of_team.time_zone in known_zones()
    zone = (
        ZoneInfo(of_team.time_zone)
        if of_team is not None and is_set
        else timezone.get_current_timezone()
    )
    said = own or of_team
    calendar = Calendar() if said is None else Calendar.of_week(said.week, said.days_off)
    return TeamDays(zone, is_set, calendar)
