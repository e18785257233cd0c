"""How work flows through people's time: one station, many futures at once.

Work is a quantity of items here. The stations are asked in the order of the queue, so each finds
the time that those before it have left over.
"""

from dataclasses import dataclass

import numpy as np

from labeling.jobs.eta.capacity import Grid
from labeling.jobs.eta.facts import Floats, Integers

FIRST_CHUNK = 24
ALMOST = 1e-3
"""Items left at which nothing is left."""


@dataclass
class Time:
    """Time that is still free.

    Attributes:
        grid: the steps.
        seconds: by person, future and step; stations take theirs out of it.
        free_from: by person, the first step in which anything may be free.
    """

    grid: Grid
    seconds: Floats
    free_from: Integers


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
        served: items by future and step, from `first` on; nothing is served after its end.
        finish: seconds since 1970 by future; infinite where it is not finished.
    """

    first: int
    served: Floats
    finish: Floats

    def over(self, steps: int) -> Floats:
        """Items by future and step, for all steps."""
        found = np.zeros((len(self.finish), steps), dtype=np.float64)
        found[:, self.first : self.first + self.served.shape[1]] = self.served
        return found


def serve(time: Time, crew: Crew, stock: Floats, coming: Floats | None = None) -> Flow:
    """Let a crew work until nothing is left.

    Arguments:
        stock: items that are there from the beginning, by future.
        coming: items that come, by future and step; they can be served in the step they come in.
    """
    steps = time.seconds.shape[2]
    first = int(time.free_from[crew.people].min(initial=steps))
    begin, size = first, FIRST_CHUNK
    finish = np.where(stock > ALMOST, np.inf, time.grid.edges[0])
    left = stock.astype(np.float64)
    to_come = np.zeros_like(left)
    if coming is not None:
        left = left + coming[:, :first].sum(axis=1)
        to_come = coming[:, first:].sum(axis=1)
    parts = []
    while begin < steps and bool(((left > ALMOST) | (to_come > ALMOST)).any()):
        end = min(begin + size, steps)
        more = None if coming is None else coming[:, begin:end]
        served, can = _chunk(time, crew, slice(begin, end), left, more)
        after = left[:, None] - np.cumsum(served, axis=1)
        if more is not None:
            after = after + np.cumsum(more, axis=1)
            to_come = to_come - more.sum(axis=1)
        ends = _ends(time.grid.edges[begin : end + 1], served, can, after)
        finish = np.where(
            (to_come <= ALMOST) & (after[:, -1] <= ALMOST), _max(finish, ends), np.inf
        )
        left = np.maximum(after[:, -1], 0.0)
        parts.append(served)
        begin, size = end, size * 2
    return Flow(
        first, np.concatenate(parts, axis=1) if parts else np.zeros((len(stock), 0)), finish
    )


def _max(finish: Floats, ends: Floats) -> Floats:
    """The later of what was finished before and the end in this chunk, where there is one."""
    return np.where(np.isfinite(ends), ends, np.where(np.isfinite(finish), finish, ends))


def _chunk(
    time: Time, crew: Crew, steps: slice, left: Floats, coming: Floats | None
) -> tuple[Floats, Floats]:
    """Items served, and items that could have been, by future and step; takes the time."""
    seconds = time.seconds[crew.people, :, steps]
    given = seconds if crew.share is None else seconds * crew.share[:, :, None]
    can = np.einsum("pft,pf->ft", given, crew.speed).astype(np.float64)
    if coming is None:
        before = np.cumsum(can, axis=1)
        total = np.minimum(before, left[:, None])
    else:
        # What a queue has served is bounded by what came and, since any moment, by what it can do.
        came = left[:, None] + np.cumsum(coming, axis=1)
        whole = np.cumsum(can, axis=1)
        bound = np.minimum.accumulate(np.minimum(came - whole, 0.0), axis=1)
        total = np.minimum(whole + bound, came)
    served = total.copy()
    served[:, 1:] -= total[:, :-1]
    np.minimum(np.maximum(served, 0.0, out=served), can, out=served)
    part = np.divide(served, can, out=np.zeros_like(can), where=can > 0).astype(np.float32)
    if crew.share is None:
        seconds *= 1 - part
    else:
        given *= part
        seconds -= given
    time.seconds[crew.people, :, steps] = seconds
    return served, can


def _ends(edges: Floats, served: Floats, can: Floats, after: Floats) -> Floats:
    """When the last item was served, by future, inside its step; infinite where none was."""
    is_served = served > ALMOST * 1e-3
    last = served.shape[1] - 1 - np.argmax(is_served[:, ::-1], axis=1)
    row = np.arange(len(served))
    share = np.minimum(served[row, last] / np.maximum(can[row, last], 1e-12), 1.0)
    end = edges[last] + share * (edges[last + 1] - edges[last])
    return np.where(is_served.any(axis=1), end, np.inf)
