"""What every address of the REST interface has in common, asked of all of them.

Addresses and verbs come from the URLconf and the action registry; nothing is listed by hand.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from accounts.models import ApiToken
from labeling.core.api_verbs import misfit
from labeling.core.workflow import Action, actions
from labeling.jobs.models import Batch
from tests.factories import JobFactory
from tests.scene import KEY, Scene, grow
from tests.urlconf import PLURALS, addresses

# Answers that a person or a script can do something with.
TOLD = {200, 201, 202, 400, 403, 404, 405, 409, 413, 415}

JSON = {"accept": "application/json"}

NASTY: dict[str, Any] = {
    "a text with NUL": "a\0b",
    "half a surrogate": "\ud800",
    "a huge number": 10**40,
    "infinity": float("inf"),
    "a truth": True,
    "a long text": "x" * 70_000,
    "a list": [1, "a", None],
    "an object": {"a": {"b": 1}},
    "a huge key in a list": [2**63],
}
QUERIES = ("%00", "1e9999", "99999999999999999999999", "a" * 3000)


@pytest.fixture
def owner(scene: Scene, api_for) -> Any:
    """A script of the team's owner; what the server does not catch fails the test."""
    return api_for(scene.owner)


def lists() -> Iterator[Any]:
    """Every address that answers a list of its own, with the view behind it."""
    for address in addresses():
        if address.is_rest and getattr(address.view, "actions", {}).get("get") == "list":
            yield pytest.param(address.pattern, address.view_class, id=address.pattern)


LISTS = list(lists())
VERBS = [
    pytest.param(action, id=f"{PLURALS[action.model]}-{action.verb}")
    for action in actions.values()
    if action.by_rest
]


def test_there_are_lists_and_verbs_to_ask():
    assert len(LISTS) >= 15
    assert len(VERBS) >= 40


@pytest.mark.parametrize(("url", "view"), LISTS)
def test_a_list_refuses_what_it_does_not_understand(owner, url, view):
    for query in ("nonsense=1", "ordering=nonsense", "view=1", "format=csv"):
        name = query.partition("=")[0]
        answer = owner.get(f"{url}?{query}")
        assert answer.status_code == 400, f"{query}: {answer.content[:200]}"
        assert answer.json()["errors"][name][0]
    for query in ("page=0", "page=x", "page_size=0", "page_size=x", "page_size=501"):
        answer = owner.get(f"{url}?{query}")
        assert answer.status_code == 400, f"{query}: {answer.content[:200]}"
        assert answer.json()["errors"][query.partition("=")[0]]
    assert owner.get(f"{url}?page=99").status_code == 404


@pytest.mark.parametrize(("url", "view"), LISTS)
def test_pages_never_overlap_in_any_order(scene, owner, url, view):
    grow(scene, 2)
    for name in view.filterset_class.orderings:
        for order in (name, f"-{name}"):
            whole = owner.get(f"{url}?ordering={order}").json()
            keys = [row["id"] for row in whole["results"]]
            assert len(set(keys)) == len(keys) == whole["count"]
            half = len(keys) // 2
            if half:
                page = owner.get(f"{url}?ordering={order}&page_size={half}&page=2").json()
                assert [row["id"] for row in page["results"]] == keys[half : half * 2], order


@pytest.mark.parametrize(("url", "view"), LISTS)
def test_no_value_of_a_filter_breaks_a_list(owner, url, view):
    filters = view.filterset_class(None, request=None).filters
    for name in filters:
        for value in QUERIES:
            answer = owner.get(f"{url}?{name}={value}")
            assert answer.status_code in {200, 400, 404}, f"{name}={value}: {answer.content[:200]}"


@pytest.mark.parametrize(("url", "view"), LISTS)
def test_no_key_breaks_an_object_s_address(owner, url, view):
    if owner.get(url).json()["results"]:
        assert owner.get(f"{url}{KEY}/").status_code == 200
    for key in ("0", "-1", "x", "1.5", "%00", "9" * 40, "4242%20", "٤"):
        assert owner.get(f"{url}{key}/").status_code == 404, key


@pytest.mark.parametrize("action", VERBS)
def test_no_body_breaks_a_verb(owner, action: Action):
    url = f"/api/{PLURALS[action.model]}/{KEY}/{action.verb}/"
    fields = getattr(action.form, "base_fields", {})
    for what, value in NASTY.items() if fields else ():
        every = dict.fromkeys(fields, value)
        fitting = {name: value for name in fields if misfit(fields[name], value) is None}
        for body in (every, fitting) if fitting not in (every, {}) else (every,):
            answer = tried(owner, url, body)
            assert answer.status_code in TOLD, f"{what} {body}: {answer.content[:300]}"
    assert tried(owner, url, {"nonsense": 1}).status_code in {400, 404}


def tried(client: Any, url: str, body: Any) -> Any:
    """What a request answers, without what it did."""
    raw = json.dumps(body).replace("Infinity", "1e400")
    with transaction.atomic():
        answer = client.post(url, raw, content_type="application/json")
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"priorty": 5}, {"priorty": ["There is no such field."]}),
        ({"priority": [5]}, {"priority": ["Send one value."]}),
        ({"priority": {"level": 5}}, {"priority": ["Send one value."]}),
        ({"priority": True}, {"priority": ["Send a text or a number."]}),
        ({"priority": "9" * 50}, None),
        ({}, {"priority": ["This field is required."]}),
    ],
)  # fmt: skip
def test_a_body_that_does_not_fit_is_refused_by_field(owner, body, errors):
    answer = owner.post(f"/api/jobs/{KEY}/set-priority/", body)
    assert answer.status_code == 400
    told = answer.json()
    assert told["detail"] == "Some values do not fit."
    assert errors is None or told["errors"] == errors


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"[]", "Send one JSON object."),
        (b"{", "This is no JSON"),
        (b'{"priority": NaN}', "This is no JSON"),
        (b"\xff\xfe", "This is no JSON"),
        (b'{"a":' * 3000 + b"1" + b"}" * 3000, "nested too deeply"),
        (b"[" + b"9" * 5000 + b"]", "This is no JSON"),
        (b'{"priority": "\\u0000"}', "must not hold NUL"),
        (b'{"\\ud800": 1}', "must not hold NUL or half of a surrogate pair"),
    ],
)
def test_json_that_cannot_be_stored_is_refused_in_words(owner, raw, told):
    answer = owner.post(f"/api/jobs/{KEY}/set-priority/", raw, content_type="application/json")
    assert answer.status_code == 400
    assert told in str(answer.json())


def test_a_pair_of_surrogates_is_a_character(owner):
    raw = b'{"text": "a \\ud83c\\udf4b"}'
    answer = owner.post(f"/api/jobs/{KEY}/comment/", raw, content_type="application/json")
    assert answer.status_code == 201
    assert answer.json()["text"] == "a 🍋"


def test_a_body_of_too_many_bytes_is_not_read(owner):
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100):
        answer = owner.post(f"/api/jobs/{KEY}/comment/", {"text": "x" * 200})
    assert answer.status_code == 413
    assert answer.json()["detail"]


def test_a_form_is_read_like_a_page_s(owner):
    url = f"/api/jobs/{KEY}/set-priority/"
    form = "application/x-www-form-urlencoded"
    assert owner.post(url, "priority=5", content_type=form).json()["priority"] == 5
    assert owner.post(url, "priority=%00", content_type=form).status_code == 400
    assert owner.post(url, "prio=5", content_type=form).status_code == 400
    assert owner.post(url, "priority=5", content_type=f"{form}; charset=rot13").status_code == 400
    assert owner.post(url, "priority=5", content_type="text/plain").status_code == 415


def test_too_many_fields_are_refused_in_json(owner):
    with override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=3):
        answer = owner.post(
            f"/api/jobs/{KEY}/comment/",
            "&".join(f"text={number}" for number in range(5)),
            content_type="application/x-www-form-urlencoded",
        )
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_a_refusal_has_the_same_shape_everywhere(scene, owner, api_for):
    url = f"/api/jobs/{KEY}/"
    assert owner.post(f"{url}resume/").json() == {
        "detail": "“Resume” is not possible now: it is pending.",
        "state": "annotation new",
    }
    viewer = api_for(scene.people["viewer"])
    answer = viewer.post(f"{url}stop/")
    assert answer.status_code == 403
    assert answer.json() == {"detail": "Your role in this team does not allow this: Stop"}
    outsider = api_for(scene.outsider)
    missing = owner.post("/api/jobs/999999/stop/")
    hidden = outsider.post(f"{url}stop/")
    assert missing.status_code == hidden.status_code == 404
    assert missing.json() == hidden.json()
    answer = owner.delete(url)
    assert answer.status_code == 405


def test_side_effects_are_post_only(owner):
    for action in actions.values():
        if action.by_rest:
            url = f"/api/{PLURALS[action.model]}/{KEY}/{action.verb}/"
            assert owner.get(url).status_code == 405, url


def test_an_outsider_lists_nothing_of_others(scene, api_for):
    own = {"/api/teams/", "/api/members/", "/api/tokens/"}
    for case in LISTS:
        url = case.values[0]
        rows = api_for(scene.outsider).get(str(url)).json()["results"]
        if url in own:
            assert all(row["id"] != KEY for row in rows)
        else:
            assert rows == [], url


def test_who_sees_only_own_work_lists_own_work_only(scene, api_for):
    batch = Batch.objects.get(pk=KEY)
    mine = JobFactory.create(batch=batch, annotator=scene.restricted, size=1)
    script = api_for(scene.restricted)
    seen = {
        str(case.values[0]): [
            row["id"] for row in script.get(str(case.values[0])).json()["results"]
        ]
        for case in LISTS
    }
    item = mine.job_items.get()
    assert seen.pop("/api/jobs/") == [mine.pk]
    assert seen.pop("/api/job-items/") == [item.pk]
    assert seen.pop("/api/items/") == [item.item_id]
    assert seen.pop("/api/teams/") == [KEY]
    assert seen.pop("/api/members/") == [scene.restricted.memberships.get().pk]
    assert seen.pop("/api/tokens/") == [ApiToken.objects.get(user=scene.restricted).pk]
    schema = {"/api/projects/", "/api/classes/", "/api/tag-definitions/", "/api/datasets/"}
    # Skills stand on the work that one may take.
    assert {url for url, rows in seen.items() if rows} <= {
        *schema,
        "/api/workspaces/",
        "/api/skills/",
    }


def test_the_schema_names_every_verb_and_the_reference_needs_no_other_host(owner):
    schema = json.loads(owner.get("/api/schema/", headers=JSON).content)
    for action in actions.values():
        if not action.by_rest:
            continue
        verb = schema["paths"][f"/api/{PLURALS[action.model]}/{{id}}/{action.verb}/"]["post"]
        assert verb["summary"] == str(action.label)
        assert {"400", "403", "404", "409"} < set(verb["responses"])
        fields = set(getattr(action.form, "base_fields", {}))
        assert fields == set(described_fields(schema, verb)), action.verb
    page = owner.get("/api/docs/", headers={"accept": "text/html"}).content.decode()
    assert "http://" not in page.replace("http://testserver", "")
    assert "https://" not in page
    assert "<script>" not in page
    assert "<style>" not in page


def described_fields(schema: Any, verb: Any) -> dict[str, Any]:
    """What the schema says that a verb takes."""
    if "requestBody" not in verb:
        return {}
    reference = verb["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    found: dict[str, Any] = schema["components"]["schemas"][reference.rpartition("/")[2]]
    return found["properties"]
