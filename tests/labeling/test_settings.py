"""What every answer tells the browser, and how the database is opened."""

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_no_page_may_run_foreign_or_inline_code(client):
    policy = client.get(reverse("account_login")).headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'self'"
    assert directives["script-src"] == "'self'"
    assert directives["style-src"] == "'self'"
    assert directives["img-src"] == "'self' blob: data:"
    assert directives["object-src"] == "'none'"
    assert directives["base-uri"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert directives["form-action"] == "'self'"


def test_answers_are_not_sniffed_framed_or_told_to_others(client):
    headers = client.get(reverse("account_login")).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite only")
def test_sqlite_writes_ahead_and_locks_when_a_transaction_begins():
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert cursor.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    assert settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert settings.DATABASES["default"]["OPTIONS"]["timeout"] == 20


def test_every_page_needs_a_person_unless_its_view_says_otherwise(client):
    for name in ("accounts:profile", "accounts:tokens", "accounts:teams", "mfa_index"):
        response = client.get(reverse(name))
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_login"))


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(client):
    response = client.get(
        reverse("accounts:teams"),
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/teams/?q=fruit"},
    )
    assert response.headers["HX-Redirect"] == "/account/login/?next=/teams/%3Fq%3Dfruit"
