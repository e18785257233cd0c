"""Counting afresh what a team's objects store as counts, and mending what differs.

Each chunk looks at some hundred objects without holding any, and then locks, counts again and
mends only those that seemed wrong: people go on working meanwhile. A difference is a row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.roles import Capability
from labeling.core.recounting import Difference, recounters
from labeling.operations.kinds import Chunk, Kind, Plan, Row, Step, register_kind
from labeling.projects.actions.recounting import KIND


@dataclass(frozen=True)
class Look:
    """What one chunk looked at.

    Attributes:
        total: objects of the team, counted by the first chunk only.
        keys: objects of the counter in turn; none when it has come to its end.
        wrong: those of them that seem to be wrong.
    """

    total: int | None = None
    keys: Sequence[int] = ()
    wrong: Sequence[int] = ()


@register_kind
class Recount(Kind):
    """Recount a team."""

    name = KIND
    label = gettext_lazy("Recount")
    capability = Capability.MANAGE_PROJECTS

    def plan(self, actor: Any, team: Any, data: Mapping[str, Any]) -> Plan:
        """Which counters, in their order."""
        return Plan({"counters": list(recounters)}, label=_("Recount of “%s”") % team.name)

    def prepare(self, chunk: Chunk) -> Look:
        """Count some objects, and say which ones seem to be wrong."""
        team_id, cursor = chunk.operation.team_id, chunk.cursor
        counters = chunk.plan["counters"]
        if not cursor:
            total = 0
            for name in counters:
                total += recounters[name].rows(team_id).count()
                chunk.progress()
            return Look(total=total)
        counter = recounters[counters[cursor["counter"]]]
        keys = counter.next_keys(cursor["after"], team_id)
        wrong = {difference.key for difference in counter.look(keys)}
        return Look(keys=keys, wrong=sorted(wrong))

    def run_chunk(self, chunk: Chunk, prepared: Look) -> Step:
        """Mend them."""
        cursor, counters = chunk.cursor, chunk.plan["counters"]
        if not cursor:
            return Step({"counter": 0, "after": 0, "row": 0}, total=prepared.total)
        index, looked = cursor["counter"], len(prepared.keys)
        name, number = counters[index], cursor["row"]
        mended = recounters[name].mend(prepared.wrong)
        rows = [_row(name, number + place, each) for place, each in enumerate(mended, 1)]
        number += len(rows)
        done = chunk.operation.done + looked
        finished = not looked and index + 1 == len(counters)
        following = (index, prepared.keys[-1]) if looked else (index + 1, 0)
        return Step(
            {"counter": following[0], "after": following[1], "row": number},
            done=looked,
            rows=rows,
            total=done if finished else max(done, chunk.operation.total or 0),
            finished=finished,
            result={"looked_at": done, "mended": number},
            message=in_words(done, number) if finished else "",
        )


def _row(counter: str, number: int, difference: Difference) -> Row:
    told = _("stored %(stored)d, counted %(counted)d; mended")
    facts = {"stored": difference.stored, "counted": difference.counted}
    data = {"counter": counter, "object": difference.key, **facts}
    return Row(number, difference.what, message=told % facts, data=data)


def in_words(looked: int, mended: int) -> str:
    """What was found: "Every count was right; 1200 objects were looked at."""
    seen = ngettext("%(count)d object looked at", "%(count)d objects looked at", looked)
    if not mended:
        found = _("every count was right")
    else:
        words = ngettext("%(count)d count mended", "%(count)d counts mended", mended)
        found = words % {"count": mended}
    return f"{seen % {'count': looked}}: {found}"
