"""Names to places: what sorting does in general, without sorting where numbers lie close."""

import numpy as np

from labeling.jobs.eta.facts import Integers

SPARSE = 8
"""Numbers that spread over more than so many times their count are sorted."""
NARROW = 1 << 16


def places(values: Integers) -> tuple[Integers, Integers]:
    """The different values in order, and for each value its place among those."""
    if not len(values):
        return values, values
    low = int(values.min())
    width = int(values.max()) - low + 1
    if width > SPARSE * len(values) + NARROW:
        names, place = np.unique(values, return_inverse=True)
        return names, place.reshape(-1)
    is_there = np.zeros(width, dtype=np.bool_)
    is_there[values - low] = True
    return np.flatnonzero(is_there) + low, (np.cumsum(is_there) - 1)[values - low]


def order_of(place: Integers) -> Integers:
    """An order that keeps equal ones as they are; small numbers are sorted by their digits."""
    if len(place) and int(place.max()) < NARROW:
        return np.argsort(place.astype(np.uint16), kind="stable")
    return np.argsort(place, kind="stable")
