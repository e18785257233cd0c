"""The one address of all calls."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, AuthenticationFailed

from accounts.actor import Actor
from accounts.authentication import note_use, token_of
from labeling.clients.supervisely import areas, failures
from labeling.clients.supervisely.calls import Asking, calls, reason_against
from labeling.core.errors import WorkflowError
from labeling.projects.staging import refuse_large_body

__all__ = ["answer", "areas"]


@csrf_exempt  # a script sends its token, never a cookie
@login_not_required  # asked below, so that the answer is one that the SDK understands
@never_cache
def answer(request: HttpRequest, name: str) -> HttpResponseBase:
    """Answer one call; refusals are told as the SDK expects them."""
    if request.method != "POST":
        return failures.failure(405, _("Calls of the SDK are posted."))
    try:
        refuse_large_body(request)
        asking = Asking(_actor(request), request)
        function = calls.get(name)
        if function is None:
            return failures.failure(400, reason_against(name))
        found = function(asking)
    except APIException as error:
        return failures.from_rest(error)
    except WorkflowError as error:
        return failures.from_workflow(error)
    except Http404:
        return failures.not_found()
    if isinstance(found, HttpResponseBase):
        return found
    return JsonResponse(found, safe=False, json_dumps_params={"ensure_ascii": False})


def _actor(request: HttpRequest) -> Actor:
    secret = request.headers.get("x-api-key", "")
    if not secret:
        raise AuthenticationFailed(_("Set API_TOKEN to an API token of yours."))
    token = token_of(secret)
    note_use(token)
    return Actor.for_user(token.user)
