"""A project's meta: Supervisely's classes and tags, and ours, either way. No queries."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from labeling.clients.supervisely.geometry import SHAPES, WORDS
from labeling.clients.supervisely.unfit import Unfit
from labeling.clients.supervisely.wire import Body
from labeling.projects.models import LabelClass, TagDefinition
from labeling.projects.states import AppliesTo, ValueType

VALUE_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "none": ValueType.NONE.value,
        "any_string": ValueType.STRING.value,
        "any_number": ValueType.NUMBER.value,
        "oneof_string": ValueType.CHOICE.value,
    }
)
APPLIES: Mapping[str, str] = MappingProxyType(
    {
        "all": AppliesTo.BOTH.value,
        "imagesOnly": AppliesTo.IMAGES.value,
        "objectsOnly": AppliesTo.OBJECTS.value,
    }
)
VALUE_WORDS = {ours: word for word, ours in VALUE_TYPES.items()}
APPLIES_WORDS = {ours: word for word, ours in APPLIES.items()}
# Grouping of pictures that a project of ours does not have.
SETTINGS: Mapping[str, Any] = MappingProxyType(
    {"groupImages": False, "groupImagesByTagId": None, "groupImagesSync": False}
)

MORE_OF_TAGS = ("default", "default_value", "frame_range_min_length", "frame_range_max_length")

_HOTKEY = re.compile(r"[a-z0-9]?\Z")


@dataclass(frozen=True)
class Wanted:
    """One class or tag of a meta that was sent.

    Attributes:
        key: the id that it says to have; of another project where the meta was copied.
        values: as our form takes them.
        classes: names of the classes that a tag is for.
    """

    key: int | None
    name: str
    values: Mapping[str, Any]
    classes: tuple[str, ...] = ()


def shown_class(each: LabelClass) -> dict[str, Any]:
    """A class as the SDK reads it."""
    return {
        "id": each.pk,
        "title": each.name,
        "description": "",
        "shape": WORDS[each.shape],
        "color": each.color.upper(),
        "geometry_config": {},
        "hotkey": each.hotkey.upper(),
    }


def shown_tag(each: TagDefinition) -> dict[str, Any]:
    """A tag definition as the SDK reads it; with its classes fetched."""
    shown = {
        "id": each.pk,
        "name": each.name,
        "value_type": VALUE_WORDS[each.value_type],
        "color": each.color.upper(),
        "hotkey": each.hotkey.upper(),
        "applicable_type": APPLIES_WORDS[each.applies_to],
        "classes": [kind.name for kind in each.classes.all() if kind.removed_at is None],
        "target_type": "all",
    }
    if each.value_type == ValueType.CHOICE:
        shown["values"] = list(each.choices)
    return shown


def read_class(given: Body) -> Wanted:
    """A class that was sent.

    Raises:
        Unfit: a shape or a setting that our classes do not have.
    """
    name = given.text("title")
    word = given.text("shape")
    if word not in SHAPES:
        raise _unkept(given, name, _("The shape “%s” cannot be kept here.") % word[:40])
    if given.raw("description"):
        raise _unkept(given, name, _("A class's description cannot be kept here."))
    if given.raw("geometry_config"):
        raise _unkept(given, name, _("A class's geometry_config cannot be kept here."))
    values = {
        "shape": SHAPES[word],
        **_color(given),
        "hotkey": _hotkey(given, name),
    }
    return Wanted(given.key_or_none("id"), name, {"name": name, **values})


def read_tag(given: Body) -> Wanted:
    """A tag that was sent.

    Raises:
        Unfit: a kind of value or a target that our tags do not have.
    """
    name = given.text("name")
    value_type = given.text("value_type")
    if value_type not in VALUE_TYPES:
        told = _("Tags with values of type “%s” cannot be kept here.")
        raise _unkept(given, name, told % value_type[:40])
    applies = given.text("applicable_type", "all")
    if applies not in APPLIES or given.text("target_type", "all") != "all":
        raise _unkept(given, name, _("A tag is for all, imagesOnly or objectsOnly."))
    if any(given.raw(each) not in (None, False, 0) for each in MORE_OF_TAGS):
        raise _unkept(given, name, _("A tag has no default and no range of frames here."))
    values = {
        "value_type": VALUE_TYPES[value_type],
        **_color(given),
        "choices": given.texts("values") if value_type == "oneof_string" else [],
        "applies_to": APPLIES[applies],
        "hotkey": _hotkey(given, name),
    }
    classes = tuple(given.texts("classes"))
    return Wanted(given.key_or_none("id"), name, {"name": name, **values}, classes)


def refuse_settings(given: Body) -> None:
    """Settings of a project that ours does not have.

    Raises:
        Unfit
    """
    for name, value in given.given.items():
        if value and value != SETTINGS.get(name) and name != "multiView":
            told = _("This setting of a project cannot be kept here.")
            raise Unfit(told, f"{given.path}{name}")
    if given.object("multiView").flag("enabled"):
        raise Unfit(_("Images cannot be grouped here."), f"{given.path}multiView")


def _color(given: Body) -> dict[str, str]:
    """The colour, if one was sent; a new row gets one of its own otherwise."""
    return {"color": given.text("color").lower()} if "color" in given else {}


def _hotkey(given: Body, name: str) -> str:
    hotkey = given.text("hotkey").lower()
    if not _HOTKEY.match(hotkey):
        raise _unkept(given, name, _("A hotkey is one letter or one digit here."))
    return hotkey


def _unkept(given: Body, name: str, told: str) -> Unfit:
    return Unfit(told, f"{given.path.rstrip('.')} “{name[:100]}”")
