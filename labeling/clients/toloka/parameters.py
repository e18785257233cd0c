"""A project's `parameters`: at the vendor what an app asks for, here the label schema."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from labeling.clients.toloka.solutions import PARAMETERS
from labeling.core.errors import Invalid
from labeling.core.workflow import actions, perform
from labeling.projects.models import LabelClass, Project, TagDefinition

PROPERTIES: Mapping[str, Any] = PARAMETERS["properties"]  # type: ignore[assignment]
VERBS: Mapping[str, str] = {"classes": "add-class", "tags": "add-tag"}
MOST = 500


def read_parameters(body: Mapping[str, Any]) -> dict[str, Any]:
    """The `parameters` of a project that is to be made.

    Returns:
        The description, and for classes and tags the data of the verbs that add them.

    Raises:
        Invalid
    """
    given = body.get("parameters")
    if given is None:
        given = {}
    if not isinstance(given, dict):
        raise Invalid({"parameters": [_("Send an object.")]})
    _refuse_unknown("parameters", given, PROPERTIES)
    description = given.get("description") or ""
    if not isinstance(description, str):
        raise Invalid({"parameters.description": [_("Send a text.")]})
    rows = {name: list(_rows(name, given.get(name))) for name in VERBS}
    return {"description": description, **rows}


def _rows(name: str, given: Any) -> Iterator[dict[str, Any]]:
    if given is None:
        return
    if not isinstance(given, list) or len(given) > MOST:
        raise Invalid({f"parameters.{name}": [_("Send a list of at most %d.") % MOST]})
    known = PROPERTIES[name]["items"]["properties"]
    for number, each in enumerate(given):
        field = f"parameters.{name}.{number}"
        row = {"name": each} if isinstance(each, str) else each
        if not isinstance(row, dict):
            raise Invalid({field: [_("Send a name, or an object with a name.")]})
        _refuse_unknown(field, row, known)
        for part, value in row.items():
            _refuse_other(f"{field}.{part}", value, is_list=part == "choices")
        yield row


def _refuse_unknown(field: str, given: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    for name in given:
        if name not in known:
            told = _("This is not known here. Known are %(names)s.") % {"names": ", ".join(known)}
            raise Invalid({f"{field}.{name[:100]}": [told]})


def _refuse_other(field: str, value: Any, *, is_list: bool) -> None:
    values = value if is_list and isinstance(value, list) else [value]
    if value is not None and not all(isinstance(each, str) for each in values):
        raise Invalid({field: [_("Send a list of texts.") if is_list else _("Send a text.")]})


def add_schema(project: Project, actor: Actor, parameters: Mapping[str, Any]) -> None:
    """Add the classes and tags of the parameters to a project.

    Raises:
        Invalid: a name is taken, a colour is none, ...; the field says which.
        Forbidden, Conflict: as the verbs.
    """
    for name, verb in VERBS.items():
        for number, row in enumerate(parameters[name]):
            with within(f"parameters.{name}.{number}"):
                perform(actions[Project, verb], project, actor, row)


@contextmanager
def within(field: str) -> Iterator[None]:
    """What is wrong inside is told as a part of this field."""
    try:
        yield
    except Invalid as error:
        if not isinstance(error.errors, Mapping):
            raise
        told = {f"{field}.{name}": texts for name, texts in error.errors.items()}
        raise Invalid(told, error.message) from None


def parameters_of(project: Project) -> dict[str, Any]:
    """A project's schema as parameters, fit for making another one.

    Arguments:
        project: with its offered classes and tags prefetched, as `projects.with_schema` does.
    """
    return {
        "description": project.description,
        "classes": [_class(each) for each in project.classes.all()],
        "tags": [_tag(each) for each in project.tag_definitions.all()],
    }


def _class(row: LabelClass) -> dict[str, Any]:
    return {"name": row.name, "shape": row.shape, "color": row.color, "hotkey": row.hotkey}


def _tag(row: TagDefinition) -> dict[str, Any]:
    return {
        "name": row.name,
        "value_type": row.value_type,
        "color": row.color,
        "choices": row.choices,
        "applies_to": row.applies_to,
        "hotkey": row.hotkey,
    }
