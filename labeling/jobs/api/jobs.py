"""Jobs over REST."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from labeling.core.api_verbs import REFUSALS, Seen
from labeling.jobs.api.datasets import BatchWrite, launched
from labeling.jobs.filters import JobFilterSet
from labeling.jobs.models import Job
from labeling.jobs.serializers import BatchSerializer, JobSerializer
from labeling.jobs.statistics import job_statistics
from labeling.operations.waiting import finish

WAIT_SECONDS = 10.0


class ClassFiguresSerializer(serializers.Serializer[Any]):
    """One class: how many objects, on how many items."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    objects = serializers.IntegerField()
    items = serializers.IntegerField()


class TagFiguresSerializer(serializers.Serializer[Any]):
    """One tag: how often on images and on objects, and its most frequent values with counts."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    images = serializers.IntegerField()
    objects = serializers.IntegerField()
    values = serializers.ListField(child=serializers.ListField())


class StatisticsSerializer(serializers.Serializer[Any]):
    """Counts over a job's annotations; those of each item stand with the job items.

    `empty` are items without any object or tag.
    """

    items = serializers.IntegerField()
    objects = serializers.IntegerField()
    empty = serializers.IntegerField()
    classes = ClassFiguresSerializer(many=True)
    tags = TagFiguresSerializer(many=True)


class JobViewSet(Seen, ReadOnlyModelViewSet[Job]):
    """Jobs: a person's share of a batch."""

    serializer_class = JobSerializer
    filterset_class = JobFilterSet

    def seen(self) -> QuerySet[Job]:
        """Visible jobs with the people on them."""
        jobs = Job.objects.visible_to(self.request.actor).select_related(
            "annotator", "reviewer", "created_by", "batch"
        )
        return jobs.defer("batch__description", "batch__instructions")

    @extend_schema(
        summary="Make jobs",
        request=BatchWrite,
        responses={201: JobSerializer(many=True), 202: BatchSerializer, **REFUSALS},
    )
    def create(self, request: Request) -> Response:
        """Make a batch of the dataset that `dataset` names, and answer its jobs.

        Large batches are made in the background: then the answer is a 202 with the batch.
        """
        batch = launched(self.request)
        if batch.operation_id is not None:
            finish(batch.operation_id, WAIT_SECONDS)
        jobs = self.seen().filter(batch=batch, archived_at=None).order_by("number")
        if not jobs:
            batch.refresh_from_db()
            waiting = BatchSerializer(batch, context=self.get_serializer_context())
            return Response(waiting.data, status=status.HTTP_202_ACCEPTED)
        made = self.get_serializer(jobs, many=True)
        return Response(made.data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Statistics", responses={200: StatisticsSerializer}, filters=False)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def statistics(self, request: Request, pk: str | None = None) -> Response:
        """Objects per class, tags with their values, and how much is on each item."""
        return Response(StatisticsSerializer(job_statistics(self.get_object())).data)
