"""The messages that workers take for human work: the beat that refreshes estimates."""

from celery import shared_task

from labeling.jobs.estimates.refreshing import refresh_due
from labeling.operations.engine import connections


@shared_task(name="labeling.jobs.refresh_estimates")
def refresh_estimates() -> None:
    """Refresh the estimates that are older than the work."""
    try:
        refresh_due()
    finally:
        connections.tidy()
