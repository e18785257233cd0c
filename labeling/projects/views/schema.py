"""The schema editor: classes and tags in rows that are added, edited and moved where they stand.

Without scripts every button is a form or a link to a page. With htmx the same addresses answer
with the whole editor, or with the one row that has errors.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from accounts.views.verbs import action_of, refuse_unless_permitted, verb_page
from labeling.core import workflow
from labeling.core.errors import Invalid
from labeling.core.http import (
    Request,
    get_visible_or_404,
    next_url,
    redirect_htmx,
    render_page,
    toast,
    wants_partial,
)
from labeling.core.workflow import out_of_turn
from labeling.projects.models import LabelClass, Project, TagDefinition
from labeling.projects.usage import uses_of
from labeling.projects.views.verbs import consequence, sentence, undo_url

Row = LabelClass | TagDefinition


@dataclass(frozen=True)
class Kind:
    """One of the two lists of a schema.

    Attributes:
        key: how its ids on the page begin.
        template: draws the fields of a row's form.
    """

    key: str
    model: type[models.Model]
    add: str
    edit: str
    template: str


CLASSES = Kind("class", LabelClass, "add-class", "edit-class", "projects/class_form.html")
TAGS = Kind("tag", TagDefinition, "add-tag", "edit-tag", "projects/tag_form.html")
KINDS: Mapping[type[models.Model], Kind] = {kind.model: kind for kind in (CLASSES, TAGS)}


def _projects(request: Request) -> Any:
    return Project.objects.visible_to(request.actor).select_related("team", "workspace")


@require_GET
def schema(request: Request, pk: int) -> HttpResponse:
    """The classes and tags of a project."""
    context = schema_context(request, get_visible_or_404(_projects(request), pk))
    return render_page(request, "projects/schema.html", context, partial="editor")


def schema_context(request: Request, project: Project, **forms: Any) -> dict[str, Any]:
    """What the editor draws from.

    Arguments:
        forms: `class_form`, `tag_form` with errors instead of empty ones.
    """
    classes = LabelClass.objects.visible_to(request.actor).filter(project=project)
    tags = TagDefinition.objects.visible_to(request.actor).filter(project=project)
    can_edit = workflow.allows(action_of(Project, "add-class"), project, request.actor)
    context = {
        "title": _("Schema"),
        "nav": "projects",
        "current_team": project.team,
        "project": project,
        "can_edit": can_edit,
        "classes": classes.filter(removed_at=None),
        "removed_classes": classes.exclude(removed_at=None),
        "tags": tags.filter(removed_at=None).prefetch_related("classes"),
        "removed_tags": tags.exclude(removed_at=None),
    }
    if can_edit:
        context["class_form"] = forms.get("class_form") or blank(CLASSES, project, request)
        context["tag_form"] = forms.get("tag_form") or blank(TAGS, project, request)
    return context


def blank(kind: Kind, project: Project, request: Request) -> Any:
    """The empty form of a further row."""
    action = action_of(Project, kind.add)
    kwargs = action.form_kwargs(project, request.actor)
    form = action.form(auto_id=f"add_{kind.key}_%s", **kwargs)
    form.initial["color"] = form.next_color()  # type: ignore[attr-defined]
    return form


@require_POST
def add_class(request: Request, pk: int) -> HttpResponseBase:
    """A further class."""
    return _add(request, pk, CLASSES)


@require_POST
def add_tag(request: Request, pk: int) -> HttpResponseBase:
    """A further tag."""
    return _add(request, pk, TAGS)


def _add(request: Request, pk: int, kind: Kind) -> HttpResponseBase:
    project = get_visible_or_404(_projects(request), pk)
    action = action_of(Project, kind.add)
    try:
        change = workflow.perform(action, project, request.actor, request.POST)
    except Invalid:
        kwargs = action.form_kwargs(project, request.actor)
        form = action.form(request.POST, auto_id=f"add_{kind.key}_%s", **kwargs)
        forms = {f"{kind.key}_form": form}
        return _editor(request, project, 422 if wants_partial(request) else 400, **forms)
    return _changed(request, change, project)


@require_http_methods(["GET", "POST"])
def class_verb(request: Request, pk: int, verb: str) -> HttpResponseBase:
    """A verb on a class."""
    rows = LabelClass.objects.visible_to(request.actor)
    return _row_verb(request, get_visible_or_404(rows.select_related("project__team"), pk), verb)


@require_http_methods(["GET", "POST"])
def tag_verb(request: Request, pk: int, verb: str) -> HttpResponseBase:
    """A verb on a tag."""
    rows = TagDefinition.objects.visible_to(request.actor)
    return _row_verb(request, get_visible_or_404(rows.select_related("project__team"), pk), verb)


def _row_verb(request: Request, row: Row, verb: str) -> HttpResponseBase:
    # Who may see classes may not see the page of their project: the restricted see own work only.
    get_visible_or_404(_projects(request), row.project_id)
    action = workflow.find(type(row), verb)
    if action is None:
        raise Http404
    if request.method == "GET" and not action.is_source(row):
        raise out_of_turn(action, row)
    if wants_partial(request) and verb == KINDS[type(row)].edit:
        return _edit_in_place(request, action, row)
    return verb_page(
        request,
        action,
        row,
        schema_url(row.project),
        lambda change: _changed(request, change, row.project),
        current_team=row.project.team,
        nav="projects",
        title=action.label,
        consequence=consequence(action, row) or in_use(row, verb),
        breadcrumbs=crumbs(row.project),
    )


def _edit_in_place(request: Request, action: workflow.Action, row: Row) -> HttpResponseBase:
    """A row as a form; once it is saved, the whole editor again."""
    refuse_unless_permitted(action, row, request.actor)
    kwargs = action.form_kwargs(row, request.actor)
    kind = KINDS[type(row)]
    status = 200
    if request.method == "POST":
        try:
            change = workflow.perform(action, row, request.actor, request.POST)
            return _changed(request, change, row.project)
        except Invalid:
            status = 422
    data = request.POST if request.method == "POST" else None
    context = {
        "row": row,
        "kind": kind,
        "form": action.form(data=data, auto_id=f"edit_{kind.key}_{row.pk}_%s", **kwargs),
        "uses": in_use(row, action.verb),
        "cancel_url": schema_url(row.project),
    }
    return render_page(request, kind.template, context, status=status)


def in_use(row: Row, verb: str) -> str:
    """What of the row exists already, said before it is edited."""
    if verb not in {CLASSES.edit, TAGS.edit}:
        return ""
    uses = [use.text for use in uses_of(row)]
    if not uses:
        return ""
    if isinstance(row, LabelClass):
        meaning = _("They follow a new name or colour; those of another shape stay as they are.")
    else:
        meaning = _("They follow a new name; values that people gave stay as they are.")
    return _("In use: %(uses)s. %(meaning)s") % {"uses": ", ".join(uses), "meaning": meaning}


def schema_url(project: Project) -> str:
    """The editor's address."""
    return reverse("projects:schema", args=[project.pk])


def crumbs(project: Project) -> list[dict[str, Any]]:
    """The way to the editor."""
    return [
        {"url": project.get_absolute_url(), "label": project.name},
        {"url": schema_url(project), "label": _("Schema")},
    ]


def _changed(request: Request, change: workflow.Change, project: Project) -> HttpResponseBase:
    """The editor as it is now, and a word about what happened."""
    text = sentence(change, change.outcome or change.obj)
    if not wants_partial(request):
        toast(request, text, undo_url=undo_url(change))
        return redirect_htmx(request, next_url(request, schema_url(project)))
    project = get_visible_or_404(_projects(request), project.pk)
    response = reswap(retarget(_editor(request, project), "#schema"), "outerHTML")
    if change.action.undo:  # what was added, saved or moved can be seen
        toast(response, text, undo_url=undo_url(change))
    trigger_client_event(response, "close-dialog")
    return response


def _editor(
    request: Request, project: Project, status: int | None = None, **forms: Any
) -> HttpResponse:
    context = schema_context(request, project, **forms)
    return render_page(request, "projects/schema.html", context, partial="editor", status=status)
