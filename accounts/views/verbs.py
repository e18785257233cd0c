"""How a page performs a verb: a form for its input, a toast and the way back when it is done."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import models
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from labeling.core import workflow
from labeling.core.errors import Forbidden, Invalid
from labeling.core.http import (
    Request,
    get_visible_or_404,
    next_url,
    redirect_htmx,
    render_page,
    toast,
    wants_partial,
)

Done = Callable[[workflow.Change], HttpResponseBase]


def own_account(request: Request) -> User:
    """The account behind the request."""
    return get_visible_or_404(User.objects.visible_to(request.actor), request.user.pk or 0)


def action_of(model: type[models.Model], verb: str) -> workflow.Action:
    """The action of a verb that this code knows to exist."""
    return workflow.actions[model, verb]


def bound_form(
    action: workflow.Action, obj: Any, request: Request, initial: Mapping[str, Any] | None = None
) -> Any:
    """The action's form with what was posted, or as it begins.

    Arguments:
        initial: what the address says to begin with, before what the action says.
    """
    data = request.POST if request.method == "POST" else None
    kwargs = action.form_kwargs(obj, request.actor)
    if initial and data is None:
        kwargs["initial"] = {**(kwargs.get("initial") or {}), **initial}
    return action.form(data=data, **kwargs)


def refuse_unless_permitted(action: workflow.Action, obj: Any, actor: Any) -> None:
    """Say no before somebody fills in a form that would be refused anyway.

    Raises:
        Forbidden: by role, or by the action's rule about this object.
    """
    if not action.permits(obj, actor):
        raise Forbidden(_("Your role in this team does not allow this: %s") % action.label)
    reason = action.refusal(obj, actor)
    if reason is not None:
        raise Forbidden(reason)


def verb_page(
    request: Request,
    action: workflow.Action,
    obj: models.Model,
    back: str,
    done: Done,
    initial: Mapping[str, Any] | None = None,
    **context: Any,
) -> HttpResponseBase:
    """The form of a verb (GET) or its performance (POST).

    Arguments:
        back: where the form's cancel link leads.
        done: answers once the verb is performed.
        initial: what the form begins with, before what the action says.
        context: more for the template.
    """
    refuse_unless_permitted(action, obj, request.actor)
    form = bound_form(action, obj, request, initial)
    status = 200
    if request.method == "POST":
        try:
            return done(workflow.perform(action, obj, request.actor, request.POST))
        except Invalid as error:
            take_over_errors(form, error)
            status = refused_status(request)
    shown = {
        "action": action,
        "url": request.path,
        "form": form,
        "next": next_url(request, back),
        **context,
    }
    return render_page(request, "core/verb.html", shown, partial="form", status=status)


def refused_status(request: Request) -> int:
    """The status of a form with errors: htmx swaps a 422 in, anything else is told a 400."""
    return 422 if wants_partial(request) else 400


def take_over_errors(form: Any, error: Invalid) -> None:
    """Show in the form what only the performance found out (a login taken meanwhile)."""
    if form.is_valid() and isinstance(error.errors, dict):
        for name, texts in error.errors.items():
            for text in texts:
                form.add_error(name, text)


def back_with_toast(
    request: Request, change: workflow.Change, message: Any, back: str, url_name: str = ""
) -> HttpResponseBase:
    """Go back to where the verb was asked for, and say what happened.

    Arguments:
        url_name: the view that performs verbs on this kind of object, to offer the undo.
    """
    undo = change.action.undo
    undo_url = reverse(url_name, args=[change.obj.pk, undo]) if undo and url_name else None
    toast(request, message, undo_url=undo_url)
    return redirect_htmx(request, next_url(request, back))
