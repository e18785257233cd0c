"""What went wrong, with the code from which the client chooses its exception."""

import logging
from typing import Any

from graphql import GraphQLError
from rest_framework.exceptions import AuthenticationFailed

from labeling.core.errors import Conflict, Forbidden, WorkflowError
from labeling.core.refusals import explained

logger = logging.getLogger(__name__)

AUTHENTICATION = "AUTHENTICATION_ERROR"
AUTHORIZATION = "AUTHORIZATION_ERROR"
VALIDATION = "GRAPHQL_VALIDATION_FAILED"
PARSING = "GRAPHQL_PARSE_FAILED"
CONFLICT = "RESOURCE_CONFLICT"
MALFORMED = "MALFORMED_REQUEST"
INTERNAL = "INTERNAL_SERVER_ERROR"


def failure(message: Any, code: str) -> dict[str, Any]:
    """One error; the client breaks on an error without a code."""
    return {"message": str(message), "extensions": {"code": code}}


def from_graphql(error: GraphQLError) -> dict[str, Any]:
    """An error of the execution: of the query itself, of our rules, or of ours to mend."""
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        return failure(error.message, VALIDATION)
    if isinstance(cause, WorkflowError):
        return failure(explained(cause), code_of(cause))
    if isinstance(cause, AuthenticationFailed):
        return failure(cause.detail, AUTHENTICATION)
    logger.error("labelbox edge failed", exc_info=cause)
    return failure("Something went wrong in the server; its log has the reason.", INTERNAL)


def code_of(refusal: WorkflowError) -> str:
    """The client's word for a refusal of ours."""
    if isinstance(refusal, Forbidden):
        return AUTHORIZATION
    return CONFLICT if isinstance(refusal, Conflict) else MALFORMED
