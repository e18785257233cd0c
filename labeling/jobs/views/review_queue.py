"""What waits for a reviewer: one's own first, then what nobody has claimed, the oldest first."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.roles import Capability
from labeling.core.listing import Column
from labeling.core.navigation import nav_item
from labeling.core.templatetags.desk import time_tag
from labeling.core.workflow import actions, allows
from labeling.jobs.estimates.reading import job_estimates
from labeling.jobs.filters import ReviewQueueFilterSet
from labeling.jobs.models import Job
from labeling.jobs.states import Stage
from labeling.jobs.views import cells
from labeling.jobs.views.eta_columns import DUE
from labeling.jobs.views.jobs import SHOWN
from labeling.jobs.views.team_lists import TeamListPage


def awaiting(request: Any, team: Any) -> int:
    """How many jobs wait for this reviewer, for the sidebar."""
    return reviewable(request, team).filter(mine_or_unclaimed(request.user.pk)).count()


def reviewable(request: Any, team: Any) -> QuerySet[Job]:
    """The team's jobs on review that this person may review: not one's own work."""
    own_work = Q(annotator=request.user.pk, batch__allow_own_review=False)
    jobs = Job.objects.visible_to(request.actor).filter(team=team)
    return jobs.awaiting_review().exclude(own_work)


def mine_or_unclaimed(user_id: int) -> Q:
    """Jobs that this person is to review, or anybody may."""
    return Q(reviewer=user_id) | Q(reviewer=None)


def whose_turn(user_id: int) -> Case:
    """0 for one's own, 1 for what nobody has claimed, 2 for what others review."""
    return Case(
        When(reviewer=user_id, then=Value(0)),
        When(reviewer=None, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )


def submitted_cell(job: Job) -> SafeString:
    """How long it waits."""
    return time_tag(job.submitted_at)


def decided_cell(job: Job) -> SafeString:
    """How many items are decided already."""
    decided = job.accepted + job.rejected
    return format_html("{} / {}", decided, job.items)


@nav_item(
    "review",
    label=gettext_lazy("Review"),
    icon="review",
    url_name="jobs:review-queue",
    capability=Capability.REVIEW,
    order=40,
    count=awaiting,
)
class ReviewQueue(TeamListPage[Job]):
    """The jobs on review, in the order in which they should be taken."""

    filterset_class = ReviewQueueFilterSet
    capability = Capability.REVIEW
    title = gettext_lazy("Review")
    count_words = ngettext_lazy("%(shown)s job", "%(shown)s jobs", "number")
    nav = "review"
    view_page = "jobs:review-queue"
    template_name = "jobs/review_queue.html"
    row_actions_template = "jobs/review_actions.html"
    empty_template = "jobs/review_queue_empty.html"
    poll_seconds = 20
    columns: ClassVar[Sequence[Column]] = (
        Column("name", gettext_lazy("Name"), ordering="name", priority=1, is_link=True),
        Column("project", gettext_lazy("Project"), "project.name", ordering="project", priority=3),
        Column(
            "annotator",
            gettext_lazy("Annotator"),
            cells.annotator_cell,
            ordering="annotator",
            csv=lambda job: cells.name_of(job.annotator),
            priority=1,
        ),
        Column(
            "reviewer",
            gettext_lazy("Reviewer"),
            cells.reviewer_cell,
            ordering="reviewer",
            csv=lambda job: cells.name_of(job.reviewer),
        ),
        Column(
            "decided",
            gettext_lazy("Decided"),
            decided_cell,
            csv=lambda job: f"{job.accepted + job.rejected} of {job.items}",
            ordering="items",
        ),
        Column(
            "submitted",
            gettext_lazy("Submitted"),
            submitted_cell,
            ordering="submitted",
            csv="submitted_at",
            priority=1,
            is_named=True,
        ),
        DUE,
        Column(
            "priority",
            gettext_lazy("Priority"),
            cells.priority_cell,
            ordering="priority",
            csv="get_priority_display",
            priority=3,
        ),
    )

    def get_queryset(self) -> QuerySet[Job]:
        """The team's jobs on review that the reader may review."""
        jobs = reviewable(self.request, self.team).annotate(
            not_mine=whose_turn(self.request.user.pk or 0)
        )
        return jobs.select_related("project", "annotator", "reviewer", "batch").only(
            *SHOWN, "batch__needs_review", "batch__allow_own_review"
        )

    def decorate(self, rows: list[Job]) -> None:
        """The way into each: to begin, or to go on."""
        begin = actions[Job, "start-review"]
        estimates = job_estimates(rows)
        for job in rows:
            job.begin_url = (  # type: ignore[attr-defined]
                reverse("jobs:job-verb", args=[job.pk, "start-review"])
                if allows(begin, job, self.request.actor)
                else ""
            )
            job.is_begun = job.stage != Stage.ANNOTATION  # type: ignore[attr-defined]
            job.estimate = estimates.get(job.pk)  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The team."""
        return {**kwargs, "current_team": self.team, "hint": _("Yours first, then the oldest.")}
