"""Projects, their schemas, datasets and items as REST shows them."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from labeling.core.api_verbs import represents
from labeling.projects.models import (
    Dataset,
    Item,
    LabelClass,
    Project,
    StagedFile,
    TagDefinition,
    Workspace,
)
from labeling.projects.uploads_ahead import address_of


class PixelsField(serializers.IntegerField):
    """A number of pixels; null while the picture is still at its address."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **options)

    def to_representation(self, value: Any) -> Any:
        """No picture has 0 pixels."""
        return value or None


@represents(Workspace)
class WorkspaceSerializer(serializers.ModelSerializer[Workspace]):
    """A shelf of projects."""

    class Meta:
        model = Workspace
        fields = ("id", "team", "name", "created_at")
        read_only_fields = fields


@represents(LabelClass)
class ClassSerializer(serializers.ModelSerializer[LabelClass]):
    """A class of objects; removed ones stay for what was labeled with them."""

    class Meta:
        model = LabelClass
        fields = ("id", "project", "name", "shape", "color", "hotkey", "position", "removed_at")
        read_only_fields = fields


@represents(TagDefinition)
class TagDefinitionSerializer(serializers.ModelSerializer[TagDefinition]):
    """A tag, what value it takes and where it may stand."""

    class Meta:
        model = TagDefinition
        fields = (
            "id",
            "project",
            "name",
            "value_type",
            "color",
            "choices",
            "applies_to",
            "classes",
            "hotkey",
            "position",
            "removed_at",
        )
        read_only_fields = fields


@represents(Project)
class ProjectSerializer(serializers.ModelSerializer[Project]):
    """A label schema and the datasets labeled with it."""

    workspace_name = serializers.CharField(source="workspace.name", read_only=True)

    class Meta:
        model = Project
        fields = (
            "id",
            "team",
            "workspace",
            "workspace_name",
            "name",
            "description",
            "archived_at",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


@represents(Dataset)
class DatasetSerializer(serializers.ModelSerializer[Dataset]):
    """An ordered set of items.

    A deleted one can be restored until it is purged: by the desk at `purge_due_at`, unless
    somebody asks for it before. From `purge_began_at` on it cannot come back.
    """

    purge_due_at = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = Dataset
        fields = (
            "id",
            "team",
            "project",
            "name",
            "description",
            "item_count",
            "archived_at",
            "deleted_at",
            "purge_due_at",
            "purge_began_at",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


@represents(Item)
class ItemSerializer(serializers.ModelSerializer[Item]):
    """An image; width and height are pixels of the upright picture.

    `source_url` says where the picture of a reference lies. Width and height are null for a
    reference whose picture nobody has needed yet: asking for the image fetches it. `imported_by`
    is the operation that made the item.
    """

    width = PixelsField()
    height = PixelsField()
    image = serializers.SerializerMethodField()
    thumbnail = serializers.SerializerMethodField()

    class Meta:
        model = Item
        fields = (
            "id",
            "dataset",
            "position",
            "name",
            "width",
            "height",
            "byte_size",
            "media_type",
            "content_hash",
            "source_url",
            "global_key",
            "external_id",
            "metadata",
            "attachments",
            "imported_by",
            "object_count",
            "labeled_at",
            "created_at",
            "image",
            "thumbnail",
        )
        read_only_fields = fields

    def get_image(self, item: Item) -> str:
        """Where the picture is."""
        return reverse("api:item-image", args=[item.pk])

    def get_thumbnail(self, item: Item) -> str:
        """Where its small version is."""
        return reverse("api:item-thumbnail", args=[item.pk])


class AttachmentSerializer(serializers.Serializer[Item]):
    """What people should see beside an item: an address, or for RAW_TEXT a text."""

    type = serializers.CharField()
    value = serializers.CharField()
    name = serializers.CharField(required=False)


class DataRowSerializer(serializers.Serializer[Item]):
    """One row of a list: where its picture lies, and what else is known of it.

    `row_data` is an address, the key or address of a file that was uploaded ahead, or `item:<id>`
    to copy the picture of an item.
    """

    row_data = serializers.CharField()
    global_key = serializers.CharField(required=False, help_text="Unique in the team.")
    external_id = serializers.CharField(required=False)
    metadata = serializers.DictField(
        required=False, help_text="Texts, numbers, true and false by name."
    )
    attachments = AttachmentSerializer(many=True, required=False)


class UploadedAheadSerializer(serializers.ModelSerializer[StagedFile]):
    """A file that was uploaded ahead; used within a day, by who uploaded it, or swept."""

    file = serializers.FileField(write_only=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = StagedFile
        fields = ("file", "key", "url", "name", "byte_size", "created_at")
        read_only_fields = ("key", "name", "byte_size", "created_at")

    def get_url(self, staged: StagedFile) -> str:
        """What to give where an address is wanted."""
        return address_of(staged)
