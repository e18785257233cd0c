"""Projects, their schemas, datasets and items as REST shows them."""

from django.urls import reverse
from rest_framework import serializers

from labeling.core.api_verbs import represents
from labeling.projects.models import (
    Dataset,
    Item,
    LabelClass,
    Project,
    TagDefinition,
    Workspace,
)


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
    """An ordered set of items."""

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
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


@represents(Item)
class ItemSerializer(serializers.ModelSerializer[Item]):
    """An image; width and height are pixels of the upright picture."""

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
