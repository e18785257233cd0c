"""Starting operations: the row first, the doorbell on commit."""

from collections.abc import Mapping
from typing import Any, cast

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import Team
from labeling.core.errors import Conflict, Forbidden
from labeling.core.workflow import validated
from labeling.operations import doorbell
from labeling.operations.kinds import Kind, Plan, kinds
from labeling.operations.models import Operation
from labeling.operations.states import Status


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
        known = _known(chosen, actor, team, idempotency_key)
        if known is not None:
            return known
        cleaned = _cleaned(chosen, actor, team, data)
        operation = _row(chosen, actor, team, chosen.plan(actor, team, cleaned))
        operation.idempotency_key = idempotency_key
        operation.status = Status.PENDING if hold else Status.QUEUED
        if subject is not None:
            operation.subject_type = subject._meta.label_lower
            operation.subject_id = subject.pk
        try:
            with transaction.atomic():
                operation.save(force_insert=True)
        except IntegrityError:
            # The same key a moment ago, from another process.
            known = _known(chosen, actor, team, idempotency_key)
            if known is None:
                raise
            return known
        if not hold:
            doorbell.ring(operation.pk, operation.queue)
    return operation


def release(operation: Operation, plan: Plan | None = None) -> Operation:
    """Let a held operation begin: its input is complete.

    Arguments:
        plan: replaces the plan of the start, now that the input is known.

    Raises:
        Conflict: it is not pending any more (released already, or canceled).
    """
    values: dict[str, Any] = {"status": Status.QUEUED, "rung_at": timezone.now()}
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
        doorbell.ring(operation.pk, operation.queue)
    return operation


def _known(kind: Kind, actor: Actor | None, team: Team, key: str) -> Operation | None:
    """The operation that this key has started before."""
    if not key:
        return None
    found = Operation.objects.filter(team=team, idempotency_key=key).first()
    if found is None:
        return None
    seen = actor is None or Operation.objects.visible_to(actor).filter(pk=found.pk).exists()
    if found.kind != kind.name or not seen:
        raise Conflict(_("This idempotency key was used for something else; take another one."))
    found.is_repeat = True
    return found


def _cleaned(
    kind: Kind, actor: Actor | None, team: Team, data: Mapping[str, Any] | None
) -> Mapping[str, Any]:
    if kind.form is None:
        return data or {}
    # A kind takes its input just as an action does: a form and what the form needs.
    return validated(cast(Any, kind), team, actor, data)


def _row(kind: Kind, actor: Actor | None, team: Team, plan: Plan) -> Operation:
    return Operation(
        team=team,
        kind=kind.name,
        label=(plan.label or str(kind.label))[:200],
        created_by_id=actor.user.pk if actor is not None else None,
        queue=kind.queue,
        plan=dict(plan.data),
        total=plan.total,
    )
