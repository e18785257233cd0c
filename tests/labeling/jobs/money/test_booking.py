"""The ledger follows the work: in the same transaction, once, and back again."""

from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actor import Actor
from labeling.core.bulk_workflow import perform_many
from labeling.core.errors import Conflict, WorkflowError
from labeling.core.workflow import actions
from labeling.jobs.models import Job, JobItem, LedgerEntry
from labeling.jobs.money.balance import terms_of
from labeling.jobs.money.booking import Move, book_items, facts_of, follow
from labeling.jobs.states import ItemState
from tests.factories import BatchFactory, JobFactory

pytestmark = pytest.mark.django_db

LABEL, REWORK, REVIEW = Decimal("0.05"), Decimal("0.03"), Decimal("0.0125")


def items(job: Job) -> list[JobItem]:
    return list(job.job_items.order_by("position"))


def test_a_job_that_is_begun_reserves_labels_and_reviews(paying, job, annotator, act, sums):
    assert sums().reserved == 0
    act(annotator, job, "start")
    assert sums().reserved == 3 * (LABEL + REVIEW)
    assert sums().left == 10 - 3 * (LABEL + REVIEW)


def test_the_first_touch_begins_a_job_and_reserves_it(paying, job, annotator, act, sums):
    act(annotator, items(job)[0], "save-annotation", version="0", document="{}")
    assert sums().reserved == 3 * (LABEL + REVIEW)


def test_a_job_that_is_given_back_reserves_nothing(paying, job, annotator, act, sums):
    act(annotator, job, "start")
    act(annotator, job, "release")
    assert sums().reserved == 0
    assert [line.amount for line in LedgerEntry.objects.filter(kind="reserved")] == [
        -3 * (LABEL + REVIEW),
        3 * (LABEL + REVIEW),
    ]


def test_stopping_gives_back_and_resuming_reserves_again(
    paying, job, manager, annotator, act, sums
):
    act(annotator, job, "start")
    act(manager, job, "stop")
    assert sums().reserved == 0
    act(manager, job, "resume")
    assert sums().reserved == 3 * (LABEL + REVIEW)


def test_many_jobs_at_once_are_followed_too(paying, batch, annotator, manager, act, sums):
    jobs = [JobFactory.create(batch=batch, annotator=annotator, size=2) for _n in range(3)]
    for job in jobs:
        act(annotator, job, "start")
    chosen = Job.objects.filter(pk__in=[job.pk for job in jobs])
    perform_many(actions[Job, "stop"], chosen, Actor.for_user(manager), {})
    assert sums().reserved == 0


def test_who_leaves_reserves_nothing(paying, job, annotator, owner, act, sums):
    act(annotator, job, "start")
    act(owner, annotator.memberships.get(), "deactivate")
    assert sums().reserved == 0


def test_acceptance_earns_the_label_and_the_review(
    paying, reviewed, annotator, reviewer, act, sums, owed
):
    act(reviewer, items(reviewed)[0], "accept-item")
    assert owed(annotator) == LABEL
    assert owed(reviewer) == REVIEW
    assert sums().reserved == 2 * (LABEL + REVIEW)
    assert sums().left == 10 - 3 * (LABEL + REVIEW)


def test_an_acceptance_that_is_taken_back_is_not_owed_and_again_it_is(
    paying, reviewed, annotator, reviewer, act, owed
):
    first = items(reviewed)[0]
    act(reviewer, first, "accept-item")
    act(reviewer, first, "reject-item", reason="crooked", version="2")
    assert owed(annotator) == 0
    assert owed(reviewer) == REVIEW
    act(reviewer, first, "accept-item", version="3")
    assert owed(annotator) == LABEL
    assert owed(reviewer) == REVIEW
    amounts = LedgerEntry.objects.filter(person=annotator).order_by("pk")
    assert [line.amount for line in amounts] == [LABEL, -LABEL, LABEL]


def test_what_is_reversed_is_what_was_earned_whatever_the_price_is_now(
    paying, reviewed, annotator, manager, reviewer, act, owed
):
    first, second, _third = items(reviewed)
    act(reviewer, first, "accept-item")
    act(manager, paying, "set-terms", price_annotation="0.07")
    act(reviewer, second, "accept-item")
    assert owed(annotator) == Decimal("0.12")
    act(reviewer, first, "reject-item", reason="crooked", version="2")
    assert owed(annotator) == Decimal("0.07")


def test_paid_for_done_earns_at_confirmation_and_rejection_takes_it_back(
    paying, job, annotator, reviewer, manager, act, owed
):
    act(manager, paying, "set-terms", paid_for="done")
    for each in items(job):
        act(annotator, each, "confirm-item")
    assert owed(annotator) == 3 * LABEL
    act(annotator, items(job)[0], "confirm-item")
    assert owed(annotator) == 3 * LABEL
    act(annotator, job, "submit")
    act(reviewer, job, "start-review")
    act(reviewer, items(job)[0], "reject-item", reason="crooked")
    assert owed(annotator) == 2 * LABEL
    act(reviewer, job, "send-back")
    act(annotator, items(job)[0], "confirm-item")
    assert owed(annotator) == 3 * LABEL
    assert owed(reviewer) == REVIEW


def test_where_nobody_reviews_done_is_as_good_as_accepted(paying, dataset, annotator, act, sums):
    batch = BatchFactory.create(dataset=dataset, needs_review=False)
    job = JobFactory.create(batch=batch, annotator=annotator, size=2)
    for each in items(job):
        act(annotator, each, "confirm-item")
    assert (sums().owed, sums().reserved) == (2 * LABEL, 0)


def test_accepting_the_rest_earns_for_what_was_done(
    paying, reviewed, annotator, reviewer, act, sums, owed
):
    act(reviewer, items(reviewed)[1], "reject-item", reason="crooked")
    act(reviewer, reviewed, "complete", accept_rest="on")
    assert owed(annotator) == 2 * LABEL
    assert owed(reviewer) == 3 * REVIEW
    assert sums().reserved == 0


def test_what_nobody_did_earns_nobody_a_label(paying, job, annotator, reviewer, act, owed):
    act(annotator, job, "submit", anyway="on")
    act(reviewer, job, "start-review")
    act(reviewer, job, "complete", accept_rest="on")
    assert owed(annotator) == 0
    assert owed(reviewer) == 3 * REVIEW


def test_restarted_items_earn_the_price_of_rework(paying, reviewed, annotator, reviewer, act, owed):
    act(reviewer, items(reviewed)[0], "reject-item", reason="crooked")
    act(reviewer, reviewed, "complete", accept_rest="on")
    again = act(reviewer, reviewed, "restart").outcome
    act(annotator, items(again)[0], "confirm-item")
    act(annotator, again, "submit")
    act(reviewer, again, "start-review")
    act(reviewer, items(again)[0], "accept-item")
    assert owed(annotator) == 2 * LABEL + REWORK


def test_the_price_of_a_batch_goes_before_its_projects(
    paying, batch, reviewed, annotator, manager, reviewer, act, sums, owed
):
    act(manager, batch, "set-prices", price_annotation="1.5")
    assert sums().reserved == 3 * (Decimal("1.5") + REVIEW)
    act(reviewer, items(reviewed)[0], "accept-item")
    assert (owed(annotator), owed(reviewer)) == (Decimal("1.5"), REVIEW)
    act(manager, batch, "set-prices", price_annotation="")
    assert sums().reserved == 2 * (LABEL + REVIEW)


def test_a_project_without_terms_has_no_ledger(reviewed, reviewer, act):
    for each in items(reviewed):
        act(reviewer, each, "accept-item")
    assert not LedgerEntry.objects.exists()


def test_the_same_change_booked_twice_stands_once(paying, reviewed, annotator, reviewer, act, owed):
    first = items(reviewed)[0]
    act(reviewer, first, "accept-item")
    before = LedgerEntry.objects.count()
    fresh, now = items(reviewed)[0], LedgerEntry.objects.latest("pk").at
    book_items([Move(fresh, ItemState.DONE)], terms_of([paying.pk]), now)
    follow([reviewed.pk], now)
    assert LedgerEntry.objects.count() == before
    assert owed(annotator) == LABEL
    assert owed(reviewer) == REVIEW


def test_what_is_refused_earns_nothing(paying, reviewed, annotator, reviewer, act, owed):
    first = items(reviewed)[0]
    act(reviewer, first, "accept-item")
    with pytest.raises(Conflict):
        act(reviewer, first, "accept-item")
    assert (owed(annotator), owed(reviewer)) == (LABEL, REVIEW)


def test_a_project_without_terms_costs_one_query(reviewed, reviewer, act):
    with CaptureQueriesContext(connection) as asked:
        act(reviewer, items(reviewed)[0], "accept-item")
    about_money = [
        query["sql"]
        for query in asked.captured_queries
        if any(table in query["sql"] for table in ("jobs_terms", "jobs_price", "jobs_ledger"))
    ]
    assert len(about_money) == 1


@pytest.mark.parametrize(("seed", "paid_for"), [(1, "done"), (2, "accepted"), (3, "accepted")])
def test_whatever_happens_the_ledger_says_what_the_items_say(
    paying, batch, annotator, annotator2, reviewer, manager, act, sums, owed, seed, paid_for
):
    """Random deeds of four people; those that are refused change nothing either."""
    act(manager, paying, "set-terms", paid_for=paid_for)
    luck = Random(seed)
    jobs = [JobFactory.create(batch=batch, annotator=annotator, size=2) for _n in range(2)]
    for each in items(jobs[0]):
        act(annotator, each, "confirm-item")
    act(annotator, jobs[0], "submit")
    act(reviewer, jobs[0], "start-review")
    reviews = 0
    for _step in range(50):
        job = Job.objects.get(pk=luck.choice(jobs).pk)
        item = luck.choice(items(job))
        verb = luck.choice(VERBS)
        who = {"release": annotator, "assign": manager, "stop": manager, "resume": manager}
        labels = job.annotator or annotator
        person = who.get(verb, labels if verb in LABELING else reviewer)
        obj = item if verb.endswith("-item") else job
        data = {
            "reason": "crooked",
            "version": str(item.version) if verb in ("accept-item", "reject-item") else None,
            "annotator": str(luck.choice([annotator, annotator2]).pk),
            "anyway": "on",
            "accept_rest": "on",
        }
        undecided = JobItem.objects.filter(job=job, state__in=("none", "done")).count()
        try:
            act(person, obj, verb, **data)
        except WorkflowError:
            continue
        reviews += item.state in ("none", "done") and verb in ("accept-item", "reject-item")
        reviews += undecided if verb == "complete" else 0
        earning = ("accepted",) if paid_for == "accepted" else ("done", "accepted")
        told = JobItem.objects.filter(state__in=earning, done_by__isnull=False)
        labels_owed = owed(annotator) + owed(annotator2)
        assert labels_owed == told.count() * LABEL, verb
        assert owed(reviewer) == reviews * REVIEW, verb
        begun = [each for each in Job.objects.all() if facts_of(each).is_begun]
        left = sum(
            each.items - (each.done if paid_for == "done" else each.accepted) for each in begun
        )
        to_review = sum(each.items - each.accepted - each.rejected for each in begun)
        assert sums().reserved == left * LABEL + to_review * REVIEW, verb
    assert reviews


VERBS = (
    *("confirm-item", "accept-item") * 2,
    *("skip-item", "reject-item", "start", "submit", "start-review", "send-back", "reopen"),
    *("release", "assign", "stop", "resume", "complete"),
)
LABELING = ("confirm-item", "skip-item", "start", "submit", "reopen")
