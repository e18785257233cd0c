"""Skills: who has which level, set by hand or earned by what reviewers decided."""

import pytest
from django.urls import reverse

from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.jobs.models import Batch, JobItem, PersonSkill, Skill
from labeling.jobs.queue import earned
from tests.factories import JobFactory


@pytest.fixture
def skill(team) -> Skill:
    return Skill.objects.create(team=team, name="X-ray")


def level_of(skill, user) -> tuple | None:
    return (
        PersonSkill.objects.filter(skill=skill, user=user)
        .values_list("level", "evidence", "is_earned")
        .first()
    )


@pytest.fixture
def decided(monkeypatch, act, skill, batch, reviewed, reviewer):
    """Decides on Ana's three items in a batch of the skill, where two are evidence enough."""
    monkeypatch.setattr(earned, "LEAST_EVIDENCE", 2)
    Batch.objects.update(skill=skill)

    def run(*verdicts: str) -> None:
        for row, verb in zip(JobItem.objects.order_by("position"), verdicts, strict=False):
            act(reviewer, row, verb, version=row.version, reason="blurred")

    return run


def test_a_level_is_earned_by_what_was_decided_and_measured_anew(decided, skill, annotator):
    decided("accept-item")
    assert level_of(skill, annotator) is None
    decided("accept-item", "accept-item")
    assert level_of(skill, annotator) == (100, 2, True)
    decided("accept-item", "accept-item", "reject-item")
    assert level_of(skill, annotator) == (67, 3, True)
    decided("accept-item", "reject-item", "reject-item")
    assert level_of(skill, annotator) == (33, 3, True)


def test_accepting_the_rest_counts_too(act, decided, reviewed, reviewer, skill, annotator):
    act(reviewer, reviewed, "complete", accept_rest="on")
    assert level_of(skill, annotator) == (100, 3, True)


def test_a_level_that_was_set_stays_until_it_is_left_to_be_earned(
    act, decided, skill, manager, annotator
):
    act(manager, skill, "set-level", person=annotator.pk, level=20)
    decided("accept-item", "accept-item", "accept-item")
    assert level_of(skill, annotator) == (20, 0, False)
    act(manager, skill, "set-level", person=annotator.pk)
    assert level_of(skill, annotator) == (100, 3, True)


def test_without_evidence_nothing_is_left_of_a_level(act, skill, manager, annotator):
    act(manager, skill, "set-level", person=annotator.pk, level=0)
    assert level_of(skill, annotator) == (0, 0, False)
    act(manager, skill, "set-level", person=annotator.pk, level="")
    assert level_of(skill, annotator) is None


def test_levels_are_of_people_who_label_here(act, skill, manager, viewer, outsider, annotator):
    for wrong in (viewer, outsider):
        with pytest.raises(Invalid):
            act(manager, skill, "set-level", person=wrong.pk, level=5)
    for level in (-1, 101):
        with pytest.raises(Invalid):
            act(manager, skill, "set-level", person=annotator.pk, level=level)


def test_managers_make_name_and_delete_skills(act, team, skill, batch, manager):
    made = act(manager, team, "create-skill", name="Night", description="dark").outcome
    for obj, verb in ((team, "create-skill"), (made, "edit")):
        with pytest.raises(Invalid, match="do not fit"):
            act(manager, obj, verb, name="X-ray")
    act(manager, made, "edit", name="Dusk")
    assert Skill.objects.get(pk=made.pk).name == "Dusk"
    Batch.objects.update(skill=made)
    with pytest.raises(Conflict, match="asks for this skill"):
        act(manager, made, "delete")
    Batch.objects.update(skill=None)
    act(manager, made, "delete")
    assert list(Skill.objects.all()) == [skill]


def test_only_who_gives_out_work_decides_on_skills(act, team, skill, annotator, reviewer, viewer):
    for person in (annotator, reviewer, viewer):
        for obj, verb in ((team, "create-skill"), (skill, "set-level"), (skill, "delete")):
            with pytest.raises(Forbidden):
                act(person, obj, verb, name="x", person=annotator.pk, level=100)


def test_the_page_shows_levels_and_where_they_come_from(
    client_for, team, skill, manager, annotator, annotator2, reviewer
):
    PersonSkill.objects.create(skill=skill, user=annotator, level=87, is_earned=True, evidence=40)
    client, url = client_for(manager), reverse("jobs:skills", args=[team.pk])
    verb = reverse("jobs:skill-verb", args=[skill.pk, "set-level"])
    assert client.post(verb, {"person": annotator2.pk, "level": 55}).url == url
    page = client.get(url).content.decode()
    for said in ("X-ray", "87", "earned, 40 reviewed items", "55", "set by hand"):
        assert said in page
    assert client.get(reverse("jobs:skill-new", args=[team.pk])).status_code == 200
    assert client_for(reviewer).get(url).status_code == 403


def test_rest_lists_skills_with_levels_and_annotators_see_their_own(
    api_for, team, skill, manager, annotator, annotator2
):
    url = f"/api/skills/{skill.pk}/set-level/"
    for person, level in ((annotator, 10), (annotator2, 20)):
        answer = api_for(manager).post(url, {"person": person.pk, "level": level}, format="json")
        assert answer.status_code == 200
    assert {each["level"] for each in answer.json()["people"]} == {10, 20}
    mine = api_for(annotator).get(f"/api/skills/{skill.pk}/").json()["people"]
    assert 10 in {each["level"] for each in mine}
    made = api_for(manager).post(
        f"/api/teams/{team.pk}/create-skill/", {"name": "Night"}, format="json"
    )
    assert made.json()["name"] == "Night"
    assert [each["name"] for each in api_for(manager).get("/api/skills/").json()["results"]] == [
        "Night",
        "X-ray",
    ]


def test_a_batch_is_launched_with_what_it_asks_for(act, team, dataset, manager, skill, outsider):
    JobFactory.create(batch__dataset=dataset, size=2)
    asked = {
        "name": "hard",
        "split": "segments",
        "segment_size": 1,
        "skill": skill.pk,
        "skill_level": 70,
        "items_a_person": 5,
        "lease_minutes": 30,
    }
    dataset.project.classes.create(name="bone", shape="rectangle", position=1)
    batch = act(manager, dataset, "create-batch", **asked).outcome
    shown = (batch.skill, batch.skill_level, batch.items_a_person, batch.lease_minutes)
    assert shown == (skill, 70, 5, 30)
    theirs = Skill.objects.create(team=outsider.memberships.get().team, name="Theirs")
    for wrong in ({"skill": theirs.pk}, {"lease_minutes": 1}, {"skill_level": 101}):
        with pytest.raises(Invalid):
            act(manager, dataset, "create-batch", **{**asked, **wrong})
