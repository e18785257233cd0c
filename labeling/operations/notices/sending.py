"""Sending what is due: one attempt at a time, each on record before anything leaves the desk.

An attempt is claimed by compare-and-set on the delivery's counter and next time, and its row has a
number that can exist once: two workers never send the same attempt. Whoever claims moves the next
time ahead first, so a sender that is killed costs one attempt and some minutes, never the message.
"""

import logging
import random
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.operations.notices import mailing, posting, ringing
from labeling.operations.notices.models import Attempt, Delivery, DeliveryQuerySet
from labeling.operations.notices.posting import Answer

# How long after each failed attempt the next one follows.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
# Each wait is stretched by up to this part, so that many receivers are not asked all at once.
JITTER = 0.2
# No attempt takes as long as this; one without an end after it was cut off.
LEASE = timedelta(minutes=1)
# How long an attempt can really be under way; see posting.SECONDS.
UNDER_WAY = timedelta(seconds=20)
# Due deliveries that one sweep rings for.
RINGS_AT_ONCE = 20

logger = logging.getLogger(__name__)


def deliver(delivery_id: int) -> None:
    """Make one attempt if the delivery is due and nobody else is at it. Raises nothing about it."""
    claimed = _claim(delivery_id)
    if claimed is None:
        return
    delivery, attempt = claimed
    try:
        send = mailing.send if delivery.person_id is not None else posting.send
        answer = send(delivery)
    except Exception:
        logger.exception("delivery %s could not be sent", delivery_id)
        answer = Answer(reason=_("Something went wrong in this desk; its log has the reason."))
    _settle(delivery, attempt, answer)
    _ring_for_next(delivery)


def sweep() -> None:
    """Ring for what is due and nobody has taken: after a crash, a lost ring, a wait."""
    due = Delivery.objects.filter(next_try_at__lte=timezone.now()).order_by("next_try_at")
    for pk in due.values_list("pk", flat=True)[:RINGS_AT_ONCE]:
        ringing.ring(pk)


def wait_after(tries_left: int) -> timedelta:
    """How long to wait once an attempt failed that left so many tries."""
    place = max(0, len(WAITS) - tries_left)
    wait = WAITS[min(place, len(WAITS) - 1)]
    return wait * (1 + random.uniform(0, JITTER))  # noqa: S311  (spreads load, guards nothing)


def _claim(delivery_id: int) -> tuple[Delivery, Attempt] | None:
    """Take the next attempt of a due delivery; None when there is none to make."""
    now = timezone.now()
    due = Delivery.objects.filter(pk=delivery_id, next_try_at__lte=now)
    delivery = due.select_related("webhook", "person", "operation__team").first()
    if delivery is None:
        return None
    obstacle = _obstacle(delivery)
    if obstacle is not None:
        _unchanged(delivery).update(next_try_at=None, given_up_at=now, message=obstacle)
        return None
    if _is_busy(delivery, now):
        return None
    with transaction.atomic():
        taken = _unchanged(delivery).update(
            attempt_count=F("attempt_count") + 1,
            tries_left=F("tries_left") - 1,
            next_try_at=now + max(LEASE, wait_after(delivery.tries_left - 1)),
        )
        if taken != 1:
            return None
        delivery.attempt_count += 1
        delivery.tries_left -= 1
        attempt = Attempt.objects.create(delivery=delivery, number=delivery.attempt_count, at=now)
    return delivery, attempt


def _unchanged(delivery: Delivery) -> DeliveryQuerySet:
    """The delivery's row, if nobody took it since it was read."""
    return Delivery.objects.filter(
        pk=delivery.pk,
        attempt_count=delivery.attempt_count,
        next_try_at=delivery.next_try_at,
    )


def _is_busy(delivery: Delivery, now: datetime) -> bool:
    """Whether the receiver is being told something else: a slow one shall not hold every worker."""
    if delivery.webhook_id is None:
        return False
    to_it = Attempt.objects.filter(delivery__webhook=delivery.webhook_id).exclude(delivery=delivery)
    return to_it.filter(ended_at=None, at__gt=now - UNDER_WAY).exists()


def _ring_for_next(delivery: Delivery) -> None:
    """Go on with what else the same receiver is to be told."""
    if delivery.webhook_id is None:
        return
    waiting = Delivery.objects.filter(webhook=delivery.webhook_id, next_try_at__lte=timezone.now())
    following = waiting.order_by("next_try_at").values_list("pk", flat=True).first()
    if following is not None:
        ringing.ring(following)


def _obstacle(delivery: Delivery) -> str | None:
    """Why it is not sent any more."""
    if not delivery.tries_left:  # the last attempt was cut off, or it would have been settled
        return _("The last attempt was cut off when the desk stopped.")
    return mailing.obstacle(delivery) if delivery.person_id else posting.obstacle(delivery)


def _settle(delivery: Delivery, attempt: Attempt, answer: Answer) -> None:
    """Write down what came of an attempt, and what follows from it."""
    now = timezone.now()
    with transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(
            ended_at=now, code=answer.code, reason=answer.reason
        )
        # Whoever asked for another round meanwhile has changed the counter or the time.
        row = Delivery.objects.filter(pk=delivery.pk, attempt_count=attempt.number)
        row.update(**_outcome(delivery, answer, now))


def _outcome(delivery: Delivery, answer: Answer, now: datetime) -> dict[str, datetime | None]:
    if not answer.reason:
        return {"delivered_at": now, "next_try_at": None}
    if answer.is_final or not delivery.tries_left:
        return {"given_up_at": now, "next_try_at": None}
    return {"next_try_at": now + wait_after(delivery.tries_left)}
