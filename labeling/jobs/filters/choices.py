"""Filters that choose among rows: people by name, "me" or nobody; the newest of many."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelChoiceField, ModelChoiceIterator

from accounts.models import Membership, User
from labeling.core.listing import VisibleChoiceFilter

ME = "me"
MOST_CHOICES = 100
"""A menu offers so many rows; what it leaves out is found through its own page."""


def team_of(request: Any) -> int | None:
    """The team of a team's page; REST lists span all teams of the actor."""
    match = getattr(request, "resolver_match", None)
    return match.kwargs.get("team_id") if match else None


def in_team(request: Any, found: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Rows of the page's team, the newest first; a menu needs no more than their names."""
    team_id = team_of(request)
    found = found.only("name").order_by("-pk")
    return found if team_id is None else found.filter(team_id=team_id)


def by_name_in_team(request: Any, found: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Rows of the page's team by name."""
    return in_team(request, found).order_by("name", "pk")


def people_in_team(request: Any, found: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """People who are or were in the page's team, by name: the history keeps who left."""
    team_id = team_of(request)
    if team_id is not None:
        found = found.filter(Exists(Membership.objects.filter(user=OuterRef("pk"), team=team_id)))
    return found.only("display_name", "username").order_by("display_name", "username")


class PersonIterator(ModelChoiceIterator):
    """The choices of a person field, "me" before the names."""

    field: "PersonField"

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        """Nothing, nobody, me, everybody."""
        choices = iter(super().__iter__())
        before = bool(self.field.empty_label is not None) + bool(self.field.null_label is not None)
        for _index in range(before):
            yield next(choices)
        yield (ME, _("me"))
        yield from choices


class PersonField(ModelChoiceField):
    """A person by id, or "me"."""

    iterator = PersonIterator
    me: Any = None

    def to_python(self, value: Any) -> Any:
        """The person; "me" is whoever asks."""
        if value == ME and self.me is not None:
            return self.me
        return super().to_python(value)


class PersonFilter(VisibleChoiceFilter):
    """Rows of one person, of "me", or of nobody.

    Arguments:
        nobody: the word in the address for rows without a person; None offers it not.
        nobody_label: the same for readers.
    """

    field_class = PersonField

    def __init__(
        self, *, nobody: str | None = None, nobody_label: Any = None, **kwargs: Any
    ) -> None:
        if nobody is not None:
            kwargs |= {"null_value": nobody, "null_label": nobody_label}
        super().__init__(User, narrow=people_in_team, **kwargs)

    @property
    def field(self) -> PersonField:
        """The form field, which knows who asks."""
        field: PersonField = super().field
        request = self.get_request()  # type: ignore[no-untyped-call]
        user = getattr(request, "user", None)
        field.me = user if user is not None and user.is_authenticated else None
        return field


class CappedIterator(ModelChoiceIterator):
    """At most MOST_CHOICES rows."""

    def __init__(self, field: Any) -> None:
        super().__init__(field)
        # What is deleted can still be named in an address, but is not offered.
        kept = getattr(self.queryset, "kept", None)
        self.queryset = (self.queryset if kept is None else kept())[:MOST_CHOICES]


class SelectWithCurrent(forms.Select):
    """A menu that holds the chosen row even when the cap left it out."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> list[Any]:
        """The options, the missing chosen one last."""
        groups = super().optgroups(name, value, attrs)
        offered = {str(option["value"]) for _label, options, _index in groups for option in options}
        for missing in [one for one in value if one and one not in offered]:
            label = self._label(missing)
            if label:
                option = self.create_option(name, missing, label, True, len(groups))
                groups.append((None, [option], len(groups)))
        return groups

    def _label(self, value: str) -> str:
        field = getattr(self.choices, "field", None)
        try:
            return str(field.to_python(value)) if field else ""
        except forms.ValidationError:
            return ""


class CappedChoiceField(ModelChoiceField):
    """One of many rows; the menu holds the first ones."""

    iterator = CappedIterator
    widget = SelectWithCurrent


class CappedChoiceFilter(VisibleChoiceFilter):
    """One object among many that the actor may see."""

    field_class = CappedChoiceField
