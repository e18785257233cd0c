"""Where a batch stands in its team's queue."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from labeling.core.workflow import Change, register
from labeling.jobs.actions.batches import BatchAction
from labeling.jobs.models import Batch, Job
from labeling.jobs.queue.ranks import ENDED, QUEUE_ORDER, hold_queue, ranks_after
from labeling.jobs.states import BatchStatus, Priority, Status


class MoveForm(forms.Form):
    """Directly before or after another batch, in its level; or last in a level."""

    before = forms.ModelChoiceField[Batch](
        queryset=Batch.objects.none(), required=False, label=_("Before")
    )
    after = forms.ModelChoiceField[Batch](
        queryset=Batch.objects.none(), required=False, label=_("After")
    )
    priority = forms.TypedChoiceField(
        choices=[("", "–"), *Priority.choices],
        coerce=int,
        empty_value=None,
        required=False,
        label=_("Last in priority"),
    )

    def __init__(self, *args: Any, others: QuerySet[Batch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("before", "after"):
            self.fields[name].queryset = others  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """One of the three."""
        data = super().clean() or self.cleaned_data
        chosen = [name for name in ("before", "after", "priority") if data.get(name) is not None]
        if not self.errors and len(chosen) != 1:
            self.add_error(
                None, _("Say one of these: before which batch, after which, or which priority.")
            )
        return data


@register
class MoveInQueue(BatchAction):
    """Another place in the queue of the team; the batch takes the priority of its new neighbour."""

    verb = "move-in-queue"
    label = _("Move in the queue")
    description = _("Its jobs in the pool are taken in that order.")
    form = MoveForm
    sources = tuple((status,) for status in BatchStatus if status not in ENDED)
    order = 42

    def form_kwargs(self, obj: Batch, actor: Any) -> dict[str, Any]:
        """The other batches of the queue."""
        team = Batch.objects.filter(team=obj.team_id).exclude(pk=obj.pk)
        return {"others": team.exclude(status__in=ENDED).order_by(*QUEUE_ORDER)}

    def check(self, change: Change) -> None:
        """Find the place while nobody else moves anything, and hold the jobs that follow."""
        batch, data = change.obj, change.data
        hold_queue(batch.team_id)
        anchor, priority = data["before"] or data["after"], data["priority"]
        if anchor is not None:
            anchor.refresh_from_db(fields=["priority"])
            priority = anchor.priority
        ranks = ranks_after(
            batch, priority, anchor.pk if anchor else None, is_before=bool(data["before"])
        )
        jobs = Job.objects.filter(batch__in=ranks).order_by("pk")
        list(jobs.select_for_update(no_key=True).values_list("pk", flat=True))
        change.note["back"] = place_of(batch)
        change.note["priority"] = [batch.priority, priority]
        change.note["rank"] = [batch.rank, ranks[batch.pk]]
        _make_room({pk: rank for pk, rank in ranks.items() if pk != batch.pk})

    def changes(self, change: Change) -> dict[str, Any]:
        """The level and the place in it."""
        return {
            **super().changes(change),
            "priority": change.note["priority"][1],
            "rank": change.note["rank"][1],
        }

    def effect(self, change: Change) -> None:
        """Its open jobs follow in the priority, all its jobs in the rank."""
        batch = change.obj
        was, now = change.note["priority"]
        if was != now:
            open_jobs = Job.objects.filter(batch=batch).exclude(status=Status.COMPLETED)
            open_jobs.update(priority=now, updated_at=change.at)
        Job.objects.filter(batch=batch).update(rank=batch.rank)


def place_of(batch: Batch) -> dict[str, int]:
    """The input of `move-in-queue` that puts the batch where it stands now."""
    level = Batch.objects.filter(team=batch.team_id, priority=batch.priority).exclude(pk=batch.pk)
    line = level.exclude(status__in=ENDED).order_by("rank", "pk")
    behind = line.filter(Q(rank__gt=batch.rank) | Q(rank=batch.rank, pk__gt=batch.pk)).first()
    return {"priority": batch.priority} if behind is None else {"before": behind.pk}


def _make_room(ranks: Mapping[int, int]) -> None:
    """Other batches get their fresh ranks, with their jobs."""
    for pk, rank in sorted(ranks.items()):
        Batch.objects.filter(pk=pk).update(rank=rank)
        Job.objects.filter(batch=pk).update(rank=rank)
