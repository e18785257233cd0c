"""How fast people lately were, read for a page of jobs at once."""

from collections.abc import Iterable, Mapping

from labeling.jobs.eta import Estimate, estimate
from labeling.jobs.models import Job, Pace

Paces = Mapping[tuple[int, int], list[float]]


def paces_of(jobs: Iterable[Job]) -> Paces:
    """The remembered gaps by (annotator, project), in one query for all these jobs."""
    wanted = {(job.annotator_id, job.project_id) for job in jobs if job.annotator_id is not None}
    if not wanted:
        return {}
    known = Pace.objects.filter(
        user__in={user for user, _project in wanted},
        project__in={project for _user, project in wanted},
    )
    return {
        (user, project): gaps
        for user, project, gaps in known.values_list("user_id", "project_id", "recent_seconds")
    }


def estimates_of(jobs: Iterable[Job]) -> dict[int, Estimate]:
    """The work left on each of these jobs, by the job's id."""
    jobs = list(jobs)
    paces = paces_of(jobs)
    return {
        job.pk: estimate(
            job.left,
            paces.get((job.annotator_id or 0, job.project_id), []),
            assigned=job.annotator_id is not None,
        )
        for job in jobs
    }
