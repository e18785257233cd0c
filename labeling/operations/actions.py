"""What a person may do with an operation."""

from typing import Any

from django.db.models import Case, CharField, DateTimeField, F, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from labeling.core.workflow import Action, Change, register
from labeling.operations import doorbell
from labeling.operations.models import Operation
from labeling.operations.states import CLAIMED, LIVE, Status


class OperationAction(Action):
    """Verbs of one's own operations; of other people's for those who manage the jobs."""

    model = Operation
    # The least that anybody who may start an operation holds.
    capability = Capability.EXPORT
    state_fields = ("status",)

    def refusal(self, obj: Any, actor: Any) -> Any | None:
        """Only who asked for it, or manages the team's work."""
        if obj.created_by_id == actor.user.pk or actor.can(Capability.MANAGE_JOBS, obj.team_id):
            return None
        return _("Only who started it or a manager may do this.")


@register
class Cancel(OperationAction):
    """Stops it: at once when nobody works on it, else after the chunk in progress."""

    verb = "cancel"
    label = _("Cancel")
    description = _("Stop it after the current step. What is done already stays.")
    sources = frozenset((status.value,) for status in LIVE - {Status.CANCELING})
    destructive = True

    def changes(self, change: Change) -> dict[str, Any]:
        """Decided by the row itself: a worker may be claiming it in this very moment."""
        claimed = [status.value for status in CLAIMED]
        return {
            "status": Case(
                When(status__in=claimed, then=Value(Status.CANCELING.value)),
                default=Value(Status.CANCELED.value),
                output_field=CharField(),
            ),
            "completed_at": Case(
                When(status__in=claimed, then=F("completed_at")),
                default=Value(change.at, output_field=DateTimeField()),
            ),
            "rung_at": change.at,
        }

    def effect(self, change: Change) -> None:
        """A worker puts away what was staged for it."""
        if change.obj.status == Status.CANCELED:
            doorbell.ring(change.obj.pk, change.obj.queue)


@register
class Retry(OperationAction):
    """Goes on after a failure where it stopped; what is done already is not done again."""

    verb = "retry"
    label = _("Retry")
    description = _("Go on where it failed.")
    sources = frozenset({(Status.FAILED.value,)})
    target = (Status.QUEUED.value,)
    primary = True
    order = 10

    def changes(self, change: Change) -> dict[str, Any]:
        """As if it had never failed."""
        return {
            "stalled_attempts": 0,
            "completed_at": None,
            "message": "",
            "rung_at": change.at,
        }

    def effect(self, change: Change) -> None:
        """Tell a worker."""
        doorbell.ring(change.obj.pk, change.obj.queue)
