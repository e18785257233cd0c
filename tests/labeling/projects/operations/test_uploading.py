"""From staged files to items: what goes in, what is told, and what a crash costs (nothing)."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings

from accounts.actor import Actor
from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.core.workflow import actions, perform
from labeling.operations import engine
from labeling.operations.models import Operation
from labeling.operations.states import Outcome, Status
from labeling.projects import staging
from labeling.projects.models import Dataset, Item, StagedFile
from labeling.projects.models.datasets import staged_folder
from labeling.projects.operations import uploading
from labeling.projects.operations.uploading import UploadImages
from labeling.projects.staging import begin_upload, stage_files, start_upload
from tests.labeling.projects.conftest import drawn, packed


def pictures(count: int, start: int = 0) -> dict[str, bytes]:
    """So many different pictures."""
    return {
        f"IMG_{number}.png": drawn(color=(number % 256, number // 256, 7))
        for number in range(start, start + count)
    }


def rows_of(operation: Operation) -> list[tuple[str, str, str]]:
    """Name, outcome and message of each row, in order."""
    return list(operation.rows.values_list("name", "outcome", "message"))


def content_of(item: Item) -> bytes:
    """The bytes that are kept for it."""
    with item.file.open("rb") as file:
        return bytes(file.read())


def assert_whole(dataset: Dataset, names: list[str]) -> None:
    """The dataset has these items, in places 1, 2, ..., each with its files, and counts them."""
    dataset.refresh_from_db()
    items = list(dataset.items.order_by("position"))
    assert [item.name for item in items] == names
    assert [item.position for item in items] == list(range(1, len(names) + 1))
    assert dataset.item_count == len(names)
    assert all(default_storage.exists(str(item.file.name)) for item in items)
    assert all(default_storage.exists(str(item.thumbnail.name)) for item in items)


def test_uploaded_files_become_items_in_their_order(dataset, upload):
    files = pictures(3)
    operation = upload(dataset, files)
    assert operation.kind == "upload-images"
    assert operation.status == Status.COMPLETE
    assert_whole(dataset, list(files))
    item = dataset.items.get(position=2)
    assert (item.width, item.height, item.media_type) == (40, 30, "image/png")
    assert content_of(item) == files["IMG_1.png"]
    assert item.byte_size == len(files["IMG_1.png"])
    assert item.team_id == dataset.team_id
    assert operation.result == {"dataset": dataset.pk, "added": 3, "known": 0, "refused": 0}
    assert (operation.done, operation.total) == (3, 3)
    assert [row[1] for row in rows_of(operation)] == [Outcome.OK] * 3


def test_a_duplicate_is_told_and_not_doubled(dataset, upload):
    upload(dataset, {"IMG_1.png": drawn()})
    operation = upload(dataset, {"copy.png": drawn(), "other.png": drawn(color="red")})
    assert rows_of(operation) == [
        ("copy.png", Outcome.SKIPPED, "the same picture as IMG_1.png"),
        ("other.png", Outcome.OK, ""),
    ]
    assert_whole(dataset, ["IMG_1.png", "other.png"])
    assert operation.message == "1 picture added, 1 was there already"


def test_the_same_picture_twice_in_one_upload_goes_in_once(dataset, upload):
    operation = upload(dataset, {"a.png": drawn(), "b.png": drawn()})
    assert rows_of(operation)[1] == ("b.png", Outcome.SKIPPED, "the same picture as a.png")
    assert_whole(dataset, ["a.png"])


def test_the_same_picture_may_be_in_two_datasets_under_any_name(dataset, project, upload):
    other = Dataset.objects.create(
        team=project.team, project=project, name="July", created_by=project.created_by
    )
    upload(dataset, {"a.png": drawn()})
    upload(other, {"a.png": drawn(), "b.jpg": drawn("JPEG")})
    assert_whole(other, ["a.png", "b.jpg"])


def test_two_pictures_may_have_one_name(dataset, upload):
    upload(dataset, {"a.png": drawn()})
    upload(dataset, {"a.png": drawn(color="red")})
    assert_whole(dataset, ["a.png", "a.png"])


def test_what_cannot_be_decoded_is_refused_by_name_while_the_rest_goes_in(dataset, upload):
    whole = drawn("JPEG", side=(300, 300))
    operation = upload(
        dataset,
        {
            "text.jpg": b"not a picture",
            "good.png": drawn(),
            "cut.jpg": whole[: len(whole) // 2],
            "empty.png": b"",
        },
    )
    assert operation.status == Status.COMPLETE
    assert operation.error_count == 3
    assert [(name, outcome) for name, outcome, _message in rows_of(operation)] == [
        ("text.jpg", Outcome.ERROR),
        ("good.png", Outcome.OK),
        ("cut.jpg", Outcome.ERROR),
        ("empty.png", Outcome.ERROR),
    ]
    assert all(message for _name, outcome, message in rows_of(operation) if outcome == "error")
    assert_whole(dataset, ["good.png"])


@override_settings(LABELDESK_MAX_IMAGE_PIXELS=1000)
def test_a_picture_with_too_many_pixels_is_refused(dataset, upload):
    operation = upload(
        dataset, {"large.png": drawn(side=(100, 100)), "small.png": drawn(side=(9, 9))}
    )
    assert rows_of(operation)[0][1] == Outcome.ERROR
    assert_whole(dataset, ["small.png"])


def test_a_tiff_is_served_as_png_under_its_own_name(dataset, upload):
    operation = upload(dataset, {"scan.tif": drawn("TIFF")})
    item = dataset.items.get()
    assert (item.name, item.media_type) == ("scan.tif", "image/png")
    assert "PNG" in rows_of(operation)[0][2]


def test_a_zip_becomes_its_pictures_each_with_its_row(dataset, upload):
    archive = packed(
        {
            "all/cat/1.png": drawn(color="red"),
            "all/dog/1.png": drawn(color="blue"),
            "all/notes.txt": b"hello",
            "__MACOSX/all/._1.png": b"x",
            "../evil.png": drawn(),
        }
    )
    operation = upload(dataset, {"photos.zip": archive, "more.png": drawn(color="green")})
    assert_whole(dataset, ["cat/1.png", "dog/1.png", "more.png"])
    outcomes = {name: outcome for name, outcome, _message in rows_of(operation)}
    assert outcomes == {
        "cat/1.png": Outcome.OK,
        "dog/1.png": Outcome.OK,
        "notes.txt": Outcome.ERROR,
        "evil.png": Outcome.ERROR,
        "more.png": Outcome.OK,
    }
    assert (operation.done, operation.total) == (5, 5)


def test_an_archive_is_known_by_its_content_not_by_its_name(dataset, upload):
    operation = upload(dataset, {"a.jpg": packed({"1.png": drawn()}), "b.zip": drawn(color="red")})
    assert_whole(dataset, ["1.png", "b.zip"])
    assert operation.error_count == 0


def test_a_broken_zip_is_one_refused_row(dataset, upload):
    operation = upload(dataset, {"broken.zip": b"PK\x03\x04rest", "good.png": drawn()})
    assert rows_of(operation)[0] == (
        "broken.zip",
        Outcome.ERROR,
        "The archive is broken or cut off.",
    )
    assert_whole(dataset, ["good.png"])


@override_settings(LABELDESK_MAX_UPLOAD_BYTES=400_000)
def test_a_zip_bomb_is_refused_before_it_is_unpacked(dataset, upload, monkeypatch):
    monkeypatch.setattr(uploading, "read_entry", lambda *args: pytest.fail("it was unpacked"))
    operation = upload(dataset, {"bomb.zip": packed({"1.bmp": bytes(500_000)})})
    assert rows_of(operation)[0][1] == Outcome.ERROR
    assert Item.objects.count() == 0


def test_a_large_archive_takes_several_chunks(dataset, upload, monkeypatch):
    monkeypatch.setattr(uploading, "PICTURES_A_CHUNK", 2)
    files = pictures(5)
    operation = upload(dataset, {"a.zip": packed(files), "z.png": drawn(color="white")})
    assert_whole(dataset, [*files, "z.png"])
    assert (operation.done, operation.total) == (6, 6)
    assert list(operation.rows.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_staged_files_are_put_away_at_the_end(dataset, upload):
    operation = upload(dataset, pictures(2), run=False)
    names = list(StagedFile.objects.values_list("file", flat=True))
    assert len(names) == 2
    assert all(default_storage.exists(name) for name in names)
    engine.run(operation.pk)
    assert not StagedFile.objects.exists()
    assert not any(default_storage.exists(name) for name in names)
    assert not default_storage.exists(staged_folder(operation.pk))


def test_staged_files_of_a_canceled_upload_are_put_away(dataset, upload, manager):
    operation = upload(dataset, pictures(2), run=False)
    perform(actions[Operation, "cancel"], operation, Actor.for_user(manager), {})
    engine.run(operation.pk)
    assert not StagedFile.objects.exists()
    assert Item.objects.count() == 0


class PowerCut(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("when", ["before the chunk commits", "between two chunks"])
def test_an_upload_that_was_cut_off_goes_on_and_doubles_nothing(dataset, upload, monkeypatch, when):
    monkeypatch.setattr(uploading, "PICTURES_A_CHUNK", 2)
    files = pictures(7)
    operation = upload(dataset, files, run=False)
    cut(monkeypatch, when)
    with pytest.raises(PowerCut):
        engine.run(operation.pk)
    monkeypatch.undo()
    operation.refresh_from_db()
    assert 0 < operation.done < 7
    Operation.objects.filter(pk=operation.pk).update(status=Status.QUEUED, claimed_by="")
    engine.run(operation.pk)
    operation.refresh_from_db()
    assert operation.status == Status.COMPLETE
    assert operation.done == 7
    assert_whole(dataset, list(files))
    assert not StagedFile.objects.exists()


def cut(monkeypatch, when: str) -> None:
    """Let the second chunk's work be the last thing that the process does."""
    calls = []
    name = "run_chunk" if when == "before the chunk commits" else "prepare"
    original: Callable = getattr(UploadImages, name)

    def cutting(self, *args):
        calls.append(1)
        if name == "prepare" and len(calls) == 2:
            raise PowerCut
        answer = original(self, *args)
        if name == "run_chunk" and len(calls) == 2:
            raise PowerCut
        return answer

    monkeypatch.setattr(UploadImages, name, cutting)


def test_a_file_that_lost_its_bytes_is_written_again(dataset, upload):
    upload(dataset, {"a.png": drawn()})
    item = dataset.items.get()
    Path(default_storage.path(item.file.name)).write_bytes(b"")
    Item.objects.all().delete()
    Dataset.objects.update(item_count=0)
    upload(dataset, {"a.png": drawn()})
    assert content_of(dataset.items.get()) == drawn()


@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_once_give_every_picture_one_place(dataset, upload):
    first = upload(dataset, pictures(12), run=False)
    second = upload(dataset, pictures(12, start=6), run=False)
    together = threading.Barrier(2)

    def work(operation: Operation) -> None:
        together.wait()
        try:
            engine.run(operation.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(each,)) for each in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Whoever found the database busy waits for the sweeper, as in real life.
    for each in (first, second):
        engine.run(each.pk)
    dataset.refresh_from_db()
    assert dataset.item_count == dataset.items.count() == 18
    positions = dataset.items.order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(1, 19))
    outcomes = [row[1] for each in (first, second) for row in rows_of(each)]
    assert outcomes.count(Outcome.OK) == 18
    assert outcomes.count(Outcome.SKIPPED) == 6


def test_files_are_added_until_the_upload_starts(dataset, manager):
    actor = Actor.for_user(manager)
    operation = begin_upload(actor, dataset)
    assert operation.status == Status.PENDING
    with pytest.raises(Invalid):
        start_upload(actor, operation)
    stage_files(actor, operation, [simple("a.png")])
    stage_files(actor, operation, [simple("b.png"), simple("c.png")])
    start_upload(actor, operation)
    assert operation.total == 3
    assert operation.label == "Upload of 3 files to “June”"
    with pytest.raises(Conflict):
        stage_files(actor, operation, [simple("late.png")])
    with pytest.raises(Conflict):
        start_upload(actor, operation)
    assert stored_in(staged_folder(operation.pk)) == 3


def simple(name: str, size: int = 10) -> SimpleUploadedFile:
    """A file of some bytes, as a form sends it."""
    return SimpleUploadedFile(name, bytes(size))


def stored_in(folder: str) -> int:
    """How many files lie there."""
    return len(default_storage.listdir(folder)[1])


@override_settings(LABELDESK_MAX_UPLOAD_BYTES=100)
def test_more_bytes_than_one_upload_takes_are_refused_and_not_kept(dataset, manager):
    actor = Actor.for_user(manager)
    operation = begin_upload(actor, dataset)
    stage_files(actor, operation, [simple("a.png", 60)])
    with pytest.raises(Invalid, match="do not fit"):
        stage_files(actor, operation, [simple("b.png", 60)])
    assert stored_in(staged_folder(operation.pk)) == 1


def test_more_files_than_one_upload_takes_are_refused(dataset, manager, monkeypatch):
    monkeypatch.setattr(staging, "MOST_FILES", 2)
    actor = Actor.for_user(manager)
    operation = begin_upload(actor, dataset)
    with pytest.raises(Invalid):
        stage_files(actor, operation, [simple("a.png"), simple("b.png"), simple("c.png")])


def test_archived_datasets_and_projects_take_no_uploads(dataset, manager, do):
    actor = Actor.for_user(manager)
    do(manager, dataset, "archive")
    dataset.refresh_from_db()
    with pytest.raises(Conflict):
        begin_upload(actor, dataset)
    do(manager, dataset, "unarchive")
    do(manager, dataset.project, "archive")
    with pytest.raises(Conflict):
        begin_upload(actor, Dataset.objects.get(pk=dataset.pk))


def test_only_those_who_manage_projects_upload(dataset, reviewer, annotator, viewer):
    for person in (reviewer, annotator, viewer):
        with pytest.raises(Forbidden):
            begin_upload(Actor.for_user(person), dataset)


def test_the_same_key_begins_one_upload(dataset, manager):
    actor = Actor.for_user(manager)
    first = begin_upload(actor, dataset, idempotency_key="k")
    second = begin_upload(actor, dataset, idempotency_key="k")
    assert (second.pk, second.is_repeat) == (first.pk, True)
