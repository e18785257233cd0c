"""Projects and datasets: made, edited, put away, taken back; and who may."""

import pytest
from django.urls import reverse

from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.core.workflow import verbs_for
from labeling.jobs.models import Event
from labeling.projects.models import Dataset, Project, Workspace
from tests.factories import (
    DatasetFactory,
    ItemFactory,
    JobFactory,
    MembershipFactory,
    ProjectFactory,
    UserFactory,
)


def test_a_project_goes_to_the_workspace_main_unless_told_otherwise(team, manager, do):
    lemons = do(manager, team, "create-project", name="Lemons").outcome
    kiwis = do(manager, team, "create-project", name="Kiwis").outcome
    assert lemons.workspace == kiwis.workspace
    assert lemons.workspace.name == "Main"
    assert lemons.created_by == manager


def test_a_workspace_is_chosen_or_made_by_name(team, manager, do):
    shelf = Workspace.objects.create(team=team, name="Fruit")
    chosen = do(manager, team, "create-project", name="a", workspace=shelf.pk).outcome
    named = do(manager, team, "create-project", name="b", workspace_name="Fruit").outcome
    made = do(manager, team, "create-project", name="c", workspace_name="Cells").outcome
    assert chosen.workspace == named.workspace == shelf
    assert made.workspace.name == "Cells"
    assert Workspace.objects.count() == 2


def test_the_workspace_of_another_team_cannot_be_chosen(team, manager, outsider, do):
    theirs = Workspace.objects.create(team=outsider.memberships.get().team, name="Theirs")
    with pytest.raises(Invalid):
        do(manager, team, "create-project", name="a", workspace=theirs.pk)


def test_a_name_is_there_once_in_a_workspace(team, manager, do):
    do(manager, team, "create-project", name="Lemons")
    with pytest.raises(Invalid) as refused:
        do(manager, team, "create-project", name="Lemons")
    assert "name" in refused.value.errors
    do(manager, team, "create-project", name="Lemons", workspace_name="Other")


def test_what_an_edit_does_not_send_stays(project, manager, do):
    do(manager, project, "edit-project", description="Yellow")
    project.refresh_from_db()
    assert (project.name, project.description) == ("Lemons", "Yellow")
    do(manager, project, "edit-project", name="Citrus")
    project.refresh_from_db()
    assert (project.name, project.description) == ("Citrus", "Yellow")


def test_an_edit_moves_a_project_to_another_workspace(project, manager, do):
    do(manager, project, "edit-project", workspace_name="Cells")
    project.refresh_from_db()
    assert project.workspace.name == "Cells"


def test_an_archived_project_refuses_changes_and_comes_back(project, dataset, lemon, manager, do):
    do(manager, project, "archive")
    project.refresh_from_db()
    lemon.refresh_from_db()
    dataset.refresh_from_db()
    for thing, verb, data in (
        (project, "edit-project", {"name": "x"}),
        (project, "create-dataset", {"name": "x"}),
        (project, "add-class", {"name": "x"}),
        (lemon, "edit-class", {"name": "x"}),
        (lemon, "remove-class", {}),
        (dataset, "edit-dataset", {"name": "x"}),
        (dataset, "archive", {}),
    ):
        with pytest.raises(Conflict, match="archived"):
            do(manager, thing, verb, **data)
    do(manager, project, "unarchive")
    do(manager, project, "edit-project", name="x")
    assert Project.objects.get(pk=project.pk).archived_at is None


def test_an_archived_project_offers_only_to_take_it_back(project, manager, actor_for, do):
    do(manager, project, "archive")
    project.refresh_from_db()
    # What people earned is paid all the same.
    assert [each.verb for each in verbs_for(project, actor_for(manager))] == ["unarchive", "pay"]


def test_a_dataset_is_made_edited_archived_and_taken_back(project, manager, do):
    dataset = do(manager, project, "create-dataset", name="June").outcome
    do(manager, dataset, "edit-dataset", description="Sunny")
    do(manager, dataset, "archive")
    dataset.refresh_from_db()
    assert (dataset.name, dataset.description, dataset.lifecycle) == ("June", "Sunny", "archived")
    with pytest.raises(Conflict, match="archived"):
        do(manager, dataset, "edit-dataset", name="x")
    do(manager, dataset, "unarchive")
    assert Dataset.objects.get(pk=dataset.pk).archived_at is None
    with pytest.raises(Invalid):
        do(manager, project, "create-dataset", name="June")


@pytest.mark.parametrize("role", ["reviewer", "annotator", "viewer", "outsider"])
def test_only_managers_and_owners_change_projects(role, request, team, project, dataset, do):
    person = request.getfixturevalue(role)
    for thing, verb, data in (
        (team, "create-project", {"name": "x"}),
        (project, "edit-project", {"name": "x"}),
        (project, "archive", {}),
        (project, "create-dataset", {"name": "x"}),
        (dataset, "edit-dataset", {"name": "x"}),
        (dataset, "archive", {}),
    ):
        with pytest.raises(Forbidden):
            do(person, thing, verb, **data)


def test_every_change_of_a_project_is_on_its_page(project, manager, client_for, do):
    do(manager, project, "edit-project", name="Citrus")
    lemon = do(manager, project, "add-class", name="lemon").outcome
    do(manager, lemon, "edit-class", name="lime")
    do(manager, project, "create-dataset", name="June")
    page = client_for(manager).get(project.get_absolute_url()).content.decode()
    for text in (
        "Max edited the project",
        "Lemons → Citrus",
        "Max added the class “lemon”",
        "lemon → lime",
        "Max made the dataset “June”",
    ):
        assert text in page
    assert Event.objects.filter(verb="edit-class", subject_id=lemon.pk).count() == 1


def test_the_making_of_a_project_is_in_its_history(team, manager, client_for, do):
    project = do(manager, team, "create-project", name="Lemons").outcome
    assert (
        "Max made the project"
        in client_for(manager).get(project.get_absolute_url()).content.decode()
    )


# Pages


def test_the_list_shows_projects_with_their_sizes(team, project, dataset, manager, client_for):
    ItemFactory.create_batch(3, dataset=dataset)
    item = dataset.items.first()
    item.labeled_at = dataset.created_at
    item.save()
    page = client_for(manager).get(reverse("projects:project-list", args=[team.pk]))
    assert page.status_code == 200
    html = page.content.decode()
    assert "Lemons" in html
    assert "1 / 3" in html


def test_archived_projects_are_shown_when_asked_for(team, project, manager, client_for, do):
    do(manager, project, "archive")
    url = reverse("projects:project-list", args=[team.pk])
    client = client_for(manager)
    assert "Lemons" not in client.get(url).content.decode()
    assert "Lemons" in client.get(url, {"archived": "true"}).content.decode()


def test_the_list_filters_by_workspace_and_maker_and_searches(team, manager, owner, client_for):
    mine = ProjectFactory.create(team=team, name="Lemons", created_by=manager)
    ProjectFactory.create(team=team, name="Kiwis", created_by=owner)
    url = reverse("projects:project-list", args=[team.pk])
    for query in (
        {"workspace": mine.workspace_id},
        {"created_by": manager.pk},
        {"q": "lem"},
    ):
        html = client_for(manager).get(url, query).content.decode()
        assert "Lemons" in html
        assert "Kiwis" not in html.partition('id="results"')[2]
    assert client_for(manager).get(url, {"colour": "red"}).status_code == 400


def test_a_project_is_made_on_a_page_without_scripts(team, manager, client_for):
    client = client_for(manager)
    url = reverse("projects:project-new", args=[team.pk])
    assert "Create project" in client.get(url).content.decode()
    response = client.post(url, {"name": "Lemons"})
    assert response.status_code == 302
    assert response.url == Project.objects.get().get_absolute_url()
    again = client.post(url, {"name": "Lemons"})
    assert again.status_code == 400
    assert "of that name" in again.content.decode()


def test_verbs_have_pages_that_post_and_come_back(project, dataset, manager, client_for):
    client = client_for(manager)
    url = reverse("projects:project-verb", args=[project.pk, "edit-project"])
    assert "Lemons" in client.get(url).content.decode()
    assert client.post(url, {"name": "Citrus"}).url == project.get_absolute_url()
    archive = reverse("projects:dataset-verb", args=[dataset.pk, "archive"])
    assert client.get(archive).status_code == 200
    page = client.post(archive, follow=True)
    assert "is archived" in page.content.decode()
    undo = reverse("projects:dataset-verb", args=[dataset.pk, "unarchive"])
    assert undo in page.content.decode()
    assert client.get(archive).status_code == 409


def test_putting_a_project_away_says_how_many_jobs_are_open(project, dataset, manager, client_for):
    JobFactory.create_batch(2, batch__dataset=dataset)
    url = reverse("projects:project-verb", args=[project.pk, "archive"])
    assert "2 open jobs" in client_for(manager).get(url).content.decode()


@pytest.mark.parametrize("page", ["project", "schema"])
def test_a_stranger_finds_no_project(page, project, outsider, client_for):
    url = reverse(f"projects:{page}", args=[project.pk])
    assert client_for(outsider).get(url).status_code == 404


def test_who_sees_only_own_work_sees_no_projects(team, project, dataset, client_for):
    restricted = UserFactory.create()
    MembershipFactory.create(team=team, user=restricted, restricted=True)
    client = client_for(restricted)
    assert client.get(project.get_absolute_url()).status_code == 404
    assert client.get(dataset.get_absolute_url()).status_code == 404
    html = client.get(reverse("projects:project-list", args=[team.pk])).content.decode()
    assert "Lemons" not in html


def test_viewers_see_no_buttons_that_change(project, dataset, viewer, client_for):
    client = client_for(viewer)
    for url in (
        project.get_absolute_url(),
        dataset.get_absolute_url(),
        reverse("projects:schema", args=[project.pk]),
        reverse("projects:project-list", args=[project.team_id]),
    ):
        html = client.get(url).content.decode()
        main = html.partition("<main")[2].partition("</main>")[0]
        for verb in ("create-project", "edit-project", "create-dataset", "archive/", "add-class"):
            assert verb not in main


def test_a_team_has_its_projects_only(team, manager, outsider, client_for):
    theirs = outsider.memberships.get().team
    DatasetFactory.create(project=ProjectFactory.create(team=theirs, name="Carrots"))
    html = client_for(manager).get(reverse("projects:project-list", args=[team.pk]))
    assert "Carrots" not in html.content.decode()
    url = reverse("projects:project-list", args=[theirs.pk])
    assert client_for(manager).get(url).status_code == 404


def test_a_view_of_the_list_is_saved_for_oneself_only(team, project, manager, owner, client_for):
    url = reverse("projects:project-list", args=[team.pk])
    client = client_for(manager)
    save = client.get(url).context["save_view_url"]
    client.post(save, {"name": "Fruit", "query": "q=lemon"})
    html = client.get(url).content.decode()
    assert 'href="?q=lemon">Fruit' in html
    assert "Fruit</a>" not in client_for(owner).get(url).content.decode().partition("<main")[2]
