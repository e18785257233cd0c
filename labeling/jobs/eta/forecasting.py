"""The dates: for each work and each group of works a median and a band, or why there is none."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from labeling.jobs.eta.capacity import LONGEST_DAYS
from labeling.jobs.eta.days import DAY, clock_of
from labeling.jobs.eta.facts import Facts, Finish, Floats, Work
from labeling.jobs.eta.observing import Habits, habits_of
from labeling.jobs.eta.simulating import Simulation, look_ahead

NEEDED_ACTS = 3
"""So many items of the team are evidence enough for a first, wide band."""
QUANTILES = (0.1, 0.5, 0.9)


def forecast(facts: Facts, habits: Habits | None = None) -> Mapping[str, Finish]:
    """When each work and each group is finished.

    A what-if is this with changed facts. The same facts always give the same answer.

    Arguments:
        habits: what was observed, if it is at hand: `habits_of` of the same acts. It is made
            anew where the works have people that it does not know.
    """
    if habits is None or not _named(facts.works).issubset(habits.people):
        habits = habits_of(facts)
    clock = clock_of(facts)
    reasons = {work.key: reason for work in facts.works if (reason := _reason(work, habits))}
    works = [work for work in facts.works if work.key not in reasons]
    done = [work for work in works if work.to_do + work.to_review == 0]
    finish: dict[str, Floats] = {work.key: np.array([clock.now]) for work in done}
    works = [work for work in works if work.key not in finish]
    if works:
        days = look_ahead(works, habits)
        found = Simulation(clock, habits, days).run(works)
        if days < LONGEST_DAYS and any(not np.isfinite(ends).all() for ends in found.values()):
            found = Simulation(clock, habits, LONGEST_DAYS).run(works)
        finish |= found
    answers = {
        work.key: Finish(reason=reasons[work.key])
        if work.key in reasons
        else _answer(finish[work.key])
        for work in facts.works
    }
    return answers | _groups(facts.works, finish, reasons)


def _named(works: Sequence[Work]) -> set[int]:
    named = {person for work in works for person in work.people}
    return named.union(person for work in works for person in work.reviewers or ())


def _reason(work: Work, habits: Habits) -> str | Promise:
    """Why a work cannot be estimated; empty when it can."""
    if work.to_do + work.to_review == 0:
        return ""
    if work.is_paused:
        return _("paused")
    if work.to_do and not work.people:
        return _("no one is assigned")
    if work.to_review and work.reviewers is not None and not work.reviewers:
        return _("no one reviews")
    missing = NEEDED_ACTS - habits.labeling.seen - habits.review.seen
    if missing > 0:
        return ngettext_lazy("%d more item needed", "%d more items needed", missing) % missing
    return ""


def _groups(
    works: Sequence[Work], finish: Mapping[str, Floats], reasons: Mapping[str, str | Promise]
) -> dict[str, Finish]:
    """A group is finished with the last of its works; without an estimate of one it has none."""
    members: dict[str, list[Work]] = {}
    for work in works:
        for group in work.groups:
            members.setdefault(group, []).append(work)
    answers = {}
    for group, inside in members.items():
        missing = [reasons[work.key] for work in inside if work.key in reasons]
        if missing:
            answers[group] = Finish(reason=missing[0])
            continue
        ends = np.broadcast_arrays(*(finish[work.key] for work in inside))
        answers[group] = _answer(np.max(ends, axis=0))
    return answers


def _answer(ends: Floats) -> Finish:
    """The band; ends that lie beyond what was looked at count as its end."""
    # Ends that were simulated, so that none lies in a night between two of them.
    in_order = sorted(ends.tolist())
    known = [end for end in in_order if end < math.inf]
    if 2 * len(known) <= len(in_order):
        return Finish(reason=_("not within a year at this pace"))
    latest = known[0] + LONGEST_DAYS * DAY
    found = [in_order[place] for place in _places(len(in_order))]
    low, middle, high = (datetime.fromtimestamp(min(end, latest), UTC) for end in found)
    return Finish(low, middle, high)


def _places(count: int) -> tuple[int, int, int]:
    """Which of so many ends in order are P10, P50 and P90.

    One more future would end by the n-th of N with the chance n / (N + 1).
    """
    low, middle, high = (quantile * (count + 1) for quantile in QUANTILES)
    places = (math.floor(low), math.ceil(middle), math.ceil(high))
    return cast("tuple[int, int, int]", tuple(min(max(n - 1, 0), count - 1) for n in places))
