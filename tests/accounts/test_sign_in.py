"""Coming in: password, second factor, forgotten password, and too many wrong tries."""

import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import get_user
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from accounts.models import User
from tests.factories import PASSWORD

LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def nothing_counted_yet():
    """The second factor's tries are counted in the cache, by the number of the account."""
    cache.clear()


def sign_in(client, login="ana", password=PASSWORD, **headers):
    return client.post(LOGIN, {"login": login, "password": password}, **headers)


def fail(client, times, login="ana", **extra):
    response = None
    for _try in range(times):
        response = sign_in(client, login, "wrong", **extra)
    return response


@pytest.mark.parametrize("login", ["ana", "Ana", " ANA "])
def test_one_signs_in_with_login_and_password(client, annotator, login):
    response = sign_in(client, login)
    assert response.status_code == 302
    assert response.url == "/"
    assert get_user(client) == annotator


def test_one_comes_to_the_page_one_asked_for(client, annotator):
    asked = client.get(reverse("accounts:tokens"))
    response = client.post(asked.url, {"login": "ana", "password": PASSWORD, "next": "/teams/"})
    assert response.url == "/teams/"


def test_nobody_is_sent_to_another_site(client, annotator):
    data = {"login": "ana", "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post(LOGIN, data).url == "/"


def test_a_wrong_password_says_no_more_than_that(client, annotator):
    known = sign_in(client, "ana", "wrong")
    unknown = sign_in(client, "nobody", "wrong")
    assert known.status_code == unknown.status_code == 200
    assert known.context["form"].errors == unknown.context["form"].errors


def test_an_account_is_locked_after_too_many_wrong_passwords(client, annotator):
    assert fail(client, settings.AXES_FAILURE_LIMIT - 1).status_code == 200
    response = fail(client, 1)
    assert response.status_code == 429
    page = response.content.decode()
    assert "Try again" in page
    assert re.search(r"1[45] min", page)
    # Now even the right password is refused, also in another spelling.
    assert sign_in(client).status_code == 429
    assert sign_in(client, "ANA").status_code == 429
    assert not get_user(client).is_authenticated


def test_a_lock_holds_for_every_address_but_for_one_account_only(client, annotator, annotator2):
    for number in range(settings.AXES_FAILURE_LIMIT):
        fail(client, 1, REMOTE_ADDR=f"192.0.2.{number}")
    assert sign_in(client, REMOTE_ADDR="198.51.100.7").status_code == 429
    assert sign_in(client, "ben").status_code == 302


def test_a_lock_ends_and_trying_meanwhile_does_not_prolong_it(client, annotator):
    fail(client, settings.AXES_FAILURE_LIMIT)
    attempts = AccessAttempt.objects.filter(username="ana")
    since = attempts.get().attempt_time
    fail(client, 3)
    assert attempts.get().attempt_time == since
    attempts.update(attempt_time=since - settings.AXES_COOLOFF_TIME - timedelta(seconds=1))
    assert sign_in(client).status_code == 302


def test_signing_in_forgets_earlier_mistakes(client, annotator):
    fail(client, settings.AXES_FAILURE_LIMIT - 1)
    sign_in(client)
    client.post(reverse("account_logout"))
    assert fail(client, settings.AXES_FAILURE_LIMIT - 1).status_code == 200


def test_signing_out_is_a_post(client, annotator):
    sign_in(client)
    assert client.get(reverse("account_logout")).status_code == 200
    assert get_user(client).is_authenticated
    client.post(reverse("account_logout"))
    assert not get_user(client).is_authenticated


def test_a_deactivated_account_is_out_at_once(client, annotator):
    sign_in(client)
    User.objects.filter(pk=annotator.pk).update(is_active=False)
    assert client.get(reverse("accounts:profile")).status_code == 302
    assert sign_in(client).url == reverse("account_inactive")


def test_registration_is_closed_unless_opened(client, db, settings):
    page = client.get(reverse("account_signup"))
    assert "Registration is closed" in page.content.decode()
    data = {"username": "nora", "password1": PASSWORD, "password2": PASSWORD}
    client.post(reverse("account_signup"), data)
    assert not User.objects.exists()
    settings.LABELDESK_REGISTRATION = "open"
    client.post(reverse("account_signup"), {**data, "username": "Nora"})
    assert User.objects.get().username == "nora"


def test_a_password_is_changed_with_the_old_one(client_for, annotator):
    client = client_for(annotator)
    other = "another horse 43"
    url = reverse("account_change_password")
    client.post(url, {"oldpassword": "wrong", "password1": other, "password2": other})
    annotator.refresh_from_db()
    assert annotator.check_password(PASSWORD)
    client.post(url, {"oldpassword": PASSWORD, "password1": other, "password2": other})
    annotator.refresh_from_db()
    assert annotator.check_password(other)


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(client, annotator):
    annotator.email = "ana@example.org"
    annotator.save()
    client.post(reverse("account_reset_password"), {"email": "ana@example.org"})
    link = re.findall(r"http://testserver(\S+)", str(mail.outbox[0].body))[0]
    form = client.get(link, follow=True)
    action = form.context["action_url"]
    other = "another horse 43"
    done = client.post(action, {"password1": other, "password2": other})
    assert done.url == reverse("account_reset_password_from_key_done")
    annotator.refresh_from_db()
    assert annotator.check_password(other)
    client.logout()
    client.session.flush()
    assert "does not work" in client.get(link, follow=True).content.decode()


def test_nobody_learns_whether_an_address_is_known(client, annotator):
    annotator.email = "ana@example.org"
    annotator.save()
    url = reverse("account_reset_password")
    known = client.post(url, {"email": "ana@example.org"})
    unknown = client.post(url, {"email": "nobody@example.org"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert len(mail.outbox) == 1


def code_of(secret):
    """What an authenticator app would show now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.fixture
def second_factor(client, annotator):
    """Ana with an authenticator app; gives its secret and her recovery codes."""
    sign_in(client)
    confirm = client.get(reverse("mfa_activate_totp")).url
    assert "Is it you?" in client.get(confirm).content.decode()
    form = client.post(confirm, {"password": PASSWORD}, follow=True)
    assert "data:image/svg" in form.content.decode()
    secret = form.context["form"].secret
    response = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert response.status_code == 302
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    client.post(reverse("account_logout"))
    return secret, codes


def test_with_a_second_factor_the_password_alone_does_not_open_the_account(
    client, second_factor, annotator
):
    _secret, codes = second_factor
    response = sign_in(client)
    assert response.url.startswith(reverse("mfa_authenticate"))
    assert not get_user(client).is_authenticated
    assert client.post(response.url, {"code": "000000"}).status_code == 200
    client.post(response.url, {"code": codes[0]})
    assert get_user(client) == annotator


def test_a_recovery_code_works_once(client, second_factor):
    _secret, codes = second_factor
    url = sign_in(client).url
    client.post(url, {"code": codes[0]})
    client.post(reverse("account_logout"))
    url = sign_in(client).url
    client.post(url, {"code": codes[0]})
    assert not get_user(client).is_authenticated


def test_codes_are_not_guessed_for_long(client, second_factor):
    _secret, codes = second_factor
    url = sign_in(client).url
    for _try in range(10):
        client.post(url, {"code": "000000"})
    client.post(url, {"code": codes[0]})
    assert not get_user(client).is_authenticated


def test_the_pages_of_the_second_factor_are_ours(client, second_factor, annotator):
    secret, _codes = second_factor
    client.post(sign_in(client).url, {"code": code_of(secret)})
    page = client.get(reverse("mfa_index")).content.decode()
    assert "Authenticator app" in page
    assert "css/tokens.css" in page
    for name in ("mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_view_recovery_codes"):
        response = client.get(reverse(name), follow=True)
        assert response.status_code == 200
        assert response.redirect_chain == [] or "reauthenticate" in response.redirect_chain[-1][0]
        assert "css/tokens.css" in response.content.decode()


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_signup",
        "account_inactive",
    ],
)
def test_the_pages_of_signing_in_are_ours(client, db, name):
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert "plain-card" in response.content.decode()


def test_one_changes_own_name_and_address(client_for, annotator):
    client = client_for(annotator)
    url = reverse("accounts:profile")
    assert "ana" in client.get(url).content.decode()
    client.post(url, {"display_name": "Ana Lopez", "email": "ana@example.org"})
    annotator.refresh_from_db()
    assert (annotator.name, annotator.email) == ("Ana Lopez", "ana@example.org")
    assert client.post(url, {"email": "nonsense"}).status_code == 400


def test_the_admin_panel_has_no_sign_in_of_its_own(client, db):
    response = client.get("/admin/login/")
    assert response.status_code == 302
    assert response.url.startswith(LOGIN)
