"""A script of somebody, as Supervisely's SDK asks."""

import json
from typing import Any

import pytest

from accounts.models import ApiToken, User

ROOT = "/supervisely/public/api/v3"


@pytest.fixture
def ask(client):
    """Send a call with a person's token: `ask(person, "teams.list", page=1)`; the answer."""

    def asked(person: User | None, call: str, /, **body: Any) -> Any:
        headers = {"x-api-key": ApiToken.issue(person, "script")[1]} if person else {}
        sent = json.dumps(body)
        return client.post(f"{ROOT}/{call}", sent, "application/json", headers=headers)

    return asked


@pytest.fixture
def told(ask):
    """The same for what is answered with 200: its JSON."""

    def asked(person: User, call: str, /, **body: Any) -> Any:
        answer = ask(person, call, **body)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    return asked


@pytest.fixture
def refused(ask):
    """The same for what is refused: its status and words."""

    def asked(person: User | None, call: str, /, **body: Any) -> tuple[int, str]:
        answer = ask(person, call, **body)
        assert 400 <= answer.status_code < 500, answer.content.decode()
        return answer.status_code, answer.json()["details"]["message"]

    return asked
