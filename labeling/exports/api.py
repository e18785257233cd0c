"""Exports and imports over REST: each is an operation to follow, and then a file to fetch."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from labeling.core.api_parsers import PlainMultiPartParser
from labeling.core.api_verbs import REFUSALS, Seen, body_of
from labeling.core.errors import Invalid
from labeling.core.http import get_visible_or_404, is_key
from labeling.exports.formats import readable, writable
from labeling.exports.operations.exporting import Export
from labeling.exports.operations.import_form import AUTO, Existing
from labeling.exports.scopes import MODELS, ScopeKind, Subject, Which, visible_subject
from labeling.exports.starting import start_export, start_import
from labeling.operations.filters import OperationOfTeamsFilter
from labeling.operations.models import Operation
from labeling.operations.serializers import OperationSerializer
from labeling.operations.views.pages import download
from labeling.projects.models import Dataset
from labeling.projects.staging import refuse_large_body


class ExportSerializer(serializers.Serializer[Operation]):
    """What to export, for the schema; the form does the checking."""

    scope = serializers.ChoiceField(choices=ScopeKind.choices)
    id = serializers.IntegerField(help_text="Of the project, dataset, batch or job.")
    which = serializers.ChoiceField(choices=Which.choices)
    format = serializers.ChoiceField(choices=[each.name for each in writable()])
    images = serializers.BooleanField(required=False, default=False)
    filter = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="Of a dataset: which of its items, as a query string of the items' list, "
        "for example `labeled=true&q=night`.",
    )


class ExportViewSet(Seen, ReadOnlyModelViewSet[Operation]):
    """Exports, running and past."""

    serializer_class = OperationSerializer
    filterset_class = OperationOfTeamsFilter

    def seen(self) -> QuerySet[Operation]:
        """Visible exports with who asked for them."""
        operations = Operation.objects.visible_to(self.request.actor)
        return operations.filter(kind=Export.name).select_related("created_by")

    @extend_schema(
        summary="Start an export",
        request=ExportSerializer,
        responses={202: OperationSerializer, **REFUSALS},
    )
    def create(self, request: Request) -> Response:
        """Begin to write; poll the operation until it is complete, then fetch its `download`."""
        data = dict(body_of(request).items())
        subject = _subject(self.request.actor, data.pop("scope", ""), data.pop("id", ""))
        operation = start_export(self.request.actor, subject.team, subject, data, _key(request))
        shown = OperationSerializer(operation, context=self.get_serializer_context())
        return Response(shown.data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="Fetch the result",
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
        filters=False,
    )
    @action(detail=True, filter_backends=[], pagination_class=None)
    def download(self, request: Request, pk: str | None = None) -> HttpResponseBase:
        """The ZIP of a complete export, streamed."""
        page_request: Any = request._request
        return download(page_request, self.seen_or_404(pk).pk)


class ImportSerializer(serializers.Serializer[Operation]):
    """Annotation files, or ZIPs of them: as many `file` fields as you like."""

    file = serializers.ListField(child=serializers.FileField())
    format = serializers.ChoiceField(choices=[AUTO, *(each.name for each in readable())])
    existing = serializers.ChoiceField(
        choices=Existing.choices, required=False, default=Existing.ADD
    )
    create_classes = serializers.BooleanField(required=False, default=True)
    create_tags = serializers.BooleanField(required=False, default=True)


class ImportView(APIView):
    """Annotations into a dataset."""

    parser_classes = (PlainMultiPartParser,)

    @extend_schema(
        summary="Import annotations",
        operation_id="datasets_import_annotations_create",
        request={"multipart/form-data": ImportSerializer},
        responses={202: OperationSerializer, **REFUSALS},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Read the files in the background; the operation's rows say what became of each."""
        refuse_large_body(request._request)
        actor = request.actor  # type: ignore[attr-defined]
        datasets = Dataset.objects.visible_to(actor).select_related("team", "project")
        dataset = get_visible_or_404(datasets, pk)
        files = [file for _name, group in request.FILES.lists() for file in group]
        given = {
            name: value for name, value in body_of(request).items() if name not in request.FILES
        }
        data = {"create_classes": True, "create_tags": True, **given}
        operation = start_import(actor, dataset, data, files, _key(request))
        shown = OperationSerializer(operation, context={"request": request})
        return Response(shown.data, status=status.HTTP_202_ACCEPTED)


def _subject(actor: Any, scope: Any, key: Any) -> Subject:
    """The thing that a body names."""
    if not isinstance(scope, str) or scope not in MODELS:
        scopes = ", ".join(ScopeKind.values)
        raise Invalid({"scope": [_("One of: %(scopes)s.") % {"scopes": scopes}]})
    if not is_key(str(key)):
        raise Invalid({"id": [_("Name it by its id.")]})
    found = visible_subject(scope, int(key), actor)
    if found is None:
        raise Invalid({"id": [_("There is no such thing.")]})
    return found


def _key(request: Request) -> str:
    return request.headers.get("Idempotency-Key", "")[:200]
