"""The lists' filters for the REST interface: same filters, same refusals."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request

from labeling.core.listing import FilterError, StrictFilterSet

# Parameters of pages only.
PAGES_ONLY = ("format", "view")


class StrictFilterBackend(DjangoFilterBackend):
    """Filters by the view's `filterset_class`; an unknown or invalid parameter is a 400."""

    def filter_queryset(
        self, request: Request, queryset: models.QuerySet[Any], view: Any
    ) -> models.QuerySet[Any]:
        """The rows that the query asks for; raises FilterError."""
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        if isinstance(filterset, StrictFilterSet):
            unknown = [name for name in PAGES_ONLY if name in request.query_params]
            if unknown:
                raise FilterError({name: [_("There is no such filter.")] for name in unknown})
            filterset.check()
        found: models.QuerySet[Any] = filterset.qs
        return found
