"""Having the thumbnails of a dataset made."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from labeling.core.errors import Conflict
from labeling.core.workflow import Change, register
from labeling.operations.engine import start
from labeling.operations.models import Operation
from labeling.projects.actions.datasets import DatasetAction
from labeling.projects.models import Dataset
from labeling.projects.thumbnails import ALL, KIND, MISSING, pictures_of


class ThumbnailsForm(forms.Form):
    """Which thumbnails to make; without a word the missing ones."""

    which = forms.ChoiceField(
        label=_("Which"),
        required=False,
        initial=MISSING,
        choices=[
            (MISSING, _("those that are missing or lost")),
            (ALL, _("all anew")),
        ],
    )

    def clean_which(self) -> str:
        """Those that are missing, unless told otherwise."""
        return self.cleaned_data["which"] or MISSING


@register
class MakeThumbnails(DatasetAction):
    """Make the small versions of a dataset's pictures. The outcome is the work."""

    verb = KIND
    label = _("Make thumbnails")
    description = _("Pictures whose small version is missing or lost get it.")
    form = ThumbnailsForm
    outcome_model = Operation
    order = 30

    def effect(self, change: Change) -> None:
        """Start it.

        Raises:
            Conflict: there is no picture, or somebody is at it already.
        """
        dataset: Dataset = change.obj
        if not pictures_of(dataset.pk).exists():
            raise Conflict(_("This dataset has no picture yet."), state="active")
        if Operation.objects.about(dataset).live().filter(kind=KIND).exists():
            raise Conflict(_("Its thumbnails are being made already."), state="active")
        data: dict[str, Any] = {"dataset": dataset.pk, "which": change.data["which"]}
        change.outcome = start(KIND, change.actor, dataset.team, data, subject=dataset)
        change.note["operation"] = change.outcome.pk
