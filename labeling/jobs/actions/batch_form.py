"""The one form that makes a batch: the page, REST and the vendors' edges all fill it."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from labeling.core.fields import ChosenField, Flag, IdListField
from labeling.jobs.actions.claiming import PersonField
from labeling.jobs.actions.sharing import SharingForm
from labeling.jobs.models import Batch, Skill
from labeling.jobs.models.batches import MOST_PEOPLE_AN_ITEM
from labeling.jobs.models.skills import HIGHEST_LEVEL
from labeling.jobs.selection import Selection, selected_items
from labeling.jobs.shares import Sharing
from labeling.jobs.states import Priority, Split
from labeling.projects.models import Dataset, LabelClass, TagDefinition

SHARED = (
    "split",
    "spread",
    "weights",
    "seed",
    "segment_size",
    "jobs_a_person",
    "overlap",
    "items_a_person",
)
"""The fields of the form in the order of `Sharing`."""


class BatchForm(SharingForm, forms.ModelForm):  # type: ignore[type-arg]
    """A batch over items of one dataset.

    Classes and tags that are not sent mean all that the project offers.

    Arguments:
        dataset: whose items it takes.
        annotators, reviewers: people of the team who may label, who may review.
    """

    reviewer = PersonField(
        queryset=User.objects.none(),
        required=False,
        empty_label=_("any reviewer"),
        label=_("Reviewer"),
    )
    classes = ChosenField[LabelClass](queryset=LabelClass.objects.none(), label=_("Classes"))
    tags = ChosenField[TagDefinition](queryset=TagDefinition.objects.none(), label=_("Tags"))
    split = forms.ChoiceField(
        choices=Split, required=False, label=_("Split"), initial=Split.ORDERED
    )
    jobs_a_person = forms.IntegerField(
        required=False, min_value=1, max_value=100, label=_("Jobs a person")
    )
    overlap = forms.IntegerField(
        required=False, min_value=1, max_value=MOST_PEOPLE_AN_ITEM, label=_("People an item")
    )
    priority = forms.TypedChoiceField(
        choices=Priority.choices,
        coerce=int,
        empty_value=str(Priority.NORMAL.value),
        required=False,
        initial=Priority.NORMAL,
        label=_("Priority"),
    )
    skill = forms.ModelChoiceField[Skill](
        queryset=Skill.objects.none(), required=False, empty_label=_("none"), label=_("Skill")
    )
    skill_level = forms.IntegerField(
        required=False, min_value=0, max_value=HIGHEST_LEVEL, label=_("Lowest level")
    )
    due_at = forms.DateTimeField(
        required=False,
        label=_("Due"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    needs_review = Flag(default=True, label=_("A reviewer decides on the work"))
    allow_own_review = Flag(default=False, label=_("People may review own work"))
    with_tags = ChosenField[TagDefinition](
        queryset=TagDefinition.objects.none(), label=_("Only with")
    )
    without_tags = ChosenField[TagDefinition](
        queryset=TagDefinition.objects.none(), label=_("Not with")
    )
    first = forms.IntegerField(required=False, min_value=1, label=_("From item"))
    last = forms.IntegerField(required=False, min_value=1, label=_("To item"))
    item_ids = IdListField(required=False, label=_("Chosen items"))
    launch = Flag(default=True, label=_("Launch at once"))

    class Meta:
        model = Batch
        fields = (
            "name",
            "description",
            "instructions",
            "seed",
            "segment_size",
            "objects_limit",
            "tags_limit",
            "items_a_person",
            "lease_minutes",
        )

    def __init__(
        self,
        *args: Any,
        dataset: Dataset,
        annotators: QuerySet[User],
        reviewers: QuerySet[User],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.dataset = dataset
        self.fields["split"].initial = dataset.project.split
        classes = dataset.project.classes.filter(removed_at=None)
        tags = dataset.project.tag_definitions.filter(removed_at=None)
        image_tags = dataset.project.tag_definitions.exclude(applies_to="objects")
        choices = {
            "people": annotators,
            "reviewer": reviewers,
            "classes": classes,
            "tags": tags,
            "with_tags": image_tags,
            "without_tags": image_tags,
            "skill": Skill.objects.filter(team=dataset.team_id),
        }
        for name, queryset in choices.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]

    def clean_split(self) -> Split:
        """The split; the project's own when nothing was said."""
        return Split(self.cleaned_data["split"] or self.dataset.project.split)

    def clean_jobs_a_person(self) -> int:
        """One when nothing was said."""
        return self.cleaned_data["jobs_a_person"] or 1

    def clean_overlap(self) -> int:
        """One person when nothing was said."""
        return self.cleaned_data["overlap"] or 1

    def clean_skill_level(self) -> int:
        """The lowest level of the skill; any when nothing was said."""
        return self.cleaned_data["skill_level"] or 0

    def clean_priority(self) -> int:
        """One of the five levels; normal when nothing was said."""
        return int(self.cleaned_data["priority"])

    def clean(self) -> dict[str, Any]:
        """Rules between fields, and the items that the selection means."""
        data = super().clean() or self.cleaned_data
        self._fill_defaults(data)
        self._check_split(data)
        self.check_sharing(data)
        self._check_people(data)
        first, last = data.get("first"), data.get("last")
        if first and last and first > last:
            self.add_error("last", _("The range ends before it begins."))
        if not self.errors:
            self._check_items(data)
        return data

    def _fill_defaults(self, data: dict[str, Any]) -> None:
        for name in ("classes", "tags"):
            if data.get(name) is None:
                data[name] = self.fields[name].queryset  # type: ignore[attr-defined]
        if data.get("people") is None:
            data["people"] = User.objects.none()
        if not data["classes"] and not data["tags"] and not self.errors:
            self.add_error("classes", _("Choose at least one class or tag to label."))

    def _check_split(self, data: dict[str, Any]) -> None:
        split = data.get("split")
        if split == Split.SEGMENTS and not data.get("segment_size"):
            self.add_error("segment_size", _("Say how many items a job of the pool has."))
        if split == Split.EACH and not data.get("people"):
            self.add_error("people", _("Choose the people who each get everything."))

    def _check_people(self, data: dict[str, Any]) -> None:
        reviewer = data.get("reviewer")
        if reviewer and reviewer in data["people"] and not data.get("allow_own_review"):
            self.add_error(
                "reviewer",
                _("%s would review own work. Choose somebody else, or allow it.") % reviewer.name,
            )

    def _check_items(self, data: dict[str, Any]) -> None:
        count = selected_items(self.dataset, selection_of(self.cleaned_data)).count()
        wanted = len(data.get("item_ids") or ())
        if wanted and count < wanted and not any(data.get(name) for name in ("first", "last")):
            self.add_error("item_ids", _("Some of the chosen items are not in this selection."))
        elif not count:
            self.add_error(None, _("No item fits this selection. Widen it, or upload images."))
        most = data.get("items_a_person")
        if data.get("split") == Split.EACH and most and count > most:
            text = _("Everybody would get %(count)d items, more than the limit of %(most)d.")
            self.add_error("items_a_person", text % {"count": count, "most": most})

    def sharing(self) -> Sharing:
        """How these settings make jobs."""
        data = self.cleaned_data
        return Sharing(
            self.dataset.team_id,
            self.dataset.project_id,
            [person.pk for person in data["people"]],
            *(data[name] for name in SHARED),
        )

    def item_ids_chosen(self) -> list[int]:
        """The items that these settings mean."""
        items = selected_items(self.dataset, selection_of(self.cleaned_data))
        return list(items.values_list("pk", flat=True))


def selection_of(data: Mapping[str, Any]) -> Selection:
    """The selection of items that the form's cleaned data mean, as it is kept with the batch."""
    parts: Selection = {
        "with_tags": [tag.pk for tag in data.get("with_tags") or ()],
        "without_tags": [tag.pk for tag in data.get("without_tags") or ()],
        "first": data.get("first"),
        "last": data.get("last"),
        "item_ids": list(data.get("item_ids") or ()),
    }
    return cast(Selection, {name: value for name, value in parts.items() if value})
