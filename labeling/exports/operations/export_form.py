"""What a person chooses about an export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from labeling.exports.formats import writable
from labeling.exports.scopes import ScopeKind, Which, visible_subject

if TYPE_CHECKING:
    from accounts.actor import Actor
    from accounts.models import Team


def format_choices() -> list[tuple[str, Any]]:
    """The formats that can be written."""
    return [(each.name, each.label) for each in writable()]


class ExportForm(forms.Form):
    """Of what, which of it, and how. Cleaned, `subject` is the thing itself."""

    scope = forms.ChoiceField(label=_("Of"), choices=ScopeKind.choices, widget=forms.HiddenInput)
    id = forms.IntegerField(
        label=_("Id"), min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )
    which = forms.ChoiceField(
        label=_("Which items"),
        choices=Which.choices,
        initial=Which.ACCEPTED,
        widget=forms.RadioSelect,
    )
    format = forms.ChoiceField(
        label=_("Format"), choices=format_choices, initial="coco", widget=forms.RadioSelect
    )
    images = forms.BooleanField(
        label=_("With the images"),
        required=False,
        help_text=_("The ZIP then holds a folder with them, and takes as much room."),
    )

    def __init__(self, *args: Any, team: Team, actor: Actor, **kwargs: Any) -> None:
        self.team = team
        self.actor = actor
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Find what it is of, among what the actor sees."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "scope" in cleaned and "id" in cleaned:
            subject = visible_subject(cleaned["scope"], cleaned["id"], self.actor)
            if subject is None or subject.team_id != self.team.pk:
                self.add_error("id", _("There is no such thing in this team."))
            cleaned["subject"] = subject
        return cleaned
