"""Who may do what, and who may see what, asked of every verb and of every address there is.

Nothing here is listed by hand: verbs come from the registry, addresses from the URLconf. What is
listed are the exceptions, each with its reason; one that is not needed any more fails.
"""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

import pytest
from django.db import models

from accounts.actor import Actor
from accounts.models import ApiToken, User
from accounts.roles import ROLES, Role
from labeling.core.workflow import Action, actions
from labeling.jobs.models import Batch, Comment, Job, SavedView
from labeling.projects.models import (
    Dataset,
    Item,
    LabelClass,
    Project,
    TagDefinition,
    Workspace,
)
from tests.scene import KEY, Scene, our_models
from tests.urlconf import (
    FRAMEWORK,
    PLURALS,
    about_objects,
    addresses,
    browser,
    filled,
    script,
)

BY_LINK = "whoever holds the invitation's link does this on the link's own page"
ABOUT_ONESELF = "its page is /account/, which is about whoever is signed in"

# Verbs that ask who somebody is instead of their role, and why.
ASKS_NO_ROLE: dict[type[models.Model], str] = {
    ApiToken: "a token is its owner's, whatever their role in a team",
    SavedView: "a saved view is its owner's, whatever their role in a team",
    User: "an account is its person's, whatever their role in a team",
}

# Verbs that an interface offers elsewhere, and where.
NO_PAGE = {
    "datasets create-batch": "the form of a batch has a page of its own, with its preview",
    "datasets set-labels": "people draw labels, or import them as files; this is for scripts",
    "invitations join": BY_LINK,
    "invitations register": BY_LINK,
    "tokens revoke-token": ABOUT_ONESELF,
    "teams add-member": "for scripts that set a team up; on pages people are invited",
    "users create-person": "for scripts that set a team up; on pages people are invited",
    "users create-team": ABOUT_ONESELF,
    "users create-token": ABOUT_ONESELF,
    "users edit-profile": ABOUT_ONESELF,
}
NO_REST = {
    "invitations join": BY_LINK,
    "invitations register": BY_LINK,
    "users create-person": "users.add of Supervisely's SDK",
    "users create-team": "POST /api/teams/",
    "users create-token": "tokens are made by people, on a page",
    "users edit-profile": "an account is changed by its person, on a page",
    "views delete": "a saved view belongs to a page",
    "views rename": "a saved view belongs to a page",
}

# Addresses that visitors may open, and why.
OPEN_TO_VISITORS = {
    "/api/docs/": "describes the interface and holds nobody's data",
    "/api/schema/": "describes the interface and holds nobody's data",
    "/invitations/<token>/": "its link is the key; a wrong one is told so",
}

# Addresses with a parameter that an outsider may open, and why.
OPEN_TO_OUTSIDERS = {
    "/labelbox/teams/<team_id>/graphql": "asks for a token in the body of its answer",
    "/toloka/api/<call>": "asks for a token of its own kind",
    "/supervisely/public/api/v3/<name>": "asks for a token itself, and answers 401",
    "/invitations/<token>/": "its link is the key; a wrong one is told so",
}

ACTIONS = [
    pytest.param(action, id=f"{action.model.__name__}:{action.verb}") for action in actions.values()
]
SAFE_REFUSALS = {404, 405}

# What is somebody's work, for who must not read that of others.
WORK = (Batch, Comment, Dataset, Item, Job, LabelClass, Project, TagDefinition, User, Workspace)


def ask(method: Callable[[str], Any], url: str) -> int:
    """The status of an answer, which is read to its end: some are files."""
    response = method(url)
    response.getvalue()
    return int(response.status_code)


def text_of(client: Any, url: str) -> str:
    """What an answer says, be it a page, JSON or a stream."""
    return str(client.get(url).getvalue().decode(errors="replace"))


def held(broken: Collection[str], exceptions: Mapping[str, str]) -> list[str]:
    """What is broken and no exception, and exceptions that nothing needs any more."""
    unneeded = [f"stale exception: {key}" for key in exceptions if key not in broken]
    return [line for line in broken if line not in exceptions] + unneeded


@pytest.mark.parametrize("action", ACTIONS)
def test_a_verb_asks_for_the_capability_of_its_table(scene, action: Action):
    reason = ASKS_NO_ROLE.get(action.model) or NO_PAGE.get(f"invitations {action.verb}")
    if reason:
        pytest.skip(reason)
    thing = action.model._default_manager.get(pk=KEY)
    may = {role for role in Role if action.permits(thing, Actor.for_user(scene.people[role]))}
    assert may == {role for role in Role if action.capability in ROLES[role]}
    assert not action.permits(thing, Actor.for_user(scene.outsider))


def test_every_model_with_verbs_has_its_word_in_addresses():
    assert {model.__name__ for model, _verb in actions} == {model.__name__ for model in PLURALS}


Clients = Callable[[str, User], Any]


@pytest.fixture(scope="module")
def clients(scene_of_module: Scene) -> Clients:
    """Everybody's browser ("/") and script ("/api/"), signed in once."""
    made = {"/": cache(browser), "/api/": cache(script)}
    for person in [*scene_of_module.people.values(), scene_of_module.outsider]:
        for make in made.values():
            make(person)
    return lambda prefix, person: made[prefix](person)


@pytest.mark.parametrize(
    ("prefix", "exceptions"), [("/", NO_PAGE), ("/api/", NO_REST)], ids=["pages", "REST"]
)
@pytest.mark.parametrize("action", ACTIONS)
def test_roles_and_verbs_agree_on_every_interface(
    scene, clients: Clients, action: Action, prefix: str, exceptions: Mapping[str, str]
):
    plural = PLURALS[action.model]
    if f"{plural} {action.verb}" in exceptions or (prefix == "/api/" and not action.by_rest):
        pytest.skip(exceptions.get(f"{plural} {action.verb}", "the action says so itself"))
    url = f"{prefix}{plural}/{KEY}/{action.verb}/"
    before = row(action.model)
    people = sorted(
        [*scene.people.values(), scene.outsider],
        key=lambda person: action.permits(thing(action.model), Actor.for_user(person)),
    )
    for person in people:
        may = action.permits(thing(action.model), Actor.for_user(person))
        response = clients(prefix, person).post(url)
        said = response.content.decode(errors="replace")
        if may:
            assert response.status_code not in {404, 405, 500}, f"{person}: {said[:300]}"
            assert f"does not allow this: {action.label}" not in said
        else:
            assert response.status_code in {403, 404}, f"{person}: {response.status_code}"
            assert row(action.model) == before
    assert browser().post(url).status_code in {302, 401, 403}


def thing(model: type[models.Model]) -> Any:
    """The object under KEY."""
    return model._default_manager.get(pk=KEY)


def row(model: type[models.Model]) -> dict[str, Any]:
    """The columns of the object under KEY."""
    return model._default_manager.filter(pk=KEY).values().get()


def test_the_scene_has_one_of_everything(scene):
    assert set(our_models()) == set(scene.objects())


def test_every_parameter_of_an_address_leads_somewhere(scene):
    """Else the outsider's 404 below would prove nothing."""
    client = browser(scene.owner)
    lost = [
        address.pattern
        for address in about_objects()
        if all(
            ask(method, url) == 404
            for url in filled(address)
            for method in (client.get, client.post)
        )
    ]
    assert not lost


def test_an_outsider_finds_nothing_under_any_address_and_changes_nothing(scene):
    before = {model: row(model) for model in our_models()}
    page: Any = browser(scene.outsider)
    rest: Any = script(scene.outsider)
    by_page = (page.get, page.post)
    by_rest = (rest.get, rest.post, rest.put, rest.patch, rest.delete)
    broken = {
        address.pattern
        for address in about_objects()
        for url in filled(address)
        for method in (by_page + by_rest if address.is_rest else by_page)
        if ask(method, url) not in SAFE_REFUSALS
    }
    after = {model: row(model) for model in our_models()}
    assert after == before
    assert not held(broken, OPEN_TO_OUTSIDERS)


def test_who_sees_only_own_work_reads_nothing_of_others_anywhere(scene):
    pages, rest = browser(scene.restricted), script(scene.restricted)
    secrets = {
        str(getattr(thing, "name", None) or thing)
        for model, thing in scene.objects().items()
        if model in WORK
    }
    told = {
        f"{url} tells {secret}"
        for address in addresses()
        if not address.pattern.startswith(FRAMEWORK)
        for client in ((pages, rest) if address.is_rest else (pages,))
        for url in filled(address)
        for said in [text_of(client, url)]
        for secret in secrets
        if secret in said
    }
    assert not told


def test_a_visitor_is_asked_to_sign_in_everywhere(scene):
    client = browser()
    broken = set()
    for address in addresses():
        if address.pattern.startswith(FRAMEWORK):
            continue
        for url in filled(address):
            response = client.get(url)
            asked = response.status_code == 302 and "/account/login/" in response["Location"]
            if not (asked or response.status_code in {401, *SAFE_REFUSALS}):
                broken.add(address.pattern)
    assert not held(broken, OPEN_TO_VISITORS)


def test_no_address_changes_anything_by_being_looked_at(scene):
    before = {model: row(model) for model in our_models() if model is not ApiToken}
    client = browser(scene.owner)
    for address in about_objects():
        for url in filled(address):
            ask(client.get, url)
    after = {model: row(model) for model in our_models() if model is not ApiToken}
    assert after == before


def test_the_admin_shows_an_outsider_nothing(scene):
    client = browser(scene.outsider)
    shown = [
        address.pattern
        for address in addresses()
        if address.pattern.startswith("/admin/")
        and "object_id" in address.names
        and ask(client.get, address.fill()) == 200
    ]
    assert not shown
