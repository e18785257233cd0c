"""Pages of figures, asked as different people."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from accounts.models import User

Page = Callable[..., BeautifulSoup]


@pytest.fixture
def page(client_for, team) -> Page:
    """A page of the team as somebody sees it: `page(max, "jobs:home", days=7)`."""

    def ask(user: User, name: str, **query: Any) -> BeautifulSoup:
        response = client_for(user).get(reverse(name, args=[team.pk]), query)
        assert response.status_code == 200
        return BeautifulSoup(response.content, "html.parser")

    return ask


@pytest.fixture
def rows(client_for, team) -> Callable[..., list[dict[str, str]]]:
    """The rows of a CSV file, as somebody gets it."""

    def ask(user: User, name: str, **query: Any) -> list[dict[str, str]]:
        url = reverse(name, args=[team.pk])
        response = client_for(user).get(url, {**query, "format": "csv"})
        assert response.status_code == 200
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    return ask
