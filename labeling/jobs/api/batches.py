"""Batches over REST."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from labeling.core.api_verbs import REFUSALS, Seen
from labeling.jobs.api.datasets import BatchWrite, launched
from labeling.jobs.dashboards import with_progress
from labeling.jobs.filters import BatchFilterSet
from labeling.jobs.models import Batch
from labeling.jobs.serializers import BatchSerializer


class BatchViewSet(Seen, ReadOnlyModelViewSet[Batch]):
    """Batches: what managers launch."""

    serializer_class = BatchSerializer
    filterset_class = BatchFilterSet

    def seen(self) -> QuerySet[Batch]:
        """Visible batches with the sums of their jobs."""
        batches = Batch.objects.visible_to(self.request.actor)
        people = batches.select_related("reviewer", "created_by")
        return with_progress(people).prefetch_related("people", "classes", "tags")

    @extend_schema(
        summary="Make a batch and launch it",
        request=BatchWrite,
        responses={201: BatchSerializer, **REFUSALS},
    )
    def create(self, request: Request) -> Response:
        """The same as `create-batch` on the dataset that `dataset` names."""
        shown = self.get_serializer(self.fresh(launched(self.request)))
        return Response(shown.data, status=status.HTTP_201_CREATED)
