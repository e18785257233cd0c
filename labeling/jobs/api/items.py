"""Job items and their annotations over REST."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from labeling.core.api_verbs import REFUSALS, Seen, input_of
from labeling.core.workflow import actions, perform
from labeling.jobs.filters import JobItemFilterSet
from labeling.jobs.models import JobItem
from labeling.jobs.serializers import AnnotationSerializer, AnnotationWrite, JobItemSerializer

SAVE = actions[JobItem, "save-annotation"]


class JobItemViewSet(Seen, ReadOnlyModelViewSet[JobItem]):
    """The items of jobs, with their state and the decisions on them."""

    serializer_class = JobItemSerializer
    filterset_class = JobItemFilterSet

    def seen(self) -> QuerySet[JobItem]:
        """Visible job items with what is shown of them."""
        items = JobItem.objects.visible_to(self.request.actor).select_related(
            "item", "job", "decided_by", "done_by", "annotation__updated_by"
        )
        # A document may be large, and only one address shows it.
        return items.defer("annotation__document")

    @extend_schema(
        summary="The labels of one item", responses={200: AnnotationSerializer}, filters=False
    )
    @action(detail=True, filter_backends=[], pagination_class=None)
    def annotation(self, request: Request, pk: str | None = None) -> Response:
        """The label document and its version."""
        return Response(AnnotationSerializer(self.get_object().annotation).data)

    @extend_schema(
        summary="Save the labels of one item",
        request=AnnotationWrite,
        responses={200: AnnotationSerializer, **REFUSALS},
        filters=False,
    )
    @annotation.mapping.put
    def save_annotation(self, request: Request, pk: str | None = None) -> Response:
        """Store the document if nobody saved since `version`; else a 409 with what is stored."""
        job_item = self.get_object()
        change = perform(SAVE, job_item, self.request.actor, input_of(request, SAVE.form))
        return Response(AnnotationSerializer(change.outcome).data)
