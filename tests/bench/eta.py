"""How long one estimate takes for a team with 200 batches and 100 people.

    python -m tests.bench.eta

Prints the processor time of observing six weeks of acts (paces, hours, presence, rejections, past
launches), of the forecast from that, and of both. Reading the facts from a database is not in it.
"""

import time
from datetime import UTC, datetime
from statistics import median

import numpy as np
from django.conf import settings

from labeling.jobs.eta.facts import Acts, Facts, Launch, Work
from labeling.jobs.eta.forecasting import forecast
from labeling.jobs.eta.observing import habits_of

NOW = datetime(2026, 4, 15, 11, 20, tzinfo=UTC)
DAY = 86_400.0
PEOPLE, BATCHES, ACTS, ROUNDS = 100, 200, 200_000, 15
IDLE_DAYS = (5, 12, 26)


def facts() -> Facts:
    """A team that works on weekdays from 9 to 17, each person in half of the batches."""
    dice = np.random.default_rng(1)
    days = dice.integers(1, 42, size=ACTS)
    start = NOW.replace(hour=0, minute=0).timestamp()
    at = start - days * DAY + dice.uniform(9, 17, size=ACTS) * 3600
    kept = ((at // DAY).astype(int) + 3) % 7 < 5
    at = np.sort(at[kept])
    did = np.where(dice.random(len(at)) < 0.25, 1 + (dice.random(len(at)) < 0.1), 0)
    person = np.where(
        did > 0, dice.integers(80, 100, size=len(at)), dice.integers(0, 100, size=len(at))
    )
    acts = Acts(at, person, dice.integers(0, BATCHES, size=len(at)), did)
    works = [
        Work(
            key=f"batch {batch}",
            batch=batch,
            order=(1 + batch % 5, batch),
            people=sorted(dice.choice(PEOPLE, size=PEOPLE // 2, replace=False).tolist()),
            to_do=int(dice.integers(10, 500)),
            to_review=5,
            review=batch % 2 == 0,
            groups=(f"project {batch % 20}",),
        )
        for batch in range(BATCHES)
    ]
    launches = [
        Launch(start - (batch % 40) * DAY, work.batch, work.order[0], 400, work.people)
        for batch, work in enumerate(works)
    ]
    idle = {
        number: [(start - day * DAY, start - (day - 1) * DAY) for day in IDLE_DAYS]
        for number in range(PEOPLE)
    }
    return Facts(NOW, UTC, works, acts, idle=idle, launches=launches)


def main() -> None:
    """Measure and print."""
    settings.configure(USE_I18N=False)
    given = facts()
    observing, forecasting, both = [], [], []
    for _round in range(ROUNDS):
        begin = time.process_time()
        habits = habits_of(given)
        middle = time.process_time()
        forecast(given, habits)
        observing.append(middle - begin)
        end = time.process_time()
        forecasting.append(end - middle)
        both.append(end - begin)
    print(f"{PEOPLE} people, {BATCHES} batches, {len(given.acts)} acts")
    print(f"Processor time of {ROUNDS} rounds, median and least (other programs cost caches):")
    for name, seconds in (("observing", observing), ("forecasting", forecasting), ("both", both)):
        print(f"{name:12}{median(seconds) * 1000:6.0f} ms {min(seconds) * 1000:6.0f} ms")
    print("Asked for both: under 200 ms.")


if __name__ == "__main__":
    main()
