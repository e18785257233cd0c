"""Operations over REST: look, verbs, what became of each row, and what was told of their ends."""

from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from labeling.core.api_verbs import REFUSALS, Seen
from labeling.core.listing.csv_stream import csv_response
from labeling.operations.cells import ROW_COLUMNS
from labeling.operations.filters import (
    DeliveryOfTeamsFilter,
    NoticeOfTeamsFilter,
    OperationOfTeamsFilter,
    OperationRowByKeyFilter,
    WebhookOfTeamsFilter,
)
from labeling.operations.models import (
    Delivery,
    LogLine,
    Notice,
    Operation,
    OperationRow,
    OperationRowQuerySet,
    Webhook,
)
from labeling.operations.results import lines_response, result_of, results_of, row_as_json
from labeling.operations.serializers import (
    DeliverySerializer,
    LogLineSerializer,
    NoticeSerializer,
    OperationRowSerializer,
    OperationSerializer,
    WebhookSerializer,
)
from labeling.operations.states import Outcome

LINES: dict[Any, Any] = {
    (200, "application/x-ndjson"): OpenApiResponse(
        OpenApiTypes.STR, description="One JSON object a line, streamed."
    ),
    **REFUSALS,
}
RANGES = [
    OpenApiParameter(
        "Range", OpenApiTypes.STR, OpenApiParameter.HEADER, description="bytes=<first>-[<last>]"
    ),
    OpenApiParameter(
        "If-Range",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description="The ETag of the part that is there already.",
    ),
]


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
        detail=True,
        filterset_class=OperationRowByKeyFilter,
        serializer_class=OperationRowSerializer,
    )
    def rows(self, request: Request, pk: str | None = None) -> Response:
        """The rows of the input with their outcome, in pages.

        The next page of very many comes quickest by `after`, the number of the last row seen.
        """
        rows: QuerySet[Any] = self._rows(pk)
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(summary="All errors, as lines of JSON", responses=LINES, filters=False)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def errors(self, request: Request, pk: str | None = None) -> StreamingHttpResponse:
        """Every row with an error, however many there are, one JSON object a line."""
        rows = self._rows(pk).filter(outcome=Outcome.ERROR).in_order()
        return lines_response(map(row_as_json, rows), f"operation-{pk}-errors")

    @extend_schema(
        summary="All errors, as CSV",
        responses={(200, "text/csv"): OpenApiTypes.STR, **REFUSALS},
        filters=False,
    )
    @action(detail=True, url_path="errors-csv", filter_backends=[], pagination_class=None)
    def errors_csv(self, request: Request, pk: str | None = None) -> StreamingHttpResponse:
        """Every row with an error, as a file that a spreadsheet reads."""
        rows = self._rows(pk).filter(outcome=Outcome.ERROR).in_order()
        return csv_response(rows, ROW_COLUMNS, f"operation-{pk}-errors", lambda rows: None)

    @extend_schema(summary="What it made, as lines of JSON", responses=LINES, filters=False)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def results(self, request: Request, pk: str | None = None) -> StreamingHttpResponse:
        """Each thing that the operation made, however many there are, one JSON object a line."""
        return results_of(self.request.actor, self.seen_or_404(pk))

    @extend_schema(
        summary="What happened to it",
        responses={200: LogLineSerializer(many=True)},
        filters=False,
    )
    @action(detail=True, filter_backends=[], serializer_class=LogLineSerializer)
    def log(self, request: Request, pk: str | None = None) -> Response:
        """The log, oldest line first, in pages."""
        operation = self.seen_or_404(pk)
        found = LogLine.objects.visible_to(self.request.actor).filter(operation=operation)
        lines: QuerySet[Any] = found.select_related("by")
        page = self.paginate_queryset(lines)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        summary="Fetch the result",
        parameters=RANGES,
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            (206, "application/octet-stream"): OpenApiTypes.BINARY,
            304: OpenApiResponse(description="If-None-Match names the file as it still is."),
            416: OpenApiResponse(description="The file is not that long."),
            **REFUSALS,
        },
        filters=False,
    )
    @action(detail=True, filter_backends=[], pagination_class=None)
    def download(self, request: Request, pk: str | None = None) -> HttpResponseBase:
        """The file that the operation made, streamed; a 404 while there is none.

        A download that broke off goes on with the headers Range and If-Range.
        """
        return result_of(self.request, self.seen_or_404(pk))

    def _rows(self, pk: str | None) -> OperationRowQuerySet:
        rows: Any = OperationRow.objects.visible_to(self.request.actor)
        found: OperationRowQuerySet = rows.filter(operation=self.seen_or_404(pk))
        return found


class NoticeViewSet(Seen, ReadOnlyModelViewSet[Notice]):
    """What stands behind one's own bell: operations of one's own that have ended.

    `POST /api/teams/<id>/mark-seen/` says that one has looked.
    """

    serializer_class = NoticeSerializer
    filterset_class = NoticeOfTeamsFilter

    def seen(self) -> QuerySet[Notice]:
        """The actor's own notices."""
        return Notice.objects.visible_to(self.request.actor).select_related("operation")


class WebhookViewSet(Seen, ReadOnlyModelViewSet[Webhook]):
    """Addresses that are told when operations of a team end.

    `POST /api/teams/<id>/add-webhook/` makes one and tells its secret, once. Each message is a POST
    of JSON with the headers Labeldesk-Event, Labeldesk-Delivery, Labeldesk-Timestamp and
    Labeldesk-Signature, which is `sha256=` and the hex of HMAC-SHA256, keyed with the secret, over
    the timestamp, a full stop and the body. An answer from 200 to 299 means that it arrived;
    otherwise it is sent again after 1 min, 5 min, 30 min, 2 h and 12 h.
    """

    serializer_class = WebhookSerializer
    filterset_class = WebhookOfTeamsFilter

    def seen(self) -> QuerySet[Webhook]:
        """Webhooks of the teams in which the actor manages them."""
        return Webhook.objects.visible_to(self.request.actor).select_related("created_by")


class DeliveryViewSet(Seen, ReadOnlyModelViewSet[Delivery]):
    """Messages to webhooks, and mails to oneself, with every attempt to send them."""

    serializer_class = DeliverySerializer
    filterset_class = DeliveryOfTeamsFilter

    def seen(self) -> QuerySet[Delivery]:
        """The visible deliveries with their attempts."""
        return Delivery.objects.visible_to(self.request.actor).prefetch_related("attempts")
