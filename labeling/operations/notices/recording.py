"""What is put on record, in the very transaction in which an operation ends."""

from datetime import timedelta

from django.utils import timezone

from accounts.models.people import MailWish
from labeling.operations.finishing import on_finished
from labeling.operations.kinds import AWAITED
from labeling.operations.models import Operation
from labeling.operations.notices import ringing
from labeling.operations.notices.models import Delivery, Notice, Webhook
from labeling.operations.notices.payload import body_of
from labeling.operations.queues import Queue
from labeling.operations.states import Status

# Whoever waits longer than this has gone to do something else.
LONG = timedelta(minutes=1)


@on_finished
def put_behind_the_bell(operation: Operation) -> None:
    """A notice for who asked for it.

    What goes through the quick queue without any error has shown its result on the page where it
    was asked for, and what a script waited for has answered it: it stands in the list, but is no
    news.
    """
    if operation.created_by_id is None:
        return
    is_news = not (went_well(operation) and is_told_at_once(operation))
    Notice.objects.update_or_create(
        person_id=operation.created_by_id,
        operation=operation,
        defaults={
            "team_id": operation.team_id,
            "at": operation.completed_at or timezone.now(),
            "seen_at": None if is_news else operation.completed_at,
        },
    )


@on_finished
def tell_webhooks(operation: Operation) -> None:
    """A delivery to each webhook of the team that wants this event of this kind."""
    hooks = Webhook.objects.present().filter(team_id=operation.team_id, is_enabled=True)
    for hook in hooks:
        wants_kind = not hook.kinds or operation.kind in hook.kinds
        if operation.status in hook.events and wants_kind:
            delivery = Delivery.objects.create(
                team_id=operation.team_id,
                operation=operation,
                webhook=hook,
                event=operation.status,
                body=body_of(operation),
            )
            ringing.ring(delivery.pk)


@on_finished
def write_mail(operation: Operation) -> None:
    """A mail to who asked for it, if they wish; what was canceled needs none."""
    person = operation.created_by
    if person is None or operation.status == Status.CANCELED or not person.email:
        return
    if went_well(operation) and operation.plan.get(AWAITED):
        return
    if not wants_mail(person.mail_when_finished, operation):
        return
    delivery = Delivery.objects.create(
        team_id=operation.team_id, operation=operation, person=person, event=operation.status
    )
    ringing.ring(delivery.pk)


def wants_mail(wish: str, operation: Operation) -> bool:
    """Whether somebody with this wish is written to: always, or after a long wait."""
    if wish != MailWish.LONG:
        return wish == MailWish.ALWAYS
    ended = operation.completed_at
    return ended is not None and ended - operation.created_at > LONG


def is_told_at_once(operation: Operation) -> bool:
    """Whether who asked for it has its result in hand when it ends."""
    return operation.queue == Queue.QUICK or bool(operation.plan.get(AWAITED))


def went_well(operation: Operation) -> bool:
    """Complete, and not one row with an error."""
    return operation.status == Status.COMPLETE and not operation.error_count
