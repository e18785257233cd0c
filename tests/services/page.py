"""A person in a browser without scripts, for tests that need nothing drawn."""

from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from bs4 import BeautifulSoup

from tests.server import Desk

PATIENCE = 60.0


class Person:
    """Somebody who signs in and sends the forms of pages. What is refused raises HTTPError."""

    def __init__(self, desk: Desk, login: str, password: str) -> None:
        self.desk = desk
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))
        self.send("/account/login/", login=login, password=password)

    def see(self, path: str) -> BeautifulSoup:
        """A page."""
        with self.opener.open(f"{self.desk.url}{path}", timeout=PATIENCE) as answer:
            return BeautifulSoup(answer.read(), "html.parser")

    def send(self, path: str, page: str = "", **fields: Any) -> BeautifulSoup:
        """Send a form to its address, with the token of the page that it stands on."""
        mark = self.see(page or path).find("input", {"name": "csrfmiddlewaretoken"})
        assert mark is not None, f"no form at {page or path}"
        form = urlencode({**fields, "csrfmiddlewaretoken": mark["value"]})
        headers = {"Referer": f"{self.desk.url}{path}"}
        request = Request(f"{self.desk.url}{path}", form.encode(), headers)
        with self.opener.open(request, timeout=PATIENCE) as answer:
            return BeautifulSoup(answer.read(), "html.parser")
