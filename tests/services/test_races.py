"""People who do the same thing at the same moment, against a real server, on both databases."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from tests.server import Answer, Desk, call

PEOPLE, JOBS, ITEMS = 50, 10, 4


@pytest.fixture
def furnished(running: Desk) -> tuple[Desk, dict[str, Any]]:
    """A running desk, with a new team of many people and few jobs."""
    counts = ("--annotators", str(PEOPLE), "--jobs", str(JOBS), "--items", str(ITEMS))
    return running, json.loads(running.python("-m", "tests.services.furnish", *counts))


def at_once(asks: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Everybody asks at the same moment."""
    barrier = Barrier(len(asks))

    def ask(one: Callable[[], Answer]) -> Answer:
        barrier.wait()
        return one()

    with ThreadPoolExecutor(len(asks)) as crowd:
        return list(crowd.map(ask, asks))


def test_of_fifty_people_who_take_one_of_ten_jobs_exactly_ten_get_one(furnished):
    desk, made = furnished
    url = f"{desk.url}/api/teams/{made['team']}/take-next/"
    answers = at_once([partial(call, url, key, "POST", {}) for key in made["annotators"]])
    assert Counter(answer.status for answer in answers) == {201: JOBS, 409: PEOPLE - JOBS}
    won = [answer.body["id"] for answer in answers if answer.status == 201]
    assert sorted(won) == sorted(made["jobs"])
    listed = call(f"{desk.url}/api/jobs/?team={made['team']}", made["manager"]).body["results"]
    assert len({job["annotator"]["id"] for job in listed}) == JOBS


def test_of_an_accept_and_a_reject_at_once_one_holds_and_the_other_is_told(furnished):
    desk, made = furnished
    job, items = submitted(desk, made)
    reviewers = made["reviewers"]
    assert call(f"{job}start-review/", reviewers[0], "POST", {}).status == 200
    for item in items:
        seen = call(item, reviewers[0]).body["version"]
        no = {"version": seen, "reason": "too small"}
        answers = at_once(
            [
                partial(call, f"{item}accept-item/", reviewers[0], "POST", {"version": seen}),
                partial(call, f"{item}reject-item/", reviewers[1], "POST", no),
            ]
        )
        assert sorted(answer.status for answer in answers) == [200, 409]
        told = next(answer for answer in answers if answer.status == 409)
        held = next(answer for answer in answers if answer.status == 200)
        assert call(item, reviewers[0]).body["state"] == held.body["state"]
        assert told.body["detail"]
    desk.manage("recount")


def test_of_two_saves_of_one_version_one_is_stored_and_the_other_gets_it_back(furnished):
    desk, made = furnished
    _job, items = taken(desk, made)
    key = made["annotators"][0]
    for item in items:
        documents = [document(made["class"], x) for x in (1, 2)]
        answers = at_once(
            [
                partial(call, f"{item}annotation/", key, "PUT", {"version": 0, "document": each})
                for each in documents
            ]
        )
        assert sorted(answer.status for answer in answers) == [200, 409]
        stored, told = sorted(answers, key=lambda answer: answer.status)
        assert told.body["version"] == stored.body["version"] == 1
        assert told.body["document"] == stored.body["document"]


def document(label_class: int, x: int) -> dict[str, Any]:
    """One rectangle."""
    shape = {"id": "a", "class": label_class, "shape": "rectangle", "points": [[x, 1], [x + 9, 9]]}
    return {"objects": [shape], "tags": []}


def taken(desk: Desk, made: dict[str, Any]) -> tuple[str, list[str]]:
    """The addresses of a job that the first annotator took and began, and of its items."""
    key = made["annotators"][0]
    job = call(f"{desk.url}/api/teams/{made['team']}/take-next/", key, "POST", {}).body["id"]
    url = f"{desk.url}/api/jobs/{job}/"
    assert call(f"{url}start/", key, "POST", {}).status == 200
    items = call(f"{desk.url}/api/job-items/?job={job}", key).body["results"]
    assert len(items) == ITEMS
    return url, [f"{desk.url}/api/job-items/{item['id']}/" for item in items]


def submitted(desk: Desk, made: dict[str, Any]) -> tuple[str, list[str]]:
    """The same, labeled and handed in."""
    job, items = taken(desk, made)
    key = made["annotators"][0]
    for item in items:
        assert call(f"{item}confirm-item/", key, "POST", {}).status == 200
    assert call(f"{job}submit/", key, "POST", {}).status == 200
    return job, items
