"""Batches over REST."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from labeling.core.api_verbs import REFUSALS, Seen, input_of, input_serializer
from labeling.core.errors import Forbidden
from labeling.core.workflow import actions, validated
from labeling.jobs.actions.rebalancing import wish_of
from labeling.jobs.api.datasets import BatchWrite, launched
from labeling.jobs.dashboards import with_progress
from labeling.jobs.estimates.lists import with_estimates
from labeling.jobs.filters import BatchFilterSet
from labeling.jobs.models import Batch
from labeling.jobs.remainder import for_scripts, proposed
from labeling.jobs.serializers import BatchSerializer, RebalancePreviewSerializer
from labeling.jobs.states import ForecastOf

REBALANCE = actions[Batch, "rebalance"]


class BatchViewSet(Seen, ReadOnlyModelViewSet[Batch]):
    """Batches: what managers launch."""

    serializer_class = BatchSerializer
    filterset_class = BatchFilterSet

    def seen(self) -> QuerySet[Batch]:
        """Visible batches with the sums of their jobs."""
        batches = Batch.objects.visible_to(self.request.actor)
        people = batches.select_related("reviewer", "created_by")
        found = with_estimates(with_progress(people), ForecastOf.BATCH)
        return found.prefetch_related("people", "classes", "tags")

    @extend_schema(
        summary="Make a batch and launch it",
        request=BatchWrite,
        responses={201: BatchSerializer, **REFUSALS},
    )
    def create(self, request: Request) -> Response:
        """The same as `create-batch` on the dataset that `dataset` names."""
        shown = self.get_serializer(self.fresh(launched(self.request)))
        return Response(shown.data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="See what a rebalance would do",
        request=input_serializer(REBALANCE),
        responses={200: RebalancePreviewSerializer, **REFUSALS},
        filters=False,
    )
    @action(
        detail=True,
        methods=["post"],
        url_path="preview-rebalance",
        filter_backends=[],
        pagination_class=None,
    )
    def preview_rebalance(self, request: Request, pk: str | None = None) -> Response:
        """Who has and would have what. Send `seen` along with the same input to do just that."""
        batch, actor = self.get_object(), self.request.actor
        if not REBALANCE.permits(batch, actor):
            raise Forbidden(_("Only managers and owners divide work."))
        data = validated(REBALANCE, batch, actor, input_of(request, REBALANCE.form))
        return Response(for_scripts(proposed(batch, wish_of(data))))
