"""The history in sentences that people read."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from labeling.core.times import exact
from labeling.jobs.models import Event
from labeling.jobs.states import ItemState, Priority, Stage, State

# "%(who)s" is a name. On a job's own page "it" is the job.
SENTENCES: Mapping[str, Any] = {
    "launch": gettext_lazy("%(who)s launched it"),
    "take-next": gettext_lazy("%(who)s took it from the pool"),
    "start": gettext_lazy("%(who)s started it"),
    "submit": gettext_lazy("%(who)s submitted it"),
    "reopen": gettext_lazy("%(who)s reopened it"),
    "start-review": gettext_lazy("%(who)s began the review"),
    "complete": gettext_lazy("%(who)s completed it"),
    "restart": gettext_lazy("%(who)s restarted the rejected items as a new job"),
    "clone": gettext_lazy("%(who)s cloned it"),
    "stop": gettext_lazy("%(who)s stopped it"),
    "resume": gettext_lazy("%(who)s resumed it"),
    "cancel": gettext_lazy("%(who)s canceled it"),
    "add-items": gettext_lazy("%(who)s added items"),
    "archive": gettext_lazy("%(who)s archived it"),
    "unarchive": gettext_lazy("%(who)s took it back from the archive"),
    "confirm-item": gettext_lazy("%(who)s confirmed item %(item)s"),
    "skip-item": gettext_lazy("%(who)s skipped item %(item)s"),
    "accept-item": gettext_lazy("%(who)s accepted item %(item)s"),
    "reject-item": gettext_lazy("%(who)s rejected item %(item)s"),
    "resolve": gettext_lazy("%(who)s resolved a comment"),
    "unresolve": gettext_lazy("%(who)s reopened a comment"),
    "create-batch": gettext_lazy("%(who)s made the batch"),
    "edit": gettext_lazy("%(who)s edited it"),
    "move-in-queue": gettext_lazy("%(who)s moved it in the queue"),
}


@dataclass(frozen=True)
class Line:
    """One line of history.

    Attributes:
        change: from which state to which, empty where the state stayed.
        remark: the reason that was given.
    """

    event: Event
    text: str
    change: str
    remark: str


def described(events: Iterable[Event]) -> list[Line]:
    """The events as lines; `actor` and `job_item` should be joined. One query for all names."""
    events = list(events)
    names = names_in(events)
    return [
        Line(event, sentence(event, names), change_of(event), str(event.data.get("reason", "")))
        for event in events
    ]


def names_in(events: Iterable[Event]) -> Mapping[int, str]:
    """The names of the people that the events' data speak of, by id."""
    ids = {
        pk
        for event in events
        for key in ("annotator", "reviewer", "person")
        for pk in event.data.get(key) or ()
        if pk is not None
    }
    if not ids:
        return {}
    people = User.objects.filter(pk__in=ids).only("display_name", "username")
    return {person.pk: person.name for person in people}


def sentence(event: Event, names: Mapping[int, str]) -> str:
    """What happened, in one sentence without its full stop."""
    who = event.actor.name if event.actor else _("The desk")
    special = SKILLS.get(event.verb) if "skill" in event.data else SPECIAL.get(event.verb)
    if special is not None:
        return str(special(event, who, names))
    known = SENTENCES.get(event.verb)
    if known is None:
        return _("%(who)s: %(verb)s") % {"who": who, "verb": event.verb.replace("-", " ")}
    item = event.job_item.position if event.job_item else ""
    return str(known % {"who": who, "item": item})


def assigned(event: Event, who: str, names: Mapping[int, str]) -> str:
    """Who gave the job from whom to whom."""
    before, after = _pair(event, "annotator")
    words = {"who": who, "before": names.get(before or 0), "after": names.get(after or 0)}
    if after is None:
        return _("%(who)s gave it back to the pool") % words
    if before is None:
        return _("%(who)s assigned it to %(after)s") % words
    return _("%(who)s moved it from %(before)s to %(after)s") % words


def released(event: Event, who: str, names: Mapping[int, str]) -> str:
    """Given back, or returned because its annotator left."""
    before, _after = _pair(event, "annotator")
    if event.data.get("because") == "deactivated":
        words = {"name": names.get(before or 0, "")}
        return _("It went back to the pool, since %(name)s was deactivated") % words
    if event.data.get("because") == "lease":
        words = {"name": names.get(before or 0, "")}
        return _("It went back to the pool, since %(name)s did not work on it in time") % words
    return _("%(who)s gave it back to the pool") % {"who": who}


def reviewer_set(event: Event, who: str, names: Mapping[int, str]) -> str:
    """Who is to review now."""
    _before, after = _pair(event, "reviewer")
    if after is None:
        return _("%(who)s left the review to any reviewer") % {"who": who}
    return _("%(who)s made %(after)s its reviewer") % {"who": who, "after": names.get(after, "")}


def priority_set(event: Event, who: str, names: Mapping[int, str]) -> str:
    """From which priority to which."""
    before, after = _pair(event, "priority")
    levels = dict(Priority.choices)
    words = {"who": who, "before": levels.get(before or 0), "after": levels.get(after or 0)}
    return _("%(who)s changed the priority from %(before)s to %(after)s") % words


def due_set(event: Event, who: str, names: Mapping[int, str]) -> str:
    """Until when now."""
    _before, after = _pair(event, "due")
    moment = parse_datetime(str(after)) if after else None
    if moment is None:
        return _("%(who)s took the due date away") % {"who": who}
    return _("%(who)s set the due date to %(after)s") % {"who": who, "after": exact(moment)}


def sent_back(event: Event, who: str, names: Mapping[int, str]) -> str:
    """With how many items to fix."""
    count = int(event.data.get("rejected") or 0)
    text = ngettext(
        "%(who)s sent it back with %(count)d item to fix",
        "%(who)s sent it back with %(count)d items to fix",
        count,
    )
    return text % {"who": who, "count": count}


def rebalanced(event: Event, who: str, names: Mapping[int, str]) -> str:
    """How much went from somebody to somebody."""
    count = int(event.data.get("jobs") or 0)
    text = ngettext(
        "%(who)s rebalanced it: %(count)d job moved",
        "%(who)s rebalanced it: %(count)d jobs moved",
        count,
    )
    return text % {"who": who, "count": count}


def rebalance_undone(event: Event, who: str, names: Mapping[int, str]) -> str:
    """How much went back."""
    count = event.data.get("jobs")
    if count is None:
        return _("%(who)s took the rebalance back") % {"who": who}
    text = ngettext(
        "%(who)s took the rebalance back: %(count)d job returned",
        "%(who)s took the rebalance back: %(count)d jobs returned",
        count,
    )
    return text % {"who": who, "count": count}


def cut_up(event: Event, who: str, names: Mapping[int, str]) -> str:
    """How many items became another job, said of either."""
    count = int(event.data.get("items") or 0)
    if event.data.get("is_new"):
        text = ngettext(
            "%(who)s cut it off another job: %(count)d item",
            "%(who)s cut it off another job: %(count)d items",
            count,
        )
    else:
        text = ngettext(
            "%(who)s cut off %(count)d item as another job",
            "%(who)s cut off %(count)d items as another job",
            count,
        )
    return text % {"who": who, "count": count}


def commented(event: Event, who: str, names: Mapping[int, str]) -> str:
    """On the job; which item the comment itself says."""
    return _("%(who)s commented") % {"who": who}


def skill_made(event: Event, who: str, names: Mapping[int, str]) -> str:
    """A new skill."""
    return _("%(who)s made the skill “%(skill)s”") % {"who": who, "skill": event.data["skill"]}


def skill_edited(event: Event, who: str, names: Mapping[int, str]) -> str:
    """Another name, or another text."""
    words = {"who": who, "skill": event.data["skill"], "was": event.data.get("was")}
    if words["was"]:
        return _("%(who)s renamed the skill “%(was)s” to “%(skill)s”") % words
    return _("%(who)s edited the skill “%(skill)s”") % words


def skill_deleted(event: Event, who: str, names: Mapping[int, str]) -> str:
    """It is gone."""
    return _("%(who)s deleted the skill “%(skill)s”") % {"who": who, "skill": event.data["skill"]}


def level_set(event: Event, who: str, names: Mapping[int, str]) -> str:
    """Whose level, and to what."""
    _before, level = _pair(event, "level")
    (person,) = event.data["person"]
    words = {
        "who": who,
        "name": names.get(person, ""),
        "skill": event.data["skill"],
        "level": level,
    }
    if level is None:
        return _("%(who)s left the level of %(name)s in “%(skill)s” to be earned") % words
    return _("%(who)s set the level of %(name)s in “%(skill)s” to %(level)s") % words


SKILLS: Mapping[str, Any] = {
    "create-skill": skill_made,
    "edit": skill_edited,
    "delete": skill_deleted,
    "set-level": level_set,
}


def hours_set(event: Event, who: str, names: Mapping[int, str]) -> str:
    """Whose working hours, or that they are observed again."""
    words = {"who": who, "whose": event.data.get("whose") or _("the team")}
    if event.data.get("observed"):
        return _("%(who)s took the working hours of %(whose)s away") % words
    return _("%(who)s set the working hours of %(whose)s") % words


SPECIAL: Mapping[str, Any] = {
    "set-own-hours": hours_set,
    "set-team-hours": hours_set,
    "assign": assigned,
    "release": released,
    "set-reviewer": reviewer_set,
    "set-priority": priority_set,
    "set-due": due_set,
    "send-back": sent_back,
    "comment": commented,
    "rebalance": rebalanced,
    "undo-rebalance": rebalance_undone,
    "cut": cut_up,
}


def _pair(event: Event, key: str) -> tuple[Any, Any]:
    before, after = event.data.get(key) or (None, None)
    return before, after


def change_of(event: Event) -> str:
    """ "annotation in progress → annotation completed", or nothing where the state stayed."""
    if event.from_state == event.to_state or not event.to_state:
        return ""
    return f"{_words(event.from_state) or '–'} → {_words(event.to_state)}"


# How a state is stored ("stopped (annotation in_progress)") and what people read.
WORDS: Mapping[str, Any] = {
    **dict(ItemState.choices),
    **dict(Stage.choices),
    **dict(State.choices),
    "stopped": gettext_lazy("stopped"),
    "archived": gettext_lazy("archived"),
    "pool": gettext_lazy("pool"),
}


def _words(state: str) -> str:
    return re.sub(r"\w+", lambda found: str(WORDS.get(found[0], found[0])), state)
