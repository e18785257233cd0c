"""Filter sets that refuse what they do not know, with search, a stable order and chips."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import OrderBy
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.fields import (
    DateRangeField,
    DateTimeRangeField,
    ModelMultipleChoiceField,
    RangeField,
)
from django_filters.widgets import SuffixedMultiWidget

from labeling.core.errors import Invalid
from labeling.core.fields import KnownKeys
from labeling.core.http import LONGEST_KEY

# Parameters of the list itself; every other one must be a filter. `next` and htmx send nothing.
RESERVED = frozenset({"page", "page_size", "view", "format"})
SEARCH = "q"
ORDERING = "ordering"
LONGEST_SEARCH = 200
BOOLEANS = frozenset({"true", "false", "True", "False"})


class FilterError(Invalid):
    """A query with a parameter that the list does not know, or a value that does not fit.

    Attributes:
        cleaned: the query string without the parameters at fault, to offer as a link.
        errors_by_name: what is wrong with each parameter, in one line.
    """

    def __init__(self, errors: Mapping[str, Sequence[Any]], cleaned: str = "") -> None:
        super().__init__(errors, gettext_lazy("This list does not understand the address."))
        self.cleaned = cleaned
        self.errors_by_name = {
            name: " ".join(str(text) for text in texts) for name, texts in errors.items()
        }


@dataclass(frozen=True)
class Order:
    """One way to sort: the columns to sort by, empty values last whichever the direction."""

    fields: tuple[str, ...]
    empty_last: bool = False

    def expressions(self, descending: bool) -> Iterator[OrderBy]:
        """Arguments for order_by. Plain order keeps plain indexes usable; NULLS LAST may not."""
        empty_last = True if self.empty_last else None
        for name in self.fields:
            column = F(name)
            yield (
                column.desc(nulls_last=empty_last)
                if descending
                else column.asc(nulls_last=empty_last)
            )


@dataclass(frozen=True)
class Chip:
    """One active filter value as people see it.

    Attributes:
        query: the query string without it.
    """

    name: str
    label: str
    value: str
    query: str


class StableOrderingFilter(django_filters.OrderingFilter):
    """Sorts by an allow-list and ends with the key, so that pages never overlap."""

    def __init__(self, orders: Mapping[str, Order], default: Sequence[str]) -> None:
        self.orders = orders
        self.default = default
        super().__init__(fields={name: name for name in orders}, label=gettext_lazy("Sort"))

    def filter(self, qs: models.QuerySet[Any], value: Any) -> models.QuerySet[Any]:
        """Sort by the given names, or by the default."""
        names = [name for name in value or () if name] or list(self.default)
        expressions: list[OrderBy] = []
        for name in names:
            order = self.orders[name.removeprefix("-")]
            expressions.extend(order.expressions(name.startswith("-")))
        is_descending = bool(names) and names[-1].startswith("-")
        expressions.append(F("pk").desc() if is_descending else F("pk").asc())
        return qs.order_by(*expressions)


class KeyFilter(django_filters.Filter):
    """Rows by the key of something, for lists where a menu of names would be too long."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=0, max_value=10**LONGEST_KEY, **kwargs)


class VisibleChoiceFilter(django_filters.ModelChoiceFilter):
    """One object among those that the actor may see; another team's is an invalid choice."""

    def __init__(self, model: type[models.Model], **kwargs: Any) -> None:
        super().__init__(queryset=_visible(model, kwargs.pop("narrow", None)), **kwargs)


class KnownKeysField(ModelMultipleChoiceField, KnownKeys[models.Model]):
    """The filters' field for several rows."""


class VisibleChoicesFilter(django_filters.ModelMultipleChoiceFilter):
    """Any of some objects among those that the actor may see."""

    field_class = KnownKeysField

    def __init__(self, model: type[models.Model], **kwargs: Any) -> None:
        super().__init__(queryset=_visible(model, kwargs.pop("narrow", None)), **kwargs)


def _visible(model: type[models.Model], narrow: Any) -> Any:
    def choices(request: Any) -> models.QuerySet[Any]:
        manager: Any = model._default_manager
        if request is None:  # the schema generator looks at the class without any request
            found: models.QuerySet[Any] = manager.none()
            return found
        found = manager.visible_to(request.actor)
        return narrow(request, found) if narrow else found

    return choices


class StrictFilterSet(django_filters.FilterSet):
    """A FilterSet that says no instead of ignoring: what was not filtered must not look filtered.

    Attributes:
        search_fields: columns that the `q` search looks into (each word in any of them). Only
            columns of the row itself or of single related rows: a filter yields each row once.
        orderings: the names that `ordering` accepts, `-` in front reverses.
        default_ordering: names of `orderings`, used when the query gives none.
    """

    search_fields: ClassVar[Sequence[str]] = ()
    orderings: ClassVar[Mapping[str, str | Sequence[str] | Order]] = {}
    default_ordering: ClassVar[Sequence[str]] = ()

    def __init__(
        self,
        data: Any = None,
        queryset: models.QuerySet[Any] | None = None,
        *,
        request: Any = None,
        prefix: str | None = None,
    ) -> None:
        # A form sends its empty fields too, and "" is no valid one of several choices.
        self.given = None if data is None else as_query_dict(data)
        full = None if self.given is None else QueryDict(without(self.given, set()))
        super().__init__(full, queryset, request=request, prefix=prefix)

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        """The declared filters, with `q` and `ordering` where the class names fields for them."""
        filters: dict[str, django_filters.Filter] = super().get_filters()  # type: ignore[no-untyped-call]
        if cls.search_fields:
            filters[SEARCH] = django_filters.CharFilter(
                method="search", label=gettext_lazy("Search"), max_length=LONGEST_SEARCH
            )
        orders = {name: _as_order(spec) for name, spec in cls.orderings.items()}
        filters[ORDERING] = StableOrderingFilter(orders, cls.default_ordering)
        return filters

    def search(self, queryset: models.QuerySet[Any], name: str, value: str) -> models.QuerySet[Any]:
        """Rows in which every word of `value` occurs in one of the search fields."""
        for word in value.split():
            found = Q()
            for field in self.search_fields:
                found |= Q(**{f"{field}__icontains": word})
            queryset = queryset.filter(found)
        return queryset

    @property
    def form(self) -> forms.Form:
        """The filters as a form: choices as check boxes, yes or no with a way to say neither."""
        is_new = not hasattr(self, "_form")
        form: forms.Form = super().form
        if is_new:
            for field in form.fields.values():
                _make_plain(field)
        return form

    def known_parameters(self) -> frozenset[str]:
        """Every query parameter that means something here."""
        return RESERVED | {
            parameter
            for name, field in self.form.fields.items()
            for parameter in parameters_of(name, field.widget)
        }

    def check(self) -> None:
        """Raise FilterError unless every parameter is known, given once and valid."""
        data = as_query_dict(self.data)
        errors: dict[str, list[Any]] = {
            name: [_("There is no such filter.")]
            for name in self.given or ()
            if name not in self.known_parameters()
        }
        for name, values in data.lists():
            if name not in errors and len(set(values)) > 1 and self._takes_one(name):
                errors[name] = [_("This filter takes one value.")]
            elif self._is_no_boolean(name, values[-1]):
                errors[name] = [_("Say true or false.")]
        at_fault = set(errors)
        for name, texts in self.errors.items():
            errors.setdefault(name, list(texts))
            field = self.form.fields.get(name)
            at_fault |= set(parameters_of(name, field.widget)) if field else {name}
        if errors:
            raise FilterError(errors, without(data, at_fault))

    def _takes_one(self, parameter: str) -> bool:
        field = self.form.fields.get(parameter)
        return field is None or not getattr(field.widget, "allow_multiple_selected", False)

    def _is_no_boolean(self, parameter: str, value: str) -> bool:
        # Django's field takes any other word for "unknown", which would filter nothing.
        field = self.form.fields.get(parameter)
        return isinstance(field, forms.NullBooleanField) and value not in BOOLEANS

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter or search is active; sorting does not count."""
        return any(True for _chip in self.active())

    def active(self) -> Iterator[tuple[str, Any]]:
        """Names and cleaned values of the active filters, the search included."""
        for name, value in self.form.cleaned_data.items():
            if name != ORDERING and _is_given(value):
                yield name, value

    def chips(self) -> list[Chip]:
        """The active filters as removable chips; the search shows itself in its box."""
        data = as_query_dict(self.data)
        found: list[Chip] = []
        for name, value in self.active():
            if name == SEARCH:
                continue
            field = self.form.fields[name]
            label = str(field.label or self.filters[name].label or name)
            names = parameters_of(name, field.widget)
            if isinstance(value, list | tuple | models.QuerySet):
                found.extend(
                    Chip(name, label, choice_label(field, one), _without_one(data, name, one))
                    for one in value
                )
            else:
                shown = choice_label(field, value)
                found.append(Chip(name, label, shown, without(data, {*names, "page"})))
        return found

    @property
    def ordering(self) -> str:
        """The name that the rows are sorted by first, with `-` when descending; may be empty."""
        given = self.form.cleaned_data.get(ORDERING) if self.is_bound else None
        return next(iter(given or self.default_ordering), "")


def _make_plain(field: Any) -> None:
    if isinstance(field, forms.NullBooleanField):
        field.widget.choices = [("", _("Any")), ("true", _("Yes")), ("false", _("No"))]
    elif isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
        # Not by `field.choices = ...`: a field over a queryset wraps what it is given once more.
        choices: Any = field.choices
        field.widget = forms.CheckboxSelectMultiple(choices=choices)
    elif isinstance(field, RangeField):
        _make_range(field)
    elif isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        # Django's own choice field has no such attribute; the filters' fields read it.
        setattr(field, "empty_label", _("Any"))  # noqa: B010
    elif isinstance(field, forms.CharField) and isinstance(field.widget, forms.TextInput):
        field.widget.attrs.setdefault("autocomplete", "off")


def _make_range(field: Any) -> None:
    """Two inputs need a name each, and dates a calendar."""
    is_date = isinstance(field, DateRangeField | DateTimeRangeField)
    for widget, end in zip(field.widget.widgets, (_("from"), _("to")), strict=True):
        widget.attrs["aria-label"] = f"{field.label} {end}"
        widget.input_type = "date" if is_date else "number"


def _as_order(spec: str | Sequence[str] | Order) -> Order:
    if isinstance(spec, Order):
        return spec
    return Order((spec,) if isinstance(spec, str) else tuple(spec))


def _is_given(value: Any) -> bool:
    if isinstance(value, models.QuerySet):
        return bool(value)
    return value not in (None, "", [], ())


def parameters_of(name: str, widget: forms.Widget) -> list[str]:
    """The query parameters that a filter reads: a range reads two."""
    if isinstance(widget, SuffixedMultiWidget):
        return [widget.suffixed(name, suffix) for suffix in widget.suffixes]
    if isinstance(widget, forms.MultiWidget):
        return [f"{name}_{index}" for index in range(len(widget.widgets))]
    return [name]


def choice_label(field: forms.Field, value: Any) -> str:
    """A filter's value in the words of its form field."""
    if isinstance(value, models.Model):
        describe = getattr(field, "label_from_instance", str)
        return str(describe(value))
    if isinstance(value, slice):
        return _range_label(value.start, value.stop)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices = dict(_flat(getattr(field, "choices", ())))
    return str(choices.get(value, choices.get(str(value), value)))


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield value, label


def _range_label(start: Any, stop: Any) -> str:
    ends = [end.date() if hasattr(end, "date") else end for end in (start, stop)]
    if ends[0] is None:
        return f"≤ {ends[1]}"
    return f"≥ {ends[0]}" if ends[1] is None else f"{ends[0]} – {ends[1]}"


def as_query_dict(data: Any) -> QueryDict:
    """The data as a QueryDict, also when a test or a script gave a plain mapping."""
    if isinstance(data, QueryDict):
        return data
    query = QueryDict(mutable=True)
    for name, value in dict(data).items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return query


def without(data: QueryDict, names: set[str]) -> str:
    """The query string without these parameters and without empty ones."""
    kept = QueryDict(mutable=True)
    for name, values in data.lists():
        given = [value for value in values if value]
        if name not in names and given:
            kept.setlist(name, given)
    return kept.urlencode()


def _without_one(data: QueryDict, name: str, value: Any) -> str:
    """The query string without one value of a filter that takes several."""
    gone = str(value.pk if isinstance(value, models.Model) else value)
    kept = data.copy()
    kept.setlist(name, [given for given in data.getlist(name) if given != gone])
    return without(kept, {"page"})
