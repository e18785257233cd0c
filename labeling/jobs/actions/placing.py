"""What a manager, or a script of theirs, does outside of the usual order: put a job where it
should be, and change what it is called and what scripts keep with it."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from labeling.core.api_parsers import is_storable, texts
from labeling.core.errors import Conflict
from labeling.core.workflow import Change, register
from labeling.jobs.actions.base import JobAction, canceled_with_its_batch
from labeling.jobs.models import Job
from labeling.jobs.publishing import publish_labels
from labeling.jobs.settling import settle_jobs
from labeling.jobs.states import FINISHED, SUBMITTED, Stage, State, Status
from labeling.projects.actions.base import KeepingForm

PLACES: dict[str, tuple[str, str]] = {
    Status.PENDING: (Stage.ANNOTATION, State.NEW),
    Status.IN_PROGRESS: (Stage.ANNOTATION, State.IN_PROGRESS),
    Status.ON_REVIEW: SUBMITTED,
    Status.COMPLETED: FINISHED,
}
"""Where a job stands that somebody gave a status; a stopped one stays where it was."""

MOST_DATA_BYTES = 64 * 1024


class StatusForm(forms.Form):
    """One of the five statuses."""

    status = forms.ChoiceField(choices=Status.choices, label=_("Status"))


@register
class SetStatus(JobAction):
    """A manager gives a job its status, whatever the usual order; the items stay as they are.

    For jobs that somebody finished elsewhere, handed in by mistake, or that a script drives.
    """

    verb = "set-status"
    label = _("Set status")
    description = _(
        "Put the job where it should be, whatever the usual order. Items and labels stay as they "
        "are; of a job that becomes completed, accepted labels are published."
    )
    form = StatusForm
    stopped = None
    leads_to = "the status that was asked for"
    order = 75

    def form_kwargs(self, obj: Job, actor: Any) -> dict[str, Any]:
        """The status now."""
        return {"initial": {"status": obj.status}}

    def check(self, change: Change) -> None:
        """Nothing goes on in a batch that was called off.

        Raises:
            Conflict
        """
        reason = canceled_with_its_batch(change.obj)
        if reason is not None and change.data["status"] != Status.STOPPED:
            raise Conflict(reason, state=change.before)

    def changes(self, change: Change) -> dict[str, Any]:
        """Where it stands now, and since when."""
        job, wanted, at = change.obj, change.data["status"], change.at
        change.note["status"] = [str(job.status), wanted]
        written = super().changes(change)
        if wanted == Status.STOPPED:
            return {**written, "stopped_at": job.stopped_at or at}
        written["stopped_at"] = None
        if job.status == wanted:
            return written
        stage, state = PLACES[wanted]
        written |= {
            "stage": stage,
            "state": state,
            "completed_at": at if wanted == Status.COMPLETED else None,
        }
        if wanted != Status.PENDING:
            written["started_at"] = job.started_at or at
        if wanted in (Status.ON_REVIEW, Status.COMPLETED):
            written |= {"submitted_at": job.submitted_at or at, "lease_until": None}
        return written

    def effect(self, change: Change) -> None:
        """Completed labels are published; the batch follows."""
        if change.obj.status == Status.COMPLETED and change.note["status"][0] != Status.COMPLETED:
            publish_labels(change.obj)
        settle_jobs([change.obj])


class EditJobForm(KeepingForm, forms.Form):
    """What the job is called, and what scripts keep with it; what is not sent stays."""

    name = forms.CharField(max_length=200, label=_("Name"))
    custom_data = forms.JSONField(
        required=False,
        label=_("Data of scripts"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("A JSON object that scripts keep with the job; it means nothing to Labeldesk."),
    )

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if data is not None and "custom_data" not in data:
            data = data.copy()
            data["custom_data"] = kwargs["initial"]["custom_data"]
        super().__init__(data, *args, **kwargs)

    def clean_custom_data(self) -> dict[str, Any]:
        """The object.

        Raises:
            ValidationError: it is none, too large, or holds what no database stores.
        """
        data = self.cleaned_data["custom_data"] or {}
        if not isinstance(data, dict) or not all(map(is_storable, texts(data))):
            raise forms.ValidationError(_('Write a JSON object, such as {"order": 17}.'))
        try:
            size = len(json.dumps(data, ensure_ascii=False, allow_nan=False).encode())
        except ValueError:
            raise forms.ValidationError(_("JSON has no infinite numbers.")) from None
        if size > MOST_DATA_BYTES:
            raise forms.ValidationError(_("At most %d KB.") % (MOST_DATA_BYTES // 1024))
        return data


@register
class EditJob(JobAction):
    """Change a job's name, and the data that scripts keep with it."""

    verb = "edit"
    label = _("Edit")
    form = EditJobForm
    stopped = None
    order = 38

    def form_kwargs(self, obj: Job, actor: Any) -> dict[str, Any]:
        """What they are now."""
        return {"initial": {"name": obj.name, "custom_data": obj.custom_data}}

    def changes(self, change: Change) -> dict[str, Any]:
        """The new ones; the history keeps both names."""
        job, data = change.obj, change.data
        if job.name != data["name"]:
            change.note["name"] = [job.name, data["name"]]
        return {**super().changes(change), **data}
