"""The choice of a role, shared by inviting somebody and changing what they are."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability, Role
from labeling.core.errors import Forbidden


class RoleForm(forms.Form):
    """A role, and for annotators whether they see only own work.

    Arguments:
        may_own: whether owner is offered. Asking for it nevertheless is refused by the action,
            with a reason, and not as a misspelled choice.
    """

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.ANNOTATOR)
    restricted = forms.BooleanField(
        label=_("Sees only own work"),
        required=False,
        help_text=_("For annotators: nothing of what others do is shown."),
    )

    def __init__(self, *args: Any, may_own: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = self.fields["role"].widget
        if not may_own and isinstance(widget, forms.Select):
            widget.choices = [choice for choice in Role.choices if choice[0] != Role.OWNER]

    def clean(self) -> dict[str, Any]:
        """Only annotators can be restricted; for others the box means nothing."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("restricted") and cleaned.get("role") not in (None, Role.ANNOTATOR):
            self.add_error("restricted", _("Only an annotator can be restricted."))
        return cleaned


def may_own(team_id: int, actor: Any) -> bool:
    """Whether the actor may make owners in this team."""
    return bool(actor.can(Capability.ADMINISTER, team_id))


def refuse_owners_by_others(role: str, team_id: int, actor: Any) -> None:
    """Raise Forbidden when somebody who is no owner would make or change one."""
    if role == Role.OWNER and not may_own(team_id, actor):
        raise Forbidden(OWNERS_BY_OWNERS)


OWNERS_BY_OWNERS = _("Only an owner changes who owns the team.")
