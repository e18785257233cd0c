"""The figures of home and my work over REST: the rows of the same tables as on the pages."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.core.api_verbs import REFUSALS
from labeling.jobs.dashboards.asking import own_figures, table_wanted, team_figures
from labeling.jobs.dashboards.days import CHOICES, DEFAULT
from labeling.jobs.dashboards.tables import OWN_TABLES, TEAM_TABLES, Table, record_of
from labeling.jobs.dashboards.team import Figures
from labeling.jobs.serializers.figures import FiguresSerializer

DAYS = OpenApiParameter("days", int, enum=CHOICES, default=DEFAULT, description="days shown")


def _table(tables: Mapping[str, Table]) -> OpenApiParameter:
    keys = list(tables)
    return OpenApiParameter("of", str, enum=keys, default=keys[0], description="which table")


def _shown(request: Request, figures: Figures, tables: Mapping[str, Table]) -> Response:
    key, table = table_wanted(tables, request.query_params, figures.actor, figures.team)
    shown = {
        "of": key,
        "first": figures.period.first,
        "last": figures.period.last,
        "zone": str(figures.period.zone),
        "rows": [record_of(row, table) for row in table.rows(figures)],
    }
    return Response(FiguresSerializer(shown).data)


class TeamFiguresView(APIView):
    """What a team did and has to do."""

    @extend_schema(
        summary="A team's figures",
        parameters=[_table(TEAM_TABLES), DAYS],
        responses={200: FiguresSerializer, **REFUSALS},
    )
    def get(self, request: Request, team_id: int) -> Response:
        """One table; those about single people are for who reviews or manages."""
        actor: Any = request.actor  # type: ignore[attr-defined]
        return _shown(request, team_figures(actor, team_id, request.query_params), TEAM_TABLES)


class OwnFiguresView(APIView):
    """What one did oneself."""

    @extend_schema(
        summary="One's own figures in a team",
        parameters=[_table(OWN_TABLES), DAYS],
        responses={200: FiguresSerializer, **REFUSALS},
    )
    def get(self, request: Request, team_id: int) -> Response:
        """One table."""
        actor: Any = request.actor  # type: ignore[attr-defined]
        return _shown(request, own_figures(actor, team_id, request.query_params), OWN_TABLES)
