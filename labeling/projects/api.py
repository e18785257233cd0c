"""Projects, schemas, datasets and items over REST."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from labeling.core.api_parsers import PlainMultiPartParser
from labeling.core.api_verbs import REFUSALS, Seen
from labeling.core.errors import Forbidden, Invalid
from labeling.core.receiving import received_body
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
from labeling.projects.importing import start_import_items
from labeling.projects.models import (
    Dataset,
    Item,
    LabelClass,
    Project,
    TagDefinition,
    Workspace,
)
from labeling.projects.operations.importing_items import ImportItems
from labeling.projects.serializers import (
    ClassSerializer,
    DataRowSerializer,
    DatasetSerializer,
    ItemSerializer,
    ProjectSerializer,
    TagDefinitionSerializer,
    UploadedAheadSerializer,
    WorkspaceSerializer,
)
from labeling.projects.serving import image_of, thumbnail_of
from labeling.projects.staging import refuse_archived, refuse_large_body, upload_at_once
from labeling.projects.uploads_ahead import stage_ahead

PICTURE = {(200, "image/*"): OpenApiTypes.BINARY, 409: REFUSALS[409]}


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


class ItemListsSerializer(serializers.Serializer[Operation]):
    """Lists of data rows as files: as many `file` fields as you like."""

    file = serializers.ListField(child=serializers.FileField())
    fetch = serializers.BooleanField(required=False, default=False)


LISTS = ("application/json", "application/x-ndjson")
FETCH = OpenApiParameter(
    "fetch",
    bool,
    description="Fetch each picture now; otherwise when somebody needs it.",
    default=False,
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same key starts nothing again: the answer is the operation of the first time.",
)


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

    @extend_schema(
        summary="Import a list of data rows",
        request={
            "application/json": DataRowSerializer(many=True),
            "application/x-ndjson": DataRowSerializer,
            "multipart/form-data": ItemListsSerializer,
        },
        parameters=[FETCH, IDEMPOTENCY_KEY],
        responses={202: OperationSerializer, **REFUSALS},
        filters=False,
    )
    @action(
        detail=True,
        methods=["post"],
        url_path="import-items",
        parser_classes=[PlainMultiPartParser],
        filter_backends=[],
        pagination_class=None,
    )
    def import_items(self, request: Request, pk: str | None = None) -> Response:
        """Make items of rows, in the background: one JSON array, or one JSON object a line.

        Rows that do not go in are the operation's rows, each with the reason; the rest goes in.
        """
        refuse_large_body(request._request)
        dataset = self.get_object()
        # Asked before the body is read: it may be hundreds of megabytes.
        if not self.request.actor.can(ImportItems.capability, dataset.team_id):
            raise Forbidden(_("Your role in this team does not allow this: %s") % ImportItems.label)
        refuse_archived(dataset)
        if request.content_type.partition(";")[0].strip().lower() in LISTS:
            most = settings.LABELDESK_MAX_UPLOAD_BYTES
            with received_body(request._request, "list", most) as body:
                return self._import_items(request, dataset, [body])
        if not request.content_type.startswith("multipart/form-data"):
            raise UnsupportedMediaType(request.content_type)
        files = [file for _name, group in request.FILES.lists() for file in group]
        return self._import_items(request, dataset, files)

    def _import_items(
        self, request: Request, dataset: Dataset, files: list[UploadedFile[Any]]
    ) -> Response:
        is_form = request.content_type.startswith("multipart/form-data")
        operation = start_import_items(
            self.request.actor,
            dataset,
            files,
            fetch=_truth(
                request.query_params.get("fetch") or (is_form and request.POST.get("fetch"))
            ),
            idempotency_key=request.headers.get("Idempotency-Key", ""),
        )
        shown = OperationSerializer(operation, context=self.get_serializer_context())
        return Response(shown.data, status=status.HTTP_202_ACCEPTED)


def _truth(text: Any) -> bool:
    """A parameter that is true, false or left out.

    Raises:
        Invalid
    """
    if text and str(text).lower() not in ("true", "false"):
        raise Invalid({"fetch": [_("Say true or false.")]})
    return str(text).lower() == "true"


class UploadsAheadView(APIView):
    """Files for an import to come: rows name them by key or address."""

    parser_classes = (PlainMultiPartParser,)

    @extend_schema(
        summary="Upload a file ahead",
        operation_id="uploads_create",
        request={"multipart/form-data": UploadedAheadSerializer},
        responses={201: UploadedAheadSerializer, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """Keep one file for a day; give its `key` or `url` as a row's `row_data`."""
        refuse_large_body(request._request)
        file = request.FILES.get("file")
        if file is None:
            raise Invalid({"file": [_("Send one file.")]})
        staged = stage_ahead(request.actor, file)  # type: ignore[attr-defined]
        return Response(UploadedAheadSerializer(staged).data, status=status.HTTP_201_CREATED)


class ItemViewSet(Seen, ReadOnlyModelViewSet[Item]):
    """Items: the pictures of datasets."""

    serializer_class = ItemSerializer
    filterset_class = ItemFilter

    def seen(self) -> QuerySet[Item]:
        """Visible items."""
        return Item.objects.visible_to(self.request.actor)

    @extend_schema(summary="The picture", responses=PICTURE)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def image(self, request: Request, pk: str | None = None) -> HttpResponseBase:
        """The upright picture that labels are drawn on; a reference's is fetched if need be."""
        return image_of(request._request, self.get_object())

    @extend_schema(summary="The small picture", responses=PICTURE)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def thumbnail(self, request: Request, pk: str | None = None) -> HttpResponseBase:
        """A small version, for grids."""
        return thumbnail_of(request._request, self.get_object())
