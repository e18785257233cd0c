"""Operations over REST: list, look, cancel, and what became of each row."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from labeling.core.api_verbs import REFUSALS, Seen
from labeling.operations.filters import OperationOfTeamsFilter, OperationRowFilter
from labeling.operations.models import Operation, OperationRow
from labeling.operations.results import result_of
from labeling.operations.serializers import OperationRowSerializer, OperationSerializer


class OperationViewSet(Seen, ReadOnlyModelViewSet[Operation]):
    """Machine work in the background."""

    serializer_class = OperationSerializer
    filterset_class = OperationOfTeamsFilter

    def seen(self) -> QuerySet[Operation]:
        """Visible operations with who asked for them."""
        return Operation.objects.visible_to(self.request.actor).select_related("created_by")

    @extend_schema(
        summary="What became of each row", responses={200: OperationRowSerializer(many=True)}
    )
    @action(
        detail=True, filterset_class=OperationRowFilter, serializer_class=OperationRowSerializer
    )
    def rows(self, request: Request, pk: str | None = None) -> Response:
        """The rows of the input with their outcome, in pages."""
        operation = self.seen_or_404(pk)
        rows: QuerySet[Any] = OperationRow.objects.visible_to(self.request.actor).filter(
            operation=operation
        )
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        summary="Fetch the result",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **REFUSALS},
        filters=False,
    )
    @action(detail=True, filter_backends=[], pagination_class=None)
    def download(self, request: Request, pk: str | None = None) -> FileResponse:
        """The file that the operation made, streamed; a 404 while there is none."""
        return result_of(self.request.actor, self.seen_or_404(pk))
