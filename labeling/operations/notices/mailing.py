"""Sending a mail about an operation that has ended."""

import logging
from smtplib import SMTPException

from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.actor import Actor
from labeling.operations.models import Operation
from labeling.operations.notices.models import Delivery
from labeling.operations.notices.payload import absolute
from labeling.operations.notices.posting import Answer

SECONDS = 20

logger = logging.getLogger(__name__)


def obstacle(delivery: Delivery) -> str | None:
    """Why nobody is written to any more; None when somebody is."""
    person = delivery.person
    if person is None or not person.email:
        return _("There is no e-mail address in the profile any more.")
    seen = Operation.objects.visible_to(Actor.for_user(person))
    if not seen.filter(deliveries=delivery.pk).exists():
        return _("The person may not see this operation any more.")
    return None


def send(delivery: Delivery) -> Answer:
    """Write the mail and hand it to the mail server."""
    operation, person = delivery.operation, delivery.person
    assert operation is not None
    assert person is not None
    message = EmailMessage(
        subject=subject_of(operation),
        body=render_to_string(
            "operations/finished.txt",
            {
                "operation": operation,
                "name": person.name,
                "url": absolute(operation.get_absolute_url()),
                "profile_url": absolute("/account/"),
            },
        ),
        to=[person.email],
        # The same at each attempt: whoever gets it twice is shown it once.
        headers={"Message-ID": f"<delivery-{delivery.pk}-{operation.pk}@labeldesk>"},
        connection=get_connection(timeout=SECONDS),
    )
    try:
        message.send()
    except (SMTPException, OSError):
        logger.warning("delivery %s: the mail server refused", delivery.pk, exc_info=True)
        return Answer(reason=_("The mail server did not take it; the desk's log has the reason."))
    return Answer()


def subject_of(operation: Operation) -> str:
    """One line: what, and how it ended."""
    words = {
        "label": operation.label,
        "count": operation.error_count,
    }
    if operation.status == "failed":
        text = _("Failed: %(label)s") % words
    elif operation.error_count:
        text = _("Finished with %(count)d errors: %(label)s") % words
    else:
        text = _("Finished: %(label)s") % words
    return "[Labeldesk] " + " ".join(text.split())
