"""Jobs over REST."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.models import Team
from labeling.core.api_verbs import REFUSALS, Seen, form_serializer, input_of, named
from labeling.jobs.api.datasets import BatchWrite, launched
from labeling.jobs.estimates.lists import with_estimates
from labeling.jobs.filters import JobFilterSet
from labeling.jobs.models import Job
from labeling.jobs.operations.changing import CHANGE, ChangeForm
from labeling.jobs.operations.undoing import UNDO, UNDOABLE, UndoForm
from labeling.jobs.serializers import BatchSerializer, JobSerializer
from labeling.jobs.states import ForecastOf
from labeling.jobs.statistics import job_statistics
from labeling.operations.engine import start
from labeling.operations.models import Operation
from labeling.operations.serializers import OperationSerializer
from labeling.operations.waiting import finish

WAIT_SECONDS = 10.0


ChangeWrite = form_serializer("JobsChange", ChangeForm, team=serializers.IntegerField())
UndoWrite = form_serializer("JobsUndoChange", UndoForm)


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
        light = jobs.defer("batch__description", "batch__instructions")
        return with_estimates(light, ForecastOf.JOB)

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

    @extend_schema(
        summary="Change many jobs",
        request=ChangeWrite,
        responses={202: OperationSerializer, **REFUSALS},
        filters=False,
    )
    @action(detail=False, methods=["post"], filter_backends=[], pagination_class=None)
    def change(self, request: Request) -> Response:
        """One verb on many jobs of a team, in the background; the operation's rows tell each.

        `annotator`, `reviewer` and `due_at` take "none" for the pool, for any reviewer, for no
        date. The verb `spread` shares the jobs out evenly among `people`.
        """
        data = input_of(request, ChangeForm, "team")
        team = named(Team.objects.visible_to(self.request.actor), data, "team")
        rest = {name: value for name, value in data.items() if name != "team"}
        return self._started(start(CHANGE, self.request.actor, team, rest))

    @extend_schema(
        summary="Take a change of many jobs back",
        request=UndoWrite,
        responses={202: OperationSerializer, **REFUSALS},
        filters=False,
    )
    @action(
        detail=False,
        methods=["post"],
        url_path="undo-change",
        filter_backends=[],
        pagination_class=None,
    )
    def undo_change(self, request: Request) -> Response:
        """What nobody has changed since becomes as it was. Asked twice, it is done once."""
        data = input_of(request, UndoForm)
        changes = Operation.objects.visible_to(self.request.actor).filter(kind__in=UNDOABLE)
        found = named(changes.select_related("team"), data, "operation")
        key = f"undo-change-{found.pk}"
        undo = start(
            UNDO, self.request.actor, found.team, {"operation": found.pk}, idempotency_key=key
        )
        return self._started(undo)

    def _started(self, operation: Operation) -> Response:
        shown = OperationSerializer(operation, context=self.get_serializer_context())
        return Response(shown.data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(summary="Statistics", responses={200: StatisticsSerializer}, filters=False)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def statistics(self, request: Request, pk: str | None = None) -> Response:
        """Objects per class, tags with their values, and how much is on each item."""
        return Response(StatisticsSerializer(job_statistics(self.get_object())).data)
