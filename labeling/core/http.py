"""Requests and answers of pages: whole page or partial, toasts, redirects, what may be seen."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

M = TypeVar("M", bound=models.Model)

# Digits of a key: columns hold 64 bits, and more would be an error of the database, not a miss.
LONGEST_KEY = 18

LEVELS: Mapping[str, int] = {
    "info": messages.INFO,
    "success": messages.SUCCESS,
    "warning": messages.WARNING,
    "error": messages.ERROR,
}

if TYPE_CHECKING:

    class Request(HttpRequest):
        """A request after our middleware: with the actor and htmx's details."""

        # An accounts.actor.Actor, which this floor cannot name: it imports nothing above it.
        actor: Any
        htmx: HtmxDetails

else:
    Request = HttpRequest


@dataclass(frozen=True)
class Toast:
    """A short message at the edge of the page, with the URL that takes the change back if any."""

    message: str
    level: str = "success"
    undo_url: str | None = None

    def as_dict(self) -> dict[str, str]:
        """What frame.js reads from the `toast` event."""
        shown = {"message": self.message, "level": self.level}
        return shown | ({"undo": self.undo_url} if self.undo_url else {})


def toast(
    target: HttpRequest | HttpResponseBase,
    message: Any,
    level: str = "success",
    undo_url: str | None = None,
) -> None:
    """Say something to the person.

    Arguments:
        target: a request (shown on the next whole page, so also after a redirect) or a response
            (shown as soon as htmx has it).
        level: info, success, warning or error. Errors stay until they are closed.
        undo_url: where a POST takes the change back.
    """
    shown = Toast(str(message), level, undo_url)
    if isinstance(target, HttpRequest):
        messages.add_message(target, LEVELS[level], shown.message, extra_tags=undo_url or "")
        return
    triggers = json.loads(target.headers.get("HX-Trigger", "{}"))
    triggers["toast"] = [*triggers.get("toast", []), shown.as_dict()]
    target["HX-Trigger"] = json.dumps(triggers)


def wants_partial(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page; going back in history needs it whole."""
    details: HtmxDetails | None = getattr(request, "htmx", None)
    return details is not None and bool(details) and not details.history_restore_request


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    partial: str | None = None,
    status: int | None = None,
) -> HttpResponse:
    """The whole page, or for htmx only its partial, under the same URL.

    Arguments:
        partial: name of a `partialdef` in the template, or a template of its own (with a dot).
    """
    name = template
    if partial and wants_partial(request):
        name = partial if "." in partial else f"{template}#{partial}"
    response = render(request, name, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def redirect_htmx(request: HttpRequest, to: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """Redirect a browser, and htmx too: it would otherwise swap the next page into this one.

    Arguments:
        to: a URL, a view's name or an object, as for django.shortcuts.redirect.
    """
    url = resolve_url(to, *args, **kwargs)
    if wants_partial(request):
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url)


def next_url(request: HttpRequest, default: str) -> str:
    """Where to go after this: the request's `next` if it stays on this site, else the default."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_safe else default


def is_key(text: str) -> bool:
    """Whether a text could be the key of a row: anything else would be an error of the database."""
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY


def get_visible_or_404(queryset: models.QuerySet[M], pk: int | str) -> M:
    """The object of that key, or Http404: unseen and missing look exactly the same.

    Arguments:
        queryset: what the actor may see, from `visible_to`.
    """
    key = str(pk)
    if not is_key(key):
        raise Http404
    found = queryset.filter(pk=key).first()
    if found is None:
        raise Http404
    return found
