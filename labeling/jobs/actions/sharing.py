"""The fields that say among whom work is spread and how much each gets; every form has the same."""

import json
import math
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from labeling.core.fields import ChosenField
from labeling.core.http import is_key
from labeling.jobs.spreading import WHOLE, exact
from labeling.jobs.states import Spread

MOST_WEIGHT = 1_000_000


class PeopleField(ChosenField[User]):
    """People to choose from, shown by name."""

    def label_from_instance(self, obj: Any) -> str:
        """The person's name."""
        return str(obj.name)


class WeightsInput(forms.Widget):
    """One number for each person: a page sends `weights-<id>`, a script `weights` as an object."""

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> Any:
        """The object that a script sent, else the numbers of the page; None without either."""
        if data.get(name) is not None:
            return data[name]
        mark = f"{name}-"
        sent = {key.removeprefix(mark): data[key] for key in data if key.startswith(mark)}
        return {person: number for person, number in sent.items() if str(number).strip()} or None

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> bool:
        """Whether nobody's number was sent."""
        return self.value_from_datadict(data, files, name) is None


class WeightsField(forms.JSONField):
    """Numbers from 0 by the id of a person."""

    widget = WeightsInput

    def to_python(self, value: Any) -> dict[int, float]:  # type: ignore[override]
        """The numbers by id.

        Raises:
            ValidationError: something else was sent.
        """
        found = super().to_python(value) or {}
        if not isinstance(found, dict) or not all(is_key(str(person)) for person in found):
            raise forms.ValidationError(
                _("Send an object of numbers by the id of a person, such as {“12”: 30}.")
            )
        return {int(person): self._number(number) for person, number in found.items()}

    def validate(self, value: Any) -> None:
        """Whether numbers are needed depends on the spread."""

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was sent, to be shown again: a page's numbers are an object already."""
        return data if isinstance(data, dict) else super().bound_data(data, initial)

    def prepare_value(self, value: Any) -> Any:
        """The object itself: the page draws a number for each person."""
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether it says anything else."""
        return bool(data) and json.dumps(data, default=str) != json.dumps(initial, default=str)

    def _number(self, given: Any) -> float:
        try:
            number = float(str(given).replace(",", "."))
        except ValueError:
            number = -1
        if not math.isfinite(number) or not 0 <= number <= MOST_WEIGHT or isinstance(given, bool):
            raise forms.ValidationError(_("“%s” is no number from 0 on.") % given)
        return int(number) if number.is_integer() else number


class SharingForm(forms.Form):
    """Among whom, and how much each gets. A subclass calls `check_sharing` in its `clean`."""

    people = PeopleField(queryset=User.objects.none(), label=_("People"))
    spread = forms.ChoiceField(
        choices=Spread,
        required=False,
        initial=Spread.EQUAL,
        label=_("How much each gets"),
    )
    weights = WeightsField(required=False, label=_("Weights or percentages"))

    def clean_spread(self) -> Spread:
        """The same to everybody when nothing was said."""
        return Spread(self.cleaned_data["spread"] or Spread.EQUAL)

    def check_sharing(self, data: dict[str, Any]) -> None:
        """Weights go with the people and, as percentages, sum up; they are complete afterwards."""
        spread, people = data.get("spread"), list(data.get("people") or ())
        given: dict[int, float] = data.get("weights") or {}
        data["weights"] = {}
        if spread not in (Spread.WEIGHTS, Spread.PERCENT) or "weights" in self.errors:
            return
        if not people:
            self.add_error("people", _("Choose the people among whom it is shared."))
            return
        known = {person.pk for person in people}
        strange = [pk for pk, number in given.items() if pk not in known and number]
        if strange:
            offered = self.fields["people"].queryset.filter(pk=strange[0])  # type: ignore[attr-defined]
            name = next((person.name for person in offered), strange[0])
            self.add_error("weights", _("%s has a number but is not chosen.") % name)
        missing = 1 if spread == Spread.WEIGHTS else 0
        weights = {person.pk: given.get(person.pk, missing) for person in people}
        total = sum(exact(number) for number in weights.values())
        if spread == Spread.PERCENT and total != WHOLE:
            told = {"total": f"{float(total):g}"}
            self.add_error("weights", _("The percentages add up to %(total)s. Make it 100.") % told)
        elif not total:
            self.add_error("weights", _("Give somebody a weight above 0."))
        data["weights"] = weights


def as_stored(weights: Mapping[int, float]) -> dict[str, float]:
    """Weights as a batch keeps them."""
    return {str(person): weight for person, weight in weights.items()}
