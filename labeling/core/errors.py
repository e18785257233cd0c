"""Why a request was refused, in words that tell the person what to do.

One small family, so that pages, REST and the vendors' edges translate it in one place each.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _


class WorkflowError(Exception):
    """A refusal.

    Attributes:
        status: the HTTP status that fits it.
        message: one sentence for the person who asked.
        details: facts for a client (the current state, the stored version, ...), JSON-able.
    """

    status: ClassVar[int] = 400

    def __init__(self, message: Any, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def as_dict(self) -> dict[str, Any]:
        """The body of a JSON answer."""
        return {"detail": str(self.message), **self.details}


class Forbidden(WorkflowError):
    """The actor's role does not allow this verb, or a rule about this object forbids it to them."""

    status = 403


class Conflict(WorkflowError):
    """Not now: the object is in another state, or was changed meanwhile. Details say which."""

    status = 409


class TooLarge(WorkflowError):
    """More bytes than are taken; said before they are read."""

    status = 413


class Invalid(WorkflowError):
    """The data does not fit; `errors` maps each field to what is wrong with it."""

    status = 400

    def __init__(
        self,
        errors: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]],
        message: Any = _("Some values do not fit."),
        **details: Any,
    ) -> None:
        super().__init__(message, **details)
        self.errors = errors

    def as_dict(self) -> dict[str, Any]:
        """The body of a JSON answer, with the errors by field or by row."""
        if isinstance(self.errors, Mapping):
            errors: Any = {
                name: [str(text) for text in texts] for name, texts in self.errors.items()
            }
        else:
            errors = [{key: str(value) for key, value in row.items()} for row in self.errors]
        return {**super().as_dict(), "errors": errors}
