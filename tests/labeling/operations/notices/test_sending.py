"""Ends of operations are told: signed, again and again until it arrives, each attempt on record."""

import hashlib
import hmac
import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from labeling.operations import engine, finishing
from labeling.operations.engine import claims
from labeling.operations.models import Attempt, Delivery, Notice, Operation
from labeling.operations.notices import posting, recording, ringing
from labeling.operations.notices.models import MOST_TRIES
from labeling.operations.notices.sending import LEASE, WAITS, deliver, sweep, wait_after
from labeling.operations.states import Status

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(count, hook_of, rings, delivery_rings):
    """A webhook, and the delivery to it about a count that is complete."""
    hook = hook_of()
    engine.run(count(to=12).pk)
    return hook, Delivery.objects.get(webhook=hook)


def test_an_end_is_told_with_a_signature_that_can_be_checked(told, receiver):
    hook, delivery = told
    deliver(delivery.pk)
    [(headers, body)] = receiver.heard
    said = json.loads(body)
    assert (said["version"], said["event"]) == (1, "complete")
    assert said["operation"]["id"] == delivery.operation_id
    assert said["operation"]["kind"] == "test-count"
    assert (said["operation"]["done"], said["operation"]["errors"]) == (12, 1)
    assert said["team"] == {"id": hook.team_id, "name": "Fruit"}
    assert said["urls"]["page"].endswith(f"/operations/{delivery.operation_id}/")
    assert said["urls"]["page"].startswith("http")
    assert said["urls"]["errors"].endswith(f"/api/operations/{delivery.operation_id}/errors/")
    assert said["urls"]["download"] is None
    signed = headers["Labeldesk-Timestamp"].encode() + b"." + body
    expected = hmac.new(hook.secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["Labeldesk-Signature"] == f"sha256={expected}"
    assert abs(int(headers["Labeldesk-Timestamp"]) - timezone.now().timestamp()) < 60
    assert headers["Content-Type"] == "application/json"
    assert (headers["Labeldesk-Event"], headers["Labeldesk-Delivery"]) == (
        "complete",
        str(delivery.pk),
    )
    delivery.refresh_from_db()
    attempt = delivery.attempts.get()
    assert (delivery.status, delivery.next_try_at) == ("delivered", None)
    assert (attempt.number, attempt.code, attempt.reason) == (1, 204, "")
    assert attempt.seconds is not None


def test_what_arrived_is_not_sent_again(told, receiver):
    _hook, delivery = told
    deliver(delivery.pk)
    deliver(delivery.pk)
    sweep()
    assert len(receiver.heard) == 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (500, "It answered 500 instead of a number from 200 to 299."),
        (302, "It answered with a redirect, which is not followed."),
    ],
)
def test_a_refused_message_is_tried_again_later_and_later_until_it_is_given_up(
    told, receiver, due, code, reason
):
    _hook, delivery = told
    receiver.code = code
    waits = []
    for number in range(1, MOST_TRIES + 1):
        before = timezone.now()
        deliver(due(delivery).pk)
        delivery.refresh_from_db()
        assert delivery.attempt_count == number
        if delivery.next_try_at is not None:
            waits.append(delivery.next_try_at - before)
    assert len(waits) == len(WAITS)
    for wait, planned in zip(waits, WAITS, strict=True):
        assert planned <= wait <= planned * 1.3
    assert delivery.status == "given_up"
    assert [attempt.code for attempt in delivery.attempts.all()] == [code] * MOST_TRIES
    assert {attempt.reason for attempt in delivery.attempts.all()} == {reason}
    deliver(delivery.pk)
    assert len(receiver.heard) == MOST_TRIES
    assert len({body for _headers, body in receiver.heard}) == 1, "the same at each attempt"


def test_nothing_is_sent_before_its_time(told, receiver):
    _hook, delivery = told
    receiver.code = 500
    deliver(delivery.pk)
    deliver(delivery.pk)
    sweep()
    assert len(receiver.heard) == 1


def test_a_receiver_that_wants_no_more_is_asked_no_more(told, receiver):
    _hook, delivery = told
    receiver.code = 410
    deliver(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.status == "given_up"
    assert "410" in delivery.attempts.get().reason


def test_an_address_that_leads_inside_is_refused_when_it_is_asked(told, receiver, settings):
    settings.FETCH_PRIVATE_NETWORKS = []  # the name was public when it was saved, say
    _hook, delivery = told
    deliver(delivery.pk)
    assert receiver.heard == []
    attempt = delivery.attempts.get()
    assert attempt.code is None
    assert attempt.reason
    assert "127.0.0.1" not in attempt.reason
    delivery.refresh_from_db()
    assert delivery.status == "retrying"


def test_a_sender_that_is_killed_costs_one_attempt_and_not_the_message(
    told, receiver, due, monkeypatch
):
    _hook, delivery = told

    class Killed(BaseException):
        pass

    def die(delivery):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(posting, "send", die)
        with pytest.raises(Killed):
            deliver(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.next_try_at is not None
    assert delivery.next_try_at > timezone.now() + LEASE * 0.9, "nobody else sends meanwhile"
    deliver(due(delivery).pk)
    delivery.refresh_from_db()
    assert delivery.status == "delivered"
    first, second = delivery.attempts.all()
    assert (first.ended_at, second.code) == (None, 204)


def test_a_last_attempt_that_was_cut_off_ends_in_words(told, due, monkeypatch):
    _hook, delivery = told
    Delivery.objects.filter(pk=delivery.pk).update(tries_left=0, attempt_count=6)
    deliver(due(delivery).pk)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.next_try_at) == ("given_up", None)
    assert "cut off" in delivery.message


def test_a_mistake_of_ours_is_an_attempt_too(told, monkeypatch, caplog):
    _hook, delivery = told
    monkeypatch.setattr(posting, "send", lambda delivery: 1 / 0)
    deliver(delivery.pk)
    assert "Something went wrong" in delivery.attempts.get().reason
    assert "ZeroDivisionError" in caplog.text


def test_what_is_removed_or_disabled_meanwhile_is_told_nothing(told, receiver):
    hook, delivery = told
    hook.is_enabled = False
    hook.save()
    deliver(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.message) == ("given_up", "The webhook was disabled.")
    assert receiver.heard == []


def test_only_the_ends_and_kinds_that_are_wanted_are_told(
    count, hook_of, rings, delivery_rings, take
):
    everything = hook_of(events=["complete", "failed", "canceled"])
    failures = hook_of(events=["failed"])
    elsewhere = hook_of(kinds=["export"])
    counts = hook_of(kinds=["test-count"])
    done, failed, canceled = count(to=1), count(), count()
    engine.run(done.pk)
    claims.let_go(take(failed), Status.FAILED, "No ink.")
    claims.let_go(take(canceled), Status.CANCELED)
    heard = {
        hook: [each.event for each in Delivery.objects.filter(webhook=hook).order_by("pk")]
        for hook in (everything, failures, elsewhere, counts)
    }
    assert heard == {
        everything: ["complete", "failed", "canceled"],
        failures: ["failed"],
        elsewhere: [],
        counts: ["complete", "failed"],
    }


def test_another_team_hears_nothing(count, hook_of, rings, delivery_rings, outsider):
    hook = hook_of()
    hook.team = outsider.teams.get()
    hook.save()
    engine.run(count(to=1).pk)
    assert not Delivery.objects.exists()


def test_a_retry_that_ends_is_told_once_more(count, hook_of, rings, delivery_rings, take):
    hook = hook_of()
    operation = count()
    claims.let_go(take(operation), Status.FAILED, "No ink.")
    Operation.objects.filter(pk=operation.pk).update(status=Status.QUEUED, completed_at=None)
    engine.run(operation.pk)
    events = Delivery.objects.filter(webhook=hook).order_by("pk").values_list("event", flat=True)
    assert list(events) == ["failed", "complete"]
    assert Notice.objects.filter(operation=operation).count() == 1


def test_a_notice_that_fails_takes_nothing_with_it(
    count, hook_of, rings, monkeypatch, fate, caplog
):
    hook_of()
    monkeypatch.setattr(recording, "body_of", lambda operation: 1 / 0)
    operation = count(to=3)
    engine.run(operation.pk)
    assert fate(operation).status == Status.COMPLETE
    assert Notice.objects.filter(operation=operation).exists()
    assert not Delivery.objects.exists()
    assert "nobody was told" in caplog.text


def test_the_sweeper_rings_for_what_is_due_and_for_nothing_else(told, delivery_rings, due):
    _hook, delivery = told
    waiting = Delivery.objects.get(pk=delivery.pk)
    waiting.pk, waiting.next_try_at = None, timezone.now() + timedelta(minutes=5)
    waiting.save(force_insert=True)
    delivery_rings.clear()
    with pytest.MonkeyPatch.context() as patched:
        rung: list[int] = []
        patched.setattr(ringing, "ring", rung.append)
        sweep()
    assert rung == [delivery.pk]


def test_waits_grow_and_are_never_all_the_same():
    assert len({wait_after(3) for _time in range(5)}) > 1
    assert all(wait_after(left) >= WAITS[len(WAITS) - left] for left in range(1, len(WAITS) + 1))
    assert wait_after(0) >= WAITS[-1]


def test_one_receiver_is_told_one_thing_at_a_time(told, receiver, due):
    hook, delivery = told
    other = Delivery.objects.create(team=hook.team, webhook=hook, event="test", body="{}")
    under_way = Attempt.objects.create(delivery=delivery, number=1, at=timezone.now())
    deliver(other.pk)
    assert receiver.heard == []
    Attempt.objects.filter(pk=under_way.pk).update(ended_at=timezone.now())
    deliver(other.pk)
    assert len(receiver.heard) == 1
    other.refresh_from_db()
    assert other.status == "delivered"


def test_an_end_and_its_message_are_on_record_together_or_not_at_all(
    count, hook_of, rings, delivery_rings, monkeypatch, fate
):
    hook_of()
    operation = count(to=3)

    class Killed(BaseException):
        pass

    def tell_and_die(operation_id):
        tell(operation_id)
        assert Delivery.objects.exists()
        raise Killed

    tell = finishing.tell
    with monkeypatch.context() as patched:
        patched.setattr(finishing, "tell", tell_and_die)
        with pytest.raises(Killed):
            engine.run(operation.pk)
    assert fate(operation).status == Status.RUNNING
    assert not Delivery.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_make_the_same_attempt(told, receiver):
    _hook, delivery = told
    start = threading.Barrier(4)

    def send() -> None:
        start.wait()
        try:
            deliver(delivery.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receiver.heard) == 1
    assert Attempt.objects.filter(delivery=delivery).count() == 1


@pytest.fixture
def mail_of(count, rings, delivery_rings, manager, mailoutbox):
    """What is written to the manager when a count of theirs ends."""

    def end(wish, took=timedelta(seconds=1), to=1):
        User.objects.filter(pk=manager.pk).update(
            email="max@fruit.example", mail_when_finished=wish
        )
        operation = count(to=to)
        started = timezone.now() - took
        Operation.objects.filter(pk=operation.pk).update(created_at=started, label="Import\nA")
        engine.run(operation.pk)
        mailoutbox.clear()
        for delivery in Delivery.objects.filter(operation=operation):
            deliver(delivery.pk)
        return list(mailoutbox)

    return end


def test_a_mail_comes_always_never_or_after_a_long_wait(mail_of):
    long = timedelta(minutes=2)
    assert mail_of("never", long) == []
    assert mail_of("long") == []
    assert len(mail_of("long", long)) == 1
    assert len(mail_of("always")) == 1


def test_a_mail_says_what_came_of_it_and_where_to_look(mail_of, manager):
    [mail] = mail_of("always", to=10)
    operation = Operation.objects.get()
    assert mail.to == ["max@fruit.example"]
    assert mail.subject == "[Labeldesk] Finished with 1 errors: Import A"
    assert "Hello Max," in mail.body
    assert "1 row with an error" in mail.body
    assert f"/operations/{operation.pk}/" in mail.body
    assert "/account/" in mail.body
    delivery = Delivery.objects.get(person=manager)
    assert delivery.status == "delivered"
    assert delivery.attempts.get().reason == ""


def test_a_mail_server_that_is_away_is_asked_again(mail_of, monkeypatch, due, manager):
    def refuse(self, fail_silently=False):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    mail_of("always")
    delivery = Delivery.objects.get(person=manager)
    assert delivery.status == "retrying"
    assert "mail server" in delivery.attempts.get().reason


def test_who_left_the_team_or_has_no_address_is_not_written_to(
    count, rings, delivery_rings, manager, mailoutbox
):
    User.objects.filter(pk=manager.pk).update(email="m@f.example", mail_when_finished="always")
    for change, said in (
        (lambda: User.objects.filter(pk=manager.pk).update(email=""), "no e-mail address"),
        (lambda: manager.memberships.update(deactivated_at=timezone.now()), "may not see"),
    ):
        operation = count(to=1)
        engine.run(operation.pk)
        delivery = Delivery.objects.get(operation=operation)
        change()
        deliver(delivery.pk)
        delivery.refresh_from_db()
        assert said in delivery.message
        User.objects.filter(pk=manager.pk).update(email="m@f.example")
    assert mailoutbox == []
