"""The palette's search: whatever has a page and a name, if the actor may see it."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import Membership
from accounts.roles import Capability
from labeling.core.http import Request
from labeling.core.navigation import place
from labeling.jobs.models import Batch, Job
from labeling.projects.models import Dataset, Project

MOST_OF_A_KIND = 5
LONGEST = 100

place("search", "jobs:search")


@require_GET
def search(request: Request) -> JsonResponse:
    """`{"results": [{"label", "kind", "url"}]}` for the words in `q`; each word must occur."""
    words = request.GET.get("q", "")[:LONGEST].split()
    found = list(results(request, words)) if words else []
    return JsonResponse({"results": found})


def results(request: Request, words: list[str]) -> Iterator[dict[str, str]]:
    """The first few of each kind, in the order of the house: projects down to people."""
    actor = request.actor
    kinds: list[tuple[str, QuerySet[Any]]] = [
        (_("Project"), Project.objects.visible_to(actor).filter(archived_at=None)),
        (_("Dataset"), Dataset.objects.visible_to(actor).filter(archived_at=None)),
        (_("Batch"), Batch.objects.visible_to(actor).filter(archived_at=None)),
        (_("Job"), Job.objects.visible_to(actor).filter(archived_at=None)),
    ]
    for kind, rows in kinds:
        named = rows.filter(every_word(words, "name")).only("name").order_by("-pk")
        for row in named[:MOST_OF_A_KIND]:
            yield {"label": row.name, "kind": kind, "url": row.get_absolute_url()}
    yield from people(request, words)


def people(request: Request, words: list[str]) -> Iterator[dict[str, str]]:
    """Active members; each leads to the jobs that they have."""
    members = (
        Membership.objects.visible_to(request.actor)
        .active()
        .filter(every_word(words, "user__display_name", "user__username"))
        .select_related("user", "team")
        .order_by("user__display_name", "pk")
    )
    for member in members[:MOST_OF_A_KIND]:
        if request.actor.can(Capability.VIEW, member.team_id):
            url = reverse("jobs:job-list", args=[member.team_id])
            kind = _("Person in %s") % member.team.name
            yield {
                "label": member.user.name,
                "kind": kind,
                "url": f"{url}?annotator={member.user_id}",
            }


def every_word(words: list[str], *fields: str) -> Q:
    """Each word occurs in one of the fields."""
    where = Q()
    for word in words:
        found = Q()
        for field in fields:
            found |= Q(**{f"{field}__icontains": word})
        where &= found
    return where
