"""What the bell in the frame shows: `{% load bell %}`."""

from collections.abc import Mapping
from typing import Any

from django import template

from labeling.operations.models import Notice, Operation
from labeling.operations.states import LIVE

register = template.Library()

MOST_SHOWN = 99


@register.simple_tag(takes_context=True)
def bell_of(context: Mapping[str, Any], team: Any) -> dict[str, Any]:
    """How many of the reader's operations ended since the last look, and whether any goes on.

    Arguments:
        team: whose operations; nothing is news in no team.
    """
    actor: Any = getattr(context.get("request"), "actor", None)
    if actor is None or team is None or team.pk not in actor.team_ids:
        return {"news": 0, "shown": "", "is_live": False}
    news = Notice.objects.visible_to(actor).filter(team=team).unseen()[: MOST_SHOWN + 1].count()
    own = Operation.objects.visible_to(actor).filter(team=team, created_by=actor.user.pk)
    return {
        "news": news,
        "shown": f"{MOST_SHOWN}+" if news > MOST_SHOWN else str(news),
        "is_live": own.filter(status__in=LIVE).exists(),
    }
