"""The label schema: classes and tag definitions.

Labels hold the ids of classes and tags, so a rename touches no label. What is removed is kept as a
row with `removed_at`: it is no longer offered, and what people labeled with it is shown and
exported as before.
"""

from typing import TYPE_CHECKING, Self, TypeVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from labeling.projects.models.workspaces import Project
from labeling.projects.states import AppliesTo, Shape, ValueType

if TYPE_CHECKING:
    from accounts.actor import Actor

hex_color = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("A colour looks like #2f80ed."))
single_key = RegexValidator(r"^[a-z0-9]?\Z", _("A hotkey is one letter a-z or one digit."))


M = TypeVar("M", bound=models.Model)


class SchemaQuerySet(models.QuerySet[M]):
    """Classes or tag definitions by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Those of the actor's teams; a restricted annotator's are those of own jobs' projects."""
        everything = Q(project__team_id__in=actor.unrestricted_team_ids)
        if not actor.restricted_team_ids:
            return self.filter(everything)
        own = Project.objects.filter(
            team_id__in=actor.restricted_team_ids,
            jobs__annotator_id=actor.user.pk,
            jobs__stopped_at=None,
            jobs__archived_at=None,
        )
        return self.filter(everything | Q(project__in=own.values("pk")))

    def offered(self) -> Self:
        """Those that were not removed."""
        return self.filter(removed_at=None)


class LabelClass(models.Model):
    """A class of objects."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="classes")
    name = models.CharField(_("name"), max_length=100)
    shape = models.CharField(_("shape"), max_length=16, choices=Shape, default=Shape.ANY)
    color = models.CharField(_("colour"), max_length=7, validators=[hex_color], default="#2f80ed")
    hotkey = models.CharField(_("hotkey"), max_length=1, blank=True, validators=[single_key])
    position = models.PositiveIntegerField(default=0)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SchemaQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("class")
        verbose_name_plural = _("classes")
        constraints = (
            models.UniqueConstraint(
                fields=("project", "name"),
                condition=Q(removed_at=None),
                name="class_name_once_a_project",
                violation_error_message=_("This project has a class of that name."),
            ),
            models.UniqueConstraint(
                fields=("project", "hotkey"),
                condition=Q(removed_at=None) & ~Q(hotkey=""),
                name="class_hotkey_once_a_project",
                violation_error_message=_("Another class of this project has that hotkey."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def team_id(self) -> int:
        """The team of the class's project."""
        return self.project.team_id


class TagDefinition(models.Model):
    """A tag that may be put on images, objects or both."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="tag_definitions")
    name = models.CharField(_("name"), max_length=100)
    value_type = models.CharField(
        _("value"), max_length=8, choices=ValueType, default=ValueType.NONE
    )
    color = models.CharField(_("colour"), max_length=7, validators=[hex_color], default="#2f80ed")
    choices = models.JSONField(_("choices"), default=list, blank=True)
    applies_to = models.CharField(
        _("applies to"), max_length=8, choices=AppliesTo, default=AppliesTo.BOTH
    )
    classes = models.ManyToManyField(
        LabelClass,
        blank=True,
        related_name="tag_definitions",
        verbose_name=_("only on classes"),
        help_text=_("Objects of any class when none is chosen."),
    )
    hotkey = models.CharField(_("hotkey"), max_length=1, blank=True, validators=[single_key])
    position = models.PositiveIntegerField(default=0)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SchemaQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("project", "name"),
                condition=Q(removed_at=None),
                name="tag_name_once_a_project",
                violation_error_message=_("This project has a tag of that name."),
            ),
            models.UniqueConstraint(
                fields=("project", "hotkey"),
                condition=Q(removed_at=None) & ~Q(hotkey=""),
                name="tag_hotkey_once_a_project",
                violation_error_message=_("Another tag of this project has that hotkey."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def team_id(self) -> int:
        """The team of the tag's project."""
        return self.project.team_id
