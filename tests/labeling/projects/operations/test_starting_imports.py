"""Starting and stopping an import: once for one key, by those who may, in words when refused."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from accounts.actor import Actor
from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.operations import engine
from labeling.operations.models import Operation
from labeling.operations.states import Status
from labeling.projects.importing import start_import_items
from labeling.projects.models import StagedFile
from labeling.projects.operations import item_arrivals
from labeling.projects.operations.importing_items import ImportItems
from labeling.projects.uploads_ahead import stage_ahead
from tests.labeling.projects.operations.conftest import assert_whole, lines, references


class PowerCut(BaseException):
    """The process ends here."""


def test_the_same_key_starts_one_import(dataset, import_items):
    first = import_items(dataset, lines(*references(2)), key="k")
    second = import_items(dataset, lines(*references(2)), key="k")
    assert (second.pk, second.is_repeat) == (first.pk, True)
    assert_whole(dataset, ["key-1", "key-2"])


def test_the_same_key_goes_on_with_a_start_that_was_cut_off(dataset, import_items, monkeypatch):
    def cut(*args):
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr("labeling.projects.importing.release", cut)
        with pytest.raises(PowerCut):
            import_items(dataset, lines(*references(2)), key="k", run=False)
    import_items(dataset, lines(*references(2)), key="k")
    assert_whole(dataset, ["key-1", "key-2"])
    assert not StagedFile.objects.exists()


@override_settings(LABELDESK_MAX_UPLOAD_BYTES=100)
def test_what_is_empty_or_too_large_starts_nothing(dataset, import_items):
    for lists in [(), (b"",), (b" " * 101,), (b" " * 60, b" " * 60)]:
        with pytest.raises(Invalid):
            import_items(dataset, *lists)
    assert not Operation.objects.exists()


def test_archived_datasets_take_no_rows(dataset, import_items, manager, do):
    do(manager, dataset, "archive")
    dataset.refresh_from_db()
    with pytest.raises(Conflict):
        import_items(dataset, lines(*references(1)))


def test_only_those_who_manage_projects_import(dataset, reviewer, annotator, viewer):
    for person in (reviewer, annotator, viewer):
        actor = Actor.for_user(person)
        with pytest.raises(Forbidden):
            start_import_items(actor, dataset, [SimpleUploadedFile("a", b"{}")], fetch=False)
        with pytest.raises(Forbidden):
            stage_ahead(actor, SimpleUploadedFile("a", b"{}"))


def test_a_canceled_import_keeps_what_went_in_and_puts_its_list_away(
    dataset, import_items, manager, monkeypatch
):
    monkeypatch.setattr(item_arrivals, "ROWS_A_CHUNK", 2)
    operation = import_items(dataset, lines(*references(6)), run=False)
    original, calls = ImportItems.run_chunk, []

    def canceling(self, *args):
        calls.append(1)
        if len(calls) == 3:
            Operation.objects.filter(pk=operation.pk).update(status=Status.CANCELING)
        return original(self, *args)

    monkeypatch.setattr(ImportItems, "run_chunk", canceling)
    engine.run(operation.pk)
    operation.refresh_from_db()
    assert operation.status == Status.CANCELED
    assert_whole(dataset, ["key-1", "key-2", "key-3", "key-4"])
    assert not StagedFile.objects.exists()
