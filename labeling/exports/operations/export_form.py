"""What a person chooses about an export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from labeling.core.listing import FilterError
from labeling.exports.formats import writable
from labeling.exports.item_filter import LONGEST_FILTER, ItemFilter
from labeling.exports.scopes import ScopeKind, Which, visible_subject

if TYPE_CHECKING:
    from accounts.actor import Actor
    from accounts.models import Team


def with_note(label: Any, note: Any) -> Any:
    """The label of a choice with a line of explanation below it."""
    return format_html('<span>{}<span class="choice-note">{}</span></span>', label, note)


def format_choices() -> list[tuple[str, Any]]:
    """The formats that can be written, with what each is good for."""
    return [(each.name, with_note(each.label, each.holds)) for each in writable()]


class ExportForm(forms.Form):
    """Of what, which of it, and how. Cleaned, `subject` is the thing itself.

    `filter` is a query string of the dataset's grid; cleaned, it is an ItemFilter or None.
    """

    scope = forms.ChoiceField(label=_("Of"), choices=ScopeKind.choices, widget=forms.HiddenInput)
    id = forms.IntegerField(
        label=_("Id"), min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )
    filter = forms.CharField(
        label=_("Filter"), required=False, max_length=LONGEST_FILTER, widget=forms.HiddenInput
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

    def clean_filter(self) -> ItemFilter | None:
        """Say what is wrong in it here rather than when it runs."""
        query = self.cleaned_data["filter"]
        if not query:
            return None
        if self.cleaned_data.get("scope") != ScopeKind.DATASET:
            raise forms.ValidationError(_("Only the images of a dataset can be filtered."))
        try:
            return ItemFilter.parse(query, self.actor)
        except FilterError as error:
            told = error.as_dict()["errors"].items()
            texts = [f"{name}: {' '.join(map(str, several))}" for name, several in told]
            raise forms.ValidationError(texts) from None

    def clean(self) -> dict[str, Any]:
        """Find what it is of, among what the actor sees."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "scope" in cleaned and "id" in cleaned:
            subject = visible_subject(cleaned["scope"], cleaned["id"], self.actor)
            if subject is None or subject.team_id != self.team.pk:
                self.add_error("id", _("There is no such thing in this team."))
            cleaned["subject"] = subject
        return cleaned
