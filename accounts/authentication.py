"""How a script says who it is: `Authorization: Token <secret>`."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from accounts.actor import Actor
from accounts.models import ApiToken, Membership, User
from accounts.models.access import digest_of

KEYWORD = "Token"
# A busy script would otherwise write one row per request, and on SQLite block the writers.
LAST_USED_GRAIN = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """Looks the token up by its hash; a token that is no good says why."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The person and the token; None when the request brings none.

        Raises:
            AuthenticationFailed: the token is unknown, revoked, expired or its person deactivated.
        """
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != KEYWORD.lower().encode():
            return None
        if len(parts) != 2:
            raise exceptions.AuthenticationFailed(
                _("Write one token after the word “Token”, without spaces in it.")
            )
        token = token_of(parts[1].decode("latin-1"))
        note_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 tells the client to bring."""
        return KEYWORD


def token_of(secret: str) -> ApiToken:
    """The usable token of a secret.

    Raises:
        AuthenticationFailed: with the reason in words.
    """
    memberships = Membership.objects.filter(user=OuterRef("user"))
    token = (
        ApiToken.objects.filter(digest=digest_of(secret))
        .select_related("user")
        # Out of every team is out of the desk. Who was never in one may wait for an invitation.
        .annotate(is_out=Exists(memberships) & ~Exists(memberships.filter(deactivated_at=None)))
        .first()
    )
    if token is None:
        raise exceptions.AuthenticationFailed(_("This API token is not known."))
    if token.status == "revoked":
        raise exceptions.AuthenticationFailed(_("This API token was revoked."))
    if token.status == "expired":
        raise exceptions.AuthenticationFailed(_("This API token has expired."))
    if token.is_out or not token.user.is_active:  # type: ignore[attr-defined]
        raise exceptions.AuthenticationFailed(_("The person of this API token is deactivated."))
    return token


def actor_of(user_id: int) -> Actor:
    """Who a signed address speaks for, with what they may see now; nobody once they are gone."""
    user = User.objects.filter(pk=user_id).first()
    return Actor.for_user(user or AnonymousUser())


def note_use(token: ApiToken) -> None:
    """Remember when the token was last used, to the minute."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at >= LAST_USED_GRAIN:
        changes: dict[str, Any] = {"last_used_at": now}
        ApiToken.objects.filter(pk=token.pk).update(**changes)
