"""What people did before their activity was counted is counted from the history."""

from collections import Counter
from typing import Any

from django.db import migrations

ROWS_AT_ONCE = 2000
QUARTER_SECONDS = 900
COUNTED_AS = {
    "confirm-item": "done",
    "skip-item": "done",
    "accept-item": "accepted",
    "reject-item": "rejected",
    "complete": "accepted",
}


def count_the_past(apps: Any, _editor: Any) -> None:
    """Each person's acts by quarter of an hour, as the history tells them."""
    events = apps.get_model("jobs", "Event").objects.filter(
        verb__in=COUNTED_AS, actor__isnull=False
    )
    rows = events.order_by().values_list("team", "actor", "at", "verb", "data")
    counts: dict[tuple[int, int, int], Counter[str]] = {}
    for team, actor, at, verb, data in rows.iterator(chunk_size=ROWS_AT_ONCE):
        number = data.get("accepted_rest", 0) if verb == "complete" else 1
        if number:
            place = (team, actor, int(at.timestamp()) // QUARTER_SECONDS)
            counts.setdefault(place, Counter())[COUNTED_AS[verb]] += number
    activity = apps.get_model("jobs", "Activity")
    activity.objects.bulk_create(
        (
            activity(team_id=team, user_id=user, quarter=quarter, **tally)
            for (team, user, quarter), tally in counts.items()
        ),
        batch_size=ROWS_AT_ONCE,
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    """Activity for what there is."""

    dependencies = (("jobs", "0004_activity"),)
    operations = (migrations.RunPython(count_the_past, migrations.RunPython.noop, elidable=True),)
