"""How fast an operation goes lately: what is left can be told from it, whatever happened before."""

import math
from time import monotonic

# Seconds after which what was measured before counts for a third.
MEMORY = 10.0
# Between two measures; more often would only measure how chunks are cut.
LEAST_SECONDS = 0.5


class Pace:
    """Measures the units a second while one worker is at it."""

    def __init__(self, rate: float | None, done: int) -> None:
        """Begin with the rate that a worker before has left, and the units done by then."""
        self.rate = rate
        self.done = done
        self.at = monotonic()

    def rate_at(self, done: int) -> float | None:
        """The rate, now that so many units are done; None until there is something to tell."""
        now = monotonic()
        elapsed = now - self.at
        if elapsed < LEAST_SECONDS:
            return self.rate
        fresh = max(0, done - self.done) / elapsed
        old = math.exp(-elapsed / MEMORY)
        if self.rate is not None:
            self.rate = old * self.rate + (1 - old) * fresh
        elif fresh:
            self.rate = fresh
        self.at, self.done = now, done
        return self.rate
