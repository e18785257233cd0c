"""Having a team's counts counted afresh."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from accounts.roles import Capability
from labeling.core.errors import Conflict
from labeling.core.workflow import Action, Change, register
from labeling.operations.engine import start
from labeling.operations.models import Operation

KIND = "recount"


@register
class Recount(Action):
    """Count everything of a team whose count is stored, and mend it. The outcome is the work."""

    verb = KIND
    label = _("Recount")
    description = _("Count items, objects and finished work afresh, and mend what differs.")
    model = Team
    capability = Capability.MANAGE_PROJECTS
    outcome_model = Operation
    order = 60

    def team_id(self, obj: Any) -> int:
        """The team itself."""
        return int(obj.pk)

    def effect(self, change: Change) -> None:
        """Start it.

        Raises:
            Conflict: it is being done.
        """
        team: Team = change.obj
        if Operation.objects.live().filter(team=team, kind=KIND).exists():
            raise Conflict(_("This team's counts are being recounted already."), state="running")
        change.outcome = start(KIND, change.actor, team, subject=team)
        change.note["operation"] = change.outcome.pk
