"""A project's classes and tags: read whole, and written whole as the SDK does.

What is sent is what the project offers afterwards. A class or tag that is missing is no longer
offered; what is labeled with it stays here and is back with it (see the verbs on the schema).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from labeling.clients.supervisely.areas.projects import project_named
from labeling.clients.supervisely.calls import Answer, Asking, call
from labeling.clients.supervisely.meta_json import (
    Wanted,
    read_class,
    read_tag,
    refuse_settings,
    shown_class,
    shown_tag,
)
from labeling.clients.supervisely.unfit import Unfit
from labeling.clients.supervisely.wire import Body
from labeling.core.errors import Forbidden, Invalid
from labeling.core.workflow import actions, perform
from labeling.projects.models import LabelClass, Project, TagDefinition


@call("projects.meta")
def meta(asking: Asking) -> Answer:
    """Classes and tags that are offered, in their order."""
    return _shown(asking, project_named(asking))


@call("projects.meta.update")
def meta_update(asking: Asking) -> Answer:
    """Let the project offer exactly these; all of them, or nothing is changed."""
    project = project_named(asking)
    # Said also when nothing differs: who may not change a schema is not told that it was done.
    action = actions[Project, "add-class"]
    if not action.permits(project, asking.actor):
        raise Forbidden(_("Your role in this team does not allow changing the schema."))
    classes, tags = _wanted(asking.body.object("meta"))
    with transaction.atomic():
        rows = _offered(asking, LabelClass, project)
        _remove(asking, rows, classes)
        _settle(asking, project, rows, classes, lambda each: each.values)
        keys = dict(_offered(asking, LabelClass, project).values_list("name", "pk"))
        _refuse_unknown_classes(tags, keys)
        definitions = _offered(asking, TagDefinition, project).prefetch_related("classes")
        _remove(asking, definitions, tags)
        _settle(asking, project, definitions, tags, lambda each: _tag_values(each, keys))
    return _shown(asking, project)


def _shown(asking: Asking, project: Project) -> dict[str, Any]:
    tags = _offered(asking, TagDefinition, project).prefetch_related("classes")
    return {
        "classes": [shown_class(each) for each in _offered(asking, LabelClass, project)],
        "tags": [shown_tag(each) for each in tags],
        "projectType": "images",
    }


def _offered(asking: Asking, model: Any, project: Project) -> QuerySet[Any]:
    found: QuerySet[Any] = model.objects.visible_to(asking.actor).offered()
    return found.filter(project=project)


def _wanted(body: Body) -> tuple[list[Wanted], list[Wanted]]:
    """Classes and tags that were sent.

    Raises:
        Invalid: one that cannot be kept here, or two of one name.
    """
    if body.text("projectType", "images") != "images":
        raise body.wrong("projectType", _("Labeldesk labels images."))
    try:
        refuse_settings(body.object("projectSettings"))
        classes = [read_class(each) for each in body.parts("classes")]
        tags = [read_tag(each) for each in body.parts("tags")]
    except Unfit as unfit:
        raise Invalid({"meta": [str(unfit)]}) from None
    for several in (classes, tags):
        names = [each.name for each in several]
        for name in names:
            if names.count(name) > 1:
                raise body.wrong("classes", _("“%s” stands there twice.") % name[:100])
    return classes, tags


def _known(rows: QuerySet[Any], wanted: Sequence[Wanted]) -> dict[str, Any]:
    """Rows by the name that they are to have: the one of that name, else a renamed one by its id.

    Ids alone would not do: a meta that was copied holds those of the project it came from.
    """
    by_name = {row.name: row for row in rows}
    by_key = {row.pk: row for row in rows if row.name not in {each.name for each in wanted}}
    known = {}
    for each in wanted:
        row = by_name.get(each.name) or by_key.get(each.key)
        if row is not None:
            known[each.name] = row
    return known


def _remove(asking: Asking, rows: QuerySet[Any], wanted: Sequence[Wanted]) -> None:
    kept = {row.pk for row in _known(rows, wanted).values()}
    for row in rows:
        if row.pk not in kept:
            verb = "remove-class" if isinstance(row, LabelClass) else "remove-tag"
            perform(actions[type(row), verb], row, asking.actor)


def _settle(
    asking: Asking,
    project: Project,
    rows: QuerySet[Any],
    wanted: Sequence[Wanted],
    values_of: Callable[[Wanted], Mapping[str, Any]],
) -> None:
    """Change what differs, and add what is missing."""
    is_class = rows.model is LabelClass
    add, edit = ("add-class", "edit-class") if is_class else ("add-tag", "edit-tag")
    known = _known(rows.all(), wanted)
    for each in wanted:
        row, values = known.get(each.name), values_of(each)
        if row is None:
            perform(actions[Project, add], project, asking.actor, values)
        elif not _is_same(row, values):
            perform(actions[rows.model, edit], row, asking.actor, values)


def _is_same(row: Any, values: Mapping[str, Any]) -> bool:
    """Whether a row is as wanted already, so that a second run leaves no line of history."""
    for name, value in values.items():
        if name == "classes":
            stands = {each.pk for each in row.classes.all() if each.removed_at is None}
            if stands != set(value):
                return False
        elif getattr(row, name) != value:
            return False
    return True


def _refuse_unknown_classes(tags: Sequence[Wanted], keys: Mapping[str, int]) -> None:
    for tag in tags:
        for name in tag.classes:
            if name not in keys:
                told = _("The tag “%(tag)s” is for a class “%(name)s” that is not in the meta.")
                raise Invalid({"meta": [told % {"tag": tag.name[:100], "name": name[:100]}]})


def _tag_values(wanted: Wanted, keys: Mapping[str, int]) -> dict[str, Any]:
    return {**wanted.values, "classes": [keys[name] for name in wanted.classes]}
