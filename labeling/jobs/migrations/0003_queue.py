"""Batches from before the queue get places in the order in which they were made."""

from typing import Any

from django.db import migrations
from django.db.models import F

GAP = 2**20


def give_ranks(apps: Any, _editor: Any) -> None:
    """A rank for each batch; its jobs carry the same."""
    apps.get_model("jobs", "Batch").objects.filter(rank=0).update(rank=F("id") * GAP)
    apps.get_model("jobs", "Job").objects.filter(rank=0).update(rank=F("batch_id") * GAP)


class Migration(migrations.Migration):
    """Ranks for what there is."""

    dependencies = (("jobs", "0002_queue_money_forecasts"),)
    operations = (migrations.RunPython(give_ranks, migrations.RunPython.noop, elidable=True),)
