"""The verb `rebalance`: what it moves and leaves, what a preview is worth, and the way back."""

from collections import Counter

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from accounts.models import Membership
from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.jobs.actions import rebalancing
from labeling.jobs.models import Event, Job, JobItem
from labeling.jobs.remainder import Wish, proposed
from labeling.jobs.states import Spread, Status
from labeling.operations.models import Operation
from tests.factories import CommentFactory, JobFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def four(batch, annotator) -> list[Job]:
    """Ana has four jobs of ten items; Ben has none."""
    return [JobFactory.create(batch=batch, annotator=annotator, size=10) for _ in range(4)]


@pytest.fixture
def both(annotator, annotator2) -> list[int]:
    """Ana and Ben."""
    return [annotator.pk, annotator2.pk]


def have(batch) -> Counter:
    """Items by the name of whoever has them."""
    counts: Counter = Counter()
    for job in batch.jobs.select_related("annotator"):
        counts[job.annotator.name if job.annotator else "pool"] += job.items
    return counts


def sealed(batch, people, **more) -> str:
    """What a preview of that showed."""
    return proposed(batch, Wish(tuple(people), **more)).seal()


def test_whoever_has_too_much_gives_whole_jobs(act, manager, batch, four, both):
    change = act(manager, batch, "rebalance", people=both)
    assert have(batch) == {"Ana": 20, "Ben": 20}
    assert batch.jobs.count() == 4
    assert (change.note["jobs"], change.note["items"], change.note["cuts"]) == (2, 20, 0)


def test_one_large_job_is_cut_between_its_items(act, manager, batch, annotator, both):
    job = JobFactory.create(batch=batch, annotator=annotator, size=9)
    items = list(job.job_items.values_list("item", flat=True))
    remark = CommentFactory.create(job=job, job_item=job.job_items.last())
    act(manager, batch, "rebalance", people=both)
    first, second = batch.jobs.order_by("number")
    assert (first.annotator.name, first.items) == ("Ana", 5)
    assert (second.annotator.name, second.items) == ("Ben", 4)
    places = JobItem.objects.filter(job__batch=batch).order_by("job__number", "position")
    assert list(places.values_list("item", flat=True)) == items
    assert list(second.job_items.values_list("position", flat=True)) == [1, 2, 3, 4]
    remark.refresh_from_db()
    assert remark.job == second
    assert set(Event.objects.filter(verb="cut").values_list("job", flat=True)) == {
        first.pk,
        second.pk,
    }


def test_begun_jobs_stay_and_count_as_their_person_s(act, manager, batch, four, both, annotator):
    act(annotator, four[0], "start")
    act(annotator, four[1], "start")
    act(manager, batch, "rebalance", people=both)
    four[0].refresh_from_db()
    assert four[0].annotator == annotator
    assert have(batch) == {"Ana": 20, "Ben": 20}


def test_what_somebody_took_from_the_pool_is_theirs(act, manager, batch, team, both, annotator):
    JobFactory.create(batch=batch, size=10)
    act(annotator, team, "take-next")
    with pytest.raises(Conflict, match="nothing to move"):
        act(manager, batch, "rebalance", people=both, with_pool="true")


def test_by_weights_and_only_among_the_chosen(act, manager, batch, four, both, annotator2):
    act(manager, batch, "rebalance", people=both, spread="weights", weights={both[0]: 3})
    assert have(batch) == {"Ana": 30, "Ben": 10}
    act(manager, batch, "rebalance", people=[annotator2.pk])
    assert have(batch) == {"Ben": 40}


def test_percentages_have_to_add_up(act, manager, batch, four, both):
    with pytest.raises(Invalid) as told:
        act(
            manager,
            batch,
            "rebalance",
            people=both,
            spread="percent",
            weights={both[0]: 60, both[1]: 30},
        )
    assert "90" in str(told.value.errors)


def test_the_pool_stays_the_pool_s_unless_it_is_asked_for(act, manager, batch, four, both):
    JobFactory.create(batch=batch, size=20)
    act(manager, batch, "rebalance", people=both)
    assert have(batch) == {"Ana": 20, "Ben": 20, "pool": 20}
    act(manager, batch, "rebalance", people=both, with_pool="true")
    assert have(batch) == {"Ana": 30, "Ben": 30}


def test_limits_send_the_rest_to_the_pool(act, manager, batch, four, both, annotator, annotator2):
    Membership.objects.filter(user=annotator).update(most_jobs=1)
    Membership.objects.filter(user=annotator2).update(most_jobs=2)
    act(manager, batch, "rebalance", people=both, may_cut="false")
    assert have(batch) == {"Ana": 10, "Ben": 20, "pool": 10}
    assert [Job.objects.filter(annotator=each).count() for each in (annotator, annotator2)] == [
        1,
        2,
    ]


def test_a_reviewer_does_not_get_what_they_review(act, manager, batch, four, both, annotator2):
    batch.jobs.update(reviewer=annotator2)
    with pytest.raises(Conflict, match="nothing to move"):
        act(manager, batch, "rebalance", people=both, may_cut="false")


def test_jobs_over_the_same_items_do_not_meet(act, manager, batch, annotator, annotator2, both):
    for person in (annotator, annotator2):
        JobFactory.create(batch=batch, annotator=person, segment=1, size=5)
    with pytest.raises(Conflict, match="nothing to move"):
        act(manager, batch, "rebalance", people=both, spread="weights", weights={both[0]: 9})


def test_what_was_seen_is_what_is_done(act, manager, batch, four, both):
    seen = sealed(batch, both)
    act(manager, batch, "rebalance", people=both, seen=seen)
    assert have(batch) == {"Ana": 20, "Ben": 20}


def test_a_job_begun_since_the_preview_makes_it_stale(act, manager, batch, four, both, annotator):
    seen = sealed(batch, both)
    moving = proposed(batch, Wish(tuple(both))).moves[0].job.job_id
    act(annotator, Job.objects.get(pk=moving), "start")
    with pytest.raises(Conflict) as told:
        act(manager, batch, "rebalance", people=both, seen=seen)
    assert have(batch) == {"Ana": 40}
    fresh = told.value.details["preview"]
    assert {row["person"]: row["items_after"] for row in fresh["people"]} == dict.fromkeys(both, 20)
    act(manager, batch, "rebalance", people=both, seen=fresh["seen"])
    assert have(batch) == {"Ana": 20, "Ben": 20}


def test_a_job_that_stays_in_the_preview_and_went_to_somebody_else_makes_it_stale(
    act, manager, batch, four, both, annotator2
):
    seen = sealed(batch, both)
    moving = {dealt.job.job_id for dealt in proposed(batch, Wish(tuple(both))).moves}
    staying = next(job for job in four if job.pk not in moving)
    act(manager, staying, "assign", annotator=annotator2.pk)
    with pytest.raises(Conflict):
        act(manager, batch, "rebalance", people=both, seen=seen)
    assert have(batch) == {"Ana": 30, "Ben": 10}


def test_two_managers_with_the_same_preview_the_second_is_told(
    act, manager, owner, batch, four, both
):
    seen, other = sealed(batch, both), sealed(batch, both[1:])
    act(manager, batch, "rebalance", people=both, seen=seen)
    with pytest.raises(Conflict):
        act(owner, batch, "rebalance", people=both[1:], seen=other)
    assert have(batch) == {"Ana": 20, "Ben": 20}


def test_a_job_that_only_stays_may_be_begun_meanwhile(act, manager, batch, four, both, annotator):
    seen = sealed(batch, both)
    kept, _holder = proposed(batch, Wish(tuple(both))).kept[0]
    act(annotator, Job.objects.get(pk=kept), "start")
    act(manager, batch, "rebalance", people=both, seen=seen)
    assert have(batch) == {"Ana": 20, "Ben": 20}


@pytest.mark.parametrize("other", [{"spread": "pace"}, {"may_cut": "false"}])
def test_a_preview_of_other_settings_is_no_preview(act, manager, batch, four, both, other):
    with pytest.raises(Conflict, match="preview"):
        act(manager, batch, "rebalance", people=both, seen=sealed(batch, both), **other)


def test_a_text_that_the_desk_did_not_seal_moves_nothing(act, manager, batch, four, both):
    with pytest.raises(Conflict, match="preview"):
        act(manager, batch, "rebalance", people=both, seen="eyJiYXRjaCI6MX0:1:made-up")
    assert have(batch) == {"Ana": 40}


def test_it_can_be_taken_back_once(act, manager, batch, four, both):
    act(manager, batch, "rebalance", people=both)
    change = act(manager, batch, "undo-rebalance")
    assert have(batch) == {"Ana": 40}
    assert (change.note["jobs"], change.note["left"]) == (2, 0)
    with pytest.raises(Conflict, match="no rebalance"):
        act(manager, batch, "undo-rebalance")


def test_what_was_begun_since_stays_when_it_is_taken_back(
    act, manager, batch, four, both, annotator2
):
    act(manager, batch, "rebalance", people=both)
    act(annotator2, Job.objects.filter(annotator=annotator2).first(), "start")
    change = act(manager, batch, "undo-rebalance")
    assert (change.note["jobs"], change.note["left"]) == (1, 1)
    assert have(batch) == {"Ana": 30, "Ben": 10}


def test_much_is_moved_by_an_operation_and_taken_back_by_one(
    act, manager, batch, four, both, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(rebalancing, "MOVED_AT_ONCE", 1)
    with django_capture_on_commit_callbacks(execute=True):
        change = act(manager, batch, "rebalance", people=both)
    operation = Operation.objects.get(pk=change.note["operation"])
    assert (operation.kind, operation.status) == ("rebalance-batch", "complete")
    assert operation.result["changed"] == 2
    assert have(batch) == {"Ana": 20, "Ben": 20}
    with django_capture_on_commit_callbacks(execute=True):
        act(manager, batch, "undo-rebalance")
    assert have(batch) == {"Ana": 40}


def test_the_operation_leaves_what_was_begun_after_it_was_planned(
    act, manager, batch, four, both, annotator, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(rebalancing, "MOVED_AT_ONCE", 1)
    with django_capture_on_commit_callbacks(execute=True):
        change = act(manager, batch, "rebalance", people=both)
        planned = Operation.objects.get(pk=change.note["operation"]).plan["jobs"]
        act(annotator, Job.objects.get(pk=planned[0]), "start")
    operation = Operation.objects.get(pk=change.note["operation"])
    assert (operation.result["changed"], operation.result["skipped"]) == (1, 1)
    assert have(batch) == {"Ana": 30, "Ben": 10}


def test_while_one_is_under_way_no_other_begins(act, manager, batch, four, both, monkeypatch):
    monkeypatch.setattr(rebalancing, "MOVED_AT_ONCE", 1)
    act(manager, batch, "rebalance", people=both)
    with pytest.raises(Conflict, match="already"):
        act(manager, batch, "rebalance", people=both)


def test_annotators_and_reviewers_do_not_rebalance(act, reviewer, annotator, batch, four, both):
    for person in (reviewer, annotator):
        with pytest.raises(Forbidden):
            act(person, batch, "rebalance", people=both)


def test_each_job_says_in_its_history_from_whom_to_whom(act, manager, batch, four, both):
    act(manager, batch, "rebalance", people=both)
    lines = Event.objects.filter(verb="assign", batch=batch)
    assert [line.data["annotator"] for line in lines] == [both, both]
    assert Event.objects.filter(verb="rebalance", batch=batch, job=None).count() == 1


def test_by_pace_whoever_is_slow_gives_to_whoever_is_fast(
    act, manager, batch, four, both, annotator, annotator2
):
    for person, seconds in ((annotator, 90), (annotator2, 30)):
        person.paces.create(
            project=batch.project, usual_seconds=seconds, last_done_at=batch.created_at
        )
    act(manager, batch, "rebalance", people=both, spread=Spread.PACE)
    assert have(batch) == {"Ana": 10, "Ben": 30}


def test_nobody_said_means_those_who_have_some(act, manager, batch, four, annotator2):
    JobFactory.create(batch=batch, annotator=annotator2, size=10)
    act(manager, batch, "rebalance", may_cut="true")
    assert have(batch) == {"Ana": 25, "Ben": 25}


def test_stopped_jobs_do_not_move(act, manager, batch, four, both):
    for job in four[:3]:
        act(manager, job, "stop")
    act(manager, batch, "rebalance", people=both, may_cut="true")
    assert have(batch) == {"Ana": 35, "Ben": 5}
    assert batch.jobs.filter(status=Status.STOPPED).count() == 3


def test_the_preview_asks_as_often_for_many_jobs_as_for_few(batch, four, both, count_queries):
    wish = Wish(tuple(both))
    few = count_queries(lambda: proposed(batch, wish))
    for _ in range(8):
        JobFactory.create(batch=batch, annotator_id=both[0], size=1)
    assert count_queries(lambda: proposed(batch, wish)) == few


def test_the_page_shows_first_and_does_what_it_showed(client_for, manager, batch, four, both):
    client = client_for(manager)
    url = reverse("jobs:rebalance", args=[batch.pk])
    assert "Nothing moves" in client.get(url).content.decode()
    form = {"people": both, "spread": "equal", "may_cut": "true"}
    shown = client.post(reverse("jobs:rebalance-preview", args=[batch.pk]), form)
    page = BeautifulSoup(shown.content, "html.parser")
    assert "20 items move" in page.get_text()
    [field] = page.select("input[name=seen]")
    seen = field["value"]
    assert have(batch) == {"Ana": 40}
    answer = client.post(url, {**form, "seen": seen}, follow=True)
    assert "2 jobs of “lemons” move." in answer.content.decode()
    assert reverse("jobs:batch-verb", args=[batch.pk, "undo-rebalance"]) in answer.content.decode()
    assert have(batch) == {"Ana": 20, "Ben": 20}
    stale = client.post(url, {**form, "seen": seen})
    assert stale.status_code == 409
    assert "not what the preview showed" in stale.content.decode()
    client.post(reverse("jobs:batch-verb", args=[batch.pk, "undo-rebalance"]))
    assert have(batch) == {"Ana": 40}


def test_the_page_begins_with_the_numbers_of_the_batch(client_for, manager, batch, four, both):
    batch.people.set(both)
    batch.spread, batch.weights = Spread.PERCENT, {str(both[0]): 75, str(both[1]): 25}
    batch.save()
    url = reverse("jobs:rebalance", args=[batch.pk])
    page = BeautifulSoup(client_for(manager).get(url).content, "html.parser")
    [shown] = page.select(f"#weights-{both[0]}")
    assert shown["value"] == "75"
    assert "10 items move" in page.get_text()


def test_without_scripts_the_page_looks_again_when_asked(client_for, manager, batch, four, both):
    form = {"people": both, "spread": "equal", "look": "1"}
    answer = client_for(manager).post(reverse("jobs:rebalance", args=[batch.pk]), form)
    assert "20 items move" in answer.content.decode()
    assert have(batch) == {"Ana": 40}


def test_scripts_see_first_and_do_what_they_saw(api_for, manager, batch, four, both, annotator):
    api, url = api_for(manager), f"/api/batches/{batch.pk}/"
    wish = {"people": both, "spread": "equal"}
    preview = api.post(f"{url}preview-rebalance/", wish, format="json").json()
    assert (preview["items"], preview["cuts"], len(preview["moves"])) == (20, 0, 2)
    assert [row["to"] for row in preview["moves"]] == [[{"person": both[1], "items": 10}]] * 2
    annotator.annotation_jobs.filter(pk=preview["moves"][0]["job"]).update(state="in_progress")
    sent = {**wish, "seen": preview["seen"]}
    refused = api.post(f"{url}rebalance/", sent, format="json")
    assert refused.status_code == 409
    sent["seen"] = refused.json()["preview"]["seen"]
    assert api.post(f"{url}rebalance/", sent, format="json").status_code == 200
    assert have(batch) == {"Ana": 20, "Ben": 20}


def test_scripts_of_annotators_see_no_preview(api_for, annotator, batch, four):
    answer = api_for(annotator).post(f"/api/batches/{batch.pk}/preview-rebalance/", {})
    assert answer.status_code == 403
