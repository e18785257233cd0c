"""What if: the estimate of a team with one batch changed, before anybody changes it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from labeling.jobs.estimates.open_work import TOP_LEVEL, group_key, together
from labeling.jobs.estimates.team_facts import facts_of
from labeling.jobs.eta.facts import Finish, Work
from labeling.jobs.eta.forecasting import forecast
from labeling.jobs.eta.observing import habits_of
from labeling.jobs.states import ForecastOf

NOTICED = timedelta(minutes=30)
"""Another batch that moves by less is not told."""


@dataclass(frozen=True)
class Wish:
    """What would be changed of a batch.

    Attributes:
        person: who would work on it too; None for nobody.
        priority: its new level; None leaves it.
        without_review: whether nobody would decide on it any more.
    """

    person: int | None = None
    priority: int | None = None
    without_review: bool = False

    def __bool__(self) -> bool:
        return self.person is not None or self.priority is not None or self.without_review


@dataclass(frozen=True)
class Outcome:
    """What would come of it.

    Attributes:
        before, after: when the batch is finished, now and then.
        others: batches that would move, by key with their ends before and after, those that move
            most first.
    """

    before: Finish
    after: Finish
    others: Sequence[tuple[int, Finish, Finish]]

    @property
    def earlier(self) -> timedelta | None:
        """By how much its median moves towards now; negative is later."""
        if self.before.p50 is None or self.after.p50 is None:
            return None
        return self.before.p50 - self.after.p50


def what_if(team_id: int, batch_id: int, wish: Wish, now: datetime) -> Outcome | None:
    """What would come of a wish; None when nothing of the batch is open.

    Both estimates are made of the same facts with the same luck, so that they differ by the wish.
    Whoever is added shares what nobody has begun with those who have it, as after a rebalance.
    """
    also = () if wish.person is None else (wish.person,)
    team = facts_of(team_id, now, also=also)
    facts = team.facts
    mine = [work for work in facts.works if work.batch == batch_id and work.groups]
    if not mine:
        return None
    rest = [work for work in facts.works if work not in mine]
    begun = {key for key, lot in team.work.lots.items() if lot.done and not team.work.merged}
    changed = replace(facts, works=[*rest, *changed_works(mine, wish, begun)])
    habits = habits_of(replace(facts, works=[*facts.works, *changed.works]))
    before, after = forecast(facts, habits), forecast(changed, habits)
    own = group_key(ForecastOf.BATCH, batch_id)
    others = [
        (other, before[key], after[key])
        for other in sorted({work.batch for work in rest} - {batch_id})
        if (key := group_key(ForecastOf.BATCH, other)) in before and key in after
    ]
    moved = [each for each in others if _moves(each[1], each[2]) >= NOTICED]
    moved.sort(key=lambda each: _moves(each[1], each[2]), reverse=True)
    return Outcome(before[own], after[own], moved)


def _moves(before: Finish, after: Finish) -> timedelta:
    if before.p50 is None or after.p50 is None:
        return timedelta(0)
    return abs(after.p50 - before.p50)


def changed_works(works: Sequence[Work], wish: Wish, begun: Collection[str] = ()) -> list[Work]:
    """The works of a batch as they would be.

    Arguments:
        begun: keys of those that stay with whoever has them.
    """
    changed = list(works)
    if wish.person is not None:
        loose = [work for work in works if work.key not in begun]
        changed = [work for work in works if work.key in begun]
        changed += [_shared(loose, wish.person)] if loose else []
    if wish.priority is not None:
        level = TOP_LEVEL - wish.priority
        changed = [replace(work, order=(level, *work.order[1:])) for work in changed]
    if wish.without_review:
        changed = [replace(work, review=False, to_review=0, reviewers=None) for work in changed]
    return changed


def _shared(works: Sequence[Work], person: int) -> Work:
    """Works of a batch, shared by those who have them and one more."""
    whole = together(works)
    people = [*whole.people, *(() if person in whole.people else (person,))]
    groups = [each for each in whole.groups if not each.startswith(ForecastOf.PERSON.value)]
    return replace(whole, people=people, groups=groups)
