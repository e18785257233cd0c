"""How good the estimate was on recorded histories.

At the moment when so many percent of a batch's items were closed (done; accepted, where they are
reviewed), the estimate that could have been made then is compared with what happened, and so are
two plain ones: the whole-run mean that crowd platforms publish, and the last seven days' rate.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeling.jobs.eta.forecasting import forecast
from labeling.jobs.eta.history import History, PlannedBatch
from labeling.jobs.eta.replaying import Course, Replay

CUTS = (10, 25, 50, 75, 90)
TRAILING_SECONDS = 7 * 86_400.0


@dataclass(frozen=True)
class Row:
    """One batch at one cut; errors are in percent of the true remaining time.

    Attributes:
        error: None when there was no estimate.
        by_p90, in_band: whether the batch ended by P90, and from P10 to P90.
        baseline, trailing: errors of the two plain estimates.
    """

    cut: int
    error: float | None
    by_p90: bool
    in_band: bool
    baseline: float
    trailing: float


def rows_of(history: History) -> list[tuple[int, Row]]:
    """All cuts of all batches that ended, with the batch's id."""
    replay = Replay(history)
    rows = []
    for batch in history.batches.values():
        course = replay.courses[batch.id]
        end = course.when(batch.items)
        if end is None:
            continue
        for cut in CUTS:
            closed = math.ceil(batch.items * cut / 100)
            at = course.when(closed)
            if at is not None and at < end and closed < batch.items:
                rows.append((batch.id, _row(replay, batch, course, cut, at, end)))
    return rows


def _row(
    replay: Replay, batch: PlannedBatch, course: Course, cut: int, at: float, end: float
) -> Row:
    finish = forecast(replay.facts(at))[str(batch.id)]
    left = batch.items - int(course.closed[course.last(at)])
    done = batch.items - left
    since = max(batch.launched, at - TRAILING_SECONDS)
    before = course.last(since)
    lately = done - (int(course.closed[before]) if before >= 0 else 0)
    true = end - at

    def error(remaining: float) -> float:
        return abs(remaining - true) / true * 100

    baseline = error((at - batch.launched) / done * left)
    trailing = error((at - since) / max(lately, 1) * left)
    if finish.p10 is None or finish.p50 is None or finish.p90 is None:
        return Row(cut, None, False, False, baseline, trailing)
    return Row(
        cut,
        error(finish.p50.timestamp() - at),
        end <= finish.p90.timestamp(),
        finish.p10.timestamp() <= end <= finish.p90.timestamp(),
        baseline,
        trailing,
    )


def summary_of(batches: int, rows: Iterable[Row], *, more: bool = False) -> dict[str, Any]:
    """The figures by cut, as `backtest_eta` prints them; of no rows they are None.

    Arguments:
        more: with the last seven days' rate, and how often there was no estimate.
    """
    rows = list(rows)
    return {
        "batches": batches,
        "cuts": {
            str(cut): _figures([row for row in rows if row.cut == cut], more=more) for cut in CUTS
        },
    }


def _figures(rows: list[Row], *, more: bool) -> dict[str, Any]:
    known = [row for row in rows if row.error is not None]

    def of(how: Callable[[list[float]], Any], values: Iterable[float | None]) -> float | None:
        kept = [value for value in values if value is not None]
        return round(float(how(kept)), 3) if kept else None

    figures = {
        "n": len(known),
        "median_abs_pct_error": of(np.median, (row.error for row in known)),
        "p90_coverage": of(np.mean, (row.by_p90 for row in known)),
        "p10_p90_coverage": of(np.mean, (row.in_band for row in known)),
        "baseline_median_abs_pct_error": of(np.median, (row.baseline for row in known)),
    }
    if more:
        figures["trailing_median_abs_pct_error"] = of(np.median, (row.trailing for row in known))
        figures["without_estimate"] = len(rows) - len(known)
    return figures
