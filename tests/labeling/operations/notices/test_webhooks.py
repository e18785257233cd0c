"""Setting up webhooks by page and by REST: who may, what is refused; secrets stay secret."""

import pytest
from django.urls import reverse

from accounts.models import Team
from labeling.core.errors import Conflict, Invalid
from labeling.core.workflow import actions, perform
from labeling.operations.models import Delivery, Webhook
from labeling.operations.notices import actions as notice_actions
from labeling.operations.notices.sending import deliver

pytestmark = pytest.mark.django_db

URL = "https://hooks.example/desk"


@pytest.fixture
def add(team, manager, actor_for):
    """Adds a webhook, as whoever."""

    def make(person=manager, **data):
        given = {"url": URL, "events": ["complete"], **data}
        return perform(actions[Team, "add-webhook"], team, actor_for(person), given).outcome

    return make


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://host/", "must begin with"),
        ("https://ana:pass@host/", "user name"),
        ("http://127.0.0.1/", "private network"),
        ("http://localhost:8080/", "private network"),
        ("http://10.1.2.3/hook", "private network"),
        ("http://[::1]/hook", "private network"),
        ("http://[::ffff:10.0.0.1]/", "private network"),
        ("http://169.254.169.254/latest/meta-data/", "private network"),
    ],
)
def test_an_address_that_can_be_told_to_lead_inside_is_refused_when_it_is_saved(add, url, said):
    with pytest.raises(Invalid) as told:
        add(url=url)
    assert said in str(told.value.as_dict()["errors"]["url"])
    assert not Webhook.objects.exists()


def test_events_and_kinds_are_those_that_there_are(add):
    wrong: list[dict[str, list[str]]] = [
        {"events": ["exploded"]},
        {"events": []},
        {"kinds": ["nonsense"]},
    ]
    for data in wrong:
        with pytest.raises(Invalid):
            add(**data)
    assert add(kinds=["export"]).kinds == ["export"]


def test_a_team_has_only_so_many(add, monkeypatch):
    monkeypatch.setattr(notice_actions, "MOST_WEBHOOKS", 1)
    add()
    with pytest.raises(Conflict):
        add()


def test_a_secret_is_shown_once_and_never_again(client_for, api_for, team, manager):
    page = client_for(manager)
    added = page.post(
        reverse("operations:add-webhook", args=[team.pk]), {"url": URL, "events": ["failed"]}
    )
    hook = Webhook.objects.get()
    assert hook.secret in added.content.decode()
    assert "no-store" in added["Cache-Control"]
    for url in (
        hook.get_absolute_url(),
        reverse("operations:webhooks", args=[team.pk]),
        reverse("operations:webhook-verb", args=[hook.pk, "edit"]),
    ):
        assert hook.secret not in page.get(url).content.decode()
    script = api_for(manager)
    assert script.get(f"/api/webhooks/{hook.pk}/").json()["secret"] is None
    assert hook.secret not in str(script.get("/api/webhooks/").json())

    told = script.post(
        f"/api/teams/{team.pk}/add-webhook/", {"url": URL, "events": ["complete"], "kinds": []}
    )
    assert told.status_code == 201
    assert told.json()["secret"] == Webhook.objects.latest("pk").secret
    renewed = script.post(f"/api/webhooks/{hook.pk}/renew-secret/").json()["secret"]
    assert renewed != hook.secret
    hook.refresh_from_db()
    assert renewed == hook.secret
    shown = page.post(reverse("operations:webhook-verb", args=[hook.pk, "renew-secret"]))
    hook.refresh_from_db()
    assert hook.secret in shown.content.decode()
    assert hook.secret != renewed


def test_the_admin_panel_does_not_show_a_secret_either(add, client_for, owner):
    hook = add()
    page = client_for(owner).get(reverse("admin:operations_webhook_change", args=[hook.pk]))
    assert URL in page.content.decode()
    assert hook.secret not in page.content.decode()
    listed = client_for(owner).get(reverse("admin:operations_webhook_changelist"))
    assert "renew-secret" not in listed.content.decode()


def test_a_wrong_address_is_said_beside_its_field(client_for, manager, team):
    url = reverse("operations:add-webhook", args=[team.pk])
    answer = client_for(manager).post(url, {"url": "http://10.0.0.1/", "events": ["failed"]})
    assert answer.status_code == 400
    assert "private network" in answer.content.decode()
    assert "http://10.0.0.1/" in answer.content.decode()


def test_webhooks_are_for_those_who_manage_and_for_their_team_only(
    add, client_for, api_for, team, owner, reviewer, annotator, viewer, outsider
):
    hook = add()
    delivery = Delivery.objects.create(team=team, webhook=hook, event="test")
    pages = [
        reverse("operations:webhooks", args=[team.pk]),
        hook.get_absolute_url(),
        delivery.get_absolute_url(),
    ]
    for url in pages:
        assert client_for(owner).get(url).status_code == 200
        for person in (reviewer, annotator, viewer, outsider):
            assert client_for(person).get(url).status_code == 404, (url, person)
    for person in (reviewer, outsider):
        script = api_for(person)
        assert script.get("/api/webhooks/").json()["results"] == []
        assert script.get("/api/deliveries/").json()["results"] == []
        assert script.get(f"/api/webhooks/{hook.pk}/").status_code == 404
        assert script.post(f"/api/webhooks/{hook.pk}/disable/").status_code == 404
        assert script.post(f"/api/deliveries/{delivery.pk}/redeliver/").status_code == 404


def test_what_is_disabled_or_removed_can_be_had_back(add, client_for, manager, team):
    hook, page = add(), client_for(manager)

    def press(verb):
        url = reverse("operations:webhook-verb", args=[hook.pk, verb])
        answer = page.post(url, follow=True)
        hook.refresh_from_db()
        return answer.content.decode()

    undo = reverse("operations:webhook-verb", args=[hook.pk, "enable"])
    assert undo in press("disable")
    assert hook.status == "disabled"
    press("enable")
    assert hook.status == "active"
    undo = reverse("operations:webhook-verb", args=[hook.pk, "restore"])
    assert undo in press("remove")
    assert hook.status == "removed"
    listed = reverse("operations:webhooks", args=[team.pk])
    assert URL not in page.get(listed).content.decode()
    assert URL in page.get(f"{listed}?removed=true").content.decode()
    assert page.post(reverse("operations:webhook-verb", args=[hook.pk, "edit"])).status_code != 302
    press("restore")
    assert hook.status == "active"


def test_it_is_edited_without_another_secret(add, api_for, manager):
    hook = add()
    changed = api_for(manager).post(
        f"/api/webhooks/{hook.pk}/edit/",
        {"url": f"{URL}/2", "events": ["failed", "canceled"], "kinds": ["export"]},
    )
    assert changed.status_code == 200, changed.content
    secret = hook.secret
    hook.refresh_from_db()
    assert (hook.url, hook.events, hook.kinds) == (f"{URL}/2", ["failed", "canceled"], ["export"])
    assert hook.secret == secret


def test_a_test_goes_out_at_once_also_when_it_is_disabled(
    hook_of, receiver, api_for, client_for, manager, delivery_rings
):
    hook = hook_of()
    Webhook.objects.filter(pk=hook.pk).update(is_enabled=False)
    made = api_for(manager).post(f"/api/webhooks/{hook.pk}/test/")
    assert made.status_code == 201
    deliver(made.json()["id"])
    [(headers, _body)] = receiver.heard
    assert headers["Labeldesk-Event"] == "test"
    shown = api_for(manager).get(f"/api/deliveries/{made.json()['id']}/").json()
    assert (shown["status"], shown["attempts"][0]["code"]) == ("delivered", 204)
    receiver.code = 500
    url = reverse("operations:webhook-verb", args=[hook.pk, "test"])
    answer = client_for(manager).post(url)
    last = Delivery.objects.latest("pk")
    assert answer["Location"] == last.get_absolute_url()
    deliver(last.pk)
    last.refresh_from_db()
    assert last.status == "given_up", "whoever tests looks at it now"


def test_a_message_is_sent_again_by_hand(hook_of, receiver, api_for, manager, delivery_rings, due):
    hook = hook_of()
    delivery = Delivery.objects.create(team=hook.team, webhook=hook, event="test", body="{}")
    script, url = api_for(manager), f"/api/deliveries/{delivery.pk}/redeliver/"
    waits = script.post(url)
    assert (waits.status_code, waits.json()["state"]) == (409, "waiting")
    deliver(delivery.pk)
    assert script.post(url).json()["status"] == "retrying"
    deliver(delivery.pk)
    assert len(receiver.heard) == 2
    assert [attempt.number for attempt in delivery.attempts.all()] == [1, 2]
    Webhook.objects.filter(pk=hook.pk).update(is_removed=True)
    assert script.post(url).status_code == 409


def test_the_log_shows_each_attempt(hook_of, receiver, client_for, manager, delivery_rings, due):
    hook = hook_of()
    delivery = Delivery.objects.create(team=hook.team, webhook=hook, event="test", body='{"a": 1}')
    receiver.code = 503
    deliver(delivery.pk)
    receiver.code = 200
    deliver(due(delivery).pk)
    shown = client_for(manager).get(delivery.get_absolute_url()).content.decode()
    assert "It answered 503" in shown
    assert 'data-verb="redeliver"' in shown
    assert "{&quot;a&quot;: 1}" in shown
    page = client_for(manager).get(hook.get_absolute_url()).content.decode()
    assert delivery.get_absolute_url() in page
    assert "Labeldesk-Signature" in page
