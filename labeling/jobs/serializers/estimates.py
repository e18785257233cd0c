"""Estimates as REST shows them, beside what they are about."""

from typing import Any

from rest_framework import serializers

from labeling.jobs.estimates.lists import estimate_in
from labeling.jobs.estimates.reading import FINISHED, Estimate, batch_estimates, job_estimates
from labeling.jobs.models import Batch, Job
from labeling.jobs.states import Standing, Status


class EstimateSerializer(serializers.Serializer[Estimate]):
    """When it is finished: as likely before as after `p50_at`, in nine of ten cases by `p90_at`.

    Both are null where there is no estimate, and `reason` says why. `standing` is against the due
    date; `computed_at` is when the estimate was made.
    """

    p50_at = serializers.DateTimeField(allow_null=True)
    p90_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    standing = serializers.ChoiceField(choices=Standing.choices)
    computed_at = serializers.DateTimeField()


def shown_estimate(row: Batch | Job) -> dict[str, Any] | None:
    """The estimate of a batch or a job; null while there is none, and once it is finished."""
    if hasattr(row, "eta_computed_at"):
        found = estimate_in(row, finished=_is_finished(row))
    elif isinstance(row, Batch):
        found = batch_estimates([row]).get(row.pk)
    else:
        found = job_estimates([row]).get(row.pk)
    if found is None or found.computed_at is None:
        return None
    return dict(EstimateSerializer(found).data)


def _is_finished(row: Batch | Job) -> bool:
    if isinstance(row, Batch):
        return row.status in FINISHED
    return row.status == Status.COMPLETED or row.archived_at is not None
