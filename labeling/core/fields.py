"""Form fields that pages and scripts fill alike."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django import forms
from django.db import models
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from labeling.core.http import is_key

M = TypeVar("M", bound=models.Model)


class FlagInput(forms.CheckboxInput):
    """A checkbox whose page also sends "false", so that "not sent" can mean the default."""

    template_name = "components/flag_input.html"

    def __init__(self, *args: Any, default: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.default = default

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> Any:
        """The last value sent (the checkbox after its hidden twin); the default without any."""
        if name not in data:
            return self.default
        return super().value_from_datadict(data, files, name)

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> bool:
        """Whether neither the checkbox nor its twin was sent."""
        return name not in data


class Flag(forms.BooleanField):
    """Yes or no, with a default for scripts that do not say.

    Arguments:
        default: what it is when it was not sent at all.
    """

    def __init__(self, *, default: bool, **kwargs: Any) -> None:
        super().__init__(
            required=False, initial=default, widget=FlagInput(default=default), **kwargs
        )


class KnownKeys(forms.ModelMultipleChoiceField[M]):
    """Several rows of a table. A number that no key can be is no choice, rather than an error."""

    def _check_values(self, value: Any) -> Any:
        for part in value:
            if not is_key(str(part)):
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"],
                    code="invalid_choice",
                    params={"value": part},
                )
        return super()._check_values(value)  # type: ignore[misc]


class ChosenField(KnownKeys[M]):
    """Several rows of a table; `None` when it was not sent, so that "none" can be chosen.

    A page sends one empty value along with the boxes that are ticked.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", ChosenInput)
        super().__init__(*args, **kwargs)

    def clean(self, value: Any) -> Any:
        """The chosen rows, in the order of the table; None when it was not sent."""
        if value is None:
            return None
        return super().clean([part for part in value if part != ""])


class ChosenInput(forms.CheckboxSelectMultiple):
    """Checkboxes with a hidden empty value, see `ChosenField`."""

    template_name = "components/chosen_input.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str] | None:
        """All values sent, or None when there was none at all."""
        if name not in data:
            return None
        values: Iterable[str] = data.getlist(name) if hasattr(data, "getlist") else data[name]
        return list(values)


class IdListField(forms.CharField):
    """Ids of rows: repeated values, or one text with commas between them."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[int]:  # type: ignore[override]
        """The ids in the order given, each once.

        Raises:
            ValidationError: something is not a whole number, or none that a key can be.
        """
        parts = value if isinstance(value, list | tuple) else [value or ""]
        words = [word.strip() for part in parts for word in str(part).split(",")]
        given = [word for word in words if word]
        if not all(map(is_key, given)):
            raise forms.ValidationError(_("Ids are whole numbers."))
        return list(dict.fromkeys(map(int, given)))

    def validate(self, value: Any) -> None:
        """An empty list is fine."""

    def run_validators(self, value: Any) -> None:
        """Nothing beyond being whole numbers."""
