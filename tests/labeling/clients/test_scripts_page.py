"""The page that tells users how to point their vendors' scripts here."""

from typing import Any

import pytest
from bs4 import BeautifulSoup

from accounts.models import ApiToken

PAGE = "/account/scripts/"


@pytest.mark.parametrize(
    ("vendor", "address"),
    [
        ("supervisely", "/supervisely"),
        ("labelbox", "/labelbox/graphql"),
        ("toloka", "/toloka"),
    ],
)
def test_each_vendor_has_its_lines_and_its_address_to_copy(client_for, annotator, vendor, address):
    page: Any = BeautifulSoup(client_for(annotator).get(PAGE).content, "html.parser")
    section = page.find(id=vendor)
    field = section.find("input", {"id": f"{vendor}-address"})
    assert field["value"] == f"http://testserver{address}"
    assert section.find("button", {"data-copy": field["id"]}) is not None
    lines = section.find("code").text
    assert field["value"] in lines
    assert "<your token>" in lines
    assert len(lines.splitlines()) == 2


def test_a_token_made_here_stands_in_the_lines_this_once(client_for, annotator):
    browser = client_for(annotator)
    page: Any = BeautifulSoup(
        browser.post(PAGE, {"name": "nightly", "days": "90"}).content, "html.parser"
    )
    token = ApiToken.objects.get(user=annotator)
    secret = page.find(id="secret")["value"]
    assert secret.startswith(token.prefix)
    assert f'API_TOKEN="{secret}"' in page.find(id="supervisely").text
    assert secret not in browser.get(PAGE).content.decode()


def test_a_token_without_a_name_is_asked_for_it(client_for, annotator):
    answer = client_for(annotator).post(PAGE, {"days": "90"})
    assert answer.status_code == 400
    assert not ApiToken.objects.exists()


def test_scripts_are_told_the_ids_that_they_name(client_for, annotator, team):
    page: Any = BeautifulSoup(client_for(annotator).get(PAGE).content, "html.parser")
    facts = page.find(id="supervisely").find("dl").text
    for fact in (str(team.pk), team.name, str(annotator.pk), "ana"):
        assert fact in facts


def test_the_account_leads_there(client_for, annotator):
    assert PAGE in client_for(annotator).get("/account/").content.decode()
