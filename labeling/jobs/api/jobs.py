"""Jobs over REST."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from labeling.core.api_verbs import REFUSALS, Seen, body_of
from labeling.core.workflow import perform
from labeling.jobs.api.datasets import CREATE, BatchWrite, dataset_of
from labeling.jobs.filters import JobFilterSet
from labeling.jobs.models import Job
from labeling.jobs.serializers import BatchSerializer, JobSerializer
from labeling.jobs.statistics import job_statistics
from labeling.operations.waiting import finish

WAIT_SECONDS = 10.0


class StatisticsSerializer(serializers.Serializer[Any]):
    """Counts over a job's annotations."""

    classes = serializers.ListField(child=serializers.DictField())
    tags = serializers.ListField(child=serializers.DictField())
    items = serializers.DictField()


class JobViewSet(Seen, ReadOnlyModelViewSet[Job]):
    """Jobs: a person's share of a batch."""

    serializer_class = JobSerializer
    filterset_class = JobFilterSet

    def seen(self) -> QuerySet[Job]:
        """Visible jobs with the people on them."""
        return Job.objects.visible_to(self.request.actor).select_related(
            "annotator", "reviewer", "created_by", "batch"
        )

    @extend_schema(
        summary="Make jobs",
        request=BatchWrite,
        responses={201: JobSerializer(many=True), 202: BatchSerializer, **REFUSALS},
    )
    def create(self, request: Request) -> Response:
        """Make a batch of the dataset that `dataset` names, and answer its jobs.

        Large batches are made in the background: then the answer is a 202 with the batch.
        """
        data = body_of(request)
        change = perform(CREATE, dataset_of(self.request, data), self.request.actor, data)
        batch = change.outcome
        finish(batch.operation_id, WAIT_SECONDS)
        jobs = self.seen().filter(batch=batch, archived_at=None).order_by("number")
        if not jobs:
            context = self.get_serializer_context()
            return Response(BatchSerializer(batch, context=context).data, status=202)
        shown = self.get_serializer(jobs, many=True)
        return Response(shown.data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Statistics", responses={200: StatisticsSerializer}, filters=False)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def statistics(self, request: Request, pk: str | None = None) -> Response:
        """Objects per class, tags with their values, and how much is on each item."""
        return Response(job_statistics(self.get_object()))
