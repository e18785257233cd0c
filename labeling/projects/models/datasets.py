"""Datasets, their items, and the labels that items carry into new jobs."""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
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


# Where files lie that were uploaded before the operation that will use them.
UNCLAIMED_FOLDER = "staged/unclaimed"


def staged_path(staged: "StagedFile", _filename: str) -> str:
    """Where an uploaded file waits to be decoded: a name of our own, not the person's."""
    operation = staged.operation_id
    folder = UNCLAIMED_FOLDER if operation is None else staged_folder(operation)
    return f"{folder}/{uuid.uuid4().hex}"


class DatasetQuerySet(models.QuerySet["Dataset"]):
    """Datasets by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Datasets of the actor's teams, for those who are not restricted to own work."""
        return self.filter(team_id__in=actor.unrestricted_team_ids)

    def kept(self) -> Self:
        """Datasets that are not deleted; those are left out of lists and menus."""
        return self.filter(deleted_at=None)


class Dataset(models.Model):
    """An ordered set of items.

    Attributes:
        deleted_at: when somebody deleted it. It is archived with it, and can be restored until
            its purge begins. One that was archived before has an earlier `archived_at`.
        purge_began_at: when the operation `delete-dataset` began to remove what is in it: from
            then on it cannot come back.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="datasets")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="datasets")
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=10_000)
    item_count = models.PositiveIntegerField(default=0, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    purge_began_at = models.DateTimeField(null=True, blank=True, editable=False)
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
                condition=Q(deleted_at=None),
                name="dataset_name_once_a_project",
                violation_error_message=_("This project has a dataset of that name."),
            ),
            models.CheckConstraint(
                condition=Q(deleted_at=None) | Q(archived_at__isnull=False),
                name="dataset_deleted_is_archived",
            ),
            models.CheckConstraint(
                condition=Q(purge_began_at=None) | Q(deleted_at__isnull=False),
                name="dataset_purged_is_deleted",
            ),
        )
        indexes = (
            models.Index(
                fields=("deleted_at",),
                condition=Q(deleted_at__isnull=False),
                name="dataset_deleted",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:dataset", args=[self.pk])

    @property
    def lifecycle(self) -> str:
        """The dataset's state in one word."""
        if self.deleted_at:
            return "deleted"
        return "archived" if self.archived_at else "active"

    @property
    def purge_due_at(self) -> datetime | None:
        """When the desk purges it by itself; None unless it is deleted."""
        if self.deleted_at is None:
            return None
        days: int = settings.LABELDESK_PURGE_DAYS
        return self.deleted_at + timedelta(days=days)


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

    An item may be a reference: it has a `source_url` and, until somebody needs the picture, no
    file, no hash and no extent.

    Attributes:
        content_hash: SHA-256 of the image's bytes as they came, hexadecimal; unique among the
            dataset's uploaded items. Empty while there is no file.
        width, height: pixels of the upright image; both 0 while there is no file.
        source_url: where the image of a reference lies; empty for an uploaded one.
        global_key: the team's own key for it, unique in the team; None without one.
        external_id: what another system calls it; need not be unique.
        metadata: facts by name, as they were imported: texts, numbers, booleans.
        attachments: what people should see beside it, each {"type", "value", "name"}.
        imported_by: the operation that made it; None for one made before that was noted.
        object_count: objects of its labels (`ItemLabels`).
        labeled_at: when its labels were last imported or published; None without labels.
    """

    # Each leads an index below already; one more would only slow down imports.
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    dataset = models.ForeignKey(
        Dataset, on_delete=models.CASCADE, related_name="items", db_index=False
    )
    position = models.PositiveIntegerField()
    name = models.CharField(_("name"), max_length=255)
    content_hash = models.CharField(max_length=64, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    byte_size = models.PositiveBigIntegerField(default=0)
    media_type = models.CharField(max_length=32, blank=True)
    file = models.FileField(upload_to=item_path, max_length=200, blank=True)
    thumbnail = models.FileField(upload_to=thumbnail_path, max_length=200, blank=True)
    source_url = models.CharField(max_length=2000, blank=True)
    # NULL, not "": many items have none, and a key is unique.
    global_key = models.CharField(  # noqa: DJ001
        _("global key"), max_length=200, null=True, blank=True
    )
    external_id = models.CharField(_("external id"), max_length=200, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    attachments = models.JSONField(default=list, blank=True)
    imported_by = models.ForeignKey(
        Operation,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="items",
        db_index=False,
    )
    object_count = models.PositiveIntegerField(default=0)
    labeled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ("dataset", "position")
        constraints = (
            models.UniqueConstraint(
                fields=("dataset", "content_hash"),
                condition=Q(source_url=""),
                name="item_content_once_a_dataset",
            ),
            models.UniqueConstraint(fields=("dataset", "position"), name="item_position_once"),
            models.UniqueConstraint(
                fields=("team", "global_key"),
                condition=Q(global_key__isnull=False),
                name="item_global_key_once_a_team",
            ),
            models.CheckConstraint(
                condition=Q(width__gt=0, height__gt=0) & ~Q(content_hash="")
                | Q(width=0, height=0, content_hash="", file="") & ~Q(source_url=""),
                name="item_is_there_or_a_reference",
            ),
        )
        indexes = (
            models.Index(fields=("dataset", "name")),
            models.Index(fields=("dataset", "labeled_at", "position")),
            # By team, for it is looked for in one dataset and in all; without a condition,
            # since SQLite cannot tell that a parameter is not empty.
            models.Index(fields=("team", "external_id"), name="item_by_external_id"),
            models.Index(
                fields=("imported_by", "position"),
                condition=Q(imported_by__isnull=False),
                name="item_by_import",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_fetched(self) -> bool:
        """Whether its picture is here; a reference's may still lie where its address says."""
        return self.width > 0


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
    """An uploaded file that waits for its operation to decode it.

    Attributes:
        operation: whose input it is; None while it was uploaded ahead of its operation.
        key: how a script that uploaded it ahead names it; None for other files.
        uploaded_by: who uploaded it ahead: nobody else may use it.
    """

    operation = models.ForeignKey(
        Operation, on_delete=models.CASCADE, null=True, related_name="staged_files"
    )
    key = models.UUIDField(null=True, unique=True, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    file = models.FileField(upload_to=staged_path, max_length=200)
    name = models.CharField(max_length=255)
    byte_size = models.PositiveBigIntegerField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name
