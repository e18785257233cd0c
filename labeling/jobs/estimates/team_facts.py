"""Everything that the estimate of one team rests on, read from the database in a few queries."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from labeling.jobs.estimates.crew import Crew, crew_of, hours_of
from labeling.jobs.estimates.open_work import MOST_WORKS, OpenWork, open_work_of
from labeling.jobs.estimates.past import idle_of, launches_of, past_of, reviews_of, turns_of
from labeling.jobs.eta.facts import Facts


@dataclass(frozen=True)
class TeamFacts:
    """The facts of a team, and what they were made of.

    Attributes:
        facts: what `labeling.jobs.eta.forecasting.forecast` takes.
    """

    facts: Facts
    work: OpenWork
    crew: Crew


def facts_of(team_id: int, now: datetime, also: Collection[int] = ()) -> TeamFacts:
    """The facts of a team at this moment, in ten queries however much work there is.

    Acts are those of the last six weeks, at most 60,000; of more open jobs than the estimate looks
    at one by one, those that one person has of one batch are taken together.

    Arguments:
        also: people whose working hours are wanted too.
    """
    past = past_of(team_id, now)
    crew = crew_of(team_id, past.done, past.decided)
    work = open_work_of(team_id, crew, MOST_WORKS)
    turns = turns_of(team_id, now)
    people = {person for each in work.works for person in (*each.people, *(each.reviewers or ()))}
    zone, hours = hours_of(team_id, people | {*past.done, *past.decided, *also}, now)
    labelers = list(crew.labelers)
    facts = Facts(
        now=now,
        zone=zone,
        works=work.works,
        acts=past.acts,
        idle=idle_of(past, turns, reviews_of(team_id, now), set(labelers), now),
        hours=hours,
        launches=launches_of(turns, labelers, now),
    )
    return TeamFacts(facts, work, crew)
