"""Saved views: one person's filters under a name, nobody else's business."""

import pytest
from django.urls import reverse

from labeling.core.errors import Forbidden, Invalid
from labeling.jobs.models import SavedView


@pytest.fixture
def save_url(team) -> str:
    return reverse("jobs:save-view", args=[team.pk])


@pytest.fixture
def view(team, manager) -> SavedView:
    """Max's view of the pool."""
    return SavedView.objects.create(
        team=team, user=manager, page="jobs:job-list", name="Pool", query="annotator=pool"
    )


def verb_url(view: SavedView, verb: str) -> str:
    return reverse("jobs:view-verb", args=[view.pk, verb])


def test_a_list_is_saved_with_its_filters_and_offered_again(client_for, manager, team, save_url):
    client = client_for(manager)
    data = {"name": "Late", "query": "overdue=true&ordering=due"}
    answer = client.post(save_url, data)
    list_url = reverse("jobs:job-list", args=[team.pk])
    assert answer.url == f"{list_url}?overdue=true&ordering=due"
    text = client.get(list_url).content.decode()
    assert "Late" in text
    assert "overdue=true&amp;ordering=due" in text


def test_saving_under_the_same_name_replaces_the_view(client_for, manager, save_url, view):
    client_for(manager).post(save_url, {"name": "Pool", "query": "?status=pending"})
    view.refresh_from_db()
    assert view.query == "status=pending"
    assert SavedView.objects.count() == 1


def test_each_list_keeps_its_own_views(client_for, manager, team, save_url):
    people = f"{save_url}?page=jobs:people"
    client_for(manager).post(people, {"name": "Slow", "query": "ordering=-pace"})
    client = client_for(manager)
    assert "Slow" in client.get(reverse("jobs:people", args=[team.pk])).content.decode()
    assert "Slow" not in client.get(reverse("jobs:job-list", args=[team.pk])).content.decode()


def test_nobody_else_sees_or_changes_a_view(client_for, owner, view, team):
    client = client_for(owner)
    assert "Pool" not in [
        each.name
        for each in client.get(reverse("jobs:job-list", args=[team.pk])).context["saved_views"]
    ]
    for verb in ("rename", "delete"):
        assert client.post(verb_url(view, verb), {"name": "Mine now"}).status_code == 404
    view.refresh_from_db()
    assert view.name == "Pool"


def test_even_with_the_object_in_hand_it_stays_its_owners(act, owner, view):
    for verb in ("rename", "delete"):
        with pytest.raises(Forbidden):
            act(owner, view, verb, name="Mine now")


def test_two_people_use_the_same_name(client_for, owner, save_url, view):
    client_for(owner).post(save_url, {"name": "Pool", "query": "annotator=me"})
    view.refresh_from_db()
    assert view.query == "annotator=pool"
    assert SavedView.objects.filter(name="Pool").count() == 2


def test_a_view_is_renamed_and_deleted(client_for, manager, view):
    client = client_for(manager)
    assert client.post(verb_url(view, "rename"), {"name": "Free jobs"}).status_code == 302
    view.refresh_from_db()
    assert view.name == "Free jobs"
    assert client.post(verb_url(view, "delete")).status_code == 302
    assert not SavedView.objects.exists()


def test_a_taken_name_is_refused(act, manager, team, view):
    other = act(manager, team, "save-view", name="Mine", query="annotator=me").outcome
    with pytest.raises(Invalid, match="do not fit"):
        act(manager, other, "rename", name="Pool")


def test_views_of_unknown_lists_are_refused(act, manager, team):
    with pytest.raises(Invalid):
        act(manager, team, "save-view", name="x", page="admin:index")


def test_views_change_only_by_post(client_for, manager, save_url, view):
    client = client_for(manager)
    assert client.get(save_url).status_code == 405
    assert client.get(verb_url(view, "delete")).status_code == 200
    assert SavedView.objects.filter(pk=view.pk).exists()


def test_an_outsider_saves_nothing_here(client_for, outsider, save_url):
    assert client_for(outsider).post(save_url, {"name": "x"}).status_code == 404
