"""Money over REST: terms, prices, the ledger, and what a person earned in a month."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.models import Team
from accounts.roles import Capability
from labeling.core.api_verbs import REFUSALS, Seen
from labeling.core.errors import Invalid
from labeling.core.http import get_visible_or_404
from labeling.jobs.filters.money import LedgerFilterSet, PriceFilterSet, TermsFilterSet
from labeling.jobs.models import LedgerEntry, Price, Terms
from labeling.jobs.money.balance import totals_of
from labeling.jobs.money.statements import Month, balances_of, rows_of, statement_person
from labeling.jobs.serializers.money import (
    LedgerEntrySerializer,
    PriceSerializer,
    StatementSerializer,
    TermsSerializer,
)


class TermsViewSet(Seen, ReadOnlyModelViewSet[Terms]):
    """How projects pay. Set by `POST /api/projects/<id>/set-terms/`."""

    serializer_class = TermsSerializer
    filterset_class = TermsFilterSet

    def seen(self) -> QuerySet[Terms]:
        """Visible terms; those who do not manage see no sums of others, so no terms either."""
        managed = self.request.actor.teams_where(Capability.MANAGE_JOBS)
        return Terms.objects.visible_to(self.request.actor).filter(project__team__in=managed)

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """With the sums of the ledgers, in one query for all."""
        shown: list[Any] = list(args[0] if kwargs.get("many") else args[:1])
        totals = totals_of({terms.project_id: terms for terms in shown})
        for terms in shown:
            terms.totals = totals[terms.project_id]
        return super().get_serializer(*([shown] if kwargs.get("many") else args), **kwargs)


class PriceViewSet(Seen, ReadOnlyModelViewSet[Price]):
    """What an item costs. Set by `set-terms` on a project and `set-prices` on a batch."""

    serializer_class = PriceSerializer
    filterset_class = PriceFilterSet

    def seen(self) -> QuerySet[Price]:
        """Visible prices."""
        return Price.objects.visible_to(self.request.actor)


class LedgerViewSet(Seen, ReadOnlyModelViewSet[LedgerEntry]):
    """The accounts: everybody's for those who manage people, one's own for others."""

    serializer_class = LedgerEntrySerializer
    filterset_class = LedgerFilterSet

    def seen(self) -> QuerySet[LedgerEntry]:
        """Visible lines."""
        lines = LedgerEntry.objects.visible_to(self.request.actor)
        return lines.select_related("person", "made_by")


class StatementView(APIView):
    """What a person of a team earned and was paid in a month."""

    @extend_schema(
        summary="A person's statement of a month",
        parameters=[
            OpenApiParameter("person", int, description="one's own without it"),
            OpenApiParameter("month", str, description="such as 2026-03; this one without it"),
        ],
        responses={200: StatementSerializer, **REFUSALS},
    )
    def get(self, request: Request, team_id: int) -> Response:
        """One's own; who manages people asks for anybody's."""
        actor = request.actor  # type: ignore[attr-defined]
        team = get_visible_or_404(Team.objects.visible_to(actor), team_id)
        person = statement_person(actor, team.pk, request.query_params.get("person", ""))
        text = request.query_params.get("month", "")
        try:
            month = Month.read(text) if text else Month.of(timezone.now())
        except ValueError:
            raise Invalid({"month": [_("Write a month as 2026-03.")]}) from None
        lines = LedgerEntry.objects.visible_to(actor).filter(team=team, person=person)
        shown = {
            "person": person.pk,
            "month": str(month),
            "balances": balances_of(lines, month),
            "rows": rows_of(lines, month),
        }
        return Response(StatementSerializer(shown).data)
