"""Starting operations: the row first, the doorbell on commit."""

from collections.abc import Mapping
from typing import Any, cast

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import Team
from labeling.core.errors import Conflict, Forbidden
from labeling.core.workflow import validated
from labeling.operations import asking, doorbell, logbook
from labeling.operations.kinds import Kind, Plan, kinds
from labeling.operations.models import Operation
from labeling.operations.states import LogEvent, Status


def start(
    kind: str,
    actor: Actor | None,
    team: Team,
    data: Mapping[str, Any] | None = None,
    *,
    subject: models.Model | None = None,
    idempotency_key: str = "",
    hold: bool = False,
) -> Operation:
    """Put an operation on record, to be run in the background once the transaction commits.

    Arguments:
        kind: name of a registered kind.
        actor: who asks; None for work that the desk starts itself.
        data: raw input for the kind's form; for a kind without a form, input that the caller
            has validated.
        subject: what it is about, for links and filters.
        idempotency_key: the same key in the same team starts nothing again; the answer is the
            operation of the first time, with `is_repeat` set.
        hold: leave it pending (its files are still being uploaded) until `release`.

    Raises:
        Forbidden: the actor's role does not hold the kind's capability.
        Invalid: the form refuses the data.
        Conflict: the key belongs to another kind of operation, or to one that the actor may
            not see.
    """
    chosen = kinds[kind]
    if actor is not None and not actor.can(chosen.capability, team.pk):
        raise Forbidden(_("Your role in this team does not allow this: %s") % chosen.label)
    with transaction.atomic():
        known = asking.known(chosen, actor, team, idempotency_key)
        if known is not None:
            return known
        cleaned = _cleaned(chosen, actor, team, data)
        plan = chosen.plan(actor, team, cleaned)
        about = ("", None) if subject is None else (subject._meta.label_lower, subject.pk)
        return asking.put_on_record(
            chosen, actor, team, plan, about=about, key=idempotency_key, hold=hold
        )


def release(operation: Operation, plan: Plan | None = None) -> Operation:
    """Let a held operation begin: its input is complete.

    Arguments:
        plan: replaces the plan of the start, now that the input is known.

    Raises:
        Conflict: it is not pending any more (released already, or canceled).
    """
    now = timezone.now()
    values: dict[str, Any] = {"status": Status.QUEUED, "queued_at": now, "rung_at": now}
    if plan is not None:
        values |= {"plan": dict(plan.data), "total": plan.total}
        values |= {"label": plan.label} if plan.label else {}
    with transaction.atomic():
        pending = Operation.objects.filter(pk=operation.pk, status=Status.PENDING)
        released = pending.update(**values)
        operation.refresh_from_db()
        if released != 1:
            raise Conflict(
                _("Its input was complete already; it is %s.") % operation.get_status_display(),
                state=operation.status,
            )
        logbook.note(operation.pk, LogEvent.RELEASED)
        doorbell.ring(operation.pk, operation.queue)
    return operation


def _cleaned(
    kind: Kind, actor: Actor | None, team: Team, data: Mapping[str, Any] | None
) -> Mapping[str, Any]:
    if kind.form is None:
        return data or {}
    # A kind takes its input just as an action does: a form and what the form needs.
    return validated(cast(Any, kind), team, actor, data)
