"""The words of a job's life, and how the status that people see follows from what is stored.

Source of the pair (stage, state): CVAT's jobs. Source of the five statuses: Supervisely's
labeling jobs. The table is in the README, drawn from here and from the actions.
"""

from collections.abc import Iterable

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """Where in its life a job is."""

    ANNOTATION = "annotation", _("annotation")
    VALIDATION = "validation", _("validation")
    ACCEPTANCE = "acceptance", _("acceptance")


class State(models.TextChoices):
    """How far a job is within its stage."""

    NEW = "new", _("new")
    IN_PROGRESS = "in_progress", _("in progress")
    COMPLETED = "completed", _("completed")
    REJECTED = "rejected", _("rejected")


class Status(models.TextChoices):
    """What people see. Follows from stage, state and `stopped_at`; nobody writes it."""

    PENDING = "pending", _("pending")
    IN_PROGRESS = "in_progress", _("in progress")
    ON_REVIEW = "on_review", _("on review")
    COMPLETED = "completed", _("completed")
    STOPPED = "stopped", _("stopped")


class ItemState(models.TextChoices):
    """One item in one job."""

    NONE = "none", _("to do")
    DONE = "done", _("done")
    ACCEPTED = "accepted", _("accepted")
    REJECTED = "rejected", _("rejected")


class BatchStatus(models.TextChoices):
    """The eleven statuses of a batch (crowd platforms' words)."""

    NEW = "new", _("new")
    LOADING = "loading", _("loading")
    QUEUED = "queued", _("queued")
    PROCESSING = "processing", _("processing")
    COMPLETED = "completed", _("completed")
    ERROR = "error", _("error")
    CANCELED = "canceled", _("canceled")
    NO_MONEY = "no_money", _("no money")
    ARCHIVED = "archived", _("archived")
    STOPPING = "stopping", _("stopping")
    STOPPED = "stopped", _("stopped")


class Split(models.TextChoices):
    """How a batch becomes jobs."""

    EACH = "each", _("everything to each person")
    ORDERED = "ordered", _("evenly, in order")
    SHUFFLED = "shuffled", _("evenly, shuffled")
    SEGMENTS = "segments", _("segments into the pool")


class Spread(models.TextChoices):
    """How much of an even split each person gets."""

    EQUAL = "equal", _("the same to everybody")
    WEIGHTS = "weights", _("by weights")
    PERCENT = "percent", _("by percentages")
    PACE = "pace", _("by pace: all finish together")


class JobType(models.TextChoices):
    """Why a job exists."""

    ANNOTATION = "annotation", _("annotation")
    REWORK = "rework", _("rework")


class Priority(models.IntegerChoices):
    """The higher goes first."""

    LOWEST = 1, _("lowest")
    LOW = 2, _("low")
    NORMAL = 3, _("normal")
    HIGH = 4, _("high")
    HIGHEST = 5, _("highest")


class Work(models.TextChoices):
    """The classes of work that may have prices of their own."""

    ANNOTATION = "annotation", _("labeling")
    REWORK = "rework", _("rework")
    REVIEW = "review", _("review")


class PaidFor(models.TextChoices):
    """What earns an item's price."""

    DONE = "done", _("items that are done")
    ACCEPTED = "accepted", _("items that are accepted")


class EntryKind(models.TextChoices):
    """What a line of the ledger says."""

    BUDGET = "budget", _("budget")
    RESERVED = "reserved", _("reserved")
    OWED = "owed", _("owed")
    PAID = "paid", _("paid")


class ForecastOf(models.TextChoices):
    """What a forecast is about."""

    JOB = "job", _("job")
    BATCH = "batch", _("batch")
    PROJECT = "project", _("project")
    PERSON = "person", _("person")


class Standing(models.TextChoices):
    """How an estimate stands against the due date."""

    ON_TIME = "on_time", _("on time")
    AT_RISK = "at_risk", _("at risk")
    LATE = "late", _("late")
    NONE = "none", _("not known")


ANNOTATING = frozenset(
    {
        (Stage.ANNOTATION, State.NEW),
        (Stage.ANNOTATION, State.IN_PROGRESS),
        (Stage.ANNOTATION, State.REJECTED),
    }
)
SUBMITTED = (Stage.ANNOTATION, State.COMPLETED)
VALIDATING = (Stage.VALIDATION, State.IN_PROGRESS)
FINISHED = (Stage.ACCEPTANCE, State.COMPLETED)
FINAL_CHECK = frozenset(
    (Stage.ACCEPTANCE, state) for state in (State.NEW, State.IN_PROGRESS, State.REJECTED)
)
ON_REVIEW = frozenset({SUBMITTED, *((Stage.VALIDATION, state) for state in State), *FINAL_CHECK})
OPEN = ANNOTATING | ON_REVIEW


def any_of(pairs: Iterable[tuple[str, str]]) -> Q:
    """Any of these pairs of stage and state, as a query on jobs."""
    where = Q()
    for stage, state in pairs:
        where |= Q(stage=stage, state=state)
    return where


def status_expression() -> Case:
    """The status as a database expression, for the generated column.

    First match wins: a stopped job is stopped whatever its stage.
    """
    return Case(
        When(stopped_at__isnull=False, then=Value(Status.STOPPED.value)),
        When(stage=Stage.ACCEPTANCE, state=State.COMPLETED, then=Value(Status.COMPLETED.value)),
        When(stage__in=[Stage.VALIDATION, Stage.ACCEPTANCE], then=Value(Status.ON_REVIEW.value)),
        When(state=State.COMPLETED, then=Value(Status.ON_REVIEW.value)),
        When(state=State.NEW, then=Value(Status.PENDING.value)),
        default=Value(Status.IN_PROGRESS.value),
        output_field=models.CharField(max_length=16),
    )


def status_of(stage: str, state: str, *, stopped: bool) -> Status:
    """The same rule for one job in memory; a test holds the two together."""
    if stopped:
        return Status.STOPPED
    if (stage, state) == FINISHED:
        return Status.COMPLETED
    if stage != Stage.ANNOTATION or state == State.COMPLETED:
        return Status.ON_REVIEW
    return Status.PENDING if state == State.NEW else Status.IN_PROGRESS
