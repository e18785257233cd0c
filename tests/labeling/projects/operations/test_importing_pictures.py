"""Pictures of imported rows: fetched if wanted, or uploaded ahead of the list."""

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.actor import Actor
from labeling.core.errors import Invalid
from labeling.core.fetching import Fetched, Unreachable
from labeling.operations.models import Operation
from labeling.operations.states import Outcome, Status
from labeling.projects import referencing
from labeling.projects.models import StagedFile
from labeling.projects.operations import item_arrivals
from labeling.projects.uploads_ahead import address_of, stage_ahead
from tests.factories import DatasetFactory, ItemFactory
from tests.labeling.projects.conftest import drawn
from tests.labeling.projects.operations.conftest import (
    address,
    assert_whole,
    lines,
    references,
    told,
)


@pytest.fixture
def remote(monkeypatch) -> dict[str, bytes]:
    """What lies at which address; everything else is unreachable."""
    there: dict[str, bytes] = {}

    def fetch(url, target, *, most_bytes, seconds, progress):
        progress()
        if url not in there:
            raise Unreachable("Nobody answers at this address.")
        target.write_bytes(there[url])
        return Fetched(len(there[url]), "image/png", url)

    monkeypatch.setattr(referencing, "fetch", fetch)
    return there


def test_pictures_are_fetched_if_wanted(dataset, import_items, remote, monkeypatch):
    monkeypatch.setattr(item_arrivals, "PICTURES_A_CHUNK", 4)
    remote.update({address(number): drawn(color=(number, 0, 0)) for number in range(1, 10)})
    remote[address(3)] = b"no picture"
    del remote[address(5)]
    operation = import_items(dataset, lines(*references(9)), fetch=True)
    assert operation.status == Status.COMPLETE
    (third, _name, undecoded), (fifth, _name5, unreachable) = told(operation)
    assert (third, fifth) == (3, 5)
    assert "picture" in undecoded
    assert "Nobody answers" in unreachable
    assert_whole(dataset, [f"key-{number}" for number in (1, 2, 4, 6, 7, 8, 9)])
    item = dataset.items.get(global_key="key-4")
    assert (item.width, item.height, item.media_type) == (40, 30, "image/png")
    assert item.source_url == address(4)
    with item.file.open("rb") as file:
        assert file.read() == remote[address(4)]
    assert default_storage.exists(str(item.thumbnail.name))


def test_two_rows_may_refer_to_one_picture(dataset, import_items, remote):
    remote.update({address(1): drawn(), address(2): drawn()})
    import_items(dataset, lines(*references(2)), fetch=True)
    assert_whole(dataset, ["key-1", "key-2"])


def ahead(person, name: str = "pear.png", content: bytes | None = None) -> StagedFile:
    """A file that somebody uploaded ahead."""
    raw = drawn() if content is None else content
    return stage_ahead(Actor.for_user(person), SimpleUploadedFile(name, raw))


@pytest.mark.parametrize("named", ["key", "address"])
def test_a_row_may_name_a_file_that_was_uploaded_ahead(dataset, import_items, manager, named):
    staged = ahead(manager)
    stored = str(staged.file.name)
    row_data = str(staged.key) if named == "key" else address_of(staged)
    operation = import_items(dataset, lines({"row_data": row_data, "metadata": {"a": 1}}))
    assert operation.error_count == 0
    item = dataset.items.get()
    assert (item.name, item.width, item.source_url) == ("pear.png", 40, "")
    assert item.metadata == {"a": 1}
    assert not StagedFile.objects.exists()
    assert not default_storage.exists(stored)


def test_only_ones_own_unused_files_can_be_named(dataset, import_items, manager, owner):
    own, foreign = ahead(manager), ahead(owner, content=drawn(color="red"))
    key, gone = str(own.key), "00000000-0000-0000-0000-000000000000"
    import_items(dataset, lines({"row_data": key}))
    rows = [{"row_data": text} for text in (key, str(foreign.key), gone, address_of(own))]
    elsewhere = {"row_data": f"https://example.org/api/uploads/{gone}/"}
    operation = import_items(dataset, lines(*rows, elsewhere))
    assert [number for number, _name, _message in told(operation)] == [1, 2, 3, 4]
    assert all("no file of yours" in message for _number, _name, message in told(operation))
    assert StagedFile.objects.get() == foreign
    assert dataset.items.count() == 2


def test_an_uploaded_picture_that_is_there_already_is_skipped_and_its_key_missed(
    dataset, import_items, upload, manager
):
    upload(dataset, {"first.png": drawn()})
    plain, keyed = ahead(manager), ahead(manager)
    rows = [{"row_data": str(plain.key)}, {"row_data": str(keyed.key), "global_key": "k"}]
    operation = import_items(dataset, lines(*rows))
    skipped, refused = operation.rows.all()
    assert (skipped.outcome, refused.outcome) == (Outcome.SKIPPED, Outcome.ERROR)
    assert skipped.message == refused.message == "the same picture as first.png"
    assert operation.message == "0 items added, 1 was there already, 1 refused"


def test_a_list_may_be_uploaded_ahead_too(dataset, import_items, manager):
    staged = ahead(manager, "rows.ndjson", lines(*references(2)))
    import_items(dataset, staged, lines(*references(1, first=3)))
    assert_whole(dataset, ["key-1", "key-2", "key-3"])
    with pytest.raises(Invalid):
        import_items(dataset, staged)
    assert Operation.objects.count() == 1


def test_nobody_starts_with_the_list_of_another(dataset, import_items, owner):
    with pytest.raises(Invalid):
        import_items(dataset, ahead(owner, "rows.ndjson", lines(*references(2))))
    assert not Operation.objects.exists()


def copied(key: int, **facts) -> bytes:
    return lines({"row_data": f"item:{key}", **facts})


def test_a_row_may_name_an_item_whose_picture_is_copied(dataset, import_items, upload, project):
    upload(dataset, {"first.png": drawn()})
    source = dataset.items.get()
    other = DatasetFactory.create(project=project)
    rows = copied(source.pk) + copied(source.pk, external_id="again.png")
    operation = import_items(other, rows)
    [(number, _name, message)] = told(operation)
    assert (number, message) == (2, "the same picture as first.png")
    copy = other.items.get()
    assert (copy.name, copy.source_url, copy.position) == ("first.png", "", 1)
    facts = ("content_hash", "width", "height", "byte_size", "media_type")
    assert [getattr(copy, name) for name in facts] == [getattr(source, name) for name in facts]
    for ours, theirs in ((copy.file, source.file), (copy.thumbnail, source.thumbnail)):
        assert ours.name != theirs.name, "deleting one dataset must not take the other's picture"
        with ours.open("rb") as one, theirs.open("rb") as two:
            assert one.read() == two.read()


def test_a_copy_of_a_reference_refers_to_the_same_address(dataset, import_items, remote, project):
    remote[address(1)] = drawn()
    import_items(dataset, lines(*references(2)))
    kept, fetched = dataset.items.order_by("position")
    import_items(dataset, lines({"row_data": address(1)}), fetch=True)
    here = dataset.items.get(width=40)
    other = DatasetFactory.create(project=project)
    operation = import_items(other, copied(kept.pk) + copied(fetched.pk) + copied(here.pk))
    assert operation.error_count == 0
    shown = other.items.order_by("position").values_list("source_url", "width", "file")
    urls, widths, files = zip(*shown, strict=True)
    assert urls == (address(1), address(2), address(1))
    assert widths == (0, 0, 40)
    assert [bool(each) for each in files] == [False, False, True]


def test_only_items_that_one_sees_are_copied(dataset, import_items):
    foreign = ItemFactory.create()
    operation = import_items(dataset, copied(foreign.pk) + copied(10**9))
    assert [message.partition("item ")[2] for _number, _name, message in told(operation)] == [
        f"{foreign.pk} that you may see.",
        "1000000000 that you may see.",
    ]
    assert not dataset.items.exists()


def test_an_item_whose_file_is_lost_is_not_copied(dataset, import_items, upload, project):
    upload(dataset, {"first.png": drawn()})
    source = dataset.items.get()
    default_storage.delete(str(source.file.name))
    other = DatasetFactory.create(project=project)
    [(_number, _name, message)] = told(import_items(other, copied(source.pk)))
    assert "lost" in message
    assert not other.items.exists()
