"""Who has a job: taken from the pool, given back, or assigned."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from accounts.roles import Capability
from labeling.core.errors import Conflict, Invalid
from labeling.core.workflow import Action, Change, register
from labeling.jobs.actions.annotating import not_its_annotator
from labeling.jobs.actions.base import JobAction, people_who
from labeling.jobs.models import Event, Job
from labeling.jobs.queue.leases import lend
from labeling.jobs.queue.limits import is_bounded, reason_against, with_limits
from labeling.jobs.queue.pulling import hold_person, next_claimable, unfinished_of
from labeling.jobs.settling import settle_jobs
from labeling.jobs.states import ANNOTATING, OPEN


@register
class TakeNext(Action):
    """The actor's next job: their own unfinished one, else the first of the pool that fits.

    The claim is one UPDATE that holds only while nobody has the job, so of two people who ask at
    once one gets it and the other gets the next one.
    """

    verb = "take-next"
    label = _("Take next job")
    model = Team
    capability = Capability.LABEL
    primary = True
    recorded = False
    outcome_model = Job

    def team_id(self, obj: Any) -> int:
        """The team itself."""
        return int(obj.pk)

    def effect(self, change: Change) -> None:
        """Claim, unless something unfinished comes first; the outcome is the job.

        Raises:
            Conflict: the pool is empty for this person.
        """
        user_id, team_id = change.actor.user.pk, change.obj.pk
        hold_person(user_id, team_id)
        change.outcome = unfinished_of(user_id, team_id)
        if change.outcome is not None:
            return
        while (candidate := next_claimable(user_id, team_id)) is not None:
            claimed = (
                Job.objects.in_pool()
                .filter(pk=candidate)
                .update(annotator_id=user_id, claimed_at=change.at, updated_at=change.at)
            )
            if claimed:
                change.outcome = self._taken(change, candidate)
                return
        raise Conflict(_("The pool has no open job for you right now."), state="empty")

    def _taken(self, change: Change, job_id: int) -> Job:
        job = Job.objects.select_related("batch").get(pk=job_id)
        lend(job, change.at)
        Event.objects.create(
            team_id=job.team_id,
            verb=self.verb,
            actor_id=change.actor.user.pk,
            subject_type="job",
            subject_id=job.pk,
            batch_id=job.batch_id,
            job=job,
            from_state="pool",
            to_state=f"{job.stage} {job.state}",
            at=change.at,
        )
        return job


@register
class Release(JobAction):
    """The annotator gives an unfinished job back to the pool; what is done stays done."""

    verb = "release"
    label = _("Give back")
    description = _("Back to the pool; what is done stays.")
    capability = Capability.LABEL
    sources = ANNOTATING
    order = 60

    def refusal(self, obj: Job, actor: Any) -> Any | None:
        """Its annotator, or a manager."""
        if obj.annotator_id is None:
            return _("Nobody has this job.")
        if actor.can(Capability.MANAGE_JOBS, obj.team_id):
            return None
        return not_its_annotator(obj, actor)

    def changes(self, change: Change) -> dict[str, Any]:
        """Nobody has it now."""
        change.note["annotator"] = [change.obj.annotator_id, None]
        kept = super().changes(change)
        return {**kept, "annotator": None, "claimed_at": None, "lease_until": None}

    def effect(self, change: Change) -> None:
        """In a batch that is stopping nobody else begins it."""
        settle_jobs([change.obj])


class PersonField(forms.ModelChoiceField[User]):
    """A choice among people, shown by name."""

    def label_from_instance(self, obj: Any) -> str:
        """The person's name."""
        return str(obj.name)


class AssignForm(forms.Form):
    """The person who gets the job; nobody means the pool."""

    annotator = PersonField(
        queryset=User.objects.none(), required=False, empty_label=_("nobody: the pool")
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["annotator"].queryset = people  # type: ignore[attr-defined]
        self.fields["annotator"].label = _("Annotator")


@register
class Assign(JobAction):
    """A manager gives the job to somebody, or to the pool."""

    verb = "assign"
    label = _("Assign")
    form = AssignForm
    sources = OPEN
    order = 30
    in_bulk = True
    needs = ("batch",)

    def form_kwargs(self, obj: Job, actor: Any) -> dict[str, Any]:
        """The active people of the team who may label, and who has the job now."""
        return {
            "people": with_limits(people_who(Capability.LABEL, obj.team_id), obj.team_id),
            "initial": {"annotator": obj.annotator_id},
        }

    def check(self, change: Change) -> None:
        """Nobody labels a job that they will review, more than is set, or the same items twice."""
        person, job = change.data["annotator"], change.obj
        if person and person.pk == job.reviewer_id and not job.batch.allow_own_review:
            raise Invalid(
                {
                    "annotator": [
                        _("%s is this job's reviewer and may not review own work.") % person.name
                    ]
                }
            )
        if self.is_apart(job, change.data):
            # The job before the person, as in a bulk: so nobody waits in a circle.
            list(Job.objects.select_for_update(no_key=True).filter(pk=job.pk).values_list("pk"))
            reason = reason_against(job, person)
            if reason is not None:
                raise Invalid({"annotator": [reason]})

    def is_apart(self, obj: Job, cleaned: Mapping[str, Any]) -> bool:
        """Limits, and who has the same items, count what the bulk gives out itself."""
        person = cleaned["annotator"]
        return person is not None and person.pk != obj.annotator_id and is_bounded(obj, person)

    def changes(self, change: Change) -> dict[str, Any]:
        """The new annotator; the history keeps both."""
        person = change.data["annotator"]
        change.note["annotator"] = [change.obj.annotator_id, person.pk if person else None]
        kept = super().changes(change)
        return {**kept, "annotator": person, "claimed_at": None, "lease_until": None}

    def effects(self, changes: Sequence[Change]) -> None:
        """What went to the pool of a batch that is stopping, nobody else begins."""
        settle_jobs([change.obj for change in changes if not change.obj.annotator_id])


class ReviewerForm(forms.Form):
    """The person who reviews; nobody means any reviewer."""

    reviewer = PersonField(
        queryset=User.objects.none(), required=False, empty_label=_("any reviewer")
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].queryset = people  # type: ignore[attr-defined]
        self.fields["reviewer"].label = _("Reviewer")


@register
class SetReviewer(JobAction):
    """A manager names the reviewer."""

    verb = "set-reviewer"
    label = _("Set reviewer")
    form = ReviewerForm
    sources = OPEN
    order = 32
    in_bulk = True
    needs = ("batch",)

    def form_kwargs(self, obj: Job, actor: Any) -> dict[str, Any]:
        """The active people of the team who may review, and who is to review it now."""
        return {
            "people": people_who(Capability.REVIEW, obj.team_id),
            "initial": {"reviewer": obj.reviewer_id},
        }

    def check(self, change: Change) -> None:
        """Nobody reviews own work, unless the batch lets them."""
        person, job = change.data["reviewer"], change.obj
        if person and person.pk == job.annotator_id and not job.batch.allow_own_review:
            raise Invalid(
                {"reviewer": [_("%s labels this job and may not review own work.") % person.name]}
            )

    def changes(self, change: Change) -> dict[str, Any]:
        """The new reviewer; the history keeps both."""
        person = change.data["reviewer"]
        change.note["reviewer"] = [change.obj.reviewer_id, person.pk if person else None]
        return {**super().changes(change), "reviewer": person}
