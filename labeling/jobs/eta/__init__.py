"""When work will be finished: pure functions of facts, without I/O.

- `work_left`: the working time that is left on one job, at a person's usual pace.
- `facts`, `observing`, `simulating`, `forecasting`: dates with a band, for the whole team at once.
- `history`, `backtesting`, `synthetic`: how good those dates are, on histories real and made up.
"""

from labeling.jobs.eta.work_left import (
    IDLE_SECONDS,
    KEPT_GAPS,
    NEEDED_GAPS,
    Estimate,
    estimate,
    observe,
    usual_pace,
)

__all__ = [
    "IDLE_SECONDS",
    "KEPT_GAPS",
    "NEEDED_GAPS",
    "Estimate",
    "estimate",
    "observe",
    "usual_pace",
]
