"""The number of queries does not grow with the rows: every page and every list, few rows and many.

Each address of the URLconf is asked with a few of everything, then with many more of everything
around it. Both must take the same number of queries, whole page, htmx partial and CSV alike.
"""

import re
from collections import Counter
from collections.abc import Container, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from labeling.core.listing import ListPage
from tests.scene import grow
from tests.urlconf import FRAMEWORK, addresses, browser, filled

FEW, MORE = 2, 5

# Addresses whose queries may grow, and why.
MAY_GROW: dict[str, str] = {}


@pytest.mark.parametrize("role", ["owner", "annotator"])
def test_no_page_asks_more_when_there_is_more_to_show(scene, role):
    client = browser(scene.people[role])
    grow(scene, FEW)
    # What is asked once a process, or once a session, is not asked per row.
    answered = {
        question for question, url, headers in questions() if is_answered(client, url, headers)
    }
    few = dict(answers(client, answered))
    grow(scene, MORE)
    many = dict(answers(client, answered))
    grown = {
        question: f"{len(few[question])} -> {len(many[question])}: {repeated(many[question])}"
        for question in few.keys() & many.keys()
        if len(many[question]) > len(few[question])
    }
    if role == "owner":
        assert not lists() - many.keys(), "these lists were not answered, so nothing was counted"
    complaints = [f"{url} {said}" for url, said in grown.items() if url not in MAY_GROW]
    complaints += [f"stale exception: {url}" for url in MAY_GROW if url not in grown]
    assert not complaints, "\n".join(complaints)


def answers(client: Client, among: Container[str]) -> Iterator[tuple[str, list[str]]]:
    """The questions among these that are answered, and the queries that the answer took."""
    for question, url, headers in questions():
        if question not in among:
            continue
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            found = is_answered(client, url, headers)
        if found:
            yield question, [each["sql"] for each in captured.captured_queries]


def questions() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What to ask: a name for it, the URL and the headers."""
    for address in addresses():
        if address.pattern.startswith(FRAMEWORK):
            continue
        for url in filled(address):
            yield url, url, {}
            if address.view_class and issubclass(address.view_class, ListPage):
                yield f"{url} (partial)", url, {"HX-Request": "true"}
                yield f"{url} (csv)", f"{url}?format=csv", {}


def lists() -> set[str]:
    """What was asked of lists, whole, in part and as a file."""
    return {question for question, url, headers in questions() if headers or "format=" in url}


def is_answered(client: Client, url: str, headers: dict[str, Any]) -> bool:
    """Ask, read the answer to its end, and say whether it was one."""
    response = client.get(url, headers=headers)
    response.getvalue()
    return response.status_code == 200


def repeated(queries: list[str]) -> str:
    """The query that was asked most often, without its values."""
    shapes = Counter(re.sub(r"'[^']*'|\b\d+\b", "?", query) for query in queries)
    shape, times = shapes.most_common(1)[0]
    return f"{times} times {shape[:300]}"
