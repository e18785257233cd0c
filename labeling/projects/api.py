"""Projects, schemas, datasets and items over REST."""

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from labeling.core.api_parsers import PlainMultiPartParser
from labeling.core.api_verbs import REFUSALS, Seen
from labeling.operations.models import Operation
from labeling.operations.serializers import OperationSerializer
from labeling.projects.filters import (
    ClassFilter,
    DatasetFilter,
    ItemFilter,
    ProjectFilter,
    TagDefinitionFilter,
    WorkspaceFilter,
)
from labeling.projects.models import (
    Dataset,
    Item,
    LabelClass,
    Project,
    TagDefinition,
    Workspace,
)
from labeling.projects.serializers import (
    ClassSerializer,
    DatasetSerializer,
    ItemSerializer,
    ProjectSerializer,
    TagDefinitionSerializer,
    WorkspaceSerializer,
)
from labeling.projects.serving import image_of, thumbnail_of
from labeling.projects.staging import refuse_large_body, upload_at_once


class WorkspaceViewSet(Seen, ReadOnlyModelViewSet[Workspace]):
    """Shelves of projects."""

    serializer_class = WorkspaceSerializer
    filterset_class = WorkspaceFilter

    def seen(self) -> QuerySet[Workspace]:
        """Visible workspaces."""
        return Workspace.objects.visible_to(self.request.actor)


class ProjectViewSet(Seen, ReadOnlyModelViewSet[Project]):
    """Projects."""

    serializer_class = ProjectSerializer
    filterset_class = ProjectFilter

    def seen(self) -> QuerySet[Project]:
        """Visible projects with their shelf."""
        return Project.objects.visible_to(self.request.actor).select_related("workspace")


class ClassViewSet(Seen, ReadOnlyModelViewSet[LabelClass]):
    """Classes of objects."""

    serializer_class = ClassSerializer
    filterset_class = ClassFilter

    def seen(self) -> QuerySet[LabelClass]:
        """Visible classes."""
        return LabelClass.objects.visible_to(self.request.actor).select_related("project")


class TagDefinitionViewSet(Seen, ReadOnlyModelViewSet[TagDefinition]):
    """Tag definitions."""

    serializer_class = TagDefinitionSerializer
    filterset_class = TagDefinitionFilter

    def seen(self) -> QuerySet[TagDefinition]:
        """Visible tag definitions with the classes that they are for."""
        tags = TagDefinition.objects.visible_to(self.request.actor)
        return tags.select_related("project").prefetch_related("classes")


class UploadSerializer(serializers.Serializer[Operation]):
    """Pictures, or ZIPs of pictures: as many `file` fields as you like."""

    file = serializers.ListField(child=serializers.FileField())


class DatasetViewSet(Seen, ReadOnlyModelViewSet[Dataset]):
    """Datasets."""

    serializer_class = DatasetSerializer
    filterset_class = DatasetFilter

    def seen(self) -> QuerySet[Dataset]:
        """Visible datasets."""
        return Dataset.objects.visible_to(self.request.actor).select_related("project", "team")

    @extend_schema(
        summary="Upload pictures",
        request={"multipart/form-data": UploadSerializer},
        responses={202: OperationSerializer, **REFUSALS},
        filters=False,
    )
    @action(
        detail=True,
        methods=["post"],
        parser_classes=[PlainMultiPartParser],
        filter_backends=[],
        pagination_class=None,
    )
    def upload(self, request: Request, pk: str | None = None) -> Response:
        """Take pictures in, in the background; follow the operation for the outcome of each."""
        refuse_large_body(request._request)
        actor = self.request.actor
        files = [file for _name, group in request.FILES.lists() for file in group]
        key = request.headers.get("Idempotency-Key", "")
        started = upload_at_once(actor, self.get_object(), files, key)
        shown = OperationSerializer(started, context=self.get_serializer_context())
        return Response(shown.data, status=status.HTTP_202_ACCEPTED)


class ItemViewSet(Seen, ReadOnlyModelViewSet[Item]):
    """Items: the pictures of datasets."""

    serializer_class = ItemSerializer
    filterset_class = ItemFilter

    def seen(self) -> QuerySet[Item]:
        """Visible items."""
        return Item.objects.visible_to(self.request.actor)

    @extend_schema(summary="The picture", responses={(200, "image/*"): OpenApiTypes.BINARY})
    @action(detail=True, filter_backends=[], pagination_class=None)
    def image(self, request: Request, pk: str | None = None) -> HttpResponseBase:
        """The upright picture that labels are drawn on."""
        return image_of(request._request, self.get_object())

    @extend_schema(summary="The small picture", responses={(200, "image/*"): OpenApiTypes.BINARY})
    @action(detail=True, filter_backends=[], pagination_class=None)
    def thumbnail(self, request: Request, pk: str | None = None) -> HttpResponseBase:
        """A small version, for grids."""
        return thumbnail_of(request._request, self.get_object())
