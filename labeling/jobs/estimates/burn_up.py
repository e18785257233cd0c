"""The burn-up of a batch: chart, words and table of one set of figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from labeling.core.burn_up import Fan, Mark, burn_up_fan
from labeling.core.charts import Point
from labeling.core.times import clock, exact
from labeling.jobs.estimates.growth import HOUR, Level, by_day, growth_of
from labeling.jobs.models import Batch, Forecast

FAR = 3.0
"""The picture ends at most so many times the span to the median later: an end may be a year off."""


@dataclass(frozen=True)
class BurnUp:
    """The figures of a batch's chart.

    Attributes:
        levels: so far, the first is the start.
        total: items.
        ends: by which it ends in one, five and nine of ten cases; empty without an estimate.
    """

    batch: Batch
    levels: Sequence[Level]
    total: int
    ends: Sequence[datetime]
    now: datetime

    def chart(self) -> SafeString:
        """The picture."""
        now = self.now.timestamp()
        last = self.levels[-1]
        steps = list(self._steps())
        done = [Point(level.at.timestamp(), level.done) for level in steps]
        accepted = [Point(level.at.timestamp(), level.accepted) for level in steps]
        if self.is_open:
            done.append(Point(now, last.done))
            accepted.append(Point(now, last.accepted))
        return burn_up_fan(
            done,
            accepted if self.batch.needs_review else (),
            self.total,
            key=f"burn-up-{self.batch.pk}",
            title=_("Burn-up of %(batch)s") % {"batch": self.batch.name},
            description=self.words(),
            end=self._end(),
            fan=Fan(*(each.timestamp() for each in self.ends)) if self.ends else None,
            marks=list(self._marks()),
            labels=list(self._labels()),
        )

    def _steps(self) -> Iterator[Level]:
        """The levels, flat over the hours in which nobody did anything."""
        last = self.levels[0]
        yield last
        for level in self.levels[1:]:
            begun = level.at - HOUR
            if begun > last.at:
                yield replace(last, at=begun)
            yield level
            last = level

    @property
    def is_open(self) -> bool:
        """Whether something is left to do."""
        done = self.levels[-1].accepted if self.batch.needs_review else self.levels[-1].done
        return done < self.total

    def _end(self) -> float:
        start = self.levels[0].at.timestamp()
        if not self.is_open:
            return self.levels[-1].at.timestamp()
        ends = [self.now.timestamp() + 3600]
        if self.batch.due_at is not None:
            ends.append(self.batch.due_at.timestamp())
        if self.ends:
            middle, late = self.ends[1].timestamp(), self.ends[2].timestamp()
            ends.append(max(middle, min(late, start + FAR * (middle - start))))
        end = max(ends)
        return end + 0.04 * (end - start)

    def _marks(self) -> Iterator[Mark]:
        if self.is_open:
            yield Mark(self.now.timestamp(), _("today"), "today")
        due = self.batch.due_at
        if due is not None and due >= self.levels[0].at:
            yield Mark(due.timestamp(), _("due %(date)s") % {"date": clock(due)}, "due")

    def _labels(self) -> Iterator[tuple[float, str]]:
        yield self.levels[0].at.timestamp(), date_format(localtime(self.levels[0].at), "j M")
        if self.ends:
            yield self.ends[1].timestamp(), clock(self.ends[1])
            yield self.ends[2].timestamp(), clock(self.ends[2])
        else:
            yield self.levels[-1].at.timestamp(), clock(self.levels[-1].at)

    def words(self) -> str:
        """The figures in sentences."""
        last = self.levels[-1]
        words = _("%(done)d of %(total)d items are done, %(accepted)d accepted.") % {
            "done": last.done,
            "total": self.total,
            "accepted": last.accepted,
        }
        if self.ends:
            words += " " + _(
                "It ends as likely before as after %(p50)s, in one of ten cases by %(p10)s, in "
                "nine by %(p90)s."
            ) % dict(zip(("p10", "p50", "p90"), map(exact, self.ends), strict=True))
        if self.batch.due_at is not None:
            words += " " + _("It is due %(due)s.") % {"due": exact(self.batch.due_at)}
        return words

    def table(self) -> list[tuple[Any, Any, Any, Any]]:
        """Rows of (when, what, done, accepted): the past by day, then the forecast."""
        rows: list[tuple[Any, Any, Any, Any]] = [
            (day, _("so far"), done, accepted) for day, done, accepted in by_day(list(self.levels))
        ]
        cases = (_("in one of ten cases"), _("in half of the cases"), _("in nine of ten cases"))
        for moment, words in zip(self.ends, cases, strict=False):
            rows.append((moment, words, self.total, self.total if self.batch.needs_review else ""))
        return rows


def burn_up_of(batch: Batch, forecast: Forecast | None, total: int, now: datetime) -> BurnUp | None:
    """The burn-up of a batch that has items; None for others.

    Arguments:
        forecast: its stored estimate.
        total: its items.
    """
    if not total:
        return None
    fan = [parse_datetime(each) for each in forecast.fan] if forecast is not None else []
    ends = [each for each in fan if each is not None]
    return BurnUp(batch, growth_of(batch, now), total, ends if len(ends) == 3 else [], now)
