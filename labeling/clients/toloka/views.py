"""The one address of all calls."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, AuthenticationFailed

from accounts.actor import Actor
from accounts.authentication import note_use, token_of
from labeling.clients.toloka import batches, failures, items, projects, solutions
from labeling.clients.toloka.calls import Asking, answer_of
from labeling.clients.toloka.wire import written
from labeling.core.errors import WorkflowError

__all__ = ["answer", "batches", "items", "projects", "solutions"]

# The client writes the second word for tokens of another look; ours may look like either.
WORDS = ("OAuth", "ApiKey")


@csrf_exempt  # a script sends its token, never a cookie
@login_not_required  # asked below, so that the answer is one that the client understands
@never_cache
def answer(request: HttpRequest, call: str) -> HttpResponse:
    """Answer one call of Toloka's client; refusals are told as it expects them."""
    try:
        found = answer_of(Asking(_actor(request), request), str(request.method), call)
    except APIException as error:
        return failures.from_rest(error)
    except WorkflowError as error:
        return failures.from_workflow(error)
    except Http404:
        return failures.missing()
    except SuspiciousOperation as error:
        return failures.failure(413, failures.VALIDATION, error, {})
    except Exception as error:  # whatever it is, the client breaks on an answer without a code
        return failures.internal(error)
    if found is None:
        return HttpResponse(status=204)
    return HttpResponse(written(found), content_type="application/json")


def _actor(request: HttpRequest) -> Actor:
    word, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if word not in WORDS or not secret:
        raise AuthenticationFailed(_("Give an API token of yours as the client's token."))
    token = token_of(secret)
    note_use(token)
    return Actor.for_user(token.user)
