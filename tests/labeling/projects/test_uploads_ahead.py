"""Files uploaded ahead: kept for a day for whoever uploaded them, then put away."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.utils import timezone

from accounts.actor import Actor
from labeling.core.errors import Invalid
from labeling.operations import engine
from labeling.projects.models import StagedFile
from labeling.projects.models.datasets import UNCLAIMED_FOLDER
from labeling.projects.operations.importing_items import ImportItems
from labeling.projects.uploads_ahead import (
    UNUSED,
    address_of,
    key_in,
    key_of_content,
    stage_ahead,
    unused,
    unused_of,
)


def file(content: bytes = b"pear", name: str = "pear.png") -> SimpleUploadedFile:
    """A file as it is sent."""
    return SimpleUploadedFile(name, content)


def test_a_file_is_kept_under_a_key_of_its_own(manager):
    first, second = (stage_ahead(Actor.for_user(manager), file()) for _turn in range(2))
    assert first.key != second.key
    assert (first.operation, first.uploaded_by, first.name) == (None, manager, "pear.png")
    assert str(first.file.name).startswith(f"{UNCLAIMED_FOLDER}/")
    with default_storage.open(str(first.file.name)) as kept:
        assert kept.read() == b"pear"


def test_only_who_uploaded_a_file_finds_it(manager, owner):
    staged = stage_ahead(Actor.for_user(manager), file())
    assert staged.key
    assert unused(Actor.for_user(manager), staged.key) == staged
    assert unused(Actor.for_user(owner), staged.key) is None


def test_a_key_is_read_from_a_text_and_from_an_address_of_ours(manager):
    staged = stage_ahead(Actor.for_user(manager), file())
    assert staged.key
    for text in (str(staged.key), staged.key.hex, address_of(staged), address_of(staged)[:-1]):
        assert key_in(text) == staged.key
    for text in ("pear", "https://example.org/pear.png", "0" * 36, ""):
        assert key_in(text) is None


@override_settings(LABELDESK_MAX_UPLOAD_BYTES=10)
def test_nothing_and_too_much_are_refused(manager):
    for content in (b"", b"x" * 11):
        with pytest.raises(Invalid):
            stage_ahead(Actor.for_user(manager), file(content))
    assert not StagedFile.objects.exists()


def test_what_nobody_used_within_a_day_is_swept(manager):
    old, young = (stage_ahead(Actor.for_user(manager), file()) for _turn in range(2))
    long_ago = timezone.now() - UNUSED - timedelta(minutes=1)
    StagedFile.objects.filter(pk=old.pk).update(created_at=long_ago)
    engine.sweep()
    assert StagedFile.objects.get() == young
    assert not default_storage.exists(str(old.file.name))
    assert default_storage.exists(str(young.file.name))


def test_sweeping_asks_one_question_when_there_is_nothing(manager, count_queries):
    stage_ahead(Actor.for_user(manager), file())
    assert count_queries(ImportItems().sweep) == 1


def test_a_file_is_found_again_by_its_content_and_kept_once(manager, owner):
    max_, olga = Actor.for_user(manager), Actor.for_user(owner)
    key = key_of_content(max_, "a" * 64)
    first = stage_ahead(max_, file(), key)
    again = stage_ahead(max_, file(), key)
    assert first == again
    assert first.key == key
    assert unused_of(max_, [key, key_of_content(max_, "b" * 64)]) == {key: first}
    assert key_of_content(olga, "a" * 64) != key, "the same content is another person's own file"
    assert StagedFile.objects.count() == 1
