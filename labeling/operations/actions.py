"""What a person may do with an operation."""

from typing import Any

from django.db.models import Case, CharField, DateTimeField, F, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from labeling.core.errors import Conflict
from labeling.core.workflow import Action, Change, register
from labeling.operations import asking, doorbell, finishing, logbook
from labeling.operations.kinds import kinds
from labeling.operations.models import Operation
from labeling.operations.states import CLAIMED, LIVE, LogEvent, Status

CANNOT_RETRY_ROWS = _(
    "Rows of this kind of work cannot be done again by themselves. Correct the input and start it "
    "anew; what is in already is not doubled."
)


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
        """A worker puts away what was staged for it; whoever wants to know is told."""
        ended = change.obj.status == Status.CANCELED
        event = LogEvent.CANCELED if ended else LogEvent.CANCELING
        logbook.note(change.obj.pk, event, by=change.actor.user.pk)
        if ended:
            finishing.tell(change.obj.pk)
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
            "queued_at": change.at,
            "rung_at": change.at,
        }

    def effect(self, change: Change) -> None:
        """Tell a worker."""
        logbook.note(change.obj.pk, LogEvent.RETRIED, by=change.actor.user.pk)
        doorbell.ring(change.obj.pk, change.obj.queue)


@register
class RetryFailed(OperationAction):
    """Starts another operation that does only the rows which this one reported as errors."""

    verb = "retry-failed"
    label = _("Retry failed rows")
    description = _("Start another operation that does only the rows with an error.")
    sources = frozenset({(Status.COMPLETE.value,)})
    outcome_model = Operation
    order = 20

    def refusal(self, obj: Any, actor: Any) -> Any | None:
        """Also: whoever may start this kind of work."""
        kind = kinds.get(obj.kind)
        if kind is not None and not actor.can(kind.capability, obj.team_id):
            return _("Your role in this team does not allow this: %s") % kind.label
        return super().refusal(obj, actor)

    def obstacle(self, obj: Any) -> Any | None:
        """There must be failed rows, of a kind that can do them by themselves."""
        if not obj.error_count:
            return _("No row failed, so there is nothing to do again.")
        kind = kinds.get(obj.kind)
        return None if kind is not None and kind.can_retry_rows else CANNOT_RETRY_ROWS

    def effect(self, change: Change) -> None:
        """The outcome is the new operation; pressed twice, it is the same one.

        Raises:
            Conflict: these rows cannot be done again.
        """
        done: Operation = change.obj
        kind = kinds[done.kind]
        data = kind.retry_rows(done)
        if data is None:
            raise Conflict(CANNOT_RETRY_ROWS, state=done.status)
        key = f"retry-failed:{done.pk}:"
        # One that was canceled does not stand in the way of another.
        canceled = Operation.objects.filter(
            team=done.team_id, idempotency_key__startswith=key, status=Status.CANCELED
        )
        key += str(canceled.count())
        change.outcome = asking.known(kind, change.actor, done.team, key)
        if change.outcome is None:
            plan = kind.plan(change.actor, done.team, data)
            about = (done.subject_type, done.subject_id)
            change.outcome = asking.put_on_record(
                kind, change.actor, done.team, plan, about=about, key=key
            )
