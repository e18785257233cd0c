"""Comments and history over REST."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from labeling.core.api_verbs import REFUSALS, Seen, input_of, named
from labeling.core.workflow import actions, perform
from labeling.jobs.filters import CommentFilterSet, EventFilterSet
from labeling.jobs.models import Comment, Event, Job
from labeling.jobs.serializers import CommentSerializer, EventSerializer

COMMENT = actions[Job, "comment"]


class CommentWrite(serializers.Serializer[Comment]):
    """A new remark on a job, on one of its items, or on a point of it (image pixels)."""

    job = serializers.IntegerField()
    text = serializers.CharField(max_length=5000)
    job_item = serializers.IntegerField(required=False, allow_null=True)
    x = serializers.FloatField(required=False, allow_null=True)
    y = serializers.FloatField(required=False, allow_null=True)


class CommentViewSet(Seen, ReadOnlyModelViewSet[Comment]):
    """Remarks on jobs and their items."""

    serializer_class = CommentSerializer
    filterset_class = CommentFilterSet

    def seen(self) -> QuerySet[Comment]:
        """Visible comments with their authors."""
        comments = Comment.objects.visible_to(self.request.actor)
        return comments.select_related("author", "resolved_by", "job")

    @extend_schema(
        summary="Comment on a job",
        request=CommentWrite,
        responses={201: CommentSerializer, **REFUSALS},
    )
    def create(self, request: Request) -> Response:
        """The same as the verb `comment` on the job that `job` names."""
        data = input_of(request, COMMENT.form, "job")
        job = named(Job.objects.visible_to(self.request.actor), data, "job")
        rest = {name: value for name, value in data.items() if name != "job"}
        change = perform(COMMENT, job, self.request.actor, rest)
        shown = self.get_serializer(change.outcome)
        return Response(shown.data, status=status.HTTP_201_CREATED)


class EventViewSet(Seen, ReadOnlyModelViewSet[Event]):
    """History: who did what to what, from which state to which, when."""

    serializer_class = EventSerializer
    filterset_class = EventFilterSet

    def seen(self) -> QuerySet[Event]:
        """Visible events with who did them."""
        return Event.objects.visible_to(self.request.actor).select_related("actor")
