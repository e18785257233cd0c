"""Forms of signing in, in our words. The forms of verbs stand with their actions."""

from typing import Any

from allauth.account.forms import LoginForm
from django.utils.translation import gettext_lazy as _


class SignInForm(LoginForm):  # type: ignore[misc]  # ships no types
    """Login and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label = _("Login")
        login.widget.attrs.update(autocapitalize="none", spellcheck="false")
        for field in (login, password):
            # The label says it; said twice it is only noise.
            field.widget.attrs.pop("placeholder", None)
