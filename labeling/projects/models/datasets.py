"""Datasets, their items, and the labels that items carry into new jobs."""

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from labeling.operations.models import Operation
from labeling.projects.documents import empty_document
from labeling.projects.models.workspaces import Project

if TYPE_CHECKING:
    from accounts.actor import Actor


def item_path(item: "Item", _filename: str) -> str:
    """Where an image is kept: never under a name that a person chose."""
    return f"items/{item.dataset_id}/{item.content_hash[:2]}/{item.content_hash}"


def thumbnail_path(item: "Item", _filename: str) -> str:
    """Where a thumbnail is kept."""
    return f"thumbnails/{item.dataset_id}/{item.content_hash[:2]}/{item.content_hash}.webp"


def staged_folder(operation_id: int) -> str:
    """Where the files of one upload wait; what is left there afterwards can be put away."""
    return f"staged/{operation_id}"


def staged_path(staged: "StagedFile", _filename: str) -> str:
    """Where an uploaded file waits to be decoded: a name of our own, not the person's."""
    return f"{staged_folder(staged.operation_id)}/{uuid.uuid4().hex}"


class DatasetQuerySet(models.QuerySet["Dataset"]):
    """Datasets by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Datasets of the actor's teams, for those who are not restricted to own work."""
        return self.filter(team_id__in=actor.unrestricted_team_ids)


class Dataset(models.Model):
    """An ordered set of items."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="datasets")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="datasets")
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=10_000)
    item_count = models.PositiveIntegerField(default=0, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("project", "name"),
                name="dataset_name_once_a_project",
                violation_error_message=_("This project has a dataset of that name."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:dataset", args=[self.pk])

    @property
    def lifecycle(self) -> str:
        """The dataset's state in one word."""
        return "archived" if self.archived_at else "active"


class ItemQuerySet(models.QuerySet["Item"]):
    """Items by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Items of the actor's teams; a restricted annotator sees those of own jobs only."""
        everything = Q(team_id__in=actor.unrestricted_team_ids)
        if not actor.restricted_team_ids:
            return self.filter(everything)
        own = self.model._default_manager.filter(
            team_id__in=actor.restricted_team_ids,
            job_items__job__annotator_id=actor.user.pk,
            job_items__job__stopped_at=None,
            job_items__job__archived_at=None,
        )
        return self.filter(everything | Q(pk__in=own.values("pk")))


class Item(models.Model):
    """One thing to label: an image, upright (EXIF orientation is applied on the way in).

    Attributes:
        content_hash: SHA-256 of the uploaded bytes, hexadecimal; unique in its dataset.
        width, height: pixels of the upright image.
        object_count: objects of its labels (`ItemLabels`).
        labeled_at: when its labels were last imported or published; None without labels.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    name = models.CharField(_("name"), max_length=255)
    content_hash = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    byte_size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=32)
    file = models.FileField(upload_to=item_path, max_length=200)
    thumbnail = models.FileField(upload_to=thumbnail_path, max_length=200, blank=True)
    object_count = models.PositiveIntegerField(default=0)
    labeled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ("dataset", "position")
        constraints = (
            models.UniqueConstraint(
                fields=("dataset", "content_hash"), name="item_content_once_a_dataset"
            ),
            models.UniqueConstraint(fields=("dataset", "position"), name="item_position_once"),
            models.CheckConstraint(
                condition=Q(width__gt=0, height__gt=0), name="item_has_an_extent"
            ),
        )
        indexes = (
            models.Index(fields=("dataset", "name")),
            models.Index(fields=("dataset", "labeled_at", "position")),
        )

    def __str__(self) -> str:
        return self.name


class ItemLabels(models.Model):
    """The labels that an item has now: what new jobs on it start from.

    Imported, or published when a job is completed. The document holds ids of classes and tags
    (see `labeling.projects.documents`).
    """

    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name="labels")
    document = models.JSONField(default=empty_document)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = _("item labels")

    def __str__(self) -> str:
        return str(self.item_id)


class ItemTag(models.Model):
    """A tag on an item's labels, one row each, so that lists and batches can choose by tag."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="item_tags")
    tag = models.ForeignKey(
        "projects.TagDefinition", on_delete=models.CASCADE, related_name="item_tags"
    )
    value = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("item", "tag"), name="item_tag_once_an_item"),
        )
        indexes = (models.Index(fields=("tag", "value", "item")),)

    def __str__(self) -> str:
        return f"{self.tag_id}={self.value}"


class StagedFile(models.Model):
    """An uploaded file that waits for its operation to decode it."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="staged_files")
    file = models.FileField(upload_to=staged_path, max_length=200)
    name = models.CharField(max_length=255)
    byte_size = models.PositiveBigIntegerField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name
