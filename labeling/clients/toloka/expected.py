"""When batches are expected to begin and to end: our stored estimates in the client's fields."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.actor import Actor
from labeling.jobs.estimates.reading import batch_estimates, estimates_of
from labeling.jobs.models import Batch
from labeling.jobs.states import BatchStatus, ForecastOf
from labeling.projects.models import Project

RUNNING = (BatchStatus.QUEUED, BatchStatus.PROCESSING)


@dataclass(frozen=True)
class Expected:
    """Of one batch.

    Attributes:
        begin_at: when a queued batch begins: once the last batch of higher priority is finished.
        end_at: the median estimate.
        project_end_at: of its project, while a batch of it is queued or processing.
    """

    begin_at: datetime | None
    end_at: datetime | None
    project_end_at: datetime | None


def expected(actor: Actor, project: Project, batches: Sequence[Batch]) -> dict[int, Expected]:
    """What is expected of batches of one project, by their keys, in a few queries."""
    ends = {pk: each.p50_at for pk, each in batch_estimates(batches).items()}
    queued = [batch for batch in batches if batch.status == BatchStatus.QUEUED]
    ahead = _ahead_of(actor, project.team_id, queued)
    of_project = _project_end(actor, project)
    return {
        batch.pk: Expected(
            _begin(batch, ahead) if batch in queued else None, ends.get(batch.pk), of_project
        )
        for batch in batches
    }


def _ahead_of(
    actor: Actor, team_id: int, queued: Sequence[Batch]
) -> list[tuple[int, datetime | None]]:
    """Priority and expected end of the batches of the team that queued ones may wait for."""
    if not queued:
        return []
    lowest = min(batch.priority for batch in queued)
    visible = Batch.objects.visible_to(actor)
    running = list(visible.filter(team=team_id, status__in=RUNNING, priority__gt=lowest))
    estimates = batch_estimates(running)
    return [(batch.priority, estimates[batch.pk].p50_at) for batch in running]


def _begin(batch: Batch, ahead: Sequence[tuple[int, datetime | None]]) -> datetime | None:
    ends = [end for priority, end in ahead if priority > batch.priority]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def _project_end(actor: Actor, project: Project) -> datetime | None:
    running = Batch.objects.visible_to(actor).filter(project=project, status__in=RUNNING)
    if not running.exists():
        return None
    return estimates_of(ForecastOf.PROJECT, [project.pk], {})[project.pk].p50_at
