"""The pages of exports and imports, as people press their buttons."""

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from labeling.exports.formats import formats, writable
from labeling.operations.models import Operation
from tests.factories import BatchFactory, JobFactory
from tests.labeling.exports.conftest import coco, label, run
from tests.labeling.exports.operations.test_importing import voc

CHOICE = {"which": "all", "format": "coco"}


def soup(page):
    return BeautifulSoup(page, "html.parser")


def subjects(dataset):
    batch = BatchFactory.create(dataset=dataset)
    return {
        "project": dataset.project,
        "dataset": dataset,
        "batch": batch,
        "job": JobFactory.create(batch=batch, size=1),
    }


@pytest.mark.parametrize("scope", ["project", "dataset", "batch", "job"])
@pytest.mark.parametrize("persona", ["manager", "reviewer", "owner"])
def test_whoever_may_export_chooses_and_lands_on_the_operation(
    request, client_for, dataset, scope, persona
):
    subject = subjects(dataset)[scope]
    client = client_for(request.getfixturevalue(persona))
    url = reverse(f"exports:export-{scope}", args=[subject.pk])
    page = client.get(url)
    assert page.status_code == 200
    assert b"Polylines are left out." in page.content
    answer = client.post(url, CHOICE)
    operation = Operation.objects.get()
    assert answer["location"] == operation.get_absolute_url()
    assert (operation.subject_type, operation.subject_id) == (
        subject._meta.label_lower, subject.pk,
    )  # fmt: skip
    run(operation)
    assert coco(operation)["images"]


@pytest.mark.parametrize("scope", ["project", "dataset", "batch", "job"])
def test_others_are_told_no_and_strangers_nothing(client_for, annotator, outsider, dataset, scope):
    url = reverse(f"exports:export-{scope}", args=[subjects(dataset)[scope].pk])
    for send in ("get", "post"):
        assert getattr(client_for(annotator), send)(url, CHOICE).status_code == 403
        assert getattr(client_for(outsider), send)(url, CHOICE).status_code == 404
    assert not Operation.objects.exists()


def test_pressing_the_button_twice_starts_one_export(client_for, manager, dataset):
    url = reverse("exports:export-dataset", args=[dataset.pk])
    client = client_for(manager)
    locations = {client.post(url, {**CHOICE, "key": "k" * 32})["location"] for _ in range(2)}
    assert len(locations) == Operation.objects.count() == 1


def test_a_wrong_choice_is_said_in_the_form_also_in_a_dialog(client_for, manager, dataset):
    url = reverse("exports:export-dataset", args=[dataset.pk])
    client = client_for(manager)
    wrong = {**CHOICE, "format": "paper"}
    assert client.post(url, wrong).status_code == 400
    answer = client.post(url, wrong, headers={"hx-request": "true"})
    assert answer.status_code == 422
    assert b"<html" not in answer.content
    assert b"paper" in answer.content


def test_the_address_says_what_is_exported_whatever_the_form_says(client_for, manager, dataset):
    url = reverse("exports:export-dataset", args=[dataset.pk])
    client_for(manager).post(url, {**CHOICE, "scope": "project", "id": dataset.project_id + 1})
    plan = Operation.objects.get().plan
    assert (plan["scope"], plan["id"]) == ("dataset", dataset.pk)


def upload(name="a.xml", content=None):
    text = content or voc("picture-0001.png", ("lemon", 1, 2, 30, 40), ("plum", 1, 2, 3, 4))
    return SimpleUploadedFile(name, text.encode())


def test_annotations_are_imported_from_a_form(client_for, manager, dataset):
    url = reverse("exports:import-annotations", args=[dataset.pk])
    client = client_for(manager)
    assert b".jsonl" in client.get(url).content
    answer = client.post(
        url, {"file": [upload(), upload("b.xml")], "format": "voc", "create_classes": "on"}
    )
    operation = Operation.objects.get()
    assert answer["location"] == operation.get_absolute_url()
    run(operation)
    assert operation.result["objects"] == 4
    assert dataset.items.first().labels.document["objects"]


def test_a_form_without_files_or_format_says_so(client_for, manager, dataset):
    url = reverse("exports:import-annotations", args=[dataset.pk])
    client = client_for(manager)
    answer = client.post(url, {"format": "voc"})
    assert answer.status_code == 400
    assert b"Choose at least one file." in answer.content
    assert client.post(url, {"file": upload()}).status_code == 400
    assert not Operation.objects.exists()


def test_more_than_one_upload_takes_is_refused(client_for, manager, dataset, settings):
    settings.LABELDESK_MAX_UPLOAD_BYTES = 10
    url = reverse("exports:import-annotations", args=[dataset.pk])
    answer = client_for(manager).post(url, {"file": upload(), "format": "voc"})
    assert answer.status_code == 400
    assert b"Send several" in answer.content
    assert Operation.objects.get().status == "canceled"
    settings.LABELDESK_MAX_UPLOAD_BYTES = -(2**30)
    assert client_for(manager).post(url, {"file": upload(), "format": "voc"}).status_code == 413


def test_only_managers_import_and_only_into_open_datasets(
    client_for, manager, reviewer, outsider, dataset
):
    url = reverse("exports:import-annotations", args=[dataset.pk])
    assert client_for(reviewer).get(url).status_code == 403
    assert client_for(outsider).get(url).status_code == 404
    dataset.archived_at = timezone.now()
    dataset.save()
    assert client_for(manager).get(url).status_code == 409


def test_the_pages_of_projects_and_datasets_lead_there(
    client_for, manager, annotator, dataset, box, export
):
    label(dataset.items.first(), box("a"))
    export(dataset)
    page = client_for(manager).get(dataset.get_absolute_url()).content.decode()
    assert reverse("exports:export-dataset", args=[dataset.pk]) in page
    assert reverse("exports:import-annotations", args=[dataset.pk]) in page
    assert reverse("operations:download", args=[Operation.objects.get().pk]) in page
    project = client_for(manager).get(dataset.project.get_absolute_url()).content.decode()
    assert reverse("exports:export-project", args=[dataset.project_id]) in project
    plain = client_for(annotator).get(dataset.get_absolute_url()).content.decode()
    assert "/export/" not in plain


def test_the_pages_of_batches_and_jobs_lead_there(client_for, manager, viewer, dataset):
    things = subjects(dataset)
    for scope in ("batch", "job"):
        url = reverse(f"exports:export-{scope}", args=[things[scope].pk])
        page = things[scope].get_absolute_url()
        assert url in client_for(manager).get(page).content.decode()
        assert url not in client_for(viewer).get(page).content.decode()


def test_a_filtered_grid_leads_to_an_export_of_what_it_shows(client_for, manager, dataset):
    client = client_for(manager)
    page = client.get(dataset.get_absolute_url(), {"q": "0002"}).content.decode()
    [link] = soup(page).select("#export-these")
    form = soup(client.get(link["href"]).content.decode())
    assert "0002" in form.select_one(".notice").text
    [hidden] = form.select("input[name=filter]")
    answer = client.post(
        link["href"], {"which": "all", "format": "yolo", "filter": hidden["value"]}
    )
    assert answer.status_code == 302
    operation = Operation.objects.get(kind="export")
    assert operation.plan["filter"] == "q=0002"
    assert not soup(client.get(dataset.get_absolute_url()).content.decode()).select("#export-these")


def test_pages_say_what_each_format_holds_and_drops(client_for, manager, dataset):
    client = client_for(manager)
    url = reverse("exports:export-dataset", args=[dataset.pk])
    page = client.get(url).content.decode()
    for each in writable():
        assert str(each.label) in page
        assert str(each.holds) in page
    assert str(formats["voc"].drops[0]) in page
