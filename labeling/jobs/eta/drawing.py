"""Chance that hangs on numbers: the same key always gives the same draws.

What happens to a person on a day does not depend on who else there is or in which order questions
are asked. So two estimates of nearly the same facts differ by what the facts differ in, not by
luck. Keys are mixed by multiplication and shifts, as hash functions do.
"""

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeling.jobs.eta.facts import Integers

FUTURES = 32
SEED = 20_260
Draws = NDArray[np.float32]
Bits = NDArray[np.uint32]

NORMALS = np.array(
    [NormalDist().inv_cdf((place + 0.5) / 4096) for place in range(4096)], dtype=np.float32
)
EVEN = np.array(
    [NormalDist().inv_cdf((place + 0.5) / FUTURES) for place in range(FUTURES)], dtype=np.float32
)
EVEN /= EVEN.std()
NUMBERS = np.arange(FUTURES, dtype=np.uint32) * np.uint32(0x9E3779B9)
MASK = 0xFFFFFFFF


def _mix(bits: Bits) -> Bits:
    bits = bits ^ (bits >> np.uint32(16))
    bits *= np.uint32(0x7FEB352D)
    bits ^= bits >> np.uint32(15)
    bits *= np.uint32(0x846CA68B)
    bits ^= bits >> np.uint32(16)
    return bits


def _bits(key: tuple[int | Integers, ...]) -> Bits:
    """Thirty-two bits for each row of the key and each future."""
    row: Bits = np.array([SEED], dtype=np.uint32)
    for part in key:
        low = np.bitwise_and(np.asarray(part, dtype=np.int64), MASK).astype(np.uint32)
        row = _mix(row * np.uint32(31) + low + np.uint32(0x6D2B79F5))
    if all(isinstance(part, int) for part in key):
        return _mix(row[0] ^ NUMBERS)
    return _mix(row[..., None] ^ NUMBERS)


def uniform(*key: int | Integers) -> Draws:
    """From 0 to 1, by future; arrays in the key give a row for each of their entries."""
    bits = _bits(key)
    bits >>= np.uint32(8)
    found: NDArray[Any] = bits.astype(np.float32)
    found *= np.float32(2.0**-24)
    return found


def normal(*key: int | Integers) -> Draws:
    """Standard normal, by future; arrays in the key give a row for each of their entries."""
    return np.asarray(NORMALS[_bits(key) >> np.uint32(20)])


def even_normal(*key: int | Integers) -> Draws:
    """Standard normal, and over all futures of a row as evenly spread as so many can be.

    For what moves everything: luck in few futures would move the median.
    """
    order = np.argsort(_bits(key), axis=-1)
    return np.asarray(EVEN[order])
