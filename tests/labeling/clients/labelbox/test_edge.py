"""Labelbox's GraphQL below its client: who sees what, what is repeated, what is malformed."""

import json
from typing import Any

import pytest
from django.core import signing as django_signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import ApiToken
from accounts.roles import Role
from labeling.clients.labelbox import signing
from labeling.operations import engine
from labeling.operations.models import Operation
from labeling.operations.states import Status
from labeling.projects.models import Item
from tests.factories import DatasetFactory, MembershipFactory, TeamFactory, picture

URL = "https://pictures.example.org/1.jpg"
UPLOAD = """mutation UploadFile($file: Upload!, $contentLength: Int!, $sign: Boolean) {
    uploadFile(file: $file, contentLength: $contentLength, sign: $sign) {url filename} }"""
UPSERT = """mutation UpsertDataRowsPyApi($manifestUri: String!) {
    upsertDataRows(data: { manifestUri: $manifestUri }) { id status type result } }"""
DATASET = "query($id: ID!) { dataset(where: {id: $id}) { id name rowCount } }"
TASKS = "{ organization { id tasks(skip: 0 first: 100) { id status } } }"


@pytest.fixture
def ask(client):
    """Send a query with a person's token; the whole body of the answer."""

    def asked(person: Any, query: str, path: str = "/labelbox/graphql", **variables: Any) -> Any:
        body = {"query": query, "variables": variables}
        headers = {"authorization": f"Bearer {secret_of(person)}"} if person else {}
        answer = client.post(path, json.dumps(body), "application/json", headers=headers)
        assert answer.status_code == 200
        return answer.json()

    return asked


@pytest.fixture
def upload(client):
    """Upload bytes as the client does, names and types swapped; the address that is answered."""

    def uploaded(person: Any, content: bytes) -> str:
        operations = {
            "query": UPLOAD,
            "variables": {"file": None, "contentLength": len(content), "sign": False},
        }
        form = {
            "operations": json.dumps(operations),
            "map": json.dumps({"1": ["variables.file"]}),
            "1": SimpleUploadedFile("application/json", content, "json_import.json"),
        }
        headers = {"authorization": f"Bearer {secret_of(person)}"}
        body = client.post("/labelbox/graphql", form, headers=headers).json()
        assert "errors" not in body, body
        return body["data"]["uploadFile"]["url"]

    return uploaded


@pytest.fixture
def manifest(upload):
    """The address of a manifest over these rows."""

    def made(person: Any, payloads: list[Any], kind: str = "AUTO") -> str:
        rows = [{"id": {"type": kind, "value": ""}, "payload": each} for each in payloads]
        chunk = upload(person, json.dumps(rows).encode())
        said = {"source": "SDK", "item_count": len(rows), "chunk_uris": [chunk]}
        return upload(person, json.dumps(said).encode())

    return made


def secret_of(person: Any) -> str:
    return ApiToken.issue(person, "script")[1]


def codes(body: Any) -> list[str]:
    return [error["extensions"]["code"] for error in body["errors"]]


def row(dataset: Any, **facts: Any) -> dict[str, Any]:
    return {"row_data": URL, "dataset_id": str(dataset.pk), **facts}


@pytest.fixture
def dataset(team):
    return DatasetFactory.create(project__team=team)


def test_a_team_sees_its_datasets_and_an_outsider_none(ask, manager, viewer, outsider, dataset):
    for person in (manager, viewer):
        assert ask(person, DATASET, id=str(dataset.pk))["data"]["dataset"]["name"] == dataset.name
    assert ask(outsider, DATASET, id=str(dataset.pk)) == {"data": {"dataset": None}}
    for nonsense in ("<dataset id>", "9" * 40, "-1", ""):
        assert ask(manager, DATASET, id=nonsense) == {"data": {"dataset": None}}


def test_without_a_good_token_nothing_is_answered(ask, client, manager, dataset):
    assert codes(ask(None, TASKS)) == ["AUTHENTICATION_ERROR"]
    for header in ("Bearer nonsense", "Bearer ", "Token x", "Basic eDp5"):
        answer = client.post(
            "/labelbox/graphql",
            json.dumps({"query": TASKS}),
            "application/json",
            headers={"authorization": header},
        )
        assert codes(answer.json()) == ["AUTHENTICATION_ERROR"]
    client.force_login(manager)
    answer = client.post("/labelbox/graphql", json.dumps({"query": TASKS}), "application/json")
    assert codes(answer.json()) == ["AUTHENTICATION_ERROR"], "a cookie is no token"


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"[]", b"{}", b'{"query": 5}', b'{"query": "{a}", "variables": [1]}'],
)
def test_what_is_no_request_is_called_malformed(client, manager, body):
    headers = {"authorization": f"Bearer {secret_of(manager)}"}
    answer = client.post("/labelbox/graphql", body, "application/json", headers=headers)
    assert answer.status_code == 200
    assert codes(answer.json()) == ["MALFORMED_REQUEST"]


def test_wrong_and_endless_queries_are_refused(ask, manager):
    assert codes(ask(manager, "query {")) == ["GRAPHQL_PARSE_FAILED"]
    assert codes(ask(manager, "query { everything }")) == ["GRAPHQL_VALIDATION_FAILED"]
    many = " ".join(f"a{n}: organization {{ id }}" for n in range(500))
    assert codes(ask(manager, f"{{ {many} }}")) == ["GRAPHQL_PARSE_FAILED"]


def test_the_same_manifest_twice_is_one_import(ask, manifest, manager, dataset):
    uri = manifest(manager, [row(dataset, global_key="a"), row(dataset, global_key="b")])
    first, second = (ask(manager, UPSERT, manifestUri=uri)["data"] for _ in range(2))
    assert first["upsertDataRows"]["id"] == second["upsertDataRows"]["id"]
    [operation] = Operation.objects.filter(kind="import-items")
    engine.run(operation.pk)
    items = Item.objects.filter(dataset=dataset)
    assert sorted(items.values_list("global_key", "source_url")) == [("a", URL), ("b", URL)]


def test_files_of_another_person_are_not_there(ask, manifest, manager, owner, dataset):
    uri = manifest(manager, [row(dataset)])
    assert codes(ask(owner, UPSERT, manifestUri=uri)) == ["MALFORMED_REQUEST"]
    assert not Operation.objects.exists()


def test_rows_go_into_one_dataset_that_the_person_sees(ask, manifest, manager, dataset):
    beside = DatasetFactory.create(project=dataset.project)
    strange = DatasetFactory.create()
    for rows in ([row(dataset), row(beside)], [row(strange)], []):
        uri = manifest(manager, rows)
        assert codes(ask(manager, UPSERT, manifestUri=uri)) == ["MALFORMED_REQUEST"]
    assert not Item.objects.filter(source_url=URL).exists()


def test_rows_that_exist_are_not_changed(ask, manifest, manager, dataset):
    uri = manifest(manager, [row(dataset)], kind="GKEY")
    body = ask(manager, UPSERT, manifestUri=uri)
    assert codes(body) == ["MALFORMED_REQUEST"]
    assert "Create them without a key" in body["errors"][0]["message"]


@pytest.mark.parametrize("chunk", [b"nonsense", b"{}", b"[1]", b'[{"payload": 1}]'])
def test_a_broken_chunk_starts_nothing(ask, upload, manager, chunk):
    address = upload(manager, chunk)
    said = json.dumps({"source": "SDK", "item_count": 1, "chunk_uris": [address]})
    body = ask(manager, UPSERT, manifestUri=upload(manager, said.encode()))
    assert codes(body) == ["MALFORMED_REQUEST"]
    assert not Operation.objects.exists()


def test_who_may_not_manage_projects_makes_and_uploads_nothing(ask, upload, viewer, annotator):
    for person in (viewer, annotator):
        body = ask(person, 'mutation { createDataset(data: {name: "x"}) { id } }')
        assert codes(body) == ["AUTHORIZATION_ERROR"]
        with pytest.raises(AssertionError, match="AUTHORIZATION_ERROR"):
            upload(person, b"rows")


def test_results_are_read_by_their_address_as_long_as_the_person_may(
    ask, manifest, client, manager, dataset
):
    rows = [row(dataset, global_key="a"), row(dataset, row_data="no address", external_id="b")]
    uri = manifest(manager, rows)
    task = ask(manager, UPSERT, manifestUri=uri)["data"]["upsertDataRows"]
    assert (task["status"], task["result"]) == ("IN_PROGRESS", None)
    engine.run(int(task["id"]))
    task = ask(manager, UPSERT, manifestUri=uri)["data"]["upsertDataRows"]
    assert (task["status"], task["type"]) == ("COMPLETE", "adv-upsert-data-rows")

    found = read(client, task["result"])
    assert [each["globalKey"] for each in found["createdDataRows"]] == ["a"]
    [error] = found["errors"]
    assert error["failedDataRows"][0]["externalId"] == "b"
    assert error["message"]

    assert client.get(f"{task['result']}x").status_code == 404
    manager.memberships.update(deactivated_at="2026-01-01T00:00Z")
    assert client.get(task["result"]).status_code == 404


def read(client: Any, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200
    return json.loads(b"".join(answer.streaming_content))


def test_an_old_address_of_results_is_dead(client, manager, dataset, monkeypatch):
    operation = Operation.objects.create(
        team=dataset.team, kind="import-items", queue="bulk", status=Status.COMPLETE
    )
    token = django_signing.dumps([operation.pk, manager.pk], salt=signing.SALT)
    address = reverse("labelbox:results", args=[token])
    assert client.get(address).status_code == 200
    monkeypatch.setattr(signing, "VALID", 0)
    assert client.get(address).status_code == 404


def test_somebody_in_two_teams_names_the_other_one(ask, manager, team, dataset):
    other = TeamFactory.create()
    MembershipFactory.create(team=other, user=manager, role=Role.OWNER)
    organization = "{ organization { id } }"
    assert ask(manager, organization)["data"]["organization"]["id"] == str(team.pk)
    path = f"/labelbox/teams/{other.pk}/graphql"
    assert ask(manager, organization, path)["data"]["organization"]["id"] == str(other.pk)
    strange = f"/labelbox/teams/{TeamFactory.create().pk}/graphql"
    assert ask(manager, organization, strange)["data"]["organization"] is None


def test_tasks_are_those_of_the_last_thirty_days_without_exports(ask, manager, dataset):
    made = {
        kind: Operation.objects.create(
            team=dataset.team, kind=kind, queue="bulk", created_by=manager, status=Status.RUNNING
        )
        for kind in ("change-jobs", "export", "import-items")
    }
    Operation.objects.filter(pk=made["change-jobs"].pk).update(created_at="2020-01-01T00:00Z")
    shown = ask(manager, TASKS)["data"]["organization"]["tasks"]
    assert shown == [{"id": str(made["import-items"].pk), "status": "IN_PROGRESS"}]


def test_canceling_is_understood_in_both_spellings_and_repeats_are_fine(ask, manager, dataset):
    operation = Operation.objects.create(
        team=dataset.team,
        kind="import-items",
        queue="bulk",
        created_by=manager,
        status=Status.RUNNING,
    )
    cancel = "mutation($id: ID!) { cancelBulkOperationJob(id: $id) { success } }"
    for _attempt in range(2):
        body = ask(manager, cancel, id=str(operation.pk))
        assert body["data"]["cancelBulkOperationJob"]["success"] is True
    for word in ("CANCELLING", "CANCELING"):
        query = f"{{ organization {{ tasks(where: {{status: {word}}}) {{ status }} }} }}"
        tasks = ask(manager, query)["data"]["organization"]["tasks"]
        assert tasks == [{"status": "CANCELING"}]


def test_an_uploaded_picture_becomes_an_item(ask, manifest, upload, manager, dataset):
    address = upload(manager, picture(40, 30))
    uri = manifest(manager, [row(dataset, row_data=address, external_id="mine.png")])
    engine.run(int(ask(manager, UPSERT, manifestUri=uri)["data"]["upsertDataRows"]["id"]))
    item = Item.objects.get(dataset=dataset)
    assert (item.width, item.height, item.source_url) == (40, 30, "")
    assert item.external_id == "mine.png"
