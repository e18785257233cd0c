"""Who has too little to do and who too much: a pure rule over what everybody holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from labeling.jobs.states import Standing

FAR_ABOVE = 2.0
"""So many times the team's median of open work is far above it."""

LEAST_ITEMS = 20
"""Nobody is overloaded by fewer open items than this without being behind a due date."""


class Load(StrEnum):
    """How much somebody has. The order is that of the page: who needs a manager comes first."""

    OVERLOADED = "overloaded"
    IDLE = "idle"
    BUSY = "busy"
    FREE = "free"


@dataclass(frozen=True)
class Held:
    """What somebody who labels holds.

    Attributes:
        open_items: of unfinished jobs.
        overdue: unfinished jobs whose due date has passed.
        standing: of the estimate of all their work against the last of their due dates.
    """

    open_items: int
    overdue: int = 0
    standing: Standing = Standing.NONE


@dataclass(frozen=True)
class Verdict:
    """Somebody's load, and how many times the team's usual open work they hold."""

    load: Load
    times: float = 0.0


def loads(people: Sequence[Held], pool: int) -> list[Verdict]:
    """The load of each of those who label, in their order.

    Overloaded is who is behind: an overdue job, or an estimate past the due dates; and who holds
    more than FAR_ABOVE times the median of those who hold anything. Idle is who holds nothing
    while there is work: in the pool, or in the hands of others. Free is who holds nothing when
    nobody does.

    Arguments:
        pool: jobs that anybody may take.
    """
    held = [each.open_items for each in people if each.open_items]
    usual = median(held) if held else 0.0
    is_work = pool > 0 or bool(held)
    return [_verdict(each, usual, is_work) for each in people]


def _verdict(held: Held, usual: float, is_work: bool) -> Verdict:
    if not held.open_items:
        return Verdict(Load.IDLE if is_work else Load.FREE)
    times = held.open_items / usual
    is_behind = held.overdue > 0 or held.standing in (Standing.LATE, Standing.AT_RISK)
    is_far_above = held.open_items >= LEAST_ITEMS and times > FAR_ABOVE
    return Verdict(Load.OVERLOADED if is_behind or is_far_above else Load.BUSY, times)
