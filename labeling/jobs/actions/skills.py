"""Skills of a team, and how well each person has them."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from accounts.roles import Capability
from labeling.core.errors import Conflict, Invalid
from labeling.core.workflow import Action, Change, register
from labeling.jobs.actions.base import people_who
from labeling.jobs.actions.claiming import PersonField
from labeling.jobs.models import PersonSkill, Skill
from labeling.jobs.models.skills import HIGHEST_LEVEL
from labeling.jobs.queue.earned import measure


class SkillForm(forms.Form):
    """What a skill is called, and what it means."""

    name = forms.CharField(max_length=100, label=_("Name"))
    description = forms.CharField(
        max_length=2000, required=False, widget=forms.Textarea, label=_("Description")
    )


def refuse_taken(team_id: int, name: str, but: int = 0) -> None:
    """A name is one skill's.

    Raises:
        Invalid
    """
    if Skill.objects.filter(team=team_id, name=name).exclude(pk=but).exists():
        raise Invalid({"name": [_("This team has a skill of that name.")]})


@register
class CreateSkill(Action):
    """A class of work that not everybody can do. The outcome is the skill."""

    verb = "create-skill"
    label = _("New skill")
    model = Team
    capability = Capability.MANAGE_JOBS
    form = SkillForm
    outcome_model = Skill
    order = 60

    def team_id(self, obj: Any) -> int:
        """The team itself."""
        return int(obj.pk)

    def effect(self, change: Change) -> None:
        """Store it."""
        refuse_taken(change.obj.pk, change.data["name"])
        change.outcome = Skill.objects.create(team=change.obj, **change.data)
        change.note["skill"] = change.outcome.name


class SkillAction(Action):
    """A verb on a skill, for those who give out work."""

    model = Skill
    capability = Capability.MANAGE_JOBS


@register
class EditSkill(SkillAction):
    """Call it something else."""

    verb = "edit"
    label = _("Edit")
    form = SkillForm
    order = 20

    def form_kwargs(self, obj: Skill, actor: Any) -> dict[str, Any]:
        """What it is now."""
        return {"initial": {"name": obj.name, "description": obj.description}}

    def changes(self, change: Change) -> dict[str, Any]:
        """The name and the text."""
        refuse_taken(change.obj.team_id, change.data["name"], but=change.obj.pk)
        change.note["skill"] = change.data["name"]
        if change.data["name"] != change.obj.name:
            change.note["was"] = change.obj.name
        return dict(change.data)


@register
class DeleteSkill(SkillAction):
    """Nobody asks for it any more: it goes, with everybody's levels."""

    verb = "delete"
    label = _("Delete")
    description = _("It goes with everybody's levels. This cannot be undone.")
    destructive = True

    def check(self, change: Change) -> None:
        """No batch asks for it.

        Raises:
            Conflict
        """
        used = change.obj.batches.order_by("pk").first()
        if used is not None:
            raise Conflict(_("“%s” asks for this skill.") % used.name, batch=used.pk)

    def effect(self, change: Change) -> None:
        """Take it away; the history knows it by its name."""
        change.note["skill"] = change.obj.name
        Skill.objects.filter(pk=change.obj.pk).delete()


class LevelForm(forms.Form):
    """A person's level from 0 to 100; without one it is measured by decided work."""

    person = PersonField(queryset=User.objects.none(), label=_("Person"))
    level = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=HIGHEST_LEVEL,
        label=_("Level"),
        help_text=_("0 to 100. Leave it empty to measure it by reviewed work."),
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


@register
class SetLevel(SkillAction):
    """How well somebody has the skill, set by hand; or left to be earned."""

    verb = "set-level"
    label = _("Set level")
    form = LevelForm
    primary = True
    order = 10

    def form_kwargs(self, obj: Skill, actor: Any) -> dict[str, Any]:
        """Those of the team who may label."""
        return {"people": people_who(Capability.LABEL, obj.team_id)}

    def effect(self, change: Change) -> None:
        """A level that was set stays; without one the measured level counts again."""
        skill, person, level = change.obj, change.data["person"], change.data["level"]
        before = PersonSkill.objects.filter(skill=skill, user=person).first()
        change.note |= {
            "skill": skill.name,
            "person": [person.pk],
            "level": [before and before.level, level],
        }
        if level is not None:
            PersonSkill.objects.update_or_create(
                skill=skill,
                user=person,
                defaults={"level": level, "is_earned": False, "evidence": 0},
            )
            return
        PersonSkill.objects.filter(skill=skill, user=person).delete()
        measure(skill.pk, person.pk)
