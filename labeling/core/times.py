"""Times and spans in few words, in the reader's zone."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

MINUTE, HOUR, DAY = 60, 3600, 86400
NOW_SECONDS = 45


def exact(moment: datetime) -> str:
    """The moment in full: what stands in the `title` of a relative one."""
    local = timezone.localtime(moment)
    return f"{date_format(local, 'D j M Y, H:i')} {local.tzname()}"


def relative(moment: datetime, now: datetime | None = None) -> str:
    """The moment as people say it: "5 min ago", "in 3 h", "Tue 15:40", "12 Jun"."""
    seconds = int((moment - (now or timezone.now())).total_seconds())
    if abs(seconds) < NOW_SECONDS:
        return _("just now")
    if abs(seconds) >= DAY:
        return clock(moment, now)
    span = rough(abs(seconds))
    return _("in %(span)s") % {"span": span} if seconds > 0 else _("%(span)s ago") % {"span": span}


def due(moment: datetime, now: datetime | None = None) -> tuple[str, bool]:
    """How a deadline stands, and whether it has passed: "5 h left", "Wed 15:40", "2 d late"."""
    seconds = int((moment - (now or timezone.now())).total_seconds())
    if seconds < 0:
        return _("%(span)s late") % {"span": rough(-seconds)}, True
    if seconds < DAY:
        return _("%(span)s left") % {"span": rough(seconds)}, False
    return clock(moment, now), False


def clock(moment: datetime, now: datetime | None = None) -> str:
    """Weekday and time within a week around now, else the date."""
    local, today = timezone.localtime(moment), timezone.localtime(now or timezone.now())
    if abs((local.date() - today.date()).days) < 7:
        return date_format(local, "D H:i")
    return date_format(local, "j M" if local.year == today.year else "j M Y")


def day(value: date, today: date) -> str:
    """A date without a time: the weekday within a week, else the date."""
    if abs((value - today).days) < 7:
        return date_format(value, "D")
    return date_format(value, "j M" if value.year == today.year else "j M Y")


def rough(seconds: int) -> str:
    """A span in its largest unit: "40 s", "5 min", "3 h", "2 d"."""
    if seconds < MINUTE:
        return _("%(n)d s") % {"n": seconds}
    if seconds < HOUR:
        return _("%(n)d min") % {"n": seconds // MINUTE}
    if seconds < DAY:
        return _("%(n)d h") % {"n": seconds // HOUR}
    return _("%(n)d d") % {"n": seconds // DAY}


def span(value: timedelta | float) -> str:
    """A span in its two largest units: "45 s", "5 min 20 s", "2 h 05 min", "3 d 4 h"."""
    seconds = round(value.total_seconds() if isinstance(value, timedelta) else value)
    if seconds < MINUTE:
        return rough(max(seconds, 0))
    if seconds < HOUR:
        rest = seconds % MINUTE
        return rough(seconds) + (_(" %(n)02d s") % {"n": rest} if rest else "")
    if seconds < DAY:
        rest = seconds % HOUR // MINUTE
        return rough(seconds) + (_(" %(n)02d min") % {"n": rest} if rest else "")
    rest = seconds % DAY // HOUR
    return rough(seconds) + (_(" %(n)d h") % {"n": rest} if rest else "")
