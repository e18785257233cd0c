"""Every page of the desk in Chromium, on a desk by day and on a phone by night.

A page must be readable by everybody (axe), fit its screen, and complain about nothing. The pages
are found by walking the URLconf, so that one that is added later is looked at too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, Response, expect

from labeling.core.workflow import NoInput, actions
from tests.browser.demo_desk import DemoDesk, Scheme
from tests.browser.watching import PHONE
from tests.urlconf import addresses

# What answers a GET with something else than a page of the desk.
NO_PAGES = {
    "/": "leads to the team",
    "/account/2fa/authenticate/": "the second step of signing in; tests/accounts",
    "/account/2fa/reauthenticate/": "leads to the password",
    "/account/2fa/recovery-codes/": "only with a second factor; tests/accounts",
    "/account/2fa/recovery-codes/download/": "a file",
    "/account/2fa/recovery-codes/generate/": "asks for the password first",
    "/account/2fa/totp/activate/": "asks for the password first",
    "/account/2fa/totp/deactivate/": "only with a second factor; tests/accounts",
    "/account/login/": "leads those who are signed in to the start; looked at as a visitor",
    "/account/password/set/": "leads to changing it",
    "/account/signup/": "leads those who are signed in to the start; looked at as a visitor",
    "/account/tokens/<pk>/revoke-token/": "POST only",
    "/batches/<pk>/add-items-preview/": "POST only",
    "/batches/<pk>/estimate/": "part of a page",
    "/batches/<pk>/progress/": "part of a page",
    "/batches/<pk>/queue-move/": "POST only",
    "/batches/<pk>/rebalance-preview/": "POST only",
    "/deliveries/<pk>/": "the demo tells nobody; tests/labeling/operations/notices",
    "/deliveries/<pk>/<verb>/": "the demo tells nobody; tests/labeling/operations/notices",
    "/datasets/<pk>/batch-preview/": "POST only",
    "/datasets/<pk>/choose-items/": "POST only",
    "/invitations/<pk>/revoke-invitation/": "POST only",
    "/items/<pk>/image": "a picture",
    "/items/<pk>/picture": "part of a page",
    "/items/<pk>/thumbnail": "a picture",
    "/job-changes/<pk>/": "part of a page",
    "/job-changes/<pk>/undo/": "POST only",
    "/jobs/<pk>/live-comments/": "part of a page",
    "/jobs/<pk>/live-items/": "part of a page",
    "/jobs/<pk>/live/": "part of a page",
    "/operations/<pk>/download/": "a file",
    "/labelbox/graphql": "for scripts",
    "/labelbox/results/<token>": "for scripts",
    "/labelbox/teams/<team_id>/graphql": "for scripts",
    "/supervisely/public/api/v3/<name>": "for scripts",
    "/operations/<pk>/progress/": "part of a page",
    "/operations/<pk>/results.jsonl": "a file",
    "/operations/<pk>/rows.jsonl": "a file",
    "/projects/<pk>/add-class/": "POST only",
    "/projects/<pk>/add-tag/": "POST only",
    "/projects/<pk>/batches/latest/": "part of a page",
    "/search/": "what the palette asks",
    "/teams/<team_id>/jobs/change/": "POST only",
    "/teams/<team_id>/bell/": "part of a page",
    "/teams/<team_id>/mark-seen/": "POST only",
    "/teams/<team_id>/save-view/": "POST only",
    "/teams/<team_id>/take-next/": "POST only",
    "/toloka/api/<call>": "for scripts",
    "/uploads/<pk>/files/": "POST only",
    "/uploads/<pk>/start/": "POST only",
    "/views/<pk>/<verb>/": "one's own views; the forms are those of other verbs",
}

# Verbs whose form is a page of its own kind; all others ask in the same words.
VERBS = {
    "batches": ("edit", "stop", "clone", "add-items", "set-prices", "move-in-queue"),
    "classes": ("edit-class", "remove-class"),
    "comments": ("resolve",),
    "datasets": ("edit-dataset", "delete", "make-thumbnails"),
    "job-items": ("reject-item",),
    "jobs": ("assign", "set-due", "comment", "unarchive"),
    "members": ("change-role", "deactivate"),
    "operations": ("retry",),
    "projects": ("create-dataset", "edit-project", "set-terms", "pay"),
    "skills": ("edit", "delete"),
    "tag-definitions": ("edit-tag", "remove-tag"),
    "webhooks": ("edit", "remove"),
}

# A page in more than one state, or seen by more than one role: who, and where.
STATES = (
    ("manager", "/jobs/{pending}/"),
    ("manager", "/jobs/{on_review}/"),
    ("manager", "/jobs/{completed}/statistics/"),
    ("manager", "/jobs/{stopped}/comments/"),
    ("manager", "/teams/{team}/batches/new/?dataset={dataset}"),
    ("manager", "/teams/{team}/jobs/?status=pending&status=stopped&q=lemons&ordering=-due"),
    ("manager", "/teams/{team}/jobs/?q=nothing-is-called-this"),
    ("manager", "/teams/{team}/jobs/?unknown=1"),
    ("manager", "/datasets/{dataset}/?labeled=true"),
    ("manager", "/nowhere/"),
    ("annotator", "/teams/{team}/my-work/"),
    ("annotator", "/teams/{team}/my-figures/?of=hours"),
    ("annotator", "/jobs/{in_progress}/"),
    ("annotator", "/jobs/{in_progress}/label/"),
    ("reviewer", "/teams/{team}/"),
    ("reviewer", "/teams/{team}/my-work/?days=7"),
    ("reviewer", "/teams/{team}/figures/?of=people"),
    ("reviewer", "/teams/{team}/review/"),
    ("reviewer", "/jobs/{on_review}/review/"),
    ("viewer", "/teams/{team}/"),
    ("viewer", "/jobs/{on_review}/"),
    ("viewer", "/jobs/{on_review}/review/"),
    ("viewer", "/projects/{project}/schema/"),
    ("viewer", "/teams/{team}/members/"),
    # The stranger's team has nothing yet.
    ("outsider", "/teams/{other_team}/"),
    ("outsider", "/teams/{other_team}/figures/?of=review"),
    ("outsider", "/teams/{other_team}/projects/"),
    ("outsider", "/teams/{other_team}/batches/"),
    ("outsider", "/teams/{other_team}/batches/new/"),
    ("outsider", "/teams/{other_team}/jobs/"),
    ("outsider", "/teams/{other_team}/review/"),
    ("outsider", "/teams/{other_team}/my-work/"),
    ("outsider", "/teams/{other_team}/people/"),
    ("outsider", "/teams/{other_team}/operations/"),
    ("outsider", "/jobs/{on_review}/"),
    (None, "/account/login/"),
    (None, "/account/signup/"),
    (None, "/account/password/reset/"),
    (None, "/invitations/nobody-knows-this/"),
)

# Parts that a page fetches after itself, and the picture of the canvas pages.
UNFINISHED = "[aria-busy=true], .htmx-request, #stage[data-waiting]"

# Pages of packages, which the desk dresses in its colours.
DRESSED = (
    "/admin/",
    "/admin/accounts/membership/",
    "/admin/jobs/batch/",
    "/admin/jobs/event/",
    "/admin/jobs/job/",
    "/admin/jobs/job/{jobs}/change/",
    "/admin/operations/operation/",
    "/admin/operations/operation/{operations}/change/",
    "/admin/projects/project/",
    "/api/docs/",
)

EXPECTED = (r"status of 4\d\d",)  # refusals are pages too


@dataclass(frozen=True)
class Look:
    """A screen and its light."""

    name: str
    size: tuple[int, int]
    scheme: Scheme

    def __str__(self) -> str:
        return self.name


DESK = Look("desk", (1440, 900), "light")
POCKET = Look("phone", PHONE, "dark")


@dataclass
class Windows:
    """One browser for each persona and look: it keeps its cache, as people's do."""

    demo: DemoDesk
    names: dict[str, int]
    pages: dict[tuple[str | None, Look], Page] = field(default_factory=dict)

    def open(self, persona: str | None, look: Look, path: str) -> tuple[Page, Response]:
        """Go to a page and wait until it is at rest."""
        key = (persona, look)
        if key not in self.pages:
            self.pages[key] = self.demo.page(
                persona, look.size, scheme=look.scheme, expected=EXPECTED
            )
        page = self.pages[key]
        answer = page.goto(path.format_map(self.names))
        assert answer is not None
        expect(page.locator(UNFINISHED)).to_have_count(0)
        return page, answer


@pytest.fixture(scope="module")
def windows(served_demo: DemoDesk) -> Iterator[Windows]:
    """Browsers of the demo's people, and what is where in it."""
    yield Windows(served_demo, names_of(served_demo))
    served_demo.close()


def names_of(demo: DemoDesk) -> dict[str, int]:
    """Keys of the demo's things: jobs by status, the rest by kind."""
    facts = demo.facts
    jobs = demo.every("owner", "jobs/")
    by_status = {job["status"]: job["id"] for job in reversed(jobs)}
    kinds = [
        *("batches", "classes", "comments", "items", "job-items", "operations"),
        "tag-definitions",
    ]
    firsts = {kind: demo.every("owner", f"{kind}/?page_size=1")[0]["id"] for kind in kinds}
    members = {row["user"]: row["id"] for row in demo.every("owner", "members/")}
    [other] = demo.every("outsider", "teams/")
    hook = {"url": "https://example.org/told", "events": ["complete"], "kinds": []}
    team = f"teams/{facts['team_id']}"
    made = {
        "webhooks": demo.api("owner", f"{team}/add-webhook/", "POST", hook),
        "skills": demo.api("owner", f"{team}/create-skill/", "POST", {"name": "X-ray"}),
    }
    assert all(answer.status == 201 for answer in made.values()), made
    return {
        **by_status,
        **firsts,
        **{kind: answer.body["id"] for kind, answer in made.items()},
        "team": facts["team_id"],
        "other_team": other["id"],
        "project": facts["project_id"],
        "projects": facts["project_id"],
        "dataset": facts["dataset_id"],
        "datasets": facts["dataset_id"],
        "jobs": by_status["in_progress"],
        "members": members[facts["users"]["annotator2"]["id"]],
        "people": members[facts["users"]["annotator"]["id"]],
    }


def pages_of_the_site() -> Iterator[str]:
    """Every page of the URLconf, with the name of its key in braces."""
    for pattern in sorted({address.pattern for address in addresses()}):
        if pattern in NO_PAGES or pattern.startswith(("/api/", "/admin/")):
            continue
        word = pattern.split("/")[1]
        path = pattern.replace("<team_id>", "{team}").replace("<pk>", f"{{{word}}}")
        path = path.replace("<token>", "gone").replace("<uidb36>-<key>", "1-gone")
        for verb in VERBS[word] if "<verb>" in path else ("",):
            yield path.replace("<verb>", verb)


def assert_fits(page: Page) -> None:
    """Nothing may push the page wider than its screen."""
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{page.url} is {wide} px wider than the screen"


def assert_good(windows: Windows, page: Page, axe) -> None:
    """Readable by everybody, as wide as its screen, and without a complaint."""
    # While a picture is loading, what cannot be used yet is dimmed.
    expect(page.locator("[data-waiting]")).to_have_count(0)
    assert_fits(page)
    axe(page)
    assert not windows.demo.complaints()


@pytest.mark.parametrize("look", [DESK, POCKET], ids=str)
@pytest.mark.parametrize("path", list(pages_of_the_site()))
def test_every_page_is_readable_and_fits(windows: Windows, look: Look, path: str, axe):
    page, answer = windows.open("owner", look, path)
    assert answer.status in {200, 409, 410}, f"{answer.status} {page.url}"
    expect(page.locator("h1")).to_have_count(1)
    assert_good(windows, page, axe)


@pytest.mark.parametrize("look", [DESK, POCKET], ids=str)
@pytest.mark.parametrize(("persona", "path"), STATES)
def test_every_state_of_a_page_is_readable_and_fits(
    windows: Windows, look: Look, persona: str | None, path: str, axe
):
    page, _answer = windows.open(persona, look, path)
    expect(page.locator("h1")).to_have_count(1)
    assert_good(windows, page, axe)


@pytest.mark.parametrize("look", [DESK, POCKET], ids=str)
@pytest.mark.parametrize("path", DRESSED)
def test_the_admin_panel_and_the_rest_reference_are_readable_too(
    windows: Windows, look: Look, path: str, axe
):
    page, answer = windows.open("owner", look, path)
    assert answer.status == 200
    expect(page.locator("#changelist, #content, .opblock-tag").first).to_be_visible()
    assert_good(windows, page, axe)


def test_no_address_is_excused_that_does_not_exist():
    patterns = {address.pattern for address in addresses()}
    assert set(NO_PAGES) <= patterns
    known = {verb for (_model, verb), action in actions.items() if action.form is not NoInput}
    plain = {verb for (_model, verb) in actions}
    assert {verb for verbs in VERBS.values() for verb in verbs} <= known | plain


@pytest.mark.parametrize("look", [DESK, POCKET], ids=str)
def test_what_opens_on_a_page_is_readable_too(windows: Windows, look: Look, axe):
    page, _answer = windows.open("manager", look, "/teams/{team}/jobs/")
    page.locator("#list-filters > summary").click()
    assert_good(windows, page, axe)
    page.keyboard.press("Escape")
    page.locator("[name=selected]").first.check()
    page.locator("#bulk-assign > summary").click()
    assert_good(windows, page, axe)
    page.keyboard.press("Escape")
    page.locator(".account-menu > summary").click()
    assert_good(windows, page, axe)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("lemons")
    expect(page.get_by_role("dialog").get_by_role("option").first).to_be_visible()
    assert_good(windows, page, axe)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert_good(windows, page, axe)


@pytest.mark.parametrize("look", [DESK, POCKET], ids=str)
def test_a_verbs_form_opens_over_the_page_and_gives_the_focus_back(
    windows: Windows, look: Look, axe
):
    page, _answer = windows.open("manager", look, "/projects/{project}/")
    page.get_by_role("link", name="Edit project").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_be_focused()
    assert_good(windows, page, axe)
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Edit project")).to_be_focused()
