"""Verbs on a team itself, and the making of one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actions.own_account import OwnAccountAction
from accounts.models import Membership, Team
from accounts.models.people import LONGEST_NAME
from accounts.roles import Capability, Role
from labeling.core.workflow import Action, Change, register


class TeamForm(forms.Form):
    """What a team is called."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)


@register
class EditTeam(Action):
    """Rename a team."""

    verb = "edit-team"
    label = _("Team settings")
    description = _("Change the team's name.")
    model = Team
    capability = Capability.ADMINISTER
    form = TeamForm
    order = 90

    def form_kwargs(self, obj: Team, actor: Any) -> dict[str, Any]:
        """The name now."""
        return {"initial": {"name": obj.name}}

    def changes(self, change: Change) -> dict[str, Any]:
        """The new name; the history keeps the old one."""
        change.note.update(was=change.obj.name, name=change.data["name"])
        return {"name": change.data["name"]}


@register
class CreateTeam(OwnAccountAction):
    """Make another team, and own it. For those who own one already, and for superusers."""

    verb = "create-team"
    label = _("New team")
    description = _("You will be its owner; nobody of your other teams is in it.")
    capability = Capability.ADMINISTER
    form = TeamForm
    order = 80

    def permits(self, obj: Any, actor: Any) -> bool:
        """Own account, and an owner somewhere or a superuser."""
        if not super().permits(obj, actor):
            return False
        return bool(actor.user.is_superuser or actor.teams_where(Capability.ADMINISTER))

    def effect(self, change: Change) -> None:
        """The team with its first owner; `outcome` is the team."""
        change.outcome = found_team(change.data["name"], change.obj)


def found_team(name: str, owner: Any) -> Team:
    """A team with its first owner."""
    team = Team.objects.create(name=name)
    Membership.objects.create(team=team, user=owner, role=Role.OWNER)
    return team
