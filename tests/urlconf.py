"""Every address of the desk, and clients to ask them: what the generated suites walk over."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admindocs.views import extract_views_from_urlpatterns, simplify_regex
from django.test import Client
from django.urls import get_resolver
from rest_framework.test import APIClient

from accounts.models import ApiToken, User
from labeling.core.workflow import actions
from tests.scene import KEY

# Parameters that are not keys, with a value that leads somewhere.
EXAMPLES: dict[str, str] = {}

# The framework's own pages, which answer strangers in ways of their own.
FRAMEWORK = ("/admin/", "/account/")


@dataclass(frozen=True)
class Address:
    """One entry of the URLconf.

    Attributes:
        pattern: as a person would write it, "/jobs/<pk>/<verb>/".
        view: what answers.
    """

    pattern: str
    view: Any

    @property
    def names(self) -> list[str]:
        """The parameters in it."""
        return re.findall(r"<(\w+)>", self.pattern)

    @property
    def view_class(self) -> type | None:
        """The class behind the view, if there is one."""
        found = getattr(self.view, "view_class", None) or getattr(self.view, "cls", None)
        return found if isinstance(found, type) else None

    def fill(self, **values: Any) -> str:
        """The address with its parameters filled in; those not named get KEY."""
        return re.sub(r"<(\w+)>", lambda match: str(values.get(match.group(1), KEY)), self.pattern)


def addresses() -> Iterator[Address]:
    """Every address of the URLconf."""
    for view, pattern, _namespace, _name in extract_views_from_urlpatterns(
        get_resolver().url_patterns
    ):
        plain = re.sub(r"<\w+:(\w+)>", r"<\1>", simplify_regex(str(pattern)))
        yield Address(plain, view)


def about_objects() -> list[Address]:
    """Our addresses with a parameter."""
    return [
        address
        for address in addresses()
        if address.names and not address.pattern.startswith(FRAMEWORK)
    ]


def filled(address: Address) -> Iterator[str]:
    """The address with every verb that it takes; other parameters get their example or KEY."""
    verbs = sorted({verb for _model, verb in actions}) if "verb" in address.names else [""]
    for verb in verbs:
        yield address.fill(**{**EXAMPLES, "verb": verb})


def browser(user: User | None = None) -> Client:
    """A browser of that person, or of a visitor; errors are answers too."""
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client


def script(user: User) -> APIClient:
    """A script of that person."""
    client = APIClient(raise_request_exception=False)
    _token, secret = ApiToken.issue(user, "test")
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    return client
