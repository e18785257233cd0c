"""Dividing what is left of a batch anew among people, and taking that back."""

from dataclasses import replace
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Capability
from labeling.core.errors import Conflict
from labeling.core.fields import Flag
from labeling.core.workflow import Change, register
from labeling.jobs.actions.base import people_who
from labeling.jobs.actions.batches import RUNNING, BatchAction
from labeling.jobs.actions.sharing import SharingForm
from labeling.jobs.models import Batch, Event
from labeling.jobs.moving import Moving, cut_up, move
from labeling.jobs.remainder import Proposal, Wish, for_scripts, proposed, unbegun, unseal
from labeling.jobs.settling import settle_batch
from labeling.jobs.states import BatchStatus
from labeling.operations.engine import start
from labeling.operations.models import Operation
from labeling.operations.states import LIVE

REBALANCE = "rebalance-batch"
"""The operation that moves many jobs."""

MOVED_AT_ONCE = 500
"""So many jobs move in one transaction; more do by an operation."""


class RebalanceForm(SharingForm):
    """Among whom the rest is divided, how, and what the preview showed.

    Without `people` it is divided among those who have some of it. Without `seen` it is done as
    things are now.
    """

    with_pool = Flag(default=False, label=_("Give out what is in the pool too"))
    may_cut = Flag(default=True, label=_("Cut jobs where that is needed to come out even"))
    seen = forms.CharField(
        required=False, max_length=4_000_000, widget=forms.HiddenInput, label=_("Preview")
    )

    def __init__(self, *args: Any, batch: Batch, annotators: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch
        self.fields["people"].queryset = annotators  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """There are people, and numbers that fit."""
        data = super().clean() or self.cleaned_data
        if data.get("people") is None and "people" not in self.errors:
            offered = self.fields["people"].queryset  # type: ignore[attr-defined]
            data["people"] = offered.filter(pk__in=holders(self.batch))
        self.check_sharing(data)
        if not data.get("people") and not self.errors:
            self.add_error("people", _("Choose the people among whom the rest is divided."))
        return data

    def wish(self) -> Wish:
        """What the cleaned data say."""
        return wish_of(self.cleaned_data)


def holders(batch: Batch) -> list[int | None]:
    """Who has jobs of the batch that nobody has begun."""
    having = unbegun(batch).filter(annotator__isnull=False).order_by("annotator")
    return list(having.values_list("annotator", flat=True).distinct())


def wish_of(data: Any) -> Wish:
    """How somebody wants the rest divided."""
    return Wish(
        tuple(person.pk for person in data["people"]),
        data["spread"],
        data["weights"] or None,
        data["with_pool"],
        data["may_cut"],
    )


@register
class Rebalance(BatchAction):
    """Divide what nobody has begun anew, at once or, where it is much, by an operation.

    What the preview showed must still hold: then exactly that is done, else nothing.
    """

    verb = "rebalance"
    label = _("Rebalance")
    description = _(
        "Divide what is left among people. Jobs that somebody has begun stay where they are."
    )
    form = RebalanceForm
    sources = RUNNING
    order = 32
    undo = "undo-rebalance"
    has_page = True

    def form_kwargs(self, obj: Batch, actor: Any) -> dict[str, Any]:
        """Who may label, and the batch's own way as the beginning."""
        return {
            "batch": obj,
            "annotators": people_who(Capability.LABEL, obj.team_id),
            "initial": {
                "people": [*obj.people.values_list("pk", flat=True), *holders(obj)],
                "spread": obj.spread,
                "weights": obj.weights,
            },
        }

    def check(self, change: Change) -> None:
        """What was seen holds, no other rebalance is under way, and something moves.

        Raises:
            Conflict: with a fresh preview where what was seen does not hold.
        """
        super().check(change)
        batch, wish = change.obj, wish_of(change.data)
        refuse_while_moving(batch, change.before)
        proposal = proposed(batch, wish)
        sealed = change.data["seen"]
        if sealed:
            seen = unseal(sealed)
            if seen is None or not seen.holds(batch, wish):
                raise Conflict(
                    _("This is not what the preview showed any more. Look at the new one."),
                    state=change.before,
                    preview=for_scripts(proposal),
                )
            proposal = replace(proposal, moves=seen.dealt())
        if not proposal.moves:
            raise Conflict(
                _("There is nothing to move: everybody has what they should have."),
                state=change.before,
            )
        change.note["proposal"] = proposal

    def effect(self, change: Change) -> None:
        """Cut what is to be cut, and move; many by an operation.

        Raises:
            Conflict: a rule refuses one of the jobs; nothing is moved then.
        """
        batch: Batch = change.obj
        proposal: Proposal = change.note.pop("proposal")
        change.note |= {"items": proposal.moved_items, "cuts": proposal.cuts}
        movings = cut_up(proposal, change.actor.user.pk, change.at)
        change.note["jobs"] = len(movings)
        if len(movings) > MOVED_AT_ONCE:
            data = {"batch": batch.pk, "movings": movings}
            operation = start(REBALANCE, change.actor, batch.team, data, subject=batch)
            change.note["operation"] = operation.pk
            return
        moved, refused = move(batch, movings, change.actor, change.at)
        if refused:
            raise Conflict(refused[0].message, state=change.before, **refused[0].details)
        if len(moved) < len(movings):
            raise Conflict(_("Somebody began one of the jobs at this moment. Look again."))
        change.note["moved"] = [list(moving) for moving in movings]
        settle_batch(batch.pk)


def refuse_while_moving(batch: Batch, state: str) -> None:
    """One rebalance of a batch after the other.

    Raises:
        Conflict
    """
    under_way = Operation.objects.filter(
        kind=REBALANCE, subject_type=Batch._meta.label_lower, subject_id=batch.pk, status__in=LIVE
    )
    if under_way.exists():
        raise Conflict(
            _("It is being rebalanced already. Wait until that is finished."), state=state
        )


@register
class UndoRebalance(BatchAction):
    """Give back what the last rebalance moved, except what somebody has begun or moved since.

    Jobs that were cut stay cut: their parts go back to whoever had the whole.
    """

    verb = "undo-rebalance"
    label = _("Undo the rebalance")
    description = _("Jobs that nobody has begun since go back to whoever had them before.")
    sources = (*RUNNING, (BatchStatus.STOPPING,), (BatchStatus.STOPPED,), (BatchStatus.COMPLETED,))
    order = 33
    is_offered = False

    def check(self, change: Change) -> None:
        """There is one to take back.

        Raises:
            Conflict
        """
        super().check(change)
        refuse_while_moving(change.obj, change.before)
        told = Event.objects.filter(
            batch=change.obj, job=None, verb__in=(Rebalance.verb, self.verb)
        )
        last = told.order_by("-at", "-pk").first()
        if last is None or last.verb == self.verb:
            raise Conflict(_("There is no rebalance of it to take back."), state=change.before)
        change.note["last"] = last.data

    def effect(self, change: Change) -> None:
        """Move back; many by an operation.

        Raises:
            Conflict: nothing can go back.
        """
        batch: Batch = change.obj
        last = change.note.pop("last")
        if "operation" in last:
            data = {"operation": last["operation"]}
            undo = start("undo-change-jobs", change.actor, batch.team, data, subject=batch)
            change.note["operation"] = undo.pk
            return
        movings = [Moving(job, after, before) for job, before, after in last["moved"]]
        moved, refused = move(batch, movings, change.actor, change.at)
        if not moved:
            reason = refused[0].message if refused else _("Every job was begun or moved since.")
            raise Conflict(reason, state=change.before)
        change.note["jobs"] = len(moved)
        change.note["left"] = len(movings) - len(moved)
        settle_batch(batch.pk)
