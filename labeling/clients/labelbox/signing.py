"""Addresses of results that the client fetches without its token, as it does for plain tasks."""

from datetime import timedelta

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from labeling.operations.models import Operation

SALT = "labelbox-results"
# A script reads its results soon after it asked for the task; a leaked address is dead tomorrow.
VALID = timedelta(hours=12)


def address(operation: Operation, person_id: int, request: HttpRequest) -> str:
    """Where whoever holds this address reads the operation's results, for VALID.

    Arguments:
        person_id: with whose eyes; once they may not see it any more, the address is dead.
    """
    token = signing.dumps([operation.pk, person_id], salt=SALT)
    return request.build_absolute_uri(reverse("labelbox:results", args=[token]))


def opened(token: str) -> tuple[int, int] | None:
    """The keys of the operation and of the person; None for a token that is no good (any more)."""
    try:
        operation, person = signing.loads(token, salt=SALT, max_age=VALID)
    except signing.BadSignature:
        return None
    return operation, person
