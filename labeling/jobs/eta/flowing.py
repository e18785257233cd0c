"""How work flows through people's time: one station, many futures at once.

Work is a quantity of items here. The stations are asked in the order of the queue, so each finds
the time that those before it have left over.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labeling.jobs.eta.capacity import Grid
from labeling.jobs.eta.facts import Flags, Floats, Integers

FIRST_CHUNK, NEXT_CHUNK = 32, 12
SPARE_STEPS = 3
ALL = 1 - 1e-5
"""More than this share of a step's time is all of it."""
ALMOST = 1e-3
"""Items left at which nothing is left."""


@dataclass
class Time:
    """Time that is still free.

    Attributes:
        grid: the steps.
        seconds: by step, person and future; stations take theirs out of it.
        free_from: by person, the first step in which anything may be free.
        ahead: steps whose sum is kept up in `soon`.
        soon: seconds by person and future.
        chunk: steps that are likely to be enough for the next work.
    """

    grid: Grid
    seconds: Floats
    free_from: Integers
    ahead: int
    soon: Floats
    chunk: int = FIRST_CHUNK


@dataclass(frozen=True)
class Crew:
    """Who works at a station.

    Attributes:
        people: places in `Time.seconds`.
        speed: items a second by person and future.
        share: of the free time that each may give, by person and future; None for all of it.
    """

    people: Integers
    speed: Floats
    share: Floats | None = None


@dataclass(frozen=True)
class Flow:
    """What a station does.

    Attributes:
        first: the first step of `served`.
        served: items by step and future, from `first` on; nothing is served after its end.
        finish: seconds since 1970 by future; infinite where it is not finished.
    """

    first: int
    served: Floats
    finish: Floats

    def over(self, steps: int) -> Floats:
        """Items by step and future, for all steps."""
        found = np.zeros((steps, len(self.finish)), dtype=np.float64)
        found[self.first : self.first + len(self.served)] = self.served
        return found


def serve(time: Time, crew: Crew, stock: Floats, coming: Floats | None = None) -> Flow:
    """Let a crew work until nothing is left.

    Arguments:
        stock: items that are there from the beginning, by future.
        coming: items that come, by step and future; they can be served in the step they come in.
    """
    steps = len(time.seconds)
    first = int(time.free_from[crew.people].min(initial=steps))
    begin, size = first, time.chunk
    last = np.full(len(stock), time.grid.edges[0])
    left = stock.astype(np.float64)
    to_come = np.zeros_like(left)
    if coming is not None:
        left = left + coming[:first].sum(axis=0)
        to_come = coming[first:].sum(axis=0)
    parts = []
    while begin < steps and max(float(left.max()), float(to_come.max())) > ALMOST:
        end = min(begin + size, steps)
        more = None if coming is None else coming[begin:end]
        total, served, can = _chunk(time, crew, slice(begin, end), left, more)
        left = left - total[-1]
        if more is not None:
            came = more.sum(axis=0)
            left, to_come = left + came, to_come - came
        ends = _ends(time.grid.edges[begin : end + 1], served, can)
        last = np.where(np.isfinite(ends), ends, last)
        left = np.maximum(left, 0.0)
        parts.append(served)
        begin, size = end, max(NEXT_CHUNK, size // 2)
    time.chunk = max(NEXT_CHUNK, _used(parts) + SPARE_STEPS)
    finish = np.where((left <= ALMOST) & (to_come <= ALMOST), last, np.inf)
    if len(parts) == 1:
        return Flow(first, parts[0], finish)
    return Flow(first, np.concatenate(parts) if parts else np.zeros((0, len(stock))), finish)


def _used(parts: Sequence[Floats]) -> int:
    """Steps until the last one in which anything was served."""
    if not parts:
        return 0
    before = sum(len(part) for part in parts[:-1])
    is_served = np.any(parts[-1], axis=1)
    return before + len(is_served) - int(np.argmax(is_served[::-1]))


def _chunk(
    time: Time, crew: Crew, steps: slice, left: Floats, coming: Floats | None
) -> tuple[Floats, Floats, Floats]:
    """Items served until and in each step, and that could have been; takes the time.

    All by step and future.
    """
    seconds = time.seconds[steps].take(crew.people, axis=1)
    given = seconds if crew.share is None else seconds * crew.share
    can = np.einsum("tpf,pf->tf", given, crew.speed).astype(np.float64)
    whole = np.cumsum(can, axis=0)
    if coming is None:
        total = np.minimum(whole, left)
    else:
        # What a queue has served is bounded by what came and, since any moment, by what it can do.
        came = left + np.cumsum(coming, axis=0)
        bound = np.minimum.accumulate(np.minimum(came - whole, 0.0), axis=0)
        total = np.minimum(whole + bound, came)
    served = total.copy()
    served[1:] -= total[:-1]
    np.minimum(np.maximum(served, 0.0, out=served), can, out=served)
    part = (served / np.maximum(can, 1e-12)).astype(np.float32)
    near = time.ahead - steps.start
    if near > 0:
        time.soon[crew.people] -= np.einsum("tpf,tf->pf", given[:near], part[:near])
    if crew.share is None:
        seconds *= 1 - part[:, None]
    else:
        given *= part[:, None]
        seconds -= given
    time.seconds[steps, crew.people] = seconds
    if crew.share is None:
        _move_on(time, crew.people, steps.start, (part > ALL) | (can <= 0))
    return total, served, can


def _move_on(time: Time, people: Integers, begin: int, is_full: Flags) -> None:
    """Who gave all their time from these steps on has none before the first with any left."""
    if not is_full[0].all():
        return
    is_left = ~np.all(is_full, axis=1)
    ahead = int(np.argmax(is_left)) if is_left.any() else len(is_left)
    seen = time.free_from[people]
    time.free_from[people] = np.where(seen >= begin, np.maximum(seen, begin + ahead), seen)


def _ends(edges: Floats, served: Floats, can: Floats) -> Floats:
    """When the last item was served, by future, inside its step; infinite where none was."""
    is_served = served > ALMOST * 1e-3
    last = len(served) - 1 - np.argmax(is_served[::-1], axis=0)
    place = np.arange(served.shape[1])
    share = np.minimum(served[last, place] / np.maximum(can[last, place], 1e-12), 1.0)
    end = edges[last] + share * (edges[last + 1] - edges[last])
    return np.where(is_served[last, place], end, np.inf)
