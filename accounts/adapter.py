"""How the sign-in package treats our accounts."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # ships no types
    """Registration is closed unless the deployment opens it: people come by invitation."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("This login and password do not fit together."),
        "too_many_login_attempts": _("Too many tries. Wait a quarter of an hour."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether a stranger may make an account."""
        return bool(settings.LABELDESK_REGISTRATION == "open")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count nothing here: axes does, and its page says when to try again."""

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """A login as it is stored: in lower case, and free."""
        cleaned: Any = super().clean_username(username.lower(), shallow=shallow)
        return str(cleaned)


def displayed(user: User) -> str:
    """The name in messages of the sign-in package."""
    return user.name
