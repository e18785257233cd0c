"""Verbs on API tokens: making one for oneself, and revoking one's own."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actions.own_account import OwnAccountAction
from accounts.models import ApiToken
from accounts.roles import Capability
from labeling.core.errors import Conflict
from labeling.core.workflow import Action, Change, register

MOST_TOKENS = 50
LIVES = (
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", _("1 year")),
    ("", _("never")),
)


class TokenForm(forms.Form):
    """What a token is called and how long it works."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("What uses it: a script, a machine.")
    )
    days = forms.TypedChoiceField(
        label=_("Expires after"),
        choices=LIVES,
        required=False,
        initial="90",
        coerce=int,
        empty_value=None,
    )


@register
class CreateToken(OwnAccountAction):
    """Make a token; `outcome` is the token with its secret, which nobody sees again."""

    verb = "create-token"
    label = _("Create token")
    description = _("A key with which a script acts as you.")
    form = TokenForm
    order = 20

    def check(self, change: Change) -> None:
        """Keep the list short enough to look after."""
        if ApiToken.objects.usable().filter(user=change.obj).count() >= MOST_TOKENS:
            raise Conflict(
                _("You have %(count)d tokens. Revoke those that nothing uses any more.")
                % {"count": MOST_TOKENS},
                state="full",
            )

    def effect(self, change: Change) -> None:
        """The token."""
        days = change.data["days"]
        expires_at = change.at + timedelta(days=days) if days else None
        change.outcome = ApiToken.issue(change.obj, change.data["name"], expires_at)


@register
class RevokeToken(Action):
    """Make a token useless, at once and for good."""

    verb = "revoke-token"
    label = _("Revoke")
    description = _("Whatever uses this token is refused from now on. This can't be undone.")
    model = ApiToken
    capability = Capability.VIEW
    state_fields = ("revoked_at",)
    sources = ((None,),)
    destructive = True
    recorded = False

    def permits(self, obj: ApiToken, actor: Any) -> bool:
        """One's own token."""
        return bool(obj.user_id == actor.user.pk)

    def state_of(self, obj: ApiToken) -> str:
        """revoked, expired or active."""
        return obj.status

    def changes(self, change: Change) -> dict[str, Any]:
        """Since when."""
        return {"revoked_at": change.at}
