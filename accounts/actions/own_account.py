"""Verbs on one's own account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.people import LONGEST_NAME
from accounts.roles import Capability
from labeling.core.workflow import Action, Change, register


class OwnAccountAction(Action):
    """A verb that everybody has on their own account, and nobody on another's.

    It belongs to no team, so it has no line in a team's history.
    """

    model = User
    capability = Capability.VIEW
    recorded = False
    by_rest = False  # a token must not make another one, nor move where reset links go

    def permits(self, obj: Any, actor: Any) -> bool:
        """Whether it is the actor's own account."""
        return bool(actor.user.pk is not None and obj.pk == actor.user.pk and obj.is_active)


class ProfileForm(forms.Form):
    """How others see the person, and where mail goes."""

    display_name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("Shown to others instead of your login."),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("Where a link goes when you forget your password."),
    )


@register
class EditProfile(OwnAccountAction):
    """Change one's own name and e-mail."""

    verb = "edit-profile"
    label = _("Save")
    description = _("Change your own name and e-mail.")
    form = ProfileForm
    order = 10

    def form_kwargs(self, obj: User, actor: Any) -> dict[str, Any]:
        """What they are now."""
        return {"initial": {"display_name": obj.display_name, "email": obj.email}}

    def changes(self, change: Change) -> dict[str, Any]:
        """The new name and e-mail."""
        return {"display_name": change.data["display_name"], "email": change.data["email"]}
