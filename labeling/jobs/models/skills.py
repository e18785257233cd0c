"""What people are able to do: who may take which class of work from the pool."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team

if TYPE_CHECKING:
    from accounts.actor import Actor

HIGHEST_LEVEL = 100


class SkillQuerySet(models.QuerySet["Skill"]):
    """Skills by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """The skills of the actor's teams: they stand on the batches that everybody sees."""
        return self.filter(team_id__in=actor.team_ids)


class Skill(models.Model):
    """A class of work that not everybody can do, such as "X-ray" or "night pictures"."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="skills")
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True, max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SkillQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("team", "name"),
                name="skill_name_once_a_team",
                violation_error_message=_("This team has a skill of that name."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class PersonSkillQuerySet(models.QuerySet["PersonSkill"]):
    """Levels by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Everybody's in unrestricted teams, else one's own."""
        return self.filter(
            Q(skill__team_id__in=actor.unrestricted_team_ids)
            | Q(skill__team_id__in=actor.restricted_team_ids, user=actor.user.pk)
        )


class PersonSkill(models.Model):
    """How well one person does one class of work.

    Attributes:
        level: 0 to 100; a batch asks for a lowest one.
        is_earned: measured from decided work and measured again as it comes in; a level that a
            manager set stays.
        evidence: decided items that an earned level rests on.
    """

    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="people")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="skills"
    )
    level = models.PositiveSmallIntegerField(
        _("level"), default=HIGHEST_LEVEL, validators=[MaxValueValidator(HIGHEST_LEVEL)]
    )
    is_earned = models.BooleanField(default=False)
    evidence = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PersonSkillQuerySet.as_manager()

    class Meta:
        ordering = ("skill", "user")
        constraints = (
            models.UniqueConstraint(fields=("skill", "user"), name="skill_level_once_a_person"),
            models.CheckConstraint(
                condition=Q(level__lte=HIGHEST_LEVEL), name="skill_level_to_a_hundred"
            ),
        )

    def __str__(self) -> str:
        return f"{self.skill_id} {self.user_id}: {self.level}"
