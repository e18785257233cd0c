"""What is stored of an estimate: a row for each open job, batch, project and person."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from labeling.jobs.estimates.open_work import Lot, OpenWork, group_key, jobs_of_lots
from labeling.jobs.estimates.team_facts import TeamFacts
from labeling.jobs.eta.facts import Finish, Work
from labeling.jobs.eta.observing import Habits
from labeling.jobs.models import Batch, Forecast
from labeling.jobs.states import BatchStatus, ForecastOf

MOST_JOBS = 3_000
"""Of more open jobs those that come later in the queue go by their batch's date."""


def rows_of(
    team_id: int, team: TeamFacts, habits: Habits, answers: Mapping[str, Finish]
) -> Iterator[Forecast]:
    """The rows of a team, unsaved; two queries."""
    works: dict[int, list[Work]] = {}
    for work in team.facts.works:
        works.setdefault(work.batch, []).append(work)

    def row(of: ForecastOf, subject: int, finish: Finish, **facts: Any) -> Forecast:
        band = [each.isoformat(timespec="seconds") for each in _moments(finish)]
        return Forecast(
            team_id=team_id,
            of=of,
            subject_id=subject,
            p50_at=finish.p50,
            p90_at=finish.p90,
            reason=str(finish.reason)[:200],
            fan=band,
            facts=facts,
            computed_at=team.facts.now,
        )

    for of, subject in subjects_of(team.work):
        finish = answers.get(group_key(of, subject))
        if finish is None:
            continue
        if of != ForecastOf.BATCH:
            yield row(of, subject, finish)
            continue
        status = team.work.terms[subject].status
        facts = facts_shown(subject, works[subject], habits)
        facts["stopped"] = stopped_items(team.work, subject)
        yield row(of, subject, with_reason(finish, status), **facts)
    for job, key in jobs_of_lots(team_id, team.work, MOST_JOBS):
        finish = answers[team.work.key_of(key)]
        status = team.work.terms[team.work.lots[key].batch].status
        yield row(ForecastOf.JOB, job, with_reason(finish, status))
    for subject, status in _not_running(team_id):
        yield row(ForecastOf.BATCH, subject, Finish(reason=WAITING[status]()))


def subjects_of(work: OpenWork) -> list[tuple[ForecastOf, int]]:
    """The batches, projects and people that have open work."""
    people = {lot.annotator for lot in work.lots.values() if lot.annotator is not None}
    return [
        *((ForecastOf.BATCH, batch) for batch in sorted({lot.batch for lot in _lots(work)})),
        *((ForecastOf.PROJECT, each) for each in sorted({t.project for t in _terms(work)})),
        *((ForecastOf.PERSON, person) for person in sorted(people)),
    ]


def _lots(work: OpenWork) -> Iterator[Lot]:
    yield from work.lots.values()


def _terms(work: OpenWork) -> Iterator[Any]:
    for lot in work.lots.values():
        yield work.terms[lot.batch]


def _moments(finish: Finish) -> list[Any]:
    return [each for each in (finish.p10, finish.p50, finish.p90) if each is not None]


def facts_shown(batch: int, works: list[Work], habits: Habits) -> dict[str, Any]:
    """What a batch's estimate rests on, for its page.

    Returns:
        people: how many do it; to_do, to_review: items left; seconds: a usual item's;
        sent_back: the share of decisions that send back, 0 to 1, where it is reviewed.
    Works that nobody can do now are left out.
    """
    works = [work for work in works if not work.is_paused]
    effect = habits.labeling.batches.get(batch, (0.0, 0.0))[0]
    bad, good = habits.rejection(batch)
    shown: dict[str, Any] = {
        "people": len({person for work in works for person in work.people}),
        "to_do": sum(work.to_do for work in works),
        "to_review": sum(work.to_review for work in works),
    }
    if habits.labeling.seen:
        shown["seconds"] = round(float(np.exp(habits.labeling.usual + effect)), 1)
    if any(work.review for work in works):
        shown["sent_back"] = round(bad / (bad + good), 3)
    return shown


def stopped_items(work: OpenWork, batch: int) -> int:
    """Items of jobs that were stopped by themselves, which the batch's date does not wait for."""
    return sum(
        lot.items - lot.done for lot in work.lots.values() if lot.batch == batch and lot.stopped
    )


def with_reason(finish: Finish, status: str) -> Finish:
    """The reason in the words of the batch's status, where that is what stands in the way."""
    if finish.p50 is None and status in STANDING_STILL:
        return Finish(reason=STANDING_STILL[status]())
    return finish


STANDING_STILL: Mapping[str, Any] = {
    BatchStatus.STOPPED: lambda: _("stopped"),
    BatchStatus.NO_MONEY: lambda: _("no money for the next item"),
}
WAITING: Mapping[str, Any] = {
    BatchStatus.NEW: lambda: _("not launched yet"),
    BatchStatus.LOADING: lambda: _("its jobs are being made"),
    BatchStatus.ERROR: lambda: _("its jobs could not be made"),
}


def _not_running(team_id: int) -> list[tuple[int, str]]:
    batches = Batch.objects.filter(team=team_id, status__in=list(WAITING))
    return list(batches.order_by("pk").values_list("pk", "status"))
