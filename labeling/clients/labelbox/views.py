"""Labelbox's endpoint, and the results of an import as one JSON document."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, JsonResponse, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from rest_framework.exceptions import AuthenticationFailed

from accounts.actor import Actor
from accounts.authentication import actor_of, note_use, token_of
from accounts.models import Team
from accounts.roles import Capability
from labeling.clients.labelbox import failures, shapes, signing
from labeling.clients.labelbox.execution import answer, refused
from labeling.clients.labelbox.reading import Asking
from labeling.core.errors import TooLarge
from labeling.core.http import get_visible_or_404
from labeling.operations.models import Operation, OperationRow
from labeling.operations.states import Outcome
from labeling.projects.models import Item
from labeling.projects.staging import refuse_large_body

ROWS_AT_ONCE = 2_000


@dataclass(frozen=True)
class Query:
    """One GraphQL request."""

    text: str
    variables: Mapping[str, Any]


class UnreadableError(Exception):
    """The request is no GraphQL request; its text says why."""


@csrf_exempt  # a script sends its token, never a cookie
@login_not_required  # asked below, so that the answer is one that the client understands
@require_POST
def graphql(request: HttpRequest, team_id: int | None = None) -> JsonResponse:
    """Answer one GraphQL request of Labelbox's client; errors are told as it expects them.

    Arguments:
        team_id: the organization; else the first team in which the person manages projects.
    """
    try:
        refuse_large_body(request)
        asking = _asking(request, team_id)
        query = read_query(request)
    except AuthenticationFailed as error:
        return _answered(refused(failures.failure(error.detail, failures.AUTHENTICATION)))
    except TooLarge as error:
        return _answered(refused(failures.failure(error.message, failures.MALFORMED)))
    except UnreadableError as error:
        return _answered(refused(failures.failure(error, failures.MALFORMED)))
    return _answered(answer(query.text, query.variables, asking))


def _answered(body: dict[str, Any]) -> JsonResponse:
    # Always 200: the client goes by the code in the body, and retries whatever looks like a 5xx.
    return JsonResponse(body)


def _asking(request: HttpRequest, team_id: int | None) -> Asking:
    word, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if word != "Bearer" or not secret:
        raise AuthenticationFailed("Give an API token of yours as the client's api_key.")
    token = token_of(secret)
    note_use(token)
    actor = Actor.for_user(token.user)
    return Asking(actor, _team(actor, team_id), request)


def _team(actor: Actor, team_id: int | None) -> Team | None:
    teams = Team.objects.visible_to(actor).order_by("pk")
    if team_id is not None:
        return teams.filter(pk=team_id).first()
    managed = actor.teams_where(Capability.MANAGE_PROJECTS)
    return teams.filter(pk__in=managed).first() or teams.first()


def read_query(request: HttpRequest) -> Query:
    """The query of a JSON body, or of a multipart one that carries files.

    The latter follows the GraphQL multipart request specification: `operations` is the request,
    `map` says into which variable each file goes.

    Raises:
        UnreadableError: it is neither.
    """
    is_multipart = request.content_type == "multipart/form-data"
    try:
        body = json.loads(request.POST["operations"] if is_multipart else request.body)
        targets = json.loads(request.POST.get("map", "{}")) if is_multipart else {}
    except (ValueError, KeyError):
        raise UnreadableError("The request is not JSON.") from None
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        raise UnreadableError("The request has no query.")
    variables = body.get("variables") or {}
    if not isinstance(variables, dict) or not isinstance(targets, dict):
        raise UnreadableError("Variables are an object by name.")
    return Query(body["query"], {**variables, **_files(request, targets)})


def _files(request: HttpRequest, targets: Mapping[str, Any]) -> dict[str, Any]:
    files = {}
    for field, paths in targets.items():
        for path in paths if isinstance(paths, list) else ():
            files[str(path).removeprefix("variables.")] = request.FILES.get(field)
    return files


@login_not_required  # the address itself is signed
@require_safe
def results(request: HttpRequest, token: str) -> StreamingHttpResponse:
    """What an import made and what it refused, as the client's plain tasks read it; streamed."""
    opened = signing.opened(token)
    if opened is None:
        raise Http404
    key, person = opened
    actor = actor_of(person)
    operation = get_visible_or_404(Operation.objects.visible_to(actor), key)
    document = _document(operation, actor, request)
    answer = StreamingHttpResponse(document, content_type="application/json")
    answer["Cache-Control"] = "private, no-store"
    return answer


def _document(operation: Operation, actor: Actor, request: HttpRequest) -> Iterator[str]:
    items = Item.objects.visible_to(actor).filter(imported_by=operation).order_by("position")
    rows = OperationRow.objects.visible_to(actor).filter(operation=operation)
    failed = rows.exclude(outcome=Outcome.OK)
    yield '{"createdDataRows": ['
    made = (shapes.created_row_shape(each, request) for each in items.iterator(ROWS_AT_ONCE))
    yield from _listed(made)
    yield '], "errors": ['
    yield from _listed(legacy_failure(row) for row in failed.order_by("number").iterator())
    yield f'], "error": {json.dumps(operation.message or None)}}}'


def _listed(parts: Iterable[Any]) -> Iterator[str]:
    for number, part in enumerate(parts):
        yield f"{', ' if number else ''}{json.dumps(part)}"


def legacy_failure(row: OperationRow) -> dict[str, Any]:
    """A refused row as plain tasks have it."""
    shown = shapes.failed_row_shape(row)
    return {"message": shown["message"], "failedDataRows": [shown["spec"]]}
