"""A reviewer's decision on one item."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from labeling.core.errors import Conflict
from labeling.core.workflow import Change, register
from labeling.jobs.actions.base import JobItemAction, count_change
from labeling.jobs.models import JobItem
from labeling.jobs.queue.earned import measure_after
from labeling.jobs.states import FINAL_CHECK, VALIDATING, ItemState

DECIDED = (ItemState.ACCEPTED, ItemState.REJECTED)


class DecisionForm(forms.Form):
    """A decision.

    `version` is the version of the job item that the reviewer saw. Without it only an undecided
    item is decided; with it, a reviewer may change a decision that they have seen.
    """

    version = forms.IntegerField(required=False, min_value=0)


class RejectForm(DecisionForm):
    """A rejection always says why."""

    reason = forms.CharField(max_length=1000, label=_("Reason"))


class Decision(JobItemAction):
    """What accepting and rejecting share: one outcome when two reviewers decide at once."""

    capability = Capability.REVIEW
    form = DecisionForm
    job_sources = (VALIDATING, *FINAL_CHECK)
    outcome_state: ClassVar[ItemState]

    def refusal(self, obj: JobItem, actor: Any) -> Any | None:
        """Nobody reviews own work, unless the batch lets them."""
        own = actor.user.pk in (obj.job.annotator_id, obj.done_by_id)
        if own and not obj.job.batch.allow_own_review:
            return _("You labeled this item; somebody else has to review it.")
        return None

    def check(self, change: Change) -> None:
        """The reviewer must have seen what the item is now."""
        super().check(change)
        item, seen = change.obj, change.data["version"]
        unseen = item.state in DECIDED if seen is None else item.version != seen
        if unseen:
            raise Conflict(
                already_decided(item), state=item.state, version=item.version, reason=item.reason
            )

    def changes(self, change: Change) -> dict[str, Any]:
        """Who decided what, when and why."""
        return {
            **super().changes(change),
            "state": self.outcome_state,
            "reason": change.data.get("reason", ""),
            "decided_by_id": change.actor.user.pk,
            "decided_at": change.at,
        }

    def effect(self, change: Change) -> None:
        """The job's counters follow."""
        if change.obj.reason:
            change.note["reason"] = change.obj.reason
        count_change(change.obj.job_id, change.before, change.obj.state)
        measure_after(change.obj.job.batch.skill_id, [change.obj.done_by_id])


def already_decided(item: JobItem) -> Any:
    """What the second of two reviewers is told."""
    words = {
        ItemState.ACCEPTED: _("%s accepted this item meanwhile. Look at it again."),
        ItemState.REJECTED: _("%s rejected this item meanwhile. Look at it again."),
    }
    text = words.get(ItemState(item.state))
    if text is None or item.decided_by is None:
        return _("This item was changed meanwhile. Look at it again.")
    return text % item.decided_by.name


@register
class AcceptItem(Decision):
    """The item is right as it is."""

    verb = "accept-item"
    label = _("Accept")
    sources = tuple((state,) for state in ItemState)
    outcome_state = ItemState.ACCEPTED
    primary = True
    order = 10


@register
class RejectItem(Decision):
    """The item has to be done again, for the given reason."""

    verb = "reject-item"
    label = _("Reject")
    form = RejectForm
    sources = tuple((state,) for state in ItemState)
    outcome_state = ItemState.REJECTED
    order = 20
