"""The page of one job: what it is, how far it is, and what may be done with it now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import EmptyPage, PageNotAnInteger
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.roles import Capability
from labeling.core.charts import Point, burn_up
from labeling.core.http import Request, get_visible_or_404, render_page, wants_partial
from labeling.core.listing import CappedPaginator, FilterError
from labeling.core.times import clock, span
from labeling.core.workflow import Action, NoInput, verbs_for
from labeling.jobs.actions.comments import CommentForm
from labeling.jobs.estimates.reading import Estimate, job_estimates
from labeling.jobs.filters.items import OwnItemFilterSet
from labeling.jobs.history import described
from labeling.jobs.models import Comment, Event, Job, JobItem
from labeling.jobs.pace import estimates_of
from labeling.jobs.schema import offered_classes, offered_tags
from labeling.jobs.states import ItemState, Stage, State, Status
from labeling.jobs.statistics import growth, job_statistics, time_spent
from labeling.jobs.views.cells import work_words
from labeling.jobs.views.labeling import may_label, may_review

ITEMS_A_PAGE = 60
EVENTS_A_PAGE = 50
LEAST_POINTS = 3
CHART_HEIGHT = 110

TABS = {
    "items": "jobs/job_items.html",
    "comments": "jobs/job_comments.html",
    "history": "jobs/job_history.html",
    "statistics": "jobs/job_statistics.html",
}

# Items are looked at on the review page once the job has been handed in.
IN_REVIEW = frozenset({Status.ON_REVIEW, Status.COMPLETED})

# Verbs that the page offers elsewhere: comments have a form of their own.
ELSEWHERE = frozenset({"comment"})
VERBS_IN_VIEW = 3


def visible_job(request: Request, pk: int) -> Job:
    """The job of that key with what its page shows, or a 404."""
    jobs = Job.objects.visible_to(request.actor).select_related(
        "batch", "project", "dataset", "team", "annotator", "reviewer", "created_by", "parent"
    )
    return get_visible_or_404(jobs, pk)


@require_GET
def job(request: Request, pk: int) -> HttpResponse:
    """The page with its items."""
    found = visible_job(request, pk)
    return _page(request, found, "items", items_context(request, found))


@require_GET
def comments(request: Request, pk: int) -> HttpResponse:
    """The page with its comments."""
    found = visible_job(request, pk)
    return _page(request, found, "comments", comments_context(request, found))


@require_GET
def history(request: Request, pk: int) -> HttpResponse:
    """The page with its history."""
    found = visible_job(request, pk)
    return _page(request, found, "history", history_context(request, found))


@require_GET
def statistics(request: Request, pk: int) -> HttpResponse:
    """The page with its statistics, which load by themselves."""
    return _page(request, visible_job(request, pk), "statistics", {})


@require_GET
def live(request: Request, pk: int) -> HttpResponse:
    """The head of the page, which refreshes itself until the job is completed."""
    return render(request, "jobs/job.html#live", live_context(request, visible_job(request, pk)))


@require_GET
def live_items(request: Request, pk: int) -> HttpResponse:
    """The grid of items, which refreshes itself."""
    found = visible_job(request, pk)
    context = {"job": found, "is_open": is_open(found), **items_context(request, found)}
    return render(request, "jobs/job_items.html#grid", context)


@require_GET
def live_comments(request: Request, pk: int) -> HttpResponse:
    """The comments, which refresh themselves."""
    found = visible_job(request, pk)
    context = {"job": found, "is_open": is_open(found), **comments_context(request, found)}
    return render(request, "jobs/job_comments.html#remarks", context)


@require_GET
def figures(request: Request, pk: int) -> HttpResponse:
    """The statistics themselves: every document of the job is read for them."""
    found = visible_job(request, pk)
    context = {
        "job": found,
        "statistics": job_statistics(found),
        "page": page_of(request, items_by_objects(request, found), ITEMS_A_PAGE),
        "page_sizes": (ITEMS_A_PAGE,),
    }
    return render_page(request, "jobs/job_figures.html", context, partial="figures")


def _page(request: Request, job: Job, tab: str, more: Mapping[str, Any]) -> HttpResponse:
    context = {
        "title": job.name,
        "nav": "jobs",
        "current_team": job.team,
        "job": job,
        "is_open": is_open(job),
        "may_comment": request.actor.can(Capability.COMMENT, job.team_id),
        "sees_team": job.team_id in request.actor.unrestricted_team_ids,
        "tabs": tabs(request, job, tab),
        "tab_template": TABS[tab],
        **more,
    }
    if not wants_partial(request):
        context |= {**live_context(request, job), **facts(job)}
    return render_page(request, "jobs/job.html", context, partial="tab")


def is_open(job: Job) -> bool:
    """Whether the page should look again by itself."""
    return job.status != Status.COMPLETED and job.archived_at is None


@dataclass(frozen=True)
class Tab:
    """One part of the page."""

    name: str
    label: Any
    url: str
    count: int | None
    is_current: bool


def tabs(request: Request, job: Job, current: str) -> list[Tab]:
    """The parts of the page; comments say how many are open."""
    open_comments = Comment.objects.visible_to(request.actor).filter(job=job, resolved_at=None)
    shown: list[tuple[str, Any, str, int | None]] = [
        ("items", _("Items"), "jobs:job", job.items),
        ("comments", _("Comments"), "jobs:comments", open_comments.count()),
        ("history", _("History"), "jobs:history", None),
        ("statistics", _("Statistics"), "jobs:statistics", None),
    ]
    return [
        Tab(name, label, reverse(url, args=[job.pk]), count, name == current)
        for name, label, url, count in shown
    ]


# The head: status, verbs, progress


def live_context(request: Request, job: Job) -> dict[str, Any]:
    """What changes while people work."""
    left = estimates_of([job])[job.pk]
    estimate = job_estimates([job]).get(job.pk)
    return {
        "job": job,
        "is_open": is_open(job),
        "estimate": estimate,
        "work_words": work_words(left),
        "work_left": span(left.work) if left.work is not None else "",
        "growth": growth_chart(job, estimate, timezone.now()),
        "way_in": way_in(job, request),
        "may_export": request.actor.can(Capability.EXPORT, job.team_id),
        **verb_context(job, request.actor),
    }


@dataclass(frozen=True)
class VerbButton:
    """A verb as it is drawn: a form that posts at once, or a link to the verb's own form."""

    action: Action
    url: str
    takes_input: bool


def verb_context(job: Job, actor: Any) -> dict[str, Any]:
    """The verbs that are possible now: some as buttons, the rest behind "more"."""
    verbs = [
        VerbButton(
            action,
            reverse("jobs:job-verb", args=[job.pk, action.verb]),
            action.form is not NoInput,
        )
        for action in verbs_for(job, actor)
        if action.verb not in ELSEWHERE
    ]
    primary = [each for each in verbs if each.action.primary]
    others = [each for each in verbs if not each.action.primary]
    return {
        "primary_verb": primary[0] if primary else None,
        "verbs": primary[1:] + others[:VERBS_IN_VIEW],
        "more_verbs": others[VERBS_IN_VIEW:],
    }


@dataclass(frozen=True)
class WayIn:
    """The link to the pictures: to label, to review, or to look."""

    label: Any
    url: str
    is_primary: bool


def way_in(job: Job, request: Request) -> WayIn:
    """Where this person works on the job, or looks at it."""
    label, review = (reverse(name, args=[job.pk]) for name in ("jobs:label", "jobs:review"))
    if may_label(job, request):
        return WayIn(_("Open"), label, is_primary=job.state != State.NEW)
    if may_review(job, request):
        return WayIn(_("Review"), review, is_primary=True)
    in_review = job.stage != Stage.ANNOTATION or job.state == State.COMPLETED
    return WayIn(_("View"), review if in_review else label, is_primary=False)


def growth_chart(job: Job, estimate: Estimate | None, now: datetime) -> SafeString | None:
    """How the job grew, with the forecast that its estimate gives; None before there is a line."""
    grown = growth(job)
    if len(grown) < LEAST_POINTS:
        return None
    points = [Point(moment.timestamp(), count) for moment, count in grown]
    forecast = []
    if estimate and estimate.p50_at and estimate.p50_at > now and is_open(job):
        start = Point(now.timestamp(), points[-1].y)
        forecast = [points[-1], start, Point(estimate.p50_at.timestamp(), job.items)]
    title = _("%(done)d of %(items)d items done since %(since)s") % {
        "done": job.done,
        "items": job.items,
        "since": clock(grown[0][0]),
    }
    return burn_up(points, job.items, str(title), forecast=forecast, height=CHART_HEIGHT)


def facts(job: Job) -> dict[str, Any]:
    """What hardly changes."""
    return {
        "classes": offered_classes(job.batch),
        "tags": offered_tags(job.batch),
        "time_spent": time_spent(job),
        "successors": job.successors.only("name").order_by("pk"),
    }


# The tabs


def page_of(request: Request, rows: QuerySet[Any], size: int, total: int | None = None) -> Any:
    """The page of rows that the address asks for.

    Raises:
        FilterError: there is no such page.
    """
    try:
        return CappedPaginator(rows, size, known_total=total).page(request.GET.get("page") or 1)
    except (PageNotAnInteger, EmptyPage):
        raise FilterError({"page": [_("There is no such page.")]}) from None


def items_context(request: Request, job: Job) -> dict[str, Any]:
    """One page of the job's items, narrowed by state and name."""
    rows = (
        JobItem.objects.visible_to(request.actor)
        .filter(job=job)
        .select_related("item", "annotation", "decided_by")
        .defer("annotation__document")
        .annotate(open_comments=open_comments_of_item())
    )
    filterset = OwnItemFilterSet(request.GET, rows, request=request)
    filterset.check()
    total = None if filterset.is_narrowed else job.items
    return {
        "filterset": filterset,
        "states": states_of(job, request),
        "page": page_of(request, filterset.qs, ITEMS_A_PAGE, total),
        "page_sizes": (ITEMS_A_PAGE,),
        "picture_page": "jobs:review" if job.status in IN_REVIEW else "jobs:label",
        "may_comment": request.actor.can(Capability.COMMENT, job.team_id),
    }


def open_comments_of_item() -> Subquery:
    """How many comments on an item are open; null for none."""
    return Subquery(
        Comment.objects.filter(job_item=OuterRef("pk"), resolved_at=None)
        .order_by()
        .values("job_item")
        .annotate(number=Count("pk"))
        .values("number")
    )


def states_of(job: Job, request: Request) -> list[dict[str, Any]]:
    """The states of items with how many there are, as links that narrow the grid."""
    counts = {
        ItemState.NONE: job.items - job.done - job.rejected,
        ItemState.DONE: job.done - job.accepted,
        ItemState.ACCEPTED: job.accepted,
        ItemState.REJECTED: job.rejected,
    }
    chosen = request.GET.getlist("state")
    return [
        {"value": state, "label": state.label, "count": count, "is_current": state.value in chosen}
        for state, count in counts.items()
    ]


def comments_context(request: Request, job: Job) -> dict[str, Any]:
    """The remarks, open ones first; and the item that a new one is about."""
    remarks = (
        Comment.objects.visible_to(request.actor)
        .filter(job=job)
        .select_related("author", "resolved_by", "job_item__item")
        .order_by(F("resolved_at").desc(nulls_first=True), "-created_at", "-pk")
    )
    about = None
    if request.GET.get("item"):
        items = JobItem.objects.visible_to(request.actor).filter(job=job).select_related("item")
        about = get_visible_or_404(items, request.GET["item"])
    return {
        "about": about,
        "page": page_of(request, remarks, EVENTS_A_PAGE),
        "page_sizes": (EVENTS_A_PAGE,),
        "may_comment": request.actor.can(Capability.COMMENT, job.team_id),
        "form": CommentForm(),
    }


def history_context(request: Request, job: Job) -> dict[str, Any]:
    """What was done, the newest first."""
    events = (
        Event.objects.visible_to(request.actor)
        .filter(job=job)
        .select_related("actor", "job_item")
        .order_by("-at", "-pk")
    )
    page = page_of(request, events, EVENTS_A_PAGE)
    return {"page": page, "page_sizes": (EVENTS_A_PAGE,), "lines": described(page.rows)}


def items_by_objects(request: Request, job: Job) -> QuerySet[JobItem]:
    """The items with their counts, those with the most objects first."""
    items = JobItem.objects.visible_to(request.actor).filter(job=job)
    return (
        items.select_related("item", "annotation")
        .defer("annotation__document")
        .order_by("-annotation__object_count", "position")
    )
