"""The apps: at the vendor many solutions, here the one thing that people do on this desk."""

from typing import Any

from django.utils.translation import gettext as _

from labeling.clients.toloka.calls import Asking, not_found, serve
from labeling.clients.toloka.searching import ID, NAME, Fields, listed, read_search
from labeling.clients.toloka.words import APP
from labeling.projects.states import AppliesTo, Shape, ValueType

APPS = Fields(compared={"id": ID, "name": NAME}, sorted=("id",), words=("lang",))


@serve("GET", "apps")
def find_apps(asking: Asking) -> Any:
    """The list of the one app."""
    search = read_search(asking.request, APPS)
    app = brief()
    fits = all(_holds(app[field], each, value) for field, each, value in search.comparisons)
    return listed([app] if fits else [], more=False)


def _holds(own: str, comparison: str, value: str) -> bool:
    if own == value:
        return comparison in ("gte", "lte")
    return (own > value) == comparison.startswith("gt")


@serve("GET", "apps/{app}")
def get_app(asking: Asking, app: str) -> Any:
    """The app with what goes in and what comes out."""
    if app != APP:
        raise not_found()
    return {
        **brief(),
        "constraints_description": _("An item is one picture."),
        "param_spec": PARAMETERS,
        "input_spec": {
            "image_url": {"type": "url", "required": False, "hidden": False},
            "item_id": {"type": "string", "required": False, "hidden": False},
            "id": {"type": "string", "required": False, "hidden": False},
        },
        "output_spec": {
            "objects": {"type": "array_json", "required": True, "hidden": False},
            "tags": {"type": "array_json", "required": True, "hidden": False},
        },
        "input_format_info": {
            "image_url": _("Where the picture lies; it is fetched when somebody needs it."),
            "item_id": _("Instead of an address: an item that is in the project already."),
            "id": _("What you call the item."),
        },
    }


def brief() -> dict[str, Any]:
    """The app as lists have it."""
    return {
        "id": APP,
        "name": _("Image annotation"),
        "image": None,
        "description": _("People draw objects on pictures and tag them; reviewers decide."),
        "default_item_price": 0,
        "examples": [],
    }


_TEXT = {"type": "string"}
PARAMETERS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "description": _TEXT,
        "classes": {
            "type": "array",
            "items": {
                "type": ["string", "object"],
                "required": ["name"],
                "additionalProperties": False,
                "properties": {
                    "name": _TEXT,
                    "shape": {"enum": list(Shape.values)},
                    "color": _TEXT,
                    "hotkey": _TEXT,
                },
            },
        },
        "tags": {
            "type": "array",
            "items": {
                "type": ["string", "object"],
                "required": ["name"],
                "additionalProperties": False,
                "properties": {
                    "name": _TEXT,
                    "value_type": {"enum": list(ValueType.values)},
                    "color": _TEXT,
                    "choices": {"type": "array", "items": _TEXT},
                    "applies_to": {"enum": list(AppliesTo.values)},
                    "hotkey": _TEXT,
                },
            },
        },
    },
}
"""A project's `parameters`, as JSON Schema: its label schema."""
