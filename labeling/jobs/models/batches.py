"""Batches: what a manager launches."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from labeling.jobs.models.skills import Skill
from labeling.jobs.states import BatchStatus, JobType, Priority, Split, Spread
from labeling.operations.models import Operation
from labeling.projects.models import Dataset, LabelClass, Project, TagDefinition

if TYPE_CHECKING:
    from accounts.actor import Actor


MOST_PEOPLE_AN_ITEM = 20


class BatchQuerySet(models.QuerySet["Batch"]):
    """Batches by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Batches of the actor's teams, for those who are not restricted to own work."""
        return self.filter(team_id__in=actor.unrestricted_team_ids)

    def live(self) -> Self:
        """Batches that are not archived."""
        return self.filter(archived_at=None)


class Batch(models.Model):
    """Items of one dataset with the settings of their labeling; split into jobs.

    Attributes:
        seed: of the shuffle, when `split` is shuffled; the same seed gives the same jobs.
        segment_size: items a job, when `split` is segments.
        selection: which items, as `labeling.jobs.selection` reads it.
        objects_limit, tags_limit: at most so many on one image; None means no limit.
        needs_review: without it a submitted job is completed at once.
        rank: its place among the team's batches of the same priority; the smaller goes first.
        spread, weights: how much each of its people gets, see `labeling.jobs.spreading`; the
            weights or percentages by the person's key as text.
        jobs_a_person: into how many jobs one person's share is cut.
        overlap: so many different people label each item.
        items_a_person: at most so many of its items go to one person; None sets no bound.
        lease_minutes: a job taken from the pool goes back after so long without work on it; None
            leaves it with whoever took it.
        skill, skill_level: who takes its jobs from the pool must have this level at least.
        archived_status: what it was when it was archived, for the way back.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="batches")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="batches")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="batches")
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=10_000)
    instructions = models.TextField(_("instructions"), blank=True, max_length=50_000)
    type = models.CharField(max_length=16, choices=JobType, default=JobType.ANNOTATION)
    split = models.CharField(_("split"), max_length=16, choices=Split, default=Split.ORDERED)
    seed = models.PositiveIntegerField(_("seed"), null=True, blank=True)
    segment_size = models.PositiveIntegerField(
        _("items a job"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    people = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("people")
    )
    spread = models.CharField(
        _("how much each gets"), max_length=16, choices=Spread, default=Spread.EQUAL
    )
    weights = models.JSONField(default=dict, blank=True)
    jobs_a_person = models.PositiveSmallIntegerField(
        _("jobs a person"), default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewer"),
    )
    classes = models.ManyToManyField(LabelClass, blank=True, related_name="+")
    tags = models.ManyToManyField(TagDefinition, blank=True, related_name="+")
    objects_limit = models.PositiveIntegerField(
        _("objects an image"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    tags_limit = models.PositiveIntegerField(
        _("tags an image"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    selection = models.JSONField(default=dict, blank=True)
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        choices=Priority,
        default=Priority.NORMAL,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    rank = models.BigIntegerField(default=0, editable=False)
    overlap = models.PositiveSmallIntegerField(
        _("people an item"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PEOPLE_AN_ITEM)],
    )
    items_a_person = models.PositiveIntegerField(
        _("items a person"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    lease_minutes = models.PositiveIntegerField(
        _("minutes a job is kept"), null=True, blank=True, validators=[MinValueValidator(5)]
    )
    skill = models.ForeignKey(
        Skill,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="batches",
        verbose_name=_("skill"),
    )
    skill_level = models.PositiveSmallIntegerField(
        _("lowest level"), default=0, validators=[MaxValueValidator(100)]
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    needs_review = models.BooleanField(_("review"), default=True)
    allow_own_review = models.BooleanField(_("people may review own work"), default=False)
    status = models.CharField(
        max_length=16, choices=BatchStatus, default=BatchStatus.NEW, editable=False
    )
    operation = models.ForeignKey(
        Operation, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    archived_status = models.CharField(
        max_length=16, choices=BatchStatus, blank=True, editable=False
    )

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name_plural = _("batches")
        constraints = (
            models.CheckConstraint(
                condition=Q(priority__range=(1, 5)), name="batch_priority_of_five_levels"
            ),
            models.CheckConstraint(
                condition=~Q(split=Split.SEGMENTS) | Q(segment_size__gt=0),
                name="batch_segments_have_a_size",
            ),
            models.CheckConstraint(
                condition=Q(overlap__gte=1), name="batch_overlap_of_one_or_more"
            ),
        )
        indexes = (
            models.Index(fields=("team", "status", "-priority")),
            models.Index(fields=("dataset", "status")),
            models.Index(fields=("team", "-priority", "rank", "id"), name="batch_queue"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("jobs:batch", args=[self.pk])
