"""How many jobs one person may have open at once."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.roles import Capability
from labeling.core.workflow import Action, Change, register

MOST_JOBS = 10_000


class LimitForm(forms.Form):
    """A number, or nothing for no limit."""

    most_jobs = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_JOBS,
        label=_("Most open jobs"),
        help_text=_("Leave it empty for no limit. Jobs that the person has already stay theirs."),
    )


@register
class SetLimit(Action):
    """At most so many unfinished jobs at once; asked wherever work is given out."""

    verb = "set-limit"
    label = _("Limit open jobs")
    description = _("Nobody can give the person more unfinished jobs than this at once.")
    model = Membership
    capability = Capability.MANAGE_JOBS
    form = LimitForm
    order = 30
    is_offered = False

    def state_of(self, obj: Membership) -> str:
        """The role."""
        return str(obj.role)

    def is_source(self, obj: Any) -> bool:
        """Members who are there."""
        return obj.deactivated_at is None

    def form_kwargs(self, obj: Membership, actor: Any) -> dict[str, Any]:
        """The limit now."""
        return {"initial": {"most_jobs": obj.most_jobs}}

    def changes(self, change: Change) -> dict[str, Any]:
        """The new limit; the history keeps both."""
        most = change.data["most_jobs"]
        change.note["most_jobs"] = [change.obj.most_jobs, most]
        return {"most_jobs": most}
