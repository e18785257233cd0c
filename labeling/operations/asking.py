"""Putting an operation on record: its row, once for one idempotency key, and the doorbell.

Below the engine, since a verb on an operation may ask for another one.
"""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import Team
from labeling.core.errors import Conflict
from labeling.operations import doorbell, logbook
from labeling.operations.kinds import Kind, Plan
from labeling.operations.models import Operation
from labeling.operations.states import LogEvent, Status


def known(kind: Kind, actor: Actor | None, team: Team, key: str) -> Operation | None:
    """The operation that this idempotency key has started before; None when it is new or empty.

    Raises:
        Conflict: it belongs to another kind, or to an operation that the actor may not see.
    """
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


def put_on_record(
    kind: Kind,
    actor: Actor | None,
    team: Team,
    plan: Plan,
    *,
    about: tuple[str, int | None] = ("", None),
    key: str = "",
    hold: bool = False,
) -> Operation:
    """Make the row of an operation and ring for it, inside the caller's transaction.

    Arguments:
        about: type and key of what it is about, as the row has them.
        key: idempotency key; when another process was a moment quicker with it, the answer is
            that one's operation, with `is_repeat` set.
        hold: leave it pending, and ring for nobody.

    Raises:
        Conflict: as `known`.
    """
    operation = Operation(
        team=team,
        kind=kind.name,
        label=(plan.label or str(kind.label))[:200],
        created_by_id=actor.user.pk if actor is not None else None,
        queue=kind.queue,
        plan=dict(plan.data),
        total=plan.total,
        subject_type=about[0],
        subject_id=about[1],
        idempotency_key=key,
        status=Status.PENDING if hold else Status.QUEUED,
    )
    try:
        with transaction.atomic():
            operation.save(force_insert=True)
            logbook.note(operation.pk, LogEvent.ASKED, by=operation.created_by_id)
    except IntegrityError:
        quicker = known(kind, actor, team, key)
        if quicker is None:
            raise
        return quicker
    if not hold:
        doorbell.ring(operation.pk, operation.queue)
    return operation
