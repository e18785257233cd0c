"""The demo's own time, so that its history lies in the last days and not in this second."""

import random
from datetime import datetime, timedelta

from django.utils import timezone


class Clock:
    """A moment in the past that goes forward as people work, during the day only.

    Arguments:
        days_ago: on which day it starts.
        chance: where the varied steps come from.
        hour: at what time of that day it starts.
    """

    def __init__(self, days_ago: int, chance: random.Random, hour: int = 9) -> None:
        start = timezone.localtime().replace(hour=hour, minute=0, second=0, microsecond=0)
        self.chance = chance
        self.now: datetime = start - timedelta(days=days_ago)

    def tick(self, seconds: float) -> datetime:
        """About so many seconds later; never later than the real now."""
        step = seconds * self.chance.uniform(0.6, 1.5)
        self.now = min(self.now + timedelta(seconds=step), timezone.now())
        return self.now
