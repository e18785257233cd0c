"""Verbs on one's own account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.people import LONGEST_NAME, MailWish
from accounts.roles import Capability
from labeling.core.errors import Invalid
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
    mail_when_finished = forms.ChoiceField(
        label=_("Write to me when my imports, exports and other operations finish or fail"),
        choices=MailWish.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Goes to the address above."),
    )


@register
class EditProfile(OwnAccountAction):
    """Change one's own name and e-mail, and what is mailed there."""

    verb = "edit-profile"
    label = _("Save")
    description = _("Change your own name and e-mail.")
    form = ProfileForm
    order = 10

    def form_kwargs(self, obj: User, actor: Any) -> dict[str, Any]:
        """What they are now."""
        names = ("display_name", "email", "mail_when_finished")
        return {"initial": {name: getattr(obj, name) for name in names}}

    def check(self, change: Change) -> None:
        """Nobody can be written to without an address.

        Raises:
            Invalid: a mail is wished for, and there is nowhere to send it.
        """
        wish = change.data["mail_when_finished"]
        if wish in (MailWish.LONG, MailWish.ALWAYS) and not change.data["email"]:
            raise Invalid({"email": [_("Say where to write to, or choose never.")]})

    def changes(self, change: Change) -> dict[str, Any]:
        """The new name, e-mail and wish; without an address, or a word about it, none is mailed."""
        wish = change.data["mail_when_finished"] or change.obj.mail_when_finished
        return {
            "display_name": change.data["display_name"],
            "email": change.data["email"],
            "mail_when_finished": wish if change.data["email"] else MailWish.NEVER,
        }
