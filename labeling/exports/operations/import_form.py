"""What a person chooses about an import of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from labeling.exports.formats import readable
from labeling.exports.operations.export_form import with_note
from labeling.projects.models import Dataset

if TYPE_CHECKING:
    from accounts.actor import Actor
    from accounts.models import Team


AUTO = "auto"
"""The choice of a format that leaves it to the files."""


class Existing(models.TextChoices):
    """What becomes of labels that an item has already."""

    ADD = "add", _("keep them and add the imported ones")
    REPLACE = "replace", _("replace them by the imported ones")


def format_choices() -> list[tuple[str, Any]]:
    """Whatever it looks like, and the formats that can be read with the endings of their files."""
    named = [
        (each.name, with_note(each.label, f"{', '.join(each.accepts)}, .zip"))
        for each in readable()
    ]
    return [(AUTO, _("Find out from the files")), *named]


class ImportForm(forms.Form):
    """Into which dataset, from which format, and what happens to what is there."""

    dataset = forms.ModelChoiceField(Dataset.objects.none(), widget=forms.HiddenInput)
    format = forms.ChoiceField(
        label=_("Format"), choices=format_choices, initial=AUTO, widget=forms.RadioSelect
    )
    existing = forms.ChoiceField(
        label=_("Images that have labels already"),
        choices=Existing.choices,
        initial=Existing.ADD,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Importing the same file twice doubles nothing."),
    )
    create_classes = forms.BooleanField(
        label=_("Make the classes that the project lacks"),
        required=False,
        initial=True,
        help_text=_("Otherwise their objects are left out and reported."),
    )
    create_tags = forms.BooleanField(
        label=_("Make the tags that the project lacks"),
        required=False,
        initial=True,
        help_text=_("Otherwise they are left out and reported; their objects still go in."),
    )

    def __init__(self, *args: Any, team: Team, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        datasets: Any = self.fields["dataset"]
        datasets.queryset = Dataset.objects.visible_to(actor).filter(team=team)

    def clean_existing(self) -> str:
        """A script that says nothing keeps what is there."""
        return self.cleaned_data["existing"] or Existing.ADD
