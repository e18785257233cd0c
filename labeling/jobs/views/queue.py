"""The queue of a team: its batches in the order in which the pool gives out their jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Team
from accounts.roles import Capability
from labeling.core.errors import Forbidden
from labeling.core.http import (
    Request,
    get_visible_or_404,
    redirect_htmx,
    render_page,
    toast,
    wants_partial,
)
from labeling.core.navigation import nav_item
from labeling.core.workflow import actions, perform
from labeling.jobs.dashboards import with_progress
from labeling.jobs.models import Batch
from labeling.jobs.queue.ranks import ENDED, QUEUE_ORDER
from labeling.jobs.states import Priority, Status
from labeling.jobs.views.verbs import undo_url


@dataclass(frozen=True)
class Place:
    """One batch in the queue.

    Attributes:
        up, down: the `name` and `value` that its buttons send; empty where it cannot go further.
    """

    batch: Batch
    up: Mapping[str, Any]
    down: Mapping[str, Any]


@dataclass(frozen=True)
class Level:
    """The batches of one priority, the next one first."""

    priority: Priority
    places: Sequence[Place]


@require_GET
@nav_item(
    "queue",
    label=gettext_lazy("Queue"),
    icon="first",
    url_name="jobs:queue",
    capability=Capability.MANAGE_JOBS,
    order=27,
    on_phone=False,
)
def queue(request: Request, team_id: int) -> HttpResponse:
    """Five levels, each with its batches; managers move them."""
    team = get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    return _page(request, team)


@require_POST
def move(request: Request, pk: int) -> HttpResponseBase:
    """The verb `move-in-queue` from the queue's own page, which is answered as it is then.

    The address of an undo says in its query where the batch stood.
    """
    batches = Batch.objects.visible_to(request.actor).select_related("team")
    batch = get_visible_or_404(batches, pk)
    place = request.GET or request.POST
    change = perform(actions[Batch, "move-in-queue"], batch, request.actor, place)
    said = _("“%s” has another place in the queue.") % batch.name
    undo = undo_url(change)
    if wants_partial(request):
        shown = _page(request, batch.team)
        toast(shown, said, undo_url=undo)
        return shown
    toast(request, said, undo_url=undo)
    return redirect_htmx(request, reverse("jobs:queue", args=[batch.team_id]))


def _page(request: Request, team: Team) -> HttpResponse:
    if not request.actor.can(Capability.MANAGE_JOBS, team.pk):
        raise Forbidden(_("Only managers and owners order the queue."))
    context = {
        "title": _("Queue"),
        "nav": "queue",
        "current_team": team,
        "levels": levels_of(request, team),
    }
    return render_page(request, "jobs/queue.html", context, partial="levels")


def levels_of(request: Request, team: Team) -> list[Level]:
    """The levels from the highest down, empty ones too: a batch may be dropped there."""
    batches = Batch.objects.visible_to(request.actor).filter(team=team).exclude(status__in=ENDED)
    in_pool = Count(
        "jobs",
        filter=Q(
            jobs__annotator=None,
            jobs__archived_at=None,
            jobs__status__in=(Status.PENDING, Status.IN_PROGRESS),
        ),
    )
    shown = with_progress(batches.select_related("project")).annotate(in_pool=in_pool)
    by_level: dict[int, list[Batch]] = {priority.value: [] for priority in reversed(Priority)}
    for batch in shown.order_by(*QUEUE_ORDER):
        by_level[batch.priority].append(batch)
    return [
        Level(Priority(priority), places_of(batches, by_level.get(priority - 1), priority))
        for priority, batches in by_level.items()
    ]


def places_of(
    batches: Sequence[Batch], below: Sequence[Batch] | None, priority: int
) -> list[Place]:
    """The places of one level, each with the two moves by one.

    Arguments:
        below: the level underneath; None under the lowest.
    """
    last = len(batches) - 1
    places = []
    for at, batch in enumerate(batches):
        up: dict[str, Any] = {}
        down: dict[str, Any] = {}
        if at > 0:
            up = {"name": "before", "value": batches[at - 1].pk}
        elif priority < Priority.HIGHEST:
            up = {"name": "priority", "value": priority + 1}
        if at < last:
            down = {"name": "after", "value": batches[at + 1].pk}
        elif below:
            down = {"name": "before", "value": below[0].pk}
        elif below is not None:
            down = {"name": "priority", "value": priority - 1}
        places.append(Place(batch, up, down))
    return places
