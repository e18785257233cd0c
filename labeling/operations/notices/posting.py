"""Sending a webhook: one signed POST through the guarded way out."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.core import fetching
from labeling.operations.notices.models import Delivery
from labeling.operations.notices.payload import headers_of

# For everything together: a receiver takes the message and works on it afterwards.
SECONDS = 10.0
GONE = 410


@dataclass(frozen=True)
class Answer:
    """What came of an attempt.

    Attributes:
        code: the HTTP status, where there is one.
        reason: why it failed, in words; empty when it went well.
        is_final: whether another attempt would be pointless.
    """

    code: int | None = None
    reason: str = ""
    is_final: bool = False


def obstacle(delivery: Delivery) -> str | None:
    """Why a webhook is not told any more; None when it is."""
    hook = delivery.webhook
    if hook is None or hook.is_removed:
        return _("The webhook was removed.")
    # A test is asked for by hand, also of one that is switched off.
    if not hook.is_enabled and delivery.operation_id is not None:
        return _("The webhook was disabled.")
    return None


def send(delivery: Delivery) -> Answer:
    """Make one attempt."""
    hook = delivery.webhook
    assert hook is not None
    headers = headers_of(delivery, hook.secret, int(timezone.now().timestamp()))
    try:
        code = fetching.post(hook.url, delivery.body.encode(), headers, seconds=SECONDS)
    except fetching.Unreachable as trouble:
        return Answer(reason=str(trouble))
    if 200 <= code < 300:
        return Answer(code)
    if code == GONE:
        return Answer(code, _("It answered 410: it does not want to be told any more."), True)
    if 300 <= code < 400:
        return Answer(code, _("It answered with a redirect, which is not followed."))
    return Answer(
        code, _("It answered %(code)d instead of a number from 200 to 299.") % {"code": code}
    )
