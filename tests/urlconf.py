"""Every address of the desk, and clients to ask them: what the generated suites walk over."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admindocs.views import extract_views_from_urlpatterns, simplify_regex
from django.db import models
from django.test import Client
from django.urls import get_resolver
from rest_framework.test import APIClient

from accounts.models import ApiToken, Invitation, Membership, Team, User
from labeling.core.workflow import actions, actions_of
from labeling.jobs.models import Batch, Comment, Job, JobItem, SavedView, Skill
from labeling.operations.models import Delivery, Operation, Webhook
from labeling.projects.models import Dataset, LabelClass, Project, TagDefinition
from tests.scene import KEY

# The word of each model in addresses, of pages as of REST.
PLURALS: dict[type[models.Model], str] = {
    ApiToken: "tokens",
    Batch: "batches",
    Comment: "comments",
    Dataset: "datasets",
    Delivery: "deliveries",
    Invitation: "invitations",
    Job: "jobs",
    JobItem: "job-items",
    LabelClass: "classes",
    Membership: "members",
    Operation: "operations",
    Project: "projects",
    SavedView: "views",
    Skill: "skills",
    TagDefinition: "tag-definitions",
    Team: "teams",
    User: "users",
    Webhook: "webhooks",
}

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
    def is_rest(self) -> bool:
        """Whether scripts ask here, with a token."""
        return self.pattern.startswith("/api/")

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
    """The address with every verb of its model; other parameters get their example or KEY."""
    for verb in _verbs(address) if "verb" in address.names else [""]:
        yield address.fill(**{**EXAMPLES, "verb": verb})


def _verbs(address: Address) -> list[str]:
    """The verbs that fit the word before the key; all there are where that word is unknown."""
    words = address.pattern.split("/")
    for model, plural in PLURALS.items():
        if plural in words:
            return [action.verb for action in actions_of(model)]
    return sorted({verb for _model, verb in actions})


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
