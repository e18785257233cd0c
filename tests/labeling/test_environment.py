"""A desk that does not start says why; one that starts has checked everything."""

import os
import stat
import subprocess
import sys

import pytest

from labeling.environment import (
    EnvironmentRefused,
    kept_secret_key,
    read_environment,
    without_password,
)
from tests.source import ROOT

OURS = ("LABELDESK_", "DATABASE_URL", "CACHE_URL", "CELERY_BROKER_URL", "EMAIL_URL")


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """An environment in which nobody has set anything."""
    for name in list(os.environ):
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    return monkeypatch


def test_nothing_needs_to_be_set(tmp_path):
    found = read_environment(tmp_path / "data")
    assert found.data == tmp_path / "data"
    assert found.data.is_dir()
    assert found.debug is False
    assert found.registration == "closed"
    assert found.database["NAME"] == str(tmp_path / "data" / "labeldesk.sqlite3")
    assert found.broker == "memory://"
    assert found.https is False
    assert found.storage is None


def test_the_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path):
    first = read_environment(tmp_path).secret_key
    again = read_environment(tmp_path).secret_key
    other = read_environment(tmp_path / "other").secret_key
    assert first == again != other
    assert len(first) >= 64
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob("*secret_key*")] == ["secret_key"]


def test_a_secret_key_file_that_was_cut_short_is_refused(tmp_path):
    (tmp_path / "secret_key").write_text("short")
    with pytest.raises(EnvironmentRefused, match="5 characters"):
        kept_secret_key(tmp_path / "secret_key")


@pytest.mark.parametrize(
    ("name", "value", "found", "allowed"),
    [
        ("LABELDESK_DEBUG", "perhaps", "'perhaps'", "true or false"),
        ("LABELDESK_HTTPS", "", "''", "true or false"),
        ("LABELDESK_MAX_UPLOAD_MB", "a lot", "'a lot'", "from 1 to 1000000"),
        ("LABELDESK_MAX_IMAGE_MEGAPIXELS", "0", "'0'", "from 1 to 10000"),
        ("LABELDESK_REGISTRATION", "maybe", "'maybe'", "closed or open"),
        ("LABELDESK_LOG_LEVEL", "LOUD", "'LOUD'", "DEBUG or INFO"),
        ("LABELDESK_URL", "desk.example", "'desk.example'", "http(s)://host"),
        ("LABELDESK_URL", "https://desk.example/sub/", "/sub/", "http(s)://host"),
        ("LABELDESK_HOSTS", "https://a.example", "'https://a.example'", "without scheme"),
        ("LABELDESK_HOSTS", "a.example,,b.example", "a.example,,b.example", "joined by commas"),
        ("LABELDESK_DATA", "/dev/null/data", "'/dev/null/data'", "a folder"),
        ("DATABASE_URL", "mysql://db/desk", "'mysql://db/desk'", "postgres://"),
        ("DATABASE_URL", "postgres://db", "'postgres://db'", "and a name"),
        ("DATABASE_URL", "postgres://db:port/desk", "db:port", "postgres://"),
        ("CACHE_URL", "memcached://cache", "'memcached://cache'", "redis://"),
        ("CELERY_BROKER_URL", "memory", "'memory'", "amqp://"),
        ("EMAIL_URL", "pigeon://roof", "'pigeon://roof'", "smtp://"),
        ("LABELDESK_SECRET_KEY_FILE", "/nowhere", "'/nowhere'", "a readable file"),
        ("LABELDESK_S3_ENDPOINT", "store", "'store'", "of the store"),
    ],
)
def test_a_wrong_value_is_refused_with_what_was_found_and_what_is_allowed(
    environment, tmp_path, name, value, found, allowed
):
    environment.setenv(name, value)
    with pytest.raises(EnvironmentRefused) as refusal:
        read_environment(tmp_path)
    assert f"{name} is" in str(refusal.value)
    assert found in str(refusal.value)
    assert allowed in str(refusal.value)


def test_all_problems_are_told_at_once(environment, tmp_path):
    environment.setenv("LABELDESK_DEBUG", "perhaps")
    environment.setenv("LABELDESK_REGISTRATION", "maybe")
    with pytest.raises(EnvironmentRefused) as refusal:
        read_environment(tmp_path)
    assert "LABELDESK_DEBUG" in str(refusal.value)
    assert "LABELDESK_REGISTRATION" in str(refusal.value)


def test_a_misspelled_variable_is_refused_with_the_nearest_name(environment, tmp_path):
    environment.setenv("LABELDESK_HTTSP", "true")
    with pytest.raises(EnvironmentRefused, match="did you mean LABELDESK_HTTPS"):
        read_environment(tmp_path)


def test_secrets_are_never_repeated(environment, tmp_path):
    environment.setenv("LABELDESK_SECRET_KEY", "hunter2")
    environment.setenv("DATABASE_URL", "mysql://me:opensesame@db/desk")
    with pytest.raises(EnvironmentRefused) as refusal:
        read_environment(tmp_path)
    assert "a text of 7 characters" in str(refusal.value)
    assert "hunter2" not in str(refusal.value)
    assert "opensesame" not in str(refusal.value)
    assert without_password("redis://:a@b@host/1") == "redis://:***@host/1"


def test_two_secret_keys_are_one_too_many(environment, tmp_path):
    (tmp_path / "key").write_text("k" * 40)
    environment.setenv("LABELDESK_SECRET_KEY", "s" * 40)
    environment.setenv("LABELDESK_SECRET_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(EnvironmentRefused, match="one of them"):
        read_environment(tmp_path)


def test_a_secret_key_from_outside_leaves_no_file(environment, tmp_path):
    (tmp_path / "key").write_text("k" * 40 + "\n")
    environment.setenv("LABELDESK_SECRET_KEY_FILE", str(tmp_path / "key"))
    assert read_environment(tmp_path / "data").secret_key == "k" * 40
    assert not (tmp_path / "data" / "secret_key").exists()


def test_object_storage_needs_a_bucket_and_both_keys_or_none(environment, tmp_path):
    environment.setenv("LABELDESK_S3_ACCESS_KEY", "me")
    with pytest.raises(EnvironmentRefused) as refusal:
        read_environment(tmp_path)
    assert "both or neither" in str(refusal.value)
    assert "LABELDESK_S3_BUCKET is not set" in str(refusal.value)
    environment.setenv("LABELDESK_S3_SECRET_KEY", "secret")
    environment.setenv("LABELDESK_S3_BUCKET", "pictures")
    storage = read_environment(tmp_path).storage
    assert storage is not None
    assert storage.bucket == "pictures"


def test_an_https_address_makes_cookies_secure_and_is_a_known_host(environment, tmp_path):
    environment.setenv("LABELDESK_URL", "https://desk.example")
    found = read_environment(tmp_path)
    assert found.https is True
    assert "desk.example" in found.hosts


def test_databases_and_caches_by_address(environment, tmp_path):
    environment.setenv("DATABASE_URL", "postgres://me:pw@db.example:5433/desk")
    environment.setenv("CACHE_URL", "redis://cache.example:6379/2")
    found = read_environment(tmp_path)
    assert found.database["ENGINE"] == "django.db.backends.postgresql"
    assert found.database["PORT"] == 5433
    assert found.database["CONN_MAX_AGE"] == 0
    assert "pool" not in found.database.get("OPTIONS", {})
    assert found.cache["BACKEND"].endswith("RedisCache")


def test_the_command_line_says_it_in_words_and_fails(tmp_path):
    ran = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "check"],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "labeling.settings",
            "LABELDESK_DATA": str(tmp_path),
            "LABELDESK_DEBUG": "perhaps",
        },
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert ran.returncode == 1
    assert "LABELDESK_DEBUG is 'perhaps'; allowed: true or false." in ran.stderr
    assert "Traceback" not in ran.stderr


def test_private_networks_that_may_be_fetched_from_are_named_one_by_one(environment, tmp_path):
    assert read_environment(tmp_path).fetch_private == []
    environment.setenv("LABELDESK_FETCH_PRIVATE", "10.1.0.0/16, fd12::/16,192.168.7.9")
    found = [str(each) for each in read_environment(tmp_path).fetch_private]
    assert found == ["10.1.0.0/16", "fd12::/16", "192.168.7.9/32"]
    environment.setenv("LABELDESK_FETCH_PRIVATE", "10.1.0.0/16,intranet")
    with pytest.raises(EnvironmentRefused, match="networks joined by commas"):
        read_environment(tmp_path)
